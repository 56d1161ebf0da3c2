"""How far an unfinished restore has come: which archive, which targets, and what is on the disk.

Everything before a checkpoint's position is in the targets and survives a loss of power. A
checkpoint is believed only if the archive's headers and samples of the targets agree with it.
"""

from __future__ import annotations

import hashlib
import json
from typing import Final, NamedTuple

from vmatui.errors import UsageError
from vmatui.format.header import Header

VERSION: Final = 1
MAX_SIZE: Final = 4 << 20
"""Bytes of a file that can be a checkpoint: 254 targets with all their samples."""
_SAMPLES: Final = 64


class Sample(NamedTuple):
    """Bytes of a target that are known."""

    offset: int
    length: int
    digest: str


class TargetState(NamedTuple):
    """One target, and what proves that it is still the one that was written."""

    dev_id: int
    place: str
    format: str
    identity: str
    """What the target says that it is; a file that was copied or made anew is another."""
    samples: tuple[Sample, ...] = ()

    def plus(self, sample: Sample) -> TargetState:
        """Return it with one more sample; of too many, every other one is dropped."""
        kept = self.samples if len(self.samples) < _SAMPLES else self.samples[::2]
        return self._replace(samples=(*kept, sample))


class Checkpoint(NamedTuple):
    """Where an unfinished restore can go on."""

    archive: str
    """Digest of what the archive header declares."""
    extents: int
    """Extents whose clusters are on the disk; 0 if nothing is known to be."""
    position: int
    """Archive offset in bytes at which the next extent starts."""
    digest: str
    """Over the headers of those extents."""
    targets: tuple[TargetState, ...]
    configs: tuple[str, ...] = ()
    """Identities of the files that get the configs, in their order."""


NOTHING: Final = Checkpoint("", extents=0, position=0, digest="", targets=())
"""Where every restore begins."""


def digest_of(data: bytes | memoryview) -> str:
    """Return the digest of bytes, in hexadecimal."""
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def identify_archive(header: Header) -> str:
    """Return a digest over all that a header declares, which is the same in every compression."""
    configs = [(config.name, digest_of(config.data)) for config in header.configs]
    devices = [(device.dev_id, device.name, device.size) for device in header.devices]
    told = [header.uuid.hex, header.ctime, header.size, devices, configs]
    return digest_of(json.dumps(told).encode())


def check_archive(header: Header, archive: str) -> None:
    """Make sure that what was planned was planned for the archive with this header.

    Args:
        header: Of the archive at hand.
        archive: `identify_archive` of the one that it was planned for.

    Raises:
        UsageError: that is another one.
    """
    if identify_archive(header) != archive:
        raise UsageError(
            f"the plan was made for another archive than that with the uuid {header.uuid}: "
            "plan this one anew"
        )


def pack_checkpoint(checkpoint: Checkpoint) -> bytes:
    """Return the checkpoint as the text of a file, its digest before it."""
    text = json.dumps({"version": VERSION, **_words(checkpoint)}, indent=1).encode()
    return f"vmatui restore {digest_of(text)}\n".encode() + text + b"\n"


def _words(checkpoint: Checkpoint) -> dict[str, object]:
    targets = [
        target._asdict() | {"samples": [sample._asdict() for sample in target.samples]}
        for target in checkpoint.targets
    ]
    return checkpoint._asdict() | {"targets": targets}


def parse_checkpoint(data: bytes) -> Checkpoint | None:
    """Return what a file says, or None if it is no whole checkpoint of this version."""
    first, _, text = data.partition(b"\n")
    text = text.removesuffix(b"\n")
    if first != f"vmatui restore {digest_of(text)}".encode():
        return None
    told = json.loads(text)
    if told.pop("version") != VERSION:
        return None
    targets = tuple(
        TargetState(**{**target, "samples": tuple(Sample(**each) for each in target["samples"])})
        for target in told.pop("targets")
    )
    configs = tuple(told.pop("configs"))
    return Checkpoint(targets=targets, configs=configs, **told)
