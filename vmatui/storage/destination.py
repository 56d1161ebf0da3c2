"""Where a device goes and how: the words that a user, a script or Proxmox VE says it with.

A destination is only a wish; what a path really is, the plan finds out.
"""

from __future__ import annotations

import os
from enum import Enum
from pathlib import Path
from typing import Final, NamedTuple

STANDARD_OUTPUT: Final = "-"
_NBD: Final = ("nbd://", "nbd+unix://")


class ZeroPolicy(Enum):
    """How the clusters that hold only zeros get to a target."""

    SPARSE = "sparse"
    """Not at all: the target already reads as zeros."""
    ZERO = "zero"
    """The target is made to read zero first, with its space kept where it can be."""
    DISCARD = "discard"
    """The same, with the space given back where it then reads as zeros."""


class Destination(NamedTuple):
    """Where a device goes."""

    place: str
    """A path, an NBD URI (`nbd://HOST[:PORT]/[EXPORT]`, `nbd+unix:///[EXPORT]?socket=PATH`), or `-`
    for standard output."""
    format: str | None = None
    """raw, qcow2, vmdk, vhdx or vdi; None goes by the suffix of the path, else raw."""
    zero: ZeroPolicy | None = None
    """None takes what is right: sparse for what is new, discard for what was there before, which
    keeps a thin volume thin and reads zero like all that is zeroed."""
    limit: int | None = None
    """Bytes a second that are written at most; None for as fast as it goes."""
    group: str | None = None
    """Destinations of one group share a limit, the lowest that one of them has."""
    in_place: bool = False
    """Whether an existing image file is written into as it is, as Proxmox VE wants it with those
    that it has made, instead of being replaced in the end by a new one."""

    @property
    def full_place(self) -> str:
        """The place in words that mean the same in every folder."""
        return self.place if self.path is None else os.path.realpath(self.path)

    @property
    def path(self) -> Path | None:
        """The path; None for an NBD URI and for standard output."""
        if self.place == STANDARD_OUTPUT or self.place.startswith(_NBD):
            return None
        return Path(self.place)
