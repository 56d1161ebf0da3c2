from __future__ import annotations

import os
import struct
from contextlib import closing
from pathlib import Path

import pytest

from tests.damage import sound
from tests.forge import CLUSTER, Disk, forge
from tests.sealing import DEVICE, HEAD, sealed_file, with_own_digest
from vmatui.errors import ManifestError
from vmatui.storage.manifestfile import ManifestFile
from vmatui.storage.manifests import find_manifests, manifest_path


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    """The manifest of a sound archive."""
    sealed_file(tmp_path / "a.vma", sound().build())
    return tmp_path / "a.vma.vmatui"


def read_all(path: Path) -> None:
    with closing(ManifestFile(path)) as file:
        for device in file.manifest.devices:
            file.entries(device, 0, device.clusters)


def refused(path: Path, data: bytes) -> str:
    path.write_bytes(data)
    with pytest.raises(ManifestError) as caught:
        read_all(path)
    return str(caught.value)


def test_a_manifest_is_found_under_the_name_of_any_compression(tmp_path: Path) -> None:
    for name in ("a.vma.vmatui", "a.vma.zst.vmatui", "b.vma.vmatui", "a.vma.gz"):
        (tmp_path / name).touch()
    own = manifest_path(tmp_path / "a.vma")
    packed = manifest_path(tmp_path / "a.vma.zst")
    assert find_manifests(tmp_path / "a.vma") == [own, packed]
    assert find_manifests(tmp_path / "a.vma.zst") == [packed, own]
    assert find_manifests(tmp_path / "a.vma.gz") == [own, packed]
    assert find_manifests(tmp_path / "c.vma") == []


def test_a_manifest_with_any_byte_flipped_is_refused(manifest: Path) -> None:
    data = manifest.read_bytes()
    for at in range(len(data)):
        assert refused(manifest, data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])


def test_a_manifest_cut_anywhere_or_grown_is_refused(manifest: Path) -> None:
    data = manifest.read_bytes()
    for length in range(len(data)):
        assert refused(manifest, data[:length])
    assert refused(manifest, data + b"\0")


@pytest.mark.parametrize("start", [0, 1 << 63, (1 << 64) - 1], ids=hex)
def test_an_index_that_makes_no_sense_is_refused(start: int, manifest: Path) -> None:
    data = bytearray(manifest.read_bytes())
    struct.pack_into(">Q", data, HEAD + 3 * DEVICE, start)
    assert "damaged" in refused(manifest, with_own_digest(bytes(data)))


def test_a_device_of_any_claimed_size_takes_no_memory(manifest: Path) -> None:
    data = bytearray(manifest.read_bytes())
    struct.pack_into(">Q", data, HEAD + 8, 1 << 48)
    assert "damaged" in refused(manifest, with_own_digest(bytes(data)))


def test_a_pipe_or_a_folder_is_no_manifest_and_nothing_waits_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path):
        with pytest.raises(ManifestError, match="is none"):
            ManifestFile(path)


def test_entries_come_from_every_chunk_they_touch(tmp_path: Path) -> None:
    blocks = {16 * number: b"x" * (number % 4000 + 1) for number in (0, 4094, 4095, 4097, 8191)}
    disk = Disk("a", size=8193 * CLUSTER, blocks=blocks)
    sealed_file(tmp_path / "a.vma", forge([disk]))
    with closing(ManifestFile(tmp_path / "a.vma.vmatui")) as file:
        (device,) = file.manifest.devices
        found = file.entries(device, 0, 8193)
        stored = [number for number in range(8193) if any(found[16 * number :][:16])]
        assert stored == [0, 4094, 4095, 4097, 8191]
        assert file.entries(device, 4094, 4) == found[16 * 4094 : 16 * 4098]
