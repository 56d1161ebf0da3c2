"""What one process tells another of a picture that both draw: a few numbers an extent.

Each stroke leaves a picture as it would be if it had seen for itself what the stroke tells of.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from vmatui.engine.checking.findings import Touched
from vmatui.engine.indexing.picture import Picture
from vmatui.engine.indexing.scout import Scout
from vmatui.engine.walking.found import Extent
from vmatui.engine.walking.visitor import Rejected
from vmatui.format.extent import SlotRun


class Sound(NamedTuple):
    """An extent that is as it should be."""

    number: int
    offset: int
    blocks: int
    runs: Sequence[SlotRun]
    clusters: Sequence[tuple[int, int]]

    def draw(self, picture: Picture) -> None:
        """Draw it."""
        picture.map.mark(self.runs)
        picture.extents.add(self.offset, self.runs, self.blocks, is_sound=True)
        picture.placement.add(self.number, self.clusters)


class Odd(NamedTuple):
    """Any other extent, without its payload."""

    extent: Extent
    rejected: Rejected

    def draw(self, picture: Picture) -> None:
        """Draw it."""
        picture.map.write(self.extent, self.rejected)
        for visitor in (picture.extents, picture.placement):
            visitor.see_extent(self.extent, self.rejected)


class Doubted(NamedTuple):
    """Clusters that came before, and that no checksum of the stream vouches for any more."""

    ranges: Sequence[Touched]

    def draw(self, picture: Picture) -> None:
        """Flag them."""
        picture.map.doubt(self.ranges)


class End(NamedTuple):
    """The walk has reached the end of the archive."""

    scout: Scout

    def draw(self, picture: Picture) -> None:
        """Let what was not seen be missing, and take what tells of partitions."""
        picture.map.finish()
        picture.scout = self.scout


class Checked(NamedTuple):
    """Clusters that were compared with what a target holds."""

    runs: Sequence[SlotRun]

    def draw(self, picture: Picture) -> None:
        """Mark them."""
        picture.map.mark_checked(self.runs)


class Differing(NamedTuple):
    """A cluster that a target holds otherwise."""

    dev_id: int
    cluster: int

    def draw(self, picture: Picture) -> None:
        """Flag it."""
        picture.map.mark_difference(self.dev_id, self.cluster)


class Taken(NamedTuple):
    """What another copy of the archive brought."""

    runs: Sequence[SlotRun]
    doubtful: Sequence[Touched]
    """Ranges of clusters that are in doubt, among them or from before."""

    def draw(self, picture: Picture) -> None:
        """Draw it over what the first copy has drawn."""
        picture.map.mark(self.runs)
        picture.map.doubt(self.doubtful)


Stroke = Sound | Odd | Doubted | End | Checked | Differing | Taken
