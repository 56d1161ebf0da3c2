from __future__ import annotations

import os
from pathlib import Path

import pytest

from vmatui.storage.fileidentity import identify

SIZE = 300_000


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "file"
    path.write_bytes(bytes(SIZE))
    return path


def test_a_file_that_nobody_touched_is_itself(file: Path) -> None:
    assert identify(file) == identify(file) != None  # noqa: E711


@pytest.mark.parametrize("offset", [0, SIZE // 2, SIZE - 1])
def test_a_changed_byte_makes_it_another(file: Path, offset: int) -> None:
    before = identify(file)
    with file.open("r+b") as opened:
        opened.seek(offset)
        opened.write(b"x")
    assert identify(file) != before


def test_another_time_or_size_makes_it_another(file: Path) -> None:
    found = {identify(file)}
    os.utime(file, (1, 1))
    found.add(identify(file))
    os.truncate(file, SIZE + 1)
    os.utime(file, (1, 1))
    found.add(identify(file))
    assert len(found) == 3


def test_a_copy_in_its_place_is_another(file: Path) -> None:
    before = identify(file)
    copy = file.with_name("copy")
    copy.write_bytes(file.read_bytes())
    copy.replace(file)
    assert identify(file) != before


def test_what_is_no_file_has_no_identity(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert identify(tmp_path) is None
    assert identify(tmp_path / "pipe") is None
    assert identify(tmp_path / "none") is None
    assert identify(Path("/dev/null")) is None
