"""Opening plain outputs, writing to them, and programs that do so on their own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from vmatui.storage.outputs import Output, open_output

OPEN = (
    "import os, sys\n"
    "from vmatui.storage.outputs import open_output\n"
    "output = open_output(sys.argv[1], compression=None, level=None, threads=0)\n"
    "output.open()\n"
)


def output_to(target: str | Path) -> Output:
    return open_output(str(target), compression=None, level=None, threads=0)


def names_in(folder: Path) -> set[str]:
    return {entry.name for entry in folder.iterdir()}


def write(output: Output, *pieces: bytes) -> None:
    output.writev([memoryview(piece) for piece in pieces])


def run_python(code: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)
