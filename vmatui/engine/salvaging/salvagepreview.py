"""What a salvage would get back, found out without writing anything."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import NamedTuple

from vmatui.engine.progress import Meter, ProgressFunction, ignore
from vmatui.engine.salvaging.copies import Copy, best_copy
from vmatui.engine.salvaging.copywalk import walk_copy
from vmatui.engine.salvaging.holding import Holdings, new_holdings
from vmatui.engine.salvaging.salvager import Salvager
from vmatui.engine.salvaging.salvagereport import DeviceSalvage, device_salvage, notes_of


class SalvagePreview(NamedTuple):
    """What a salvage would get back; nothing was written."""

    copies: tuple[str, ...]
    notes: tuple[str, ...]
    """What was done to damaged headers."""
    configs: tuple[str, ...]
    """Names of those that are there."""
    devices: tuple[DeviceSalvage, ...]
    is_header_whole: bool
    is_full: bool
    """Whether every byte was read; else cut and unreadable data may be counted as sound."""

    @property
    def is_complete(self) -> bool:
        """Whether nothing would be missing or in doubt."""
        return self.is_header_whole and all(device.is_whole for device in self.devices)


def preview_salvage(
    copies: Sequence[Copy],
    *,
    progress: ProgressFunction = ignore,
    cancel: threading.Event | None = None,
) -> SalvagePreview:
    """Say what a salvage would get back, and write nothing.

    Of copies that can be seeked only the headers are read, of others everything.

    Args:
        copies: Open; they are read to their ends and not closed.
        progress: Gets a value about ten times a second and one at the end, for each copy.
        cancel: Stops the job soon after it is set.

    Raises:
        CancelledError: `cancel` was set.
        SourceError: a copy cannot be read any further.
    """
    stop, meter = cancel or threading.Event(), Meter(progress)
    header = best_copy(copies).archive.header
    holdings = new_holdings(header, len(copies))
    for number, copy in enumerate(copies):
        walk_copy(copy, header, Salvager(holdings, number), [], meter, stop, is_quick=True)
    is_full = not any(copy.archive.source.seekable for copy in copies)
    return preview_of(copies, holdings, is_full=is_full)


def preview_of(copies: Sequence[Copy], holdings: Holdings, *, is_full: bool) -> SalvagePreview:
    """Return what walks have found that a `Salvager` without targets saw.

    Any walk will do: that of a verify job offers its salvage at no second read.

    Args:
        copies: That were walked to their ends.
        holdings: Filled by a salvager for each of them.
        is_full: Whether every byte was read.
    """
    best = best_copy(copies)
    return SalvagePreview(
        copies=tuple(copy.archive.name for copy in copies),
        notes=notes_of(copies),
        configs=tuple(config.name for config in best.archive.header.configs),
        devices=tuple(
            device_salvage(holding, is_size_learnt=dev_id in best.learnt)
            for dev_id, holding in holdings.items()
        ),
        is_header_whole=best.is_header_whole,
        is_full=is_full,
    )
