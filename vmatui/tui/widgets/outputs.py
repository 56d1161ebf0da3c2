"""The devices of a restore in a table: how far each is, and in the end where it went."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

from vmatui.engine.progress import Progress
from vmatui.engine.restoring.plan import RestorePlan
from vmatui.engine.restoring.planneddevice import PlannedDevice
from vmatui.engine.restoring.restore import Output, RestoreReport
from vmatui.format.header import Header
from vmatui.tui.widgets.bar import bar
from vmatui.tui.widgets.columns import Cell, Column
from vmatui.tui.widgets.table import Table
from vmatui.tui.wording import percent_text, size_text

Row = tuple[Cell, ...]

_RUNNING: Final = (
    Column("Device", 14, share=2),
    Column("Size", 9, align="right"),
    Column("", 10, share=4),
    Column("", 5, align="right"),
    Column("Goes to", 20, share=5, cut="start", only_wide=True),
)
_ENDED: Final = (
    Column("Name", 14, share=2),
    Column("Size", 9, align="right"),
    Column("State", 10),
    Column("Path", 20, share=6, cut="start"),
)


class OutputTable(Table):
    """One row for each device that is restored.

    Args:
        header: Of the archive.
        plan: What is restored.
    """

    DEFAULT_CSS = """
    OutputTable { height: auto; max-height: 8; }
    """

    def __init__(self, header: Header, plan: RestorePlan) -> None:
        super().__init__(_RUNNING, can_choose=False, empty="No device, only configs.")
        self._plan = plan
        self._restored = plan.restored
        self._numbers = {device.dev_id: number for number, device in enumerate(header.devices)}
        self._clusters: tuple[int, ...] = ()

    def on_mount(self) -> None:
        """Show every device at its beginning."""
        self.show(len(self._restored), self._cells_running)

    def tick(self, progress: Progress) -> None:
        """Show how far each device is."""
        self._clusters = progress.clusters or self._clusters
        self.refresh()

    def finish(self, report: RestoreReport) -> None:
        """Show where the devices and configs are."""
        sizes = [planned.device.size for planned in self._restored]
        sizes += [len(planned.config.data) for planned in self._plan.configs]
        outputs = zip((*report.outputs, *report.configs), sizes, strict=True)
        self._end([_row(each.name, size, *_end_of(each)) for each, size in outputs])

    def give_up(self, *, is_kept: bool) -> None:
        """Show what became of the outputs of a restore that did not get to its end.

        Args:
            is_kept: Whether what was written is kept, to go on with it.
        """
        kept = Cell("unfinished", "warning")
        self._end(
            [
                _row(
                    each.device.name,
                    each.device.size,
                    *((kept, Cell(each.kept_at)) if is_kept else _left_behind(each)),
                )
                for each in self._restored
            ]
        )

    def _end(self, rows: Sequence[Row]) -> None:
        self.columns = _ENDED
        self.show(len(rows), rows.__getitem__)

    def _cells_running(self, row: int) -> tuple[Cell, ...]:
        planned = self._restored[row]
        device, number = planned.device, self._numbers[planned.device.dev_id]
        done = self._clusters[number] if number < len(self._clusters) else 0
        share = done / device.clusters
        tone = "success" if done == device.clusters else "accent"
        return (
            Cell(device.name, "accent"),
            Cell(size_text(device.size), "muted"),
            Cell(partial(bar, share), tone),
            Cell(percent_text(done, device.clusters)),
            Cell(planned.target or "", "muted"),
        )


def _row(name: str, size: int, state: Cell, path: Cell) -> Row:
    return Cell(name, "accent"), Cell(size_text(size), "muted"), state, path


def _end_of(output: Output) -> tuple[Cell, Cell]:
    state = Cell("complete", "success") if output.is_complete else Cell("incomplete", "error")
    return state, Cell(output.place)


def _left_behind(planned: PlannedDevice) -> tuple[Cell, Cell]:
    """Return what is at a target after a restore that was stopped or failed."""
    where = Cell(planned.target or "", "muted")
    if planned.is_direct:
        return Cell("unusable", "error"), where
    if planned.overwrites:
        return Cell("as before"), where
    return Cell("removed"), where
