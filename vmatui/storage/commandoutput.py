"""An archive into a shell command, whose exit status says whether it arrived.

The command has a session of its own: a Ctrl-C at the terminal reaches it only through us, and
when the archive is given up it is killed before its input ends, so that it never takes a part of
the archive for all of it.
"""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import IO, Final

from vmatui.errors import TargetError
from vmatui.storage.streaming import write_on

_KEPT: Final = 4096
"""Last bytes that are kept of what the command says."""
_GRACE: Final = 5.0
"""Seconds that a command has to end once it has closed its input."""


class CommandOutput:
    """The standard input of a command, a `vmatui.storage.outputs.Output`.

    Args:
        command: Run by `/bin/sh -c`. What it prints goes where ours goes, unless that is a
            terminal; what it says on its standard error is told when it fails.
    """

    def __init__(self, command: str) -> None:
        self.name = f"the command `{command}`"
        self.written = 0
        self._command = command
        self._process: subprocess.Popen[bytes] | None = None
        self._listener: _Listener | None = None

    def open(self) -> None:
        """Start the command."""
        try:
            process = subprocess.Popen(
                ["/bin/sh", "-c", self._command],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL if os.isatty(1) else None,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            raise TargetError(f"{self.name} cannot be run: {error}; check it") from error
        self._process = process
        assert process.stderr is not None
        self._listener = _Listener(process.stderr)

    def writev(self, views: Sequence[memoryview]) -> None:
        """Write to the command, waiting for it."""
        try:
            self.written += write_on(self._stdin().fileno(), views)
        except OSError as error:
            raise self._failure() from error

    def finish(self) -> None:
        """End its input and wait until it has ended; its exit status counts."""
        assert self._process is not None
        pipe = self._stdin()
        # The pipe's other end, to see afterwards whether the command read to its end.
        rest = os.open(f"/proc/self/fd/{pipe.fileno()}", os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            pipe.close()
            if self._process.wait() or os.read(rest, 1):
                raise self._failure()
        finally:
            os.close(rest)
        self._forget()

    def discard(self) -> None:
        """Kill the command and everything that it started."""
        if self._process is None:
            return
        # Before it was waited for, its number cannot belong to anyone else.
        if self._process.returncode is None:
            with suppress(OSError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._forget()

    def _stdin(self) -> IO[bytes]:
        assert self._process is not None
        assert self._process.stdin is not None
        return self._process.stdin

    def _failure(self) -> TargetError:
        """Say how the command failed, once it has ended or after a while."""
        assert self._process is not None
        assert self._listener is not None
        try:
            status: int | None = self._process.wait(_GRACE)
        except subprocess.TimeoutExpired:
            status = None
        said = self._listener.last_line()
        return TargetError(f"{self.name} {_manner(status)}{f': {said}' if said else '; check it'}")

    def _forget(self) -> None:
        with suppress(OSError):
            self._stdin().close()
        self._process = None


class _Listener:
    """Reads what a command says, so that it never waits for us, and keeps the end of it."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self._pipe = pipe
        self._tail = b""
        self._thread = threading.Thread(target=self._listen, name="vmatui-stderr", daemon=True)
        self._thread.start()

    def last_line(self) -> str:
        """Return the last line that is not empty, once the pipe has ended or after a while."""
        self._thread.join(_GRACE)
        lines = self._tail.decode(errors="replace").split("\n")
        return next((line.strip() for line in reversed(lines) if line.strip()), "")

    def _listen(self) -> None:
        with self._pipe:
            while data := os.read(self._pipe.fileno(), _KEPT):
                self._tail = (self._tail + data)[-_KEPT:]


def _manner(status: int | None) -> str:
    """Say how a command ended, None if it did not, as after its name."""
    if status is None or status == 0:
        return "stopped reading before the end of the archive"
    if status < 0:
        return f"was killed by signal {-status}"
    return f"failed with exit status {status}"
