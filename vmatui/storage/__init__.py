"""Where bytes come from and go to: archive sources, targets, what a path really is."""

from __future__ import annotations
