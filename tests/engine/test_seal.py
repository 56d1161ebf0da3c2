from __future__ import annotations

import threading
from pathlib import Path

import pytest

from tests.damage import CONFIGS, DAMAGED, DISKS, LEGAL, flip, sound
from tests.forge import BLOCK, CLUSTER, Disk, Forge, forge, noise
from tests.sealing import (
    entries_of,
    read_manifest,
    seal_file,
    sealed_file,
    verify_file,
    without_time,
)
from vmatui.engine.archive import open_archive
from vmatui.engine.checking.proof import Payload
from vmatui.engine.checking.report import sentences
from vmatui.engine.checking.seal import seal
from vmatui.errors import CancelledError, TargetError, UsageError
from vmatui.storage.manifests import place_beside

SOUND = sound().build()
WARNINGS = {"duplicate-name", "unsafe-name"}


@pytest.mark.parametrize("kind", LEGAL)
def test_the_entries_are_the_digests_of_what_a_restore_writes(kind: str, tmp_path: Path) -> None:
    manifest = read_manifest(sealed_file(tmp_path / "a.vma", LEGAL[kind]()))
    assert list(manifest.values()) == [entries_of(disk) for disk in DISKS]


def test_what_lies_past_the_end_of_a_device_changes_no_entry(tmp_path: Path) -> None:
    ends = [noise(100), noise(100) + b"x" * 3996]
    manifests = [
        sealed_file(tmp_path / f"{n}.vma", forge([Disk("a", size=100, blocks={0: end})]))
        for n, end in enumerate(ends)
    ]
    assert without_time(manifests[0]) == without_time(manifests[1])


def test_an_archive_without_devices_can_be_sealed(tmp_path: Path) -> None:
    assert read_manifest(sealed_file(tmp_path / "a.vma", forge([], CONFIGS))) == {}
    assert verify_file(tmp_path / "a.vma").payload is Payload.SOUND


def test_stored_zeros_are_zeros(tmp_path: Path) -> None:
    disk = Disk("a", size=2 * CLUSTER, blocks={3: bytes(BLOCK), 16: noise(BLOCK)})
    manifest = read_manifest(sealed_file(tmp_path / "a.vma", forge([disk])))
    assert manifest[1] == entries_of(disk)
    assert manifest[1][0] == bytes(16)


def test_a_manifest_takes_258_kib_a_gib_of_data_and_32_bytes_a_gib_of_zeros(tmp_path: Path) -> None:
    gib = 1 << 30
    zeros = [
        len(sealed_file(tmp_path / f"z{n}.vma", forge([Disk("a", size=n * gib)]))) for n in (1, 2)
    ]
    assert zeros[1] - zeros[0] == 32
    full = {16 * number: b"x" for number in range(gib // CLUSTER)}
    data = sealed_file(tmp_path / "full.vma", forge([Disk("a", size=gib, blocks=full)]))
    assert len(data) - zeros[0] == gib // CLUSTER * 16 + gib // CLUSTER // 8 == 258 << 10


@pytest.mark.parametrize("code", sorted(set(DAMAGED) - WARNINGS))
def test_an_archive_with_errors_is_not_sealed(code: str, tmp_path: Path) -> None:
    path = tmp_path / "a.vma"
    path.write_bytes(DAMAGED[code]())
    report = seal_file(path)
    assert report.seal is None
    assert [path.name for path in tmp_path.iterdir()] == ["a.vma"]


def test_what_is_sound_of_a_faulty_archive_can_be_sealed(tmp_path: Path) -> None:
    path = tmp_path / "a.vma"
    path.write_bytes(DAMAGED["extent-checksum"]())
    found = seal_file(path, even_faulty=True).seal
    assert found is not None
    assert found.missing == 6
    path.write_bytes(SOUND)
    report = verify_file(path)
    assert (report.payload, report.proof.uncompared) == (Payload.PARTIAL, 6)
    assert sentences(report)[2].endswith("6 clusters could not be compared")


def test_a_header_that_claims_any_size_cannot_fill_the_disk(tmp_path: Path) -> None:
    archive = Forge.of([Disk("a", noise(CLUSTER))])
    archive.devices[1].size = 1 << 46
    (tmp_path / "a.vma").write_bytes(archive.build())
    with pytest.raises(TargetError, match="next to nothing to seal"):
        seal_file(tmp_path / "a.vma", even_faulty=True)
    assert [path.name for path in tmp_path.iterdir()] == ["a.vma"]


def test_a_manifest_is_replaced_only_when_it_may_be(tmp_path: Path) -> None:
    before = sealed_file(tmp_path / "a.vma", SOUND)
    with pytest.raises(TargetError, match="exists already"):
        seal_file(tmp_path / "a.vma")
    (tmp_path / "a.vma.vmatui").write_bytes(b"rubbish")
    seal_file(tmp_path / "a.vma", overwrite=True)
    assert without_time((tmp_path / "a.vma.vmatui").read_bytes()) == without_time(before)


def test_a_manifest_that_belies_the_archive_is_never_replaced(tmp_path: Path) -> None:
    before = sealed_file(tmp_path / "a.vma", SOUND)
    (tmp_path / "a.vma").write_bytes(flip(SOUND, sound().extent_offsets[0] + 512))
    assert seal_file(tmp_path / "a.vma", overwrite=True, even_faulty=True).seal is None
    assert (tmp_path / "a.vma.vmatui").read_bytes() == before


def test_a_cancelled_seal_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "a.vma").write_bytes(SOUND)
    cancel = threading.Event()
    cancel.set()
    with open_archive(tmp_path / "a.vma") as archive, pytest.raises(CancelledError):
        seal(archive, cancel=cancel)
    assert [path.name for path in tmp_path.iterdir()] == ["a.vma"]


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.vma").write_bytes(SOUND)
    (tmp_path / "tmp-a.vma.vmatui").touch()
    with pytest.raises(TargetError, match=r"tmp-a\.vma\.vmatui"):
        seal_file(tmp_path / "a.vma")


def test_standard_input_has_no_place_for_a_manifest() -> None:
    with pytest.raises(UsageError, match="name a file"):
        place_beside("-")


def test_an_archive_and_a_manifest_that_were_changed_together_have_another_digest(
    tmp_path: Path,
) -> None:
    digests = set()
    for data in (SOUND, flip(SOUND, sound().extent_offsets[0] + 512), SOUND):
        (tmp_path / "a.vma").write_bytes(data)
        found = seal_file(tmp_path / "a.vma").seal
        assert found is not None
        report = verify_file(tmp_path / "a.vma")
        assert (report.payload, report.proof.digest) == (Payload.SOUND, found.digest)
        digests.add(found.digest)
        found.path.unlink()
    assert len(digests) == 2
