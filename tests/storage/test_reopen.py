"""Targets of a restore that was ended in the middle, taken up again."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.storage.devices import MIB, loop_device
from tests.storage.outputting import names_in
from vmatui.errors import TargetError
from vmatui.storage.blocktarget import BlockTarget
from vmatui.storage.newfile import temporary_path
from vmatui.storage.publishing import publish
from vmatui.storage.rawfile import RawFileTarget


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "disk-a.raw"


def left(path: Path) -> str:
    """Leave a file as a restore does that is killed; return its identity."""
    target = RawFileTarget(path, MIB)
    target.open()
    target.writev(0, [memoryview(b"one")])
    identity = target.identity
    target.suspend()
    target.discard()
    return identity


def test_a_file_that_was_left_has_its_bytes_and_gets_the_rest(path: Path) -> None:
    identity = left(path)
    target = RawFileTarget(path, MIB)
    target.reopen(identity)
    assert target.read(0, 5) == b"one\0\0"
    target.writev(3, [memoryview(b"two")])
    target.finish()
    assert path.read_bytes() == b"onetwo".ljust(MIB, b"\0")
    assert names_in(path.parent) == {path.name}


def test_a_file_that_was_left_can_be_started_over(path: Path) -> None:
    left(path)
    target = RawFileTarget(path, MIB)
    target.start_over()
    target.finish()
    assert path.read_bytes() == bytes(MIB)


def test_a_reopened_file_is_removed_when_it_is_discarded(path: Path) -> None:
    target = RawFileTarget(path, MIB)
    target.reopen(left(path))
    target.discard()
    assert names_in(path.parent) == set()


def test_another_file_in_the_place_of_the_one_that_was_left_is_not_touched(path: Path) -> None:
    identity = left(path)
    temporary_path(path).rename(path.parent / "kept")
    temporary_path(path).write_bytes(bytes(MIB))
    target = RawFileTarget(path, MIB)
    with pytest.raises(TargetError, match="not the file that the unfinished restore left"):
        target.reopen(identity)
    target.discard()
    assert temporary_path(path).read_bytes() == bytes(MIB)


def test_a_file_that_is_gone_cannot_be_reopened(path: Path) -> None:
    identity = left(path)
    temporary_path(path).unlink()
    with pytest.raises(TargetError, match=r"cannot go on with .*tmp-disk-a\.raw: No such file"):
        RawFileTarget(path, MIB).reopen(identity)


def test_a_file_that_another_restore_writes_is_left_to_it(path: Path) -> None:
    identity = left(path)
    first, second = RawFileTarget(path, MIB), RawFileTarget(path, MIB)
    first.reopen(identity)
    with pytest.raises(TargetError, match="another restore is writing"):
        second.reopen(identity)
    second.discard()
    first.finish()
    assert path.is_file()


def test_a_file_that_another_restore_writes_is_not_started_over(path: Path) -> None:
    first, second = RawFileTarget(path, MIB), RawFileTarget(path, MIB)
    first.open()
    with pytest.raises(
        TargetError, match=rf"another restore .*\(process {os.getpid()}\) has ended"
    ):
        second.start_over()
    second.discard()
    first.writev(0, [memoryview(b"one")])
    first.finish()
    assert path.read_bytes() == b"one".ljust(MIB, b"\0")


def test_nothing_is_taken_back_from_who_is_about_to_finish_it(path: Path) -> None:
    first, second = RawFileTarget(path, MIB), RawFileTarget(path, MIB)
    first.open()
    path.hardlink_to(temporary_path(path))
    with pytest.raises(TargetError, match="another restore is writing"):
        second.reopen(first.identity)
    assert path.samefile(temporary_path(path))
    first.discard()


@pytest.mark.parametrize("overwrite", [True, False])
def test_what_is_finished_can_be_taken_back_only_when_its_writer_lets_go_of_it(
    overwrite: bool, path: Path
) -> None:
    first, second = (RawFileTarget(path, MIB, overwrite=overwrite) for _ in range(2))
    first.open()
    identity = first.identity
    first.finish()
    with pytest.raises(
        TargetError, match=rf"another restore .*\(process {os.getpid()}\) has ended"
    ):
        second.reopen(identity)
    assert names_in(path.parent) == {path.name}
    first.discard()
    assert names_in(path.parent) == {path.name}
    second.reopen(identity)
    second.finish()
    second.discard()


@pytest.mark.parametrize("overwrite", [True, False])
@pytest.mark.parametrize("end", [RawFileTarget.finish, RawFileTarget.keep_incomplete])
def test_the_file_of_another_is_never_given_a_name(
    end: Callable[[RawFileTarget], object], overwrite: bool, path: Path
) -> None:
    first, second = (RawFileTarget(path, MIB, overwrite=overwrite) for _ in range(2))
    first.open()
    temporary_path(path).unlink()
    second.open()
    with pytest.raises(TargetError, match=r"tmp-disk-a\.raw was removed or replaced"):
        end(first)
    first.discard()
    assert names_in(path.parent) == {temporary_path(path).name}
    second.finish()
    assert path.read_bytes() == bytes(MIB)


def test_a_file_without_a_name_cannot_be_finished(path: Path) -> None:
    target = RawFileTarget(path, MIB)
    target.open()
    temporary_path(path).unlink()
    with pytest.raises(TargetError, match="was removed or replaced"):
        target.finish()
    target.discard()
    assert names_in(path.parent) == set()


@pytest.mark.parametrize("both", [True, False], ids=["both names", "the final name"])
def test_a_file_that_had_its_final_name_already_is_unfinished_again(both: bool, path: Path) -> None:
    identity = left(path)
    if both:
        path.hardlink_to(temporary_path(path))
    else:
        publish(temporary_path(path), path)
    target = RawFileTarget(path, MIB)
    target.reopen(identity)
    assert names_in(path.parent) == {temporary_path(path).name}
    target.finish()
    assert path.read_bytes().startswith(b"one")


def test_a_block_device_is_known_by_its_size(tmp_path: Path) -> None:
    with loop_device(tmp_path / "image", MIB) as device:
        first = BlockTarget(device, MIB)
        first.open()
        first.writev(0, [memoryview(b"one")])
        identity = first.identity
        first.suspend()
        again = BlockTarget(device, MIB)
        again.reopen(identity)
        assert again.read(0, 4) == b"one\xff"
        again.finish()
        with pytest.raises(TargetError, match="not the target of the unfinished restore"):
            BlockTarget(device, MIB).reopen("512")
