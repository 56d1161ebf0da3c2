from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Checkbox, Input, Static

from tests.forge import CLUSTER, Disk, forge, noise
from tests.storage.devices import loop_device, mounted, run
from tests.tui.driving import drive, planned, press
from vmatui.storage.destination import ZeroPolicy
from vmatui.tui.app import VmaApp
from vmatui.tui.screens.confirm import ConfirmScreen
from vmatui.tui.screens.picker import PickerScreen
from vmatui.tui.screens.restore import RestoreScreen
from vmatui.tui.screens.running import RunningScreen

pytestmark = pytest.mark.root

DISK = Disk("drive-scsi0", size=128 * CLUSTER, blocks={0: noise(4096), 2000: noise(4096, 1)})


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "a.vma"
    path.write_bytes(forge([DISK]))
    return path


async def _aim(pilot: Pilot[None], device: Path) -> RestoreScreen:
    """Open the form, name the device and allow overwriting."""
    await press(pilot, "r")
    await planned(pilot)
    screen = pilot.app.screen
    assert isinstance(screen, RestoreScreen)
    screen.query("TargetRow Input").first(Input).value = str(device)
    screen.query_one("#overwrite", Checkbox).value = True
    await planned(pilot)
    return screen


def test_a_disk_is_restored_onto_a_block_device(archive: Path, tmp_path: Path) -> None:
    with loop_device(tmp_path / "image", DISK.size) as device:

        async def steps(pilot: Pilot[None]) -> None:
            await _aim(pilot, device)
            await press(pilot, "ctrl+r")
            assert isinstance(pilot.app.screen, ConfirmScreen)
            assert pilot.app.focused is not None
            assert isinstance(pilot.app.focused, Input)
            told = " ".join(str(line.render()) for line in pilot.app.screen.query(Static))
            assert f"OVERWRITE the block device {device}" in told
            await press(pilot, "y", "enter", "backspace")
            assert isinstance(pilot.app.screen, ConfirmScreen)
            await press(pilot, *device.name, "enter")
            assert isinstance(pilot.app.screen, RunningScreen)

        drive(VmaApp(archive), steps)
        assert device.read_bytes() == DISK.image()


def test_a_mounted_device_is_refused_in_its_row(archive: Path, tmp_path: Path) -> None:
    with loop_device(tmp_path / "image", DISK.size) as device:
        run("mkfs.ext4", "-q", device)
        with mounted(device, tmp_path / "mounted") as place:

            async def steps(pilot: Pilot[None]) -> None:
                screen = await _aim(pilot, device)
                told = str(screen.query_one(".problems", Static).render())
                assert f"is mounted at {place}" in told
                await press(pilot, "ctrl+r")
                assert isinstance(pilot.app.screen, RestoreScreen)

            drive(VmaApp(archive), steps)


def test_a_device_full_of_old_data_is_picked_zeroed_and_restored_by_keys(
    archive: Path, tmp_path: Path
) -> None:
    with loop_device(tmp_path / "image", DISK.size) as device:
        device.write_bytes(b"\xff" * DISK.size)

        async def steps(pilot: Pilot[None]) -> None:
            await press(pilot, "r")
            await planned(pilot)
            form = pilot.app.screen
            await press(pilot, "tab", "space", "tab", "tab", "ctrl+o")
            picker = pilot.app.screen
            assert isinstance(picker, PickerScreen)
            listed = [each.disk.path for each in picker._candidates]
            await press(pilot, *["down"] * listed.index(device), "enter")
            assert pilot.app.screen is form
            await planned(pilot)
            await press(pilot, "tab", "right")
            await planned(pilot)
            assert isinstance(form, RestoreScreen)
            assert form.plan is not None
            assert form.plan.devices[0].zero is ZeroPolicy.ZERO
            await press(pilot, "ctrl+r", *device.name, "enter")
            assert isinstance(pilot.app.screen, RunningScreen)

        drive(VmaApp(archive), steps)
        assert device.read_bytes() == DISK.image()
