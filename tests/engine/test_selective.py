"""Archives that can be entered in the middle: only what is needed of them is read."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.running import ROOT, run
from tests.compressors import as_lzop, as_zstd
from tests.engine.test_resume import Failing
from tests.forge import CLUSTER, Disk, forge, noise
from tests.opening import opened, report_of
from tests.seekable import Reads, as_seekable, units_of
from vmatui.engine.archive import open_archive
from vmatui.engine.checking.proof import Payload
from vmatui.engine.checking.report import VerifyReport, sentences
from vmatui.engine.checking.seal import seal
from vmatui.engine.checking.verify import verify
from vmatui.engine.indexing.extenttable import ExtentTable
from vmatui.engine.restoring.plan import plan_restore
from vmatui.engine.restoring.restore import RestoreReport, restore
from vmatui.engine.walking.found import Extent
from vmatui.engine.walking.visitor import Rejected
from vmatui.errors import CancelledError, SuspendedError
from vmatui.storage.faults import StreamState

DISKS = (
    Disk("drive-scsi0", noise(120 * CLUSTER, 1)),
    Disk("drive-scsi1", noise(20 * CLUSTER, 2), size=130 * CLUSTER),
    Disk("drive-efidisk0", noise(3 * CLUSTER + 512, 3)),
)
ARCHIVE = forge(DISKS, {"qemu-server.conf": b"memory: 512\n"}, interleave=False)
SMALL = 2, 3
"""The devices that are restored, a sixth of the data."""
KINDS: dict[str, Callable[[bytes], bytes]] = {"plain": bytes, "seekable": as_seekable}


def restore_some(data: bytes, folder: Path, reads_all: bool = False) -> RestoreReport:
    with opened(data) as archive:
        return restore(
            archive, plan_restore(archive.header, folder=folder, skip={1}), reads_all=reads_all
        )


def are_whole(folder: Path) -> bool:
    images = [
        (folder / f"disk-{DISKS[dev_id - 1].name}.raw").read_bytes() == DISKS[dev_id - 1].image()
        for dev_id in SMALL
    ]
    return all(images)


def counts_of(report: VerifyReport) -> list[tuple[int, int, int, int]]:
    return [(each.stored, each.zero, each.missing, each.damaged) for each in report.devices]


@pytest.mark.parametrize("kind", KINDS)
def test_restoring_some_devices_reads_only_what_they_need(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = KINDS[kind](ARCHIVE)
    reads = Reads(monkeypatch)
    report = restore_some(data, tmp_path / "out")
    assert reads.total < len(data) // 2
    assert report.is_complete
    assert are_whole(tmp_path / "out")
    assert counts_of(report.verify) == counts_of(report_of(ARCHIVE))
    said = sentences(report.verify)[1]
    assert said.startswith("not protected" if kind == "plain" else "not checked as a whole")


@pytest.mark.parametrize("kind", KINDS)
def test_who_wants_all_of_the_archive_gets_it(kind: str, tmp_path: Path) -> None:
    report = restore_some(KINDS[kind](ARCHIVE), tmp_path / "out", reads_all=True)
    assert report.verify.stream is not StreamState.UNREAD
    assert are_whole(tmp_path / "out")


@pytest.mark.parametrize("pack", [as_seekable, as_zstd])
def test_a_header_walk_sees_what_a_walk_of_the_plain_archive_sees(
    pack: Callable[[bytes], bytes],
) -> None:
    tables = []
    for data in (ARCHIVE, pack(ARCHIVE)):
        table = ExtentTable()
        with opened(data) as archive:
            report = verify(archive, quick=True, visitors=[table])
        assert report.is_sound
        assert report.bytes == len(ARCHIVE)
        tables.append([table[number] for number in range(len(table))])
    assert tables[0] == tables[1]


def test_a_header_walk_reads_next_to_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    data = as_seekable(ARCHIVE)
    reads = Reads(monkeypatch)
    report = report_of(data, quick=True)
    assert not report.is_full
    assert sentences(report)[1] == "not checked: only the headers were read"
    assert reads.total < 1 << 20 < len(data) // 8


def test_an_extent_header_that_is_damaged_inside_the_stream_is_found_by_a_header_walk() -> None:
    units = [bytearray(unit) for unit in units_of(ARCHIVE)]
    units[2][45] ^= 1
    damaged = b"".join(units)
    codes = [
        {finding.code for finding in report_of(data, quick=True).findings}
        for data in (damaged, as_seekable(damaged))
    ]
    assert codes[0] == codes[1] != set()


def test_a_frame_that_rotted_is_told_by_a_restore_that_needs_it_and_by_no_other(
    tmp_path: Path,
) -> None:
    data = bytearray(as_seekable(ARCHIVE))
    data[len(data) // 3] ^= 1
    assert restore_some(bytes(data), tmp_path / "some").is_complete
    assert are_whole(tmp_path / "some")
    with opened(bytes(data)) as archive:
        report = restore(archive, plan_restore(archive.header, folder=tmp_path / "all"))
    assert not report.is_complete
    assert report.verify.stream is StreamState.FAULTY


def test_a_manifest_is_compared_with_what_is_restored(tmp_path: Path) -> None:
    path = tmp_path / "a.vma.zst"
    path.write_bytes(as_seekable(ARCHIVE))
    with open_archive(path) as archive:
        seal(archive)
    with open_archive(path) as archive:
        plan = plan_restore(archive.header, folder=tmp_path / "out", skip={1})
        report = restore(archive, plan)
    assert report.verify.payload is Payload.PARTIAL
    assert 0 < report.verify.proof.uncompared <= DISKS[0].clusters


def test_sealing_on_the_way_seals_every_device(tmp_path: Path) -> None:
    path = tmp_path / "a.vma.zst"
    path.write_bytes(as_seekable(ARCHIVE))
    run("restore", "--seal", "--skip", "drive-scsi0", path, tmp_path / "out")
    with open_archive(path) as archive:
        assert verify(archive).payload is Payload.SOUND


def test_a_restore_that_goes_on_enters_the_archive_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, out = tmp_path / "a.vma.zst", tmp_path / "out"
    path.write_bytes(as_seekable(ARCHIVE))
    with open_archive(path) as archive:
        plan = plan_restore(archive.header, folder=out)
        with pytest.raises(SuspendedError):
            restore(archive, plan, visitors=[Failing(3)], interval=0)
    reads = Reads(monkeypatch)
    with open_archive(path) as archive:
        plan = plan_restore(archive.header, folder=out, resume=True)
        assert plan.unfinished.checkpoint is not None
        assert plan.unfinished.checkpoint.position > len(ARCHIVE) // 3
        assert restore(archive, plan).is_complete
    archive_reads = sum(count for offset, count in reads.places if count)
    assert archive_reads < path.stat().st_size
    assert are_whole(out)
    assert (out / "disk-drive-scsi0.raw").read_bytes() == DISKS[0].image()


def threads() -> set[threading.Thread]:
    """Return the threads of ours; whoever runs the tests begins some at any time."""
    return {each for each in threading.enumerate() if each.name.startswith("vmatui")}


@pytest.mark.parametrize("quick", [True, False])
@pytest.mark.parametrize("pack", [as_seekable, as_lzop])
def test_stopping_in_the_middle_leaves_no_thread(
    pack: Callable[[bytes], bytes], quick: bool
) -> None:
    packed = pack(ARCHIVE)  # whose own threads may end a little later
    before = threads()
    cancel = threading.Event()

    class Stopping(ExtentTable):
        def see_extent(self, extent: Extent, rejected: Rejected) -> None:
            cancel.set()

    with opened(packed) as archive, pytest.raises(CancelledError):
        verify(archive, quick=quick, visitors=[Stopping()], cancel=cancel)
    assert threads() <= before


def test_a_sparse_device_goes_into_a_pipe_in_order(tmp_path: Path) -> None:
    disk = Disk("drive-scsi0", bytes(200 * CLUSTER) + noise(5 * CLUSTER, 1), size=400 * CLUSTER)
    path = tmp_path / "a.vma"
    path.write_bytes(forge([DISKS[2], disk], interleave=False))
    program = f"{sys.executable} -m vmatui restore {path} -d drive-scsi0 --to drive-scsi0=- | cat"
    taken = subprocess.run(
        program, shell=True, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, capture_output=True
    )
    assert taken.stdout == disk.image()
