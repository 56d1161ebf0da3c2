"""Finds the way back into a stream after damage: the next place that proves itself.

A place is believed only when what starts there decodes. How often one may fail to is bounded, so
that a hostile file cannot make the search longer than the file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final, Generic, TypeVar

from vmatui.storage.codecs.intake import Damage, Intake

_WINDOW: Final = 1 << 18
T = TypeVar("T")


class Search(Generic[T]):
    """Looks for one kind of place in a stream, after each damage anew.

    Args:
        intake: The stream.
        pattern: What such a place starts with.
        reach: The most bytes that the pattern matches.
        attempt: Decodes what starts where the intake stands, taking nothing; None if it does not.
        patience: Places of the stream that may fail before no other is tried.
    """

    def __init__(
        self,
        intake: Intake,
        pattern: re.Pattern[bytes],
        reach: int,
        attempt: Callable[[], T | None],
        patience: int,
    ) -> None:
        self._intake = intake
        self._pattern = pattern
        self._reach = reach
        self._attempt = attempt
        self._patience = patience
        self._gaps: list[Damage] = []

    def next(self) -> T | None:
        """Go to the next place and return what was decoded; None at the end of the stream."""
        while self._patience and self._go_to_match():
            found = self._attempt()
            if found is not None:
                return found
            self._patience -= 1
            self._intake.skip(1)
        return None

    def gaps(self, known: Damage) -> Iterator[Damage]:
        """Yield the unreadable places that `next` has gone past, but for one that is known."""
        for gap in self._gaps:
            if gap != known:
                yield gap
        self._gaps = []

    def _go_to_match(self) -> bool:
        intake = self._intake
        while (window := intake.look(_WINDOW)) or self._go_past_gap():
            match = self._pattern.search(window)
            if match is not None:
                intake.skip(match.start())
                return True
            is_last = len(window) < _WINDOW
            intake.skip(len(window) - (0 if is_last else self._reach - 1))
        return False

    def _go_past_gap(self) -> bool:
        damage = self._intake.cut().damage
        if not self._intake.go_past_gap():
            return False
        self._gaps.append(damage)
        return True


def regained(damage: Damage, lost: int | None, place: int) -> Damage:
    """Return damage behind which decoding goes on.

    Args:
        damage: What is wrong.
        lost: Archive bytes that zeros stand in for; None if nobody knows how many are lost.
        place: Where in the file the next good byte stands.
    """
    if lost is None:
        told = f"what follows is found again at byte {place}, an unknown number of bytes is lost"
    else:
        told = f"{lost} bytes of zeros stand in for what is lost up to byte {place}"
    return damage._replace(
        message=f"{damage.message}; {told}", length=lost or 0, is_break=lost is None
    )
