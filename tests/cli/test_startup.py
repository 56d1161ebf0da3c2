from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.running import ROOT

HEAVY = {
    "textual",
    "textual_fspicker",
    "rich",
    "numpy",
    "humanize",
    "asyncio",
    "importlib.metadata",
    "backports.zstd",
    "compression.zstd",
    # Each class that one makes costs a millisecond: values on this way are named tuples.
    "dataclasses",
    "inspect",
    "logging",
    "subprocess",
    "tempfile",
    "concurrent.futures",
    "ctypes",
}
"""What takes longer to load than a verb takes to run."""


@pytest.mark.parametrize(
    "words",
    [
        ["list", "sound.vma"],
        ["config", "sound.vma"],
        ["verify", "sound.vma"],
        ["restore", "sound.vma", "out"],
        ["--help"],
        ["list"],
    ],
    ids=" ".join,
)
def test_a_verb_starts_without_what_only_the_ui_needs(words: list[str], folder: Path) -> None:
    code = (
        "import sys; from vmatui.__main__ import main; status = main()\n"
        "print(*sys.modules, sep='\\n', file=open('modules', 'w')); sys.exit(status)"
    )
    command = [sys.executable, "-c", code, *words]
    done = subprocess.run(command, env={"PYTHONPATH": str(ROOT)}, capture_output=True, check=False)
    assert done.returncode == (2 if words == ["list"] else 0)
    loaded = set(Path("modules").read_text().split())
    assert "vmatui.cli.parser" in loaded
    assert not loaded & HEAVY
    if words[0] == "list":
        assert not {name for name in loaded if name.startswith("vmatui.engine.checking.verify")}


def test_the_first_screen_waits_for_nothing_that_only_an_open_archive_needs() -> None:
    code = "import sys, vmatui.tui.app; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=True,
        text=True,
    )
    loaded = set(done.stdout.split())
    assert "vmatui.tui.screens.folder" in loaded
    assert not loaded & {"numpy", "textual_fspicker", "vmatui.tui.screens.archive"}
