from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.storage.devices import MIB, loop_device, mounted, run
from tests.tools import require_tool
from vmatui.errors import SourceError
from vmatui.storage.machinedisks import machine_disks


def _node(path: str, size: int | None = 512, **facts: object) -> dict[str, object]:
    empty: dict[str, object] = {"type": "disk", "model": None, "fstype": None, "mountpoint": None}
    return {"path": path, "size": size} | empty | facts


@pytest.fixture
def lsblk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program that stands in for lsblk; tests write what it does."""
    program = tmp_path / "lsblk"
    program.touch(mode=0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return program


def _say(program: Path, nodes: object) -> None:
    answer = program.with_suffix(".json")
    answer.write_text(json.dumps({"blockdevices": nodes}))
    program.write_text(f"#!/bin/sh\ncat {answer}\n")


def test_a_tree_of_devices_is_told_from_its_root_on(lsblk: Path) -> None:
    root = _node("/dev/mapper/root", type="lvm", fstype="ext4", mountpoint="/")
    part = _node("/dev/sda1", 1024, type="part", children=[root])
    _say(lsblk, [_node("/dev/sda", 4096, model=" FAST DISK ", children=[part]), _node("/dev/sdb")])
    disks = machine_disks()
    assert [(str(disk.path), disk.depth, disk.size) for disk in disks] == [
        ("/dev/sda", 0, 4096),
        ("/dev/sda1", 1, 1024),
        ("/dev/mapper/root", 2, 512),
        ("/dev/sdb", 0, 512),
    ]
    assert disks[0].model == "FAST DISK"
    assert (disks[2].kind, disks[2].file_system, disks[2].mounted_at) == ("lvm", "ext4", "/")
    assert disks[3].model is disks[3].file_system is disks[3].mounted_at is None


def test_a_device_below_two_others_is_told_once(lsblk: Path) -> None:
    raid = _node("/dev/md0", type="raid1")
    _say(lsblk, [_node(f"/dev/sd{letter}", children=[raid]) for letter in "ab"])
    assert [disk.path.name for disk in machine_disks()] == ["sda", "md0", "sdb"]


@pytest.mark.parametrize("size", [0, None])
def test_a_drive_without_a_medium_is_left_out(lsblk: Path, size: int | None) -> None:
    _say(lsblk, [_node("/dev/sr0", size, type="rom")])
    assert machine_disks() == ()


def test_thousands_of_devices_are_bounded(lsblk: Path) -> None:
    _say(lsblk, [_node(f"/dev/d{number}") for number in range(5000)])
    assert len(machine_disks()) == 4096


@pytest.mark.parametrize(
    "answer", ["echo nonsense", "echo '{}'", "echo '{\"blockdevices\": [{}]}'", "exit 1"]
)
def test_an_answer_that_makes_no_sense_is_one_sentence(lsblk: Path, answer: str) -> None:
    lsblk.write_text(f"#!/bin/sh\n{answer}\n")
    with pytest.raises(SourceError, match=r"lsblk failed .*: type the path of the disk"):
        machine_disks()


def test_without_lsblk_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda *_arguments, **_options: None)
    with pytest.raises(SourceError, match="lsblk is not installed: install util-linux"):
        machine_disks()


@pytest.mark.root
def test_the_real_lsblk_tells_of_a_device_what_is_on_it(tmp_path: Path) -> None:
    require_tool("lsblk")
    with loop_device(tmp_path / "image", 8 * MIB) as device:
        run("mkfs.ext4", "-q", device)
        with mounted(device, tmp_path / "place") as place:
            (found,) = [disk for disk in machine_disks() if disk.path == device]
            assert (found.kind, found.size, found.mounted_at) == ("loop", 8 * MIB, str(place))
