"""The restore form as a planner: hints, formats, limits, block devices to pick, going on."""

from __future__ import annotations

from pathlib import Path
from unittest.mock import patch

import pytest
from textual.pilot import Pilot
from textual.widgets import Checkbox, Input, Static
from textual_fspicker import FileSave

from tests.damage import DISKS
from tests.forge import Disk, forge, noise
from tests.tools import require_tool
from tests.tui.driving import drive, notices, planned, press, restore_form
from tests.tui.holder import lines
from vmatui.engine.restoring.candidates import Candidate, Fit
from vmatui.errors import SourceError, TargetError
from vmatui.storage.machinedisks import MachineDisk
from vmatui.storage.rawfile import RawFileTarget
from vmatui.tui import proposals
from vmatui.tui.app import VmaApp
from vmatui.tui.screens import restore
from vmatui.tui.screens.archive import ArchiveScreen
from vmatui.tui.screens.confirm import ConfirmScreen
from vmatui.tui.screens.picker import PickerScreen
from vmatui.tui.screens.restore import RestoreScreen, words_to_type
from vmatui.tui.screens.running import RunningScreen
from vmatui.tui.widgets.outputs import OutputTable
from vmatui.tui.widgets.resultpanel import ResultPanel
from vmatui.tui.widgets.targetrow import TargetRow

NAME = "vzdump-qemu-100-2023_11_14-22_13_20.vma"
FOLDER = "restore-100-2023-11-14"


def _hinted(folder: Path, hint: bytes) -> Path:
    path = folder / "a.vma"
    config = b"cores: 2\n" + hint
    path.write_bytes(forge([Disk("drive-scsi0", noise(4096))], {"qemu-server.conf": config}))
    return path


def _told(screen: RestoreScreen) -> str:
    places = [*screen.query(".problems"), screen.query_one("#general-problems")]
    return "\n".join(str(each.render()) for each in places if isinstance(each, Static))


def _target(screen: RestoreScreen) -> str | None:
    assert screen.plan is not None
    return screen.plan.devices[0].target


def test_a_row_says_where_the_disk_was(archive: Path) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        screen = await restore_form(pilot)
        label = str(screen.query_one(TargetRow).query_one(Checkbox).label)
        assert label.endswith("was on local-lvm")

    drive(VmaApp(archive), steps)


def test_the_format_that_a_disk_had_is_proposed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    require_tool("qemu-nbd")
    monkeypatch.chdir(tmp_path)
    path = _hinted(tmp_path, b"#qmdump#map:scsi0:drive-scsi0:nfs:qcow2:\n")

    async def steps(pilot: Pilot[None]) -> None:
        screen = await restore_form(pilot)
        assert str(_target(screen)).endswith("disk-drive-scsi0.qcow2")
        await press(pilot, "ctrl+r", "enter")
        assert isinstance(pilot.app.screen, RunningScreen)

    drive(VmaApp(path), steps)
    (image,) = tmp_path.glob("*/disk-drive-scsi0.qcow2")
    assert image.read_bytes().startswith(b"QFI\xfb")


def test_without_the_tools_for_it_no_other_format_is_proposed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = _hinted(tmp_path, b"#qmdump#map:scsi0:drive-scsi0:nfs:qcow2:\n")

    async def steps(pilot: Pilot[None]) -> None:
        screen = await restore_form(pilot)
        assert str(_target(screen)).endswith("disk-drive-scsi0.raw")

    refuse = patch.object(proposals, "check_tools", side_effect=TargetError("no qemu"))
    with refuse:
        drive(VmaApp(path), steps)


def test_the_arrows_change_the_format_and_the_proposed_name_follows(archive: Path) -> None:
    require_tool("qemu-nbd")

    async def steps(pilot: Pilot[None]) -> None:
        screen = await restore_form(pilot)
        screen.query_one("Stepper.format").focus()
        await pilot.press("right")
        await planned(pilot)
        assert _target(screen) == f"{FOLDER}/disk-drive-scsi0.qcow2"
        assert screen.query_one(".place", Input).value == _target(screen)
        await pilot.press("left", "left")
        await planned(pilot)
        assert _target(screen) == f"{FOLDER}/disk-drive-scsi0.vdi"

    drive(VmaApp(archive), steps)


