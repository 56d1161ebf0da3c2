from __future__ import annotations

from pathlib import Path
from unittest.mock import patch

import pytest
from textual.pilot import Pilot
from textual.widgets import Static, TabbedContent

from tests.compressors import as_gzip
from tests.damage import DAMAGED, HIT_CLUSTER, sound
from tests.tui.driving import drive, notices, press, settle, wait_for
from tests.tui.holder import lines
from tests.tui.stepped import SteppedJob
from vmatui.errors import SourceError
from vmatui.storage.cachefolder import NO_CACHE
from vmatui.tui.app import VmaApp
from vmatui.tui.screens import archive
from vmatui.tui.screens.archive import ArchiveScreen
from vmatui.tui.widgets.extentlist import ExtentList
from vmatui.tui.widgets.heatmap import HeatMap
from vmatui.tui.widgets.jobbar import JobBar
from vmatui.tui.widgets.resultpanel import ResultPanel
from vmatui.tui.widgets.table import Table


def _screen(pilot: Pilot[None]) -> ArchiveScreen:
    assert isinstance(pilot.app.screen, ArchiveScreen)
    return pilot.app.screen


def _verdict(pilot: Pilot[None]) -> str:
    return str(_screen(pilot).query_one("#verdict", Static).render())


def _bar(pilot: Pilot[None]) -> str:
    return str(_screen(pilot).query_one(JobBar).render())


def _tab(pilot: Pilot[None]) -> str:
    return _screen(pilot).query_one(TabbedContent).active


def _shows_data(pilot: Pilot[None]) -> bool:
    drawn = "".join(lines(_screen(pilot).query_one(HeatMap)))
    return any(glyph in drawn for glyph in "░▒▓█")


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    path = tmp_path / "a.vma"
    path.write_bytes(sound().build())
    return path


@pytest.fixture
def packed(tmp_path: Path) -> Path:
    path = tmp_path / "vzdump-qemu-100-2023_11_14-22_13_20.vma.gz"
    path.write_bytes(as_gzip(sound().build()))
    return path


def test_a_plain_archive_is_mapped_from_its_headers_at_once(plain: Path) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        assert _verdict(pilot) == "◐ headers sound"
        await press(pilot, "3")
        assert _screen(pilot).query_one(HeatMap).has_focus
        assert _shows_data(pilot)
        await press(pilot, "4")
        assert len(lines(_screen(pilot).query_one(ExtentList))[1].split()) > 5

    drive(VmaApp(plain), steps)


def test_a_packed_archive_says_that_verify_brings_the_map(packed: Path) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        assert _verdict(pilot) == "○ not checked"
        await press(pilot, "3")
        told = str(_screen(pilot).query_one("#no-map", Static).render())
        assert "packed with gzip" in told
        assert "press v" in told
        await press(pilot, "v")
        assert _screen(pilot).query_one(HeatMap).display
        assert _shows_data(pilot)

    drive(VmaApp(packed), steps)


def test_what_was_verified_is_there_at_once_the_next_time(packed: Path) -> None:
    async def verifying(pilot: Pilot[None]) -> None:
        await press(pilot, "v")

    async def steps(pilot: Pilot[None]) -> None:
        assert _verdict(pilot) == "✔ sound"
        assert str(_screen(pilot).query_one("#read-at", Static).render()).startswith("as read on 2")
        assert not _screen(pilot).query_one(ResultPanel).is_open
        await press(pilot, "3")
        assert _shows_data(pilot)
        await press(pilot, "4")
        assert len(lines(_screen(pilot).query_one(ExtentList))[1].split()) > 5
        await press(pilot, "v")
        assert _screen(pilot).query_one(ResultPanel).is_open
        assert str(_screen(pilot).query_one("#read-at", Static).render()) == ""

    drive(VmaApp(packed), verifying)
    drive(VmaApp(packed), steps)


def test_faults_that_were_found_are_there_the_next_time(tmp_path: Path) -> None:
    path = tmp_path / "a.vma.gz"
    path.write_bytes(as_gzip(DAMAGED["extent-checksum"]()))

    async def verifying(pilot: Pilot[None]) -> None:
        await press(pilot, "v")

    async def steps(pilot: Pilot[None]) -> None:
        assert _verdict(pilot).startswith("✘")
        tab = _screen(pilot).query_one(TabbedContent).get_tab("findings")
        assert str(tab.label) == "Findings 1"

    drive(VmaApp(path), verifying)
    drive(VmaApp(path), steps)


def test_nothing_is_recalled_where_that_is_not_wanted(
    packed: Path, monkeypatch: pytest.MonkeyPatch, cache: Path
) -> None:
    monkeypatch.setenv(NO_CACHE, "1")

    async def steps(pilot: Pilot[None]) -> None:
        assert _verdict(pilot) == "○ not checked"
        await press(pilot, "v")

    for _ in range(2):
        drive(VmaApp(packed), steps)
    assert not cache.exists()


def test_verify_ends_with_the_verdict_and_three_statements(packed: Path) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "v")
        assert _verdict(pilot) == "✔ sound"
        panel = _screen(pilot).query_one(ResultPanel)
        told = [str(line.render()) for line in panel.query(".statement").results(Static)]
        assert told[0].startswith("sound: every header")
        assert told[1] == "sound: the checksum of gzip matches"
        assert told[2].startswith("cannot be checked")
        await press(pilot, "escape")
        assert not panel.is_open
        assert isinstance(pilot.app.screen, ArchiveScreen)

    drive(VmaApp(packed), steps)


