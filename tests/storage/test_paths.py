from __future__ import annotations

import os
from pathlib import Path

import pytest

from vmatui.storage.paths import is_among_devices, is_folder, is_stream, mode_of, no_folder


def test_a_folder_is_one_also_behind_a_link(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    assert is_folder(tmp_path / "link")
    assert no_folder(tmp_path / "link") is None


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("nowhere", "does not exist"),
        ("x" * 300, "cannot be looked at (File name too long)"),
        (f"{'x' * 300}/below", "cannot be looked at (File name too long)"),
        ("loop", "cannot be looked at (Too many levels of symbolic links)"),
        ("file", "is no folder"),
        ("file/below", "cannot be looked at (Not a directory)"),
        ("nul\0byte", "is no path that can exist"),
    ],
)
def test_what_is_no_folder_is_said_and_raises_nothing(name: str, why: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "loop").symlink_to("loop")
    path = tmp_path / name
    assert no_folder(path) == why
    assert not is_folder(path)
    assert not is_stream(path)
    assert bool(mode_of(path)) == (name == "file")


def test_what_can_be_read_only_once_is_told_from_files(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    assert is_stream(tmp_path / "fifo")
    assert is_stream(Path("/dev/null"))
    assert not is_stream(tmp_path)


def test_a_new_file_among_the_devices_is_told_from_one_on_a_mount_below(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_memory = Path("/dev/shm").is_mount()
    monkeypatch.setattr("vmatui.storage.paths._DEVICES", Path("/dev/shm"))
    assert is_among_devices(Path("/dev/shm")) == in_memory
    assert is_among_devices(Path("/dev/shm/nowhere/at/all")) == in_memory
    for elsewhere in (tmp_path, Path("/dev"), Path("/proc"), Path("nul\0byte"), Path()):
        assert not is_among_devices(elsewhere)


def test_devices_in_a_mere_folder_forbid_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for devices in (Path("/usr"), tmp_path / "nowhere"):
        monkeypatch.setattr("vmatui.storage.paths._DEVICES", devices)
        assert not is_among_devices(Path("/usr"))
