"""Widgets that know values, not jobs."""

from __future__ import annotations
