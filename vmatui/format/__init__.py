"""The bytes of a VMA archive: pure values in and out, no path, clock, thread or print."""

from __future__ import annotations
