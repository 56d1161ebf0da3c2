from __future__ import annotations

import pytest

from vmatui.tui.wording import counted, duration_text, percent_text, shown, size_text, time_text


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 B"),
        (1023, "1023 B"),
        (1024, "1.0 KiB"),
        (540672, "528.0 KiB"),
        (32 << 30, "32.0 GiB"),
        (None, "–"),
    ],
)
def test_sizes_are_binary(size: int | None, text: str) -> None:
    assert size_text(size) == text


def test_the_largest_size_a_header_can_claim_has_a_text() -> None:
    assert size_text(2**64 - 1).endswith("EiB")


@pytest.mark.parametrize("seconds", [2**63 - 1, -(2**63), 1e300])
def test_a_time_that_no_calendar_has_says_so(seconds: float) -> None:
    assert time_text(seconds) == "no such time"


def test_times_are_local() -> None:
    assert time_text(1_700_000_000) == "2023-11-14 22:13"
    assert time_text(-1) == "1969-12-31 23:59"
    assert time_text(None) == "–"


def test_durations_read_like_a_clock() -> None:
    assert duration_text(41.4) == "0:41"
    assert duration_text(3723) == "1:02:03"
    assert duration_text(1e12).endswith(":59:59")
    assert duration_text(None) == "–"


def test_percent_is_whole_only_when_it_is() -> None:
    assert percent_text(999_999, 1_000_000) == "99 %"
    assert percent_text(1, 1_000_000) == "1 %"
    assert percent_text(0, 5) == "0 %"
    assert percent_text(5, 5) == "100 %"
    assert percent_text(0, 0) == "–"


def test_counts_agree_with_their_noun() -> None:
    assert counted(1, "error") == "1 error"
    assert counted(12345, "error") == "12,345 errors"


def test_what_a_terminal_would_act_on_is_shown_instead() -> None:
    assert shown("a\x1b[31m\n\u202eb") == "a\\x1b[31m\\n\\u202eb"
