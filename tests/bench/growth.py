"""`python -m tests.bench.growth`: what much of everything takes, each in seconds and memory.

A terabyte of extents, thousands of archives, all the devices that an archive can have; and the
first screen of the UI.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import pty
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID

from tests.bench.measure import Reading, median, run
from tests.forge import Disk, Forge, forge
from vmatui.format.layout import CLUSTER_SIZE, FULL_MASK, SLOTS_PER_EXTENT
from vmatui.format.pack import pack_slots

_EXTENT: Final = 512 + SLOTS_PER_EXTENT * CLUSTER_SIZE
_SHOWN: Final = b"vzdump-qemu-100"
"""What the first screen says when it shows its archive."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One thing that is measured, in a folder of its own."""

    name: str
    wanted: float | None
    """Seconds."""
    measure: Callable[[Path], Reading]


def main() -> int:
    """Measure and print; the exit status is 1 if something took longer than wanted."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.growth", description=__doc__)
    parser.add_argument("--scale", type=float, default=1, help="0.01 makes a hundredth of all")
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    os.environ["PYTHONPATH"] = str(Path(__file__).parents[2])
    is_met = True
    for trial in _trials(arguments.scale):
        with tempfile.TemporaryDirectory(prefix="vmatui-growth-") as folder:
            readings = [trial.measure(Path(folder)) for _ in range(arguments.rounds)]
        seconds = median([reading.seconds for reading in readings])
        memory = max(reading.memory for reading in readings) >> 20
        wanted = "" if trial.wanted is None else f", wanted {trial.wanted}"
        _say(f"{trial.name}: {seconds:.2f} s{wanted}, {memory} MiB")
        is_met = is_met and (trial.wanted is None or seconds <= trial.wanted)
    return 0 if is_met else 1


def _trials(scale: float) -> Iterator[Trial]:
    for part in (4, 1):
        size = int((1 << 40) * scale / part)
        extents = max(size // _EXTENT, 1)
        name = f"verify --quick of {extents} extents ({extents * _EXTENT / 1e12:.2f} TB), cold"
        yield Trial(name, None, _quick(extents))
    archives = max(int(2000 * scale), 1)
    yield Trial(f"list a folder of {archives} archives", 2, _listing(archives))
    devices = max(int(254 * scale), 1)
    yield Trial(f"restore {devices} devices at once", None, _restoring(devices))
    yield Trial("first screen of the UI", 0.6, _first_screen)


def _quick(extents: int) -> Callable[[Path], Reading]:
    def measure(folder: Path) -> Reading:
        path = folder / "big.vma"
        if not path.exists():
            _write_sparse(path, extents)
        with path.open("rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        return run(f"{_PROGRAM} verify --quick {path} 2>/dev/null", folder / "run", is_cold=True)

    return measure


def _write_sparse(path: Path, extents: int) -> None:
    """Write the headers of an archive whose clusters are all stored; its data are a hole."""
    uuid = UUID(int=1)
    clusters = extents * SLOTS_PER_EXTENT
    made = Forge(uuid=uuid.bytes)
    made.add_device(1, "drive-scsi0", clusters * CLUSTER_SIZE)
    head = made.build()
    with path.open("wb") as file:
        file.write(head)
        for number in range(extents):
            first = FULL_MASK << 48 | 1 << 32 | number * SLOTS_PER_EXTENT
            file.seek(len(head) + number * _EXTENT)
            file.write(pack_slots(uuid, range(first, first + SLOTS_PER_EXTENT)))
        file.truncate(len(head) + extents * _EXTENT)
        os.fsync(file.fileno())


def _listing(archives: int) -> Callable[[Path], Reading]:
    def measure(folder: Path) -> Reading:
        place = folder / "dump"
        if not place.exists():
            place.mkdir()
            data = forge([Disk("drive-scsi0", bytes(CLUSTER_SIZE))], [("qemu-server.conf", b"")])
            for number in range(archives):
                name = f"vzdump-qemu-{100 + number}-2026_11_14-02_30_07.vma"
                (place / name).write_bytes(data)
        return run(f"{_PROGRAM} list {place}", folder / "run")

    return measure


def _restoring(devices: int) -> Callable[[Path], Reading]:
    def measure(folder: Path) -> Reading:
        path = folder / "many.vma"
        if not path.exists():
            disks = [folder / f"disk{number}" for number in range(devices)]
            for disk in disks:
                disk.write_bytes(os.urandom(1 << 20))
            subprocess.run(
                [*_PROGRAM.split(), "create", path, *disks], stdout=subprocess.DEVNULL, check=True
            )
        return run(f"{_PROGRAM} restore {path} out 2>/dev/null", folder / "run")

    return measure


def _first_screen(folder: Path) -> Reading:
    shutil.rmtree(folder / "dump", ignore_errors=True)
    _listing(1)(folder)
    begun = time.perf_counter()
    child, terminal = pty.fork()
    if not child:
        os.environ |= {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
        os.execv(sys.executable, [sys.executable, "-m", "vmatui", str(folder / "dump")])
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 60, 200, 0, 0))
    drawn = b""
    while _SHOWN not in drawn:
        drawn += os.read(terminal, 1 << 16)
    seconds = time.perf_counter() - begun
    os.kill(child, signal.SIGKILL)
    usage = os.wait4(child, 0)[2]
    os.close(terminal)
    return Reading(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss << 10)


_PROGRAM: Final = f"{sys.executable} -m vmatui"


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
