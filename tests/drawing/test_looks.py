from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from vmatui.drawing.looks import (
    ASCII_GLYPHS,
    DARK_GROUND,
    GLYPHS,
    LIGHT_GROUND,
    PLAIN_GLYPHS,
    channels,
    looks_on,
    sixteen_colours,
    without_colour,
)
from vmatui.drawing.shades import FAULTS, Shade
from vmatui.drawing.terminal import abilities

# How the three kinds of dichromats see linear light (Viénot, Brettel and Mollon, 1999, and
# Machado, Oliveira and Fernandes, 2009).
DICHROMATS = {
    "protanopia": [[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]],
    "deuteranopia": [[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]],
    "tritanopia": [[1.256, -0.077, -0.179], [-0.078, 0.931, 0.148], [0.005, 0.691, 0.304]],
}


def seen(colour: str, kind: str) -> np.typing.NDArray[np.float64]:
    """Return a colour as a dichromat sees it, in CIE Lab."""
    light = np.array([(value / 255) ** 2.2 for value in channels(colour)])
    light = np.clip(np.array(DICHROMATS[kind]) @ light, 0, 1)
    to_xyz = np.array(
        [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    )
    x, y, z = np.cbrt(to_xyz @ light / [0.9505, 1, 1.089] + 1e-4)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("kind", DICHROMATS)
@pytest.mark.parametrize("dark", [True, False])
def test_the_faults_stay_distinct_for_colour_blind_people(kind: str, dark: bool) -> None:
    looks = looks_on(DARK_GROUND if dark else LIGHT_GROUND, dark=dark)
    grounds = [looks[fault].behind for fault in FAULTS]
    for one, other in combinations(grounds, 2):
        assert one is not None
        assert other is not None
        assert np.linalg.norm(seen(one, kind) - seen(other, kind)) > 12


def test_every_shade_has_a_glyph_and_a_look_everywhere() -> None:
    count = max(Shade) + 1
    for table in (
        GLYPHS,
        PLAIN_GLYPHS,
        ASCII_GLYPHS,
        sixteen_colours(),
        without_colour(),
        looks_on(DARK_GROUND, dark=True),
        looks_on(LIGHT_GROUND, dark=False),
    ):
        assert len(table) == count


@pytest.mark.parametrize("glyphs", [GLYPHS, PLAIN_GLYPHS, ASCII_GLYPHS])
def test_every_fault_has_a_glyph_of_its_own(glyphs: str) -> None:
    for fault in FAULTS:
        assert glyphs.count(glyphs[fault]) == 1
    assert ASCII_GLYPHS.isascii()


@pytest.mark.parametrize(
    ("environment", "has_unicode", "has_colour"),
    [
        ({}, True, True),
        ({"LANG": "de_DE.UTF-8", "TERM": "xterm-256color"}, True, True),
        ({"LANG": "C.UTF-8", "NO_COLOR": "1"}, True, False),
        ({"LANG": "C.UTF-8", "NO_COLOR": ""}, True, True),
        ({"LANG": "C.UTF-8", "LC_ALL": "C"}, False, True),
        ({"LANG": "POSIX"}, False, True),
        ({"TERM": "linux"}, False, True),
        ({"TERM": "dumb"}, False, False),
    ],
)
def test_the_environment_tells_what_the_terminal_can_show(
    environment: dict[str, str], has_unicode: bool, has_colour: bool
) -> None:
    able = abilities(environment)
    assert (able.has_unicode, able.has_colour) == (has_unicode, has_colour)
