from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

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
        comparison = vmatui.plan_compare(other.header, folder=tmp_path / "out")
        with pytest.raises(vmatui.VmaError, match="made for another archive"):
            vmatui.compare(copies[0].archive, comparison)
    assert not (tmp_path / "out").exists()


def test_a_salvage_of_nothing_is_refused_in_words() -> None:
    with pytest.raises(vmatui.VmaError, match="name at least one"), vmatui.opened_copies([]):
        pass


def test_paths_may_be_plain_text(tmp_path: Path) -> None:
    disk, archive, out = (str(tmp_path / name) for name in ("disk.raw", "a.vma", "out"))
    Path(disk).write_bytes(DISKS[0].image())
    vmatui.create(vmatui.plan_create(archive, [vmatui.DiskSource(disk)]))
    with vmatui.open_archive(archive) as opened:
        vmatui.seal(opened)
        vmatui.restore(opened, vmatui.plan_restore(opened.header, folder=out, archive=archive))
        plan = vmatui.plan_restore(opened.header, to={1: f"{out}/x.raw"})
        vmatui.restore(opened, plan)
        assert vmatui.compare(opened, vmatui.plan_compare(opened.header, folder=out)).is_equal
        to = {1: f"{out}/x.raw"}
        assert vmatui.compare(opened, vmatui.plan_compare(opened.header, to=to)).is_equal
        assert vmatui.verify(opened, manifest=f"{archive}.vmatui").payload == "sound"


@pytest.mark.parametrize("wish", [{"to": {9: "x"}}, {"skip": [77]}, {"formats": {5: "qcow2"}}])
@pytest.mark.parametrize("plan", [vmatui.plan_restore, vmatui.plan_compare])
def test_devices_that_are_not_there_are_refused(
    plan: Callable[..., object], wish: dict[str, Any], tmp_path: Path
) -> None:
    (tmp_path / "a.vma").write_bytes(LEGAL["sound"]())
    with (
        vmatui.open_archive(tmp_path / "a.vma") as archive,
        pytest.raises(vmatui.VmaError, match=r"no device with the id \d+; the ids that it has"),
    ):
        plan(archive.header, folder=tmp_path / "out", **wish)


def test_importing_the_package_loads_nothing_else() -> None:
    code = "import sys, vmatui; print(sorted(m for m in sys.modules if 'vmatui.' in m))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
