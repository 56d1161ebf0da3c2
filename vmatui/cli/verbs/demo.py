"""`vmatui demo`: a small archive and a damaged one, made on the spot."""

from __future__ import annotations

import tempfile
from pathlib import Path

from vmatui.cli import diagnostics, output
from vmatui.cli.parser import Arguments
from vmatui.engine.demo import make_demo
from vmatui.errors import printable


def run(arguments: Arguments) -> Path:
    """Make the demo archives and return the folder they are in; without the UI, print them."""
    folder = Path(arguments.folder or tempfile.mkdtemp(prefix="vmatui-demo-"))
    archives = make_demo(folder)
    if arguments.no_ui:
        output.write_lines(printable(str(path)) for path in archives)
    else:
        diagnostics.say(f"the demo archives are in {folder}; remove it when you are done")
    return folder
