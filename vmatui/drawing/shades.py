"""How a cell looks, as one small number, in each of the views of the same clusters."""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from vmatui.drawing.cells import Bytes, Cells
from vmatui.format.layout import BLOCKS_PER_CLUSTER


class View(StrEnum):
    """What a map shows of its clusters."""

    CONTENT = "content"
    """How full."""
    HEALTH = "health"
    """What is sound and what is not."""
    ORDER = "order"
    """When in the archive it comes."""
    JOB = "job"
    """What is not read yet, what is being read now, what is done, what was read back."""


class Shade(IntEnum):
    """How a cell looks. Some are the first and last of 16 steps, `STEPS`."""

    OUTSIDE = 0
    """Past the device's end."""
    UNREAD = 1
    ZERO = 2
    FAINTEST = 3
    FULL = 18
    DOUBTFUL = 19
    DUPLICATE = 20
    MISSING = 21
    DAMAGED = 22
    DIFFERS = 23
    SOUND = 24
    PART = 25
    NOW = 26
    DONE = 27
    EARLIEST = 28
    LATEST = 43
    FIRST_DEVICE = 44
    LAST_DEVICE = 51
    CHECKED = 52


STEPS: Final = 16
"""Steps from `FAINTEST` to `FULL` and from `EARLIEST` to `LATEST`."""
DEVICES: Final = Shade.LAST_DEVICE - Shade.FIRST_DEVICE + 1
"""Devices with a colour of their own; further ones take the same again."""
FAULTS: Final = (Shade.DIFFERS, Shade.DAMAGED, Shade.MISSING, Shade.DUPLICATE, Shade.DOUBTFUL)
"""From the worst on."""


def is_fault(shade: int) -> bool:
    """Whether a shade stands for a fault."""
    return Shade.DOUBTFUL <= shade <= Shade.DIFFERS


def blocks(shade: int, mask: int, present: int) -> bytes:
    """Return a shade for each of the sixteen blocks of a cluster.

    Args:
        shade: Of the cluster; a fault shows on the blocks that are stored, or on all.
        mask: Which blocks are stored, bit 0 the first.
        present: How many blocks lie inside the device.
    """
    stored = shade if is_fault(shade) else Shade.SOUND
    is_told = not mask and shade in (Shade.UNREAD, Shade.MISSING, Shade.DAMAGED)
    empty = shade if is_told else Shade.ZERO
    looks = [stored if mask >> block & 1 else empty for block in range(present)]
    return bytes(looks).ljust(BLOCKS_PER_CLUSTER, bytes([Shade.OUTSIDE]))


def content(cells: Cells, *, complete: bool, has_doubts: bool = True) -> Bytes:
    """Shade cells by how full they are; a fault shows however few of a cell's clusters have it.

    Args:
        cells: To be shaded.
        complete: Whether the walk is over, so that an unseen cluster is missing.
        has_doubts: Whether doubt shows too.
    """
    steps = STEPS - 1
    look: Bytes = (Shade.FAINTEST + cells.blocks * steps // cells.most).astype(np.uint8)
    look[cells.blocks == 0] = Shade.ZERO
    return _with_faults(look, cells, complete=complete, has_doubts=has_doubts)


def health(cells: Cells, *, complete: bool) -> Bytes:
    """Shade cells by their worst cluster."""
    look = np.where(cells.blocks > 0, np.uint8(Shade.SOUND), np.uint8(Shade.ZERO))
    return _with_faults(look, cells, complete=complete)


def job(cells: Cells, recent: NDArray[np.bool_], *, complete: bool) -> Bytes:
    """Shade cells by how far the walk is with them.

    Args:
        cells: To be shaded.
        recent: Whether the walk has written near a cell a moment ago.
        complete: Whether the walk is over.
    """
    look = np.where(cells.unseen > 0, np.uint8(Shade.PART), np.uint8(Shade.DONE))
    look[cells.checked == cells.clusters] = Shade.CHECKED
    look[recent] = Shade.NOW
    return _with_faults(look, cells, complete=complete)


def order(cells: Cells, extents: NDArray[np.int64], last: int, *, complete: bool) -> Bytes:
    """Shade cells by the extent that brings their first cluster.

    Args:
        cells: To be shaded.
        extents: Number of that extent, -1 where none is known.
        last: Number of the last extent there is.
        complete: Whether the walk is over.
    """
    steps = np.clip(extents, 0, last) * STEPS // (last + 1)
    look: Bytes = (Shade.EARLIEST + steps).astype(np.uint8)
    unknown = extents < 0
    look[unknown] = Shade.MISSING if complete else Shade.UNREAD
    look[cells.clusters == 0] = Shade.OUTSIDE
    return look


def _with_faults(look: Bytes, cells: Cells, *, complete: bool, has_doubts: bool = True) -> Bytes:
    look[cells.unseen == cells.clusters] = Shade.UNREAD
    if has_doubts:
        look[cells.doubtful > 0] = Shade.DOUBTFUL
    look[cells.duplicate > 0] = Shade.DUPLICATE
    if complete:
        look[cells.unseen > 0] = Shade.MISSING
    look[cells.damaged > 0] = Shade.DAMAGED
    look[cells.differs > 0] = Shade.DIFFERS
    look[cells.clusters == 0] = Shade.OUTSIDE
    return look
