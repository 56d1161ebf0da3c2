"""Compressed streams: compressed bytes in, archive bytes and the checksum's verdict out."""

from __future__ import annotations
