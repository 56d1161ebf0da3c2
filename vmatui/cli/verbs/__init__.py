"""One module a verb."""

from __future__ import annotations