def test_a_format_can_be_left_again_where_there_is_no_file(archive: Path, tmp_path: Path) -> None:
    require_tool("qemu-nbd")
    (tmp_path / "folder").mkdir()

    async def steps(pilot: Pilot[None]) -> None:
        screen = await restore_form(pilot)
        screen.query_one("Stepper.format").focus()
        await pilot.press("right")
        await planned(pilot)
        screen.query_one(".place", Input).value = "folder"
        await planned(pilot)
        assert "cannot be a qcow2 image" in _told(screen)
        await pilot.press("right")
        await planned(pilot)
        assert "cannot be a qcow2 image" not in _told(screen)

    drive(VmaApp(archive), steps)


def test_a_limit_is_asked_for_by_a_key_and_planned(archive: Path) -> None:
    app = VmaApp(archive)

    async def steps(pilot: Pilot[None]) -> None:
        screen = await restore_form(pilot)
        await press(pilot, "ctrl+l")
        assert "Go to a device first" in notices(app)[-1]
        screen.query_one(".place").focus()
        await pilot.press("ctrl+l", *"40M")
        await planned(pilot)
        assert screen.plan is not None
        limits = [each.destination.limit for each in screen.plan.restored if each.destination]
        assert limits == [40 << 20, None, None]
        assert _target(screen) == f"{FOLDER}/disk-drive-scsi0.raw"

    drive(app, steps)


def test_a_limit_that_says_no_rate_stops_everything(archive: Path) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        screen = await restore_form(pilot)
        screen.query_one(".place").focus()
        await pilot.press("ctrl+l", *"fast")
        await pilot.pause(0.3)
        await press(pilot, "ctrl+r")
        assert "drive-scsi0: 'fast' is no rate" in _told(screen)
        assert pilot.app.screen is screen

    drive(VmaApp(archive), steps)


def _candidates(size: int) -> tuple[Candidate, ...]:
    disk = MachineDisk(Path("/nowhere/free"), "disk", size, None, None, None, 0)
    used = MachineDisk(Path("/nowhere/used"), "disk", size, None, None, None, 0)
    return Candidate(disk, Fit.FITS, None), Candidate(used, Fit.OCCUPIED, None, "mounted at /srv")


async def _picker(pilot: Pilot[None]) -> RestoreScreen:
    screen = await restore_form(pilot)
    screen.query_one(".place").focus()
    await press(pilot, "ctrl+o")
    assert isinstance(pilot.app.screen, PickerScreen)
    return screen


def test_a_block_device_is_picked_by_keys_alone(archive: Path) -> None:
    app = VmaApp(archive)

    async def steps(pilot: Pilot[None]) -> None:
        screen = await _picker(pilot)
        await press(pilot, "down", "enter")
        assert "mounted at /srv" in notices(app)[-1]
        assert isinstance(pilot.app.screen, PickerScreen)
        await press(pilot, "up", "enter")
        await planned(pilot)
        assert _target(screen) == "/nowhere/free"

    with patch.object(restore, "find_candidates", _candidates):
        drive(app, steps)


def test_from_the_picker_a_key_leads_to_the_files(archive: Path) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        screen = await _picker(pilot)
        await press(pilot, "f")
        assert isinstance(pilot.app.screen, FileSave)
        pilot.app.screen.dismiss(Path("one.raw"))
        await planned_again(pilot, screen)
        assert _target(screen) == "one.raw"

    with patch.object(restore, "find_candidates", _candidates):
        drive(VmaApp(archive), steps)


async def planned_again(pilot: Pilot[None], screen: RestoreScreen) -> None:
    """Wait until the form is on top again, with its plan."""
    while pilot.app.screen is not screen:
        await pilot.pause()
    await planned(pilot)


def test_where_block_devices_cannot_be_listed_files_still_can(archive: Path) -> None:
    app = VmaApp(archive)

    async def steps(pilot: Pilot[None]) -> None:
        screen = await _picker(pilot)
        assert "lsblk is not installed" in notices(app)[-1]
        await press(pilot, "escape")
        assert pilot.app.screen is screen

    failing = patch.object(
        restore, "find_candidates", side_effect=SourceError("lsblk is not installed")
    )
    with failing:
        drive(app, steps)


