"""The jobs: plain functions that know no screen, and what they all share."""

from __future__ import annotations
