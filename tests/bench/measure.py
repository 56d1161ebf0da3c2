"""Runs one command and measures it: seconds, processor time, memory."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_TOUCH: Final = """
import mmap, sys
size = int(sys.argv[1])
memory = mmap.mmap(-1, size)
memory[:: mmap.PAGESIZE] = bytes(len(range(0, size, mmap.PAGESIZE)))
"""


@dataclass(frozen=True, slots=True)
class Reading:
    """What one run took."""

    seconds: float
    cpu: float
    """Seconds of all processors together."""
    memory: int
    """Bytes that the largest of its processes had resident."""


def run(command: str, folder: Path, warm: int, *, tells_seconds: bool = False) -> Reading:
    """Run a shell command in a folder that is empty, and measure it.

    Args:
        command: Replaces the shell if it is a single program.
        folder: Made anew before; what was in it is gone.
        warm: Bytes of memory that are touched first, as many as the run will fill: memory that
            was given back to the host would be slow at its first use, for one run and not another.
        tells_seconds: The command prints the seconds that count.

    Raises:
        RuntimeError: the command failed.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    os.sync()
    _touch(warm)
    before = time.perf_counter()
    process = subprocess.Popen(
        ["bash", "-o", "pipefail", "-c", command], cwd=folder, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    with process.stdout as out:
        told = out.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - before
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{command}: ended with {process.returncode}")
    if tells_seconds:
        seconds = float(told)
    return Reading(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss << 10)


def median(values: Sequence[float]) -> float:
    """Return the middle value, or the mean of the two in the middle."""
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def _touch(size: int) -> None:
    """Touch every page of so much memory, in a process whose size nobody measures."""
    subprocess.run([sys.executable, "-c", _TOUCH, str(size)], check=True)
