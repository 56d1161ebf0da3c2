"""The salvage screen, by keys alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Static

from tests.compressors import as_zstd
from tests.damage import DAMAGED, DISKS, HIT_CLUSTER, sound
from tests.forge import forge
from tests.tui.driving import drive, notices, press, settle, wait_for
from vmatui.tui.app import VmaApp
from vmatui.tui.screens.archive import ArchiveScreen
from vmatui.tui.screens.ask import AskScreen
from vmatui.tui.screens.confirm import ConfirmScreen
from vmatui.tui.screens.dialogs import ChooseFolder, OpenFile
from vmatui.tui.screens.salvage import SalvageScreen
from vmatui.tui.widgets.celldetail import CellDetail


async def _begin(pilot: Pilot[None], folder: Path, *others: Path) -> SalvageScreen:
    """Go to the question before a salvage."""
    await press(pilot, "S")
    for answer in (folder, *others, ""):
        await _answer(pilot, str(answer))
    screen = pilot.app.screen
    assert isinstance(screen, SalvageScreen)
    await settle(pilot)
    told = str(screen.query_one("#salvage-told").render())
    assert f"Nothing is written yet. It would go into {folder}." in told
    await press(pilot, "enter")
    assert isinstance(pilot.app.screen, ConfirmScreen)
    return screen


async def _answer(pilot: Pilot[None], text: str) -> None:
    screen = pilot.app.screen
    assert isinstance(screen, AskScreen)
    screen.query_one(Input).value = text
    await press(pilot, "enter")
    await wait_for(pilot, lambda: pilot.app.screen is not screen)
    await settle(pilot)


async def _agree(pilot: Pilot[None], screen: SalvageScreen) -> None:
    await press(pilot, "enter")
    await wait_for(pilot, lambda: screen.report is not None)
    await settle(pilot)


def _disks(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if ".map" not in path.suffixes)


def test_a_damaged_archive_is_salvaged_by_keys_alone(archive: Path, tmp_path: Path) -> None:
    archive.write_bytes(DAMAGED["extent-checksum"]())
    app = VmaApp(archive)

    async def steps(pilot: Pilot[None]) -> None:
        screen = await _begin(pilot, tmp_path / "out")
        assert not (tmp_path / "out").exists()
        await _agree(pilot, screen)
        assert screen.report is not None
        assert not screen.report.is_complete
        assert sum(device.missing for device in screen.report.devices) == 0
        assert sum(device.doubtful for device in screen.report.devices) > 0
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, ArchiveScreen)

    drive(app, steps)
    names = [path.name for path in (tmp_path / "out").iterdir()]
    assert any("incomplete" in name for name in names)
    for disk in DISKS:
        (path,) = [each for each in _disks(tmp_path / "out") if disk.name in each.name]
        assert path.read_bytes() == disk.image()


def test_a_second_copy_fills_what_the_first_lacks(archive: Path, tmp_path: Path) -> None:
    archive.write_bytes(DAMAGED["missing-cluster"]())
    (tmp_path / "other.vma.zst").write_bytes(as_zstd(sound().build()))
    app = VmaApp(archive)

    async def steps(pilot: Pilot[None]) -> None:
        screen = await _begin(pilot, tmp_path / "out", tmp_path / "other.vma.zst")
        await _agree(pilot, screen)
        assert screen.report is not None
        assert screen.report.is_complete
        told = str(screen.query_one("#salvage-told").render())
        assert "clusters: 24 from " in told
        assert "1 from other.vma.zst; they disagree nowhere" in told
        await press(pilot, "g", *str(HIT_CLUSTER), "enter")
        assert "from other.vma.zst" in str(screen.query_one(CellDetail).render())

    drive(app, steps)
    for disk in DISKS:
        (path,) = [each for each in _disks(tmp_path / "out") if disk.name in each.name]
        assert "incomplete" not in path.name
        assert path.read_bytes() == disk.image()


def test_more_copies_are_asked_for_until_there_is_none(archive: Path, tmp_path: Path) -> None:
    archive.write_bytes(DAMAGED["missing-cluster"]())
    others = tmp_path / "b.vma", tmp_path / "c.vma"
    for other in others:
        other.write_bytes(DAMAGED["missing-cluster"]())

    async def steps(pilot: Pilot[None]) -> None:
        screen = await _begin(pilot, tmp_path / "out", *others)
        await _agree(pilot, screen)
        assert screen.report is not None
        assert [Path(each.archive) for each in screen.report.copies] == [archive, *others]

    drive(VmaApp(archive), steps)


@pytest.mark.parametrize(("name", "said"), [("none.vma", "not exist"), ("link", "already")])
def test_a_copy_that_cannot_help_is_refused(
    name: str, said: str, archive: Path, tmp_path: Path
) -> None:
    archive.write_bytes(DAMAGED["missing-cluster"]())
    (tmp_path / "link").symlink_to(archive)

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "S")
        await _answer(pilot, "out")
        asked = pilot.app.screen
        asked.query_one(Input).value = name
        await press(pilot, "enter")
        assert pilot.app.screen is asked
        assert said in str(asked.query_one("#ask-hint", Static).render())

    drive(VmaApp(archive), steps)


def test_the_folder_and_the_copies_can_be_chosen_by_dialogs(archive: Path, tmp_path: Path) -> None:
    archive.write_bytes(DAMAGED["missing-cluster"]())

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "S")
        for dialog, path in [(ChooseFolder, tmp_path / "else"), (OpenFile, tmp_path / "b.vma")]:
            asked = pilot.app.screen
            await press(pilot, "ctrl+o")
            chosen = pilot.app.screen
            assert isinstance(chosen, ChooseFolder | OpenFile)
            assert isinstance(chosen, dialog)
            chosen.dismiss(path)
            await settle(pilot)
            assert pilot.app.screen is asked
            assert asked.query_one(Input).value == str(path)
            await press(pilot, "ctrl+o", "escape")
            assert asked.query_one(Input).value == str(path)
            if dialog is ChooseFolder:
                await _answer(pilot, str(path))

    drive(VmaApp(archive), steps)


def test_two_copies_without_disks_give_their_configs(archive: Path, tmp_path: Path) -> None:
    whole = forge([], {"qemu-server.conf": b"cores: 1\n"})
    archive.write_bytes(whole + b"junk")
    (tmp_path / "other.vma").write_bytes(whole)
    app = VmaApp(archive)

    async def steps(pilot: Pilot[None]) -> None:
        screen = await _begin(pilot, tmp_path / "out", tmp_path / "other.vma")
        await _agree(pilot, screen)
        assert "1 file" in str(screen.query_one("#salvage-told").render())

    drive(app, steps)
    assert (tmp_path / "out" / "qemu-server.conf").read_bytes() == b"cores: 1\n"


def test_not_yet_writes_nothing(archive: Path, tmp_path: Path) -> None:
    archive.write_bytes(DAMAGED["missing-cluster"]())
    app = VmaApp(archive)

    async def steps(pilot: Pilot[None]) -> None:
        await _begin(pilot, tmp_path / "out")
        await press(pilot, "n")
        assert isinstance(pilot.app.screen, SalvageScreen)
        assert "missing" in str(pilot.app.screen.query_one("#salvage-why").render())
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, ArchiveScreen)

    drive(app, steps)
    assert not (tmp_path / "out").exists()


def test_an_archive_without_its_header_is_salvaged_from_the_folder(
    archive: Path, tmp_path: Path
) -> None:
    data = bytearray(sound().build())
    data[0] ^= 1
    archive.write_bytes(data)
    app = VmaApp(archive.parent)

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "enter")
        assert "S looks for what can be got back from it" in notices(app)[0]
        screen = await _begin(pilot, tmp_path / "out")
        await _agree(pilot, screen)
        assert screen.report is not None
        assert not any(device.missing for device in screen.report.devices)

    drive(app, steps)
    for disk in DISKS:
        (path,) = [each for each in _disks(tmp_path / "out") if disk.name in each.name]
        assert path.read_bytes() == disk.image()


def test_a_sound_archive_offers_no_salvage(archive: Path) -> None:
    app = VmaApp(archive)

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "S")
        assert isinstance(pilot.app.screen, ArchiveScreen)
        assert not notices(app)

    drive(app, steps)
