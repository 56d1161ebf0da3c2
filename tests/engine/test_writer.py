from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from contextlib import closing

from tests.forge import Disk, forge, noise
from tests.opening import opened
from vmatui.engine.restoring.parallelwrites import ParallelWrites
from vmatui.engine.restoring.plan import plan_restore
from vmatui.engine.restoring.writer import Writer, make_limiters
from vmatui.engine.walking.found import Extent
from vmatui.engine.walking.pipeline import read_ahead
from vmatui.storage.destination import Destination


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


def test_what_an_extent_brings_is_written_before_its_buffer_is_filled_anew() -> None:
    data = noise(40 * 65536)
    image = bytearray(len(data))

    def write_late(offset: int, views: Sequence[memoryview]) -> None:
        time.sleep(0.05)
        joined = b"".join(views)
        image[offset : offset + len(joined)] = joined

    with opened(forge([Disk("disk", data)])) as archive, closing(ParallelWrites()) as parallel:
        writer = Writer({1: parallel.of(write_late)}, parallel.settle)
        with read_ahead(archive, threading.Event()) as items:
            for item in items:
                assert isinstance(item, Extent)
                writer.see_extent(item, frozenset())
                assert item.buffer is not None
                item.buffer.view[:] = bytes(len(item.buffer.view))  # as the reader may from here on
    assert image == data
