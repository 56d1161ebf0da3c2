"""What the reference prints while it walks an archive with `-v`, counted as it counts.

Oddities included: where a disk ends inside a cluster, its percentages go past 100.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from vmatui.engine.walking.found import Extent
from vmatui.engine.walking.visitor import HeaderVisitor, Rejected
from vmatui.format.extent import parse_slot
from vmatui.format.header import Device
from vmatui.format.layout import BLOCK_SIZE, BLOCKS_PER_CLUSTER, CLUSTER_SIZE


class ReferenceLog(HeaderVisitor):
    """The progress lines and sums of `-v`; a visitor of the walk.

    Args:
        devices: Of the header.
        write: Gets each line.
        clock: A monotonic clock in seconds.
    """

    def __init__(
        self,
        devices: Sequence[Device],
        write: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._devices = {device.dev_id: device for device in devices}
        # The reference counts whole clusters only, and divides by zero where there is none.
        self._expected = sum(device.size // CLUSTER_SIZE for device in devices)
        self._write = write
        self._clock = clock
        self._started = clock()
        self._read = 0
        self._percent = 0
        self._zero = 0
        self._zero_beside_stored = 0

    def see_extent(self, extent: Extent, rejected: Rejected) -> None:
        """Count the clusters of an extent, and tell each time a percentage is reached."""
        for position, slot in enumerate(extent.header.used):
            if position not in rejected:
                mask, dev_id, cluster = parse_slot(slot)
                self._count(_zero_bytes(self._devices[dev_id], cluster, mask), mask)

    def finish(self) -> None:
        """Tell the sums."""
        total = self._read * CLUSTER_SIZE
        if not total:
            self._write("vma archive contains no image data")
            return
        share = 100 * self._zero / total
        self._write(f"total bytes read {total}, sparse bytes {self._zero} ({share:.3g}%)")
        if total > self._zero:
            reduction = 100 * self._zero_beside_stored / (total - self._zero)
            self._write(f"space reduction due to 4K zero blocks {reduction:.3g}%")

    def _count(self, zero: int, mask: int) -> None:
        self._read += 1
        self._zero += zero
        if mask:
            self._zero_beside_stored += zero
        percent = self._read * 100 // self._expected if self._expected else 0
        if percent != self._percent:
            self._percent = percent
            seconds = int(self._clock() - self._started)
            size = self._read * CLUSTER_SIZE
            self._write(f"progress {percent}% (read {size} bytes, duration {seconds} sec)")


def _zero_bytes(device: Device, cluster: int, mask: int) -> int:
    """Return the bytes of a cluster that are not stored; of a disk only those inside it."""
    inside = device.size - cluster * CLUSTER_SIZE
    if device.is_vmstate or inside >= CLUSTER_SIZE:
        return (BLOCKS_PER_CLUSTER - mask.bit_count()) * BLOCK_SIZE
    return sum(
        max(0, min(BLOCK_SIZE, inside - block * BLOCK_SIZE))
        for block in range(BLOCKS_PER_CLUSTER)
        if not mask >> block & 1
    )
