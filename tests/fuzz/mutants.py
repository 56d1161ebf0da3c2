"""One mutated archive a seed: which base, what is done to it, and how it is packed."""

from __future__ import annotations

import gzip
import random
from dataclasses import dataclass
from typing import Final

from tests.fuzz.bases import Bases
from tests.fuzz.edits import EDITS, Edit
from tests.fuzz.fields import edit_extent, edit_header
from tests.sealing import TAIL, with_own_digest
from tests.streamdamage import zstd_frame

_PLAIN_EDITS: Final[tuple[Edit, ...]] = (*EDITS, *(edit_header, edit_extent) * 6)
_LARGEST: Final = 1 << 21
"""Bytes above which an archive is not made any longer."""
_DEEP: Final = 64
"""One archive in so many is tried deeply, which takes ten times as long."""
_RARE: Final = 4096
"""One packed archive in so many is a bomb, which takes a second."""


@dataclass(frozen=True)
class Mutant:
    """What is tried, and how."""

    data: bytes
    manifest: bytes
    """With which it is compared; empty where it is not."""
    is_deep: bool
    """Whether it is listed, compared and restored too."""


def mutant(seed: int, bases: Bases) -> Mutant:
    """Return the archive of a seed: always the same one from the same bases."""
    chance = random.Random(seed)
    data = _mutated(chance, bases)
    if chance.randrange(_DEEP):
        return Mutant(data, b"", is_deep=False)
    return Mutant(data, _manifest(chance, bases), is_deep=True)


def _mutated(chance: random.Random, bases: Bases) -> bytes:
    way = chance.randrange(16)
    if way < 6:
        packed = bases.packed if chance.randrange(_RARE) else bases.bombs
        data = bytearray(chance.choice(packed))
        _edit(data, chance, EDITS, chance.choice(bases.packed))
        return bytes(data)
    plain = bases.odd if way == 6 else bases.tiny
    data = bytearray(chance.choice(plain))
    _edit(data, chance, _PLAIN_EDITS, chance.choice(bases.tiny))
    return bytes(data) if way < 14 else _packed(bytes(data), chance)


def _manifest(chance: random.Random, bases: Bases) -> bytes:
    """Return a damaged manifest, mostly with its own digest made right again."""
    manifest = bytearray(chance.choice(bases.manifests))
    _edit(manifest, chance, EDITS, chance.choice(bases.manifests))
    whole = bytes(manifest)
    return with_own_digest(whole) if len(whole) > TAIL and chance.randrange(8) else whole


def _edit(data: bytearray, chance: random.Random, edits: tuple[Edit, ...], other: bytes) -> None:
    for _ in range(chance.choice((1, 1, 1, 2, 2, 3, 6))):
        if len(data) < _LARGEST:
            chance.choice(edits)(data, chance, other)


def _packed(data: bytes, chance: random.Random) -> bytes:
    """Pack what was damaged before, and now and then damage that too."""
    pack = chance.choice((zstd_frame, lambda data: gzip.compress(data, 1, mtime=0)))
    packed = bytearray(pack(data))
    if chance.randrange(4) == 0:
        chance.choice(EDITS)(packed, chance, bytes(packed))
    return bytes(packed)
