from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.compressors import as_gzip, as_zstd
from tests.forge import CLUSTER, Disk, forge, noise
from tests.format.test_partitions import gpt
from tests.opening import opened
from vmatui.engine.checking.verify import verify
from vmatui.engine.indexing import scout as scout_module
from vmatui.engine.indexing.scout import Scout
from vmatui.engine.walking.found import Extent
from vmatui.engine.walking.visitor import HeaderVisitor, Rejected
from vmatui.format.header import Device

SIZE = 128 * CLUSTER


def image() -> bytes:
    head, tail = gpt([(2048, 4095, "boot"), (4096, 16_000, "root")], size=SIZE)
    data = bytearray(noise(SIZE))
    data[: len(head)] = head
    data[-len(tail) :] = tail
    data[2 << 20 : (2 << 20) + 8192] = bytes(8192)
    return bytes(data)


def scouted(data: bytes, *, quick: bool = False) -> tuple[Scout, Device]:
    with opened(data) as archive:
        scout = Scout(archive.header.devices)
        verify(archive, quick=quick, visitors=[scout])
        return scout, archive.header.devices[0]


def test_the_clusters_that_tell_of_partitions_are_kept_as_they_are() -> None:
    data = image()
    scout, device = scouted(as_gzip(forge([Disk("a", data)])))
    assert scout.read(device, 0, 20_000) == data[:20_000]
    assert scout.read(device, SIZE - 20_000, 30_000) == data[-20_000:]
    start = 2 << 20
    assert scout.read(device, start + 100, 1 << 20) == data[start + 100 : start + 2 * CLUSTER]
    assert scout.read(device, 5 << 20, 100) is None


def test_a_walk_over_headers_keeps_nothing() -> None:
    scout, device = scouted(forge([Disk("a", image())]), quick=True)
    assert scout.read(device, 0, 512) is None


def test_what_is_kept_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scout_module, "MAX_KEPT", 3)
    scout, device = scouted(forge([Disk("a", image())]))
    assert len(scout._kept) + len(scout._wanted) == 3
    assert scout.read(device, 1 << 20, 1 << 20) == image()[1 << 20 : (1 << 20) + CLUSTER]


def test_a_damaged_extent_is_not_believed() -> None:
    data = bytearray(forge([Disk("a", image())]))
    data[data.index(b"VMAE") + 30] ^= 1
    scout, device = scouted(bytes(data))
    assert scout.read(device, 0, 512) is None


class Seen(HeaderVisitor):
    """Takes note of the clusters that came with their data."""

    def __init__(self) -> None:
        self.clusters: set[int] = set()

    def see_extent(self, extent: Extent, rejected: Rejected) -> None:
        if extent.buffer is not None:
            self.clusters.update(slot & 0xFFFFFFFF for slot in extent.header.used)


@pytest.mark.parametrize("pack", [bytes, as_zstd])
def test_nothing_is_read_for_it_but_what_it_wants(pack: Callable[[bytes], bytes]) -> None:
    size = 1000 * CLUSTER
    head, tail = gpt([(2048, 4095, "boot"), (102_400, 125_000, "root")], size=size)
    data = (noise(4096) + bytes(CLUSTER - 4096)) * 1000
    image = head + data[len(head) : -len(tail)] + tail
    with opened(pack(forge([Disk("a", image), Disk("b", image)]))) as archive:
        scout, seen = Scout(archive.header.devices), Seen()
        verify(archive, visitors=[scout, seen])
    start = 102_400 * 512
    for device in archive.header.devices:
        assert scout.read(device, start, 1 << 20) == image[start : start + 2 * CLUSTER]
        assert scout.read(device, size - 512, 512) == image[-512:]
    assert len(seen.clusters) < 500
