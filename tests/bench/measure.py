"""Runs one command and measures it: seconds, processor time, memory."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Reading:
    """What one run took."""

    seconds: float
    cpu: float
    """Seconds of all processors together."""
    memory: int
    """Bytes that the largest of its processes had resident."""


def run(
    command: str,
    folder: Path,
    *,
    tells_seconds: bool = False,
    is_durable: bool = False,
    is_cold: bool = False,
) -> Reading:
    """Run a shell command twice, each time in a folder that is empty, and measure the second run.

    The first one warms what the second needs: its files, and the memory that it fills. Memory that
    was given back to the host would be slow at its first use, for one run and not another.

    Args:
        command: Replaces the shell if it is a single program.
        folder: Made anew before; what was in it is gone.
        tells_seconds: The command prints the seconds that count.
        is_durable: It waits for the disk, which shall have freed before what was removed.
        is_cold: Run it only once, whatever that says.

    Raises:
        RuntimeError: the command failed.
    """
    if not is_cold:
        _run(command, folder, is_durable)
    reading, told = _run(command, folder, is_durable)
    return replace(reading, seconds=float(told)) if tells_seconds else reading


def _run(command: str, folder: Path, is_durable: bool) -> tuple[Reading, bytes]:
    """Run a command in an empty folder; return what it took and what it printed."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    if is_durable:
        os.sync()
    # A program that is installed has its bytecode; the first run may write it.
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    words = ["bash", "-o", "pipefail", "-c", command]
    before = time.perf_counter()
    process = subprocess.Popen(words, cwd=folder, stdout=subprocess.PIPE, env=environment)
    assert process.stdout is not None
    with process.stdout as out:
        told = out.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - before
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{command}: ended with {process.returncode}")
    return Reading(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss << 10), told


def median(values: Sequence[float]) -> float:
    """Return the middle value, or the mean of the two in the middle."""
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2
