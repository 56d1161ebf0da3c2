"""Copies whose compressed streams are damaged, each in the way of its format."""

from __future__ import annotations

from pathlib import Path

from tests.compressors import as_lzop, as_zstd
from tests.damage import flip
from tests.salvaging import differing, images, salvage_to
from tests.sealing import sealed_file
from tests.streamdamage import ARCHIVE, DISKS, FORGED, IMAGES
from vmatui.engine.restoring.plan import plan_restore
from vmatui.engine.salvaging.copies import opened_copies
from vmatui.engine.salvaging.salvage import salvage
from vmatui.engine.salvaging.salvageplan import plan_salvage
from vmatui.engine.salvaging.salvagereport import SalvageReport

CUT = as_zstd(ARCHIVE)[: len(as_zstd(ARCHIVE)) * 2 // 3]
"""Nothing vouches for what is before the cut, and nothing is behind it."""
LZOP = as_lzop(ARCHIVE)
SPOILT = flip(LZOP, len(LZOP) // 3)
"""The checksum of one block is wrong; all others prove themselves."""


def test_what_is_before_a_cut_is_doubtful_and_the_rest_missing(tmp_path: Path) -> None:
    report = salvage_to(tmp_path / "out", CUT)
    assert sum(each.missing for each in report.devices) > 10
    for each, disk in zip(report.devices, DISKS, strict=True):
        assert {reason for reason, _ in each.reasons} <= {"unvouched"}
        assert 0 < each.doubtful < disk.clusters


def test_a_block_with_a_wrong_checksum_makes_its_clusters_doubtful(tmp_path: Path) -> None:
    report = salvage_to(tmp_path / "out", SPOILT)
    spoilt = {
        each.dev_id: differing(images(report)[each.dev_id], IMAGES[each.dev_id])
        for each in report.devices
    }
    assert 0 < sum(map(len, spoilt.values())) < 15
    for each in report.devices:
        assert len(spoilt[each.dev_id]) <= each.doubtful + each.missing < 15


def test_a_cut_copy_and_a_spoilt_one_give_everything(tmp_path: Path) -> None:
    alone = salvage_to(tmp_path / "one", SPOILT)
    report = salvage_to(tmp_path / "both", CUT, SPOILT)
    assert images(report) == IMAGES
    assert not any(each.missing for each in report.devices)
    # What only the cut copy has as it was, and nothing vouches for, stays in doubt.
    for before, after in zip(alone.devices, report.devices, strict=True):
        assert after.doubtful == before.doubtful + before.missing


def test_where_two_doubtful_copies_disagree_is_told(tmp_path: Path) -> None:
    for name, copies in {"ab": (CUT, SPOILT), "ba": (SPOILT, CUT)}.items():
        report = salvage_to(tmp_path / name, *copies)
        assert sum(each.differing for each in report.devices) > 0


def salvage_files(folder: Path, *paths: Path) -> SalvageReport:
    with opened_copies(paths) as copies:
        plan = plan_restore(copies[0].archive.header, folder=folder, resumable=False)
        return salvage(copies, plan_salvage(plan, copies))


def sealed(path: Path, sound_data: bytes, data: bytes) -> Path:
    """Write an archive that was sealed when it was sound."""
    sealed_file(path, sound_data)
    path.write_bytes(data)
    return path


def test_a_manifest_proves_what_nothing_else_vouches_for(tmp_path: Path) -> None:
    path = sealed(tmp_path / "a.vma", ARCHIVE, ARCHIVE)
    cut = tmp_path / "a.vma.zst"
    cut.write_bytes(as_zstd(ARCHIVE)[:-2])  # inside the checksum
    assert not salvage_files(tmp_path / "plain", path).devices[0].doubtful
    report = salvage_files(tmp_path / "out", cut)
    assert report.is_complete
    assert images(report) == IMAGES


def test_a_manifest_proves_the_clusters_of_a_damaged_extent(tmp_path: Path) -> None:
    path = sealed(tmp_path / "a.vma", ARCHIVE, flip(ARCHIVE, FORGED.extent_offsets[2]))
    assert salvage_files(tmp_path / "out", path).is_complete
    spoilt = flip(path.read_bytes(), FORGED.extent_offsets[2] + 512)
    report = salvage_files(tmp_path / "rotten", sealed(tmp_path / "b.vma", ARCHIVE, spoilt))
    assert [dict(each.reasons) for each in report.devices if each.doubtful] == [
        {"rotten-cluster": 1}
    ]


def test_the_manifest_of_any_copy_tells_which_one_is_right(tmp_path: Path) -> None:
    rotten = flip(ARCHIVE, FORGED.extent_offsets[2] + 512)
    for number, (first, other) in enumerate([(ARCHIVE, rotten), (rotten, ARCHIVE)]):
        one = sealed(tmp_path / f"{number}a.vma", ARCHIVE, first)
        two = tmp_path / f"{number}b.vma"
        two.write_bytes(other)
        for copies in ((one, two), (two, one)):
            report = salvage_files(tmp_path / f"{copies[0].name}-out", *copies)
            assert report.is_complete
            assert images(report) == IMAGES
            assert sum(each.differing for each in report.devices) == 1
