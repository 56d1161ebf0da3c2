"""A disk image that qemu writes for us: started, written through NBD, and ended in good order."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vmatui.errors import SourceError, TargetError
from vmatui.storage.exportwriting import ExportWriting
from vmatui.storage.nbdstream import NbdClosedError, NbdError, NbdStream
from vmatui.storage.nbdwriter import NbdWriter
from vmatui.storage.qemuserver import QemuServer, find_program
from vmatui.storage.targets import target_error


def check_tools(path: Path) -> None:
    """Find out whether an image can be written.

    Raises:
        TargetError: qemu's programs are not installed.
    """
    with _as_target_error():
        for name in ("qemu-img", "qemu-nbd"):
            find_program(name, path)


def create_image(file: Path, path: Path, format: str, size: int) -> None:
    """Make an empty image of an empty file.

    Args:
        file: Becomes the image.
        path: What the user calls it.
        format: In qemu's words.
        size: Bytes of its disk, a whole number of sectors.

    Raises:
        TargetError: it cannot be made.
    """
    _qemu_img(path, "create", "-q", "-f", format, str(file.absolute()), str(size))


def repair_image(file: Path, path: Path, format: str) -> None:
    """Free the clusters that an image lost when its writer was killed; only qcow2 has such.

    Raises:
        TargetError: the image is damaged beyond that.
    """
    if format == "qcow2":
        _qemu_img(path, "check", "-q", "-r", "leaks", "-f", format, str(file.absolute()))


def virtual_size(path: Path, format: str) -> int:
    """Return the bytes of the disk in an image.

    Raises:
        TargetError: it cannot be looked at.
    """
    said = _qemu_img(path, "info", "--output=json", "-f", format, str(path.absolute()))
    size: int = json.loads(said)["virtual-size"]
    return size


class QemuExport:
    """An image under qemu's hands.

    Args:
        file: The image.
        place: What the user calls it.
        size: Bytes of the device that is restored to it.
        format: In qemu's words.

    Raises:
        TargetError: qemu cannot open it.
    """

    def __init__(self, file: Path, place: str, size: int, format: str) -> None:
        self._place = place
        with _as_target_error():
            self._server = QemuServer(file, format, is_writable=True)
        try:
            writer = NbdWriter(NbdStream(self._server.connection))
        except NbdError as error:
            reason = [*self._server.said(), str(error)][0]
            self._server.close()
            raise TargetError(f"cannot open {place}: {reason}; choose another place") from error
        self.writing = ExportWriting(place, size, writer, self._reason)
        """Writes to the image."""

    @property
    def room(self) -> int:
        """Bytes of the disk in the image."""
        return self.writing.writer.size

    def finish(self) -> None:
        """Sync the image and wait until qemu has ended.

        Raises:
            TargetError: it could not write everything.
        """
        self.writing.sync()
        self.writing.writer.close()
        if status := self._server.wait():
            said = "; ".join([f"qemu-nbd ended with status {status}", *self._server.said()])
            raise TargetError(f"cannot finish {self._place}: {said}; choose another place")
        self._server.close()

    def discard(self) -> None:
        """End qemu at once; never raises, may be called twice."""
        self._server.close()

    def _reason(self, error: NbdError) -> str:
        if isinstance(error, NbdClosedError):
            return "; ".join(["qemu-nbd ended", *self._server.said()])
        return str(error)


def _qemu_img(path: Path, *words: str) -> bytes:
    with _as_target_error():
        program = find_program("qemu-img", path)
    try:
        answer = subprocess.run(
            [program, *words], stdin=subprocess.DEVNULL, capture_output=True, check=False
        )
    except OSError as error:
        raise target_error(f"{words[0]} by qemu-img", path, error) from error
    if answer.returncode:
        said = answer.stderr.decode(errors="replace").strip().removeprefix("qemu-img: ")
        raise TargetError(f"qemu-img cannot {words[0]} {path}: {said}; choose another place")
    return answer.stdout


@contextmanager
def _as_target_error() -> Iterator[None]:
    """Turn the errors of what also reads images around: this image is a target."""
    try:
        yield
    except SourceError as error:
        raise TargetError(str(error)) from error
