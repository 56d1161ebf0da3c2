"""Raw files that are written into as they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.storage.devices import MIB, mounted
from vmatui.errors import TargetError
from vmatui.storage import zeroing
from vmatui.storage.destination import ZeroPolicy
from vmatui.storage.existingfile import ExistingFileTarget

SIZE = 3 * MIB + 100


def old_file(folder: Path, size: int = 4 * MIB) -> Path:
    path = folder / "disk.raw"
    path.write_bytes(b"\xff" * size)
    return path


def target_of(path: Path, zero: ZeroPolicy = ZeroPolicy.DISCARD) -> ExistingFileTarget:
    return ExistingFileTarget(path, SIZE, zero, allow_larger=False)


@pytest.mark.parametrize("zero", [ZeroPolicy.ZERO, ZeroPolicy.DISCARD])
@pytest.mark.parametrize("can_fallocate", [True, False])
def test_a_file_is_zeroed_and_written_and_stays_the_same_file(
    tmp_path: Path, zero: ZeroPolicy, can_fallocate: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not can_fallocate:
        monkeypatch.setattr(zeroing, "_fallocate", lambda *_: False)
    path = old_file(tmp_path)
    before = path.stat()
    target = target_of(path, zero)
    target.open()
    target.prepare(lambda _: None, lambda: False)
    target.writev(MIB, [memoryview(b"one"), memoryview(b"two")])
    target.writev(SIZE - 1, [memoryview(b"xyz")])
    target.sync()
    target.finish()
    target.discard()
    expected = bytearray(SIZE)
    expected[MIB : MIB + 6] = b"onetwo"
    expected[-1:] = b"x"
    assert path.read_bytes() == bytes(expected) + b"\xff" * (4 * MIB - SIZE)
    assert path.stat().st_ino == before.st_ino
    if can_fallocate:
        assert (path.stat().st_blocks < before.st_blocks / 2) == (zero is ZeroPolicy.DISCARD)


def test_sparse_leaves_what_is_there(tmp_path: Path) -> None:
    path = old_file(tmp_path)
    target = target_of(path, ZeroPolicy.SPARSE)
    target.open()
    target.prepare(lambda _: None, lambda: False)
    assert target.keep_incomplete() == str(path)
    assert path.read_bytes() == b"\xff" * (4 * MIB)


@pytest.mark.parametrize(
    ("size", "problem"), [(SIZE - 1, "are needed"), (SIZE + 4 * MIB + 1, "over 4 MiB more")]
)
def test_a_file_of_the_wrong_size_is_refused(tmp_path: Path, size: int, problem: str) -> None:
    path = old_file(tmp_path, size)
    with pytest.raises(TargetError, match=problem):
        target_of(path).open()
    assert path.read_bytes() == b"\xff" * size


def test_a_file_that_somebody_writes_to_is_refused(tmp_path: Path) -> None:
    path = old_file(tmp_path)
    with path.open("r+b"), pytest.raises(TargetError, match="is in use by"):
        target_of(path).open()


@pytest.mark.root
def test_a_full_file_system_is_said_with_the_offset(tmp_path: Path) -> None:
    with mounted("tmpfs", tmp_path / "small", "-t", "tmpfs", "-o", "size=1m") as folder:
        path = folder / "disk.raw"
        with path.open("wb") as file:
            file.truncate(SIZE)
        target = target_of(path)
        target.open()
        with pytest.raises(TargetError, match=r"^cannot write at offset 4096 of .*; make room"):
            target.writev(4096, [memoryview(b"x" * (2 * MIB))])
        target.discard()
        assert path.stat().st_size == SIZE
