from __future__ import annotations

from pathlib import Path
from unittest.mock import patch

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from tests.creating import raw_file
from tests.forge import CLUSTER, noise
from tests.tui.driving import add_part, drafted, drive, press, settle, wait_for
from tests.tui.holder import lines
from tests.tui.stepped import SteppedJob
from vmatui.engine.indexing.clustermap import LEVEL, ZERO
from vmatui.errors import TargetError
from vmatui.tui.app import VmaApp
from vmatui.tui.jobs import Job
from vmatui.tui.screens import creating
from vmatui.tui.screens.archive import ArchiveScreen
from vmatui.tui.screens.confirm import ConfirmScreen
from vmatui.tui.screens.create import CreateScreen
from vmatui.tui.screens.creating import CreatingScreen
from vmatui.tui.widgets.heatmap import HeatMap
from vmatui.tui.widgets.intakes import IntakeTable
from vmatui.tui.widgets.jobbar import JobBar


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two disks; the tests run in it."""
    monkeypatch.chdir(tmp_path)
    raw_file(tmp_path / "a.raw", noise(2 * CLUSTER), 12 * CLUSTER)
    raw_file(tmp_path / "b.raw", noise(CLUSTER), 9 * CLUSTER + 512)
    return tmp_path


async def _ask(pilot: Pilot[None]) -> None:
    await press(pilot, "c")
    await drafted(pilot)
    await add_part(pilot, "disks", "a.raw", "b.raw")
    await press(pilot, "ctrl+r")


async def _started(pilot: Pilot[None], job: SteppedJob) -> CreatingScreen:
    await _ask(pilot)
    with patch.object(creating, "creating", job):
        await pilot.press("enter")
    return _screen(pilot)


def _screen(pilot: Pilot[None]) -> CreatingScreen:
    screen = pilot.app.screen
    assert isinstance(screen, CreatingScreen)
    return screen


def _table(screen: CreatingScreen) -> list[str]:
    return lines(screen.query_one(IntakeTable))


def _bar(screen: CreatingScreen) -> str:
    return str(screen.query_one(JobBar).render())


def _text(screen: CreatingScreen, selector: str) -> str:
    return str(screen.query_one(selector, Static).render())


def test_every_disk_and_the_whole_have_a_bar_and_zeros_are_counted(folder: Path) -> None:
    job = SteppedJob()

    async def steps(pilot: Pilot[None]) -> None:
        screen = await _started(pilot, job)
        screen._picture.map.mark([(1 << 32, 3)])
        job.report(2500, 10_000, 6, 10)
        await wait_for(pilot, lambda: "25 %" in _bar(screen))
        _, first, second = _table(screen)[:3]
        assert "50 %" in first
        assert "192.0 KiB" in first
        assert "100 %" in second
        assert "0:30 left" in _bar(screen)

    drive(VmaApp(folder), steps)


def test_the_map_shows_clusters_as_they_are_stored(folder: Path) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        screen = await _started(pilot, SteppedJob())
        heat_map = screen.query_one(HeatMap)
        assert heat_map.has_focus
        screen._picture.map.mark([(0xFFFF << 48 | 1 << 32 | 4, 1)])
        await wait_for(pilot, lambda: any(g in "".join(lines(heat_map)) for g in "░▒▓█"))

    drive(VmaApp(folder), steps)


def test_a_real_create_draws_every_cluster_and_says_what_was_stored(folder: Path) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await _ask(pilot)
        await press(pilot, "y")
        screen = _screen(pilot)
        for device_map, stored in zip(screen._picture.map.devices.values(), (2, 1), strict=True):
            levels = [state & LEVEL for state in device_map.states]
            assert [level > ZERO for level in levels].count(True) == stored
            assert 0 not in levels
        _, first, second = _table(screen)[:3]
        assert "128.0 KiB" in first
        assert "complete" in first
        assert "complete" in second
        told = _text(screen, "BirthPanel")
        assert screen.plan.target in told
        assert "for 1.3 MiB of disks" in told
        assert "qemu-server.conf" in told

    drive(VmaApp(folder), steps)


def test_stopping_answers_at_once_and_leads_back_to_the_form(folder: Path) -> None:
    job = SteppedJob(heeds_cancel=False)

    async def steps(pilot: Pilot[None]) -> None:
        screen = await _started(pilot, job)
        with job:
            await pilot.press("escape", "y")
            assert "Stopping" in _bar(screen)
            await pilot.press("escape", "v", "enter")
            assert pilot.app.screen is screen
        await settle(pilot)
        assert "was not created: stopped" in _text(screen, "#create-band")
        assert "Nothing is left" in _text(screen, "BirthPanel")
        await press(pilot, "escape")
        form = pilot.app.screen
        assert isinstance(form, CreateScreen)
        await drafted(pilot)
        assert len(form.query("PartRow")) == 2

    drive(VmaApp(folder), steps)


def test_stopping_asks_and_going_on_is_what_enter_does(folder: Path) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        screen = await _started(pilot, SteppedJob())
        await pilot.press("escape")
        assert isinstance(pilot.app.screen, ConfirmScreen)
        await pilot.press("enter")
        assert _screen(pilot) is screen
        assert "Stopping" not in _bar(screen)

    drive(VmaApp(folder), steps)


def test_a_create_that_ends_while_it_is_asked_about_is_not_stopped(folder: Path) -> None:
    job = SteppedJob()

    async def steps(pilot: Pilot[None]) -> None:
        screen = await _started(pilot, job)
        await pilot.press("escape")
        assert isinstance(pilot.app.screen, ConfirmScreen)
        job.end(TargetError("no space left"))
        await settle(pilot)
        assert pilot.app.screen_stack[-1] is screen
        assert "no space left" in _text(screen, "BirthPanel")

    drive(VmaApp(folder), steps)


def test_a_real_create_that_is_stopped_leaves_nothing(folder: Path) -> None:
    """The job is stopped before its thread begins, so it must stop at its first look."""
    start = CreatingScreen.start

    def start_stopped(screen: CreatingScreen, job: Job) -> Job:
        job.stop()
        return start(screen, job)

    async def steps(pilot: Pilot[None]) -> None:
        await _ask(pilot)
        with patch.object(CreatingScreen, "start", start_stopped):
            await press(pilot, "enter")
        assert "stopped" in _text(_screen(pilot), "#create-band")

    drive(VmaApp(folder), steps)
    assert sorted(path.name for path in folder.iterdir()) == ["a.raw", "b.raw"]


def test_a_failure_is_told_in_full(folder: Path) -> None:
    job = SteppedJob()

    async def steps(pilot: Pilot[None]) -> None:
        screen = await _started(pilot, job)
        job.end(TargetError("/mnt/x[/b]: no space left on the device: make room"))
        await settle(pilot)
        assert "was not created" in _text(screen, "#create-band")
        assert "x[/b]: no space left on the device: make room" in _text(screen, "BirthPanel")
        assert sum("not written" in line for line in _table(screen)) == 2

    drive(VmaApp(folder), steps)


def test_the_new_archive_is_opened_by_enter(folder: Path) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await _ask(pilot)
        await press(pilot, "enter", "enter")
        assert isinstance(pilot.app.screen, ArchiveScreen)
        await press(pilot, "escape")
        assert _screen(pilot).is_created

    drive(VmaApp(folder), steps)


def test_an_archive_that_is_gone_again_is_told(folder: Path) -> None:
    app = VmaApp(folder)

    async def steps(pilot: Pilot[None]) -> None:
        await _ask(pilot)
        await press(pilot, "enter")
        screen = _screen(pilot)
        Path(screen.plan.target).unlink()
        await press(pilot, "enter")
        assert pilot.app.screen is screen
        assert any("vzdump" in each.message for each in app._notifications)

    drive(app, steps)


def test_quitting_asks_while_an_archive_is_created(folder: Path) -> None:
    job = SteppedJob()

    async def steps(pilot: Pilot[None]) -> None:
        with job:
            await _started(pilot, job)
            await pilot.press("ctrl+q")
            assert isinstance(pilot.app.screen, ConfirmScreen)
            await pilot.press("n")

    drive(VmaApp(folder), steps)
