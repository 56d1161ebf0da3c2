"""What a manifest has proved of an archive's payload, as a frozen value."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple


class Payload(StrEnum):
    """What is known of the image data itself."""

    UNCHECKED = "cannot be checked"
    """The format has no checksum over image data, and no manifest was compared."""
    SOUND = "sound"
    """Every cluster is as it was sealed."""
    PARTIAL = "partly checked"
    """Some clusters could not be compared; the others are as they were sealed."""
    FAULTY = "faulty"
    """Something is not as it was sealed."""


class Proof(NamedTuple):
    """What came of comparing an archive with its manifest."""

    manifest: Path | None = None
    """The one that was compared, or the first that could not be; None if there is none."""
    sealed_at: int | None = None
    """Seconds since the epoch; None when nothing was compared."""
    digest: bytes | None = None
    """Of all that was sealed; None when nothing was compared."""
    problem: str = ""
    """Why it was not compared, as what follows "cannot be checked:"."""
    is_header_same: bool = True
    uncompared: int = 0
    """Clusters that the archive or the manifest does not have."""
    rotten: Mapping[int, int] = {}
    """By dev_id: clusters that are not as they were sealed."""

    @property
    def payload(self) -> Payload:
        """The statement in a word."""
        if self.sealed_at is None:
            return Payload.UNCHECKED
        if self.rotten or not self.is_header_same:
            return Payload.FAULTY
        return Payload.PARTIAL if self.uncompared else Payload.SOUND
