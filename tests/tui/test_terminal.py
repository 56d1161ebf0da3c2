"""The program in a real terminal, by its keys alone."""

from __future__ import annotations

import hashlib
import os
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.corpus import packed_corpus, small_corpus
from tests.forge import CLUSTER, UUID, Forge, ForgedExtent, ForgedSlot, noise
from tests.tools import require_tool

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0
"""Seconds after which a screen that did not come is taken for one that never will."""


class Terminal:
    """A terminal of 100 x 30 cells that runs the program in a folder."""

    def __init__(self, folder: Path) -> None:
        self._tmux = [require_tool("tmux"), "-L", f"vmatui-{os.getpid()}"]
        program = shlex.join([sys.executable, "-m", "vmatui"])
        variables = f"PYTHONPATH={shlex.quote(str(ROOT))} TERM=xterm-256color"
        command = f"cd {shlex.quote(str(folder))} && {variables} exec {program} ."
        self._run(
            "-f", "/dev/null", "new-session", "-d", "-s", "t", "-x", "100", "-y", "30", command
        )

    def press(self, *keys: str) -> None:
        """Press keys, in tmux's names for them."""
        self._run("send-keys", "-t", "t", *keys)

    def screen(self) -> str:
        """Return what is on the screen."""
        return self._run("capture-pane", "-p", "-t", "t")

    def wait_for(self, is_there: Callable[[str], object]) -> str:
        """Return the first screen that the condition is true of."""
        end = time.monotonic() + PATIENCE
        while not is_there(screen := self.screen()):
            assert time.monotonic() < end, screen
            time.sleep(0.02)
        return screen

    def close(self) -> None:
        """End whatever still runs."""
        subprocess.run([*self._tmux, "kill-server"], check=False, capture_output=True)

    def _run(self, *words: str) -> str:
        found = subprocess.run([*self._tmux, *words], check=True, capture_output=True, text=True)
        return found.stdout


@contextmanager
def terminal_in(folder: Path) -> Iterator[Terminal]:
    """Run the program on a folder until the end of the block."""
    terminal = Terminal(folder)
    try:
        yield terminal
    finally:
        terminal.close()


def start_restore(terminal: Terminal, name: str) -> None:
    """Go from the folder to a restore that runs."""
    terminal.wait_for(lambda screen: name in screen)
    terminal.press("Enter")
    terminal.wait_for(lambda screen: "Configs" in screen)
    terminal.press("r")
    terminal.wait_for(lambda screen: "nothing is written yet" in screen)
    terminal.press("C-r")
    terminal.wait_for(lambda screen: "Restore?" in screen)
    terminal.press("y")


def test_an_archive_is_restored_by_keys_alone(tmp_path: Path) -> None:
    wanted = [packed for packed in packed_corpus() if packed.path.name == "three.vma.zst"]
    packed = wanted[0] if wanted else small_corpus()[0]
    (tmp_path / packed.path.name).symlink_to(packed.path)
    with terminal_in(tmp_path) as terminal:
        start_restore(terminal, packed.path.name)
        # In one look a terminal may have got only half of a frame.
        terminal.wait_for(lambda screen: "is restored" in screen and "sound" in screen)
    (folder,) = (path for path in tmp_path.iterdir() if path.is_dir())
    for device in packed.archive.devices:
        image = folder / f"disk-{device.name}.raw"
        assert hashlib.sha256(image.read_bytes()).hexdigest() == device.sha256


def test_an_archive_is_created_by_keys_alone(tmp_path: Path) -> None:
    (tmp_path / "disk.raw").write_bytes(noise(CLUSTER))
    with terminal_in(tmp_path) as terminal:
        terminal.wait_for(lambda screen: "no VMA archive" in screen)
        terminal.press("c")
        terminal.wait_for(lambda screen: "Add a disk" in screen)
        terminal.press(*"disk.raw", "Enter")
        terminal.wait_for(lambda screen: "1 disk, 1 config: at most" in screen)
        terminal.press("C-r")
        terminal.wait_for(lambda screen: "Create this archive?" in screen)
        terminal.press("y")
        terminal.wait_for(lambda screen: "the archive is written" in screen)
        terminal.press("v")
        terminal.wait_for(lambda screen: "sound" in screen)
    assert len(list(tmp_path.glob("vzdump-qemu-100-*.vma.zst"))) == 1


def test_the_progress_of_a_restore_moves(tmp_path: Path) -> None:
    write_large_archive(tmp_path / "large.vma", clusters=12_000)
    seen: set[str] = set()

    def remember(screen: str) -> bool:
        seen.update(re.findall(r"(\d+) %", screen) if "Restoring" in screen else ())
        return "is restored" in screen

    with terminal_in(tmp_path) as terminal:
        start_restore(terminal, "large.vma")
        terminal.wait_for(remember)
    assert len(seen - {"0", "100"}) >= 2


def write_large_archive(path: Path, clusters: int) -> None:
    """Write an archive of one full disk without keeping it in memory."""
    forge = Forge()
    forge.add_device(1, "drive-scsi0", clusters * CLUSTER)
    data = noise(CLUSTER)
    with path.open("wb") as file:
        file.write(forge.build())
        for first in range(0, clusters, 58):
            numbers = range(first, min(first + 58, clusters))
            slots = [ForgedSlot(0xFFFF, 1, number, data) for number in numbers]
            file.write(ForgedExtent(slots).build(UUID))
