"""Notices in this process whatever is written, made or started outside a folder or the null device.

An audit hook hears of every such call before it is made, whoever makes it; it cannot be taken out
again, so it belongs into a process of its own.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

_WRITES: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_PATHS: Final = {
    "os.mkdir": (0,),
    "os.rename": (0, 1),
    "os.link": (0, 1),
    "os.symlink": (1,),
    "os.remove": (0,),
    "os.rmdir": (0,),
    "os.truncate": (0,),
    "os.chmod": (0,),
    "os.chown": (0,),
}
"""Which of an event's arguments name what is changed."""
_STARTS: Final = ("subprocess.", "os.exec", "os.posix_spawn", "os.system", "socket.connect")


class Watch:
    """What was written outside the folder since the watch began."""

    def __init__(self, folder: Path) -> None:
        self._inside = f"{folder}/"
        self.intrusions: list[str] = []
        sys.addaudithook(self._hear)

    def _hear(self, event: str, arguments: tuple[object, ...]) -> None:
        if event == "open":
            path, _, flags = arguments
            if isinstance(flags, int) and flags & _WRITES:
                self._check(event, path)
        elif event in _PATHS:
            for position in _PATHS[event]:
                self._check(event, arguments[position])
        elif event.startswith(_STARTS):
            self.intrusions.append(f"{event} {arguments}")

    def _check(self, event: str, path: object) -> None:
        if isinstance(path, (str, bytes, os.PathLike)):
            whole = os.path.realpath(os.fsdecode(path))
            if whole != os.devnull and not f"{whole}/".startswith(self._inside):
                self.intrusions.append(f"{event} {whole}")
