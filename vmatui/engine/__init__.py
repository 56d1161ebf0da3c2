"""The jobs: walk, check, map, verify, restore. Plain functions that know no screen."""

from __future__ import annotations
