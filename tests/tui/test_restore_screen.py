from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Checkbox, Input, Static

from tests.damage import CONFIGS, DAMAGED, DISKS
from tests.forge import Disk, forge
from tests.tui.driving import drive, notices, planned, press, restore_form, settle, wait_for
from tests.tui.holder import lines
from vmatui.tui.app import VmaApp
from vmatui.tui.screens.archive import ArchiveScreen
from vmatui.tui.screens.confirm import ConfirmScreen
from vmatui.tui.screens.restore import RestoreScreen
from vmatui.tui.screens.running import RunningScreen
from vmatui.tui.widgets.outputs import OutputTable

NAME = "vzdump-qemu-100-2023_11_14-22_13_20.vma"
FOLDER = "restore-100-2023-11-14"
FILES = ("disk-drive-scsi0.raw", "disk-drive-efidisk0.raw", "vmstate.bin")


def _problems(screen: RestoreScreen) -> str:
    told = [str(each.render()) for each in screen.query(".problems").results(Static)]
    told.append(str(screen.query_one("#general-problems", Static).render()))
    return "\n".join(text for text in told if text)


def _summary(screen: RestoreScreen) -> str:
    return str(screen.query_one("#summary", Static).render())


def test_keys_alone_restore_every_disk_and_config(archive: Path, tmp_path: Path) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await restore_form(pilot)
        await press(pilot, "ctrl+r", "enter")
        assert isinstance(pilot.app.screen, RunningScreen)
        told = "\n".join(lines(pilot.app.screen.query_one(OutputTable)))
        assert told.count("complete") == 5
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, ArchiveScreen)

    drive(VmaApp(archive), steps)
    for disk, name in zip(DISKS, FILES, strict=True):
        assert (tmp_path / FOLDER / name).read_bytes() == disk.image()
    for name, data in CONFIGS.items():
        assert (tmp_path / FOLDER / name).read_bytes() == data
    assert len(list((tmp_path / FOLDER).iterdir())) == 5


def test_the_form_proposes_a_place_for_every_device(archive: Path) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        screen = await restore_form(pilot)
        values = [field.value for field in screen.query(Input)]
        assert values == [FOLDER, *(f"{FOLDER}/{name}" for name in FILES)]
        assert all("new file" in str(each.render()) for each in screen.query(".there"))
        assert _problems(screen) == ""
        assert _summary(screen).startswith("✔ 3 devices, ")
        assert not Path(FOLDER).exists()

    drive(VmaApp(archive), steps)


def test_targets_follow_the_folder_unless_they_were_typed(archive: Path) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        screen = await restore_form(pilot)
        folder, first, second, _ = screen.query(Input)
        first.value = "mine.raw"
        folder.value = "elsewhere"
        await planned(pilot)
        assert first.value == "mine.raw"
        assert second.value == "elsewhere/disk-drive-efidisk0.raw"
        first.value = ""
        await planned(pilot)
        assert screen.plan is not None
        assert screen.plan.devices[0].target == f"elsewhere/{FILES[0]}"

    drive(VmaApp(archive), steps)


def test_typing_plans_anew_without_a_key_more(archive: Path) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        screen = await restore_form(pilot)
        await pilot.press("end", "-", "b")
        await planned(pilot)
        assert screen.plan is not None
        assert screen.plan.folder == Path(f"{FOLDER}-b")

    drive(VmaApp(archive), steps)


def test_a_faulty_archive_says_so_before_anything_is_overwritten(archive: Path) -> None:
    archive.write_bytes(DAMAGED["missing-cluster"]())

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "r")
        await planned(pilot)
        assert "1 error in the archive" in str(pilot.app.screen.query_one(".band", Static).render())
        await press(pilot, "ctrl+r")
        assert isinstance(pilot.app.screen, ConfirmScreen)
        said = str(pilot.app.screen.query_one("#sentences Static", Static).render())
        assert said.startswith("the archive has 1 error: not all of it comes back")

    drive(VmaApp(archive), steps)


def test_a_device_is_skipped_by_its_tick(archive: Path, tmp_path: Path) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        screen = await restore_form(pilot)
        await pilot.press("tab", "tab", "space")
        await planned(pilot)
        assert _summary(screen).startswith("✔ 2 devices")
        assert screen.query(Input)[1].disabled
        await press(pilot, "ctrl+r")
        assert "drive-scsi0: skipped" in _asked(pilot)
        await press(pilot, "y")

    drive(VmaApp(archive), steps)
    assert not (tmp_path / FOLDER / FILES[0]).exists()
    assert (tmp_path / FOLDER / FILES[1]).exists()


