"""Targets that stay what they are, and how one that an earlier job has begun is opened again."""

from __future__ import annotations

from abc import ABC, abstractmethod

from vmatui.storage.targets import changed


class InPlace(ABC):
    """A target that was there before the restore and is there, under its name, after it."""

    place: str

    @abstractmethod
    def open(self) -> None:
        """Open it; nothing is changed yet."""

    @property
    @abstractmethod
    def identity(self) -> str:
        """What tells it, open, from all others, also after the machine has started anew."""

    @abstractmethod
    def sync(self) -> None:
        """Wait until everything written is on the disk."""

    @abstractmethod
    def discard(self) -> None:
        """Close it; what was there before cannot be brought back."""

    def start_over(self) -> None:
        """Open it: what an earlier job has left of it is what is there."""
        self.open()

    def reopen(self, identity: str) -> None:
        """Open it again, if it is still the same."""
        self.open()
        if self.identity != identity:
            self.discard()
            raise changed(self.place)

    def suspend(self) -> None:
        """Close it."""
        self.discard()

    def keep_incomplete(self) -> str:
        """Sync and close it, and return its place: it keeps its name."""
        self.finish()
        return self.place

    def finish(self) -> None:
        """Sync and close it."""
        self.sync()
        self.discard()
