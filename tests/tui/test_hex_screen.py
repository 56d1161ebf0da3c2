from __future__ import annotations

import threading
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from tests.compressors import as_gzip
from tests.damage import DAMAGED, HIT_CLUSTER, HIT_EXTENT, sound
from tests.forge import BLOCK, CLUSTER, Disk, forge, noise
from tests.tui.driving import drive, notices, press, wait_for
from tests.tui.holder import lines
from vmatui.engine.inspecting import archivebytes
from vmatui.tui.app import VmaApp
from vmatui.tui.screens.archive import ArchiveScreen
from vmatui.tui.screens.hex import HexScreen
from vmatui.tui.widgets.fieldlist import FieldList
from vmatui.tui.widgets.heatmap import HeatMap
from vmatui.tui.widgets.hexband import HexBand
from vmatui.tui.widgets.hexdump import HexDump
from vmatui.tui.widgets.hextold import HexTold
from vmatui.tui.widgets.jobbar import JobBar

OFFSETS = sound().extent_offsets


def screen(pilot: Pilot[None]) -> HexScreen:
    assert isinstance(pilot.app.screen, HexScreen)
    return pilot.app.screen


def dump(pilot: Pilot[None]) -> HexDump:
    return screen(pilot).query_one(HexDump)


def where(pilot: Pilot[None]) -> str:
    """Return what the band says of the place under the cursor."""
    line = str(screen(pilot).query_one(HexBand).render()).splitlines()[1]
    return line.split("  ", 1)[1]


def told(pilot: Pilot[None]) -> str:
    return str(screen(pilot).query_one(HexTold).render())


def noticed(pilot: Pilot[None]) -> list[str]:
    assert isinstance(pilot.app, VmaApp)
    return notices(pilot.app)


def field_line(pilot: Pilot[None]) -> str:
    """Return the line of the field under the cursor of the list."""
    fields = screen(pilot).query_one(FieldList)
    return lines(fields)[fields.cursor - fields.scroll_offset.y + 1]


async def type_place(pilot: Pilot[None], text: str) -> None:
    await press(pilot, "g")
    screen(pilot).query_one("#hex-place", Input).value = text
    await press(pilot, "enter")


async def look_for(pilot: Pilot[None], text: str) -> None:
    await press(pilot, "slash")
    screen(pilot).query_one("#hex-needle", Input).value = text
    await press(pilot, "enter")


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    path = tmp_path / "a.vma"
    path.write_bytes(sound().build())
    return path


def damaged(tmp_path: Path, code: str) -> Path:
    path = tmp_path / "a.vma"
    path.write_bytes(DAMAGED[code]())
    return path


def test_enter_on_an_extent_shows_its_header_and_escape_goes_back(plain: Path) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "4", "down", "enter")
        assert dump(pilot).cursor == OFFSETS[1]
        assert where(pilot) == "header of extent 1, magic"
        assert "VMAE" in field_line(pilot)
        assert "56 4d 41 45" in "\n".join(lines(dump(pilot)))
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, ArchiveScreen)

    drive(VmaApp(plain), steps)


def test_enter_on_the_map_shows_the_device_and_on_the_archives_map_the_extent(
    plain: Path,
) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "3", "right_square_bracket")
        pilot.app.screen.query_one(HeatMap).go_to(HIT_CLUSTER)
        await press(pilot, "enter")
        assert dump(pilot).cursor == HIT_CLUSTER * CLUSTER
        assert where(pilot).startswith(f"block 0 of cluster {HIT_CLUSTER} of drive-efidisk0")
        await press(pilot, "escape", "a", "right", "enter")
        assert where(pilot).startswith("header of extent")

    drive(VmaApp(plain), steps)


def test_b_shows_the_archive_header(plain: Path) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "b")
        assert where(pilot) == "archive header, magic"
        await press(pilot, *["right"] * 24)
        assert where(pilot) == "archive header, ctime"
        assert "1700000000 s since 1970" in told(pilot)

    drive(VmaApp(plain), steps)


def test_the_wrong_field_is_marked_with_what_it_should_be(tmp_path: Path) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "4", *["down"] * HIT_EXTENT, "enter")
        listed = lines(screen(pilot).query_one(FieldList))
        number = next(row for row, line in enumerate(listed) if line.lstrip().startswith("✘"))
        assert listed[number].split()[1] == "uuid"
        assert listed[number + 1].split()[:3] == [
            "should",
            "be",
            "666f726765642062792074657374732e",
        ]
        marked = [line for line in lines(dump(pilot)) if line[8] == "✘"]
        assert len(marked) == 1
        await type_place(pilot, f"{OFFSETS[HIT_EXTENT] + 10:#x}")
        assert "✘ uuid: the extent carries the uuid of another archive" in told(pilot)
        assert "should be 666f72" in told(pilot)

    drive(VmaApp(damaged(tmp_path, "extent-uuid")), steps, (200, 60))