def test_an_existing_file_is_overwritten_only_after_a_tick_and_a_yes(
    archive: Path, tmp_path: Path
) -> None:
    (tmp_path / FOLDER).mkdir()
    target = tmp_path / FOLDER / FILES[0]
    target.write_bytes(b"precious")
    app = VmaApp(archive)

    async def steps(pilot: Pilot[None]) -> None:
        screen = await restore_form(pilot)
        assert "exists and would be overwritten: tick Overwrite above" in _problems(screen)
        assert "1 problem to solve first" in _summary(screen)
        await press(pilot, "ctrl+r")
        assert isinstance(pilot.app.screen, RestoreScreen)
        assert "exists" in notices(app)[-1]
        await pilot.press("tab", "space")
        await planned(pilot)
        assert _problems(screen) == ""
        await press(pilot, "ctrl+r")
        assert "REPLACE the file" in _asked(pilot)
        await press(pilot, "enter", "escape")
        assert isinstance(pilot.app.screen, RestoreScreen)
        assert target.read_bytes() == b"precious"
        await press(pilot, "ctrl+r", *"disk-drive-scsi0", "enter", *".raw", "enter")

    drive(app, steps)
    assert target.read_bytes() == DISKS[0].image()


def test_problems_stand_below_their_row(archive: Path, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()

    async def steps(pilot: Pilot[None]) -> None:
        screen = await restore_form(pilot)
        _, first, second, third = screen.query(Input)
        first.value = "folder"
        second.value = "same.raw"
        third.value = "same.raw"
        await planned(pilot)
        rows = [str(each.render()) for each in screen.query(".problems").results(Static)]
        assert "is a folder: name a file" in rows[0]
        assert rows[1] == ""
        assert "already in use as the target of drive-efidisk0" in rows[2]

    drive(VmaApp(archive), steps)


@pytest.mark.parametrize(
    ("folder", "told"),
    [
        ("nowhere/below", "does not exist"),
        ("", "Name a folder, or a target for every device"),
        (NAME, "is no folder"),
        ("a\0b", "✘"),
    ],
)
def test_a_folder_that_cannot_be_is_told_before_anything_happens(
    archive: Path, folder: str, told: str
) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        screen = await restore_form(pilot)
        screen.query_one("#folder", Input).value = folder
        await pilot.pause(0.3)
        await settle(pilot)
        assert told in _problems(screen)
        await press(pilot, "ctrl+r")
        assert isinstance(pilot.app.screen, RestoreScreen)

    drive(VmaApp(archive), steps)


def test_the_archive_itself_is_no_target(archive: Path) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        screen = await restore_form(pilot)
        screen.query_one("#overwrite", Checkbox).value = True
        screen.query(Input)[1].value = NAME
        await planned(pilot)
        assert "the archive itself" in _problems(screen)

    drive(VmaApp(archive), steps)


def test_a_restore_asked_for_while_planning_waits_for_the_plan(archive: Path) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        screen = await restore_form(pilot)
        screen.query(Input)[1].value = "mine.raw"
        await pilot.press("ctrl+r")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, ConfirmScreen))
        await settle(pilot)
        assert "mine.raw" in _asked(pilot)

    drive(VmaApp(archive), steps)


def test_nothing_ticked_is_nothing_to_restore(tmp_path: Path) -> None:
    path = tmp_path / "a.vma"
    path.write_bytes(forge([Disk("drive-scsi0", b"x" * 512)]))
    app = VmaApp(path)

    async def steps(pilot: Pilot[None]) -> None:
        await restore_form(pilot)
        await pilot.press("tab", "tab", "space")
        await planned(pilot)
        await press(pilot, "ctrl+r")
        assert "tick a device" in notices(app)[-1]

    drive(app, steps)


def test_browsing_fills_the_field_under_the_cursor(archive: Path, tmp_path: Path) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        screen = await restore_form(pilot)
        await press(pilot, "ctrl+o")
        pilot.app.screen.dismiss(tmp_path / "chosen")
        await planned(pilot)
        assert screen.query_one("#folder", Input).value == str(tmp_path / "chosen")
        await pilot.press("tab", "tab", "tab")
        await press(pilot, "ctrl+o")
        pilot.app.screen.dismiss(Path("one.raw"))
        await planned(pilot)
        assert screen.query(Input)[1].value == "one.raw"
        await press(pilot, "ctrl+o", "escape")
        assert screen.query(Input)[1].value == "one.raw"

    drive(VmaApp(archive), steps)


def test_escape_leaves_and_writes_nothing(archive: Path, tmp_path: Path) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await restore_form(pilot)
        await press(pilot, "ctrl+r", "n", "escape")
        assert isinstance(pilot.app.screen, ArchiveScreen)

    drive(VmaApp(archive), steps)
    assert [path.name for path in tmp_path.iterdir()] == [NAME]


def test_hundreds_of_devices_all_get_their_row(tmp_path: Path) -> None:
    path = tmp_path / "a.vma"
    path.write_bytes(forge([Disk(f"drive-scsi{number}", b"x" * 512) for number in range(40)]))

    async def steps(pilot: Pilot[None]) -> None:
        screen = await restore_form(pilot)
        await settle(pilot)
        values = [field.value for field in screen.query("TargetRow Input").results(Input)]
        assert len(values) == 40
        assert values[39].endswith("disk-drive-scsi39.raw")

    drive(VmaApp(path), steps)


def _asked(pilot: Pilot[None]) -> str:
    screen = pilot.app.screen
    assert isinstance(screen, ConfirmScreen)
    return "\n".join(str(line.render()) for line in screen.query("VerticalScroll Static"))
