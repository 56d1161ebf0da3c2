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
}
"""What takes longer to load than a verb takes to run."""


@pytest.mark.parametrize(
    "words",
    [["list", "sound.vma"], ["config", "sound.vma"], ["verify", "sound.vma"], ["--help"], ["list"]],
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
        assert not {name for name in loaded if name.startswith("vmatui.engine.verify")}
