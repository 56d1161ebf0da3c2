"""From which copy the clusters of a salvage came, in numbers and on the map."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.damage import DISKS, flip, sound
from tests.opening import as_file, opened
from tests.salvaging import device, images, slots_of, with_flips
from tests.streamdamage import zstd_frame
from vmatui.engine.checking.findings import Touched
from vmatui.engine.checking.verify import verify
from vmatui.engine.indexing.clustermap import DOUBTFUL, FAULT, ClusterMap
from vmatui.engine.restoring.plan import plan_restore
from vmatui.engine.salvaging.copies import opened_copies
from vmatui.engine.salvaging.salvage import salvage
from vmatui.engine.salvaging.salvagelines import salvage_lines
from vmatui.engine.salvaging.salvageplan import plan_salvage
from vmatui.engine.salvaging.salvagereport import SalvageReport
from vmatui.format.extent import SlotRun

MAGIC, MASK = 0, 41
LACKING = with_flips({1: [MASK], 3: [MAGIC]})
"""It lacks the clusters of extent 1, and doubts those of extent 3."""
DOUBTING = with_flips({1: [MAGIC], 2: [MASK]})
"""It doubts the clusters of extent 1."""


def drawn(folder: Path, *copies: bytes) -> tuple[SalvageReport, ClusterMap]:
    """Salvage copies, and draw what comes of it."""
    with ExitStack() as stack:
        paths = [stack.enter_context(as_file(data)) for data in copies]
        looked_at = stack.enter_context(opened_copies(paths))
        header = looked_at[0].archive.header
        picture = ClusterMap(header.devices)
        plan = plan_salvage(plan_restore(header, folder=folder, resumable=False), looked_at)

        def take(runs: Iterable[SlotRun], doubtful: Iterable[Touched]) -> None:
            picture.mark(runs)
            picture.doubt(doubtful)

        report = salvage(looked_at, plan, visitors=[picture], on_taken=take)
    return report, picture


def states(picture: ClusterMap) -> dict[int, list[int]]:
    return {dev_id: list(each.states) for dev_id, each in picture.devices.items()}


def test_each_cluster_is_told_with_its_copy(tmp_path: Path) -> None:
    report, _ = drawn(tmp_path / "out", LACKING, sound().build())
    for dev_id, clusters in slots_of(1, 3).items():
        for cluster in range(DISKS[dev_id - 1].clusters):
            expected = (0, 1) if cluster in clusters else (1, 0)
            assert report.provenance.counts(dev_id, cluster, cluster) == expected
        total = DISKS[dev_id - 1].clusters
        whole = report.provenance.counts(dev_id, 0, total - 1)
        assert whole == (total - len(clusters), len(clusters)) == device(report, dev_id).origins
        assert report.provenance.differing(dev_id, 0, total - 1) == 0
        ranges = device(report, dev_id).origin_ranges[1]
        assert [n for first, last in ranges for n in range(first, last + 1)] == sorted(clusters)


def test_where_copies_disagree_is_told_of_each_cluster(tmp_path: Path) -> None:
    archive = sound()
    other = flip(archive.build(), archive.extent_offsets[2] + 512)
    report, _ = drawn(tmp_path / "out", archive.build(), other)
    slot = next(slot for slot in archive.extents[2].slots if slot.mask)
    clusters = range(DISKS[slot.dev_id - 1].clusters)
    found = [each for each in clusters if report.provenance.differing(slot.dev_id, each, each)]
    assert found == [slot.cluster]


def test_the_map_shows_what_another_copy_has_filled(tmp_path: Path) -> None:
    report, picture = drawn(tmp_path / "out", LACKING, sound().build())
    with opened(sound().build()) as archive:
        whole = ClusterMap(archive.header.devices)
        verify(archive, visitors=[whole])
    assert report.is_complete
    assert states(picture) == states(whole)
    assert images(report) == {number: disk.image() for number, disk in enumerate(DISKS, 1)}


def test_what_stays_in_doubt_shows_on_the_map(tmp_path: Path) -> None:
    _, picture = drawn(tmp_path / "out", LACKING, DOUBTING)
    doubtful = {
        dev_id: [number for number, state in enumerate(each) if state & FAULT == DOUBTFUL]
        for dev_id, each in states(picture).items()
    }
    # Extent 3 is sound in the second copy, extent 1 in neither.
    assert doubtful == {dev_id: sorted(each) for dev_id, each in slots_of(1).items()}


def test_what_a_checksum_of_another_copy_casts_doubt_on_shows_on_the_map(tmp_path: Path) -> None:
    packed = zstd_frame(sound().build())
    report, picture = drawn(tmp_path / "out", LACKING, flip(packed, len(packed) - 1))
    doubtful = sum(state & FAULT == DOUBTFUL for each in states(picture).values() for state in each)
    assert doubtful == sum(each.doubtful for each in report.devices) > 0


@pytest.mark.parametrize("copies", [1, 2])
def test_the_lines_name_the_clusters_of_each_further_copy(copies: int, tmp_path: Path) -> None:
    report, _ = drawn(tmp_path / "out", *[LACKING, sound().build()][:copies])
    told = [line for line in salvage_lines(report) if line.startswith("drive-scsi0:")]
    assert any(" from " in line for line in told) == (copies == 2)
    numbers = sorted(slots_of(1, 3)[1])
    if copies == 2:
        assert f"{len(numbers)} clusters ({numbers[0]}-" in told[1]
