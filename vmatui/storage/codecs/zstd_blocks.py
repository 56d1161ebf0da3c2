"""One zstd frame that holds data: its header, its blocks, its checksum (RFC 8878, 3.1.1)."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Final

from vmatui.storage.codecs.intake import Damage, Decoded, Intake, Mark
from vmatui.storage.codecs.zstd_frame import (
    CHECKSUM,
    LARGEST_BLOCK,
    LARGEST_HEADER,
    MAGIC,
    block_length,
    is_skippable,
    parse_header,
    refusal,
)
from vmatui.storage.codecs.zstd_run import ZstdRun

if sys.version_info >= (3, 14):
    from compression.zstd import ZstdDecompressor, ZstdError
else:
    from backports.zstd import ZstdDecompressor, ZstdError

_RESERVED_BLOCK: Final = 3
_FURTHEST_END: Final = 8 << 20
"""Bytes ahead in which the end of a damaged frame is looked for, block by block."""
_MOST_BLOCKS: Final = 1024
"""Blocks that are followed to there; a hostile frame has millions of them."""


class Frame:
    """A frame that starts where the intake stands."""

    def __init__(self, intake: Intake) -> None:
        self.start = intake.offset
        """Where in the file it starts."""
        self.header = parse_header(intake.look(LARGEST_HEADER))
        self.given = 0
        """Bytes decoded so far."""
        self._intake = intake
        self._decoder = ZstdDecompressor()
        self._known = 0
        """Bytes of those that are given which whoever asks has already."""
        self._first: list[bytes] = []
        self._is_begun = self._is_last = False

    def attempt(self) -> bool:
        """Decode the header and the first block, and take them; False if they make no sense."""
        intake = self._intake
        head = intake.look(LARGEST_HEADER)
        if not self.header.is_plausible or refusal(head) is not None:
            return False
        at = self.header.size
        block = _parse_block(intake.look(at + 3)[at:])
        if block is None:
            return False
        length, self._is_last = block
        packed = intake.look(at + length + 3)
        next_block = packed[at + length :]
        if len(packed) < at + length or not (self._is_last or _parse_block(next_block)):
            return False
        try:
            self._first = list(self._pieces(packed[: at + length]))
        except ZstdError:
            return False
        intake.skip(at + length)
        self._is_begun = True
        return True

    def decode(self) -> Decoded:
        """Decode the frame from where `attempt` ended, or from its start."""
        if self._is_begun or not self._intake.can_go_back:
            return (yield from self._decode_blocks())
        run = ZstdRun(self._intake, self.header)
        yield run
        given, is_wrong, is_cut = run.given, run.is_wrong, run.is_cut
        del run  # its history may be large, and another decoder needs as much
        if is_wrong:
            self._intake.go_back(self.start)
            self._known = given
            return (yield from self._decode_blocks())
        self.given, self._is_begun = given, True
        if is_cut:
            raise self._intake.cut()
        yield Mark.SETTLED
        return self.header.has_checksum

    def _decode_blocks(self) -> Decoded:
        """Decode block by block, so that everything before damage is given."""
        yield from self._first
        self._first = []
        if not self._is_begun:
            yield from self._feed(self.header.size)
            self._is_begun = True
        while not self._is_last:
            head = self._intake.look(3)
            self._is_last = bool(head and head[0] & 1)
            yield from self._feed(block_length(head))
        if self.header.has_checksum:
            yield from self._check()
        yield Mark.SETTLED
        return self.header.has_checksum

    def skip_rest(self) -> int | None:
        """Go from a damaged block to the frame's end, if that is there beyond doubt.

        The headers of all blocks up to the last must lead to another frame or the file's end.

        Returns:
            How many bytes of the frame were not given; None if that is not known.
        """
        content_size = self.header.content_size
        if content_size is None or not self._is_begun:
            return None
        rest = self._intake.look(_FURTHEST_END)
        tail = CHECKSUM if self.header.has_checksum else 0
        is_whole = len(rest) < _FURTHEST_END and not self._intake.has_gap
        found = _find_end(rest, tail, is_whole=is_whole)
        if found is None:
            return None
        end, blocks = found
        lost = content_size - self.given
        if not 0 <= lost <= blocks * LARGEST_BLOCK:
            return None
        self._intake.skip(end)
        return lost

    def _feed(self, length: int) -> Decoded:
        """Decode one part of the frame; of a cut one as much as is there."""
        packed = self._intake.look(length)
        try:
            yield from self._pieces(packed)
        except ZstdError as error:
            raise self._intake.damaged(str(error)) from None
        if len(packed) < length:
            raise self._intake.cut()
        self._intake.skip(length)
        return True

    def _pieces(self, packed: memoryview) -> Iterator[bytes]:
        while True:
            piece = self._decoder.decompress(packed, LARGEST_BLOCK)
            self.given += len(piece)
            if self.given > self._known:
                yield piece[self._known - self.given :]
                self._known = self.given
            if self._decoder.needs_input or self._decoder.eof:
                return
            packed = packed[:0]

    def _check(self) -> Decoded:
        """Have the library compare the checksum behind the last block."""
        checksum = self._intake.take(CHECKSUM)
        try:
            self._decoder.decompress(checksum)
        except ZstdError:
            yield Damage(
                "stream-checksum",
                f"the checksum of the zstd frame that ends at byte {self._intake.offset} of the "
                "file does not match its data",
            )
        return True


def _parse_block(head: memoryview) -> tuple[int, bool] | None:
    """Return a block's length with its header, and whether it is the last; None if it is none."""
    if len(head) < 3:
        return None
    word = int.from_bytes(head[:3], "little")
    if word >> 1 & 3 == _RESERVED_BLOCK or word >> 3 > LARGEST_BLOCK:
        return None
    return block_length(head), bool(word & 1)


def _find_end(rest: memoryview, tail: int, *, is_whole: bool) -> tuple[int, int] | None:
    """Follow the headers of blocks to the end of their frame.

    Args:
        rest: What stands in the file from a block on.
        tail: Bytes behind the last block.
        is_whole: Whether the file ends with `rest`.

    Returns:
        Bytes until the frame's end, and how many blocks they are; None if that leads nowhere.
    """
    at = blocks = 0
    is_last = False
    while not is_last:
        block = _parse_block(rest[at : at + 3])
        if block is None or blocks == _MOST_BLOCKS:
            return None
        length, is_last = block
        at += length
        blocks += 1
    at += tail
    head = rest[at : at + 4]
    if head == MAGIC or is_skippable(head) or (is_whole and at == len(rest)):
        return at, blocks
    return None
