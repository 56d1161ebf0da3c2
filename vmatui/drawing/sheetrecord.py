"""A map as a JSON object: its counts, and its cells as runs of equal ones."""

from __future__ import annotations

from itertools import groupby
from typing import Final

from vmatui.drawing.shades import Shade
from vmatui.drawing.sheet import Sheet
from vmatui.engine.jsontext import Record

_STEPS: Final = (
    ("stored", Shade.FAINTEST, Shade.FULL),
    ("time", Shade.EARLIEST, Shade.LATEST),
    ("device", Shade.FIRST_DEVICE, Shade.LAST_DEVICE),
)
"""Shades in a row that share a word, with the first and last of them."""


def sheet_record(sheet: Sheet) -> Record:
    """Return what is drawn.

    `cell` is how many clusters (or extents) stand in a cell, `counts` the numbers of the legend,
    `cells` the cells from the first on: a word, and how many neighbours are alike.
    """
    cells = b"".join(sheet.rows)[: sheet.grid.cells]
    return {
        "cell": sheet.grid.size,
        "units": sheet.grid.units,
        "counts": {entry.words: entry.number for entry in sheet.legend if entry.number is not None},
        "cells": [[shade_word(shade), len(list(run))] for shade, run in groupby(cells)],
    }


def shade_word(shade: int) -> str:
    """Return a word for a shade; of steps, the word and a number from 0: `stored-15` is full."""
    for word, first, last in _STEPS:
        if first <= shade <= last:
            return f"{word}-{shade - first}"
    return Shade(shade).name.lower()
