"""The pictures of the UI: each scene plays to a moment worth seeing, the same on every machine.

They are snapshot tests, and `python -m tests.tui.scenes` writes some of them to `screenshots/`.
A scene's docstring says what its picture must show.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from unittest.mock import patch

from textual.pilot import Pilot
from textual.widgets import Input

from tests.tui import createscenes
from tests.tui.driving import planned, press, settle, wait_for
from tests.tui.picturing import BOTH, SCENES, Halt, Scene, picture, scene
from tests.tui.stage import DAMAGED, SOUND
from tests.tui.stepped import SteppedJob
from vmatui.engine.archive import open_archive
from vmatui.engine.restore import Output, RestoreReport
from vmatui.engine.verify import verify
from vmatui.errors import CancelledError
from vmatui.tui.archivefacts import ArchiveFacts, reopen
from vmatui.tui.jobs import JobFunction
from vmatui.tui.screens import archive, running
from vmatui.tui.walks import Picture

SCREENSHOTS = createscenes.SCREENSHOTS | {
    f"{name}-120x36"
    for name in (
        "folder", "configs", "map", "findings", "verification", "restore-form", "restoring",
        "restored",
    )
}  # fmt: skip
"""Scenes whose pictures are for people."""


def paint(facts: ArchiveFacts, picture: Picture, stop_at: int) -> None:
    """Draw what a walk has drawn when it is at an extent."""
    with reopen(facts) as opened, suppress(CancelledError):
        verify(opened, visitors=(picture.map, picture.extents, Halt(stop_at)))


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


@scene(f"dump/{DAMAGED}", light=True, sizes=BOTH)
async def the_map(pilot: Pilot[None]) -> None:
    """The whole first disk: ramp from empty to full, damaged, missing and duplicate standing out.

    The cursor is on a damaged cell; what is wrong with it is told beside or below.
    """
    await press(pilot, "5", "enter")


@scene(f"dump/{DAMAGED}")
async def the_map_zoomed_in(pilot: Pilot[None]) -> None:
    """The second disk, one cluster a cell, from somewhere in its middle."""
    await press(pilot, "3", "right_square_bracket", "plus", "plus", "pagedown")


@scene(f"dump/{DAMAGED}")
async def the_extents(pilot: Pilot[None]) -> None:
    """The extents in file order, the damaged one marked."""
    await press(pilot, "4", "down", "down")


@scene(f"dump/{DAMAGED}", light=True, sizes=BOTH)
async def the_findings(pilot: Pilot[None]) -> None:
    """What is wrong, errors first; the one under the cursor in full, in the reference's words too.

    The check is over: the three statements stand below.
    """
    await press(pilot, "v", "5", "down")


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


@scene(f"dump/{SOUND}", sizes=BOTH)
async def the_restore_form(pilot: Pilot[None]) -> None:
    """A row a device with the proposed target, its size and the room there; nothing written yet."""
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


@scene(f"dump/{SOUND}", sizes=BOTH)
async def the_restoring(pilot: Pilot[None]) -> None:
    """A bar a device and one in all; the map as clusters land."""
    job = SteppedJob()
    with patch.object(running, "restoring", _painting(job, 24)):
        await _start_restore(pilot)
        job.report(414_000, 812_000, 700, 640, 9)
        await wait_for(pilot, lambda: bool(pilot.app.screen.query(".-running")))


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
        await press(pilot, "escape")


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
