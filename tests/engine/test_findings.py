from __future__ import annotations

from vmatui.engine.checking.findings import (
    MAX_FINDINGS_PER_KIND,
    MAX_RANGES,
    FindingList,
    format_ranges,
)
from vmatui.format.codes import Code, Severity


def add(
    findings: FindingList,
    cluster: int,
    extent: int,
    severity: Severity = Severity.ERROR,
    name: str = "scsi0",
) -> None:
    findings.add(
        Code.DUPLICATE_CLUSTER,
        "stored more than once",
        severity,
        offset=extent * 1000,
        extent=extent,
        dev_id=1,
        device=name,
        clusters=(cluster, cluster),
    )


def test_faults_of_neighbouring_extents_become_one_finding_with_the_first_place() -> None:
    findings = FindingList()
    for cluster, extent in [(5, 3), (6, 3), (9, 4)]:
        add(findings, cluster, extent)
    (finding,) = findings.freeze()
    assert finding.message == "3 clusters (5-6, 9) of scsi0: stored more than once"
    assert (finding.offset, finding.extent, finding.cluster) == (3000, 3, 5)
    assert (finding.count, finding.ranges) == (3, ((5, 6), (9, 9)))


def test_faults_far_apart_stay_apart() -> None:
    findings = FindingList()
    add(findings, 5, 3)
    add(findings, 6, 5)
    assert [finding.count for finding in findings.freeze()] == [1, 1]


def test_errors_and_warnings_are_never_joined_and_errors_come_first() -> None:
    findings = FindingList()
    add(findings, 5, 3, Severity.WARNING)
    add(findings, 6, 3)
    assert [finding.severity for finding in findings.freeze()] == ["error", "warning"]
    assert findings.errors == 1


def test_an_archive_full_of_faults_cannot_fill_the_memory() -> None:
    findings = FindingList()
    for number in range(10_000):
        add(findings, 2 * number, 2 * number)
    frozen = findings.freeze()
    assert len(frozen) == MAX_FINDINGS_PER_KIND
    assert sum(finding.count for finding in frozen) == findings.errors == 10_000
    assert len(frozen[-1].ranges) == MAX_RANGES
    assert len(frozen[-1].touched) == MAX_RANGES


def test_a_hostile_name_is_shown_and_not_sent_to_the_terminal() -> None:
    findings = FindingList()
    add(findings, 1, 1, name="\x1b[2J\n\udcff")
    (finding,) = findings.freeze()
    assert finding.message == r"cluster 1 of \x1b[2J\n\udcff: stored more than once"


def test_a_finding_without_a_place_is_just_its_sentence() -> None:
    findings = FindingList()
    findings.add(Code.HEADER_CHECKSUM, "the md5 of the archive header does not match", offset=0)
    (finding,) = findings.freeze()
    assert finding.message == "the md5 of the archive header does not match"
    assert not finding.concerns(1, 0, 100)


def test_many_ranges_are_cut_for_people() -> None:
    assert format_ranges([(1, 1), (3, 7)]) == "1, 3-7"
    assert format_ranges([(n, n) for n in range(0, 20, 2)]) == "0, 2, 4, 6, 8, 10, …"
