"""The pictures of the UI: each scene plays to a moment worth seeing, the same on every machine.

They are snapshot tests, and `python -m tests.tui.scenes` writes some of them to `screenshots/`.
A scene's docstring says what its picture must show.
"""

from __future__ import annotations

from pathlib import Path
from unittest.mock import patch

from textual.pilot import Pilot

from tests.tui import createscenes, restorescenes
from tests.tui.driving import press, wait_for
from tests.tui.halting import painting
from tests.tui.picturing import BOTH, HUGE, NARROW, SCENES, Scene, picture, scene
from tests.tui.stage import DAMAGED, SOUND
from tests.tui.stepped import SteppedJob
from vmatui.tui.hexreads import HexReads
from vmatui.tui.screens import archive

SCREENSHOTS = {
    "folder-120x36",
    "configs-120x36",
    "map-120x36",
    "findings-120x36",
    "verification-120x36",
    "hex-view-120x36",
    *createscenes.SCREENSHOTS,
    *restorescenes.SCREENSHOTS,
}
"""Scenes whose pictures are for people."""


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
    with patch.object(archive, "walk", painting(job, 24)):
        await pilot.press("v")
        job.report(414_000, 812_000)
        await pilot.press("3")
        await wait_for(pilot, lambda: bool(pilot.app.screen.query(".-running")))


@scene(f"dump/{SOUND}")
async def the_sound_archive(pilot: Pilot[None]) -> None:
    """The check is over, nothing is wrong: the verdict in the band and three statements."""
    await press(pilot, "v", "2")


@scene(f"dump/{SOUND}")
async def the_quit_question(pilot: Pilot[None]) -> None:
    """Quitting while a check runs asks first; going on is what Enter does."""
    with patch.object(archive, "walk", painting(SteppedJob(), 24)):
        await pilot.press("v")
        await pilot.press("ctrl+q")


@scene(f"dump/{DAMAGED}")
async def the_help(pilot: Pilot[None]) -> None:
    """What the map means and every key, beside the map itself."""
    await press(pilot, "3", "question_mark")


@scene("dump/mail.vma")
async def the_refusal(_pilot: Pilot[None]) -> None:
    """A file that is no archive: what it is, in one sentence, over the folder it is in."""


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
