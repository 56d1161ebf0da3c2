from __future__ import annotations

import re
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from tests.compressors import as_gzip
from tests.forge import CLUSTER, Disk, forge, noise
from tests.format.test_partitions import gpt
from tests.tui.driving import drive, notices, press
from tests.tui.holder import lines
from vmatui.engine.indexing import regions
from vmatui.tui.app import VmaApp
from vmatui.tui.widgets.celldetail import CellDetail
from vmatui.tui.widgets.filemap import FileMap
from vmatui.tui.widgets.heatmap import HeatMap
from vmatui.tui.widgets.mapview import MapView
from vmatui.tui.widgets.placefield import PlaceField
from vmatui.tui.widgets.ruler import Ruler

SIZE = 128 * CLUSTER


def archive_with_partitions() -> bytes:
    """Return an archive of a disk with two partitions, and of one without."""
    head, tail = gpt([(2048, 4095, "boot"), (4096, 16_000, "root")], size=SIZE)
    image = bytearray(SIZE)
    image[: len(head)] = head
    image[SIZE - len(tail) :] = tail
    image[2 << 20 : (2 << 20) + CLUSTER] = noise(CLUSTER)
    return forge([Disk("drive-scsi0", bytes(image)), Disk("drive-scsi1", noise(40 * CLUSTER))])


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(regions, "signature_of", lambda start, size: "xfs file system")
    path = tmp_path / "a.vma"
    path.write_bytes(archive_with_partitions())
    return path


def heat_map(pilot: Pilot[None]) -> HeatMap:
    return pilot.app.screen.query_one(HeatMap)


def file_map(pilot: Pilot[None]) -> FileMap:
    return pilot.app.screen.query_one(FileMap)


def detail(pilot: Pilot[None]) -> str:
    return str(pilot.app.screen.query_one(CellDetail).render())


def shown(widget: HeatMap | FileMap) -> str:
    return "\n".join(lines(widget))


def test_a_key_each_shows_the_views(archive: Path) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "3", "right_square_bracket")
        seen = set()
        for key in "hojc":
            await press(pilot, key)
            seen.add(tuple(heat_map(pilot).render_line(0)))
        assert len(seen) == 4

    drive(VmaApp(archive), steps)


@pytest.mark.parametrize(
    ("text", "cluster"),
    [("100", 100), ("0x200000", 32), ("2M", 32), ("6.5 MiB", 104), ("1T", 127)],
)
def test_g_goes_to_a_cluster_or_an_offset(archive: Path, text: str, cluster: int) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "3", "g")
        field = pilot.app.screen.query_one(PlaceField)
        assert field.has_focus
        field.value = text
        await press(pilot, "enter")
        assert heat_map(pilot).cursor == cluster
        assert heat_map(pilot).has_focus
        assert not field.display

    drive(VmaApp(archive), steps)


def test_a_place_that_makes_no_sense_is_asked_again_and_escape_leaves(archive: Path) -> None:
    app = VmaApp(archive)

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "3", "g", "x", "enter")
        assert "x is no place" in notices(app)[0]
        assert pilot.app.screen.query_one(PlaceField).has_focus
        await press(pilot, "escape")
        assert heat_map(pilot).has_focus
        assert heat_map(pilot).cursor == 0

    drive(app, steps)


def test_the_partition_stands_at_the_cursor_the_margin_and_the_ruler(archive: Path) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "3")
        ruler = pilot.app.screen.query_one(Ruler)
        assert re.fullmatch(r" *▏1 xfs─+▏2 xfs─+ *", ruler.render_line(0).text)
        assert [line[8] for line in lines(heat_map(pilot))[:4]] == ["₁", "₂", "│", "│"]
        heat_map(pilot).go_to(50)
        await press(pilot, "right")
        assert "in partition 2 xfs “root”" in detail(pilot)
        assert "· extent " in detail(pilot)
        await press(pilot, "right_square_bracket")
        assert not ruler.display
        assert "partition" not in detail(pilot)

    drive(VmaApp(archive), steps)


def test_the_whole_stays_in_sight_above_a_map_that_is_zoomed_in(archive: Path) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "3", "right_square_bracket")
        ruler = pilot.app.screen.query_one(Ruler)
        assert not ruler.display
        await press(pilot, "plus", "pagedown")
        assert ruler.size.height == 1
        text = ruler.render_line(0).text
        assert text.count("[") == text.count("]") == 1
        await press(pilot, "0")
        assert not ruler.display

    drive(VmaApp(archive), steps)


def test_moving_in_one_map_moves_in_the_other(archive: Path) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "3", "right_square_bracket", "end")
        last = heat_map(pilot).cursor
        await press(pilot, "a")
        assert file_map(pilot).has_focus
        extent = file_map(pilot).cursor
        assert extent > 0
        assert f"extent {extent}" in detail(pilot)
        await press(pilot, "home", "a")
        assert heat_map(pilot).has_focus
        assert heat_map(pilot).cursor == 0
        assert last == 39
        name = str(pilot.app.screen.query_one("#device-name", Static).render())
        assert "drive-scsi0" in name

    drive(VmaApp(archive), steps)


def test_the_archives_map_shows_damage_where_it_is_in_the_file(archive: Path) -> None:
    data = bytearray(archive.read_bytes())
    data[-3 * CLUSTER :] = b""
    archive.write_bytes(data)

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "3", "a")
        for key in "cho":
            await press(pilot, key)
            assert shown(file_map(pilot)).split("\n")[0].rstrip().endswith("××")
        await press(pilot, "n")
        assert "damaged, cut short or displaced" in detail(pilot)

    drive(VmaApp(archive), steps)


def test_on_a_tall_screen_both_maps_are_in_sight(archive: Path) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "3")
        assert heat_map(pilot).display
        assert file_map(pilot).display
        assert file_map(pilot).size.height < 4
        await press(pilot, "a")
        assert heat_map(pilot).display
        assert file_map(pilot).has_focus

    drive(VmaApp(archive), steps, (200, 60))


def test_i_saves_pictures_that_are_called_after_what_they_show(archive: Path) -> None:
    path = archive.rename(archive.with_name("my backup.vma"))
    app = VmaApp(path)

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "3", "i", "i", "h", "i", "a", "i")
        names = sorted(path.name for path in archive.parent.glob("*.svg"))
        assert names == [
            "my_backup.vma-archive-health.svg",
            "my_backup.vma-drive-scsi0-content-2.svg",
            "my_backup.vma-drive-scsi0-content.svg",
            "my_backup.vma-drive-scsi0-health.svg",
        ]
        assert all(notice.startswith("Saved as") for notice in notices(app))

    drive(app, steps)


def test_a_packed_archive_has_partitions_and_order_once_it_was_read(archive: Path) -> None:
    archive.write_bytes(as_gzip(archive.read_bytes()))

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "3", "i", "g", "escape", "a", "a", "o")
        assert pilot.app.screen.query_one(MapView).has_class("-empty")
        await press(pilot, "v", "escape")
        heat_map(pilot).go_to(50)
        await press(pilot, "right")
        assert "· extent " in detail(pilot)
        assert "in partition 2 xfs “root”" in detail(pilot)

    drive(VmaApp(archive), steps)
