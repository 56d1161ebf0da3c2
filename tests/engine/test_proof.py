from __future__ import annotations

import os
from pathlib import Path
from threading import Event

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.compressors import COMPRESSORS
from tests.damage import CONFIGS, DAMAGED, DISKS, flip, sound
from tests.forge import BLOCK, CLUSTER, Disk, Forge, forge
from tests.sealing import (
    rotten_in,
    sealed_file,
    verify_file,
    with_own_digest,
)
from vmatui.engine.archive import open_archive
from vmatui.engine.checking.checker import Checker
from vmatui.engine.checking.proof import Payload
from vmatui.engine.checking.prover import proving
from vmatui.engine.checking.report import make_report, sentences
from vmatui.engine.checking.verify import verify, walk_through
from vmatui.engine.indexing import clustermap
from vmatui.engine.indexing.clustermap import ClusterMap
from vmatui.engine.progress import Meter, ignore
from vmatui.engine.restoring.plan import plan_restore
from vmatui.engine.restoring.restore import restore
from vmatui.engine.walking.found import Extent
from vmatui.engine.walking.pipeline import read_ahead
from vmatui.engine.walking.visitor import Rejected, Visitor

SOUND = sound().build()


def payload_of(archive: Forge) -> list[tuple[int, tuple[int, int]]]:
    """Return the offset of each payload byte's block, with the dev_id and cluster it belongs to."""
    found = []
    for offset, extent in zip(archive.extent_offsets, archive.extents, strict=True):
        at = offset + 512
        for slot in extent.slots:
            for start in range(at, at + len(slot.data), BLOCK):
                found.append((start, (slot.dev_id, slot.cluster)))
            at += len(slot.data)
    return found


BLOCKS = payload_of(sound())


