from __future__ import annotations

import json
from pathlib import Path
from unittest.mock import patch

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Static

from tests.damage import DAMAGED
from tests.tui.driving import drive, planned, press, settle, wait_for
from tests.tui.holder import lines
from tests.tui.stepped import SteppedJob
from vmatui.engine.indexing.clustermap import DIFFERS
from vmatui.errors import TargetError
from vmatui.tui.app import VmaApp
from vmatui.tui.jobs import Job
from vmatui.tui.screens import running
from vmatui.tui.screens.archive import ArchiveScreen
from vmatui.tui.screens.ask import AskScreen
from vmatui.tui.screens.confirm import ConfirmScreen
from vmatui.tui.screens.running import RunningScreen
from vmatui.tui.widgets.heatmap import HeatMap
from vmatui.tui.widgets.jobbar import JobBar
from vmatui.tui.widgets.keyfooter import KeyFooter
from vmatui.tui.widgets.legend import Legend
from vmatui.tui.widgets.outputs import OutputTable
from vmatui.tui.widgets.rategraph import RateGraph
from vmatui.tui.widgets.resultpanel import ResultPanel


async def _started(pilot: Pilot[None], job: SteppedJob) -> RunningScreen:
    await press(pilot, "r")
    await planned(pilot)
    await press(pilot, "ctrl+r")
    with patch.object(running, "restoring", job):
        await pilot.press("enter")
    screen = pilot.app.screen
    assert isinstance(screen, RunningScreen)
    return screen


def _table(screen: RunningScreen) -> list[str]:
    return lines(screen.query_one(OutputTable))


def _text(screen: RunningScreen, selector: str) -> str:
    return str(screen.query_one(selector, Static).render())


def _asked(pilot: Pilot[None]) -> str:
    assert isinstance(pilot.app.screen, ConfirmScreen)
    return " ".join(str(line.render()) for line in pilot.app.screen.query(Static))


def _bar(screen: RunningScreen) -> str:
    return str(screen.query_one(JobBar).render())


def test_every_device_and_the_whole_have_a_bar(archive: Path) -> None:
    job = SteppedJob()

    async def steps(pilot: Pilot[None]) -> None:
        screen = await _started(pilot, job)
        job.report(2500, 10_000, 6, 9, 0)
        await wait_for(pilot, lambda: "25 %" in _bar(screen))
        _, first, second, third = _table(screen)[:4]
        assert "50 %" in first
        assert "━" in first
        assert "100 %" in second
        assert "0 %" in third
        assert "250 B/s" in _bar(screen)
        assert "0:30 left" in _bar(screen)

    drive(VmaApp(archive), steps)


def test_the_map_shows_clusters_as_they_land(archive: Path) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        screen = await _started(pilot, SteppedJob())
        heat_map = screen.query_one(HeatMap)
        assert heat_map.has_focus
        screen.picture.map.devices[1].set_state(4, 17, 0xFFFF)
        await wait_for(pilot, lambda: any(g in "".join(lines(heat_map)) for g in "░▒▓█"))

    drive(VmaApp(archive), steps)


def test_stopping_answers_at_once_and_then_says_what_became_of_the_outputs(archive: Path) -> None:
    job = SteppedJob(heeds_cancel=False)

    async def steps(pilot: Pilot[None]) -> None:
        screen = await _started(pilot, job)
        with job:
            await pilot.press("escape")
            assert "Stop the restore?" in _asked(pilot)
            await pilot.press("y")
            assert "Stopping" in _bar(screen)
            await pilot.press("escape", "enter")
            assert pilot.app.screen is screen
        await settle(pilot)
        assert "was not restored: stopped" in _text(screen, "#restore-band")
        assert sum("removed" in line for line in _table(screen)) == 3
        assert "New files were removed again" in _bar(screen)
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, ArchiveScreen)

    drive(VmaApp(archive), steps)


def test_a_real_restore_that_is_stopped_leaves_nothing(archive: Path, tmp_path: Path) -> None:
    """The job is stopped before its thread begins, so it must stop at its first look."""

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "r")
        await planned(pilot)
        await press(pilot, "ctrl+r")
        with patch.object(RunningScreen, "start", _start_stopped):
            await press(pilot, "enter")
        screen = pilot.app.screen
        assert isinstance(screen, RunningScreen)
        assert "was not restored: stopped" in _text(screen, "#restore-band")

    start = RunningScreen.start

    def _start_stopped(screen: RunningScreen, job: Job) -> Job:
        job.stop()
        return start(screen, job)

    drive(VmaApp(archive), steps)
    assert [path.name for path in tmp_path.iterdir()] == [archive.name]


def test_a_failure_is_told_in_its_own_words(archive: Path) -> None:
    job = SteppedJob()

    async def steps(pilot: Pilot[None]) -> None:
        screen = await _started(pilot, job)
        job.end(TargetError("/mnt/x: no space left on the device: make room"))
        await settle(pilot)
        assert "no space left on the device: make room" in _text(screen, "#restore-band")
        assert not screen.query_one(ResultPanel).is_open

    drive(VmaApp(archive), steps)


