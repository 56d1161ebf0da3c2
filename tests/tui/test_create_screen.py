from __future__ import annotations

import re
from pathlib import Path
from unittest.mock import patch

import pytest
from textual.pilot import Pilot
from textual.widgets import Checkbox, Input, Static

from tests.creating import raw_file
from tests.forge import CLUSTER, noise
from tests.tui.driving import add_part, drafted, drive, notices, press, settle, wait_for
from vmatui.engine.archive import open_archive
from vmatui.engine.restoring.plan import plan_restore
from vmatui.engine.restoring.restore import restore
from vmatui.errors import SourceError
from vmatui.storage.machinedisks import MachineDisk
from vmatui.tui.app import VmaApp
from vmatui.tui.screens import machinedisks
from vmatui.tui.screens.archive import ArchiveScreen
from vmatui.tui.screens.confirm import ConfirmScreen
from vmatui.tui.screens.create import CreateScreen
from vmatui.tui.screens.creating import CreatingScreen
from vmatui.tui.screens.folder import FolderScreen
from vmatui.tui.screens.machinedisks import MachineDisksScreen
from vmatui.tui.widgets.choice import Choice
from vmatui.tui.widgets.partrow import PartRow
from vmatui.tui.widgets.table import Table

DATA = noise(3 * CLUSTER) + bytes(5 * CLUSTER) + noise(4096)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a disk; the tests run in it."""
    monkeypatch.chdir(tmp_path)
    raw_file(tmp_path / "web.raw", DATA, 100 * CLUSTER)
    return tmp_path


async def _form(pilot: Pilot[None]) -> CreateScreen:
    await press(pilot, "c")
    await drafted(pilot)
    screen = pilot.app.screen
    assert isinstance(screen, CreateScreen)
    return screen


async def _type(pilot: Pilot[None], text: str) -> None:
    await pilot.press(*("full_stop" if each == "." else each for each in text))


def _names(screen: CreateScreen) -> list[str]:
    return [field.value for field in screen.query(".part-name").results(Input)]


def _told(screen: CreateScreen, selector: str) -> str:
    return "\n".join(str(each.render()) for each in screen.query(selector).results(Static))


def test_keys_alone_create_an_archive_that_restores_identically(folder: Path) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await _form(pilot)
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
        screen = await _form(pilot)
        assert "Add a disk or a config first" in _told(screen, "#summary")
        assert "✘" not in _told(screen, "Static")
        await press(pilot, "ctrl+r")
        assert pilot.app.screen is screen
        assert "Add a disk" in notices(app)[-1]

    drive(app, steps)


def test_disks_get_free_names_that_follow_the_bus_unless_they_were_typed(folder: Path) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        screen = await _form(pilot)
        await add_part(pilot, "disks", "web.raw", "web.raw", "web.raw")
        assert _names(screen) == ["drive-scsi0", "drive-scsi1", "drive-scsi2"]
        screen.query(".part-name").first(Input).value = "drive-scsi1"
        screen.query_one("#bus", Choice).value = "virtio"
        await drafted(pilot)
        assert _names(screen) == ["drive-scsi1", "drive-virtio0", "drive-virtio1"]

    drive(VmaApp(folder), steps)


def test_a_part_is_taken_out_by_its_key_and_by_its_button(folder: Path) -> None:
    (folder / "104.conf").write_text("cores: 1\n")

    async def steps(pilot: Pilot[None]) -> None:
        screen = await _form(pilot)
        await add_part(pilot, "disks", "web.raw", "web.raw")
        await add_part(pilot, "configs", "104.conf")
        await press(pilot, "ctrl+t")
        assert len(screen.query(PartRow)) == 3
        screen.query(".part-name").last(Input).focus()
        await press(pilot, "ctrl+t")
        await drafted(pilot)
        screen.query(".remove").first().focus()
        await press(pilot, "enter")
        await drafted(pilot)
        assert _names(screen) == ["drive-scsi0"]
        assert screen.draft is not None
        assert screen.draft.plan is not None

    drive(VmaApp(folder), steps)


def test_the_config_of_a_node_is_stored_as_a_restore_looks_for_it(folder: Path) -> None:
    (folder / "104.conf").write_text("cores: 1\n")

    async def steps(pilot: Pilot[None]) -> None:
        screen = await _form(pilot)
        await add_part(pilot, "configs", "104.conf")
        assert _names(screen) == ["qemu-server.conf"]
        assert screen.query_one("#vmid", Input).value == "104"
        assert screen.query_one("#cores", Input).disabled
        assert not screen.query_one("#storage", Input).disabled
        assert "qemu-server.conf is given" in _told(screen, "#note")
        assert screen.query_one("#archive-name", Input).value.startswith("vzdump-qemu-104-")

    drive(VmaApp(folder), steps)


def test_of_the_configs_of_two_vms_the_first_tells_the_vm(folder: Path) -> None:
    for name in ("104.conf", "105.conf"):
        (folder / name).write_text("cores: 1\n")

    async def steps(pilot: Pilot[None]) -> None:
        screen = await _form(pilot)
        await add_part(pilot, "configs", "104.conf", "105.conf")
        assert screen.query_one("#vmid", Input).value == "104"
        assert "two configs are called" in _told(screen, "PartRow .problems")

    drive(VmaApp(folder), steps)


def test_without_proxmox_the_name_is_free_and_its_end_follows_the_compression(
    folder: Path,
) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        screen = await _form(pilot)
        await add_part(pilot, "disks", "web.raw")
        screen.query_one("#for-proxmox", Checkbox).value = False
        await drafted(pilot)
        assert _target(screen) == folder / "web.vma.zst"
        screen.query_one("#packing", Choice).value = "gzip"
        screen.query_one("#archive-name", Input).value = "mine.vma.zst"
        await drafted(pilot)
        assert _target(screen) == folder / "mine.vma.gz"

    drive(VmaApp(folder), steps)


def test_problems_stand_where_they_belong(folder: Path) -> None:
    app = VmaApp(folder)

    async def steps(pilot: Pilot[None]) -> None:
        screen = await _form(pilot)
        await add_part(pilot, "disks", "gone.qcow2", "web.raw")
        screen.query_one("#vmid", Input).value = "1"
        await drafted(pilot)
        rows = [str(each.render()) for each in screen.query("PartRow .problems").results(Static)]
        assert "does not exist" in rows[0]
        assert rows[1] == ""
        assert "is no VM id" in _told(screen, "#note")
        assert "2 problems to solve first" in _told(screen, "#summary")
        await press(pilot, "ctrl+r")
        assert pilot.app.screen is screen
        assert "does not exist" in notices(app)[-1]

    drive(app, steps)


def test_a_file_that_exists_is_refused_and_kept(folder: Path) -> None:
    (folder / "web.vma.zst").write_bytes(b"precious")

    async def steps(pilot: Pilot[None]) -> None:
        screen = await _form(pilot)
        await add_part(pilot, "disks", "web.raw")
        screen.query_one("#for-proxmox", Checkbox).value = False
        await drafted(pilot)
        assert "never overwritten" in _told(screen, "#general-problems")
        await press(pilot, "ctrl+r")
        assert pilot.app.screen is screen

    drive(VmaApp(folder), steps)
    assert (folder / "web.vma.zst").read_bytes() == b"precious"


def test_browsing_asks_for_what_the_cursor_is_at(folder: Path) -> None:
    (folder / "104.conf").write_text("cores: 1\n")
    (folder / "else").mkdir()

    async def steps(pilot: Pilot[None]) -> None:
        screen = await _form(pilot)
        for place, answer in [
            ("#disks Input", "web.raw"),
            ("#configs Input", "104.conf"),
            ("#folder", "else"),
        ]:
            screen.query(place).first(Input).focus()
            await press(pilot, "ctrl+o")
            assert pilot.app.screen is not screen
            pilot.app.screen.dismiss(folder / answer)
            await settle(pilot)
            await drafted(pilot)
        assert _names(screen) == ["drive-scsi0", "qemu-server.conf"]
        assert _target(screen).parent == folder / "else"
        await press(pilot, "ctrl+o", "escape")
        assert pilot.app.screen is screen

    drive(VmaApp(folder), steps)


def test_a_disk_of_the_machine_is_taken_from_a_list(folder: Path) -> None:
    disks = (
        MachineDisk(Path("/dev/none"), "disk", 512, "evil\x1b[31m[/b]", None, None, 0),
        MachineDisk(folder / "web.raw", "loop", 512, None, "ext4", "/srv", 1),
    )

    async def steps(pilot: Pilot[None]) -> None:
        screen = await _form(pilot)
        with patch.object(machinedisks, "machine_disks", lambda: disks):
            await press(pilot, "ctrl+l")
        listing = pilot.app.screen
        assert isinstance(listing, MachineDisksScreen)
        await press(pilot, "down")
        told = str(listing.query_one("#disk-detail", Static).render())
        assert "mounted at /srv" in told
        await press(pilot, "enter")
        await drafted(pilot)
        assert [row.path for row in screen.query(PartRow)] == [folder / "web.raw"]

    drive(VmaApp(folder), steps)


def test_a_machine_whose_disks_cannot_be_listed_says_why(folder: Path) -> None:
    def fail() -> None:
        raise SourceError("lsblk is not installed: install util-linux")

    app = VmaApp(folder)

    async def steps(pilot: Pilot[None]) -> None:
        screen = await _form(pilot)
        with patch.object(machinedisks, "machine_disks", fail):
            await press(pilot, "ctrl+l")
        assert "install util-linux" in notices(app)[-1]
        await press(pilot, "escape")
        assert pilot.app.screen is screen

    drive(app, steps)


def test_a_create_asked_for_while_planning_waits_for_the_plan(folder: Path) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        screen = await _form(pilot)
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
        screen = await _form(pilot)
        await add_part(pilot, "disks", "web.raw")
        (folder / "web.raw").unlink()
        await press(pilot, "ctrl+r")
        assert pilot.app.screen is screen
        assert "does not exist" in notices(app)[-1]

    drive(app, steps)


def test_a_path_that_was_typed_is_not_forgotten(folder: Path) -> None:
    app = VmaApp(folder)

    async def steps(pilot: Pilot[None]) -> None:
        screen = await _form(pilot)
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
        screen = await _form(pilot)
        packing = screen.query_one("#packing", Choice)
        packing.focus()
        await press(pilot, "up", "down")
        assert screen.focused is packing
        await press(pilot, "enter", "down", "enter")
        await drafted(pilot)
        assert packing.word == "gzip"

    drive(VmaApp(folder), steps)


def _target(screen: CreateScreen) -> Path:
    assert screen.draft is not None
    assert screen.draft.plan is not None
    return Path(screen.draft.plan.target)
