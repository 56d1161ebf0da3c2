from __future__ import annotations

from vmatui.engine.progress import Phase, Progress
from vmatui.tui.widgets.rategraph import RateHistory, draw


def _history(*ticks: tuple[float, int]) -> RateHistory:
    history = RateHistory()
    for elapsed, done in ticks:
        history.add(Progress(Phase.READING, done, None, elapsed=elapsed))
    return history


def test_the_bytes_of_a_second_are_added_up() -> None:
    assert _history((0.2, 10), (0.9, 30), (1.5, 100), (2.1, 100)).rates == [30, 70]


def test_the_second_that_is_not_over_counts_only_while_it_is_alone() -> None:
    assert _history((0.5, 10)).rates == [10]
    assert _history((0.5, 10), (1.1, 11)).rates == [10]


def test_a_pause_is_seconds_of_nothing() -> None:
    assert _history((0.5, 10), (3.5, 20), (4.0, 20)).rates == [10, 0, 0, 10]


def test_a_new_phase_that_begins_at_zero_is_no_negative_rate() -> None:
    assert _history((0.5, 500), (1.5, 0), (2.5, 40), (3.0, 40)).rates == [500, 0, 40]


def test_a_day_long_job_keeps_only_what_a_screen_can_show() -> None:
    history = _history(*((second, second * 5) for second in range(3000)))
    assert len(history.rates) < 1001
    assert set(history.rates) == {5}


def test_bars_stand_on_zero_and_the_fastest_is_as_high_as_there_is_room() -> None:
    assert draw([0, 1, 4, 8], 6, 1) == ["   ▁▄█"]
    assert draw([8, 16], 2, 2) == [" █", "██"]


def test_only_the_newest_rates_are_drawn() -> None:
    assert draw([8, 0, 8], 2, 1) == [" █"]
    assert draw([], 3, 1) == ["   "]
