"""Who hears of what a walk finds: the base of all that prove, draw, write or compare on the way."""

from __future__ import annotations

from abc import ABC, abstractmethod

from vmatui.engine.walking.found import Extent, Gap
from vmatui.format.extent import ExtentHeader

Rejected = frozenset[int]
"""Positions, in an extent's list of used slots, whose clusters must not be written."""


class Visitor(ABC):
    """Hears of everything in file order, and needs to care only for some of it."""

    def wants(self, header: ExtentHeader) -> bool:
        """Whether the payload of an extent shall be there when it is seen.

        A job may ask for each extent, in order, from the thread that reads ahead.
        """
        return True

    def see_gap(self, gap: Gap) -> None:  # noqa: B027  # to most a gap brings nothing
        """Take a stretch that is no extent."""

    @abstractmethod
    def see_extent(self, extent: Extent, rejected: Rejected) -> None:
        """Take an extent; its payload, if that is there, may be looked at until this returns.

        Args:
            extent: As it was found.
            rejected: Positions of those of its used slots that must not be trusted.
        """

    def finish(self) -> None:  # noqa: B027  # most are done with the last extent
        """The walk has reached the end of the archive."""


class HeaderVisitor(Visitor):
    """One to whom the headers tell all."""

    def wants(self, header: ExtentHeader) -> bool:
        """Say that no payload is needed."""
        return False
