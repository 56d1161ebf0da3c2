"""The pictures of the UI: each scene plays to a moment worth seeing, the same on every machine.

They are snapshot tests, and `python -m tests.tui.scenes` writes some of them to `screenshots/`.
A scene's docstring says what its picture must show.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from unittest.mock import patch

from textual.pilot import Pilot
from textual.widgets import Input

from tests.tui import createscenes
from tests.tui.driving import planned, press, settle, wait_for
from tests.tui.picturing import BOTH, HUGE, NARROW, SCENES, Halt, Scene, picture, scene
from tests.tui.stage import DAMAGED, SOUND
from tests.tui.stepped import SteppedJob
from vmatui.engine.archive import open_archive
from vmatui.engine.archivefacts import ArchiveFacts, reopen
from vmatui.engine.checking.verify import verify
from vmatui.engine.indexing.picture import Picture
from vmatui.engine.restoring.candidates import Candidate, Fit
from vmatui.engine.restoring.restore import Output, RestoreReport
from vmatui.errors import CancelledError, SuspendedError
from vmatui.storage.machinedisks import MachineDisk
from vmatui.tui.hexreads import HexReads
from vmatui.tui.jobs import JobFunction
from vmatui.tui.screens import archive, restore, running
from vmatui.tui.widgets.rategraph import RateGraph, RateHistory

SCREENSHOTS = createscenes.SCREENSHOTS | {
    f"{name}-120x36"
    for name in (
        "folder", "configs", "map", "findings", "verification", "restore-form", "restoring",
        "restored", "hex-view",
    )
}  # fmt: skip
"""Scenes whose pictures are for people."""


def paint(facts: ArchiveFacts, picture: Picture, stop_at: int) -> None:
    """Draw what a walk has drawn when it is at an extent."""
    with reopen(facts) as opened, suppress(CancelledError):
        verify(opened, visitors=(*picture.visitors, Halt(stop_at)))


@scene(sizes=BOTH)
async def the_folder(_pilot: Pilot[None]) -> None:
    """Five backups, newest first, each with VM, name, time and size.

    One is protected, one unfinished, one no archive at all; below, the first one in words.
    """


@scene("empty")
async def the_empty_folder(_pilot: Pilot[None]) -> None:
    """No archive, and what to do about it."""


@scene(f"dump/{SOUND}", sizes=BOTH)
async def the_configs(_pilot: Pilot[None]) -> None:
    """Two configs on the left, the coloured qemu-server.conf on the right; not checked yet."""


@scene(f"dump/{DAMAGED}")
async def the_devices(pilot: Pilot[None]) -> None:
    """Three devices with their counts; missing and damaged clusters in red; the density below."""
    await press(pilot, "2", "down")


@scene(f"dump/{SOUND}")
async def the_map_of_a_packed_archive(pilot: Pilot[None]) -> None:
    """Why there is no map yet, and the key that brings it."""
    await press(pilot, "3")


@scene(f"dump/{DAMAGED}", light=True, colourless=True, sizes=BOTH)
async def the_map(pilot: Pilot[None]) -> None:
    """The whole first disk: ramp from empty to full, damaged, missing and duplicate standing out.

    The cursor is on a damaged cell; what is wrong with it is told beside or below.
    """
    await press(pilot, "5", "down", "m")


@scene(f"dump/{DAMAGED}", sizes=BOTH)
async def the_map_of_health(pilot: Pilot[None]) -> None:
    """What is sound in one calm colour, every fault standing out; the view's name is bright."""
    await press(pilot, "3", "h", "n")


@scene(f"dump/{DAMAGED}", light=True, colourless=True)
async def the_map_of_order(pilot: Pilot[None]) -> None:
    """Early to late, in sixteen colours; what is missing has none."""
    await press(pilot, "3", "o", "n", "right")


@scene(f"dump/{DAMAGED}", sizes=BOTH)
async def the_map_of_blocks(pilot: Pilot[None]) -> None:
    """Clusters block by block, the one under the cursor in brackets; above, the whole device."""
    await press(pilot, "3", "plus", "plus", "n", "left")


@scene(f"dump/{DAMAGED}", sizes=(NARROW, HUGE))
async def the_archives_own_map(pilot: Pilot[None]) -> None:
    """The extents by device, the damaged ones marked; the cursor's extent in words."""
    await press(pilot, "3", "n", "a", "o")


@scene(f"dump/{DAMAGED}", sizes=(HUGE,), light=True)
async def the_great_map(pilot: Pilot[None]) -> None:
    """The second disk on a large screen."""
    await press(pilot, "3", "right_square_bracket", "n")


