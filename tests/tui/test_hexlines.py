from __future__ import annotations

from rich.style import Style

from vmatui.tui.widgets.hexlines import (
    KINDS,
    Ground,
    HexBrush,
    Kind,
    byte_at,
    columns_in,
    lay_ground,
    lay_kind,
    looks_of,
    width_of,
)

STYLES = [Style(link=f"{number}") for number in range(KINDS * len(Ground))]


def text(data: bytes, looks: bytes | bytearray, columns: int = 16) -> str:
    brush = HexBrush(STYLES, columns)
    return "".join(segment.text for segment in brush.paint(data, bytes(looks)))


def test_a_line_has_digits_in_groups_and_text() -> None:
    data = b"VMAE\0\0\x02\xd8[\x1b[31m\x7f"
    assert text(data, looks_of(data)) == (
        "56 4d 41 45 00 00 02 d8  5b 1b 5b 33 31 6d 7f     VMAE....[.[31m."
    )


def test_lines_of_a_width_have_their_text_below_each_other() -> None:
    for columns in (8, 16, 32):
        whole = text(bytes(columns), looks_of(bytes(columns)), columns)
        assert len(whole) == width_of(columns, 0) - 2
        for count in range(1, columns):
            part = text(b"A" * count, looks_of(b"A" * count), columns)
            assert part.rstrip().endswith(" " + "A" * count)
            assert len(part) == len(whole) - (columns - count)


def test_no_byte_can_reach_the_terminal_as_a_control_character() -> None:
    data = bytes(range(256))
    for start in range(0, 256, 16):
        line = data[start : start + 16]
        assert text(line, looks_of(line)).isascii()
        assert text(line, looks_of(line)).isprintable()


def test_what_is_not_there_is_no_number() -> None:
    data = bytes(4)
    for kind, digits in (
        (Kind.MISSING, "-- -- "),
        (Kind.UNREADABLE, "?? ?? "),
        (Kind.UNREAD, "      "),
    ):
        looks = looks_of(data)
        lay_kind(looks, 1, 3, kind)
        assert text(data, looks, 8).startswith(f"00 {digits}00 ")
        assert text(data, looks, 8).endswith(".  .")


def test_kinds_and_grounds_are_laid_only_where_they_belong() -> None:
    looks = looks_of(b"\0A\xff\0A\xff")
    assert list(looks) == [Kind.ZERO, Kind.TEXT, Kind.OTHER] * 2
    lay_ground(looks, -5, 2, Ground.HEADER)
    lay_ground(looks, 4, 100, Ground.WRONG)
    lay_kind(looks, 1, 2, Kind.DOUBTFUL)
    assert [divmod(look, KINDS) for look in looks] == [
        (Ground.HEADER, Kind.ZERO),
        (Ground.HEADER, Kind.DOUBTFUL),
        (Ground.PLAIN, Kind.OTHER),
        (Ground.PLAIN, Kind.ZERO),
        (Ground.WRONG, Kind.TEXT),
        (Ground.WRONG, Kind.OTHER),
    ]


def test_bytes_of_equal_looks_are_one_piece() -> None:
    brush = HexBrush(STYLES, 16)
    assert len(brush.paint(bytes(16), bytes(16))) == 6


def test_columns_fit_the_width() -> None:
    assert columns_in(48, 8) == 8
    assert columns_in(80, 8) == 16
    assert columns_in(75, 8) == 8
    assert columns_in(146, 11) == 32
    for digits in (8, 11):
        for columns in (16, 32):
            assert columns_in(width_of(columns, digits), digits) == columns


def test_a_click_finds_the_byte_by_its_digits_and_by_its_text() -> None:
    data = b"0123456789abcdef"
    line = " " * 10 + text(data, looks_of(data))
    for number, char in enumerate(data):
        assert byte_at(line.index(f"{char:02x}"), 16, 8) == number
        assert byte_at(line.index(data.decode()) + number, 16, 8) == number
    assert byte_at(0, 16, 8) is None
    assert byte_at(200, 16, 8) is None
