from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.cli.running import run
from tests.compressors import as_gzip
from tests.damage import DAMAGED
from tests.forge import CLUSTER, Disk, forge, noise


@pytest.fixture(autouse=True)
def able(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("TERM", "xterm")


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    full = Disk("drive-scsi0", noise(2 * CLUSTER), size=4 * CLUSTER)
    path = tmp_path / "a.vma"
    path.write_bytes(forge([full, Disk("drive-scsi1", size=2 * CLUSTER)]))
    return path


def test_every_device_is_drawn_as_text_with_its_legend(archive: Path) -> None:
    assert run("map", archive).lines == [
        "drive-scsi0, 262144 bytes, content",
        "       0 ████····",
        "░▒▓█ stored 2   · zero 2   ! missing 0   = duplicate 0   × damaged 0",
        "",
        "drive-scsi1, 131072 bytes, content",
        "       0 ····",
        "░▒▓█ stored 0   · zero 2   ! missing 0   = duplicate 0   × damaged 0",
    ]


def test_a_packed_archive_is_read_whole_and_gives_the_same_map(archive: Path) -> None:
    wanted = run("map", archive).stdout
    archive.write_bytes(as_gzip(archive.read_bytes()))
    assert run("map", archive).stdout == wanted


def test_one_device_in_another_view_in_ascii(
    archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "C")
    result = run("map", archive, "--device", "1", "--view", "health")
    assert result.lines[1:] == [
        "       0 oooo....",
        "o sound 2   . zero 2   ! missing 0   = duplicate 0   x damaged 0",
    ]
    assert result.stdout.isascii()


def test_faults_show_and_decide_the_exit_status(tmp_path: Path) -> None:
    path = tmp_path / "a.vma"
    path.write_bytes(DAMAGED["missing-cluster"]())
    result = run("map", path, exit_code=1)
    assert "!!" in result.lines[1]
    assert "missing-cluster" in result.stderr


def test_a_picture_is_well_formed_and_never_overwrites(archive: Path, tmp_path: Path) -> None:
    picture = tmp_path / "map.svg"
    assert run("map", archive, "-o", picture).stdout == b""
    root = ElementTree.fromstring(picture.read_bytes())
    titles = [text.text for text in root.iter("{http://www.w3.org/2000/svg}text")]
    assert "drive-scsi0, 262144 bytes, content" in titles
    before = picture.read_bytes()
    assert "exists already" in run("map", archive, "-o", picture, exit_code=4).stderr
    assert picture.read_bytes() == before


def test_only_svg_is_written(archive: Path, tmp_path: Path) -> None:
    result = run("map", archive, "-o", tmp_path / "map.png", exit_code=2)
    assert "name it .svg" in result.stderr


def test_a_picture_that_has_no_place_is_refused(archive: Path, tmp_path: Path) -> None:
    result = run("map", archive, "-o", tmp_path / "no" / "map.svg", exit_code=4)
    assert "cannot be written" in result.stderr


def test_hostile_names_reach_neither_terminal_nor_picture(tmp_path: Path) -> None:
    path, picture = tmp_path / "a.vma", tmp_path / "a.svg"
    path.write_bytes(forge([Disk("x\x1b[31m<b>&'", size=CLUSTER)]))
    assert b"\x1b" not in run("map", path).stdout
    run("map", path, "-o", picture)
    text = picture.read_text()
    assert "\x1b" not in text
    assert "&lt;b&gt;&amp;" in text
    ElementTree.fromstring(text)


def test_an_archive_without_disks_is_an_empty_map(tmp_path: Path) -> None:
    path = tmp_path / "a.vma"
    path.write_bytes(forge([], {"qemu-server.conf": b"name: a\n"}))
    assert run("map", path).stdout == b""
    run("map", path, "-o", tmp_path / "a.svg")
    ElementTree.fromstring((tmp_path / "a.svg").read_bytes())
