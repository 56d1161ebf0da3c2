"""The VM of the demo archive: its disks, cluster by cluster, and its configs.

Everything is computed and always the same. No block is like another, so a block that a restore
puts in a wrong place shows; yet all are made of a few pages, so that the archive packs small.
"""

from __future__ import annotations

import random
import struct
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from vmatui.engine.demo.demotables import DemoPartition, partition_table, sign
from vmatui.format.header import Config, Device
from vmatui.format.layout import BLOCK_SIZE, BLOCKS_PER_CLUSTER, clusters_in

_MARK = struct.Struct("<8sII16s")
"""What each block begins with: a word, its device, its number, and a filler."""


class Region(NamedTuple):
    """Clusters that follow each other and are about equally full."""

    clusters: int
    level: int
    """Blocks stored of the 16 of a cluster, on average; 0 keeps the region empty."""


class DemoDisk(NamedTuple):
    """A device and how full its regions are; past the last region it is zero."""

    device: Device
    regions: tuple[Region, ...]
    partitions: tuple[DemoPartition, ...] = ()


def _disk(
    dev_id: int,
    name: str,
    size: int,
    *regions: tuple[int, int],
    partitions: tuple[tuple[int, int, str, str], ...] = (),
) -> DemoDisk:
    return DemoDisk(
        Device(dev_id, name, size),
        tuple(Region(*region) for region in regions),
        tuple(DemoPartition(*partition) for partition in partitions),
    )


DISKS = (
    # Boot loader, system files, free space, packages, logs, a database, swap.
    _disk(
        1,
        "drive-scsi0",
        64 << 20,
        *((1, 2), (14, 16), (48, 0), (170, 13), (30, 0), (120, 9), (90, 3), (70, 0)),
        *((110, 15), (60, 6), (40, 0), (64, 16)),
        partitions=((1, 14, "boot", ""), (63, 752, "ext4", "root"), (753, 816, "swap", "swap")),
    ),
    # File system metadata, tables, an index with gaps, free space, last week's dumps, journal.
    _disk(
        2,
        "drive-scsi1",
        96 << 20,
        *((16, 16), (260, 12), (84, 1), (120, 8), (230, 0), (150, 16), (60, 4), (200, 0)),
        *((24, 16), (90, 0), (48, 7)),
        partitions=((16, 1534, "ext4", "postgres"),),
    ),
    _disk(3, "drive-efidisk0", 540672, (1, 3), (1, 11), (2, 0), (1, 5), (3, 0), (1, 4)),
)

CONFIGS = (
    Config(
        "qemu-server.conf",
        b"""\
#Web shop database (PostgreSQL 17)
#
#Owner: ops@example.org. Restore scsi1 first, then scsi0.
agent: 1
balloon: 2048
bios: ovmf
boot: order=scsi0
cores: 4
cpu: host
efidisk0: local-lvm:vm-104-disk-0,efitype=4m,pre-enrolled-keys=1,size=528K
memory: 4096
meta: creation-qemu=10.1.2,ctime=1767225600
name: shop-db
net0: virtio=BC:24:11:5A:0E:68,bridge=vmbr0,firewall=1
numa: 0
onboot: 1
ostype: l26
scsi0: local-lvm:vm-104-disk-1,discard=on,iothread=1,size=64M,ssd=1
scsi1: local-lvm:vm-104-disk-2,discard=on,iothread=1,size=96M,ssd=1
scsihw: virtio-scsi-single
smbios1: uuid=7d1f0c52-41b4-4f0e-9a51-6f0c3b8f2d10
sockets: 1
tags: prod;shop
#qmdump#map:efidisk0:drive-efidisk0:local-lvm:raw:
#qmdump#map:scsi0:drive-scsi0:local-lvm:raw:
#qmdump#map:scsi1:drive-scsi1:local-lvm:raw:
""",
    ),
    Config(
        "qemu-server.fw",
        b"""\
[OPTIONS]

enable: 1
policy_in: DROP

[RULES]

IN SSH(ACCEPT) -source +management -log nolog
IN ACCEPT -source 10.20.0.0/24 -p tcp -dport 5432 -log nolog # application servers
""",
    ),
)


def iter_masks(disk: DemoDisk) -> Iterator[int]:
    """Yield for each cluster of a disk which of its blocks are stored."""
    levels = [region.level for region in disk.regions for _ in range(region.clusters)]
    total = clusters_in(disk.device.size)
    levels += [0] * (total - len(levels))
    dice = random.Random(disk.device.dev_id)
    starts = {partition.first for partition in disk.partitions}
    for cluster in range(total):
        full = levels[cluster] and levels[cluster] + dice.randint(-3, 3)
        # Every disk begins with something, if only a partition table.
        count = max(0 if cluster else 1, min(BLOCKS_PER_CLUSTER, full))
        first = dice.randrange(BLOCKS_PER_CLUSTER - count + 1) if cluster else 0
        if cluster in starts:
            first = 0
        inside = min(BLOCKS_PER_CLUSTER, _blocks(disk) - cluster * BLOCKS_PER_CLUSTER)
        yield ((1 << count) - 1 << first) & ((1 << inside) - 1)


def cluster_data(disk: DemoDisk, cluster: int, mask: int) -> bytes:
    """Return the stored blocks of a cluster, one after another."""
    pages = _pages()
    first = cluster * BLOCKS_PER_CLUSTER
    dev_id = disk.device.dev_id
    parts: list[bytes] = []
    for block in range(first, first + mask.bit_length()):
        if mask >> block - first & 1:
            parts += _MARK.pack(b"shop-db\0", dev_id, block, b""), pages[block % len(pages)]
    data = b"".join(parts)
    if cluster == 0 and disk.partitions:
        return partition_table(disk.device.size, disk.partitions) + data[BLOCK_SIZE:]
    for partition in disk.partitions:
        if cluster == partition.first:
            return sign(partition, data[:BLOCK_SIZE]) + data[BLOCK_SIZE:]
    return data


def _blocks(disk: DemoDisk) -> int:
    return -(-disk.device.size // BLOCK_SIZE)


@cache
def _pages() -> tuple[bytes, ...]:
    """Return what blocks are made of: rows of a table, and noise as packed data has it."""
    dice = random.Random(104)
    size = BLOCK_SIZE - _MARK.size
    pages = []
    for number in range(19):
        row = f"{number:06d}|order|2026-11-{number % 28 + 1:02d}|paid|EUR {number * 7}.90|".encode()
        noise = dice.randbytes(900)
        pages.append((noise + row * (size // len(row) + 1))[:size])
    return tuple(pages)
