"""Every picture of the UI is as a person accepted it; `--snapshot-update` accepts a new one."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version

import pytest

from tests.tui.picturing import Scene, stage
from tests.tui.scenes import every_scene

PICTURED_WITH = "8.2.8"
"""The release of Textual that the pictures were taken with; others may draw a line differently."""


@pytest.fixture(autouse=True)
def same_textual(request: pytest.FixtureRequest) -> None:
    """Compare and update pictures only with the release they were taken with."""
    if version("textual") != PICTURED_WITH:
        if request.config.getoption("--snapshot-update"):
            pytest.fail(f"pictures are taken with textual=={PICTURED_WITH}", pytrace=False)
        pytest.skip(f"the pictures were taken with textual=={PICTURED_WITH}")


@pytest.mark.parametrize("scene", every_scene(), ids=lambda scene: scene.name)
def test_the_picture_is_as_accepted(scene: Scene, snap_compare: Callable[..., bool]) -> None:
    with stage():
        assert snap_compare(scene.app, terminal_size=scene.size, run_before=scene.perform)


@pytest.mark.parametrize("scene", every_scene(), ids=lambda scene: scene.name)
def test_every_scene_says_what_its_picture_must_show(scene: Scene) -> None:
    assert scene.play.__doc__
