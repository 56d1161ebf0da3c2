"""Every constant, structure and mask of the VMA format, version 1.

All integers are big endian; the one exception, the length of a blob, stands in `blobs`.
"""

from __future__ import annotations

import struct
from typing import Final

MAGIC: Final = b"VMA\0"
VERSION: Final = 1
EXTENT_MAGIC: Final = b"VMAE"

BLOCK_SIZE: Final = 4096
"""Bytes in the unit that is stored or left out."""
BLOCKS_PER_CLUSTER: Final = 16
FULL_MASK: Final = (1 << BLOCKS_PER_CLUSTER) - 1
"""The mask of a cluster with all blocks stored."""
CLUSTER_SIZE: Final = BLOCK_SIZE * BLOCKS_PER_CLUSTER
"""Bytes in the unit that is addressed."""
SLOTS_PER_EXTENT: Final = 59
"""Slots a reader must take; the reference writer fills at most 58."""
MAX_BLOCKS_PER_EXTENT: Final = SLOTS_PER_EXTENT * BLOCKS_PER_CLUSTER
MAX_PAYLOAD: Final = MAX_BLOCKS_PER_EXTENT * BLOCK_SIZE
"""Bytes of data in the largest extent, its header not counted."""
MAX_CLUSTERS: Final = 1 << 32
"""Cluster numbers have 32 bits, so a device is at most 256 TiB."""

FIXED_HEADER_SIZE: Final = 12288
HEADER_ALIGNMENT: Final = 512
EXTENT_HEADER_SIZE: Final = 512
NAME_ENTRIES: Final = 256
"""Entries in each of the tables of config names, config data and devices."""
MAX_DEV_ID: Final = 254
MAX_BLOB: Final = 65535
MAX_HEADER_SIZE: Final = 8 << 20
"""Bytes; a bound before allocation. The reference never writes more than 512 KiB."""

VMSTATE_NAME: Final = "vmstate"
"""A device of this name is the memory of the VM, not a disk."""

HEADER_START: Final = struct.Struct(">4sI16sq16sIII")
"""magic, version, uuid, ctime, md5, blob offset, blob size, header size."""
HEADER_UUID: Final = slice(8, 24)
HEADER_MD5: Final = slice(32, 48)
CONFIG_NAMES: Final = struct.Struct(f">{NAME_ENTRIES}I")
CONFIG_NAMES_OFFSET: Final = 2044
CONFIG_DATA_OFFSET: Final = 3068
DEVICE_ENTRY: Final = struct.Struct(">IIQQQ")
"""pointer to the name, reserved, size in bytes, reserved, reserved."""
DEVICES_OFFSET: Final = 4096

EXTENT_HEADER: Final = struct.Struct(f">4sHH16s16s{SLOTS_PER_EXTENT}Q")
"""magic, reserved, block count, uuid, md5, slots."""
EXTENT_MD5: Final = slice(24, 40)
EXTENT_UUID: Final = slice(8, 24)
EXTENT_SLOTS: Final = 40
"""Where in an extent header the slots start."""
SLOT_SIZE: Final = 8


def clusters_in(size: int) -> int:
    """Return how many clusters a device of `size` bytes has; the last may be partial."""
    return -(-size // CLUSTER_SIZE)