@scene(f"dump/{DAMAGED}")
async def the_map_zoomed_in(pilot: Pilot[None]) -> None:
    """The second disk, one cluster a cell, from somewhere in its middle."""
    await press(pilot, "3", "right_square_bracket", "plus", "pagedown")


@scene(f"dump/{DAMAGED}")
async def the_extents(pilot: Pilot[None]) -> None:
    """The extents in file order, the damaged one marked."""
    await press(pilot, "4", "down", "down")


@scene(f"dump/{DAMAGED}", light=True, sizes=(*BOTH, HUGE))
async def the_findings(pilot: Pilot[None]) -> None:
    """What is wrong by kind, errors first; the one under the cursor in full: where, what it means.

    The check is over: the three statements stand below.
    """
    await press(pilot, "v", "5", "down")


@scene(f"dump/{DAMAGED}")
async def the_filtered_findings(pilot: Pilot[None]) -> None:
    """What concerns one device and has a word in it; the line that takes the word is open."""
    await press(pilot, "5", "d", "slash", *"cluster")


@scene(f"dump/{DAMAGED}", light=True, sizes=(*BOTH, HUGE))
async def the_hex_view(pilot: Pilot[None]) -> None:
    """The header of an extent on its tinted ground, its fields beside it, the cursor in the uuid.

    The md5 is wrong: red here and there, with a glyph, and what it should be.
    """
    await press(pilot, "4", *["down"] * 6, "enter", *["right"] * 10)


@scene(f"dump/{DAMAGED}", sizes=BOTH)
async def the_hex_view_of_a_device(pilot: Pilot[None]) -> None:
    """A device's bytes: stored ones, and after them two dashes a byte where clusters are missing.

    Above stand block, cluster and partition in words, below the finding.
    """
    await press(pilot, "5", "down", "enter", "right")


@scene(f"dump/{SOUND}")
async def the_long_way(pilot: Pilot[None]) -> None:
    """A packed archive on the way to its end: a bar, and the key that stops it."""
    job = SteppedJob()
    await press(pilot, "b")
    with patch.object(HexReads, "ending", job):
        await pilot.press("end")
        job.report(21 << 20, 56 << 20)
        await wait_for(pilot, lambda: bool(pilot.app.screen.query(".-running")))


@scene(f"dump/{SOUND}", sizes=BOTH)
async def the_verification(pilot: Pilot[None]) -> None:
    """A check half way: the map half painted, percent, rate and time left, no errors."""
    job = SteppedJob()
    with patch.object(archive, "walk", _painting(job, 24)):
        await pilot.press("v")
        job.report(414_000, 812_000)
        await pilot.press("3")
        await wait_for(pilot, lambda: bool(pilot.app.screen.query(".-running")))


@scene(f"dump/{SOUND}")
async def the_sound_archive(pilot: Pilot[None]) -> None:
    """The check is over, nothing is wrong: the verdict in the band and three statements."""
    await press(pilot, "v", "2")


@scene(f"dump/{SOUND}", light=True, sizes=(*BOTH, HUGE))
async def the_restore_form(pilot: Pilot[None]) -> None:
    """A row a device: where it was, the proposed target, its format and how it is zeroed.

    What is there now stands at the right; nothing is written yet.
    """
    await press(pilot, "r")
    await planned(pilot)


@scene(f"dump/{SOUND}")
async def the_restore_problems(pilot: Pilot[None]) -> None:
    """The first device goes to a mounted disk and is refused in its row; the last is skipped."""
    await press(pilot, "r")
    await planned(pilot)
    fields = list(pilot.app.screen.query(Input))
    fields[1].value = "/dev/sdb"
    fields[2].value = "/dev/sdc"
    fields[3].focus()
    await pilot.press("shift+tab", "space")
    await planned(pilot)


@scene(f"dump/{SOUND}")
async def the_restore_question(pilot: Pilot[None]) -> None:
    """What will be written, a sentence a device; overwriting a block device is marked."""
    await press(pilot, "r")
    await planned(pilot)
    fields = list(pilot.app.screen.query(Input))
    fields[2].value = "/dev/sdc"
    fields[0].focus()
    await pilot.press("tab", "space")
    await planned(pilot)
    await press(pilot, "ctrl+r")


@scene(f"dump/{SOUND}")
async def the_stop_question(pilot: Pilot[None]) -> None:
    """What becomes of the outputs, before a restore is stopped."""
    with patch.object(running, "restoring", _painting(SteppedJob(), 24)):
        await _start_restore(pilot)
        await pilot.press("escape")


