"""The pictures of a create: the form, the disks of a machine, the job, and its end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from unittest.mock import patch

from textual.pilot import Pilot
from textual.widgets import Input

from tests.tui.driving import add_part, drafted, press, settle, wait_for
from tests.tui.halting import Halt
from tests.tui.picturing import BOTH, scene
from tests.tui.stage import IMAGES, SOUND
from tests.tui.stepped import SteppedJob
from vmatui.engine.archive import open_archive
from vmatui.engine.checking.verify import verify
from vmatui.engine.creating.create import CreatedDevice, CreateReport
from vmatui.engine.creating.createplan import CreatePlan, plan_create
from vmatui.engine.indexing.picture import Picture
from vmatui.errors import CancelledError, TargetError
from vmatui.storage.machinedisks import MachineDisk
from vmatui.tui import draft
from vmatui.tui.jobs import JobFunction
from vmatui.tui.screens import creating, machinedisks
from vmatui.tui.widgets.intakes import IntakeTable

_GIB = 1 << 30
_CTIME = 1_795_388_469
SCREENSHOTS = {"create-form-120x36", "creating-120x36", "created-120x36"}
"""Scenes whose pictures are for people."""
_MACHINE = (
    MachineDisk(Path("/dev/sda"), "disk", 480 * _GIB, "SAMSUNG MZ7LH480", None, None, 0),
    MachineDisk(Path("/dev/sda1"), "part", _GIB >> 1, None, "vfat", "/boot/efi", 1),
    MachineDisk(Path("/dev/sda2"), "part", 479 * _GIB, None, "LVM2_member", None, 1),
    MachineDisk(Path("/dev/mapper/pve-root"), "lvm", 96 * _GIB, None, "ext4", "/", 2),
    MachineDisk(Path("/dev/mapper/pve-swap"), "lvm", 8 * _GIB, None, "swap", "[SWAP]", 2),
    MachineDisk(Path("/dev/mapper/pve-vm--100--disk--0"), "lvm", 32 * _GIB, None, None, None, 2),
    MachineDisk(Path("/dev/sdb"), "disk", 64 * _GIB, "USB DISK 3.2", "ntfs", None, 0),
)


@scene()
async def the_empty_create_form(pilot: Pilot[None]) -> None:
    """How disks and configs are added, and what the archive will be called; nothing is wrong."""
    await press(pilot, "c")
    await drafted(pilot)


@scene(sizes=BOTH, light=True)
async def the_create_form(pilot: Pilot[None]) -> None:
    """Three disks with proposed names, one in use by a VM, and the few facts of the machine."""
    with _same_time():
        await _fill(pilot)


@scene()
async def the_create_form_for_its_end(pilot: Pilot[None]) -> None:
    """The lower half of the form: the machine, where the archive goes, and how it is packed."""
    with _same_time():
        await _fill(pilot)
        pilot.app.screen.query_one("#packing").focus()


@scene()
async def the_create_problems(pilot: Pilot[None]) -> None:
    """A name that no VM knows and a file that is not there are told in their rows."""
    await press(pilot, "c")
    await add_part(pilot, "disks", "images/root.raw", "images/gone.qcow2")
    pilot.app.screen.query(".part-name").first(Input).value = "root"
    await drafted(pilot)


@scene()
async def the_create_question(pilot: Pilot[None]) -> None:
    """What will be read and written, a sentence a disk, and the warning about the one in use."""
    with _same_time():
        await _fill(pilot)
        await press(pilot, "ctrl+r")


@scene(sizes=BOTH)
async def the_disks_here(pilot: Pilot[None]) -> None:
    """The disks of a machine as a tree: size, kind, what they hold, where they are mounted."""
    with patch.object(machinedisks, "machine_disks", lambda: _MACHINE):
        await press(pilot, "c", "ctrl+l", "down", "down", "down")


@scene(sizes=BOTH, light=True)
async def the_creating(pilot: Pilot[None]) -> None:
    """A bar a disk and one in all, the zeros so far, and the map of the archive being born."""
    job = SteppedJob()
    await _start(pilot, job, 24)
    job.report(83 << 20, sum(IMAGES.values()), 700, 640, 9)
    await wait_for(pilot, lambda: bool(pilot.app.screen.query(".-running")))


@scene(sizes=BOTH, light=True)
async def the_created(pilot: Pilot[None]) -> None:
    """What was stored of each disk, the archive's size, and the keys that check and open it."""
    job = SteppedJob()
    await _start(pilot, job, 10_000)
    screen = pilot.app.screen
    assert isinstance(screen, creating.CreatingScreen)
    zeros = screen.query_one(IntakeTable).zero_so_far
    devices = tuple(
        CreatedDevice(disk.device, disk.device.clusters, 0, zeros(disk.device.dev_id))
        for disk in screen.plan.disks
    )
    job.end(CreateReport(screen.plan, devices, 46, 24_117_248, 812_000))
    await settle(pilot)


@scene()
async def the_failed_create(pilot: Pilot[None]) -> None:
    """Why there is no archive, in full, and that nothing is left of it."""
    job = SteppedJob()
    await _start(pilot, job, 24)
    job.end(
        TargetError(
            "the archive dump/vzdump-qemu-104-2026_11_22-23_01_09.vma.zst cannot be written: "
            "No space left on device; make room or choose another place"
        )
    )
    await settle(pilot)


async def _fill(pilot: Pilot[None]) -> None:
    await press(pilot, "c")
    await drafted(pilot)
    await add_part(pilot, "disks", *(f"images/{name}" for name in IMAGES))
    screen = pilot.app.screen
    screen.query("#disks .part-name").last(Input).value = "drive-efidisk0"
    screen.query_one("#vm-name", Input).value = "shop-db"
    screen.query_one("#vmid", Input).value = "104"
    screen.query_one("#disks .adder Input").focus()
    await drafted(pilot)


async def _start(pilot: Pilot[None], job: SteppedJob, stop_at: int) -> None:
    """Begin with a job that writes nothing and has come to an extent."""

    def make(_plan: CreatePlan, picture: Picture) -> JobFunction:
        with open_archive(Path("dump", SOUND)) as opened, suppress(CancelledError):
            verify(opened, visitors=(picture.map, Halt(stop_at)))
        return job()

    with _same_time(), patch.object(creating, "creating", make):
        await _fill(pilot)
        await press(pilot, "ctrl+r")
        await pilot.press("enter")


@contextmanager
def _same_time() -> Iterator[None]:
    """Plan archives that are always made at the same moment."""
    plan: Callable[..., CreatePlan] = partial(plan_create, ctime=_CTIME)
    with patch.object(draft, "plan_create", plan):
        yield
