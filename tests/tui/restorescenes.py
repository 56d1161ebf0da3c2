"""The pictures of a restore and of a salvage: the form, the questions, the job, and its end."""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path
from unittest.mock import patch

from textual.pilot import Pilot
from textual.widgets import Input

from tests.tui.driving import planned, press, settle, wait_for
from tests.tui.halting import painting
from tests.tui.picturing import BOTH, HUGE, scene
from tests.tui.stage import DAMAGED, SOUND
from tests.tui.stepped import SteppedJob
from vmatui.engine.archive import open_archive
from vmatui.engine.checking.verify import verify
from vmatui.engine.restoring.candidates import Candidate, Fit
from vmatui.engine.restoring.restore import Output, RestoreReport
from vmatui.errors import SuspendedError
from vmatui.storage.machinedisks import MachineDisk
from vmatui.tui.screens import restore, running
from vmatui.tui.widgets.rategraph import RateGraph, RateHistory

SCREENSHOTS = {"restore-form-120x36", "restoring-120x36", "restored-120x36"}
"""Scenes whose pictures are for people."""


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
    with patch.object(running, "restoring", painting(SteppedJob(), 24)):
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
    with patch.object(running, "restoring", painting(job, 24)):
        await _start_restore(pilot)
        await _progress(pilot, job)


@scene(f"dump/{SOUND}")
async def the_paused_restore(pilot: Pilot[None]) -> None:
    """Held up by the user, with a limit for when it goes on; the keys say how."""
    job = SteppedJob()
    with patch.object(running, "restoring", painting(job, 24)):
        await _start_restore(pilot)
        await _progress(pilot, job)
        await pilot.press("l", *"40M", "enter", "p")


@scene(f"dump/{SOUND}")
async def the_limit(pilot: Pilot[None]) -> None:
    """The question for a limit, over a restore that runs."""
    job = SteppedJob()
    with patch.object(running, "restoring", painting(job, 24)):
        await _start_restore(pilot)
        await _progress(pilot, job)
        await pilot.press("l", *"fast", "enter")


@scene(f"dump/{SOUND}")
async def the_interrupted_restore(pilot: Pilot[None]) -> None:
    """A target failed: why, that what was written is kept, and the key that goes on."""
    job = SteppedJob()
    with patch.object(running, "restoring", painting(job, 24)):
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
    await press(pilot, "enter", "enter")
    await wait_for(pilot, lambda: bool(pilot.app.screen.query("MapView")))
    await settle(pilot)
    shutil.rmtree(next(Path().glob("salvage-*")))


@scene(f"dump/{DAMAGED}", sizes=BOTH)
async def the_salvaged_from_two_copies(pilot: Pilot[None]) -> None:
    """How much came from each copy; the cursor is on a cluster that the first one lacks."""
    await _offer(pilot, SOUND)
    await press(pilot, "enter", "enter")
    await wait_for(pilot, lambda: bool(pilot.app.screen.query("MapView")))
    await settle(pilot)
    await press(pilot, "g", *"402", "enter")
    shutil.rmtree(next(Path().glob("salvage-*")))


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


async def _end_restore(pilot: Pilot[None], name: str, *, is_complete: bool) -> None:
    """Restore with a job that does not write, and ends as a real one would."""
    job = SteppedJob()
    folder = Path("/root/restore-104-2026-11-21")
    with patch.object(running, "restoring", painting(job, 10_000)):
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


async def _offer(pilot: Pilot[None], other: str = "") -> None:
    await press(pilot, "S", "enter")
    if other:
        pilot.app.screen.query_one(Input).value = str(Path("dump", other))
        await press(pilot, "enter")
    await press(pilot, "enter")
    await wait_for(pilot, lambda: bool(pilot.app.screen.query("SalvageTable")))
    await settle(pilot)
