from __future__ import annotations

from pathlib import Path

import pytest

from tests.compressors import decompressed
from tests.opening import codes_of, report_of
from tests.parser import parse_strict
from vmatui.engine.demo.demo import make_demo
from vmatui.errors import TargetError
from vmatui.storage.faults import StreamState


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ...]:
    return make_demo(tmp_path_factory.mktemp("demo"))


def test_the_sound_archive_is_sound_for_an_independent_parser(archives: tuple[Path, ...]) -> None:
    parsed = parse_strict(decompressed(archives[0]))
    names = {device.name: device.size for device in parsed.devices.values()}
    assert names == {
        "drive-scsi0": 64 << 20,
        "drive-scsi1": 96 << 20,
        "drive-efidisk0": 540672,
    }
    assert [name for name, _ in parsed.configs] == ["qemu-server.conf", "qemu-server.fw"]
    image = parsed.devices[1].image()
    assert image[510:520] == b"\x55\xaaEFI PART"
    # A block in a wrong place would show: every one names its place.
    assert image[4096 * 16 :][:16] == b"shop-db\0" + bytes([1, 0, 0, 0, 16, 0, 0, 0])


def test_the_config_names_every_disk(archives: tuple[Path, ...]) -> None:
    parsed = parse_strict(decompressed(archives[0]))
    config = parsed.configs[0][1].decode()
    assert "name: shop-db\n" in config
    for device in parsed.devices.values():
        drive = device.name.removeprefix("drive-")
        assert f"#qmdump#map:{drive}:{device.name}:local-lvm:raw:\n" in config
        assert f"\n{drive}: local-lvm:" in config


def test_the_heat_map_has_something_to_show(archives: tuple[Path, ...]) -> None:
    report = report_of(archives[0].read_bytes())
    assert report.is_sound
    assert report.stream is StreamState.SOUND
    for device in report.devices:
        assert 0.2 < device.stored / device.clusters < 0.8


def test_the_damaged_archive_shows_every_kind_of_fault_on_the_map(
    archives: tuple[Path, ...],
) -> None:
    report = report_of(archives[1].read_bytes())
    assert codes_of(report) == {
        "extent-checksum",
        "duplicate-cluster",
        "missing-cluster",
        "short-extent",
        "stream-error",
    }
    assert report.stream is StreamState.FAULTY
    for device in report.devices[:2]:
        assert device.missing > 20
        assert device.damaged > 20
        assert device.stored > 300


def test_the_demo_is_small_and_always_the_same(archives: tuple[Path, ...], tmp_path: Path) -> None:
    again = make_demo(tmp_path / "again")
    assert [path.name for path in again] == [path.name for path in archives]
    assert [path.read_bytes() for path in again] == [path.read_bytes() for path in archives]
    assert sum(path.stat().st_size for path in archives[0].parent.iterdir()) < 3_000_000
    notes = archives[0].with_name(f"{archives[0].name}.notes").read_text()
    assert notes.startswith("shop-db")


def test_the_two_nights_are_two_archives(archives: tuple[Path, ...]) -> None:
    first, second = (report_of(path.read_bytes()) for path in archives)
    assert first.uuid != second.uuid
    assert first.ctime > second.ctime


def test_what_exists_is_never_overwritten(tmp_path: Path) -> None:
    sound, _ = make_demo(tmp_path)
    before = sound.read_bytes()
    with pytest.raises(TargetError, match="exists already"):
        make_demo(tmp_path)
    assert sound.read_bytes() == before