def test_the_keys_stay_alive_while_a_check_runs(packed: Path) -> None:
    job = SteppedJob()

    async def steps(pilot: Pilot[None]) -> None:
        with patch.object(archive, "walk", job):
            await pilot.press("v")
        for key, tab in (("2", "devices"), ("3", "map"), ("4", "extents"), ("5", "findings")):
            await pilot.press(key)
            assert _tab(pilot) == tab
        job.report(300, 1000, 5, 4, 1, errors=2)
        await wait_for(pilot, lambda: "30 %" in _bar(pilot))
        assert "30 B/s" in _bar(pilot)
        assert "0:23 left" in _bar(pilot)
        assert "2 errors" in _bar(pilot)
        assert "esc stops" in _bar(pilot)

    drive(VmaApp(packed), steps)


def test_the_picture_is_drawn_while_the_walk_runs(packed: Path) -> None:
    job = SteppedJob()

    async def steps(pilot: Pilot[None]) -> None:
        with patch.object(archive, "walk", job):
            await pilot.press("v", "3")
        await pilot.pause()
        assert not _shows_data(pilot)
        _screen(pilot)._picture.map.devices[1].set_state(4, 17, 0xFFFF)
        await wait_for(pilot, lambda: _shows_data(pilot))

    drive(VmaApp(packed), steps)


@pytest.mark.parametrize("key", ["escape", "x"])
def test_a_stop_is_answered_at_once_and_over_only_with_the_thread(packed: Path, key: str) -> None:
    job = SteppedJob(heeds_cancel=False)
    app = VmaApp(packed)

    async def steps(pilot: Pilot[None]) -> None:
        with patch.object(archive, "walk", job):
            await pilot.press("v")
        with job:
            job.report(1, 10)
            await wait_for(pilot, lambda: "10 %" in _bar(pilot))
            await pilot.press(key)
            assert "Stopping" in _bar(pilot)
            assert _screen(pilot).jobs
            job.end(SourceError("the share went away: mount it again"))
            await settle(pilot)
        assert "reads every byte" in _bar(pilot)
        assert notices(app) == ["the share went away: mount it again"]

    drive(app, steps)


def test_a_stopped_check_can_be_started_again(packed: Path) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        with patch.object(archive, "walk", SteppedJob()):
            await pilot.press("v")
            await press(pilot, "escape")
        assert _verdict(pilot) == "○ not checked"
        await press(pilot, "v")
        assert _verdict(pilot) == "✔ sound"

    drive(VmaApp(packed), steps)


def test_verify_takes_over_from_the_walk_over_the_headers(plain: Path) -> None:
    headers = SteppedJob()

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "v")
        assert _verdict(pilot) == "✔ sound"

    app = VmaApp(plain.parent)

    async def open_with_slow_headers(pilot: Pilot[None]) -> None:
        with patch.object(archive, "walk", headers):
            await pilot.press("enter")
            await wait_for(pilot, lambda: isinstance(pilot.app.screen, ArchiveScreen))
            await pilot.pause()
        await steps(pilot)
        assert headers.cancel is not None
        assert headers.cancel.is_set()

    drive(app, open_with_slow_headers)


def test_an_archive_that_changed_meanwhile_is_not_checked(plain: Path) -> None:
    app = VmaApp(plain)

    async def steps(pilot: Pilot[None]) -> None:
        changed = sound()
        changed.ctime += 1
        plain.write_bytes(changed.build())
        await press(pilot, "v")
        assert any("has changed since it was opened" in notice for notice in notices(app))

    drive(app, steps)


@pytest.mark.parametrize(
    ("code", "cluster"),
    [("duplicate-cluster", HIT_CLUSTER), ("missing-cluster", HIT_CLUSTER)],
)
def test_m_on_a_finding_jumps_to_its_place_on_the_map(
    tmp_path: Path, code: str, cluster: int
) -> None:
    path = tmp_path / "a.vma"
    path.write_bytes(DAMAGED[code]())

    async def steps(pilot: Pilot[None]) -> None:
        assert "1 error" in _verdict(pilot)
        await press(pilot, "5", "down")
        assert code in str(_screen(pilot).query_one("FindingView .detail", Static).render())
        await press(pilot, "m")
        assert _tab(pilot) == "map"
        assert _screen(pilot).query_one(HeatMap).cursor == cluster

    drive(VmaApp(path), steps)


def test_a_finding_without_a_place_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.vma"
    path.write_bytes(DAMAGED["header-checksum"]())
    app = VmaApp(path)

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "5", "m")
        assert "archive as a whole" in notices(app)[-1]

    drive(app, steps)


def test_enter_on_a_device_shows_it_on_the_map(plain: Path) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "2", "down", "enter")
        assert _tab(pilot) == "map"
        shown = _screen(pilot).query_one(HeatMap).device_map
        assert shown is not None
        assert shown.device.name == "drive-efidisk0"
        await press(pilot, "right_square_bracket", "right_square_bracket")
        shown = _screen(pilot).query_one(HeatMap).device_map
        assert shown is not None
        assert shown.device.dev_id == 1

    drive(VmaApp(plain), steps)


def test_an_archive_of_configs_alone_has_words_in_every_tab(tmp_path: Path) -> None:
    from tests.forge import forge

    path = tmp_path / "a.vma"
    path.write_bytes(forge([], {"qemu-server.conf": b"name: diskless\n"}))

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "2")
        assert "no disks" in " ".join(lines(_screen(pilot).query_one("DeviceView Table", Table)))
        await press(pilot, "3", "enter", "down", "4", "enter", "escape", "5", "enter", "r")
        assert pilot.app.screen.query("RestoreScreen, #rows")

    drive(VmaApp(path), steps)
