"""Disks that lie on files nobody named: the plan of an archive says so."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.creating import raw_file
from tests.storage.devices import MIB, run
from tests.tools import require_tool
from vmatui.engine.creating.create import create
from vmatui.engine.creating.createplan import CreatePlan, DiskSource, plan_create
from vmatui.errors import SourceError


@pytest.fixture(autouse=True)
def qemu() -> None:
    require_tool("qemu-nbd")
    require_tool("qemu-img")


def _on(base: Path, path: Path, format: str = "qcow2") -> Path:
    run("qemu-img", "create", "-f", "qcow2", "-F", format, "-b", base, path)
    return path


def _plan(*paths: Path) -> CreatePlan:
    return plan_create(str(paths[0].with_name("a.vma")), [DiskSource(path) for path in paths])


def test_a_linked_clone_is_a_warning_and_goes_into_the_archive(tmp_path: Path) -> None:
    secret = raw_file(tmp_path / "secret.txt", b"s" * MIB)
    clone, plain = _on(secret, tmp_path / "disk.qcow2", "raw"), raw_file(tmp_path / "b", b"x")
    plan = _plan(clone, plain)
    assert plan.problems == ()
    assert plan.warnings == (
        f"{clone} lies on {secret}, and its bytes go into the archive too: "
        "make sure that it may be read",
    )
    create(plan)
    assert b"s" * 65536 in (tmp_path / "a.vma").read_bytes()


def test_of_a_long_chain_the_first_files_are_named_and_the_rest_counted(tmp_path: Path) -> None:
    files = [raw_file(tmp_path / "0.raw", size=MIB)]
    for number in range(1, 9):
        format = files[-1].suffix.removeprefix(".")
        files.append(_on(files[-1], tmp_path / f"{number}.qcow2", format))
    names = ", ".join(str(tmp_path / f"{number}.qcow2") for number in (7, 6, 5, 4, 3))
    (warning,) = _plan(files[8]).warnings
    assert f" lies on {names} and 3 more, and their bytes go into the archive too: " in warning
    (warning,) = _plan(files[2]).warnings
    assert f" lies on {files[1]} and {files[0]}, and their bytes " in warning


def test_a_name_that_is_too_long_for_a_sentence_keeps_its_ends(tmp_path: Path) -> None:
    folder = tmp_path / ("x" * 200) / ("y" * 200)
    folder.mkdir(parents=True)
    secret = raw_file(folder / "secret", size=MIB)
    (warning,) = _plan(_on(secret, tmp_path / "disk.qcow2", "raw")).warnings
    assert f" lies on {tmp_path}/xxx" in warning
    assert "yyy/secret, and its bytes" in warning
    assert len(warning) < 450 + len(str(tmp_path))


def test_a_backing_file_that_is_missing_is_said_by_the_plan(tmp_path: Path) -> None:
    base = raw_file(tmp_path / "base.raw", size=MIB)
    clone = _on(base, tmp_path / "disk.qcow2", "raw")
    base.unlink()
    with pytest.raises(SourceError) as caught:
        _plan(clone)
    said = str(caught.value)
    assert said.startswith(f"{clone} cannot be read as qcow2: Could not open backing file: ")
    assert f"'{base}': No such file or directory; check the file" in said
    assert "\n" not in said


def test_no_program_is_asked_about_a_raw_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[str] = []
    popen = subprocess.Popen.__init__

    def spy(self: subprocess.Popen[bytes], args: list[object], **options: object) -> None:
        started.append(" ".join(map(str, args)))
        popen(self, args, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(subprocess.Popen, "__init__", spy)
    assert _plan(raw_file(tmp_path / "b.raw", b"x")).warnings == ()
    assert [words for words in started if "qemu" in words] == []
