from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import vmatui
from tests.damage import DISKS, LEGAL
from tests.forge import forge


@pytest.mark.parametrize("name", vmatui.__all__)
def test_every_public_name_is_there_and_documented(name: str) -> None:
    assert getattr(vmatui, name).__doc__


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        vmatui.nothing  # noqa: B018


def test_the_library_restores_without_any_screen(tmp_path: Path) -> None:
    path = tmp_path / "a.vma"
    path.write_bytes(LEGAL["sound"]())
    with vmatui.open_archive(path) as archive:
        plan = vmatui.plan_restore(archive.header, folder=tmp_path / "out")
        report = vmatui.restore(archive, plan)
    assert report.is_complete
    assert report.outputs[0].path.read_bytes() == DISKS[0].image()


def test_a_plan_of_another_archive_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.vma").write_bytes(LEGAL["sound"]())
    (tmp_path / "b.vma").write_bytes(forge(DISKS, uuid=b"somebody else's."))
    with (
        vmatui.opened_copies([tmp_path / "a.vma"]) as copies,
        vmatui.open_archive(tmp_path / "b.vma") as other,
    ):
        plan = vmatui.plan_restore(other.header, folder=tmp_path / "out", resumable=False)
        with pytest.raises(vmatui.VmaError, match="made for another archive"):
            vmatui.restore(copies[0].archive, plan)
        with pytest.raises(vmatui.VmaError, match="made for another archive"):
            vmatui.salvage(copies, vmatui.plan_salvage(plan, copies))
    assert not (tmp_path / "out").exists()


def test_importing_the_package_loads_nothing_else() -> None:
    code = "import sys, vmatui; print(sorted(m for m in sys.modules if 'vmatui.' in m))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
