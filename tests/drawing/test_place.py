from __future__ import annotations

import pytest

from vmatui.drawing.place import parse_place
from vmatui.errors import UsageError


@pytest.mark.parametrize(
    ("text", "number", "is_offset"),
    [
        ("170", 170, False),
        (" 16,777,216 ", 16_777_216, False),
        ("0xaa0000", 0xAA0000, True),
        ("10G", 10 << 30, True),
        ("1.5 TiB", 3 << 39, True),
        ("512 mib", 512 << 20, True),
        ("4096B", 4096, True),
    ],
)
def test_a_place_is_a_number_or_an_offset(text: str, number: int, is_offset: bool) -> None:
    assert parse_place(text) == (number, is_offset)


@pytest.mark.parametrize("text", ["", "1.5", "-3", "10X", "0x", "G", "9" * 500, "1e9", "\x1b[31m"])
def test_what_is_no_place_is_refused_in_one_harmless_sentence(text: str) -> None:
    with pytest.raises(UsageError, match="is no place: type a number such as 170") as caught:
        parse_place(text)
    assert "\x1b" not in str(caught.value)
    assert str(caught.value)[0] != " "
    assert len(str(caught.value)) < 150
