from __future__ import annotations

from tests.opening import opened
from tests.streamdamage import ARCHIVE
from vmatui.engine.checking.findings import MAX_FINDINGS_PER_KIND, FindingList
from vmatui.engine.walking.spoilt import SpoiltBytes
from vmatui.format.codes import Code
from vmatui.storage.faults import SourceFault


def spoilt(*faults: SourceFault) -> SpoiltBytes:
    """Return the spoilt bytes of a source that found these faults."""
    with opened(ARCHIVE) as archive:
        archive.source.take_faults = lambda: list(faults)  # type: ignore[method-assign]
        bytes_ = SpoiltBytes(archive.source)
        bytes_.look()
        return bytes_


def fault(offset: int, length: int = 0, doubt: int = 0) -> SourceFault:
    return SourceFault("stream-error", offset, length, "told", doubt)


def test_a_hole_is_counted_from_the_payload_and_ends_with_it() -> None:
    wrong = spoilt(fault(1000, 500))
    assert wrong.holes(900, 1200) == [(100, 300)]
    assert wrong.holes(1200, 2000) == [(0, 300)]
    assert wrong.holes(1500, 2000) == []


def test_doubt_reaches_from_where_it_begins_to_the_end_of_the_extent() -> None:
    wrong = spoilt(fault(3000, doubt=1000))
    assert wrong.doubts(1000, 512, 2500) == [(488, 988)]
    assert wrong.doubts(2600, 512, 4000) == [(0, 888)]
    assert wrong.doubts(1000, 512, 2000) == []
    assert wrong.doubts(3000, 512, 4000) == []


def test_a_block_with_a_wrong_checksum_is_there_and_in_doubt_alone() -> None:
    wrong = spoilt(SourceFault("stream-checksum", 2000, 500, "told"))
    assert wrong.holes(1512, 4000) == []
    assert wrong.doubts(1000, 512, 4000) == [(488, 988)]
    assert wrong.doubts(2200, 512, 4000) == []


def test_a_fault_is_told_once_its_last_byte_was_passed() -> None:
    wrong = spoilt(fault(1000, 500), fault(1600))
    assert wrong.take_passed(1499) == []
    assert wrong.take_passed(1500) == [fault(1000, 500)]
    assert wrong.take_passed(None) == [fault(1600)]
    assert wrong.take_passed(None) == []


def test_nothing_is_settled_that_an_untold_fault_casts_doubt_on() -> None:
    wrong = spoilt(fault(3000, doubt=2990))
    assert wrong.settled == 10
    wrong.take_passed(None)
    assert wrong.settled > 10


def test_faults_without_a_place_in_the_archive_stay_few() -> None:
    findings = FindingList()
    for number in range(3 * MAX_FINDINGS_PER_KIND):
        findings.add(Code.STREAM_ERROR, f"damaged at byte {number}", offset=number)
    findings.add(Code.STREAM_ERROR, "of an extent", extent=3)
    assert len(findings) == MAX_FINDINGS_PER_KIND
    assert sum(finding.count for finding in findings.freeze()) == 3 * MAX_FINDINGS_PER_KIND + 1
