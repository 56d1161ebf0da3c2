"""The few styles of text, as variables of the theme: dark and light come from there."""

from __future__ import annotations

from typing import Final

MUTED: Final = "$foreground 60%"
FAINT: Final = "$foreground 25%"
ACCENT: Final = "$text-primary"
TITLE: Final = "bold $text-primary"
GOOD: Final = "$text-success"
WARNING: Final = "$text-warning"
ERROR: Final = "$text-error"
