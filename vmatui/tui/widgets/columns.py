"""The columns of a table: how wide each is in the room there is, and how text fits into one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from rich.cells import cell_len, set_cell_size

from vmatui.tui.wording import shown

GAP: Final = 2
"""Screen columns between two columns."""
WIDE: Final = 100
"""From this width on the columns that are not needed everywhere are shown."""
_MOST: Final = 1000
"""Characters of a cell that are looked at; names may have 65535."""

Align = Literal["left", "right"]
Cut = Literal["end", "start"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Its width is fixed, or a share of what the fixed ones leave.
    """

    title: str
    width: int = 0
    """Screen columns; the least that a sharing column gets."""
    share: int = 0
    """Its part of the room that is left; 0 keeps it at `width`."""
    align: Align = "left"
    cut: Cut = "end"
    """Where text that is too long loses characters."""
    only_wide: bool = False
    """Whether it is left out on a narrow screen."""


class Cell(NamedTuple):
    """What stands in a row's column."""

    text: str | Callable[[int], str]
    """The text, or a function that draws it for a width."""
    tone: str = ""
    """muted, error, warning, success, accent, or nothing."""


def widths(columns: Sequence[Column], total: int) -> list[int]:
    """Return the width of each column in a table of `total`; 0 leaves one out."""
    is_shown = [total >= WIDE or not column.only_wide for column in columns]
    used = [column.width * there for column, there in zip(columns, is_shown, strict=True)]
    left = max(total - sum(used) - GAP * sum(is_shown), 0)
    parts = [column.share * there for column, there in zip(columns, is_shown, strict=True)]
    for number, part in enumerate(parts):
        if part:
            extra = left * part // sum(parts[number:])
            used[number] += extra
            left -= extra
    return used


def fit(text: str, width: int, align: Align = "left", cut: Cut = "end") -> str:
    """Return harmless text of exactly `width` screen columns."""
    text = shown(text[:_MOST] if cut == "end" else text[-_MOST:])
    length = cell_len(text)
    if length > width:
        return _cut(text, width, cut)
    return (
        text.rjust(width - length + len(text)) if align == "right" else set_cell_size(text, width)
    )


def _cut(text: str, width: int, cut: Cut) -> str:
    if width < 1:
        return ""
    if cut == "end":
        return f"{set_cell_size(text, width - 1)}…"
    tail = text[-(width - 1) :] if width > 1 else ""
    while cell_len(tail) > width - 1:
        tail = tail[1:]
    return set_cell_size(f"…{tail}", width)
