from __future__ import annotations

import os
import pty
from pathlib import Path

import pytest

from tests.cli.running import start
from vmatui.cli.bar import in_words
from vmatui.engine.progress import Phase, Progress


@pytest.mark.parametrize(
    ("progress", "words"),
    [
        (
            Progress(Phase.READING, 3 << 20, 12 << 20, elapsed=1.0),
            "3.0 MiB of 12.0 MiB, 3.0 MiB/s, 3 seconds left",
        ),
        (Progress(Phase.READING, 1 << 30, None, elapsed=2.0), "1.0 GiB, 512.0 MiB/s"),
        (
            Progress(Phase.READING, 1024, None, errors=2, elapsed=1.0),
            "1.0 KiB, 1.0 KiB/s, 2 errors",
        ),
        (Progress(Phase.SYNCING, 1, 3), "1 of 3"),
    ],
)
def test_progress_is_told_in_words(progress: Progress, words: str) -> None:
    assert in_words(progress) == words


def test_a_terminal_sees_a_bar_that_is_gone_in_the_end(folder: Path) -> None:
    ours, theirs = pty.openpty()
    process = start(["verify", "sound.vma"], stderr=theirs, env={"TERM": "xterm", "COLUMNS": "100"})
    stdout, _ = process.communicate()
    os.close(theirs)
    shown = os.read(ours, 1 << 16).decode()
    os.close(ours)
    assert process.returncode == 0
    assert stdout == b""
    assert "reading" in shown
    assert "151.0 KiB of 151.0 KiB" in shown
    last = shown.rsplit("\x1b[", 1)[1]
    assert "structure: sound" in last
    assert "KiB" not in last
