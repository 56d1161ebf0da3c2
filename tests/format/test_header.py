from __future__ import annotations

import pytest

from tests.forge import CTIME, UUID, Disk, Forge, noise
from vmatui.errors import HeaderError, NotAnArchiveError
from vmatui.format import layout
from vmatui.format.codes import Code, Severity
from vmatui.format.header import Device, Header, parse_header

DISKS = [Disk("drive-scsi0", size=1000 * 512), Disk("vmstate", size=65536, dev_id=7)]
CONFIGS = [("qemu-server.conf", b"name: a\n"), ("empty.conf", b""), ("big", noise(65535))]


def forged() -> Forge:
    return Forge.of(DISKS, CONFIGS)


def parsed(archive: Forge) -> tuple[Header, list[Code]]:
    header, faults = parse_header(archive.build())
    return header, [fault.code for fault in faults]


def test_a_sound_header_gives_everything_and_no_fault() -> None:
    header, faults = parsed(forged())
    assert faults == []
    assert (header.uuid.bytes, header.ctime) == (UUID, CTIME)
    assert header.size == forged().extent_offsets[0]
    assert header.devices == (Device(1, "drive-scsi0", 512000), Device(7, "vmstate", 65536))
    assert [(config.name, config.data) for config in header.configs] == CONFIGS


def test_the_last_cluster_of_a_device_may_be_partial() -> None:
    assert Device(1, "drive-efidisk0", 540672).clusters == 9


def test_a_device_without_a_readable_name_gets_one() -> None:
    archive = forged()
    archive.devices[1].name_pointer += 1
    header, faults = parsed(archive)
    assert faults == [Code.DEVICE_NAME]
    assert header.devices[0] == Device(1, "unnamed-1", 512000)


def test_a_config_whose_name_is_lost_is_kept() -> None:
    archive = forged()
    archive.config_names[0] += 1
    header, faults = parsed(archive)
    assert faults == [Code.HEADER_BLOBS]
    assert (header.configs[0].name, header.configs[0].data) == ("unnamed-0.conf", CONFIGS[0][1])


def test_a_config_entry_with_one_pointer_is_no_config() -> None:
    archive = forged()
    archive.config_data[0] = 0
    header, faults = parsed(archive)
    assert faults == []
    assert [config.name for config in header.configs] == ["empty.conf", "big"]


def test_names_that_are_no_utf8_are_kept_apart() -> None:
    archive = Forge.of([Disk("\udc80", size=512), Disk("\udc81", size=512)])
    header, faults = parsed(archive)
    assert [device.name for device in header.devices] == ["\udc80", "\udc81"]
    assert faults == [Code.UNSAFE_NAME, Code.UNSAFE_NAME]


@pytest.mark.parametrize("dev_id", [0, 255])
def test_a_device_in_a_slot_that_none_can_have_is_left_out_with_a_warning(dev_id: int) -> None:
    archive = forged()
    archive.add_device(dev_id, "ghost", 512)
    header, faults = parse_header(archive.build())
    assert [(fault.code, fault.severity) for fault in faults] == [
        (Code.DEVICE_NAME, Severity.WARNING)
    ]
    assert header.device(dev_id) is None


def test_a_device_above_256_tib_is_left_out() -> None:
    archive = forged()
    archive.devices[1].size = (256 << 40) + 1
    header, faults = parsed(archive)
    assert faults == [Code.HEADER_BLOBS]
    assert header.device(1) is None


def test_a_header_as_short_as_its_fixed_part_is_refused() -> None:
    archive = forged()
    archive.header_size = layout.FIXED_HEADER_SIZE
    with pytest.raises(HeaderError, match="12288 bytes, which cannot be"):
        parsed(archive)


def test_a_giant_header_is_refused_before_it_is_read() -> None:
    archive = forged()
    archive.header_size = layout.MAX_HEADER_SIZE + 512
    with pytest.raises(HeaderError, match="the header is damaged"):
        parsed(archive)


def test_another_version_and_another_magic_are_told_apart() -> None:
    archive = forged()
    archive.version = 2
    with pytest.raises(HeaderError, match="version 2"):
        parsed(archive)
    archive.magic = b"VMB\0"
    with pytest.raises(NotAnArchiveError):
        parsed(archive)


def test_a_blob_that_reaches_past_its_buffer_is_none() -> None:
    archive = forged()
    archive.blob_buffer_size = len(archive.blobs) - 30
    header, faults = parsed(archive)
    assert Code.DEVICE_NAME in faults
    assert header.config("qemu-server.conf") is not None
