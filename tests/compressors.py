"""Compression as backup jobs and people do it, never by the libraries that vmatui decodes with."""

from __future__ import annotations

import bz2
import gzip
import lzma
import subprocess
from collections.abc import Callable
from pathlib import Path

from tests.tools import require_tool


def _through(data: bytes, program: str, *arguments: str) -> bytes:
    command = [require_tool(program), *arguments]
    return subprocess.run(command, input=data, capture_output=True, check=True).stdout


def as_zstd(data: bytes, *arguments: str) -> bytes:
    """Compress from a pipe as a backup job does: content checksum, no content size."""
    return _through(data, "zstd", "-q", "-c", *arguments)


def as_gzip(data: bytes) -> bytes:
    """Compress into one gzip member."""
    return gzip.compress(data, mtime=0)


def as_lzop(data: bytes, *arguments: str) -> bytes:
    """Compress as a backup job does."""
    return _through(data, "lzop", "-q", "-c", *arguments)


def as_bzip2(data: bytes) -> bytes:
    """Compress as people do by hand."""
    return bz2.compress(data)


def as_xz(data: bytes) -> bytes:
    """Compress as people do by hand."""
    return lzma.compress(data, preset=0)


COMPRESSORS: dict[str, Callable[[bytes], bytes]] = {
    "none": bytes,
    "zstd": as_zstd,
    "gzip": as_gzip,
    "lzop": as_lzop,
    "bzip2": as_bzip2,
    "xz": as_xz,
}


def decompressed(path: Path) -> bytes:
    """Return what a .zst, .gz or .lzo file holds, by the program that goes with it."""
    program = {".zst": "zstd", ".gz": "gzip", ".lzo": "lzop"}[path.suffix]
    return _through(path.read_bytes(), program, "-q", "-d", "-c")
