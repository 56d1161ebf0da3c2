from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.creating import raw_file
from tests.storage.devices import run
from tests.tools import require_tool
from vmatui.storage.faults import Compression
from vmatui.tui.draft import MachineWords, NewConfig, NewDisk, Wishes, make_draft

MACHINE = MachineWords("104", "", "2", "512", "l26", "seabios", "scsi", "local-lvm")


@pytest.fixture
def wishes(tmp_path: Path) -> Wishes:
    """Wishes that nothing speaks against."""
    disk = NewDisk(raw_file(tmp_path / "disk.raw", size=65536), "drive-scsi0", None)
    config = tmp_path / "104.conf"
    config.write_text("cores: 1\n")
    configs = (NewConfig(config, "qemu-server.conf"),)
    return Wishes((disk,), configs, MACHINE, tmp_path, "", Compression.ZSTD, "")


def test_sound_wishes_have_a_plan_and_no_problems(wishes: Wishes) -> None:
    draft = make_draft(wishes)
    assert draft.problems == []
    assert draft.plan is not None
    assert draft.plan.target.startswith(f"{wishes.folder}/vzdump-qemu-104-")
    assert [config.name for config in draft.plan.configs] == ["qemu-server.conf"]
    assert draft.disks[0].told == "64.0 KiB · raw"
    assert draft.configs[0].told == "9 B"


def test_without_a_machine_the_file_is_called_as_typed(wishes: Wishes) -> None:
    draft = make_draft(wishes._replace(machine=None, name="web", compression=Compression.LZOP))
    assert draft.plan is not None
    assert draft.plan.target == f"{wishes.folder}/web.vma.lzo"


def test_nothing_wished_is_no_problem_and_no_plan(wishes: Wishes) -> None:
    draft = make_draft(wishes._replace(disks=(), configs=()))
    assert draft.problems == []
    assert draft.plan is None


def test_what_is_wrong_with_a_disk_is_told_of_that_disk(wishes: Wishes, tmp_path: Path) -> None:
    (good,) = wishes.disks
    empty = NewDisk(raw_file(tmp_path / "empty"), "drive-scsi1", None)
    gone = NewDisk(tmp_path / "gone", "drive-scsi2", None)
    twice = NewDisk(good.path, good.name, None)
    unknown = NewDisk(good.path, "root", None)
    unsafe = NewDisk(good.path, "../x", None)
    state = NewDisk(good.path, "vmstate", None)
    foreign = NewDisk(good.path, "drive-scsi3", "no such")
    disks = (good, empty, gone, twice, unknown, unsafe, state, foreign)
    draft = make_draft(wishes._replace(disks=disks))
    assert draft.plan is None
    told = [" ".join(facts.problems) for facts in draft.disks]
    assert told[0] == told[6] == ""
    assert "is empty" in told[1]
    assert "does not exist" in told[2]
    assert "two disks are called drive-scsi0" in told[3]
    assert "no name of a Proxmox disk" in told[4]
    assert "cannot be a name in an archive" in told[5]
    assert "is no image format" in told[7]


def test_what_is_wrong_with_a_config_is_told_of_that_config(wishes: Wishes, tmp_path: Path) -> None:
    (good,) = wishes.configs
    configs = (good, NewConfig(tmp_path / "gone.fw", "x.fw"), NewConfig(good.path, good.name))
    told = [
        " ".join(facts.problems) for facts in make_draft(wishes._replace(configs=configs)).configs
    ]
    assert told[0] == ""
    assert "cannot be read" in told[1]
    assert "two configs are called qemu-server.conf" in told[2]


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("vmid", "", "is no VM id: type a number"),
        ("vmid", "7", "from 100 to"),
        ("name", "no name", "cannot be a VM's name"),
        ("cores", "two", "is no number of cores"),
        ("memory", "9" * 11, "is no MiB of memory"),
        ("storage", " ", "cannot be the name of a storage"),
    ],
)
def test_what_is_wrong_with_the_machine_is_told_there(
    wishes: Wishes, field: str, value: str, told: str
) -> None:
    machine = MachineWords._make({**MACHINE._asdict(), field: value}.values())
    draft = make_draft(wishes._replace(machine=machine))
    assert told in (draft.machine_problem or "")
    assert draft.plan is None


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"folder": None}, "name the folder"),
        ({"folder": Path("/nowhere")}, "does not exist: name the folder"),
        ({"machine": None}, "name the archive"),
        ({"machine": None, "name": "x", "folder": Path("/nowhere")}, "does not exist"),
        ({"level": "99"}, "has no level 99"),
        ({"level": "-1"}, "is no level: type a number"),
        ({"machine": None, "name": "disk", "compression": Compression.NONE}, "exists"),
    ],
)
def test_what_concerns_the_whole_is_told_below(
    wishes: Wishes, tmp_path: Path, changes: dict[str, object], told: str
) -> None:
    (tmp_path / "disk.vma").touch()
    draft = make_draft(Wishes(**(wishes._asdict() | changes)))
    (problem,) = draft.general_problems
    assert told in problem
    assert draft.problems == [problem]


def test_too_little_room_is_a_warning(wishes: Wishes, tmp_path: Path) -> None:
    huge = NewDisk(raw_file(tmp_path / "huge", size=1 << 43), "drive-scsi0", None)
    draft = make_draft(wishes._replace(disks=(huge,)))
    assert draft.plan is not None
    assert any("enough only if much is zero" in text for text in draft.warnings)


def test_a_config_that_is_no_file_is_not_waited_for(wishes: Wishes, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    draft = make_draft(wishes._replace(configs=(NewConfig(tmp_path / "fifo", "x.conf"),)))
    assert "is no file" in draft.configs[0].problems[0]


def test_what_a_disk_lies_on_is_told_of_that_disk(wishes: Wishes, tmp_path: Path) -> None:
    require_tool("qemu-nbd")
    require_tool("qemu-img")
    (good,) = wishes.disks
    path = tmp_path / "clone.qcow2"
    run("qemu-img", "create", "-f", "qcow2", "-F", "raw", "-b", good.path, path)
    clone = NewDisk(path, "drive-scsi1", None)
    draft = make_draft(wishes._replace(disks=(good, clone)))
    assert draft.disks[0].warnings == ()
    (warning,) = draft.disks[1].warnings
    assert warning.startswith(f"{path} lies on {good.path}, and its bytes")
    assert draft.warnings == ()
    assert draft.plan is not None
    assert draft.plan.warnings == (warning,)