@scene(f"dump/{SOUND}")
async def the_limit_of_a_device(pilot: Pilot[None]) -> None:
    """A line for the limit has opened in the row; the focus stands on the format of another."""
    await press(pilot, "r")
    await planned(pilot)
    await pilot.press("tab", "tab", "tab", "ctrl+l", *"40M")
    await planned(pilot)
    await pilot.press("tab", "tab", "tab")


@scene(f"dump/{SOUND}", sizes=BOTH)
async def the_picker(pilot: Pilot[None]) -> None:
    """The block devices of the machine, the free ones of the right size first; what each holds."""
    with patch.object(restore, "find_candidates", _candidates):
        await press(pilot, "r")
        await planned(pilot)
        await press(pilot, "tab", "tab", "tab", "ctrl+o")


@scene(f"dump/{SOUND}", sizes=(*BOTH, HUGE))
async def the_restoring(pilot: Pilot[None]) -> None:
    """A bar a device and one in all; the map as clusters land; the rates of the seconds before."""
    job = SteppedJob()
    with patch.object(running, "restoring", _painting(job, 24)):
        await _start_restore(pilot)
        await _progress(pilot, job)


@scene(f"dump/{SOUND}")
async def the_paused_restore(pilot: Pilot[None]) -> None:
    """Held up by the user, with a limit for when it goes on; the keys say how."""
    job = SteppedJob()
    with patch.object(running, "restoring", _painting(job, 24)):
        await _start_restore(pilot)
        await _progress(pilot, job)
        await pilot.press("l", *"40M", "enter", "p")


@scene(f"dump/{SOUND}")
async def the_limit(pilot: Pilot[None]) -> None:
    """The question for a limit, over a restore that runs."""
    job = SteppedJob()
    with patch.object(running, "restoring", _painting(job, 24)):
        await _start_restore(pilot)
        await _progress(pilot, job)
        await pilot.press("l", *"fast", "enter")


@scene(f"dump/{SOUND}")
async def the_interrupted_restore(pilot: Pilot[None]) -> None:
    """A target failed: why, that what was written is kept, and the key that goes on."""
    job = SteppedJob()
    with patch.object(running, "restoring", _painting(job, 24)):
        await _start_restore(pilot)
        await _progress(pilot, job)
        job.end(SuspendedError("drive-scsi1: no space left in /srv at byte 41943040: make room"))
        await settle(pilot)


@scene(f"dump/{SOUND}", sizes=BOTH)
async def the_restored(pilot: Pilot[None]) -> None:
    """Every device complete and where it is; the three statements."""
    await _end_restore(pilot, SOUND, is_complete=True)


@scene(f"dump/{DAMAGED}")
async def the_restore_of_a_faulty_archive(pilot: Pilot[None]) -> None:
    """Every output named incomplete, and why."""
    await _end_restore(pilot, DAMAGED, is_complete=False)


@scene(f"dump/{SOUND}")
async def the_stopped_restore(pilot: Pilot[None]) -> None:
    """What became of the outputs after a restore was stopped."""
    with patch.object(running, "restoring", SteppedJob()):
        await _start_restore(pilot)
        await pilot.press("escape")
        await press(pilot, "y")


@scene(f"dump/{DAMAGED}", sizes=BOTH)
async def the_offer_of_a_salvage(pilot: Pilot[None]) -> None:
    """What would come back of each disk, in numbers, and where it would go; nothing is written."""
    await _offer(pilot)


@scene(f"dump/{DAMAGED}", sizes=BOTH)
async def the_salvaged(pilot: Pilot[None]) -> None:
    """What came back, on the map too; which outputs are incomplete, and where the mapfiles are."""
    await _offer(pilot)
    await press(pilot, "enter")
    await wait_for(pilot, lambda: bool(pilot.app.screen.query("MapView")))
    await settle(pilot)
    shutil.rmtree(next(Path().glob("salvage-*")))


@scene(f"dump/{DAMAGED}", sizes=BOTH)
async def the_salvaged_from_two_copies(pilot: Pilot[None]) -> None:
    """How much came from each copy; the cursor is on a cluster that the first one lacks."""
    await _offer(pilot, SOUND)
    await press(pilot, "enter")
    await wait_for(pilot, lambda: bool(pilot.app.screen.query("MapView")))
    await settle(pilot)
    await press(pilot, "g", *"402", "enter")
    shutil.rmtree(next(Path().glob("salvage-*")))


