"""Recognises the extent headers of one archive, damaged ones too, and where an extent ends.

A header counts when its md5 is right, when its md5 would be right with the values that it must
have, or when two of its magic, uuid and block count are.
"""

from __future__ import annotations

from vmatui.engine.walking.payloads import payload_sizes
from vmatui.format import layout
from vmatui.format.extent import ExtentHeader, parse_extent, proves_slots

HEADER = layout.EXTENT_HEADER_SIZE
_UUID_AT = layout.EXTENT_UUID.start


class ExtentFinder:
    """Knows the extents of one archive from other bytes.

    Args:
        uuid: Of the archive; None takes extents of any, if their md5 is right.
    """

    def __init__(self, uuid: bytes | None) -> None:
        self.uuid = uuid or b""
        self._sign, self._sign_at = (uuid, _UUID_AT) if uuid else (layout.EXTENT_MAGIC, 0)

    def candidates(self, header: ExtentHeader, data: bytes | memoryview) -> tuple[int, ...]:
        """Return the payload sizes in bytes that a header allows; none if it is no header.

        Args:
            header: The header, taken apart.
            data: Its 512 bytes.
        """
        if not header.checksum_matches and not self._is_likely(header, bytes(data)):
            return ()
        return payload_sizes(header)

    def starts_extent(self, data: bytes | memoryview) -> bool:
        """Whether bytes begin with an extent header."""
        if len(data) < HEADER:
            return False
        if data[:4] == layout.EXTENT_MAGIC and data[layout.EXTENT_UUID] == self.uuid:
            return True
        head = bytes(data[:HEADER])
        return bool(self.candidates(parse_extent(head), head))

    def is_like_extent(self, data: bytes) -> bool:
        """Whether bytes, at a place where an extent must be, are what is left of its header."""
        has_uuid = bool(self.uuid) and data[layout.EXTENT_UUID] == self.uuid
        return has_uuid or data[:4] == layout.EXTENT_MAGIC[: len(data)]

    def search(self, data: bytes) -> int | None:
        """Return where in the data the first extent header of this archive starts."""
        at = data.find(self._sign, self._sign_at)
        while at != -1:
            start = at - self._sign_at
            if self.starts_extent(data[start : start + HEADER]):
                return start
            at = data.find(self._sign, at + 1)
        return None

    def true_end(self, read: bytes, candidates: tuple[int, ...]) -> tuple[int | None, bool]:
        """Return where the payload ends, and whether that is where the header puts it.

        Args:
            read: The payload and what follows, as far as it was read.
            candidates: The sizes in bytes that the header allows.
        """
        for candidate in candidates:
            is_next = self.starts_extent(read[candidate : candidate + HEADER])
            if candidate == len(read) or is_next:
                return candidate, True
        at = self.search(read)
        if at is None and len(read) >= candidates[-1]:
            at = candidates[-1]
        return at, False

    def _is_likely(self, header: ExtentHeader, data: bytes) -> bool:
        """Whether a header with a wrong md5 is one all the same."""
        is_counted = header.blocks_in_masks == header.block_count
        if sum((header.magic_matches, header.uuid == self.uuid, is_counted)) >= 2:
            return True
        return bool(self.uuid) and proves_slots(data, self.uuid)
