from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.compressors import COMPRESSORS, as_gzip, as_zstd
from tests.damage import CONSEQUENCES, DAMAGED, DISKS, HIT_CLUSTER, HIT_EXTENT, LEGAL, flip, sound
from tests.forge import CLUSTER, Disk, Forge, forge, noise
from tests.opening import Looking, as_pipe, codes_of, opened, report_of
from tests.seekable import as_seekable
from tests.storage.medium import break_medium
from vmatui.engine.archive import open_archive
from vmatui.engine.checking.verify import verify
from vmatui.engine.indexing.extenttable import ExtentTable
from vmatui.engine.progress import Phase, Progress
from vmatui.engine.walking.found import Extent
from vmatui.engine.walking.visitor import Rejected
from vmatui.errors import CancelledError, SourceError, VmaError
from vmatui.format.codes import Code
from vmatui.storage.faults import StreamState

SOUND = sound().build()
HEADER_SIZE = sound().extent_offsets[0]
WARNINGS = {"duplicate-name", "unsafe-name"}

examples = settings(max_examples=100, derandomize=True, deadline=None)


@pytest.mark.parametrize("code", DAMAGED)
def test_every_kind_of_damage_is_named_by_its_code_and_no_other(code: str) -> None:
    report = report_of(DAMAGED[code]())
    assert code in codes_of(report)
    assert codes_of(report) <= {code, "missing-cluster"} | CONSEQUENCES.get(code, set())
    assert report.is_sound == (code in WARNINGS)


@pytest.mark.parametrize("code", [code for code in DAMAGED if not code.startswith("stream-")])
def test_headers_alone_show_the_same_findings(code: str) -> None:
    data = DAMAGED[code]()
    assert report_of(data, quick=True).findings == report_of(data).findings


@pytest.mark.parametrize("kind", LEGAL)
@pytest.mark.parametrize("quick", [False, True])
def test_a_legal_archive_has_no_findings_however_odd(kind: str, quick: bool) -> None:
    report = report_of(LEGAL[kind](), quick=quick)
    assert report.findings == ()
    assert [device.clusters for device in report.devices] == [disk.clusters for disk in DISKS]
    for device, disk in zip(report.devices, DISKS, strict=True):
        assert device.stored + device.zero == disk.clusters
        assert (device.missing, device.damaged) == (0, 0)


def test_stored_and_zero_clusters_are_counted_apart() -> None:
    disk = Disk("drive-scsi0", noise(CLUSTER) + bytes(2 * CLUSTER) + noise(100))
    (device,) = report_of(forge([disk])).devices
    assert (device.clusters, device.stored, device.zero) == (4, 2, 2)


def test_a_finding_tells_where_it_is() -> None:
    (finding,) = report_of(DAMAGED["duplicate-cluster"]()).findings
    assert finding.offset == sound().extent_offsets[HIT_EXTENT]
    assert (finding.extent, finding.dev_id, finding.device) == (HIT_EXTENT, 1, "drive-scsi0")
    assert (finding.cluster, finding.count) == (HIT_CLUSTER, 1)


def test_the_clusters_of_a_damaged_extent_are_damaged_and_not_missing() -> None:
    report = report_of(DAMAGED["extent-checksum"]())
    (finding,) = report.findings
    assert sum(device.damaged for device in report.devices) == 6
    assert finding.concerns(1, HIT_CLUSTER, HIT_CLUSTER)
    assert not finding.concerns(1, 0, HIT_CLUSTER - 1)


def test_a_hundred_thousand_missing_clusters_are_one_finding() -> None:
    archive = Forge.of([Disk("drive-scsi0", size=100_000 * CLUSTER)], slots_per_extent=59)
    del archive.extents[1:]
    report = report_of(archive.build())
    (finding,) = report.findings
    assert (finding.code, finding.count) == (Code.MISSING_CLUSTER, 100_000 - 59)
    assert finding.ranges == ((59, 99_999),)


