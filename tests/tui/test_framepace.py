from __future__ import annotations

from vmatui.tui.framepace import FramePace


class Clocks:
    """A wall clock, the drawing thread's and the whole process's, in seconds."""

    def __init__(self) -> None:
        self.now = self.own = self.whole = 0.0

    def pace(self) -> FramePace:
        return FramePace(lambda: self.now, lambda: self.own, lambda: self.whole)

    def run(self, seconds: float, own: float, others: float) -> None:
        """Let time pass, of which the drawing thread and the others used some of a processor."""
        self.now += seconds
        self.own += own
        self.whole += own + others


def test_a_job_elsewhere_or_one_that_waits_is_drawn_at_every_frame() -> None:
    clocks = Clocks()
    pace = clocks.pace()
    for _ in range(10):
        clocks.run(0.05, own=0.0059, others=0.01)
        assert pace.is_due()


def test_frames_that_cost_much_are_drawn_less_often_beside_any_job() -> None:
    clocks = Clocks()
    pace = clocks.pace()
    drawn: list[bool] = []
    for frame in range(12):
        clocks.run(0.05, own=0.015 if frame == 0 or drawn[-1] else 0.0, others=0.0)
        drawn.append(pace.is_due())
    # Fifteen milliseconds are below twelve hundredths of 0.15 seconds, and above those of 0.1.
    assert drawn == [False, False, True] * 4


def test_a_busy_job_is_drawn_as_often_as_that_costs_it_little() -> None:
    clocks = Clocks()
    pace = clocks.pace()
    drawn: list[bool] = []
    for frame in range(15):
        clocks.run(0.05, own=0.0045 if frame == 0 or drawn[-1] else 0.0, others=0.04)
        drawn.append(pace.is_due())
    # Four and a half milliseconds are below a fiftieth of 0.25 seconds, and above one of 0.2.
    assert drawn == [False, False, False, False, True] * 3


def test_a_cheap_frame_is_drawn_beside_a_busy_job() -> None:
    clocks = Clocks()
    pace = clocks.pace()
    for _ in range(10):
        clocks.run(0.05, own=0.0008, others=0.05)
        assert pace.is_due()


def test_a_screen_that_is_busy_otherwise_is_drawn_all_the_same() -> None:
    clocks = Clocks()
    pace = clocks.pace()
    drawn: list[bool] = []
    for _ in range(8):
        clocks.run(0.06, own=0.06, others=0.0)
        drawn.append(pace.is_due())
    assert drawn == [False, False, False, True] * 2
