from __future__ import annotations

from pathlib import Path

import pytest

from vmatui.engine.restoring import candidates
from vmatui.engine.restoring.candidates import Candidate, Fit, rank
from vmatui.errors import TargetError
from vmatui.storage.blockdev import PathFacts
from vmatui.storage.machinedisks import MachineDisk

MIB = 1 << 20


def _disk(name: str, size: int, *, mounted_at: str | None = None) -> MachineDisk:
    return MachineDisk(Path("/dev", name), "disk", size, None, "ext4", mounted_at, 0)


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch) -> None:
    def look(path: Path) -> PathFacts:
        if path.name == "secret":
            raise TargetError("cannot look at /dev/secret: Permission denied; name another target")
        users = ("LVM pve",) if path.name == "used" else ()
        return PathFacts(path, "block", None, path.name == "locked", (), users, "xfs", None)

    monkeypatch.setattr(candidates, "inspect", look)


def _ranked(*disks: MachineDisk) -> list[tuple[str, Fit]]:
    return [(each.disk.path.name, each.fit) for each in rank(disks, 10 * MIB)]


def test_free_devices_of_the_right_size_come_first_the_nearest_before_others() -> None:
    found = _ranked(
        _disk("small", 9 * MIB),
        _disk("large", 15 * MIB),
        _disk("most", 14 * MIB),
        _disk("equal", 10 * MIB),
        _disk("huge", 15 * MIB + 1, mounted_at="/srv"),
    )
    assert found == [
        ("equal", Fit.FITS),
        ("most", Fit.FITS),
        ("large", Fit.LARGER),
        ("huge", Fit.OCCUPIED),
        ("small", Fit.SMALL),
    ]


@pytest.mark.parametrize(
    ("name", "use"),
    [
        ("used", "in use by LVM pve"),
        ("locked", "read-only"),
        ("secret", "out of reach"),
    ],
)
def test_one_of_the_right_size_that_cannot_be_written_says_why(name: str, use: str) -> None:
    (found,) = rank([_disk(name, 10 * MIB)], 10 * MIB)
    assert (found.fit, found.use) == (Fit.OCCUPIED, use)


def test_what_a_likely_one_holds_is_looked_at_and_of_others_what_the_list_says() -> None:
    likely, other = rank([_disk("a", 10 * MIB), _disk("b", 1)], 10 * MIB)
    assert isinstance(likely, Candidate)
    assert (likely.holds, other.holds) == ("xfs", "ext4")
