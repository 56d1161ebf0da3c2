"""What a walk finds in an archive: its extents, and the gaps between them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from vmatui.engine.walking.extentfinder import HEADER
from vmatui.engine.walking.feed import Buffer
from vmatui.format.codes import Code, Fault
from vmatui.format.extent import ExtentHeader, SlotRun, slot_runs


class Extent:
    """One extent as it was found.

    Args:
        number: Counted from 0 in file order.
        offset: Archive offset of its header in bytes.
        header: As it was parsed.
        length: Bytes of payload that belong to it, whether or not they are there.
        faults: What is wrong with its header so far.
    """

    __slots__ = (
        "buffer", "doubts", "faults", "header", "holes", "is_displaced", "is_followed",
        "is_foreign", "length", "number", "offset", "present", "proved", "rotten", "settled",
    )  # fmt: skip

    def __init__(
        self, number: int, offset: int, header: ExtentHeader, length: int, faults: list[Fault]
    ) -> None:
        self.number = number
        self.offset = offset
        self.header = header
        self.length = self.present = length
        """Bytes of payload that belong to it, and that are there."""
        self.faults = faults
        self.holes: list[tuple[int, int]] = []
        """Start and end, in the payload, of bytes that could not be read."""
        self.doubts: list[tuple[int, int]] = []
        """The same, of bytes that no checksum of the stream vouches for."""
        self.settled = 0
        """Archive offset up to which no later fault can cast doubt on the bytes."""
        self.is_followed = True
        """Whether the next extent, or the end of the archive, stands right behind the payload."""
        self.is_displaced = False
        """Whether bytes may have gone in or out of its data, nobody knows where."""
        self.is_foreign = False
        """Whether it is of another archive, or nothing proves that it is not."""
        self.rotten: frozenset[int] = frozenset()
        """Positions of used slots whose clusters are not as a manifest has them."""
        self.proved: frozenset[int] = frozenset()
        """Positions of used slots whose clusters are known to be as a manifest has them."""
        self.buffer: Buffer | None = None
        """Holds the payload from its first byte on; None where nobody wanted it."""

    @property
    def is_sound(self) -> bool:
        """Whether the header proves what it says; a cut payload does not change that."""
        return not any(fault.code is not Code.SHORT_EXTENT for fault in self.faults)

    @property
    def end(self) -> int:
        """Archive offset behind the last byte of payload that is there."""
        return self.offset + HEADER + self.present

    @property
    def has_payload(self) -> bool:
        """Whether all that it stores can be looked at, and not only its header."""
        return self.buffer is not None or not self.length

    def accepted(self, rejected: frozenset[int]) -> list[int]:
        """Return the used slots but those at some positions."""
        return [slot for at, slot in enumerate(self.header.used) if at not in rejected]

    def accepted_runs(self, rejected: frozenset[int]) -> Sequence[SlotRun]:
        """Return the same as runs of slots."""
        return self.header.runs if not rejected else slot_runs(self.accepted(rejected))

    def release(self) -> None:
        """Give the payload's memory back."""
        if self.buffer is not None:
            self.buffer.release()


class Gap(NamedTuple):
    """A stretch of the archive that is no extent, or that could not be read."""

    offset: int
    length: int
    faults: list[Fault]
    doubt: int = 0
    """Bytes before `offset` that no checksum of the stream vouches for."""

    @property
    def end(self) -> int:
        """Archive offset behind its last byte."""
        return self.offset + self.length
