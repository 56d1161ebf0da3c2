from __future__ import annotations

from pathlib import Path

import pytest

from tests.compressors import decompressed
from tests.creating import assert_holds, raw_file
from tests.forge import Disk, noise
from vmatui.engine.creating.create import create
from vmatui.engine.creating.createplan import DiskSource, plan_create
from vmatui.engine.machine import Machine
from vmatui.engine.proxmox import archive_name, proxmox_configs, virtual_device
from vmatui.errors import UsageError
from vmatui.format.header import Config, Device
from vmatui.storage.faults import Compression

CTIME = 1_700_000_000


def _devices(*names: str, size: int = 1 << 34) -> list[Device]:
    return [Device(number + 1, name, size) for number, name in enumerate(names)]


def _config(machine: Machine, devices: list[Device], given: bytes | None = None) -> str:
    configs = [] if given is None else [Config("qemu-server.conf", given)]
    (config,) = proxmox_configs(machine, devices, configs)
    assert config.name == "qemu-server.conf"
    return config.data.decode()


@pytest.mark.parametrize(
    ("compression", "suffix"),
    [
        (Compression.NONE, ""),
        (Compression.ZSTD, ".zst"),
        (Compression.GZIP, ".gz"),
        (Compression.LZOP, ".lzo"),
    ],
)
def test_the_name_is_the_one_that_vzdump_gives(compression: Compression, suffix: str) -> None:
    expected = f"vzdump-qemu-101-2023_11_14-22_13_20.vma{suffix}"
    assert archive_name(101, CTIME, compression) == expected


@pytest.mark.parametrize(
    ("name", "drive"),
    [
        ("drive-scsi0", "scsi0"),
        ("drive-scsi30", "scsi30"),
        ("drive-scsi31", None),
        ("drive-scsi00", None),
        ("drive-virtio15", "virtio15"),
        ("drive-ide4", None),
        ("drive-efidisk0", "efidisk0"),
        ("drive-efidisk1", None),
        ("drive-tpmstate0-backup", "tpmstate0"),
        ("drive-floppy0", None),
        ("disk0", None),
        ("drive-scsi0\n", None),
    ],
)
def test_only_disks_that_a_vm_can_have_are_known(name: str, drive: str | None) -> None:
    assert virtual_device(name) == drive


def test_the_minimal_config_names_every_disk() -> None:
    machine = Machine(101, "web-1.example", 4, 8192, "win11", "ovmf", storage="zfs")
    devices = _devices("drive-efidisk0", "drive-sata1", "drive-tpmstate0-backup", "vmstate")
    assert _config(machine, devices) == (
        "bios: ovmf\n"
        "boot: order=sata1\n"
        "cores: 4\n"
        "efidisk0: zfs:vm-101-disk-0,size=16G\n"
        "memory: 8192\n"
        "name: web-1.example\n"
        "ostype: win11\n"
        "sata1: zfs:vm-101-disk-1,size=16G\n"
        "scsihw: virtio-scsi-single\n"
        "tpmstate0: zfs:vm-101-disk-2,size=16G,version=v2.0\n"
        "#qmdump#map:efidisk0:drive-efidisk0:zfs:raw:\n"
        "#qmdump#map:sata1:drive-sata1:zfs:raw:\n"
        "#qmdump#map:tpmstate0:drive-tpmstate0-backup:zfs:raw:\n"
    )


def test_a_vm_without_disks_boots_from_none() -> None:
    assert _config(Machine(101), []) == (
        "cores: 1\nmemory: 2048\nname: vm-101\nostype: l26\nscsihw: virtio-scsi-single\n"
    )


@pytest.mark.parametrize(
    ("size", "shown"), [(512, "512"), (540672, "528K"), (3 << 20, "3M"), (5 << 40, "5T")]
)
def test_sizes_are_written_exactly(size: int, shown: str) -> None:
    text = _config(Machine(101), _devices("drive-scsi0", size=size))
    assert f"scsi0: local-lvm:vm-101-disk-0,size={shown}\n" in text


def test_a_given_config_gets_only_the_lines_that_it_lacks() -> None:
    given = b"cores: 2\n#qmdump#map:scsi0:drive-scsi0:nfs:qcow2:"
    text = _config(Machine(101), _devices("drive-scsi0", "drive-scsi1"), given)
    assert text == (
        "cores: 2\n#qmdump#map:scsi0:drive-scsi0:nfs:qcow2:\n"
        "#qmdump#map:scsi1:drive-scsi1:local-lvm:raw:\n"
    )


def test_the_lines_stand_before_snapshots() -> None:
    text = _config(Machine(101), _devices("drive-ide0"), b"cores: 2\n\n[before]\ncores: 1\n")
    line = "#qmdump#map:ide0:drive-ide0:local-lvm:raw:\n"
    assert text == f"cores: 2\n\n{line}[before]\ncores: 1\n"


def test_a_config_that_maps_a_disk_that_is_not_there_is_refused() -> None:
    with pytest.raises(UsageError, match="maps the device drive-scsi1, which would not be"):
        _config(Machine(101), _devices("drive-scsi0"), b"#qmdump#map:scsi1:drive-scsi1:x:raw:\n")


@pytest.mark.parametrize(
    "names",
    [("disk0",), ("drive-scsi99",), ("drive-tpmstate0", "drive-tpmstate0-backup")],
)
@pytest.mark.parametrize("given", [None, b"cores: 1\n"])
def test_disks_that_no_restore_would_find_are_refused(
    names: tuple[str, ...], given: bytes | None
) -> None:
    with pytest.raises(UsageError, match="is no name of a Proxmox disk"):
        _config(Machine(101), _devices(*names), given)


def test_other_configs_stay_as_they_are() -> None:
    firewall = Config("qemu-server.fw", b"[OPTIONS]\n")
    first, second = proxmox_configs(Machine(101), [], [firewall])
    assert (first.name, second) == ("qemu-server.conf", firewall)


def test_what_proxmox_does_not_take_is_refused() -> None:
    for vmid in (99, 1_000_000_000):
        with pytest.raises(UsageError, match="is no VM id"):
            Machine(vmid)
    for name in ("", "-a", "a b", "a\n", "ä"):
        with pytest.raises(UsageError, match="cannot be a VM's name"):
            Machine(101, name)
    for storage in ("", "a:b", "a\nb", "1"):
        with pytest.raises(UsageError, match="cannot be the name of a storage"):
            Machine(101, storage=storage)
    with pytest.raises(UsageError, match="at least one core"):
        Machine(101, cores=0)


def test_a_plan_for_a_machine_names_the_archive_and_the_disks(tmp_path: Path) -> None:
    found = [Disk("drive-virtio0", noise(4096)), Disk("drive-scsi7", noise(512))]
    sources = [
        DiskSource(raw_file(tmp_path / "a", found[0].image())),
        DiskSource(raw_file(tmp_path / "b", found[1].image()), "drive-scsi7"),
    ]
    machine = Machine(101, bus="virtio")
    plan = plan_create(str(tmp_path), sources, machine=machine, ctime=CTIME)
    path = tmp_path / "vzdump-qemu-101-2023_11_14-22_13_20.vma.zst"
    assert plan.target == str(path)
    create(plan)
    configs = [(config.name, config.data) for config in plan.configs]
    assert_holds(decompressed(path), found, configs)
    assert b"virtio0: local-lvm:vm-101-disk-0,size=4K\n" in plan.configs[0].data


def test_a_plan_for_a_machine_needs_a_folder(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="does not exist: name the folder"):
        plan_create(str(tmp_path / "missing"), [], machine=Machine(101))
