"""What every picture of the UI is made with: a scene, the stage it plays on, and the camera."""

from __future__ import annotations

import os
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from textual._doc import take_svg_screenshot
from textual.pilot import Pilot
from textual.widgets import Input

from tests.tui.driving import settle
from tests.tui.stage import dump_folder
from vmatui.engine.creating import createplan, createsentences
from vmatui.engine.indexing import regions
from vmatui.engine.restoring import planneddevice
from vmatui.storage.blockdev import PathFacts
from vmatui.tui import draft
from vmatui.tui.app import VmaApp

Size = tuple[int, int]
Play = Callable[[Pilot[None]], Awaitable[None]]

NARROW: Size = (80, 24)
WIDE: Size = (120, 36)
HUGE: Size = (200, 60)
BOTH = NARROW, WIDE
_GIB = 1 << 30


@dataclass(frozen=True)
class Scene:
    """A way to a picture."""

    name: str
    path: str
    """What the application is started on, inside the stage's folder."""
    play: Play
    size: Size
    theme: str
    has_colour: bool = True

    @property
    def app(self) -> VmaApp:
        """A new application for the scene."""
        if not self.has_colour:
            os.environ["NO_COLOR"] = "1"
        app = VmaApp(Path(self.path))
        app.theme = self.theme
        app.animation_level = "none"
        return app

    async def perform(self, pilot: Pilot[None]) -> None:
        """Play the scene up to its moment."""
        await settle(pilot)
        await self.play(pilot)
        await pilot.pause()


SCENES: list[Scene] = []


def scene(
    path: str = "dump",
    *,
    sizes: tuple[Size, ...] = (NARROW,),
    light: bool = False,
    colourless: bool = False,
) -> Callable[[Play], Play]:
    """Add a scene at some sizes, and once in light colours and without any if wanted."""

    def add(play: Play) -> Play:
        name = play.__name__.removeprefix("the_").replace("_", "-")
        for width, height in sizes:
            label = f"{name}-{width}x{height}"
            SCENES.append(Scene(label, path, play, (width, height), "textual-dark"))
        if light:
            size = WIDE if WIDE in sizes else sizes[-1]
            SCENES.append(Scene(f"{name}-light", path, play, size, "textual-light"))
        if colourless:
            label = f"{name}-colourless"
            SCENES.append(Scene(label, path, play, sizes[0], "textual-dark", has_colour=False))
        return play

    return add


@contextmanager
def stage() -> Iterator[None]:
    """Be in the folder with the backups, on a machine that is always the same."""
    before = Path.cwd()
    with ExitStack() as stack:
        stack.enter_context(patch.dict(os.environ))
        os.environ.pop("NO_COLOR", None)
        os.environ |= {"LC_ALL": "C.UTF-8", "TERM": "xterm-256color", "COLORTERM": "truecolor"}
        os.environ["TZ"] = "UTC"
        time.tzset()
        stack.enter_context(patch.object(Input, "_toggle_cursor", lambda _self: None))
        for module in (planneddevice, createplan, createsentences, draft):
            stack.enter_context(patch.object(module, "inspect", _inspect))
        stack.enter_context(patch.object(regions, "signature_of", _signature_of))
        os.chdir(dump_folder().parent)
        stack.callback(os.chdir, before)
        yield


def _inspect(path: Path) -> PathFacts:
    """Tell what is at a path of a machine that we made up."""
    path = path.absolute()
    if path.name == "sdc":
        return PathFacts(path, "block", 96 << 20, False, (), (), "ext4 file system", None)
    if path.name == "sdb":
        return PathFacts(path, "block", 96 << 20, False, ("/srv",), (), "ext4 file system", None)
    if path.suffix == ".raw" and path.is_file():
        users = ("kvm (process 2104)",) if path.stem == "data" else ()
        size = path.stat().st_size
        return PathFacts(path, "file", size, False, (), users, "GPT partition table", 118 * _GIB)
    return PathFacts(path, "absent", None, False, (), (), None, 118 * _GIB)


def _signature_of(start: bytes, _size: int) -> str | None:
    """Tell what a partition holds, on a machine without blkid too."""
    if start[1080:1082] == b"\x53\xef":
        return "ext4 file system"
    return "swap space" if start[4086:4096] == b"SWAPSPACE2" else None


def picture(shown: Scene) -> str:
    """Play a scene and return its SVG."""
    with stage():
        return take_svg_screenshot(
            shown.app, terminal_size=shown.size, run_before=shown.perform, simplify=False
        )