def test_bytes_lost_inside_an_extent_cost_that_extent_alone() -> None:
    archive = sound()
    start = archive.extent_offsets[1] + 512 + 100
    report = report_of(SOUND[:start] + SOUND[start + 1000 :])
    assert codes_of(report) == {"short-extent"}
    assert report.extents == len(archive.extents)


def test_a_cut_and_one_byte_more_is_seen_alike_with_and_without_the_data() -> None:
    archive = sound()
    start = archive.extent_offsets[1]
    data = SOUND[: start - 1000] + SOUND[start:] + b"x"
    report = report_of(data)
    assert codes_of(report) == {"short-extent", "trailing-data"}
    assert report_of(data, quick=True).findings == report.findings


def test_bytes_added_between_extents_are_passed() -> None:
    archive = sound()
    start = archive.extent_offsets[2]
    report = report_of(SOUND[:start] + noise(3_000_001) + SOUND[start:])
    assert codes_of(report) == {"extent-magic"}
    assert report.extents == len(archive.extents)
    assert all(not device.missing for device in report.devices)


@pytest.mark.parametrize("quick", [False, True])
def test_junk_after_an_extent_of_zeros_casts_no_doubt_on_it(quick: bool) -> None:
    report = report_of(forge([Disk("drive-scsi0", bytes(3 * CLUSTER))]) + noise(600), quick=quick)
    (finding,) = report.findings
    assert (finding.code, finding.touched) == ("trailing-data", ())


def test_a_destroyed_extent_header_does_not_hide_the_extents_after_it() -> None:
    archive = sound()
    start = archive.extent_offsets[1]
    report = report_of(SOUND[:start] + noise(512) + SOUND[start + 512 :])
    assert codes_of(report) == {"extent-magic", "missing-cluster"}
    assert report.extents == len(archive.extents) - 1
    assert sum(device.missing for device in report.devices) == 6


@pytest.mark.parametrize("compression", COMPRESSORS)
def test_all_compressions_and_a_pipe_give_the_same_report(compression: str) -> None:
    data = COMPRESSORS[compression](SOUND)
    report = report_of(data)
    assert report.findings == ()
    assert report.compression == compression
    assert report.stream is (StreamState.ABSENT if compression == "none" else StreamState.SOUND)
    assert report.bytes == len(SOUND)
    with as_pipe(data) as path, open_archive(path) as archive:
        piped = verify(archive, quick=True)
    assert piped.is_full
    assert (piped.devices, piped.stream, piped.bytes) == (
        report.devices,
        report.stream,
        report.bytes,
    )


def test_a_quick_walk_claims_nothing_of_the_stream() -> None:
    report = report_of(SOUND, quick=True)
    assert not report.is_full
    assert report.stream is StreamState.UNREAD


@examples
@given(st.integers(HEADER_SIZE, len(SOUND) - 1))
def test_any_cut_gives_a_finding(length: int) -> None:
    assert not report_of(SOUND[:length]).is_sound


@examples
@given(st.integers(0, HEADER_SIZE - 1))
def test_a_cut_inside_the_header_is_a_clear_error(length: int) -> None:
    with pytest.raises(SourceError, match=r"cut inside its header|empty|not a VMA"):
        report_of(SOUND[:length])


