from __future__ import annotations

import pytest

from vmatui.engine.rates import parse_rate, rate_word
from vmatui.errors import UsageError


@pytest.mark.parametrize(
    ("word", "rate"), [("1", 1), ("512", 512), ("40M", 40 << 20), ("3k", 3 << 10), ("1T", 1 << 40)]
)
def test_a_rate_is_bytes_a_second_with_a_unit(word: str, rate: int) -> None:
    assert parse_rate(word) == rate
    assert parse_rate(rate_word(rate)) == rate


@pytest.mark.parametrize("word", ["", "0", "0M", "-1", "40MB", "fast", "1.5G", "٤M", "9" * 40])
def test_what_says_no_rate_is_refused_in_words(word: str) -> None:
    with pytest.raises(UsageError, match="is no rate: write 40M or the like"):
        parse_rate(word)