def test_moving_among_the_bytes_moves_among_the_fields_and_back(plain: Path) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "4", "enter", *["right"] * 8)
        assert "uuid" in field_line(pilot)
        await press(pilot, "tab")
        assert screen(pilot).query_one(FieldList).has_focus
        await press(pilot, "down")
        assert "md5" in field_line(pilot)
        assert dump(pilot).cursor == OFFSETS[0] + 24
        assert dump(pilot).marks.field == (OFFSETS[0] + 24, OFFSETS[0] + 40)
        await press(pilot, "down", "enter")
        assert dump(pilot).has_focus
        # The data of slot 0: the first block of the first cluster.
        assert dump(pilot).cursor == OFFSETS[0] + 512
        assert where(pilot) == "extent 0, block 0 of cluster 0 of drive-scsi0"
        assert "slot 0" in field_line(pilot)

    drive(VmaApp(plain), steps, (120, 36))


def test_d_shows_the_same_byte_on_the_device_and_back_in_the_archive(plain: Path) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "4", "enter")
        await type_place(pilot, f"{OFFSETS[0] + 512 + 3 * BLOCK + 77:#x}")
        before = dump(pilot).bytes_at(dump(pilot).cursor, 8)
        await press(pilot, "d")
        assert dump(pilot).cursor == 3 * BLOCK + 77
        assert where(pilot) == "block 3 of cluster 0 of drive-scsi0, extent 0"
        assert dump(pilot).bytes_at(dump(pilot).cursor, 8) == before
        assert "slot 0" in field_line(pilot)
        await press(pilot, "d")
        assert dump(pilot).cursor == OFFSETS[0] + 512 + 3 * BLOCK + 77
        await type_place(pilot, "0x10")
        await press(pilot, "d")
        assert "is of no device" in noticed(pilot)[-1]

    drive(VmaApp(plain), steps)


def test_a_block_that_is_not_stored_is_zero_and_d_goes_to_its_slot(plain: Path) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "3", "enter")
        await type_place(pilot, "1")
        await type_place(pilot, f"{CLUSTER + 5 * BLOCK:#x}")
        assert where(pilot) == "block 5 of cluster 1 of drive-scsi0, extent 0, zero, not stored"
        await press(pilot, "d")
        assert where(pilot) == "header of extent 0, slot 3"

    drive(VmaApp(plain), steps)


def test_a_missing_cluster_is_shown_as_missing_and_not_as_zero(tmp_path: Path) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "5", "down", "enter")
        assert dump(pilot).cursor == HIT_CLUSTER * CLUSTER
        assert where(pilot).endswith("missing, not zero")
        assert "-- -- --" in lines(dump(pilot))[10]
        assert "missing-cluster" in told(pilot)
        await press(pilot, "d")
        assert "is in no extent" in noticed(pilot)[-1]

    drive(VmaApp(damaged(tmp_path, "missing-cluster")), steps)


def test_brackets_show_the_other_devices_and_e_the_extents(plain: Path) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "3", "enter", "right_square_bracket")
        assert "of drive-efidisk0" in where(pilot)
        await press(pilot, "left_square_bracket", "left_square_bracket")
        assert "of vmstate" in where(pilot)
        await press(pilot, "d", "e")
        assert dump(pilot).cursor == OFFSETS[1]
        await press(pilot, "right", "E", "e", "E")
        assert dump(pilot).cursor == OFFSETS[1]
        await press(pilot, "home", "e")
        assert dump(pilot).cursor == OFFSETS[0]
        await press(pilot, "E")
        assert noticed(pilot)[-1] == "No extent is known before this place"

    drive(VmaApp(plain), steps)


def test_n_goes_from_finding_to_finding(tmp_path: Path) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "b", "n")
        assert dump(pilot).cursor == OFFSETS[HIT_EXTENT]
        assert "extent-checksum" in told(pilot)
        await press(pilot, "n")
        assert noticed(pilot)[-1] == "No finding after this place"
        await press(pilot, "end", "N")
        assert dump(pilot).cursor == OFFSETS[HIT_EXTENT]
        await press(pilot, *["right"] * 40, "d", "home", "n")
        assert dump(pilot).cursor == HIT_CLUSTER * CLUSTER

    drive(VmaApp(damaged(tmp_path, "extent-checksum")), steps)


@pytest.mark.parametrize(
    ("text", "place"),
    [("3", "header of extent 3"), ("0x20", "archive header, md5"), ("1T", "extent 4, block")],
)
def test_g_goes_to_an_extent_or_an_offset(plain: Path, text: str, place: str) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "b")
        await type_place(pilot, text)
        assert where(pilot).startswith(place)

    drive(VmaApp(plain), steps)


