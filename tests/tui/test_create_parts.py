from __future__ import annotations

from pathlib import Path
from unittest.mock import patch

import pytest
from textual.events import Key
from textual.pilot import Pilot
from textual.widgets import Input, Static

from tests.creating import raw_file
from tests.forge import CLUSTER, noise
from tests.storage.devices import run
from tests.tools import require_tool
from tests.tui.createform import create_form, target, told
from tests.tui.driving import add_part, drafted, drive, notices, press, settle, wait_for
from vmatui.errors import SourceError
from vmatui.storage.machinedisks import MachineDisk
from vmatui.tui.app import VmaApp
from vmatui.tui.screens import machinedisks
from vmatui.tui.screens.confirm import ConfirmScreen
from vmatui.tui.screens.create import CreateScreen
from vmatui.tui.screens.machinedisks import MachineDisksScreen
from vmatui.tui.widgets.choice import Choice
from vmatui.tui.widgets.partrow import PartRow


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a disk; the tests run in it."""
    monkeypatch.chdir(tmp_path)
    raw_file(tmp_path / "web.raw", noise(CLUSTER), 100 * CLUSTER)
    return tmp_path


def _names(screen: CreateScreen) -> list[str]:
    return [field.value for field in screen.query(".part-name").results(Input)]


def test_disks_get_free_names_that_follow_the_bus_unless_they_were_typed(folder: Path) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        screen = await create_form(pilot)
        await add_part(pilot, "disks", "web.raw", "web.raw", "web.raw")
        assert _names(screen) == ["drive-scsi0", "drive-scsi1", "drive-scsi2"]
        screen.query(".part-name").first(Input).value = "drive-scsi1"
        screen.query_one("#bus", Choice).value = "virtio"
        await drafted(pilot)
        assert _names(screen) == ["drive-scsi1", "drive-virtio0", "drive-virtio1"]

    drive(VmaApp(folder), steps)


def test_paths_that_are_typed_without_a_pause_are_told_apart(folder: Path) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        screen = await create_form(pilot)
        for char in "web.raw\rother.raw\r":
            pilot.app.post_message(Key("enter" if char == "\r" else char, char))
        await wait_for(pilot, lambda: len(screen.query(PartRow)) == 2)
        await drafted(pilot)
        assert [str(row.path) for row in screen.query(PartRow)] == ["web.raw", "other.raw"]

    drive(VmaApp(folder), steps)


def test_the_field_that_is_typed_into_stays_in_sight(folder: Path) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        screen = await create_form(pilot)
        await add_part(pilot, "disks", *["web.raw"] * 8)
        await pilot.pause()
        field, fields = screen.focused, screen.query_one("#create-fields")
        assert isinstance(field, Input)
        assert field.region.height == 1
        assert fields.region.contains_region(field.region)
        assert fields.max_scroll_y > 0

    drive(VmaApp(folder), steps)


def test_a_disk_that_is_added_twice_is_said(folder: Path) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        screen = await create_form(pilot)
        await add_part(pilot, "disks", "web.raw", "./web.raw")
        assert "goes into the archive 2 times" in told(screen, "#general-problems")
        assert screen.draft is not None
        assert screen.draft.problems == []

    drive(VmaApp(folder), steps)


def test_what_a_disk_lies_on_is_said_below_it_and_in_the_question(folder: Path) -> None:
    require_tool("qemu-nbd")
    require_tool("qemu-img")
    base = raw_file(folder / "[b]\x1b.raw", size=CLUSTER)
    run("qemu-img", "create", "-f", "qcow2", "-F", "raw", "-b", base, folder / "clone.qcow2")
    said = f"clone.qcow2 lies on {folder}/[b]\\x1b.raw, and its bytes go into the archive too"

    async def steps(pilot: Pilot[None]) -> None:
        screen = await create_form(pilot)
        await add_part(pilot, "disks", "clone.qcow2")
        assert f"▲ {said}" in told(screen, "#disks .problems")
        assert said not in told(screen, "#general-problems")
        await press(pilot, "ctrl+r")
        question = pilot.app.screen
        assert isinstance(question, ConfirmScreen)
        (sentences,) = question.query("#sentences Static").results(Static)
        assert f"warning: {said}" in str(sentences.render())

    drive(VmaApp(folder), steps)


def test_a_part_is_taken_out_by_its_key_and_by_its_button(folder: Path) -> None:
    (folder / "104.conf").write_text("cores: 1\n")

    async def steps(pilot: Pilot[None]) -> None:
        screen = await create_form(pilot)
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
        screen = await create_form(pilot)
        await add_part(pilot, "configs", "104.conf")
        assert _names(screen) == ["qemu-server.conf"]
        assert screen.query_one("#vmid", Input).value == "104"
        assert screen.query_one("#cores", Input).disabled
        assert not screen.query_one("#storage", Input).disabled
        assert "qemu-server.conf is given" in told(screen, "#note")
        assert screen.query_one("#archive-name", Input).value.startswith("vzdump-qemu-104-")

    drive(VmaApp(folder), steps)


def test_of_the_configs_of_two_vms_the_first_tells_the_vm(folder: Path) -> None:
    for name in ("104.conf", "105.conf"):
        (folder / name).write_text("cores: 1\n")

    async def steps(pilot: Pilot[None]) -> None:
        screen = await create_form(pilot)
        await add_part(pilot, "configs", "104.conf", "105.conf")
        assert screen.query_one("#vmid", Input).value == "104"
        assert "two configs are called" in told(screen, "PartRow .problems")

    drive(VmaApp(folder), steps)


def test_browsing_asks_for_what_the_cursor_is_at(folder: Path) -> None:
    (folder / "104.conf").write_text("cores: 1\n")
    (folder / "else").mkdir()

    async def steps(pilot: Pilot[None]) -> None:
        screen = await create_form(pilot)
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
        assert target(screen).parent == folder / "else"
        await press(pilot, "ctrl+o", "escape")
        assert pilot.app.screen is screen

    drive(VmaApp(folder), steps)


def test_a_disk_of_the_machine_is_taken_from_a_list(folder: Path) -> None:
    disks = (
        MachineDisk(Path("/dev/none"), "disk", 512, "evil\x1b[31m[/b]", None, None, 0),
        MachineDisk(folder / "web.raw", "loop", 512, None, "ext4", "/srv", 1),
    )

    async def steps(pilot: Pilot[None]) -> None:
        screen = await create_form(pilot)
        with patch.object(machinedisks, "machine_disks", lambda: disks):
            await press(pilot, "ctrl+l")
        listing = pilot.app.screen
        assert isinstance(listing, MachineDisksScreen)
        await press(pilot, "down")
        detail = str(listing.query_one("#disk-detail", Static).render())
        assert "mounted at /srv" in detail
        await press(pilot, "enter")
        await drafted(pilot)
        assert [row.path for row in screen.query(PartRow)] == [folder / "web.raw"]

    drive(VmaApp(folder), steps)


def test_a_machine_whose_disks_cannot_be_listed_says_why(folder: Path) -> None:
    def fail() -> None:
        raise SourceError("lsblk is not installed: install util-linux")

    app = VmaApp(folder)

    async def steps(pilot: Pilot[None]) -> None:
        screen = await create_form(pilot)
        with patch.object(machinedisks, "machine_disks", fail):
            await press(pilot, "ctrl+l")
        assert "install util-linux" in notices(app)[-1]
        await press(pilot, "escape")
        assert pilot.app.screen is screen

    drive(app, steps)
