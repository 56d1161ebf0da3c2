from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from tests.forge import Disk, forge, noise
from tests.opening import opened
from vmatui.engine.restoring.checkpoint import NOTHING
from vmatui.engine.restoring.checkpointer import Checkpointer
from vmatui.engine.restoring.parallelwrites import HELD, ParallelWrites
from vmatui.engine.restoring.plan import plan_restore
from vmatui.engine.restoring.writer import Writer, make_limiters
from vmatui.engine.walking.found import Extent
from vmatui.engine.walking.pipeline import BUFFERS, read_ahead
from vmatui.storage.destination import Destination
from vmatui.storage.rawfile import RawFileTarget


def test_devices_of_one_group_share_its_lowest_limit_and_all_others_have_their_own() -> None:
    def to(place: str, limit: int | None, group: str | None) -> Destination:
        return Destination(place, limit=limit, group=group)

    destinations = {
        1: to("/a", 30, "slow"),
        2: to("/b", 20, None),
        3: to("/c", None, "slow"),
        4: to("/d", 10, "slow"),
        5: to("/e", None, "free"),
        6: to("/f", None, None),
        7: to("/g", 20, None),
    }
    with opened(forge([Disk(name, noise(512)) for name in "abcdefg"])) as archive:
        limiters = make_limiters(plan_restore(archive.header, to=destinations))
    assert {dev_id: limiter.rate for dev_id, limiter in limiters.items()} == {
        1: 10,
        2: 20,
        3: 10,
        4: 10,
        7: 20,
    }
    assert limiters[1] is limiters[3] is limiters[4]
    assert limiters[2] is not limiters[7]


def test_what_extents_bring_is_written_before_their_buffers_are_filled_anew() -> None:
    data = noise((BUFFERS + HELD + 2) * 59 * 65536)
    image = bytearray(len(data))

    def write_late(offset: int, views: Sequence[memoryview]) -> None:
        time.sleep(0.05)
        joined = b"".join(views)
        image[offset : offset + len(joined)] = joined

    with opened(forge([Disk("disk", data)])) as archive, closing(ParallelWrites()) as parallel:
        writer = Writer({1: parallel.of(write_late)}, parallel)
        with read_ahead(archive, threading.Event(), held=parallel.held) as items:
            for item in items:
                assert isinstance(item, Extent)
                writer.see_extent(item, frozenset())
            writer.finish()
    assert image == data


def test_what_is_noted_as_written_is_not_only_begun(tmp_path: Path) -> None:
    order: list[str] = []

    def write_late(offset: int, _views: Sequence[memoryview]) -> None:
        time.sleep(0.05)
        order.append("written")

    class Synced(RawFileTarget):
        def sync(self) -> None:
            order.append("synced")

    target = Synced(tmp_path / "disk", 1 << 30)
    start = NOTHING._replace(targets=())
    with opened(forge([Disk("disk", noise(65536))])) as archive, closing(ParallelWrites()) as some:
        note = Checkpointer(tmp_path / "note", start, {1: target}, some.settle, 0)
        writer = Writer({1: some.of(write_late)}, some)
        with closing(note), read_ahead(archive, threading.Event(), held=some.held) as items:
            for item in items:
                assert isinstance(item, Extent)
                for visitor in (writer, note):
                    visitor.see_extent(item, frozenset())
    assert order == ["written", "synced"]
