"""What two processes say to each other about an errand."""

from __future__ import annotations

from typing import NamedTuple

from vmatui.errors import VmaError


class Orders(NamedTuple):
    """What the user wants of a job that runs."""

    rate: float | None
    """Bytes a second at most, or None for no limit."""
    is_paused: bool
    is_cancelled: bool


class Returned(NamedTuple):
    """The job is done."""

    report: object


class Raised(NamedTuple):
    """The job has ended with an error that a user may see."""

    error: VmaError


class Broke(NamedTuple):
    """The job has ended with a fault of this program."""

    told: str
