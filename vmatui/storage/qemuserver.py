"""qemu's own NBD server for one image, over a connection that only we have.

The connection is made before qemu starts: nobody has to look whether qemu is ready, and qemu ends
with the connection, however we end. Nothing is left behind in any folder.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import IO, Final

from vmatui.errors import SourceError

_SCRIPT: Final = 'export LISTEN_FDS=1 LISTEN_PID=$$; exec "$0" "$@" 3<&0 </dev/null'
"""Hands a listening socket over as systemd does: as descriptor 3, to this very process."""
_WRITABLE: Final = ("--cache=writeback", "--discard=unmap", "--detect-zeroes=off")
_KEPT: Final = 4096
"""Bytes that are looked at of what qemu says."""
_GRACE: Final = 5.0
"""Seconds that qemu has to end after it closed the connection."""


def find_program(name: str, path: Path) -> str:
    """Return where one of qemu's programs is.

    Args:
        name: qemu-nbd or qemu-img.
        path: The image that it is needed for.

    Raises:
        SourceError: it is not installed.
    """
    program = shutil.which(name)
    if program is None:
        raise SourceError(
            f"{path} needs {name}, which is not installed: install the package qemu-utils, "
            "or take a raw image"
        )
    return program


class QemuServer:
    """A running qemu-nbd.

    Args:
        path: The image.
        format: In qemu's words.
        is_writable: Whether it may be written; zeros then make holes where they can.

    Raises:
        SourceError: qemu is not installed, or cannot be started.
    """

    def __init__(self, path: Path, format: str, *, is_writable: bool = False) -> None:
        program = find_program("qemu-nbd", path)
        options = _WRITABLE if is_writable else ("--read-only",)
        # An absolute path is never taken for a URL or an option.
        arguments = [*options, f"--format={format}", str(path.absolute())]
        with ExitStack() as undo:
            try:
                self._said: IO[bytes] = undo.enter_context(tempfile.TemporaryFile())
                listener, self.connection = _connected()
                undo.enter_context(self.connection)
                with listener:
                    self._process = subprocess.Popen(
                        ["/bin/sh", "-c", _SCRIPT, program, *arguments],
                        stdin=listener.fileno(),
                        stdout=subprocess.DEVNULL,
                        stderr=self._said,
                        start_new_session=True,
                    )
            except OSError as error:
                raise SourceError(
                    f"{path} cannot be opened: qemu-nbd does not start "
                    f"({error.strerror or error}); check the folder for temporary files"
                ) from error
            undo.pop_all()

    def said(self) -> list[str]:
        """Return the first lines that qemu said, once it has ended or after a while."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_GRACE)
        text = os.pread(self._said.fileno(), _KEPT, 0).decode(errors="replace")
        return [line.removeprefix("qemu-nbd: ") for line in text.split("\n") if line.strip()]

    def wait(self) -> int:
        """Wait until qemu has finished what it writes; return its exit status.

        The connection must be closed.
        """
        return self._process.wait()

    def close(self) -> None:
        """End qemu at once, whatever it would have to finish."""
        self.connection.close()
        self._process.kill()
        self._process.wait()
        self._said.close()


def _connected() -> tuple[socket.socket, socket.socket]:
    """Return a listening socket, and a connection to it that no other user can make."""
    folder = tempfile.mkdtemp(prefix="vmatui-")
    with ExitStack() as undo:
        undo.callback(shutil.rmtree, folder, ignore_errors=True)
        listener = socket.socket(socket.AF_UNIX)
        undo.enter_context(listener)
        connection = undo.enter_context(socket.socket(socket.AF_UNIX))
        address = str(Path(folder, "nbd"))
        listener.bind(address)
        listener.listen(1)
        connection.connect(address)
        undo.pop_all()
    shutil.rmtree(folder, ignore_errors=True)
    return listener, connection
