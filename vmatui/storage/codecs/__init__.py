"""Compressed streams: compressed bytes in, archive bytes and the checksum's verdict out."""

from __future__ import annotations

from collections.abc import Callable

from vmatui.storage.codecs.intake import Decoded, Intake
from vmatui.storage.faults import Compression


def decoder_of(compression: Compression) -> Callable[[Intake], Decoded]:
    """Return the function that decodes a compression, loading no other one's library.

    Raises:
        ValueError: There is nothing to decode: the compression is NONE.
    """
    match compression:
        case Compression.ZSTD:
            from vmatui.storage.codecs import zstd

            return zstd.decode
        case Compression.GZIP:
            from vmatui.storage.codecs import gzip

            return gzip.decode
        case Compression.LZOP:
            from vmatui.storage.codecs import lzop

            return lzop.decode
        case Compression.BZIP2:
            from vmatui.storage.codecs import bzip2

            return bzip2.decode
        case Compression.XZ:
            from vmatui.storage.codecs import xz

            return xz.decode
        case Compression.NONE:
            raise ValueError("a plain archive is not decoded")
