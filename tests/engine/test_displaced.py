"""Bytes that came into an extent's data, or got lost there, put the rest at other places."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.running import run
from tests.compressors import as_zstd
from tests.damage import sound
from tests.forge import EXTENT_HEADER, noise
from tests.opening import opened, report_of
from tests.salvaging import IMAGES, counts, device, differing, images, salvage_to
from tests.sealing import sealed_file
from vmatui.engine.checking.verify import verify
from vmatui.engine.indexing.clustermap import DOUBTFUL, FAULT, ClusterMap
from vmatui.engine.restoring.plan import plan_restore
from vmatui.engine.salvaging.copies import opened_copies
from vmatui.engine.salvaging.offers import words_for
from vmatui.engine.salvaging.salvage import salvage
from vmatui.engine.salvaging.salvageplan import plan_salvage

FORGED = sound()
ARCHIVE = FORGED.build()
HIT = 0
"""The extent that is hit: clusters with and without data are in it."""
DATA = FORGED.extent_offsets[HIT] + EXTENT_HEADER
STORED = {
    dev_id: [
        slot.cluster for slot in FORGED.extents[HIT].slots if slot.dev_id == dev_id and slot.mask
    ]
    for dev_id in IMAGES
}
NEXT = FORGED.extent_offsets[HIT + 1]

INSERTED = ARCHIVE[: DATA + 9000] + b"\x07" + ARCHIVE[DATA + 9000 :]
REMOVED = ARCHIVE[: DATA + 9000] + ARCHIVE[DATA + 9512 :]
UNTOLD = ARCHIVE[:NEXT] + noise(EXTENT_HEADER) + ARCHIVE[NEXT + EXTENT_HEADER :]
"""Nothing is left of the next header, so nothing says whether this extent ends before it."""


def doubtful_on(picture: ClusterMap) -> dict[int, list[int]]:
    """Return the clusters that a map shows as doubtful."""
    return {
        dev_id: [n for n, state in enumerate(each.states) if state & FAULT == DOUBTFUL]
        for dev_id, each in picture.devices.items()
    }


@pytest.mark.parametrize("data", [INSERTED, as_zstd(INSERTED), UNTOLD], ids=["vma", "zst", "next"])
def test_what_may_be_displaced_is_doubtful(data: bytes, tmp_path: Path) -> None:
    report = salvage_to(tmp_path / "out", data)
    for dev_id, clusters in STORED.items():
        reasons = dict(device(report, dev_id).reasons)
        assert reasons == ({"displaced": len(clusters)} if clusters else {})
        assert device(report, dev_id).doubtful == len(clusters)
    assert "does not end where the next begins" in words_for("displaced")


def test_after_a_loss_no_wrong_cluster_is_called_sound(tmp_path: Path) -> None:
    report = salvage_to(tmp_path / "out", REMOVED)
    for dev_id, (_, doubtful, missing) in counts(report).items():
        wrong = differing(images(report)[dev_id], IMAGES[dev_id])
        assert set(wrong) <= set(STORED[dev_id])
        assert doubtful + missing == len(STORED[dev_id])


def test_a_cut_displaces_nothing(tmp_path: Path) -> None:
    for end in (DATA + 9000, NEXT, NEXT + 1, NEXT + 511):
        report = salvage_to(tmp_path / str(end), ARCHIVE[:end])
        assert not any(each.doubtful for each in report.devices)


def test_what_is_left_of_the_next_header_says_that_nothing_is_displaced(tmp_path: Path) -> None:
    header = ARCHIVE[NEXT : NEXT + 8] + noise(EXTENT_HEADER - 8)
    data = ARCHIVE[:NEXT] + header + ARCHIVE[NEXT + EXTENT_HEADER :]
    report = salvage_to(tmp_path / "out", data)
    assert sum(each.missing for each in report.devices) == len(FORGED.extents[HIT + 1].slots)
    assert not any(each.doubtful for each in report.devices)


@pytest.mark.parametrize("quick", [False, True])
def test_verify_counts_what_may_be_displaced_and_its_map_shows_it(quick: bool) -> None:
    with opened(INSERTED) as archive:
        picture = ClusterMap(archive.header.devices)
        report = verify(archive, quick=quick, visitors=[picture])
    assert doubtful_on(picture) == STORED
    assert {each.dev_id: each.doubtful for each in report.devices} == {
        dev_id: len(clusters) for dev_id, clusters in STORED.items()
    }
    assert not any(each.doubtful for each in report_of(ARCHIVE).devices)
    (finding,) = report.findings
    assert all(
        finding.concerns(dev_id, cluster, cluster)
        for dev_id, clusters in STORED.items()
        for cluster in clusters
    )


def test_a_manifest_proves_what_came_before_the_bytes_that_are_too_many(tmp_path: Path) -> None:
    path = tmp_path / "a.vma"
    sealed_file(path, ARCHIVE)
    path.write_bytes(ARCHIVE[: NEXT - 100] + bytes(7) + ARCHIVE[NEXT - 100 :])
    with opened_copies([path]) as copies:
        picture = ClusterMap(copies[0].archive.header.devices)
        plan = plan_restore(copies[0].archive.header, folder=tmp_path / "out", resumable=False)
        report = salvage(copies, plan_salvage(plan, copies), visitors=[picture])
    assert [dict(each.reasons) for each in report.devices if each.reasons] == [
        {"rotten-cluster": 1}
    ]
    assert not any(doubtful_on(picture).values())


def test_another_copy_makes_it_sound_again(tmp_path: Path) -> None:
    for name, copies in {"ab": (INSERTED, ARCHIVE), "ba": (ARCHIVE, INSERTED)}.items():
        report = salvage_to(tmp_path / name, *copies)
        assert report.is_complete
        assert images(report) == IMAGES
        assert sum(each.differing for each in report.devices) > 0


@pytest.mark.parametrize("data", [INSERTED, REMOVED])
def test_a_restore_calls_its_outputs_incomplete(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.vma"
    path.write_bytes(data)
    result = run("restore", path, tmp_path / "out", exit_code=1)
    assert "incomplete" in result.stderr
    assert len([*(tmp_path / "out").glob("*.incomplete")]) == len(IMAGES)
