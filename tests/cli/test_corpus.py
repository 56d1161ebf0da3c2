"""The corpus through the command line: sound archives restored, damaged ones named."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.running import run, start
from tests.compressors import as_gzip, as_lzop, as_zstd, decompressed
from tests.corpus import (
    DamagedArchive,
    PackedArchive,
    SoundArchive,
    damaged_corpus,
    packed_corpus,
    small_corpus,
    sound_corpus,
)

COMPRESSORS = {"zstd": as_zstd, "gzip": as_gzip, "lzop": as_lzop}
HEADER_IS_BEYOND_USE = 3


ZEROS = memoryview(bytes(1 << 20))
_KNOWN: dict[bytes, str] = {}
"""Digests by those of the data between the holes: one disk has 4 GiB of holes."""


def _sha256(path: Path) -> str:
    """Return the digest of a file; one with the same data at the same places is not read again."""
    size = path.stat().st_size
    layout = hashlib.sha256(b"%d" % size)
    for place, data in _pieces(path):
        layout.update(b"%d %d " % (place, len(data)))
        layout.update(data)
    if layout.digest() not in _KNOWN:
        _KNOWN[layout.digest()] = _sha256_with_holes(path, size)
    return _KNOWN[layout.digest()]


def _sha256_with_holes(path: Path, size: int) -> str:
    digest = hashlib.sha256()
    at = 0
    for place, data in (*_pieces(path), (size, b"")):
        for zero in range(at, place, len(ZEROS)):
            digest.update(ZEROS[: place - zero])
        digest.update(data)
        at = place + len(data)
    return digest.hexdigest()


def _pieces(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield where the data between the holes of a file is, and the data."""
    with path.open("rb") as file:
        end = 0
        while True:
            try:
                place = file.seek(end, os.SEEK_DATA)
            except OSError:  # no data up to the end
                return
            end = file.seek(place, os.SEEK_HOLE)
            file.seek(place)
            yield place, file.read(end - place)


def _assert_restored(folder: Path, archive: SoundArchive) -> None:
    """Compare every file of a restore with the manifest."""
    expected = {config.name: (config.size, config.sha256) for config in archive.configs}
    for device in archive.devices:
        is_vmstate = device.name == "vmstate"
        name = "vmstate.bin" if is_vmstate else f"disk-{device.name}.raw"
        expected[name] = device.size, device.sha256
    found = {path.name: (path.stat().st_size, _sha256(path)) for path in folder.iterdir()}
    assert found == expected


def _plain(archive: SoundArchive, corpus: Path) -> Path:
    return corpus / "sound" / archive.name


@pytest.mark.parametrize("packed", small_corpus(), ids=str)
def test_a_small_archive_is_restored_from_its_file_and_from_plain(
    packed: PackedArchive, tmp_path: Path
) -> None:
    run("restore", packed.path, tmp_path / "packed")
    _assert_restored(tmp_path / "packed", packed.archive)
    plain = tmp_path / "plain.vma"
    plain.write_bytes(decompressed(packed.path))
    run("restore", plain, tmp_path / "plain")
    _assert_restored(tmp_path / "plain", packed.archive)


@pytest.mark.parametrize("packed", small_corpus(), ids=str)
def test_a_small_archive_is_verified_as_its_manifest_says(packed: PackedArchive) -> None:
    report = run("verify", packed.path, "--json").json
    assert (report["compression"], report["stream"]) == (packed.compression, "sound")
    assert report["uuid"].replace("-", "") == packed.archive.uuid
    assert (report["ctime"], report["bytes"]) == (packed.archive.ctime, packed.archive.size)
    assert [(device["dev_id"], device["name"], device["size"]) for device in report["devices"]] == [
        (device.dev_id, device.name, device.size) for device in packed.archive.devices
    ]
    assert report["configs"] == [
        {"name": config.name, "size": config.size} for config in packed.archive.configs
    ]
    assert report["findings"] == []


@pytest.mark.parametrize("packed", small_corpus(), ids=str)
def test_a_small_archive_is_restored_through_a_pipe(packed: PackedArchive, tmp_path: Path) -> None:
    with subprocess.Popen(["cat", packed.path], stdout=subprocess.PIPE) as cat:
        process = start(["restore", "-", tmp_path / "out"], stdin=cat.stdout)
        process.communicate()
    assert process.returncode == 0
    _assert_restored(tmp_path / "out", packed.archive)


@pytest.mark.parametrize("archive", sound_corpus(), ids=str)
def test_a_sound_archive_is_restored_from_a_plain_file(
    archive: SoundArchive, corpus: Path, tmp_path: Path
) -> None:
    run("restore", _plain(archive, corpus), tmp_path / "out")
    _assert_restored(tmp_path / "out", archive)


@pytest.mark.parametrize("compression", COMPRESSORS)
@pytest.mark.parametrize("archive", sound_corpus(), ids=str)
def test_a_sound_archive_is_restored_from_every_compression(
    archive: SoundArchive, compression: str, corpus: Path, tmp_path: Path
) -> None:
    for packed in packed_corpus():
        if (packed.archive, packed.compression) == (archive, compression):
            path = packed.path
            break
    else:
        path = tmp_path / "packed"
        path.write_bytes(COMPRESSORS[compression](_plain(archive, corpus).read_bytes()))
    run("restore", path, tmp_path / "out")
    _assert_restored(tmp_path / "out", archive)


@pytest.mark.parametrize("archive", sound_corpus(), ids=str)
def test_a_sound_archive_is_restored_through_a_pipe(
    archive: SoundArchive, corpus: Path, tmp_path: Path
) -> None:
    with subprocess.Popen(["cat", _plain(archive, corpus)], stdout=subprocess.PIPE) as cat:
        process = start(["restore", "-", tmp_path / "out"], stdin=cat.stdout)
        process.communicate()
    assert process.returncode == 0
    _assert_restored(tmp_path / "out", archive)


@pytest.mark.parametrize("variant", damaged_corpus(), ids=str)
@pytest.mark.parametrize("quick", [[], ["--quick"]], ids=["full", "quick"])
def test_a_damaged_archive_gets_its_status_and_its_finding(
    variant: DamagedArchive, quick: list[str], corpus: Path
) -> None:
    path = corpus / "damaged" / f"{variant.name}.vma"
    result = run("verify", path, "--json", *quick, exit_code=variant.verify_exit)
    if HEADER_IS_BEYOND_USE in variant.verify_exit and "error" in result.json:
        assert result.json["archive"] == str(path)
        return
    codes = {finding["code"] for finding in result.json["findings"]}
    assert bool(codes & set(variant.findings)) == bool(variant.findings)
    if variant.is_legal:
        assert not codes


@pytest.mark.parametrize("variant", damaged_corpus(), ids=str)
def test_a_damaged_archive_is_never_restored_as_if_it_were_sound(
    variant: DamagedArchive, corpus: Path, tmp_path: Path
) -> None:
    path = corpus / "damaged" / f"{variant.name}.vma"
    verified = run("verify", path, exit_code=variant.verify_exit)
    out = tmp_path / "out"
    run("restore", path, out, exit_code=verified.status)
    if variant.is_legal:
        base = next(archive for archive in sound_corpus() if archive.name == variant.base)
        _assert_restored(out, base)
    elif verified.status == HEADER_IS_BEYOND_USE:
        assert not out.exists()
    elif verified.status:
        disks = [path.name for path in out.iterdir() if path.name.startswith("disk-")]
        assert disks
        assert all(name.endswith(".incomplete") for name in disks)
    assert [path.name for path in tmp_path.iterdir() if path != out] == []
