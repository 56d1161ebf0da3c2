from __future__ import annotations

import os
from pathlib import Path

import pytest

from vmatui.storage.paths import is_folder, is_stream, mode_of, no_folder


def test_a_folder_is_one_also_behind_a_link(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    assert is_folder(tmp_path / "link")
    assert no_folder(tmp_path / "link") is None


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("nowhere", "does not exist"),
        ("x" * 300, "cannot be looked at (File name too long)"),
        (f"{'x' * 300}/below", "cannot be looked at (File name too long)"),
        ("loop", "cannot be looked at (Too many levels of symbolic links)"),
        ("file", "is no folder"),
        ("file/below", "cannot be looked at (Not a directory)"),
        ("nul\0byte", "is no path that can exist"),
    ],
)
def test_what_is_no_folder_is_said_and_raises_nothing(name: str, why: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "loop").symlink_to("loop")
    path = tmp_path / name
    assert no_folder(path) == why
    assert not is_folder(path)
    assert not is_stream(path)
    assert bool(mode_of(path)) == (name == "file")


def test_what_can_be_read_only_once_is_told_from_files(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    assert is_stream(tmp_path / "fifo")
    assert is_stream(Path("/dev/null"))
    assert not is_stream(tmp_path)
