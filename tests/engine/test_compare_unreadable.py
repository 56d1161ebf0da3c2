from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.damage import DISKS
from tests.engine.comparing import changed, compare_to
from tests.forge import BLOCK, CLUSTER
from vmatui.engine.comparing import comparer
from vmatui.storage import rawimage, reading


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The first disk of the sound archive, as a file."""
    path = tmp_path / "disk.raw"
    path.write_bytes(DISKS[0].image())
    return path


def fail_in(first: int, last: int) -> Callable[[int, int, memoryview], int]:
    read = reading.read_full

    def read_or_fail(fd: int, offset: int, view: memoryview) -> int:
        if offset <= last and offset + len(view) > first:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return read(fd, offset, view)

    return read_or_fail


def test_what_cannot_be_read_is_named_to_the_block_and_the_rest_compared(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.write_bytes(changed(DISKS[0].image(), 2 * BLOCK, 6 * BLOCK, 100 * BLOCK))
    monkeypatch.setattr(rawimage, "read_full", fail_in(5 * BLOCK + 7, 6 * BLOCK))
    (found,) = compare_to({1: path}, format="raw").devices
    assert not found.is_equal
    assert found.unreadable == 2 * BLOCK
    assert found.unreadable_ranges == ((5 * BLOCK, 7 * BLOCK - 1),)
    assert found.first_difference == 2 * BLOCK
    assert (found.differing, found.differing_blocks) == (2, 2)
    assert found.compared == 12
    assert found.sentence.endswith(
        f"8192 bytes of the target were not read: {path} cannot be read at offset 20480: "
        "Input/output error; check the disk"
    )


def test_a_target_that_only_fails_is_not_equal(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rawimage, "read_full", fail_in(0, BLOCK))
    (found,) = compare_to({1: path}, format="raw").devices
    assert not found.is_equal
    assert not found.differing
    assert found.sentence.startswith(f"not equal to {path}; 8192 bytes")


def test_a_target_with_too_many_faults_is_given_up_and_nothing_false_is_said(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rawimage, "read_full", fail_in(0, 12 * CLUSTER))
    monkeypatch.setattr(comparer, "MAX_UNREADABLE", 3)
    (found,) = compare_to({1: path}, format="raw").devices
    assert found.was_given_up
    assert not found.differing
    assert found.unreadable == 3 * BLOCK
    assert "were not compared: too much of the target cannot be read" in found.sentence