@pytest.mark.parametrize("code", ["missing-cluster", "extent-checksum"])
def test_a_faulty_archive_names_its_outputs_incomplete(archive: Path, code: str) -> None:
    archive.write_bytes(DAMAGED[code]())

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "r")
        await planned(pilot)
        await press(pilot, "ctrl+r", "enter")
        screen = pilot.app.screen
        assert isinstance(screen, RunningScreen)
        assert "was restored in part" in _text(screen, "#restore-band")
        assert sum(".raw.incomplete" in line for line in _table(screen)) == 2
        assert "As the archive has faults, no disk is called complete" in _bar(screen)
        assert screen.query_one(ResultPanel).is_open
        assert code in _text(screen, ".statement")

    drive(VmaApp(archive), steps)
    names = {path.name for path in (archive.parent / "restore-100-2023-11-14").iterdir()}
    assert {"disk-drive-scsi0.raw.incomplete", "qemu-server.conf"} <= names
    assert "disk-drive-scsi0.raw" not in names


def test_pause_and_limit_are_keys_and_reach_the_job(archive: Path) -> None:
    job = SteppedJob()

    async def steps(pilot: Pilot[None]) -> None:
        screen = await _started(pilot, job)
        job.report(2500, 10_000, 6, 9, 0)
        await wait_for(pilot, lambda: "25 %" in _bar(screen))
        await pilot.press("p")
        assert screen._limiter.is_paused
        assert _bar(screen).startswith("Paused")
        keys = screen.query_one(KeyFooter)
        assert "p Go on" in keys.render_line(0).text
        await pilot.press("p")
        assert "p Pause" in keys.render_line(0).text
        assert not screen._limiter.is_paused
        await pilot.press("l", *"40X", "enter")
        assert isinstance(pilot.app.screen, AskScreen)
        assert "is no rate" in str(pilot.app.screen.query_one("#ask-hint", Static).render())
        await pilot.press("backspace", "M", "enter")
        assert screen._limiter.rate == 40 << 20
        assert "limit 40.0 MiB/s" in str(screen.query_one(RateGraph).render())
        await pilot.press("l", "ctrl+u", "enter")
        assert screen._limiter.rate is None
        await pilot.press("l", "9", "escape")
        assert screen._limiter.rate is None

    drive(VmaApp(archive), steps)


def test_one_escape_does_not_stop_a_restore(archive: Path) -> None:
    job = SteppedJob()

    async def steps(pilot: Pilot[None]) -> None:
        await _started(pilot, job)
        await pilot.press("escape")
        assert "New files are removed again." in _asked(pilot)
        await pilot.press("enter")
        await pilot.press("escape", "escape")
        assert job.cancel is not None
        assert not job.cancel.is_set()

    drive(VmaApp(archive), steps)


def test_what_a_restore_proved_is_known_of_the_archive(archive: Path) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "r")
        await planned(pilot)
        await press(pilot, "ctrl+r", "enter", "escape")
        screen = pilot.app.screen
        assert isinstance(screen, ArchiveScreen)
        assert str(screen.query_one("#verdict", Static).render()) == "✔ sound"
        assert screen.report is not None
        assert screen.report.is_full

    drive(VmaApp(archive), steps)


def test_the_report_is_saved_and_replaces_nothing(archive: Path, tmp_path: Path) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "r")
        await planned(pilot)
        await press(pilot, "ctrl+r", "enter", "s")
        await press(pilot, "enter", "s", "enter")
        assert isinstance(pilot.app.screen, AskScreen)
        assert "exists" in str(pilot.app.screen.query_one("#ask-hint", Static).render())
        pilot.app.screen.query_one(Input).value = "report.json"
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, RunningScreen)

    drive(VmaApp(archive), steps)
    text = (tmp_path / "restore-100-2023-11-14" / "restore-report.txt").read_text()
    assert "drive-scsi0: restored to" in text
    assert json.loads((tmp_path / "report.json").read_text())["outputs"][0]["complete"]


def test_what_was_written_is_read_back_and_a_difference_is_on_the_map(
    archive: Path, tmp_path: Path
) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "r")
        await planned(pilot)
        await press(pilot, "ctrl+r", "enter", "b")
        screen = pilot.app.screen
        assert isinstance(screen, RunningScreen)
        assert "all is as it is in the archive" in _bar(screen)
        await press(pilot, "j")
        assert "checked" in "".join(lines(screen.query_one(Legend)))
        disk = tmp_path / "restore-100-2023-11-14" / "disk-drive-scsi0.raw"
        data = bytearray(disk.read_bytes())
        data[70_000] ^= 1
        disk.write_bytes(data)
        await press(pilot, "b")
        assert "drive-scsi0: differs from" in _bar(screen)
        states = next(iter(screen.picture.map.devices.values())).states
        assert [bool(state & DIFFERS) for state in states[:3]] == [False, True, False]
        assert "differs" in "".join(lines(screen.query_one(Legend)))

    drive(VmaApp(archive), steps)