async def _offer(pilot: Pilot[None], other: str = "") -> None:
    await press(pilot, "S", "enter")
    pilot.app.screen.query_one(Input).value = other and str(Path("dump", other))
    await press(pilot, "enter")
    await wait_for(pilot, lambda: bool(pilot.app.screen.query("#question")))
    await settle(pilot)


@scene(f"dump/{SOUND}")
async def the_quit_question(pilot: Pilot[None]) -> None:
    """Quitting while a check runs asks first; going on is what Enter does."""
    with patch.object(archive, "walk", _painting(SteppedJob(), 24)):
        await pilot.press("v")
        await pilot.press("ctrl+q")


@scene(f"dump/{DAMAGED}")
async def the_help(pilot: Pilot[None]) -> None:
    """What the map means and every key, beside the map itself."""
    await press(pilot, "3", "question_mark")


@scene("dump/mail.vma")
async def the_refusal(_pilot: Pilot[None]) -> None:
    """A file that is no archive: what it is, in one sentence, over the folder it is in."""


async def _start_restore(pilot: Pilot[None]) -> None:
    await press(pilot, "r")
    await planned(pilot)
    await press(pilot, "ctrl+r")
    await pilot.press("enter")


async def _progress(pilot: Pilot[None], job: SteppedJob) -> None:
    """Let a restore run for a while, the ones and the other second faster than the rest."""
    history, done = pilot.app.screen.query_one(RateGraph).history, 0
    for second in range(40):
        done += (9 + second * 7 % 11) * 710
        job.report(done, 812_000, 700, 640, 9, elapsed=second)
        await wait_for(pilot, partial(_is_at, history, done))


def _is_at(history: RateHistory, done: int) -> bool:
    return history.done == done


def _candidates(size: int) -> tuple[Candidate, ...]:
    """Tell of the block devices of a machine that we made up; some suit a disk of 96 MiB."""

    def disk(path: str, size: int, model: str | None, holds: str | None) -> MachineDisk:
        return MachineDisk(Path(path), "disk", size, model, holds, None, 0)

    return (
        Candidate(disk("/dev/pve/vm-104-disk-1", size, None, None), Fit.FITS, None),
        Candidate(disk("/dev/sdc", size + (1 << 20), "Samsung SSD 870", "ext4"), Fit.FITS, "ext4"),
        Candidate(disk("/dev/sdd", 4 << 30, "USB Flash", "vfat"), Fit.LARGER, "vfat"),
        Candidate(
            disk("/dev/sda", 240 << 30, "KINGSTON SA400", None),
            Fit.OCCUPIED,
            "GPT partition table",
            "in use by LVM pve-root",
        ),
        Candidate(disk("/dev/sdb", 1 << 40, None, "ext4"), Fit.OCCUPIED, "ext4", "mounted at /srv"),
        Candidate(disk("/dev/sda1", 1 << 20, None, None), Fit.SMALL, None),
    )


async def _end_restore(pilot: Pilot[None], name: str, *, is_complete: bool) -> None:
    """Restore with a job that does not write, and ends as a real one would."""
    job = SteppedJob()
    folder = Path("/root/restore-104-2026-11-21")
    with patch.object(running, "restoring", _painting(job, 10_000)):
        await _start_restore(pilot)
        with open_archive(Path("dump", name)) as opened:
            report = verify(opened)
            devices = opened.header.devices
        ending = "" if is_complete else ".incomplete"
        outputs = tuple(
            Output(
                each.dev_id, each.name, str(folder / f"disk-{each.name}.raw{ending}"), is_complete
            )
            for each in devices
        )
        configs = tuple(
            Output(None, config, str(folder / config), True)
            for config in ("qemu-server.conf", "qemu-server.fw")
        )
        job.end(RestoreReport(report, outputs, configs))
        await settle(pilot)


def _painting(job: SteppedJob, stop_at: int) -> Callable[..., JobFunction]:
    """Return what stands in for a walk or a restore that is at an extent."""

    def make(facts: ArchiveFacts, *arguments: object, **_options: object) -> JobFunction:
        for argument in arguments:
            if isinstance(argument, Picture):
                paint(facts, argument, stop_at)
        return job()

    return make


def every_scene() -> list[Scene]:
    """Return the scenes of this file and of those that it imports."""
    return SCENES


def main() -> None:
    """Write the pictures that people look at."""
    folder = Path(__file__).parents[2] / "screenshots"
    folder.mkdir(exist_ok=True)
    for shown in every_scene():
        if shown.name in SCREENSHOTS:
            path = folder / f"{shown.name.rpartition('-')[0]}.svg"
            path.write_text(picture(shown), encoding="utf-8")


if __name__ == "__main__":
    main()
