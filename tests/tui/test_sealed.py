from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from tests.damage import flip, sound
from tests.sealing import sealed_file
from tests.tui.driving import drive, press
from vmatui.tui.app import VmaApp
from vmatui.tui.widgets.resultpanel import ResultPanel

FIRST = sound().extent_offsets[0] + 512


@pytest.mark.parametrize(
    ("is_rotten", "glyph", "told"),
    [
        (False, "✔", "sound: it matches the manifest of"),
        (True, "✘", "faulty: 1 cluster differs from the manifest of"),
    ],
)
def test_the_third_statement_tells_what_the_manifest_proves(
    is_rotten: bool, glyph: str, told: str, tmp_path: Path
) -> None:
    path = tmp_path / "a.vma"
    sealed_file(path, sound().build())
    if is_rotten:
        path.write_bytes(flip(sound().build(), FIRST))

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "v")
        panel = pilot.app.screen.query_one(ResultPanel)
        shown = [str(line.render()) for line in panel.query(Static)]
        (at,) = [number for number, text in enumerate(shown) if text.startswith(told)]
        assert shown[at - 1].startswith(glyph)

    drive(VmaApp(path), steps)