@examples
@given(st.integers(0, HEADER_SIZE * 8 - 1))
def test_any_flipped_bit_in_the_header_gives_a_finding_or_a_clear_error(bit: int) -> None:
    try:
        report = report_of(flip(SOUND, bit // 8, bit % 8))
    except VmaError:
        return
    assert not report.is_sound


@examples
@given(st.integers(0, len(sound().extents) - 1), st.integers(0, 512 * 8 - 1))
def test_any_flipped_bit_in_an_extent_header_gives_a_finding(extent: int, bit: int) -> None:
    offset = sound().extent_offsets[extent]
    report = report_of(flip(SOUND, offset + bit // 8, bit % 8))
    assert not report.is_sound
    assert report.extents == len(sound().extents)
    assert (
        report_of(flip(SOUND, offset + bit // 8, bit % 8), quick=True).findings == report.findings
    )


@examples
@given(st.binary(max_size=3000), st.sampled_from([b"", SOUND[:HEADER_SIZE], SOUND[:-5000]]))
def test_arbitrary_bytes_raise_nothing_but_our_errors(data: bytes, before: bytes) -> None:
    try:
        report = report_of(before + data)
    except VmaError:
        assert not before
    else:
        assert not report.is_sound


def test_progress_grows_and_ends_with_the_whole_archive() -> None:
    seen: list[Progress] = []
    with opened(SOUND) as archive:
        verify(archive, progress=seen.append)
    assert {progress.phase for progress in seen} == {Phase.READING}
    assert seen[-1].done == seen[-1].total == len(SOUND)
    assert seen[-1].clusters == tuple(disk.clusters for disk in DISKS)


def test_a_set_cancel_event_ends_the_job() -> None:
    cancel = threading.Event()
    cancel.set()
    with opened(SOUND) as archive, pytest.raises(CancelledError):
        verify(archive, cancel=cancel)


def test_a_job_on_a_silent_pipe_can_be_cancelled() -> None:
    reader, writer = os.pipe()
    os.write(writer, SOUND[: HEADER_SIZE + 100])
    cancel = threading.Event()
    timer = threading.Timer(0.1, cancel.set)
    with open_archive(f"/proc/self/fd/{reader}") as archive:
        timer.start()
        with pytest.raises(CancelledError):
            verify(archive, cancel=cancel)
        os.close(writer)
    os.close(reader)


def test_progress_goes_on_while_the_archive_gives_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Progress] = []
    has_told_enough = threading.Event()

    def hear(progress: Progress) -> None:
        told.append(progress)
        if len(told) == 4:
            has_told_enough.set()

    class Slow(ExtentTable):
        def see_extent(self, extent: Extent, rejected: Rejected) -> None:
            super().see_extent(extent, rejected)
            is_slow.set()

    is_slow = threading.Event()
    disk = Disk("a", noise(500 * CLUSTER))
    with opened(as_zstd(forge([disk]))) as archive:
        readv = archive.source.readv

        def wait_and_read(views: Sequence[memoryview]) -> int:
            if is_slow.is_set():
                assert has_told_enough.wait(30)
            return readv(views)

        monkeypatch.setattr(archive.source, "readv", wait_and_read)
        assert verify(archive, visitors=[Slow()], progress=hear).is_sound
    assert [progress.elapsed for progress in told] == sorted({each.elapsed for each in told})


@pytest.mark.parametrize("pack", [bytes, as_gzip, as_zstd, as_seekable])
@pytest.mark.parametrize("code", [None, *(code for code in DAMAGED if "stream" not in code)])
def test_payload_that_nobody_looks_at_is_judged_alike(
    code: str | None, pack: Callable[[bytes], bytes]
) -> None:
    data = pack(SOUND if code is None else DAMAGED[code]())
    with opened(data) as archive:
        looked_at = verify(archive, visitors=[Looking()])
    report = report_of(data)
    assert report.findings == looked_at.findings
    assert report.devices == looked_at.devices
    assert (report.stream, report.payload) == (looked_at.stream, looked_at.payload)


def test_payload_that_nobody_looks_at_is_read_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    bad = HEADER_SIZE + 512 + 100
    with monkeypatch.context() as patch:
        break_medium(patch, range(bad, bad + 1))
        report = report_of(SOUND)
        with opened(SOUND) as archive:
            looked_at = verify(archive, visitors=[Looking()])
    assert codes_of(report) >= {"read-error"}
    assert report.findings == looked_at.findings
