from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.running import run

SOUND = "vzdump-qemu-104-2026_11_21-02_30_04.vma.zst"
DAMAGED = "vzdump-qemu-104-2026_11_14-02_30_07.vma.zst"


def test_the_demo_prints_the_archives_it_made(folder: Path) -> None:
    result = run("demo", "--no-ui", "new")
    assert result.lines == [f"new/{SOUND}", f"new/{DAMAGED}"]
    assert result.opened == ()
    run("verify", f"new/{SOUND}")
    run("verify", f"new/{DAMAGED}", exit_code=1)


def test_the_demo_opens_the_ui_on_its_folder(folder: Path) -> None:
    result = run("demo", "new")
    assert result.opened == ("new",)
    assert result.stdout == b""
    assert "the demo archives are in new" in result.stderr


def test_the_demo_makes_a_folder_of_its_own(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    (opened,) = run("demo").opened
    assert opened is not None
    assert Path(opened).parent == folder
    assert len(list(Path(opened).iterdir())) == 4


def test_the_demo_overwrites_nothing(folder: Path) -> None:
    Path(SOUND).write_bytes(b"mine")
    result = run("demo", ".", exit_code=4)
    assert "exists already" in result.stderr
    assert Path(SOUND).read_bytes() == b"mine"
    assert not Path(DAMAGED).exists()
    assert "cannot write" in run("demo", "no/such/folder", exit_code=4).stderr


def test_no_place_for_the_demo_is_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(folder / "nowhere"))
    assert "name one for the demo" in run("demo", exit_code=4).stderr
