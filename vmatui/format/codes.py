"""The stable codes of all faults an archive can have, and what each means.

Scripts match on the codes, people search for the reference's wording: neither ever changes.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Severity(StrEnum):
    """Whether data is lost or in doubt, or the archive is merely odd."""

    ERROR = "error"
    WARNING = "warning"


class Code(StrEnum):
    """What kind of fault a finding is."""

    HEADER_CHECKSUM = "header-checksum"
    HEADER_BLOBS = "header-blobs"
    DEVICE_NAME = "device-name"
    DUPLICATE_NAME = "duplicate-name"
    UNSAFE_NAME = "unsafe-name"
    EXTENT_CHECKSUM = "extent-checksum"
    EXTENT_MAGIC = "extent-magic"
    EXTENT_RESERVED = "extent-reserved"
    EXTENT_UUID = "extent-uuid"
    SHORT_EXTENT = "short-extent"
    EXTRA_BLOCKS = "extra-blocks"
    MISSING_BLOCKS = "missing-blocks"
    UNKNOWN_DEVICE = "unknown-device"
    BEYOND_END = "beyond-end"
    DUPLICATE_CLUSTER = "duplicate-cluster"
    MISSING_CLUSTER = "missing-cluster"
    VMSTATE_ORDER = "vmstate-order"
    TRAILING_DATA = "trailing-data"
    STREAM_CHECKSUM = "stream-checksum"
    STREAM_ERROR = "stream-error"
    READ_ERROR = "read-error"
    ROTTEN_HEADER = "rotten-header"
    ROTTEN_CLUSTER = "rotten-cluster"
    UNUSABLE_MANIFEST = "unusable-manifest"


class Meaning(NamedTuple):
    """What a code says to a person."""

    title: str
    """A few words for a list."""
    reference: str
    """How the reference words the same fault, its spelling kept; empty where it is silent."""


MEANINGS: dict[Code, Meaning] = {
    Code.HEADER_CHECKSUM: Meaning("archive header damaged", "wrong vma header chechsum"),
    Code.HEADER_BLOBS: Meaning("names or configs unreadable", "vma contains invalid data pointers"),
    Code.DEVICE_NAME: Meaning("device without a readable name", ""),
    Code.DUPLICATE_NAME: Meaning("two of one name", ""),
    Code.UNSAFE_NAME: Meaning("name unfit for a file", ""),
    Code.EXTENT_CHECKSUM: Meaning("extent header damaged", "wrong vma extent header chechsum"),
    Code.EXTENT_MAGIC: Meaning("extent header not recognised", "wrong vma extent header magic"),
    Code.EXTENT_RESERVED: Meaning(
        "reserved field of an extent header in use", "wrong vma extent header magic"
    ),
    Code.EXTENT_UUID: Meaning("extent of another archive", "wrong vma extent uuid"),
    Code.SHORT_EXTENT: Meaning("extent cut short", "short vma extent"),
    Code.EXTRA_BLOCKS: Meaning(
        "more blocks named than stored", "short vma extent - too many blocks"
    ),
    Code.MISSING_BLOCKS: Meaning(
        "fewer blocks named than stored", "vma extent error - missing blocks"
    ),
    Code.UNKNOWN_DEVICE: Meaning("data of an unknown device", "got wrong dev id"),
    Code.BEYOND_END: Meaning(
        "data past the end of a device", "got wrong block address - write beyond end"
    ),
    Code.DUPLICATE_CLUSTER: Meaning("cluster stored twice", "found duplicated cluster"),
    Code.MISSING_CLUSTER: Meaning("cluster missing", "detected missing cluster"),
    Code.VMSTATE_ORDER: Meaning("VM state out of order", "found out of order vmstate data"),
    Code.TRAILING_DATA: Meaning("data after the last extent", "read short extent"),
    Code.STREAM_CHECKSUM: Meaning("compressor's checksum does not match", ""),
    Code.STREAM_ERROR: Meaning("compressed stream cut or damaged", ""),
    Code.READ_ERROR: Meaning("medium cannot be read", ""),
    Code.ROTTEN_HEADER: Meaning("header not as sealed", ""),
    Code.ROTTEN_CLUSTER: Meaning("cluster not as sealed", ""),
    Code.UNUSABLE_MANIFEST: Meaning("manifest cannot be used", ""),
}


class Fault(NamedTuple):
    """One fault as the format's parsers see it: they know no archive offset."""

    code: Code
    message: str
    """One sentence for a person, without a full stop."""
    severity: Severity = Severity.ERROR
    dev_id: int | None = None
