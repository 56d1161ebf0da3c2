"""The devices of a salvage: how much of each is sound, in doubt and missing, and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from vmatui.engine.salvaging.offers import words_for
from vmatui.engine.salvaging.salvagereport import DeviceSalvage
from vmatui.tui.widgets.columns import Cell, Column
from vmatui.tui.widgets.table import Table
from vmatui.tui.wording import count_text, shown, size_text

_COLUMNS: Final = (
    Column("Device", 14, share=2),
    Column("Size", 9, align="right"),
    Column("✔ Sound", 10, align="right"),
    Column("? Doubtful", 10, align="right"),
    Column("! Missing", 10, align="right"),
    Column("Why", 10, share=5),
)


class SalvageTable(Table):
    """One row for each device, clusters in its columns."""

    DEFAULT_CSS = """
    SalvageTable { height: auto; max-height: 8; }
    """

    def __init__(self) -> None:
        super().__init__(_COLUMNS, can_choose=False, empty="Reading what is there …")
        self._devices: Sequence[DeviceSalvage] = ()

    def tell(self, devices: Sequence[DeviceSalvage]) -> None:
        """Show what came back of each device, or would."""
        self._devices = devices
        self.show(len(devices), self._cells)
        if not devices:
            self.say("There is no device.")

    def told(self, row: int) -> str:
        """Return why a device is not whole, in full; its column has not room for all of it."""
        device = self._devices[row]
        return shown(f"{device.name}: {_why(device).text}")

    def _cells(self, row: int) -> tuple[Cell, ...]:
        device = self._devices[row]
        return (
            Cell(device.name, "accent"),
            Cell(size_text(device.size)),
            Cell(count_text(device.sound), "success" if device.sound else "muted"),
            Cell(count_text(device.doubtful), "warning" if device.doubtful else "muted"),
            Cell(count_text(device.missing), "error" if device.missing else "muted"),
            _why(device),
        )


def _why(device: DeviceSalvage) -> Cell:
    others = sum(device.origins[1:])
    from_others = [f"{count_text(others)} from other copies"] if others else []
    if device.is_whole:
        return Cell("; ".join(("complete", *from_others)), "success")
    told = [f"{words_for(reason)}: {count_text(count)}" for reason, count in device.reasons]
    if device.missing:
        told.append(f"{size_text(device.missing_bytes)} missing")
    told += from_others
    if device.differing:
        told.append(f"the copies disagree on {count_text(device.differing)}")
    return Cell("; ".join(told), "muted")
