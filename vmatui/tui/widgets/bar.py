"""A bar of characters that says how much of something is done."""

from __future__ import annotations


def bar_parts(share: float, width: int) -> tuple[str, str]:
    """Return the done and the open part of a bar, together `width` columns.

    Args:
        share: From 0 to 1; full only when it is 1.
        width: Screen columns.
    """
    halves = int(min(max(share, 0.0), 1.0) * 2 * width)
    done = "━" * (halves // 2)
    if halves % 2:
        done += "╸"
    return done, "─" * (width - len(done))


def bar(share: float, width: int) -> str:
    """Return a bar in one piece."""
    return "".join(bar_parts(share, width))
