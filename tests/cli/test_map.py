from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.cli.running import run
from tests.compressors import as_gzip
from tests.damage import DAMAGED
from tests.drawing.pngs import read_png
from tests.forge import CLUSTER, Disk, forge, noise
from vmatui.drawing.looks import DARK_GROUND, Look, channels, looks_on


@pytest.fixture(autouse=True)
def able(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("TERM", "xterm")


def _dark() -> tuple[Look, ...]:
    return looks_on(DARK_GROUND, dark=True)


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


def test_a_png_shows_the_same_and_never_overwrites(archive: Path, tmp_path: Path) -> None:
    picture = tmp_path / "map.png"
    run("map", archive, "-o", picture)
    rows = read_png(picture.read_bytes())
    colours = {pixel for row in rows for pixel in row}
    assert {channels(look.colour) for look in _dark() if look.colour} & colours
    assert len({len(row) for row in rows}) == 1
    assert "exists already" in run("map", archive, "-o", picture, exit_code=4).stderr


def test_only_pictures_of_known_kinds_are_written(archive: Path, tmp_path: Path) -> None:
    result = run("map", archive, "-o", tmp_path / "map.jpg", exit_code=2)
    assert "name it .svg or .png" in result.stderr


def test_the_archives_own_map_is_drawn_in_file_order(archive: Path) -> None:
    assert run("map", archive, "--archive", "--view", "order").lines == [
        "1 extent, by device",
        "       0 AA",
        "A drive-scsi0   B drive-scsi1   × damaged 0",
    ]


def test_an_archive_without_extents_has_no_map_of_them(tmp_path: Path) -> None:
    path = tmp_path / "a.vma"
    data = forge([], {"qemu-server.conf": b"name: a\n"})
    path.write_bytes(data[: data.index(b"VMAE")])
    assert run("map", path, "--archive").stdout == b""
    assert run("map", path, "--archive", "--json").json["maps"] == []


def test_json_has_counts_and_runs_of_cells(archive: Path) -> None:
    told = run("map", archive, "--json").json
    first, second = told["maps"]
    assert first["device"] == "drive-scsi0"
    assert first["size"] == 4 * CLUSTER
    assert (first["cell"], first["units"]) == (1, 4)
    assert first["counts"] == {
        "stored": 2, "zero": 2, "missing": 0, "duplicate": 0, "damaged": 0
    }  # fmt: skip
    assert first["cells"] == [["stored-15", 2], ["zero", 2]]
    assert second["cells"] == [["zero", 2]]
    assert told["findings"] == []


def test_json_of_the_extents_names_no_device(archive: Path) -> None:
    (own,) = run("map", archive, "--json", "--archive", "--view", "health").json["maps"]
    assert own["device"] is None
    assert own["cells"] == [["sound", 1]]


@pytest.mark.parametrize(
    "words", [("--json", "-o", "a.svg"), ("--archive", "--device", "1")], ids=" ".join
)
def test_what_contradicts_itself_is_refused(archive: Path, words: tuple[str, ...]) -> None:
    assert "not allowed with" in run("map", archive, *words, exit_code=2).stderr


def test_the_partition_of_damage_is_told(tmp_path: Path) -> None:
    run("demo", "--no-ui", tmp_path / "demo")
    (damaged,) = (tmp_path / "demo").glob("*11_14*.zst")
    lines = run("map", damaged, "--device", "drive-scsi0", exit_code=1).lines
    assert lines[-3].startswith("partition 1, BIOS boot  0x")
    # It is cut, so that no checksum of the stream vouches for anything in it.
    assert lines[-3].endswith("  14 doubtful")
    assert lines[-2].startswith("partition 2, ")
    assert lines[-2].endswith("30 missing, 29 duplicate, 484 doubtful, 28 damaged")
    recalled = run("map", damaged, "--device", "drive-scsi0", exit_code=1).lines
    assert recalled == lines
    told = run("map", damaged, "--device", "drive-scsi0", "--json", exit_code=1).json
    assert [each["number"] for each in told["maps"][0]["partitions"]] == [1, 2, 3]


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
