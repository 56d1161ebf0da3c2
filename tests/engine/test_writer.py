from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.forge import Disk, forge, noise
from tests.opening import opened
from vmatui.engine.pipeline import read_ahead
from vmatui.engine.walk import Extent
from vmatui.engine.writer import Writer
from vmatui.errors import CancelledError
from vmatui.storage.rawfile import RawFileTarget


class _Counting(RawFileTarget):
    """Counts the bytes that it should write."""

    written = 0

    def writev(self, offset: int, views: Sequence[memoryview]) -> None:
        self.written += sum(map(len, views))


def write(limits: dict[tuple[int, ...], int]) -> list[int]:
    """Write two devices of a block each as soon as they may go; return what each got.

    Nobody waits: whoever would have to is cancelled.
    """
    targets = {dev_id: _Counting(Path("never"), 4096) for dev_id in (1, 2)}
    cancelled = threading.Event()
    cancelled.set()
    writer = Writer(targets, limits, cancelled)
    data = forge([Disk("a", noise(4096)), Disk("b", noise(4096))])
    with opened(data) as archive, read_ahead(archive, threading.Event()) as items:
        for item in items:
            if isinstance(item, Extent):
                try:
                    writer.see_extent(item, frozenset())
                except CancelledError:
                    break
    return [target.written for target in targets.values()]


@pytest.mark.parametrize(
    ("limits", "written"),
    [
        ({}, [4096, 4096]),
        ({(1,): 1, (2,): 1}, [4096, 4096]),
        ({(1, 2): 1}, [4096, 0]),
    ],
)
def test_only_devices_that_share_a_limit_wait_for_each_other(
    limits: dict[tuple[int, ...], int], written: list[int]
) -> None:
    assert write(limits) == written
