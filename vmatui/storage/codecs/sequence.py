"""One stream by a decompressor of the standard library, for bzip2 and xz.

These say only "wrong", and drop what they decoded in the same call: so pieces are small, and the
file's last bytes, where the last checksum is, are handed over one by one.
"""

from __future__ import annotations

from typing import Protocol

from vmatui.storage.codecs.intake import Damage, DamagedStreamError, Decoded, Intake

_SLICE = 1 << 12
_PIECE = 1 << 12


class Decompressor(Protocol):
    """What `bz2.BZ2Decompressor` and `lzma.LZMADecompressor` have in common."""

    @property
    def eof(self) -> bool:
        """Whether the stream's end was reached."""

    @property
    def needs_input(self) -> bool:
        """Whether everything given so far was decoded."""

    @property
    def unused_data(self) -> bytes:
        """What was given past the stream's end."""

    def decompress(self, data: bytes | memoryview, max_length: int) -> bytes:
        """Decode up to `max_length` bytes."""


def decode_stream(
    intake: Intake, decompressor: Decompressor, wrong: type[Exception], tail: int
) -> Decoded:
    """Decode one stream.

    Args:
        intake: Stands at the stream's start, and afterwards behind its end.
        decompressor: A fresh one.
        wrong: What it raises for damaged data.
        tail: Length of what may follow the last data of a file: checksums, index, markers.
    """
    while not decompressor.eof:
        packed = intake.look(_SLICE + tail)
        if not packed:
            raise intake.cut()
        is_tail = len(packed) <= tail
        packed = packed[:1] if is_tail else packed[: len(packed) - tail][:_SLICE]
        try:
            yield from _decode_slice(decompressor, packed)
        except wrong as error:
            raise _damage(intake, error, is_tail) from None
        intake.skip(len(packed) - len(decompressor.unused_data))
    return True


def _decode_slice(decompressor: Decompressor, packed: memoryview) -> Decoded:
    while True:
        piece = decompressor.decompress(packed, _PIECE)
        if piece:
            yield piece
        if decompressor.needs_input or decompressor.eof:
            return True
        packed = packed[:0]


def _damage(intake: Intake, error: Exception, is_tail: bool) -> DamagedStreamError:
    if not is_tail:
        return intake.damaged(str(error))
    message = f"the checksums at the end of the file do not match its data (byte {intake.offset})"
    return DamagedStreamError(Damage("stream-checksum", message))