def inside(block: int, offset: int) -> bool:
    """Whether a byte of a stored block lies inside its device."""
    start, (dev_id, cluster) = BLOCKS[block]
    before = [other for other, owner in BLOCKS if owner == (dev_id, cluster) and other < start]
    disk = DISKS[dev_id - 1]
    stored = [n for n in sorted(disk.blocks) if n // 16 == cluster]
    return stored[len(before)] * BLOCK + offset < disk.size


@pytest.mark.parametrize("compression", ["none", "zstd", "gzip", "lzop"])
def test_a_flipped_bit_is_named_by_its_cluster_in_every_compression(
    compression: str, tmp_path: Path
) -> None:
    sealed_file(tmp_path / "a.vma", SOUND)
    start, owner = BLOCKS[9]
    suffix = {"none": "", "zstd": ".zst", "gzip": ".gz", "lzop": ".lzo"}[compression]
    path = tmp_path / f"a.vma{suffix}"
    path.write_bytes(COMPRESSORS[compression](flip(SOUND, start + 77, 5)))
    report = verify_file(path)
    (finding,) = report.findings
    assert rotten_in(report) == {owner}
    assert (finding.severity, finding.count) == ("error", 1)
    assert finding.offset is not None
    assert finding.offset <= start < finding.offset + CLUSTER
    assert report.structure == "sound"
    assert report.payload is Payload.FAULTY
    assert sum(device.rotten for device in report.devices) == 1
    assert sentences(report)[2].startswith("faulty: 1 cluster differs from the manifest of 20")


@settings(
    max_examples=60,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.dictionaries(
        st.tuples(st.integers(0, len(BLOCKS) - 1), st.integers(0, BLOCK - 1)),
        st.integers(1, 255),
        max_size=20,
    )
)
def test_any_changed_bytes_are_named_by_their_clusters_and_no_other(
    tmp_path: Path, changes: dict[tuple[int, int], int]
) -> None:
    if not (tmp_path / "a.vma.vmatui").exists():
        sealed_file(tmp_path / "a.vma", SOUND)
    data, expected = bytearray(SOUND), set()
    for (block, offset), change in changes.items():
        data[BLOCKS[block][0] + offset] ^= change
        if inside(block, offset):
            expected.add(BLOCKS[block][1])
    (tmp_path / "a.vma").write_bytes(data)
    report = verify_file(tmp_path / "a.vma")
    assert rotten_in(report) == expected
    assert report.payload is (Payload.FAULTY if expected else Payload.SOUND)


@pytest.mark.parametrize("code", DAMAGED)
def test_damage_that_shows_anyway_is_not_called_rot(code: str, tmp_path: Path) -> None:
    sealed_file(tmp_path / "a.vma", SOUND)
    (tmp_path / "a.vma").write_bytes(DAMAGED[code]())
    assert rotten_in(verify_file(tmp_path / "a.vma")) == set()


def test_a_changed_config_is_a_rotten_header(tmp_path: Path) -> None:
    sealed_file(tmp_path / "a.vma", SOUND)
    configs = CONFIGS | {"qemu-server.fw": b"[OPTIONS]\n\nenable: 0\n"}
    (tmp_path / "a.vma").write_bytes(forge(DISKS, configs, slots_per_extent=6))
    report = verify_file(tmp_path / "a.vma")
    assert [finding.code for finding in report.findings] == ["rotten-header"]
    assert (report.structure, report.payload) == ("sound", "faulty")
    assert sentences(report)[2].startswith("faulty: the archive header differs from the manifest")


def test_an_archive_written_in_another_order_still_matches(tmp_path: Path) -> None:
    sealed_file(tmp_path / "a.vma", SOUND)
    (tmp_path / "a.vma").write_bytes(forge(DISKS, CONFIGS, order="shuffled", slots_per_extent=59))
    assert verify_file(tmp_path / "a.vma").payload is Payload.SOUND


def test_a_damaged_manifest_is_never_believed(tmp_path: Path) -> None:
    manifest = sealed_file(tmp_path / "a.vma", SOUND)
    (tmp_path / "a.vma.vmatui").write_bytes(flip(manifest, 400))
    report = verify_file(tmp_path / "a.vma")
    assert report.is_sound
    assert report.payload is Payload.UNCHECKED
    path = tmp_path / "a.vma.vmatui"
    assert sentences(report)[2] == (
        f"cannot be checked: the manifest {path} is damaged: its own digest does not match"
    )


def test_the_manifest_of_another_archive_is_never_believed(tmp_path: Path) -> None:
    manifest = sealed_file(tmp_path / "b.vma", forge(DISKS, uuid=b"another archive."))
    (tmp_path / "a.vma").write_bytes(SOUND)
    (tmp_path / "a.vma.vmatui").write_bytes(manifest)
    report = verify_file(tmp_path / "a.vma")
    assert report.is_sound
    assert "belongs to another archive" in sentences(report)[2]
    sealed_file(tmp_path / "a.vma.zst", SOUND)
    assert verify_file(tmp_path / "a.vma").payload is Payload.SOUND


def test_a_manifest_that_ends_while_it_is_read_proves_nothing(tmp_path: Path) -> None:
    data = sealed_file(tmp_path / "a.vma", forge([Disk("a", size=5000 * CLUSTER)]))

    class Cut(Visitor):
        def see_extent(self, extent: Extent, rejected: Rejected) -> None:
            os.truncate(tmp_path / "a.vma.vmatui", 100)

    assert len(data) > 100
    with open_archive(tmp_path / "a.vma") as archive:
        report = verify(archive, visitors=[Cut()])
    assert report.is_sound
    assert "is damaged" in sentences(report)[2]
    assert [finding.code for finding in report.findings] == ["unusable-manifest"]


def test_what_differed_before_a_manifest_ended_is_still_faulty(tmp_path: Path) -> None:
    sealed_file(tmp_path / "a.vma", SOUND)
    manifest = bytearray((tmp_path / "a.vma.vmatui").read_bytes())
    manifest[40] ^= 1  # of the header's digest
    (tmp_path / "a.vma.vmatui").write_bytes(with_own_digest(bytes(manifest)))
    with open_archive(tmp_path / "a.vma") as archive:
        checker = Checker(archive.header, archive.faults)
        with proving(archive, checker) as (prover,), read_ahead(archive, Event()) as items:
            os.truncate(tmp_path / "a.vma.vmatui", 100)
            walk_through(archive, items, checker, [prover], Meter(ignore))
        report = make_report(archive, checker, is_full=True)
    assert not report.is_sound
    assert report.payload is Payload.FAULTY
    assert sentences(report)[2].startswith("faulty: the archive header differs from the manifest")
    codes = {finding.code: finding.severity for finding in report.findings}
    assert codes == {"rotten-header": "error", "unusable-manifest": "warning"}


@settings(
    max_examples=100,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.data())
def test_a_forged_manifest_harms_nothing(tmp_path: Path, data: st.DataObject) -> None:
    path = tmp_path / "a.vma.vmatui"
    if not (tmp_path / "genuine").exists():
        (tmp_path / "genuine").write_bytes(sealed_file(tmp_path / "a.vma", SOUND))
    forged = bytearray((tmp_path / "genuine").read_bytes())
    for _ in range(data.draw(st.integers(0, 4))):
        at = data.draw(st.integers(0, len(forged) - 1))
        patch = data.draw(st.binary(max_size=9))
        forged[at : at + data.draw(st.sampled_from([0, len(patch)]))] = patch
    path.write_bytes(with_own_digest(bytes(forged)))
    report = verify_file(tmp_path / "a.vma")
    assert report.structure == "sound"
    assert {finding.code for finding in report.findings} <= {
        *("rotten-cluster", "rotten-header", "unusable-manifest"),
    }
    assert report.is_sound == (report.payload is not Payload.FAULTY)


def test_headers_alone_prove_nothing(tmp_path: Path) -> None:
    sealed_file(tmp_path / "a.vma", SOUND)
    report = verify_file(tmp_path / "a.vma", quick=True)
    assert report.payload is Payload.UNCHECKED
    assert "only the headers were read" in sentences(report)[2]


def test_the_map_flags_what_rotted(tmp_path: Path) -> None:
    sealed_file(tmp_path / "a.vma", SOUND)
    start, (dev_id, cluster) = BLOCKS[3]
    (tmp_path / "a.vma").write_bytes(flip(SOUND, start))
    with open_archive(tmp_path / "a.vma") as archive:
        cells = ClusterMap(archive.header.devices)
        verify(archive, visitors=[cells])
    flagged = {
        (number, at)
        for number, device in cells.devices.items()
        for at, state in enumerate(device.states)
        if state & clustermap.DAMAGED
    }
    assert flagged == {(dev_id, cluster)}
    assert cells.devices[dev_id].states[cluster] & clustermap.LEVEL > clustermap.ZERO


def test_a_restore_compares_too_and_calls_rotten_data_incomplete(tmp_path: Path) -> None:
    sealed_file(tmp_path / "a.vma", SOUND)
    start, owner = BLOCKS[0]
    (tmp_path / "a.vma").write_bytes(flip(SOUND, start))
    with open_archive(tmp_path / "a.vma") as archive:
        report = restore(archive, plan_restore(archive.header, folder=tmp_path / "out"))
    assert rotten_in(report.verify) == {owner}
    assert not report.is_complete
    image = DISKS[0].image()
    assert report.outputs[0].path.name == "disk-drive-scsi0.raw.incomplete"
    assert report.outputs[0].path.read_bytes() == bytes([image[0] ^ 1]) + image[1:]