def test_several_things_that_are_lost_must_be_counted(archive: Path, tmp_path: Path) -> None:
    (tmp_path / FOLDER).mkdir()
    for name in ("disk-drive-scsi0.raw", "disk-drive-efidisk0.raw"):
        (tmp_path / FOLDER / name).write_bytes(b"precious")
    (tmp_path / FOLDER / "vmstate.bin").write_bytes(b"")

    async def steps(pilot: Pilot[None]) -> None:
        screen = await restore_form(pilot)
        screen.query_one("#overwrite", Checkbox).value = True
        await planned(pilot)
        assert screen.plan is not None
        assert words_to_type(screen.plan) == "overwrite 2"
        await press(pilot, "ctrl+r", *"overwrite", "space", "1", "enter")
        assert isinstance(pilot.app.screen, ConfirmScreen)
        await press(pilot, "backspace", "2", "enter")
        assert isinstance(pilot.app.screen, RunningScreen)

    drive(VmaApp(archive), steps)
    assert (tmp_path / FOLDER / "disk-drive-scsi0.raw").read_bytes() == DISKS[0].image()


class _FullDisk:
    """Lets some writes through, and then none."""

    def __init__(self, left: int) -> None:
        self.left = left
        self._write = RawFileTarget.writev

    def writev(self, target: RawFileTarget, offset: int, pieces: list[memoryview]) -> None:
        """Write, while there is room."""
        self.left -= 1
        if self.left < 0:
            raise TargetError("disk-drive-scsi0.raw: no space left: make room")
        self._write(target, offset, pieces)


def test_a_restore_that_a_full_disk_interrupted_goes_on_by_a_key(
    archive: Path, tmp_path: Path
) -> None:
    full = _FullDisk(4)

    def writev(target: RawFileTarget, offset: int, pieces: list[memoryview]) -> None:
        full.writev(target, offset, pieces)

    async def steps(pilot: Pilot[None]) -> None:
        await restore_form(pilot)
        await press(pilot, "ctrl+r", "enter")
        screen = pilot.app.screen
        assert isinstance(screen, RunningScreen)
        assert "is interrupted: disk-drive-scsi0.raw: no space left" in _band(screen)
        rows = "".join(lines(screen.query_one(OutputTable)))
        assert "unfinished" in rows
        assert "/tmp-disk-drive-scsi0.raw" in rows
        full.left = 1_000_000
        await press(pilot, "g")
        assert isinstance(pilot.app.screen, RunningScreen)
        assert pilot.app.screen is not screen
        assert "is restored" in _band(pilot.app.screen)

    with patch.object(RawFileTarget, "writev", writev):
        drive(VmaApp(archive), steps)
    assert (tmp_path / FOLDER / "disk-drive-scsi0.raw").read_bytes() == DISKS[0].image()


def test_the_form_offers_to_go_on_with_an_unfinished_restore(archive: Path, tmp_path: Path) -> None:
    full = _FullDisk(4)

    def writev(target: RawFileTarget, offset: int, pieces: list[memoryview]) -> None:
        full.writev(target, offset, pieces)

    async def steps(pilot: Pilot[None]) -> None:
        await restore_form(pilot)
        await press(pilot, "ctrl+r", "enter", "escape")
        assert isinstance(pilot.app.screen, ArchiveScreen)
        full.left = 1_000_000
        screen = await restore_form(pilot)
        assert "is unfinished" in _told(screen)
        assert "tick Go on above" in _told(screen)
        assert screen.query_one("#resume").display
        await pilot.press("tab", "tab", "space")
        await planned(pilot)
        await press(pilot, "ctrl+r")
        asked = " ".join(str(line.render()) for line in pilot.app.screen.query(Static))
        assert "nothing is safe on the disk yet" in asked
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, RunningScreen)
        assert "is restored" in _band(pilot.app.screen)
        panel = pilot.app.screen.query_one(ResultPanel)
        assert "every byte was read" in str(panel.query_one(".title", Static).render())

    with patch.object(RawFileTarget, "writev", writev):
        drive(VmaApp(archive), steps)
    assert (tmp_path / FOLDER / "disk-drive-scsi0.raw").read_bytes() == DISKS[0].image()


def _band(screen: RunningScreen) -> str:
    return str(screen.query_one("#restore-band", Static).render())
