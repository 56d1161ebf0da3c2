"""HTML that is put together of elements; whatever is no element yet is text and is escaped.

Only `element` makes markup, so that nothing an archive holds can ever become a tag.
"""

from __future__ import annotations

from html import escape
from typing import Final

from vmatui.errors import printable

LONGEST: Final = 500
"""Characters of a text from outside that a page shows."""
_VOID: Final = frozenset({"meta"})


class Html(str):
    """Markup that is complete and safe as it stands."""

    __slots__ = ()


def element(name: str, /, *content: str, **attributes: str) -> Html:
    """Return an element.

    Args:
        name: Of the tag.
        content: Elements as they are, and text, which is escaped.
        attributes: By name; a trailing underscore is left out, others become hyphens.
    """
    words = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"'
        for key, value in attributes.items()
    )
    inside = "".join(part if isinstance(part, Html) else text(part) for part in content)
    return Html(f"<{name}{words}>" if name in _VOID else f"<{name}{words}>{inside}</{name}>")


def text(words: str) -> Html:
    """Return text as markup: one line, nothing that is not printable, not too much of it."""
    shown = words if len(words) <= LONGEST else f"{words[:LONGEST]}…"
    return Html(escape(printable(shown)))


def joined(*parts: Html) -> Html:
    """Return elements one after the other, a line each."""
    return Html("\n".join(parts))


def counted(number: int, noun: str) -> str:
    """Return `1 extent`, `2,000 extents`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
