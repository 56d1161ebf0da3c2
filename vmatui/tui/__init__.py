"""The terminal UI: app > screens > widgets."""

from __future__ import annotations
