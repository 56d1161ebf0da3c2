from __future__ import annotations

from tests.forge import Disk, forge, noise
from tests.opening import opened
from vmatui.engine.restoring.plan import plan_restore
from vmatui.engine.restoring.writer import make_limiters
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
