"""Reading sources and codecs to their end, and data to pack that look like a disk."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from vmatui.storage.codecs.intake import Damage, DamagedStreamError, Decoded, Intake
from vmatui.storage.faults import SourceFault
from vmatui.storage.source import Source, open_source


def sample(size: int, seed: int = 1) -> bytes:
    """Return data that pack to about half: runs of noise, of text and of zeros."""
    chance = random.Random(seed)
    parts = []
    for number in range(-(-size // 4096)):
        kind = chance.randrange(3)
        text = b"line %d of a log that repeats itself\n" % number * 128
        parts.append((chance.randbytes(4096), text[:4096].ljust(4096), bytes(4096))[kind])
    return b"".join(parts)[:size]


def read_all(source: Source, *sizes: int) -> bytes:
    """Read to the end with views of these sizes a call, and say what a short call gave."""
    sizes = sizes or (60_000, 512)
    data = bytearray()
    while True:
        buffers = [bytearray(size) for size in sizes]
        got = source.readv([memoryview(buffer) for buffer in buffers])
        data += b"".join(buffers)[:got]
        if got < sum(sizes):
            return bytes(data)


@contextmanager
def opened(tmp_path: Path, data: bytes) -> Iterator[Source]:
    """Open a file with this content."""
    path = tmp_path / "archive"
    path.write_bytes(data)
    with open_source(path) as source:
        yield source


def read_file(tmp_path: Path, data: bytes) -> tuple[bytes, list[SourceFault], Source]:
    """Return what a file with this content gives, its faults, and the closed source."""
    with opened(tmp_path, data) as source:
        return read_all(source), source.take_faults(), source


def decode_all(
    decode: Callable[[Intake], Decoded], packed: bytes, chunk: int = 1 << 16
) -> tuple[list[bytes], list[Damage], bool | None]:
    """Run a codec; return its pieces, what it found wrong, and its verdict if it got that far."""
    at = 0

    def read(length: int) -> bytes:
        nonlocal at
        part = packed[at : at + min(length, chunk)]
        at += len(part)
        return part

    pieces: list[bytes] = []
    damages: list[Damage] = []
    decoded = decode(Intake(read, "test"))
    while True:
        try:
            piece = next(decoded)
        except StopIteration as end:
            return pieces, damages, end.value
        except DamagedStreamError as error:
            return pieces, [*damages, error.damage], None
        if isinstance(piece, bytes):
            pieces.append(piece)
        elif isinstance(piece, Damage):
            damages.append(piece)
