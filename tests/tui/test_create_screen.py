from __future__ import annotations

import re
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Checkbox, Input, Static

from tests.creating import raw_file
from tests.forge import CLUSTER, noise
from tests.tui.createform import create_form, target, told
from tests.tui.driving import add_part, drafted, drive, notices, press, settle, wait_for
from vmatui.engine.archive import open_archive
from vmatui.engine.restoring.plan import plan_restore
from vmatui.engine.restoring.restore import restore
from vmatui.tui.app import VmaApp
from vmatui.tui.screens.archive import ArchiveScreen
from vmatui.tui.screens.confirm import ConfirmScreen
from vmatui.tui.screens.creating import CreatingScreen
from vmatui.tui.screens.folder import FolderScreen
from vmatui.tui.widgets.choice import Choice
from vmatui.tui.widgets.table import Table

DATA = noise(3 * CLUSTER) + bytes(5 * CLUSTER) + noise(4096)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a disk; the tests run in it."""
    monkeypatch.chdir(tmp_path)
    raw_file(tmp_path / "web.raw", DATA, 100 * CLUSTER)
    return tmp_path


async def _type(pilot: Pilot[None], text: str) -> None:
    await pilot.press(*("full_stop" if each == "." else each for each in text))


def test_keys_alone_create_an_archive_that_restores_identically(folder: Path) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await create_form(pilot)
        await _type(pilot, "web.raw")
        await press(pilot, "enter")
        await drafted(pilot)
        await press(pilot, "ctrl+r")
        assert isinstance(pilot.app.screen, ConfirmScreen)
        await press(pilot, "enter")
        screen = pilot.app.screen
        assert isinstance(screen, CreatingScreen)
        assert "the archive is written" in str(screen.query_one("BirthPanel", Static).render())
        await press(pilot, "v")
        archive = pilot.app.screen
        assert isinstance(archive, ArchiveScreen)
        assert archive.report is not None
        assert archive.report.is_full
        assert archive.report.is_sound
        await press(pilot, "escape", "escape", "escape")
        assert isinstance(pilot.app.screen, FolderScreen)
        assert pilot.app.screen.query_one(Table).count == 1

    drive(VmaApp(folder), steps)
    (path,) = folder.glob("vzdump-qemu-100-*.vma.zst")
    with open_archive(path) as archive:
        assert b"name: vm-100" in archive.header.configs[0].data
        report = restore(archive, plan_restore(archive.header, folder=folder / "out"))
    assert report.is_complete
    restored = (folder / "out" / "disk-drive-scsi0.raw").read_bytes()
    assert restored == (folder / "web.raw").read_bytes()


def test_the_form_begins_without_a_reproach(folder: Path) -> None:
    app = VmaApp(folder)

    async def steps(pilot: Pilot[None]) -> None:
        screen = await create_form(pilot)
        assert "Add a disk or a config first" in told(screen, "#summary")
        assert "✘" not in told(screen, "Static")
        await press(pilot, "ctrl+r")
        assert pilot.app.screen is screen
        assert "Add a disk" in notices(app)[-1]

    drive(app, steps)


def test_without_proxmox_the_name_is_free_and_its_end_follows_the_compression(
    folder: Path,
) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        screen = await create_form(pilot)
        await add_part(pilot, "disks", "web.raw")
        screen.query_one("#for-proxmox", Checkbox).value = False
        await drafted(pilot)
        assert target(screen) == folder / "web.vma.zst"
        screen.query_one("#packing", Choice).value = "gzip"
        screen.query_one("#archive-name", Input).value = "mine.vma.zst"
        await drafted(pilot)
        assert target(screen) == folder / "mine.vma.gz"

    drive(VmaApp(folder), steps)


def test_problems_stand_where_they_belong(folder: Path) -> None:
    app = VmaApp(folder)

    async def steps(pilot: Pilot[None]) -> None:
        screen = await create_form(pilot)
        await add_part(pilot, "disks", "gone.qcow2", "web.raw")
        screen.query_one("#vmid", Input).value = "1"
        await drafted(pilot)
        rows = [str(each.render()) for each in screen.query("PartRow .problems").results(Static)]
        assert "does not exist" in rows[0]
        assert rows[1] == ""
        assert "is no VM id" in told(screen, "#note")
        assert "2 problems to solve first" in told(screen, "#summary")
        await press(pilot, "ctrl+r")
        assert pilot.app.screen is screen
        assert "does not exist" in notices(app)[-1]

    drive(app, steps)


def test_a_file_that_exists_is_refused_and_kept(folder: Path) -> None:
    (folder / "web.vma.zst").write_bytes(b"precious")

    async def steps(pilot: Pilot[None]) -> None:
        screen = await create_form(pilot)
        await add_part(pilot, "disks", "web.raw")
        screen.query_one("#for-proxmox", Checkbox).value = False
        await drafted(pilot)
        assert "never overwritten" in told(screen, "#general-problems")
        await press(pilot, "ctrl+r")
        assert pilot.app.screen is screen

    drive(VmaApp(folder), steps)
    assert (folder / "web.vma.zst").read_bytes() == b"precious"


def test_a_create_asked_for_while_planning_waits_for_the_plan(folder: Path) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        screen = await create_form(pilot)
        await add_part(pilot, "disks", "web.raw")
        screen.query_one("#vmid", Input).value = "4711"
        await pilot.press("ctrl+r")
        await wait_for(pilot, lambda: pilot.app.screen is not screen)
        await settle(pilot)
        asked = pilot.app.screen
        assert isinstance(asked, ConfirmScreen)
        lines = " ".join(str(each.render()) for each in asked.query("VerticalScroll Static"))
        assert re.search(r"into .*vzdump-qemu-4711-", lines)
        await press(pilot, "n", "escape")
        assert isinstance(pilot.app.screen, FolderScreen)

    drive(VmaApp(folder), steps)
    assert sorted(path.name for path in folder.iterdir()) == ["web.raw"]


def test_a_create_looks_at_everything_once_more(folder: Path) -> None:
    app = VmaApp(folder)

    async def steps(pilot: Pilot[None]) -> None:
        screen = await create_form(pilot)
        await add_part(pilot, "disks", "web.raw")
        (folder / "web.raw").unlink()
        await press(pilot, "ctrl+r")
        assert pilot.app.screen is screen
        assert "does not exist" in notices(app)[-1]

    drive(app, steps)


def test_a_path_that_was_typed_is_not_forgotten(folder: Path) -> None:
    app = VmaApp(folder)

    async def steps(pilot: Pilot[None]) -> None:
        screen = await create_form(pilot)
        await add_part(pilot, "disks", "web.raw")
        field = screen.query_one("#configs .adder Input", Input)
        field.value = "web.conf"
        await press(pilot, "ctrl+r")
        assert pilot.app.screen is screen
        assert screen.focused is field
        assert "by Enter" in notices(app)[-1]

    drive(app, steps)


def test_arrows_go_through_the_fields_and_a_choice_opens_by_enter(folder: Path) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        screen = await create_form(pilot)
        packing = screen.query_one("#packing", Choice)
        packing.focus()
        await press(pilot, "up", "down")
        assert screen.focused is packing
        await press(pilot, "enter", "down", "enter")
        await drafted(pilot)
        assert packing.word == "gzip"

    drive(VmaApp(folder), steps)
