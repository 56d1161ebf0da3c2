from __future__ import annotations

import signal
from pathlib import Path
from unittest.mock import patch

import pytest
from textual.pilot import Pilot

from tests.compressors import as_gzip
from tests.damage import sound
from tests.tui.driving import drive, notices, press, settle, wait_for
from tests.tui.stepped import SteppedJob
from vmatui.tui.app import DUMP_FOLDER, VmaApp, first_place
from vmatui.tui.screens import archive as archive_screen
from vmatui.tui.screens.archive import ArchiveScreen
from vmatui.tui.screens.confirm import ConfirmScreen


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "a.vma.gz"
    path.write_bytes(as_gzip(sound().build()))
    return path


async def _verifying(pilot: Pilot[None], job: SteppedJob) -> None:
    with patch.object(archive_screen, "walk", job):
        await pilot.press("v")


def test_quitting_while_nothing_runs_needs_no_answer(archive: Path) -> None:
    app = VmaApp(archive)

    async def steps(pilot: Pilot[None]) -> None:
        await pilot.press("ctrl+q")
        await wait_for(pilot, lambda: app._exit)

    drive(app, steps)


@pytest.mark.parametrize("key", ["n", "escape", "enter"])
def test_quitting_while_a_check_runs_asks_and_may_be_declined(archive: Path, key: str) -> None:
    job = SteppedJob()

    async def steps(pilot: Pilot[None]) -> None:
        await _verifying(pilot, job)
        await pilot.press("ctrl+q")
        assert isinstance(pilot.app.screen, ConfirmScreen)
        await pilot.press("ctrl+q", key)
        screen = pilot.app.screen
        assert isinstance(screen, ArchiveScreen)
        assert screen.jobs
        assert not screen.jobs[0].is_stopping

    drive(VmaApp(archive), steps)


def test_agreeing_stops_the_job_and_waits_until_it_has_cleaned_up(archive: Path) -> None:
    job = SteppedJob(heeds_cancel=False)
    app = VmaApp(archive)

    async def steps(pilot: Pilot[None]) -> None:
        await _verifying(pilot, job)
        with job:
            await pilot.press("ctrl+q", "y")
            await wait_for(pilot, lambda: job.cancel is not None and job.cancel.is_set())
            await pilot.pause()
            assert not app._exit
        await wait_for(pilot, lambda: app._exit)

    drive(app, steps)


def test_a_job_that_ends_while_the_question_stands_lets_the_answer_quit(archive: Path) -> None:
    job = SteppedJob()
    app = VmaApp(archive)

    async def steps(pilot: Pilot[None]) -> None:
        await _verifying(pilot, job)
        await pilot.press("ctrl+q")
        job.end("over")
        await settle(pilot)
        await pilot.press("y")
        await wait_for(pilot, lambda: app._exit)

    drive(app, steps)


def test_leaving_the_archive_while_it_is_mapped_needs_no_answer(tmp_path: Path) -> None:
    path = tmp_path / "a.vma"
    path.write_bytes(sound().build())
    job = SteppedJob()
    app = VmaApp(tmp_path)

    async def steps(pilot: Pilot[None]) -> None:
        with patch.object(archive_screen, "walk", job):
            await pilot.press("enter")
            await wait_for(pilot, lambda: job.cancel is not None)
        await press(pilot, "escape")
        assert job.cancel is not None
        assert job.cancel.is_set()

    drive(app, steps)


def test_the_first_place_is_the_dump_folder_if_backups_are_in_it(tmp_path: Path) -> None:
    (tmp_path / "a.vma").touch()
    with patch("vmatui.tui.app.DUMP_FOLDER", tmp_path):
        assert first_place(None) == (tmp_path, None)
    with patch("vmatui.tui.app.DUMP_FOLDER", tmp_path / "nowhere"):
        assert first_place(None) == (Path.cwd(), None)
    assert first_place(tmp_path) == (tmp_path, None)
    assert first_place(tmp_path / "a.vma") == (tmp_path, tmp_path / "a.vma")
    assert DUMP_FOLDER.is_absolute()


def test_a_signal_stops_the_job_and_leaves_when_it_has_cleaned_up(archive: Path) -> None:
    job = SteppedJob(heeds_cancel=False)
    app = VmaApp(archive)

    async def steps(pilot: Pilot[None]) -> None:
        await _verifying(pilot, job)
        with job:
            signal.raise_signal(signal.SIGTERM)
            await wait_for(pilot, lambda: job.cancel is not None and job.cancel.is_set())
            assert not app._exit
        await wait_for(pilot, lambda: app._exit)

    drive(app, steps)
    assert app.return_code == 130


def test_a_question_can_be_answered_on_a_small_screen(archive: Path) -> None:
    job = SteppedJob()

    async def steps(pilot: Pilot[None]) -> None:
        await _verifying(pilot, job)
        await pilot.press("ctrl+q")
        buttons = pilot.app.screen.query("#answers Button")
        assert len(buttons) == 2
        assert all(pilot.app.screen.region.contains_region(button.region) for button in buttons)
        answers = pilot.app.screen.query_one("#answers").region
        assert pilot.app.screen.query_one("#question").region.contains_region(answers)

    drive(VmaApp(archive), steps, (40, 10))


def test_a_notification_never_covers_the_screen(archive: Path) -> None:
    app = VmaApp(archive)

    async def steps(pilot: Pilot[None]) -> None:
        app.notify(f"{'x' * 5000}: choose another", markup=False)
        await wait_for(pilot, lambda: bool(notices(app)))
        (notice,) = notices(app)
        assert len(notice) < 400
        assert notice.endswith(": choose another")

    drive(app, steps)
