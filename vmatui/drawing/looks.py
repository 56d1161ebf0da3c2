"""What each shade looks like: a glyph, and colours for dark and light grounds.

Glyphs alone tell every state, for screens without colour. The ramps grow ever brighter (on a dark
ground) or darker (on a light one), so that they read without telling hues apart; the faults differ
in lightness as well as in hue.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from vmatui.drawing.shades import DEVICES, STEPS, Shade, is_fault

GLYPHS: Final = (
    " ╱·" + "░" * 4 + "▒" * 4 + "▓" * 4 + "█" * 4 + "?=!×≠" + "▓▒◆█" + "█" * STEPS + "█" * DEVICES
)
"""By `Shade`, where colours tell the rest."""
PLAIN_GLYPHS: Final = (
    " ╱·"
    + "░" * 4
    + "▒" * 4
    + "▓" * 4
    + "█" * 4
    + "?=!×≠"
    + "▓▒◆█"
    + "0123456789abcdef"
    + "ABCDEFGH"
)
"""By `Shade`, without colours."""
ASCII_GLYPHS: Final = (
    " /."
    + ":" * 4
    + "+" * 4
    + "%" * 4
    + "#" * 4
    + "?=!xX"
    + "o~*o"
    + "0123456789abcdef"
    + "ABCDEFGH"
)
"""By `Shade`, where nothing but ASCII can be shown."""

DARK_GROUND: Final = "#121212"
LIGHT_GROUND: Final = "#ffffff"
DARK_INKS: Final = ("#e0e0e0", "#8492a6")
"""For text on the dark ground, and for text that steps back."""
LIGHT_INKS: Final = ("#202020", "#6b747d")
_DARK_RAMP: Final = ("#2d5a94", "#3487a5", "#43b4a8", "#86d6b0", "#e0f6dc")
_LIGHT_RAMP: Final = ("#84cabf", "#4fafb4", "#2f849f", "#2c5a8c", "#232f5e")
_DARK_ORDER: Final = ("#4a3a8c", "#8a4c9e", "#c9607f", "#ee9355", "#fbe28a")
_LIGHT_ORDER: Final = ("#f0b45a", "#e07a5f", "#b84c7d", "#7a3b8f", "#35215c")
_DARK_DEVICES: Final = (
    "#56b4e9", "#e69f00", "#2fb58c", "#f0e442", "#cc79a7", "#4a86c8", "#d9703a", "#a0a8b0",
)  # fmt: skip
_LIGHT_DEVICES: Final = (
    "#2b7fb8", "#c98300", "#00855f", "#b8a800", "#b05a88", "#0f4f86", "#b34700", "#6b747d",
)  # fmt: skip
_FIRST_STEP: Final = 0.5
"""How far the faintest step is from the ground towards the ramp's first colour."""
_TEXTURE: Final = 0.22
"""How much of the ground shows between the dots of a shade glyph."""


class Look(NamedTuple):
    """The colours of a shade, `#rrggbb`; None leaves what is there."""

    colour: str | None = None
    behind: str | None = None
    is_bold: bool = False


def looks_on(ground: str, *, dark: bool) -> tuple[Look, ...]:
    """Return a look for each `Shade`; what holds no data leaves the ground as it is.

    Args:
        ground: The background, `#rrggbb`.
        dark: Whether it is a dark one.
    """
    first, *rest = _DARK_RAMP if dark else _LIGHT_RAMP
    ramp = spread((blend(ground, first, _FIRST_STEP), first, *rest), STEPS)
    order = spread(_DARK_ORDER if dark else _LIGHT_ORDER, STEPS)
    sound, part, done = (
        ("#2f7f86", "#3c6c9c", "#3a8a86") if dark else ("#74bdb8", "#7fb0d8", "#58aaa6")
    )
    return (
        Look(),
        Look("#3d4652" if dark else "#c3c9d1"),
        Look("#8492a6" if dark else "#7d8797"),
        *(_filled(colour, ground) for colour in ramp),
        Look("#1b1500", "#e8a33d", True),
        Look("#1a1400", "#f7dd4a", True),
        Look("#2b0018", "#e377b8", True),
        Look("#ffffff", "#c4261d", True),
        Look("#ffffff", "#7b3fc4", True),
        _filled(sound, ground),
        _filled(part, ground),
        Look("#1a1400" if dark else "#ffffff", "#f2f6a8" if dark else "#22306b", True),
        _filled(done, ground),
        *(Look(colour, colour) for colour in order),
        *(Look(colour, colour) for colour in (_DARK_DEVICES if dark else _LIGHT_DEVICES)),
    )


def without_colour() -> tuple[Look, ...]:
    """Return looks for a screen without colours: only faults stand out, in bold."""
    return tuple(
        Look(is_bold=is_fault(shade) or shade == Shade.NOW) for shade in range(len(GLYPHS))
    )


def sixteen_colours() -> tuple[Look, ...]:
    """Return looks for a terminal with the sixteen colours that all have, by their names."""
    ramp = ("blue", "cyan", "bright_cyan", "bright_white")
    order = ("magenta", "bright_magenta", "bright_yellow", "bright_white")
    devices = ("cyan", "yellow", "green", "bright_yellow", "magenta", "blue", "red", "white")
    quarter = STEPS // len(ramp)
    return (
        Look(),
        Look("bright_black"),
        Look("white"),
        *(Look(ramp[step // quarter]) for step in range(STEPS)),
        Look("black", "bright_yellow", True),
        Look("black", "yellow", True),
        Look("bright_white", "magenta", True),
        Look("bright_white", "red", True),
        Look("bright_white", "blue", True),
        Look("cyan"),
        Look("blue"),
        Look("black", "bright_white", True),
        Look("cyan"),
        *(Look(order[step // quarter]) for step in range(STEPS)),
        *(Look(colour) for colour in devices),
    )


def blend(first: str, second: str, share: float) -> str:
    """Return a colour between two, `share` of the way to the second."""
    mixed = [
        round(low + (high - low) * share)
        for low, high in zip(channels(first), channels(second), strict=True)
    ]
    return "#{:02x}{:02x}{:02x}".format(*mixed)


def channels(colour: str) -> tuple[int, int, int]:
    """Return red, green and blue, 0 to 255."""
    red, green, blue = bytes.fromhex(colour[1:])
    return red, green, blue


def spread(stops: Sequence[str], steps: int) -> list[str]:
    """Return colours evenly spread from the first stop to the last."""
    pairs = list(pairwise(stops))
    places = [step * len(pairs) / (steps - 1) for step in range(steps)]
    indices = [min(int(place), len(pairs) - 1) for place in places]
    return [
        blend(*pairs[index], place - index) for place, index in zip(places, indices, strict=True)
    ]


def _filled(colour: str, ground: str) -> Look:
    return Look(colour, blend(colour, ground, _TEXTURE))
