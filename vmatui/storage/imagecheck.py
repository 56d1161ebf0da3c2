"""Finds out whether an image is whole: what a cut file lacks, qemu reads as zeros."""

from __future__ import annotations

import os
import struct
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from vmatui.errors import SourceError
from vmatui.storage.imagefiles import Layer
from vmatui.storage.qemuserver import find_program
from vmatui.storage.reading import end_of, open_disk, read_full

_SOUND: Final = (0, 3, 63)
"""Exit statuses of a check: all is well, space is wasted, the format knows no check."""
_KEPT: Final = 4096
"""Bytes that are taken of what a check complains about."""
_VDI_OFFSET: Final = 344
_VDI: Final = struct.Struct("<I28xIIII")
"""Where the data start, bytes of a block, extra bytes of one, blocks in all, blocks there are."""


def check_whole(path: Path, layers: Sequence[Layer]) -> None:
    """Check an image and those that it is based on, by their own bookkeeping.

    Args:
        path: The image on top.
        layers: What `vmatui.storage.imagefiles.layers_of` says of it.

    Raises:
        SourceError: one of them is cut or damaged, or cannot be checked.
    """
    top, *others = layers
    files = [(path, top.format)]
    # Other names are URLs, and raw files have no bookkeeping.
    files += [
        (Path(layer.file), layer.format)
        for layer in others
        if layer.file.startswith("/") and layer.format != "raw"
    ]
    for file, format in files:
        complaint = _vdi_complaint(file) if format == "vdi" else _qemu_complaint(file, format)
        if complaint is not None:
            raise SourceError(
                f"{file} is cut or damaged ({complaint}): look at it with `qemu-img check`, "
                "or take an older copy"
            )


def _qemu_complaint(path: Path, format: str) -> str | None:
    program = find_program("qemu-img", path)
    command = [program, "check", "-q", "-f", format, str(path.absolute())]
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as process:
        assert process.stderr is not None
        try:
            said = process.stderr.read(_KEPT).decode(errors="replace")
            # Who has that much to complain about need not go on.
            process.stderr.close()
            status = process.wait()
        except BaseException:
            process.kill()
            raise
    if status in _SOUND:
        return None
    silent = f"its check ends with status {status}"
    line = next((line for line in said.split("\n") if line.strip()), silent)
    return line.removeprefix("qemu-img: ").removeprefix("ERROR: ").strip()


def _vdi_complaint(path: Path) -> str | None:
    """Compare a VDI file's size with its header, which qemu's check does not."""
    head = bytearray(_VDI_OFFSET + _VDI.size)
    fd = open_disk(path)
    try:
        read_full(fd, 0, memoryview(head))
        size = end_of(fd)
    except OSError as error:
        return error.strerror
    finally:
        os.close(fd)
    start, block, extra, _, blocks = _VDI.unpack_from(head, _VDI_OFFSET)
    needed = start + blocks * (block + extra)
    return None if size >= needed else f"it has {size} of {needed} bytes"
