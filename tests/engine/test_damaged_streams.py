"""Every way of packing against every kind of damage: what is named, what comes back, what never.

The one promise that holds for all: no cluster is believed that is not exactly what was packed.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from tests.forge import CLUSTER, EXTENT_HEADER
from tests.opening import opened, report_of
from tests.streamdamage import (
    DAMAGES,
    PACKERS,
    Cluster,
    Packed,
    Range,
    extents,
    original,
    overlap,
    recover,
    wrong_checksums,
)
from vmatui.engine.restoring.plan import plan_restore
from vmatui.engine.restoring.restore import restore
from vmatui.storage.faults import StreamState

EACH = pytest.mark.parametrize("name", PACKERS)
EVERY = {cluster for _, clusters in extents() for cluster, _ in clusters}
WHOLE = {"zstd", "gzip", "pigz -i", "gzip --rsyncable"}
"""One frame or member: nothing vouches for any of it once its checksum is wrong or lost."""
INSIDE = [damage for damage in DAMAGES if damage != "garbage behind"]


@cache
def packed(name: str) -> Packed:
    return PACKERS[name]()


def of_extents_outside(spoilt: Range) -> set[Cluster]:
    """Return the clusters of all extents that have no byte in a range of the archive."""
    return {
        cluster
        for place, clusters in extents()
        if not overlap(place, spoilt)
        for cluster, _ in clusters
    }


@EACH
@pytest.mark.parametrize("damage", DAMAGES)
def test_no_cluster_is_believed_that_is_not_what_was_packed(name: str, damage: str) -> None:
    damaged, _ = DAMAGES[damage](packed(name).data)
    recovered = recover(damaged)
    assert recovered.wrong() == set()
    assert recovered.report.stream is StreamState.FAULTY
    counted = sum(device.doubtful for device in recovered.report.devices)
    assert counted == len(recovered.doubtful)


@EACH
@pytest.mark.parametrize("damage", DAMAGES)
def test_payload_that_nobody_looks_at_is_judged_alike(name: str, damage: str) -> None:
    damaged, _ = DAMAGES[damage](packed(name).data)
    assert report_of(damaged) == recover(damaged).report


@EACH
@pytest.mark.parametrize("damage", DAMAGES)
def test_the_place_in_the_file_is_named(name: str, damage: str) -> None:
    sound = packed(name)
    damaged, (start, end) = DAMAGES[damage](sound.data)
    report = recover(damaged).report
    (first, *_) = [
        finding for finding in report.findings if finding.code.value.startswith("stream-")
    ]
    named = re.search(r"at byte (\d+)", first.message)
    assert named is not None
    assert first.offset is not None
    # A checksum names the end of what it covers, all else where decoding met the damage.
    low = max((at for at in sound.packed if at <= start), default=0)
    high = min((at for at in sound.packed if at >= end), default=len(damaged))
    assert low <= int(named[1]) <= high
    assert 0 <= first.offset <= report.bytes


@EACH
@pytest.mark.parametrize("damage", INSIDE)
def test_extents_that_the_damaged_part_does_not_touch_come_back_without_doubt(
    name: str, damage: str
) -> None:
    sound = packed(name)
    damaged, place = DAMAGES[damage](sound.data)
    expected = of_extents_outside(sound.touched(*place))
    recovered = recover(damaged)
    assert expected <= recovered.sound
    if name not in WHOLE:
        assert expected


@EACH
def test_garbage_behind_the_archive_spoils_nothing(name: str) -> None:
    damaged, _ = DAMAGES["garbage behind"](packed(name).data)
    recovered = recover(damaged)
    assert recovered.sound == EVERY


@pytest.mark.parametrize("name", [name for name in PACKERS if "zstd" in name])
def test_a_wrong_checksum_alone_loses_nothing_and_casts_doubt(name: str) -> None:
    sound = packed(name)
    last = sound.packed[-1] - 1
    recovered = recover(sound.data[:last] + bytes([sound.data[last] ^ 1]) + sound.data[last + 1 :])
    assert set(recovered.clusters) == EVERY
    assert recovered.doubtful
    assert recovered.drawn == recovered.doubtful
    assert all(data for data in recovered.clusters.values())


@pytest.mark.parametrize("damage", [damage for damage in DAMAGES if "flipped" in damage])
def test_lzop_doubts_exactly_the_clusters_that_touch_the_damaged_block(damage: str) -> None:
    sound = packed("lzop")
    damaged, place = DAMAGES[damage](sound.data)
    spoilt = sound.touched(*place)
    touched, headless = set(), set()
    for (start, _), clusters in extents():
        touched |= {cluster for cluster, data in clusters if overlap(data, spoilt)}
        if overlap((start, start + EXTENT_HEADER), spoilt):
            headless |= {cluster for cluster, _ in clusters}
    recovered = recover(damaged)
    # An extent header in the block is used all the same if its own md5 matches.
    assert touched <= EVERY - recovered.sound <= touched | headless
    assert recovered.doubtful == touched & set(recovered.clusters)
    assert recovered.doubtful
    assert recovered.drawn >= recovered.doubtful


@pytest.mark.parametrize("what", ["block", "whole"])
def test_the_map_shows_what_a_wrong_checksum_casts_doubt_on(what: str) -> None:
    recovered = recover(wrong_checksums()[what])
    assert set(recovered.clusters) == EVERY
    assert recovered.drawn == recovered.doubtful
    assert 0 < len(recovered.drawn) <= len(EVERY)
    assert (len(recovered.drawn) > len(EVERY) // 2) == (what == "whole")


@pytest.mark.parametrize("damage", ["4 KiB zeroed", "64 KiB lost"])
def test_what_pigz_packed_independently_goes_on_behind_the_damage(damage: str) -> None:
    damaged, _ = DAMAGES[damage](packed("pigz -i").data)
    recovered = recover(damaged)
    _, last = extents()[-1]
    assert {cluster for cluster, _ in last} <= set(recovered.clusters)
    assert len(recovered.clusters) > 0.8 * len(EVERY)


def test_a_member_that_looks_back_is_lost_from_the_damage_on() -> None:
    damaged, _ = DAMAGES["64 KiB lost"](packed("gzip --rsyncable").data)
    recovered = recover(damaged)
    assert 0.3 * len(EVERY) < len(recovered.clusters) < 0.6 * len(EVERY)


@pytest.mark.parametrize("name", PACKERS)
def test_a_cut_archive_gives_all_extents_before_the_cut(name: str) -> None:
    damaged, (start, _) = DAMAGES["cut"](packed(name).data)
    part = start / len(packed(name).data)
    recovered = recover(damaged)
    assert len(recovered.clusters) > (part - 0.2) * len(EVERY)


def test_a_seek_table_tells_how_much_is_lost_and_else_nobody_knows() -> None:
    told = {}
    for name in ("zstd seekable", "zstd frames without sizes"):
        damaged, _ = DAMAGES["64 KiB lost"](packed(name).data)
        findings = recover(damaged).report.findings
        told[name] = " ".join(finding.message for finding in findings)
    assert "bytes of zeros stand in for what is lost" in told["zstd seekable"]
    assert "an unknown number of bytes is lost" in told["zstd frames without sizes"]


@EACH
def test_a_sound_archive_is_sound_and_leaves_nothing_in_doubt(name: str) -> None:
    recovered = recover(packed(name).data)
    assert recovered.report.is_sound
    assert not recovered.drawn
    assert recovered.report.stream is StreamState.SOUND
    assert recovered.sound == EVERY


@pytest.mark.parametrize("name", ["lzop", "zstd seekable", "gzip members", "pigz -i"])
def test_a_restore_of_a_damaged_archive_writes_what_came_back(name: str, tmp_path: Path) -> None:
    damaged, _ = DAMAGES["64 KiB lost"](packed(name).data)
    sound = recover(damaged).sound
    with opened(damaged) as archive:
        report = restore(archive, plan_restore(archive.header, folder=tmp_path / "out"))
    assert not report.is_complete
    images = {output.dev_id: output.path.read_bytes() for output in report.outputs}
    assert all(output.path.name.endswith(".incomplete") for output in report.outputs)
    for dev_id, number in sound:
        written = images[dev_id][number * CLUSTER : (number + 1) * CLUSTER]
        assert written == original((dev_id, number))
