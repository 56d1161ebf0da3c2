from __future__ import annotations

from collections.abc import Sequence

from textual.pilot import Pilot

from tests.tui.holder import CLUSTER, HOSTILE, Holder, device_map, drive, lines
from vmatui.drawing.density import density
from vmatui.drawing.fields import DeviceField
from vmatui.drawing.shades import View
from vmatui.engine.checking.findings import Finding, FindingList
from vmatui.engine.indexing.clustermap import DAMAGED, DUPLICATE, UNSEEN, ZERO, DeviceMap
from vmatui.format.codes import Code
from vmatui.format.header import Device
from vmatui.tui.widgets.celldetail import CellDetail, describe
from vmatui.tui.widgets.legend import Legend

FULL = 17


def said(
    made: DeviceMap,
    first: int,
    last: int,
    findings: Sequence[Finding] = (),
    *,
    complete: bool = True,
) -> list[str]:
    return describe(made, first, last, findings, complete=complete).plain.splitlines()


def missing(device: str, first: int, last: int) -> tuple[Finding, ...]:
    found = FindingList()
    found.add(
        Code.MISSING_CLUSTER,
        "no extent of the archive holds it",
        dev_id=1,
        device=device,
        clusters=(first, last),
    )
    return found.freeze()


def test_a_range_is_told_with_its_offsets_and_counts() -> None:
    made = device_map([FULL] * 10 + [ZERO] * 5 + [UNSEEN] + [FULL | DUPLICATE] + [DAMAGED])
    assert said(made, 0, 17) == [
        "drive-scsi0  clusters 0–17",
        "0x0–0x11ffff  1.1 MiB at 0 B",
        "11 stored, 5 zero, 1 missing, 1 duplicate, 1 damaged, 61 % of blocks stored",
    ]


def test_what_is_not_read_yet_is_not_missing() -> None:
    made = device_map([ZERO, UNSEEN])
    assert said(made, 0, 1, complete=False)[2] == "1 zero, 1 not read yet, 0 % of blocks stored"
    assert said(made, 1, 1, complete=False)[2] == "not read yet"
    assert said(made, 1, 1)[2] == "missing: no extent of the archive holds it"


def test_a_rotten_cluster_is_not_called_unreadable() -> None:
    made = device_map([FULL | DAMAGED, DAMAGED])
    assert said(made, 0, 0)[2] == (
        "16 of 16 blocks stored, damaged: the manifest or a faulty extent belies it"
    )
    assert "cannot be read" in said(made, 1, 1)[2]


def test_a_single_cluster_shows_its_mask_from_its_first_block_on() -> None:
    made = device_map([ZERO] * 6)
    made.set_state(5, 4, 0b1000_0000_0000_0110)
    assert said(made, 5, 5) == [
        "drive-scsi0  cluster 5",
        "0x50000–0x5ffff  64.0 KiB at 320.0 KiB",
        "3 of 16 blocks stored",
        "□■■□ □□□□ □□□□ □□□■  mask 0x8006",
    ]


def test_blocks_past_the_devices_end_are_no_squares() -> None:
    made = DeviceMap(Device(1, "drive-efidisk0", 540_672))
    made.set_state(8, 2, 0b0001)
    assert said(made, 8, 8)[1:] == [
        "0x80000–0x83fff  16.0 KiB at 512.0 KiB",
        "1 of 16 blocks stored",
        "■□□□ ···· ···· ····  mask 0x0001",
    ]


def test_flags_of_a_cluster_are_told_in_words() -> None:
    made = device_map([FULL | DUPLICATE, DAMAGED])
    assert said(made, 0, 0)[2] == "16 of 16 blocks stored, stored more than once"
    assert said(made, 1, 1)[2].startswith("damaged: ")
    assert len(said(made, 1, 1)) == 3


def test_only_findings_that_concern_the_cell_are_shown() -> None:
    made = device_map([UNSEEN] * 10)
    detail = CellDetail()

    async def script(pilot: Pilot[None]) -> None:
        found = (*missing("drive-scsi0", 2, 3), *missing("drive-scsi0", 7, 7))
        detail.show(made, 0, 4, found, complete=True)
        await pilot.pause()
        text = " ".join(lines(detail))
        assert "missing-cluster 2 clusters (2-3)" in text
        assert "cluster 7" not in text
        detail.show(None, 0, 0, complete=True)
        await pilot.pause()
        assert "".join(lines(detail)).strip() == ""

    drive(Holder(detail), script)


def test_many_findings_are_cut_and_counted() -> None:
    made = device_map([UNSEEN] * 100)
    found = [finding for cluster in range(25) for finding in missing("a", cluster, cluster)]
    shown = said(made, 0, 99, found)
    assert len(shown) == 3 + 20 + 1
    assert shown[-1] == "… and 5 more findings"


def test_a_hostile_name_is_shown_as_it_is_and_sends_nothing_to_the_terminal() -> None:
    made = device_map([ZERO], name=HOSTILE)
    detail = CellDetail()

    async def script(pilot: Pilot[None]) -> None:
        detail.show(made, 0, 0, missing(HOSTILE, 0, 0), complete=True)
        await pilot.pause()
        text = " ".join(lines(detail))
        assert "\x1b" not in text
        assert text.count(r"drive[/b]\x1b[31m[red]") == 2

    drive(Holder(detail), script)


def test_a_name_of_any_length_leaves_room_for_the_rest() -> None:
    assert len(said(device_map([ZERO], name="x" * 65_535), 0, 0)[0]) < 150


def test_the_legend_counts_every_state_live() -> None:
    made = device_map([FULL, FULL, ZERO, UNSEEN])
    legend = Legend()

    async def script(pilot: Pilot[None]) -> None:
        field = DeviceField(made, None, View.CONTENT, complete=False)
        legend.show(field)
        await pilot.pause()
        assert lines(legend)[0].rstrip() == (
            "░▒▓█ stored 2   · zero 1   ╱ not read yet 1   = duplicate 0   × damaged 0"
        )
        made.set_state(3, FULL | DUPLICATE, 0xFFFF)
        legend.poll()
        await pilot.pause()
        assert "stored 3" in lines(legend)[0]
        assert "duplicate 1" in lines(legend)[0]
        field.complete = True
        legend.show(field)
        await pilot.pause()
        assert "! missing 0" in lines(legend)[0]

    drive(Holder(legend), script)


def test_the_legend_breaks_between_entries_only() -> None:
    legend = Legend()

    async def script(pilot: Pilot[None]) -> None:
        field = DeviceField(device_map([FULL] * 1500), None, View.CONTENT, complete=True)
        legend.show(field)
        await pilot.pause()
        assert [line.rstrip() for line in lines(legend)] == [
            "░▒▓█ stored 1,500   · zero 0",
            "! missing 0   = duplicate 0",
            "× damaged 0",
        ]

    drive(Holder(legend), script, (30, 10))


def test_a_device_in_one_line_shows_its_fullness_and_every_fault() -> None:
    made = device_map([FULL] * 10 + [9] * 10 + [ZERO] * 10 + [UNSEEN] * 10)
    made.add_flag(0, DAMAGED)
    made.add_flag(11, DUPLICATE)
    assert density(made, 8) == "×█=▄··╱╱"
    assert density(made, 8, complete=True) == "×█=▄··!!"
    assert density(made, 0) == ""


def test_a_line_is_as_long_as_it_should_be_for_any_device() -> None:
    for clusters in (1, 9, 300, 70_000):
        made = DeviceMap(Device(1, "a", clusters * CLUSTER))
        for width in (1, 7, 40, 200):
            assert density(made, width) == "╱" * width
