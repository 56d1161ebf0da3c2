"""The extents of an archive in file order, in a list that grows while a walk runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from vmatui.engine.indexing.extenttable import ExtentRow, ExtentTable
from vmatui.engine.inspecting.byteplace import ArchivePlace
from vmatui.format.layout import BLOCK_SIZE, BLOCKS_PER_CLUSTER, EXTENT_HEADER_SIZE
from vmatui.tui.messages import BytesWanted
from vmatui.tui.widgets.bar import bar
from vmatui.tui.widgets.columns import Cell, Column
from vmatui.tui.widgets.table import Table
from vmatui.tui.wording import size_text

COLUMNS: Final = (
    Column("Extent", 8, align="right"),
    Column("Offset", 13, align="right"),
    Column("Clusters", 8, align="right"),
    Column("Zero", 4, align="right"),
    Column("Blocks", 6, align="right", only_wide=True),
    Column("Size", 9, align="right"),
    Column("Full", 8),
    Column("", 1),
    Column("Devices", 4, share=1),
)
_UNKNOWN: Final = "\nWhere the extents are shows while the archive is verified: press v."
_WAITING: Final = "\nNo extent has been read yet."
_NONE: Final = "\nThere are no extents: nothing follows the header of this archive."
_MOST_NAME: Final = 100
"""Characters of a device's name that are looked at; it may have 65535, and a row many names."""


class ExtentList(Table):
    """The extents, a row each.

    Args:
        names: What to call each device, by dev_id; text from the archive.
        id: The widget's id.
    """

    HELP = """
# Extents

An archive is a row of extents: a header, and the stored blocks of up to 59 clusters.
**Offset** is where one begins in the archive, after decompression. **Zero** clusters
take no room in it. **Full** is the share of blocks that are stored. A `×` marks an
extent that is damaged, cut short or displaced. Enter shows its bytes.
"""

    def __init__(self, names: Mapping[int, str], *, id: str | None = None) -> None:
        super().__init__(COLUMNS, empty=_UNKNOWN, id=id)
        self._names = names
        self._table: ExtentTable | None = None

    def draw(self, table: ExtentTable | None, *, complete: bool) -> None:
        """Show a table; the same one again keeps the cursor.

        Args:
            table: A walk may be adding to it; None while there was no walk.
            complete: Whether that walk is over.
        """
        cursor = None if table is self._table else 0
        self._table = table
        self.say(_UNKNOWN if table is None else _NONE if complete else _WAITING)
        self.show(0 if table is None else len(table), self._cells, cursor=cursor)

    def poll(self) -> None:
        """Show the extents that came since; to be called many times a second."""
        if self._table is None or len(self._table) == self.count:
            return
        if not self.is_on_screen:  # a new length lays out the whole screen, seen or not
            return
        self.count = len(self._table)
        self._resize()
        self.refresh()

    def action_choose(self) -> None:
        """Tell that the bytes of the extent under the cursor are wanted."""
        if self._table is not None and self.count:
            self.post_message(BytesWanted(ArchivePlace(self._table[self.cursor].offset)))

    def _cells(self, row: int) -> tuple[Cell, ...]:
        return () if self._table is None else cells_of(self._table[row], self._names)


def cells_of(row: ExtentRow, names: Mapping[int, str]) -> tuple[Cell, ...]:
    """Return the cells of an extent, one for each of `COLUMNS`.

    Args:
        row: The extent.
        names: What to call each device, by dev_id.
    """
    share = row.blocks / (row.clusters * BLOCKS_PER_CLUSTER) if row.clusters else 0.0
    devices = [names.get(dev_id, f"device {dev_id}") for dev_id in sorted(row.dev_ids)]
    return (
        Cell(str(row.number), "muted"),
        Cell(f"{row.offset:#x}"),
        Cell(str(row.clusters)),
        Cell(str(row.zero), "muted"),
        Cell(str(row.blocks)),
        Cell(size_text(EXTENT_HEADER_SIZE + row.blocks * BLOCK_SIZE)),
        Cell(lambda width: bar(share, width), "accent"),
        Cell("" if row.is_sound else "×", "error"),
        Cell(", ".join(name[:_MOST_NAME] for name in devices)),
    )
