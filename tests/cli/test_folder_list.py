"""`vmatui list FOLDER`: the archives of a folder."""

from __future__ import annotations

from pathlib import Path

from tests.cli.running import run
from tests.compressors import as_zstd
from tests.damage import DISKS, sound
from tests.forge import Disk, forge

OLD = "vzdump-qemu-7-2020_01_01-00_00_00.vma.zst"
NEW = "vzdump-qemu-8-2024_01_01-00_00_00.vma"


def _fill(folder: Path) -> None:
    folder.mkdir()
    (folder / OLD).write_bytes(as_zstd(sound().build()))
    (folder / f"{OLD}.protected").touch()
    (folder / NEW).write_bytes(forge([Disk("a", size=512)], ctime=1_704_067_200))
    (folder / "notes.txt").write_text("no archive")


def test_each_archive_has_a_line_the_newest_first(tmp_path: Path) -> None:
    _fill(tmp_path / "dump")
    new, old = run("list", str(tmp_path / "dump")).lines
    assert new.split()[:2] == ["2024-01-01", "00:00"]
    assert NEW in new
    assert old.split()[-2:] == [OLD, "(protected)"]
    assert " 7  forged " in old


def test_scripts_get_bytes_and_seconds(tmp_path: Path) -> None:
    _fill(tmp_path / "dump")
    new, old = run("list", str(tmp_path / "dump"), "--json").json["archives"]
    assert (new["time"], new["vm_id"], new["devices_size"]) == (1_704_067_200, 8, 512)
    assert (old["compression"], old["protected"], old["error"]) == ("zstd", True, None)
    assert old["size"] == (tmp_path / "dump" / OLD).stat().st_size
    assert old["devices_size"] == sum(disk.size for disk in DISKS)


def test_what_cannot_be_read_is_listed_and_said(tmp_path: Path) -> None:
    _fill(tmp_path / "dump")
    (tmp_path / "dump" / NEW).write_bytes(b"no archive at all")
    result = run("list", str(tmp_path / "dump"), exit_code=3)
    assert len(result.lines) == 2
    assert result.lines[0].endswith("(unreadable)")
    assert NEW in result.stderr


def test_a_hostile_name_stays_on_its_line(tmp_path: Path) -> None:
    (tmp_path / "a\x1b[2J\nb.vma").write_bytes(sound().build())
    (line,) = run("list", str(tmp_path)).lines
    assert "\x1b" not in line


def test_an_empty_folder_has_no_lines(tmp_path: Path) -> None:
    assert run("list", str(tmp_path)).stdout == b""
    assert run("list", str(tmp_path), "--json").json["archives"] == []
