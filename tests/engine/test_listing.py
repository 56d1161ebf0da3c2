from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.compressors import as_gzip
from tests.damage import CONFIGS, DISKS, sound
from tests.forge import forge
from vmatui.engine.listing import Entry, has_archives, list_archives, newest
from vmatui.errors import SourceError
from vmatui.storage.faults import Compression


def _listed(folder: Path) -> tuple[list[Entry], dict[str, Entry]]:
    """Return what is reported at once, and what is known in the end."""
    reports: list[Sequence[Entry]] = []
    list_archives(folder, reports.append, threading.Event())
    known = {entry.path.name: entry for report in reports for entry in report}
    return list(reports[0]), known


def _write(folder: Path, name: str, data: bytes = b"", time: int = 1_700_000_000) -> None:
    (folder / name).write_bytes(data)
    os.utime(folder / name, (time, time))


def test_archives_are_known_by_name_at_once_newest_first(tmp_path: Path) -> None:
    _write(tmp_path, "vzdump-qemu-1-2023_01_01-00_00_00.vma.zst")
    _write(tmp_path, "vzdump-qemu-2-2024_01_01-00_00_00.vma.gz")
    _write(tmp_path, "copied.vma", time=1_690_000_000)
    _write(tmp_path, "notes.txt")
    first, _ = _listed(tmp_path)
    assert [entry.vm_id for entry in first] == [2, None, 1]
    assert not any(entry.is_read for entry in first)


def test_the_header_fills_in_name_time_compression_and_size(tmp_path: Path) -> None:
    _write(tmp_path, "vzdump-qemu-7-2020_01_01-00_00_00.vma.gz", as_gzip(sound().build()))
    _, known = _listed(tmp_path)
    (entry,) = known.values()
    assert (entry.vm_id, entry.vm_name, entry.time) == (7, "forged", 1_700_000_000)
    assert entry.compression is Compression.GZIP
    assert entry.devices_size == sum(disk.size for disk in DISKS)
    assert entry.error == ""


def test_what_stands_beside_an_archive_is_noted(tmp_path: Path) -> None:
    name = "vzdump-qemu-7-2020_01_01-00_00_00.vma.zst"
    _write(tmp_path, name)
    _write(tmp_path, f"{name}.notes", b"first line\nsecond\n")
    _write(tmp_path, f"{name}.protected")
    _write(tmp_path, "vzdump-qemu-7-2020_01_01-00_00_00.log")
    _write(tmp_path, f"{name}.vmatui", b"VMASEAL")
    (entry,), _ = _listed(tmp_path)
    assert (entry.notes, entry.is_protected, entry.has_log) == ("first line", True, True)


@pytest.mark.parametrize(
    "name",
    ["vzdump-qemu-7-2020_01_01-00_00_00.dat", "vzdump-qemu-7-2020_01_01-00_00_00.vma.dat"],
)
def test_a_backup_that_runs_or_was_aborted_is_unfinished(tmp_path: Path, name: str) -> None:
    _write(tmp_path, name)
    _write(tmp_path, "vzdump-qemu-7-2020_01_01-00_00_00.log")
    (entry,), _ = _listed(tmp_path)
    assert (entry.is_unfinished, entry.has_log, entry.vm_id) == (True, True, 7)


def test_our_own_aborted_archive_is_unfinished_and_not_the_newest(tmp_path: Path) -> None:
    _write(tmp_path, "tmp-vzdump-qemu-7-2024_01_01-00_00_00.vma.zst")
    _write(tmp_path, "vzdump-qemu-7-2023_01_01-00_00_00.vma.zst")
    first, _ = _listed(tmp_path)
    assert [(entry.is_unfinished, entry.vm_id) for entry in first] == [(True, 7), (False, 7)]
    assert newest(first) == 1
    assert newest(first[:1]) == newest([]) == 0


def test_an_archive_of_any_name_is_found_by_its_content(tmp_path: Path) -> None:
    archive = forge(DISKS, CONFIGS)
    _write(tmp_path, "backup.bin", archive)
    _write(tmp_path, "packed", as_gzip(archive))
    _write(tmp_path, "other.gz", as_gzip(b"no archive at all"))
    _write(tmp_path, "empty")
    first, known = _listed(tmp_path)
    assert first == []
    assert set(known) == {"backup.bin", "packed"}


def test_a_file_that_only_has_the_name_says_what_is_wrong(tmp_path: Path) -> None:
    _write(tmp_path, "a.vma", b"\0" * 257 + b"ustar\0" + bytes(20_000))
    _, known = _listed(tmp_path)
    assert "tar" in known["a.vma"].error


def test_folders_and_broken_links_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "folder.vma").mkdir()
    (tmp_path / "link.vma").symlink_to("nowhere")
    assert _listed(tmp_path) == ([], {})


def test_a_folder_that_cannot_be_read_is_one_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot be read: No such file"):
        _listed(tmp_path / "nowhere")
    assert not has_archives(tmp_path / "nowhere")


def test_a_cancelled_listing_stops_at_the_next_file(tmp_path: Path) -> None:
    for number in range(5):
        _write(tmp_path, f"{number}.vma", b"x")
    cancel = threading.Event()
    cancel.set()
    reports: list[Sequence[Entry]] = []
    list_archives(tmp_path, reports.append, cancel)
    assert len(reports) == 1
    assert has_archives(tmp_path)