def test_a_place_that_is_not_there_is_asked_again_and_escape_leaves(plain: Path) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "b")
        await type_place(pilot, "7")
        assert "extent 7 is not known: there are 5" in noticed(pilot)[-1]
        assert screen(pilot).query_one("#hex-place", Input).has_focus
        await press(pilot, "escape")
        assert dump(pilot).has_focus
        assert dump(pilot).cursor == 0

    drive(VmaApp(plain), steps)


@pytest.mark.parametrize("is_packed", [False, True])
def test_a_place_behind_the_end_is_said(is_packed: bool, tmp_path: Path) -> None:
    data = sound().build()
    path = tmp_path / "a.vma"
    path.write_bytes(as_gzip(data) if is_packed else data)

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "b")
        await type_place(pilot, f"{len(data) - 1:#x}")
        assert noticed(pilot) == []
        await press(pilot, "home")
        await type_place(pilot, "1G")
        assert dump(pilot).cursor == len(data) - 1
        told = f"0x40000000 lies behind the end: this is the last of {len(data):,} bytes"
        assert noticed(pilot) == [told]

    drive(VmaApp(path), steps)


def test_y_copies_the_offset(plain: Path) -> None:
    app = VmaApp(plain)

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "4", "enter", "y")
        assert app.clipboard == f"{OFFSETS[0]:#x}"

    drive(app, steps)


def test_a_search_goes_on_from_what_it_found(plain: Path) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "b")
        for offset in OFFSETS[:2]:
            await look_for(pilot, "VMAE" if offset == OFFSETS[0] else "")
            assert dump(pilot).cursor == offset
            assert dump(pilot).marks.found == (offset, offset + 4)
        await look_for(pilot, "0x564d41 00")
        assert noticed(pilot)[-1] == "Not found from here to the end"
        await look_for(pilot, "0x5")
        assert "two hexadecimal digits" in noticed(pilot)[-1]

    drive(VmaApp(plain), steps)


def test_a_search_on_a_device_finds_what_is_stored_there(plain: Path) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "3", "enter")
        await look_for(pilot, "0x" + noise(BLOCK, 70)[:8].hex())
        assert dump(pilot).cursor == 70 * BLOCK
        assert where(pilot).startswith("block 6 of cluster 4 of drive-scsi0")

    drive(VmaApp(plain), steps)


def test_a_packed_archive_is_walked_to_the_place_and_to_its_end(tmp_path: Path) -> None:
    data = forge([Disk("drive-scsi0", noise(3 << 20))])
    path = tmp_path / "a.vma.gz"
    path.write_bytes(as_gzip(data))

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "b")
        assert "of an unknown size" in str(screen(pilot).query_one(HexBand).render())
        assert dump(pilot).bytes_at(0, 4) == b"VMA\0"
        await type_place(pilot, "2M")
        assert dump(pilot).bytes_at(2 << 20, 8) == data[2 << 20 : (2 << 20) + 8]
        assert "when it is verified" in where(pilot)
        await press(pilot, "end")
        assert dump(pilot).cursor == len(data) - 1
        assert dump(pilot).bytes_at(len(data) - 1, 8) == data[-1:]
        await press(pilot, "escape", "v", "escape", "4", "enter")
        assert where(pilot) == "header of extent 0, magic"

    drive(VmaApp(path), steps)


def test_a_long_way_shows_its_progress_and_can_be_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = forge([Disk("drive-scsi0", noise(3 << 20))])
    path = tmp_path / "a.vma.gz"
    path.write_bytes(as_gzip(data))
    monkeypatch.setattr(archivebytes, "_STEP", 4096)
    gate = threading.Event()

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "b")
        real = archivebytes.ArchiveBytes._take

        def held(self: archivebytes.ArchiveBytes, *arguments: object) -> memoryview:
            gate.wait(10)
            return real(self, *arguments)  # type: ignore[arg-type]

        monkeypatch.setattr(archivebytes.ArchiveBytes, "_take", held)
        await pilot.press("end")
        bar = screen(pilot).query_one(JobBar)
        await wait_for(pilot, lambda: "Reading to the end" in str(bar.render()))
        await pilot.press("escape")
        await wait_for(pilot, lambda: "Stopping" in str(bar.render()))
        gate.set()
        await wait_for(pilot, lambda: not screen(pilot).is_slow)
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, ArchiveScreen)

    drive(VmaApp(path), steps)


def test_an_archive_that_changed_meanwhile_is_told(plain: Path) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        changed = sound()
        changed.ctime += 1
        plain.write_bytes(changed.build())
        await press(pilot, "b")
        assert any("has changed since" in notice for notice in noticed(pilot))

    drive(VmaApp(plain), steps)
