"""Restores on the screen of a running restore, in a terminal of 200x60, with the map live.

`python -m tests.bench.screen ARCHIVE FOLDER` writes over what was restored to the folder before,
without a sync, and prints the seconds that it took.
"""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import sys
import termios
import threading
import time
from pathlib import Path

from tests.bench.job import plan_again
from vmatui import open_archive
from vmatui.engine.apart import worker
from vmatui.engine.archivefacts import look_into
from vmatui.engine.progress import ProgressFunction
from vmatui.tui import app
from vmatui.tui.jobs import Job
from vmatui.tui.messages import Done, JobEnded
from vmatui.tui.screens.running import RunningScreen
from vmatui.tui.walks import HANDS

_SETTLED = 1.0
"""Seconds from the first screen to the restore: what is measured is the drawing of a map that
lives, not how a screen is made."""
_SIZE = struct.pack("HHHH", 60, 200, 0, 0)


class _Restoring(RunningScreen):
    """Begins to restore once it has been painted, and remembers how long that took."""

    taken = 0.0

    def start(self, job: Job) -> Job:
        restore = job.function

        def timed(progress: ProgressFunction, cancel: threading.Event) -> object:
            begun = time.perf_counter()
            report = restore(progress, cancel)
            self.taken = time.perf_counter() - begun
            return report

        job.function = timed
        self.set_timer(_SETTLED, lambda: super(_Restoring, self).start(job))
        return job


class _Watched(app.VmaApp):
    """Begins with a restore, and ends with it."""

    CSS_PATH = str(Path(app.__file__).with_name("app.tcss"))

    def __init__(self, archive: Path, folder: Path) -> None:
        super().__init__()
        with open_archive(archive) as opened:
            plan = plan_again(opened.header, folder)
        facts = look_into(archive)
        self.first = _Restoring(facts, plan, lambda *_: None, lambda: plan)

    def get_default_screen(self) -> _Restoring:  # type: ignore[override]
        return self.first

    def on_job_ended(self, message: JobEnded) -> None:
        self.exit(return_code=0 if isinstance(message.outcome, Done) else 1)


def main(archive: str, folder: str) -> int:
    """Restore in a terminal that nobody looks at; return the exit status."""
    read, write = os.pipe()
    child, terminal = pty.fork()
    if not child:
        os.close(read)
        setattr(worker, "_CHILD", ("-m", "tests.bench.job", "child"))  # noqa: B010
        HANDS.prepare()
        os.environ |= {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
        watched = _Watched(Path(archive), Path(folder))
        watched.run()
        os.write(write, f"{watched.first.taken:.3f}\n".encode())
        os._exit(watched.return_code or 0)
    os.close(write)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, _SIZE)
    _drain(terminal)
    sys.stdout.write(os.read(read, 100).decode())
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _drain(terminal: int) -> None:
    """Take what is drawn, as fast as it comes."""
    try:
        while os.read(terminal, 1 << 16):
            pass
    except OSError:  # the other end is closed
        return


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
