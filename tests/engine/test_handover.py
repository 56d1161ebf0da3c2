from __future__ import annotations

import threading
from collections.abc import Iterator

from vmatui.engine import handover
from vmatui.engine.handover import done_ahead


def test_few_small_items_do_not_wait_for_more_when_they_come_slowly() -> None:
    go_on = threading.Event()

    def slow() -> Iterator[int]:
        yield 0
        threading.Event().wait(2 * handover._AGE)
        yield 1
        assert go_on.wait(60)
        yield 2

    ahead = done_ahead(
        slow(), is_large=lambda _: False, wake=lambda: None, cancel=threading.Event()
    )
    with ahead as items:
        assert [next(items), next(items)] == [0, 1]
        go_on.set()
        assert [*items] == [2]
