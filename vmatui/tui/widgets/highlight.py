"""The content of a config as coloured lines: `key: value`, comments, sections, or a hex dump."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from rich.cells import cell_len

from vmatui.tui.widgets.columns import Cell
from vmatui.tui.widgets.textlines import Lines
from vmatui.tui.wording import shown

_KEY: Final = re.compile(r"([\w.\[\]-]+)(\s*:)(.*)")
_OPTION: Final = re.compile(r"([\w.-]+=)([^,]*)(,?)")
_BYTES: Final = 16
"""Bytes in a line of a hex dump."""
_HEX_WIDTH: Final = 76


def lines_of(data: bytes) -> Lines:
    """Return the lines of a config; what is not text becomes a hex dump."""
    if not data:
        return Lines((21,), lambda _: (Cell("This config is empty.", "muted"),))
    text = _text_of(data)
    if text is None:
        count = -(-len(data) // _BYTES)
        return Lines((_HEX_WIDTH,) * count, lambda number: tuple(_hex_line(data, number)))
    lines = [line.expandtabs(8) for line in text.splitlines()]
    widths = [cell_len(shown(line)) for line in lines]
    return Lines(widths, lambda number: tuple(highlight(lines[number])))


def highlight(line: str) -> Iterator[Cell]:
    """Yield the pieces of one line; joined they are the line."""
    if line.lstrip().startswith("#"):
        yield Cell(line, "muted")
    elif line.startswith("["):
        yield Cell(line, "section")
    elif match := _KEY.fullmatch(line):
        yield Cell(match[1], "key")
        yield Cell(match[2], "muted")
        yield from _value(match[3])
    else:
        yield Cell(line)


def _value(text: str) -> Iterator[Cell]:
    end = 0
    for option in _OPTION.finditer(text):
        if option.start() > end:
            yield Cell(text[end : option.start()])
        yield Cell(option[1], "muted")
        yield Cell(option[2], "value")
        yield Cell(option[3], "muted")
        end = option.end()
    yield Cell(text[end:])


def _text_of(data: bytes) -> str | None:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    control = sum(char < " " and char not in "\t\r\n" for char in text)
    return None if control > len(text) // 10 else text


def _hex_line(data: bytes, number: int) -> Iterator[Cell]:
    start = number * _BYTES
    piece = data[start : start + _BYTES]
    halves = piece[:8].hex(" "), piece[8:].hex(" ")
    yield Cell(f"{start:08x}  ", "muted")
    yield Cell(f"{halves[0]:<23}  {halves[1]:<23}  ")
    plain = "".join(chr(byte) if 32 <= byte < 127 else "·" for byte in piece)
    yield Cell(plain, "value")
