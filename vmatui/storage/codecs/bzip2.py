"""bzip2: streams in a row, each with a checksum of its own."""

from __future__ import annotations

from bz2 import BZ2Decompressor

from vmatui.storage.codecs.intake import Decoded, Intake, Mark
from vmatui.storage.codecs.sequence import decode_stream
from vmatui.storage.magic import BZIP2

_TAIL = 10
"""The marker after the last block (6 bytes) and the checksum of all (4 bytes)."""


def decode(intake: Intake) -> Decoded:
    """Decode all streams. Always True at the end: bzip2 has checksums."""
    while not intake.is_at_end():
        if intake.look(len(BZIP2)) != BZIP2:
            raise intake.damaged("no bzip2 stream starts here")
        yield from decode_stream(intake, BZ2Decompressor(), OSError, _TAIL)
        yield Mark.SETTLED
    return True
