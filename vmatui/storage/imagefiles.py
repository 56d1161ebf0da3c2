"""Which files an image is read from: it may lie on others, and whoever made it chose them.

A backing file, the data file of a qcow2 image and the extents of a vmdk image are paths that the
image names, to anything that we may read. qemu opens them without a word.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from vmatui.errors import SourceError
from vmatui.storage.qemuserver import find_program

_PATIENCE: Final = 60.0
"""Seconds that qemu has to follow a chain; a file of it may lie on a network that is silent."""
_MOST: Final = 32 << 20
"""Bytes of an answer; one with every snapshot that a qcow2 image can have is shorter."""
_KEPT: Final = 4096
"""Bytes that are looked at of what qemu complains about."""
_OWN_ENDING: Final = r"-(flat|delta|sesparse|[sf]\d{3,})\.vmdk"
"""How the parts of a vmdk image are called, after its own name."""


class Layer(NamedTuple):
    """An image of a chain, the first of which is the one on top."""

    file: str
    """An absolute path, or what else qemu takes for a name: a URL, `json:` ...

    Bytes in it that are no text have become U+FFFD.
    """
    format: str
    parts: tuple[str, ...]
    """Further files that hold its data, named as in it."""


def layers_of(path: Path, format: str) -> tuple[Layer, ...]:
    """Return an image and all that it is based on.

    Args:
        path: An image that qemu could open.
        format: In qemu's words.

    Raises:
        SourceError: one of them cannot be looked at.
    """
    program = find_program("qemu-img", path)
    options = ["info", "--backing-chain", "--output=json", "-f", format]
    answer = _answer(path, [program, *options, str(path.absolute())])
    return tuple([_layer(image) for image in json.loads(answer)])


def other_files(layers: Sequence[Layer]) -> tuple[str, ...]:
    """Return the files that nobody sees who only knows the image on top, each once.

    The parts of a split vmdk image are left out where they are called after it and lie beside it.
    """
    names = dict.fromkeys(name for layer in layers for name in (layer.file, *_strangers(layer)))
    names.pop(layers[0].file)
    return tuple(names)


def _answer(path: Path, command: Sequence[str]) -> bytes:
    with tempfile.TemporaryFile() as said:
        with subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=said
        ) as process:
            answer = _read(process)
        if process.returncode:
            reason = os.pread(said.fileno(), _KEPT, 0).decode(errors="replace").strip()
            reason = reason or "qemu-img tells too much of it, or nothing in time"
            raise SourceError(f"{path} cannot be looked at: {reason}; check its files")
    return answer


def _read(process: subprocess.Popen[bytes]) -> bytes:
    """Return what a process prints; one that prints too much or takes too long fails."""
    assert process.stdout is not None
    late = threading.Timer(_PATIENCE, process.kill)
    late.start()
    try:
        answer = process.stdout.read(_MOST)
        process.stdout.close()
        process.wait()
    except BaseException:
        process.kill()
        raise
    finally:
        late.cancel()
    return answer


def _layer(image: Mapping[str, Any]) -> Layer:
    file = image["filename"]
    told = image.get("format-specific", {}).get("data", {})
    parts = [extent["filename"] for extent in told.get("extents", ())]
    if "data-file" in told:
        # qemu takes it from the current folder on, not from the image's.
        parts.append(told["data-file"])
    return Layer(file, image["format"], tuple([part for part in parts if part != file]))


def _strangers(layer: Layer) -> Iterator[str]:
    """Yield the parts of an image that do not go without saying."""
    if layer.format != "vmdk":
        yield from layer.parts
        return
    image = Path(layer.file)
    own = re.compile(re.escape(image.stem) + _OWN_ENDING)
    for part in layer.parts:
        path = Path(part)
        # A link could lead anywhere.
        if path.parent != image.parent or not own.fullmatch(path.name) or path.is_symlink():
            yield part
