"""A planned device in the words of the restore form: what is there now, and what speaks against."""

from __future__ import annotations

from typing import Final

from textual.content import Content

from vmatui.engine.restoring.planneddevice import PlannedDevice
from vmatui.tui.widgets.styles import ERROR, MUTED, WARNING
from vmatui.tui.wording import shown, size_text

_TICKS: Final = {
    "agree to it (--overwrite)": "tick Overwrite above",
    "agree to it (--allow-larger)": "tick Allow larger above",
    "go on with it (--resume)": "tick Go on above",
    "leave --resume": "untick Go on above",
}
"""The command line's options, as the form has them."""


def there(planned: PlannedDevice) -> Content:
    """Return what is at the target now, and the room there is."""
    facts = planned.facts
    if facts is None:
        return _without_path(planned)
    free = f"{size_text(facts.free)} free" if facts.free is not None else ""
    if facts.free is not None and facts.free < planned.device.size:
        return Content.styled(f"only {free}, may not be enough", WARNING)
    if facts.kind == "absent":
        return Content.styled(f"new file · {free}", MUTED)
    what = {"block": "block device", "other": "special file"}.get(facts.kind, facts.kind)
    is_other_size = facts.size and facts.size != planned.device.size
    size = f" of {size_text(facts.size)}" if is_other_size else ""
    holds = f" with {facts.holds.removesuffix(' file system')}" if facts.holds else ""
    return Content.styled(shown(f"{what}{size}{holds}"), ERROR if planned.problems else WARNING)


def _without_path(planned: PlannedDevice) -> Content:
    if planned.kind == "nbd" and planned.room is not None:
        style = ERROR if planned.problems else WARNING
        return Content.styled(f"an NBD export of {size_text(planned.room)}", style)
    return Content.styled("skipped" if planned.target is None else "", MUTED)


def in_ticks(problem: str) -> str:
    """Return a problem in the words of the form, where the command line's option is a tick."""
    for option, tick in _TICKS.items():
        problem = problem.replace(option, tick)
    return problem


def problem_line(problem: str) -> Content:
    """Return a problem as a line of the form."""
    return Content.styled(f"✘ {shown(in_ticks(problem))}", ERROR)


def warning_line(warning: str) -> Content:
    """Return what may go wrong as the form says it."""
    return Content.styled(f"▲ {shown(warning)}", WARNING)
