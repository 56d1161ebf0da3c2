"""The disks of a create in a table: how far each is read, and in the end what was stored of it."""

from __future__ import annotations

from functools import partial
from typing import Final

from vmatui.drawing.cells import levels_of
from vmatui.engine.creating.create import CreateReport
from vmatui.engine.creating.createplan import CreatePlan
from vmatui.engine.indexing.clustermap import ClusterMap
from vmatui.engine.progress import Progress
from vmatui.format.layout import BLOCK_SIZE, CLUSTER_SIZE
from vmatui.tui.widgets.bar import bar
from vmatui.tui.widgets.columns import Cell, Column
from vmatui.tui.widgets.table import Table
from vmatui.tui.wording import percent_text, size_text

_FROM: Final = Column("From", 20, share=5, cut="start", only_wide=True)
_RUNNING: Final = (
    Column("Device", 14, share=2),
    Column("Size", 9, align="right"),
    Column("Read", 10, share=4),
    Column("", 5, align="right"),
    Column("Zero so far", 11, align="right"),
    _FROM,
)
_ENDED: Final = (
    Column("Device", 14, share=2),
    Column("Size", 9, align="right"),
    Column("Stored", 10, align="right"),
    Column("Zero", 10, align="right"),
    Column("State", 12),
    _FROM,
)


class IntakeTable(Table):
    """One row for each disk that is read.

    Args:
        plan: What is read.
        cluster_map: Of what there is of the archive.
    """

    DEFAULT_CSS = """
    IntakeTable { height: auto; max-height: 8; }
    """

    def __init__(self, plan: CreatePlan, cluster_map: ClusterMap) -> None:
        super().__init__(_RUNNING, can_choose=False, empty="No disk, only configs.")
        self._disks = plan.disks
        self._map = cluster_map
        self._zeros: tuple[int, ...] | None = None
        """Bytes of each disk that were left out, once they are counted for good."""
        self._clusters: tuple[int, ...] = ()
        self._state = Cell("")

    def on_mount(self) -> None:
        """Show every disk at its beginning."""
        self.show(len(self._disks), self._cells_running)

    def tick(self, progress: Progress) -> None:
        """Show how far each disk is."""
        self._clusters = progress.clusters
        self.refresh()

    def finish(self, report: CreateReport) -> None:
        """Show what was stored of each disk."""
        self._clusters = tuple(each.clusters for each in report.devices)
        self._zeros = tuple(each.zero_bytes for each in report.devices)
        self._end(Cell("complete", "success"))

    def give_up(self) -> None:
        """Show how far it came."""
        self._end(Cell("not written", "warning"))

    def zero_so_far(self, dev_id: int) -> int:
        """Return the bytes of a device's clusters that were read and left out."""
        device_map = self._map.devices.get(dev_id)
        if device_map is None:
            return 0
        levels = levels_of(device_map)
        levels.update()
        seen = levels.total()
        clusters, blocks = int(seen.clusters[0] - seen.unseen[0]), int(seen.blocks[0])
        return clusters * CLUSTER_SIZE - blocks * BLOCK_SIZE

    def _end(self, state: Cell) -> None:
        self.columns, self._state = _ENDED, state
        self.show(len(self._disks), self._cells_ended)

    def _cells_running(self, row: int) -> tuple[Cell, ...]:
        disk = self._disks[row]
        clusters = disk.device.clusters
        done = self._clusters[row] if row < len(self._clusters) else 0
        return (
            Cell(disk.device.name, "accent"),
            Cell(size_text(disk.device.size), "muted"),
            Cell(partial(bar, done / clusters), "success" if done == clusters else "accent"),
            Cell(percent_text(done, clusters)),
            Cell(size_text(self._zero(row)), "muted"),
            Cell(str(disk.path), "muted"),
        )

    def _cells_ended(self, row: int) -> tuple[Cell, ...]:
        disk = self._disks[row]
        zero = self._zero(row)
        is_whole = self._state.text == "complete"
        return (
            Cell(disk.device.name, "accent"),
            Cell(size_text(disk.device.size), "muted"),
            Cell(size_text(disk.device.size - zero) if is_whole else ""),
            Cell(size_text(zero) if is_whole else "", "muted"),
            self._state,
            Cell(str(disk.path), "muted"),
        )

    def _zero(self, row: int) -> int:
        """Return the bytes that were left out; what is past the end of the disk is not its own."""
        device = self._disks[row].device
        zero = self._zeros[row] if self._zeros else self.zero_so_far(device.dev_id)
        return min(zero, device.size)
