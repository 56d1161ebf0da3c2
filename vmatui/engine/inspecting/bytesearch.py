"""Looks for bytes in an archive or a device, forward from a place; what is not there never fits."""

from __future__ import annotations

import re
import threading
from functools import partial
from typing import Final

from vmatui.engine.inspecting.bytepieces import Flaw, Piece, Reader
from vmatui.engine.progress import Meter, Phase, Progress, ProgressFunction, ignore
from vmatui.errors import CancelledError, UsageError

MAX_NEEDLE: Final = 4096
"""Bytes that can be looked for."""
_STEP: Final = 4 << 20
_HEX: Final = re.compile(r"0x((?:[0-9a-fA-F]{2}\s*)+)")
_LOST: Final = frozenset({Flaw.MISSING, Flaw.UNREADABLE})


def parse_needle(text: str) -> bytes:
    """Return the bytes that were typed: `0x56 4d 41`, or any other text as it is.

    Raises:
        UsageError: nothing was typed, too much, or an odd number of digits after `0x`.
    """
    match = _HEX.fullmatch(text.strip())
    if match is not None:
        needle = bytes.fromhex(match[1])
    elif re.match(r"0x[0-9a-fA-F]", text):
        raise UsageError("type two hexadecimal digits a byte, such as 0x564d41")
    else:
        needle = text.encode("utf-8", "surrogateescape")
    if not 0 < len(needle) <= MAX_NEEDLE:
        raise UsageError(f"type 1 to {MAX_NEEDLE} bytes to look for")
    return needle


def find_bytes(
    reader: Reader,
    needle: bytes,
    start: int,
    *,
    progress: ProgressFunction = ignore,
    cancel: threading.Event | None = None,
) -> int | None:
    """Return where the next occurrence of some bytes starts, None if there is none.

    Args:
        reader: Of an archive or a device.
        needle: The bytes.
        start: The first offset at which they may start.
        progress: Hears how far the search is.
        cancel: Ends it early.

    Raises:
        SourceError: the archive cannot be opened or read any more.
        CancelledError: `cancel` was set.
    """
    meter, place = Meter(progress), start
    while True:
        if cancel is not None and cancel.is_set():
            raise CancelledError("stopped by the user")
        length = _STEP + len(needle) - 1
        piece = reader.read_at(place, length, progress=progress, cancel=cancel)
        found = _find(piece, needle)
        if found is not None or len(piece.data) < length:
            return found
        place += _STEP
        meter.tick(partial(_progress, place, reader.size))


def _find(piece: Piece, needle: bytes) -> int | None:
    lost = [flaw for flaw in piece.flaws if flaw[2] in _LOST]
    at = piece.data.find(needle)
    while at >= 0:
        start = piece.offset + at
        over = (last for first, last, _ in lost if first < start + len(needle) and last > start)
        end = next(over, None)
        if end is None:
            return start
        at = piece.data.find(needle, end - piece.offset)
    return None


def _progress(done: int, size: int | None, elapsed: float) -> Progress:
    return Progress(Phase.READING, done, size, elapsed=elapsed)
