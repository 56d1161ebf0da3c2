"""Proxmox VE's side of a restore, played with a real FIFO and a real pipe.

It decompresses into `vma extract -v -r FIFO - DIR`, reads the list, and answers `CTIME:` with the
map. By then the configs must be in DIR, for it reads them first (VMA format, where archives come
from).
"""

from __future__ import annotations

import os
import re
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.cli.running import called_vma, start
from tests.tools import require_tool

_DEV = re.compile(r"^DEV:\sdev_id=(\d+)\ssize:\s(\d+)\sdevname:\s(\S+)$")
_CTIME = re.compile(r"^CTIME: ")

Sizes = Mapping[str, int]
"""Bytes of each device, by its name."""


class Restore:
    """A restore that is under way, or over.

    Args:
        process: It, with pipes for standard output and standard error.
        folder: Holds the FIFO and, when it is made, DIR.
    """

    def __init__(self, process: subprocess.Popen[bytes], folder: Path) -> None:
        self.process = process
        self.fifo = folder / "fifo"
        self.out = folder / "out"
        self.lines: list[str] = []
        """Of standard output, so far."""
        self.stderr = ""

    def read_list(self) -> Sizes:
        """Read standard output up to the line that asks for the map; return the devices."""
        assert self.process.stdout is not None
        sizes = {}
        for line in self.process.stdout:
            self.lines.append(line.decode().removesuffix("\n"))
            if found := _DEV.match(self.lines[-1]):
                sizes[found[3]] = int(found[2])
            if _CTIME.match(self.lines[-1]):
                return sizes
        raise AssertionError(f"no CTIME: {self.lines} {self.finish()} {self.stderr}")

    def read_configs(self) -> dict[str, bytes]:
        """Return what is in DIR."""
        return {path.name: path.read_bytes() for path in self.out.iterdir()}

    def answer(self, lines: Sequence[str]) -> None:
        """Write the lines of the map."""
        with self.fifo.open("w") as file:
            file.writelines(f"{line}\n" for line in lines)

    def finish(self) -> int:
        """Wait for the end; return the exit status."""
        stdout, stderr = self.process.communicate()
        self.lines += stdout.decode().splitlines()
        self.stderr = stderr.decode()
        return self.process.returncode


@contextmanager
def begun(archive: Path, folder: Path, *, is_packed: bool = True) -> Iterator[Restore]:
    """Start a restore; end what is left of it when the context ends.

    Args:
        archive: A file or FIFO.
        folder: To work in; gets `bin`, `fifo` and `out`.
        is_packed: Whether the archive is compressed by zstd.
    """
    os.mkfifo(folder / "fifo")
    (folder / "bin").mkdir()
    unpack = [require_tool("zstd"), "-q", "-d", "-c"] if is_packed else ["cat"]
    with subprocess.Popen([*unpack, str(archive)], stdout=subprocess.PIPE) as source:
        words = ["extract", "-v", "-r", f"{folder}/fifo", "-", f"{folder}/out"]
        process = start(words, program=[called_vma(folder / "bin")], stdin=source.stdout)
        assert source.stdout is not None
        source.stdout.close()
        try:
            yield Restore(process, folder)
        finally:
            process.kill()
            process.communicate()


def restored(
    archive: Path, folder: Path, answer: Callable[[Sizes], Sequence[str]], status: int = 0
) -> Restore:
    """Play a whole restore.

    Like Proxmox VE this opens the FIFO before it has read a word; that open waits for its reader.

    Args:
        archive: Compressed by zstd.
        folder: To work in.
        answer: Makes the targets, and returns the lines of the map but for `done`.
        status: The exit status that must come.
    """
    with begun(archive, folder) as restore:
        writers = []
        opener = threading.Thread(target=lambda: writers.append(restore.fifo.open("w")))
        opener.start()
        lines = answer(restore.read_list())
        opener.join()
        with writers[0] as file:
            file.writelines(f"{line}\n" for line in [*lines, "done"])
        assert restore.finish() == status, restore.stderr
    return restore
