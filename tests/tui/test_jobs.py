from __future__ import annotations

import threading
from typing import Final

from textual.app import App
from textual.message import Message
from textual.pilot import Pilot

from tests.tui.driving import wait_for
from tests.tui.holder import drive
from tests.tui.stepped import SteppedJob
from vmatui.engine.progress import Progress
from vmatui.errors import TargetError
from vmatui.tui.jobs import Job, JobScreen
from vmatui.tui.messages import Cancelled, Done, Failed, JobEnded, JobProgressed

_VALUES: Final = (
    (0, 0, 0.0),
    (1, 0, 0.4),
    (2, 0, 0.6),
    (3, 1, 0.61),  # a fault is told at once
    (4, 1, 1.0),
    (5, 1, 1.2),
    (6, 1, 0.1),  # a clock that begins anew
    (7, 1, 0.4),
    (9, 1, 0.41),  # and so is the end
)
"""What a job reports: bytes done of nine, errors, and seconds."""


class Listening(JobScreen):
    """Remembers what it hears."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[Progress] = []
        self.heard: list[Progress] = []
        self.ends: list[JobEnded] = []

    def post_message(self, message: Message) -> bool:
        if isinstance(message, JobProgressed):
            self.sent.append(message.progress)
        return super().post_message(message)

    def on_job_progressed(self, message: JobProgressed) -> None:
        self.heard.append(message.progress)

    def on_job_ended(self, message: JobEnded) -> None:
        self.ends.append(message)


class Stage(App[None]):
    def get_default_screen(self) -> Listening:
        return Listening()


def _screen(pilot: Pilot[None]) -> Listening:
    assert isinstance(pilot.app.screen, Listening)
    return pilot.app.screen


def test_a_job_reports_and_ends_with_its_report_once() -> None:
    async def script(pilot: Pilot[None]) -> None:
        screen, stepped = _screen(pilot), SteppedJob()
        job = screen.start(Job("Testing", stepped()))
        stepped.report(1, 2)
        await wait_for(pilot, lambda: len(screen.heard) == 1)
        assert screen.jobs == [job]
        stepped.end("the report")
        await wait_for(pilot, lambda: not screen.jobs)
        (end,) = screen.ends
        assert (end.job, end.outcome) == (job, Done("the report"))

    drive(Stage(), script)


def test_a_screen_hears_twice_a_second_and_of_what_is_new_at_once() -> None:
    async def script(pilot: Pilot[None]) -> None:
        screen, stepped = _screen(pilot), SteppedJob()
        screen.start(Job("Testing", stepped()))
        for done, errors, elapsed in _VALUES:
            stepped.report(done, 9, errors=errors, elapsed=elapsed)
        stepped.end("the report")
        await wait_for(pilot, lambda: not screen.jobs)
        assert [progress.done for progress in screen.sent] == [0, 2, 3, 5, 6, 9]

    drive(Stage(), script)


def test_a_stopped_job_is_not_over_before_its_thread_is() -> None:
    async def script(pilot: Pilot[None]) -> None:
        screen, stepped = _screen(pilot), SteppedJob(heeds_cancel=False)
        job = screen.start(Job("Testing", stepped()))
        with stepped:
            job.stop()
            await pilot.pause()
            assert job.is_stopping
            assert screen.jobs == [job]
            assert screen.ends == []
        await wait_for(pilot, lambda: not screen.jobs)
        assert len(screen.ends) == 1

    drive(Stage(), script)


def test_cancelling_is_told_from_failing() -> None:
    async def script(pilot: Pilot[None]) -> None:
        screen, heeding, failing = _screen(pilot), SteppedJob(), SteppedJob()
        screen.start(Job("Testing", heeding())).stop()
        await wait_for(pilot, lambda: not screen.jobs)
        screen.start(Job("Testing", failing()))
        failing.end(TargetError("the disk is full: make room"))
        await wait_for(pilot, lambda: not screen.jobs)
        outcomes = [end.outcome for end in screen.ends]
        assert outcomes == [Cancelled(), Failed("the disk is full: make room")]

    drive(Stage(), script)


def test_a_fault_of_ours_is_told_and_not_swallowed() -> None:
    async def script(pilot: Pilot[None]) -> None:
        screen, stepped = _screen(pilot), SteppedJob()
        screen.start(Job("Testing", stepped()))
        stepped.end(ZeroDivisionError("oops"))
        await wait_for(pilot, lambda: not screen.jobs)
        outcome = screen.ends[0].outcome
        assert isinstance(outcome, Failed)
        assert "fault of this program: ZeroDivisionError: oops (stepped.py, line" in outcome.message

    drive(Stage(), script)


def test_leaving_a_screen_stops_its_jobs() -> None:
    stepped = SteppedJob()

    async def script(pilot: Pilot[None]) -> None:
        screen = Listening()
        await pilot.app.push_screen(screen)
        screen.start(Job("Testing", stepped()))
        await wait_for(pilot, lambda: stepped.cancel is not None)
        screen.dismiss()
        await wait_for(pilot, lambda: stepped.cancel is not None and stepped.cancel.is_set())

    drive(Stage(), script)
    assert threading.active_count() == 1
