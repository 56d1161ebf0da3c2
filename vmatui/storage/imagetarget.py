"""A device restored as a disk image in a format that qemu writes: qcow2, vmdk, vhdx, vdi.

A new image is written once, in its format, under a temporary name; an existing one is written
into as it is only where that was asked for.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from vmatui.errors import TargetError
from vmatui.storage.blockdev import inspect
from vmatui.storage.destination import ZeroPolicy
from vmatui.storage.inplace import InPlace
from vmatui.storage.newfile import NewFile
from vmatui.storage.qemuexport import QemuExport, create_image, repair_image
from vmatui.storage.targets import size_problem, target_error
from vmatui.storage.vmdkname import rename_in_vmdk


class _ImageTarget:
    """What a new and an existing image share: writing."""

    is_threaded = False

    def __init__(self, path: Path, size: int, format: str) -> None:
        self.place = str(path)
        self.size = size
        self._path = path
        self._format = format
        self._export: QemuExport | None = None

    def writev(self, offset: int, views: Sequence[memoryview]) -> None:
        """Write bytes from an offset on, up to the size."""
        self._opened().writing.writev(offset, views)

    def read(self, offset: int, length: int) -> bytes:
        """Return bytes of the disk in the image."""
        return self._opened().writing.read(offset, length)

    def sync(self) -> None:
        """Wait until everything is on the disk."""
        self._opened().writing.sync()

    def _start(self, file: Path) -> QemuExport:
        self._export = QemuExport(file, self.place, self.size, self._format)
        return self._export

    def _opened(self) -> QemuExport:
        assert self._export is not None
        return self._export

    def _end(self) -> None:
        """Sync the image and end qemu, unless that was done already."""
        if self._export is not None:
            self._export.finish()
            self._export = None

    def _abandon(self) -> None:
        export, self._export = self._export, None
        if export is not None:
            export.discard()


class NewImageTarget(_ImageTarget):
    """A new image, a `vmatui.storage.targets.Target`.

    Args:
        path: Its final place; a symbolic link there is refused.
        size: Bytes of the device.
        format: In qemu's words.
        disk_size: Bytes of the disk in the image, a whole number of sectors.
        overwrite: A file at `path` may be replaced, once the new one is complete.
    """

    def __init__(
        self, path: Path, size: int, format: str, *, disk_size: int, overwrite: bool
    ) -> None:
        super().__init__(path, size, format)
        self._disk_size = disk_size
        self._file = NewFile(path, overwrite=overwrite)

    def open(self) -> None:
        """Create the image under its temporary name, all zero."""
        self._file.create()
        self._make()

    def start_over(self) -> None:
        """Create the image in the place of the unfinished one."""
        self._file.create_again()
        self._make()

    def reopen(self, identity: str) -> None:
        """Open the unfinished image, if it is the one that was left."""
        self._file.reopen(identity)
        try:
            repair_image(self._file.temporary, self._path, self._format)
            self._start(self._file.temporary)
        except BaseException:
            self.suspend()
            raise

    @property
    def identity(self) -> str:
        """The number of the file in its file system."""
        return self._file.identity

    def prepare(self, tick: Callable[[int], None], cancelled: Callable[[], bool]) -> None:
        """Do nothing: a new image reads zero."""

    def finish(self) -> None:
        """Sync the image and give it its final name; its lock stays until `discard`."""
        self._end()
        self._name(self._path)
        self._file.publish()

    def discard(self) -> None:
        """Close the image and remove it, unless it is finished or kept."""
        self._abandon()
        self._file.discard()

    def suspend(self) -> None:
        """Close the image and leave it under its temporary name."""
        self._abandon()
        self._file.suspend()

    def keep_incomplete(self) -> str:
        """Sync and close the image and call it incomplete; return its path."""
        self._end()
        return self._file.keep_incomplete()

    def _make(self) -> None:
        try:
            create_image(self._file.temporary, self._path, self._format, self._disk_size)
            self._start(self._file.temporary)
        except BaseException:
            self.discard()
            raise

    def _name(self, path: Path) -> None:
        if self._format == "vmdk":
            try:
                rename_in_vmdk(self._file.fd, self._file.temporary.name, path.name)
            except OSError as error:
                raise target_error("finish", self.place, error) from error


class ExistingImageTarget(_ImageTarget, InPlace):
    """An image that is there already, a `vmatui.storage.targets.Target`.

    Args:
        path: The image; symbolic links are followed.
        size: Bytes of the device to restore.
        format: In qemu's words.
        zero: How it is made to read zero.
        allow_larger: Whether its disk may be more than `MAX_LARGER` larger.
    """

    def __init__(
        self, path: Path, size: int, format: str, zero: ZeroPolicy, *, allow_larger: bool
    ) -> None:
        super().__init__(path, size, format)
        self._zero = zero
        self._allow_larger = allow_larger

    def open(self) -> None:
        """Open the image; qemu locks it."""
        if occupation := inspect(self._path).occupation:
            raise TargetError(f"{self.place} is {occupation}; release it or choose another place")
        export = self._start(self._path)
        if problem := size_problem(export.room, self.size, allow_larger=self._allow_larger):
            self.discard()
            raise TargetError(f"{self.place} {problem}")

    @property
    def identity(self) -> str:
        """The number of the file in its file system."""
        return str(self._path.stat().st_ino)

    def prepare(self, tick: Callable[[int], None], cancelled: Callable[[], bool]) -> None:
        """Make the image read zero up to the size."""
        self._opened().writing.make_zero(self._zero, tick, cancelled)

    def finish(self) -> None:
        """Sync and close the image."""
        self._end()
        with self._path.open("rb") as file:
            os.fsync(file.fileno())

    def discard(self) -> None:
        """Close the image; what was in it before cannot be brought back."""
        self._abandon()
