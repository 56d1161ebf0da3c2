from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.damage import DAMAGED, sound
from vmatui.engine.archive import open_archive
from vmatui.engine.restoring.plan import plan_restore
from vmatui.engine.restoring.restore import RestoreReport, restore
from vmatui.engine.restoring.restorerecords import restore_record
from vmatui.engine.restoring.savedreport import save_report
from vmatui.errors import TargetError, UsageError


def _report(folder: Path, data: bytes) -> RestoreReport:
    path = folder / "a.vma"
    path.write_bytes(data)
    with open_archive(path) as archive:
        return restore(archive, plan_restore(archive.header, folder=folder / "out"))


def test_the_text_says_where_everything_is_and_the_three_statements(tmp_path: Path) -> None:
    report = _report(tmp_path, sound().build())
    save_report(report, str(tmp_path / "report.txt"))
    lines = (tmp_path / "report.txt").read_text().splitlines()
    assert lines[0] == f"archive: {tmp_path}/a.vma"
    assert f"drive-scsi0: restored to {tmp_path}/out/disk-drive-scsi0.raw" in lines
    assert [line.partition(":")[0] for line in lines[-3:]] == ["structure", "stream", "payload"]


def test_the_text_of_a_faulty_archive_names_the_findings_and_what_is_incomplete(
    tmp_path: Path,
) -> None:
    report = _report(tmp_path, DAMAGED["missing-cluster"]())
    save_report(report, str(tmp_path / "report"))
    text = (tmp_path / "report").read_text()
    assert "error: missing-cluster" in text
    assert "so these are incomplete" in text
    assert "drive-scsi0: restored" not in text


def test_json_is_what_the_command_line_prints(tmp_path: Path) -> None:
    report = _report(tmp_path, sound().build())
    save_report(report, str(tmp_path / "report.JSON"))
    assert json.loads((tmp_path / "report.JSON").read_text()) == {
        "schema": 1,
        **restore_record(report),
    }


def test_a_file_that_is_there_is_never_replaced(tmp_path: Path) -> None:
    report = _report(tmp_path, sound().build())
    (tmp_path / "precious").write_text("precious")
    with pytest.raises(TargetError, match="exists: name another file"):
        save_report(report, str(tmp_path / "precious"))
    assert (tmp_path / "precious").read_text() == "precious"


@pytest.mark.parametrize("place", ["nowhere/report", "a\0b"])
def test_a_place_that_cannot_be_written_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    monkeypatch.chdir(tmp_path)
    report = _report(tmp_path, sound().build())
    with pytest.raises(TargetError, match="cannot be written"):
        save_report(report, place)
    with pytest.raises(UsageError):
        save_report(report, "")
