"""What a map looks like, without a screen: counts, cells, glyphs, colours, pictures.

Both doors draw with it; only here and in the UI numpy is imported, so the command line imports this
room only when it draws.
"""

from __future__ import annotations
