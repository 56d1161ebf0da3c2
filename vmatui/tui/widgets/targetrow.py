"""One device in the restore form: whether, where to, and what speaks against it."""

from __future__ import annotations

from pathlib import Path

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Checkbox, Input, Static

from vmatui.engine.planneddevice import PlannedDevice
from vmatui.format.header import Device
from vmatui.storage.destination import STANDARD_OUTPUT, Destination
from vmatui.tui.widgets.styles import ERROR, MUTED, WARNING
from vmatui.tui.wording import shown, size_text


class TargetRow(Widget):
    """The choices for one device.

    Args:
        device: Of the archive.
    """

    DEFAULT_CSS = """
    TargetRow {
        height: auto;
        padding: 0 1 1 1;
        .choice { height: 1; }
        Checkbox { width: auto; max-width: 60%; text-overflow: ellipsis; text-wrap: nowrap; }
        .there {
            width: 1fr;
            padding-left: 2;
            text-align: right;
            text-wrap: nowrap;
            text-overflow: ellipsis;
        }
        Input { margin-left: 4; width: 1fr; }
        .problems { margin-left: 4; height: auto; color: $text-error; display: none; }
        &.-faulty .problems { display: block; }
    }
    """

    def __init__(self, device: Device) -> None:
        super().__init__()
        self.device = device
        self._proposed = ""
        self._planned: PlannedDevice | None = None

    def compose(self) -> ComposeResult:
        """Lay out the tick, the target, what is there, and the problems."""
        label = Content.assemble(
            (shown(self.device.name), "bold"), (f"  {size_text(self.device.size)}", MUTED)
        )
        with Horizontal(classes="choice"):
            yield Checkbox(label, value=True, compact=True)
            yield Static(classes="there", markup=False)
        yield Input(compact=True, select_on_focus=False)
        yield Static(classes="problems", markup=False)

    @property
    def is_wanted(self) -> bool:
        """Whether the device is to be restored."""
        return self.query_one(Checkbox).value

    @property
    def target(self) -> Destination | None:
        """The target that the user named, or None for the proposed one."""
        text = self.query_one(Input).value.strip()
        return _typed_destination(text) if text != self._proposed else None

    def show(self, planned: PlannedDevice) -> None:
        """Show what the plan says of the device."""
        if planned == self._planned:
            return
        self._planned = planned
        field = self.query_one(Input)
        field.disabled = planned.target is None
        if planned.target is not None and self.target is None:
            self._propose(field, planned.target)
        self.query_one(".there", Static).update(_there(planned))
        self.query_one(".problems", Static).update(
            Content("\n").join(problem_line(text) for text in planned.problems)
        )
        self.set_class(bool(planned.problems), "-faulty")

    def _propose(self, field: Input, proposed: str) -> None:
        self._proposed = field.placeholder = proposed
        if not field.has_focus and field.value != proposed:
            with field.prevent(Input.Changed):
                field.value = proposed


def typed_path(text: str) -> Path | None:
    """Return the path that a user typed, `~` for the home folder; None for nothing."""
    if not text.strip():
        return None
    path = Path(text.strip())
    try:
        return path.expanduser()
    except RuntimeError:
        return path  # `~name` of nobody is a name like any other


def _typed_destination(text: str) -> Destination | None:
    destination = Destination(text)
    if destination.path is None and text != STANDARD_OUTPUT:
        return destination
    path = typed_path(text)
    # The screen has standard output, so here the sign for it is a name like any other.
    return (
        None
        if path is None
        else Destination(str(path.absolute() if text == STANDARD_OUTPUT else path))
    )


def _there(planned: PlannedDevice) -> Content:
    """Return what is at the target now, and the room there is."""
    facts = planned.facts
    if facts is None:
        return _without_path(planned)
    free = f"{size_text(facts.free)} free" if facts.free is not None else ""
    if facts.free is not None and facts.free < planned.device.size:
        return Content.styled(f"only {free}, may not be enough", WARNING)
    if facts.kind == "absent":
        return Content.styled(f"new file · {free}", MUTED)
    what = {"file": "a file", "block": "a block device", "folder": "a folder"}.get(facts.kind, "")
    size = f" of {size_text(facts.size)}" if facts.size else ""
    holds = f" with {facts.holds}" if facts.holds else ""
    return Content.styled(shown(f"{what}{size}{holds}"), ERROR if planned.problems else WARNING)


def _without_path(planned: PlannedDevice) -> Content:
    if planned.kind == "nbd" and planned.room is not None:
        style = ERROR if planned.problems else WARNING
        return Content.styled(f"an NBD export of {size_text(planned.room)}", style)
    return Content.styled("skipped" if planned.target is None else "", MUTED)


def problem_line(problem: str) -> Content:
    """Return a problem as the form says it, where the command line's option is a tick."""
    text = problem.replace("agree to it (--overwrite)", "tick Overwrite above")
    text = text.replace(", choose another or agree to it (--allow-larger)", ", choose another")
    return Content.styled(f"✘ {shown(text)}", ERROR)
