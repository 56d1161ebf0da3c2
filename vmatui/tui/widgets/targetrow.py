"""One device in the restore form: whether, where to and how, and what speaks against it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Checkbox, Input, Label, Static

from vmatui.engine.rates import parse_rate
from vmatui.engine.restoring.hints import Hint
from vmatui.engine.restoring.planneddevice import FORMATS, PlannedDevice
from vmatui.errors import UsageError
from vmatui.format.header import Device
from vmatui.storage.destination import STANDARD_OUTPUT, Destination, ZeroPolicy
from vmatui.storage.imageformat import RAW
from vmatui.tui.widgets.stepper import Stepper
from vmatui.tui.widgets.styles import MUTED
from vmatui.tui.widgets.targetwords import problem_line, there, warning_line
from vmatui.tui.widgets.tick import Tick
from vmatui.tui.wording import shown, size_text

_FORMATS: Final = {format: format for format in FORMATS}
_FIRST: Final = {
    ZeroPolicy.DISCARD.value: "discard first",
    ZeroPolicy.ZERO.value: "zero first",
    ZeroPolicy.SPARSE.value: "not zeroed",
}
"""What becomes of the old data of a target that is written where it is."""
_NEW: Final = {ZeroPolicy.SPARSE.value: "sparse"}


class TargetRow(Widget):
    """The choices for one device.

    Args:
        device: Of the archive.
        hint: Where it was when it was backed up, if the archive says so.
    """

    DEFAULT_CSS = """
    TargetRow {
        height: auto;
        padding: 0 1 1 1;
        .choice, .where { height: 1; }
        Checkbox { width: auto; max-width: 64%; text-overflow: ellipsis; text-wrap: nowrap; }
        .there {
            width: 1fr;
            padding-left: 2;
            text-align: right;
            text-wrap: nowrap;
            text-overflow: ellipsis;
        }
        .where { padding-left: 4; }
        .place { width: 1fr; }
        .pace { height: 1; padding-left: 4; color: $text-muted; }
        .pace Input { width: 10; margin: 0 1; }
        .pace Label { width: auto; }
        .problems { margin-left: 4; height: auto; display: none; }
        &.-remarkable .problems { display: block; }
    }
    """

    def __init__(self, device: Device, hint: Hint | None = None) -> None:
        super().__init__()
        self.device = device
        self._hint = hint
        self._proposed = ""
        self._planned: PlannedDevice | None = None

    def compose(self) -> ComposeResult:
        """Lay out the tick, the target and how it is written, what is there, and the problems."""
        was = "" if self._hint is None else self._hint.in_words(self.device.name)
        was = f" · was {shown(was)}" if was else ""
        label = Content.assemble(
            (shown(self.device.name), "bold"), (f"  {size_text(self.device.size)}{was}", MUTED)
        )
        with Horizontal(classes="choice"):
            yield Tick(label, value=True, compact=True)
            yield Static(classes="there", markup=False)
        with Horizontal(classes="where"):
            yield Input(compact=True, select_on_focus=False, classes="place")
            yield Stepper(9, classes="format")
            yield Stepper(17, classes="zero")
        yield Static(classes="problems", markup=False)

    @property
    def is_wanted(self) -> bool:
        """Whether the device is to be restored."""
        return self.query_one(Checkbox).value

    @property
    def place(self) -> Input:
        """The field for the target."""
        return self.query_one(".place", Input)

    @property
    def format(self) -> str | None:
        """The format that the user took, or None for what is right by itself."""
        return self.query_one(".format", Stepper).chosen

    @property
    def target(self) -> Destination | None:
        """The target that the user named, or None for the proposed one."""
        text = self.place.value.strip()
        place = _typed_place(text) if text != self._proposed else None
        zero = self.query_one(".zero", Stepper).chosen
        policy = ZeroPolicy(zero) if zero is not None else None
        return None if place is None else Destination(place, self.format, policy)

    @property
    def limit(self) -> int | None:
        """Bytes a second that the user allows, or None."""
        try:
            return self._typed_limit()
        except UsageError:
            return None

    @property
    def mistake(self) -> str:
        """What the row says that makes no sense, or nothing."""
        try:
            self._typed_limit()
        except UsageError as error:
            return f"{self.device.name}: {error}"
        return ""

    async def ask_limit(self) -> None:
        """Put the cursor into the field for the limit, which is there once it was asked for."""
        if not self.query(".limit"):
            field = Input(placeholder="none", compact=True, max_length=16, classes="limit")
            line = Horizontal(Label("at most"), field, Label("a second: 40M or the like"))
            await self.mount(line.add_class("pace"), before=".problems")
        self.query_one(".limit").focus()

    def show(self, planned: PlannedDevice) -> None:
        """Show what the plan says of the device."""
        if planned == self._planned:
            return
        self._planned = planned
        field = self.place
        field.disabled = planned.target is None
        if planned.target is not None and self.target is None:
            self._propose(field, planned.target)
        self._show_choices(planned)
        self.query_one(".there", Static).update(there(planned))
        lines = [problem_line(text) for text in planned.problems]
        lines += [warning_line(text) for text in planned.warnings]
        self.query_one(".problems", Static).update(Content("\n").join(lines))
        self.set_class(bool(lines), "-remarkable")

    def _typed_limit(self) -> int | None:
        typed = "".join(field.value.strip() for field in self.query(".limit").results(Input))
        return parse_rate(typed) if typed else None

    def _show_choices(self, planned: PlannedDevice) -> None:
        is_file = planned.kind in {"absent", "file"}
        is_written = planned.target is not None and planned.kind is not None
        # A format that was taken for a file must be left again where there is none.
        others = {planned.format: planned.format, RAW: RAW}
        formats = _FORMATS if is_file else others
        zeros = _FIRST if planned.is_direct else _NEW
        format, zero = self.query_one(".format", Stepper), self.query_one(".zero", Stepper)
        format.show(planned.format if is_written else "", formats if is_written else {})
        zero.show(planned.zero.value if is_written else "", zeros if is_written else {})

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


def _typed_place(text: str) -> str | None:
    if Destination(text).path is None and text != STANDARD_OUTPUT:
        return text
    path = typed_path(text)
    # The screen has standard output, so here the sign for it is a name like any other.
    return None if path is None else str(path.absolute() if text == STANDARD_OUTPUT else path)
