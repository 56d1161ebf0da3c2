"""The command line: arguments in, text or JSON out. Never imports Textual."""

from __future__ import annotations
