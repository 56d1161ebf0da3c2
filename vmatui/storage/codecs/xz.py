"""xz: streams in a row, padding between them, a check of the chosen kind or none."""

from __future__ import annotations

import lzma

from vmatui.storage.codecs.intake import Damage, DamagedStreamError, Decoded, Intake, Mark
from vmatui.storage.codecs.sequence import decode_stream
from vmatui.storage.magic import XZ

_TAIL = 48
"""A check of 8 bytes, an index of one block and the stream footer, with their padding."""
_MEMORY_LIMIT = 192 << 20
"""Bytes: enough for a dictionary of 128 MiB, twice that of `xz -9`."""
_PADDING = bytes(4)


def decode(intake: Intake) -> Decoded:
    """Decode all streams; True at the end if every one of them carries a known check."""
    has_checksums = True
    while not intake.is_at_end():
        if intake.look(len(XZ)) != XZ:
            raise intake.damaged("no xz stream starts here")
        decompressor = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_MEMORY_LIMIT)
        try:
            yield from decode_stream(intake, decompressor, lzma.LZMAError, _TAIL)
        except DamagedStreamError as error:
            raise _explained(error) from None
        yield Mark.SETTLED
        has_checksums = has_checksums and _is_verified(decompressor.check)
        while intake.look(4) == _PADDING:
            intake.skip(4)
    return has_checksums


def _is_verified(check: int) -> bool:
    return check != lzma.CHECK_NONE and lzma.is_check_supported(check)


def _explained(error: DamagedStreamError) -> DamagedStreamError:
    """Say what to do about a stream that is not damaged but needs too much memory."""
    if "Memory usage limit" not in error.damage.message:
        return error
    message = (
        f"the xz stream needs more than the {_MEMORY_LIMIT >> 20} MiB of memory allowed here: "
        "unpack it on the way with `xz -dc FILE | vmatui ... -`"
    )
    return DamagedStreamError(Damage("stream-error", message))
