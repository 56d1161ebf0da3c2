"""`vmatui demo`: a small archive and a damaged one, made on the spot."""

from __future__ import annotations

import tempfile
from pathlib import Path

from vmatui.cli import diagnostics, output
from vmatui.cli.arguments import Arguments
from vmatui.engine.demo.demo import make_demo
from vmatui.errors import TargetError, printable


def run(arguments: Arguments) -> Path:
    """Make the demo archives and return the folder they are in; without the UI, print them."""
    folder = Path(arguments.folder or _new_folder())
    archives = make_demo(folder)
    if arguments.no_ui:
        output.write_lines(printable(str(path)) for path in archives)
    else:
        diagnostics.say(f"the demo archives are in {folder}; remove it when you are done")
    return folder


def _new_folder() -> str:
    try:
        return tempfile.mkdtemp(prefix="vmatui-demo-")
    except OSError as error:
        raise TargetError(
            f"no folder for temporary files can be written: {error.strerror}; name one for the demo"
        ) from error
