"""The hex view: any byte of an archive or of its devices, and what it is part of."""

from __future__ import annotations

from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Input

from vmatui.drawing.place import parse_place
from vmatui.engine.inspecting.bytepieces import Flaw
from vmatui.engine.inspecting.byteplace import ArchivePlace, BytePlace, DevicePlace
from vmatui.engine.inspecting.bytesearch import parse_needle
from vmatui.errors import UsageError
from vmatui.format.layout import CLUSTER_SIZE
from vmatui.tui.screens.hexpages import HexPages
from vmatui.tui.widgets.fieldlist import FieldList
from vmatui.tui.widgets.hexband import HexBand
from vmatui.tui.widgets.hexdump import HexDump
from vmatui.tui.widgets.hexsubject import HexSubject
from vmatui.tui.widgets.hextold import HexTold, Order
from vmatui.tui.widgets.jobbar import JobBar
from vmatui.tui.widgets.keyfooter import KeyFooter

_GO: Final = Binding.Group("Go", compact=True)


class HexScreen(HexPages):
    """The bytes of an archive, or of one of its devices.

    Args:
        subject: The archive and what is known of it.
        place: Where to begin.
    """

    HELP = """
# The hex view

Any byte of the archive, or with `d` of the device that it belongs to, at the same place. The
two lines at the top say where the cursor is; beside the bytes stand the fields of the header
that it is in, or that brings it (`tab` goes there).

`g` goes to an offset (`0xaa0000`, `10G`), or to an extent or a cluster by its number. `/` looks
for text, or for bytes typed as `0x564d41`; once more with nothing typed, it looks for the next.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("d", "device", "Archive/device", tooltip="The same place on the other"),
        Binding("slash", "search", "Search", key_display="/", tooltip="Look for text or bytes"),
        Binding("g", "ask", "Go to a place", tooltip="An offset, an extent, a cluster", group=_GO),
        Binding("n", "finding(1)", "Next finding", group=_GO),
        Binding("N", "finding(-1)", "Finding before", key_display="N", group=_GO),
        Binding("e", "extent(1)", "Next extent", group=_GO),
        Binding("E", "extent(-1)", "Extent before", key_display="E", group=_GO),
        Binding("left_square_bracket", "neighbour(-1)", "Device before", show=False),
        Binding("right_square_bracket", "neighbour(1)", "Device after", show=False),
        Binding("y", "copy", "Copy", tooltip="Copy the offset under the cursor"),
        Binding("escape,x", "stop", "Stop", tooltip="Stop what runs"),
        Binding("escape,backspace", "back", "Back", tooltip="Back to where you came from"),
    ]

    def __init__(self, subject: HexSubject, place: BytePlace) -> None:
        super().__init__(subject)
        self._place = place
        self._needle = b""

    def compose(self) -> ComposeResult:
        """Lay out where one is, the bytes, the fields, and what is told of them."""
        yield HexBand()
        with Horizontal(id="hex-body"):
            yield HexDump()
            yield FieldList()
        yield HexTold()
        yield Input(id="hex-place", placeholder="offset (0xaa0000, 10G), extent or cluster")
        yield Input(id="hex-needle", placeholder="text, or bytes as 0x564d41")
        yield JobBar(counts_errors=False)
        yield KeyFooter()

    def on_mount(self) -> None:
        """Go to where to begin."""
        self.rest()
        self.call_after_refresh(self.open, self._place)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to stop only what runs, and other devices only where there are some."""
        if action in {"stop", "back"}:
            return (action == "stop") == (self.is_slow and not self._asked_in)
        if action == "extent":
            return self.subject.device is None
        if action == "neighbour":
            return self.subject.device is not None and len(self.subject.names) > 1
        # In a field a slash is a letter.
        return action != "search" or not isinstance(self.focused, Input)

    def look(self) -> None:
        """Tell of the byte under the cursor."""
        dump, subject, fields = self.dump, self.subject, self.query_one(FieldList)
        offset = dump.cursor
        flaw = dump.flaw(offset)
        self.query_one(HexBand).show(subject, offset, flaw, dump.bytes, is_final=dump.is_final)
        fields.show_fields(subject.fields(offset))
        place, field = subject.field_place(offset), None
        if place is not None:
            field = fields.point_at(place)
        is_lost = flaw in {Flaw.MISSING, Flaw.UNREADABLE}
        data = b"" if is_lost else dump.bytes_at(offset, 8)
        # Headers are big-endian; what is on disks seldom is.
        order: Order = "big" if subject.headers(offset, offset + 1) else "little"
        self.query_one(HexTold).show(field, subject.finding_at(offset), data, order)
        if subject.device is None:
            wrong = [(each.start, each.end) for each in fields.fields if each.problem]
            dump.mark((field.start, field.end) if field else (0, 0), wrong)

    def action_back(self) -> None:
        """Ask no more, or leave."""
        if self._asked_in:
            self._ask_no_more()
        else:
            self.dismiss()

    def action_ask(self) -> None:
        """Ask where to go."""
        self._ask("#hex-place")

    def action_search(self) -> None:
        """Ask what to look for."""
        self._ask("#hex-needle")

    def action_copy(self) -> None:
        """Copy the offset under the cursor to the clipboard."""
        offset = f"{self.dump.cursor:#x}"
        self.app.copy_to_clipboard(offset)
        self._say(f"Copied {offset}")

    def action_device(self) -> None:
        """Show the same place on the device, or in the archive."""
        cursor, subject = self.dump.cursor, self.subject
        place = subject.counterpart(cursor)
        if place is None or not self.open(place):
            told = "is in no extent" if subject.device else "is of no device"
            self._say(f"The byte at {cursor:#x} {told}, as far as is known")

    def action_neighbour(self, step: int) -> None:
        """Show the device before or after; the first follows the last."""
        devices, device = self.subject.facts.header.devices, self.subject.device
        if device is not None:
            number = (devices.index(device) + step) % len(devices)
            self.open(DevicePlace(devices[number].dev_id, 0))

    def action_extent(self, step: int) -> None:
        """Go to the next extent's header, or to the one before."""
        self._step_to(self.subject.next_extent(self.dump.cursor, step), "extent is known", step)

    def action_finding(self, step: int) -> None:
        """Go to the next place of a finding, or to the one before."""
        self._step_to(self.subject.next_finding(self.dump.cursor, step), "finding", step)

    @on(Input.Submitted, "#hex-place")
    def _go(self, message: Input.Submitted) -> None:
        message.stop()
        try:
            number, is_offset = parse_place(message.value)
            offset = number if is_offset else self._offset_of(number)
        except UsageError as error:
            self._say(str(error))
            return
        self._ask_no_more()
        if self.dump.is_final:  # else it shows when it was read
            self.tell_end(offset, self.dump.bytes)
        self.go_to(offset)

    def _offset_of(self, number: int) -> int:
        """Return where an extent or a cluster starts."""
        extents = self.subject.known.extents
        if self.subject.device is not None:
            return number * CLUSTER_SIZE
        if number >= len(extents):
            raise UsageError(f"extent {number} is not known: there are {len(extents)}")
        return extents[number].offset

    @on(Input.Submitted, "#hex-needle")
    def _search(self, message: Input.Submitted) -> None:
        message.stop()
        try:
            self._needle = parse_needle(message.value) if message.value else self._needle
        except UsageError as error:
            self._say(str(error))
            return
        if self._needle:
            self._ask_no_more()
            self.search(self._needle)

    @on(FieldList.Pointed)
    def _point(self, message: FieldList.Pointed) -> None:
        message.stop()
        if self.subject.device is None:
            self.go_to(message.field.start)

    @on(FieldList.Followed)
    def _follow(self, message: FieldList.Followed) -> None:
        message.stop()
        start = message.field.start
        if self.subject.device is not None:
            self.open(ArchivePlace(start))
        else:
            anatomy = self.subject.anatomy(self.dump.cursor)
            self.go_to((anatomy and anatomy.data_of(start)) or start)
        self.dump.focus()

    def _step_to(self, offset: int | None, what: str, step: int) -> None:
        if offset is None:
            self._say(f"No {what} {'after' if step > 0 else 'before'} this place")
        else:
            self.go_to(offset)

    @property
    def _asked_in(self) -> Input | None:
        """The field that asks for something, if one does."""
        return next(iter(self.query("Input.-asking").results(Input)), None)

    def _ask(self, selector: str) -> None:
        field = self.query_one(selector, Input)
        field.value = ""
        field.add_class("-asking")
        field.focus()
        self.refresh_bindings()

    def _ask_no_more(self) -> None:
        self.query("Input.-asking").remove_class("-asking")
        self.dump.focus()
        self.refresh_bindings()

    def _say(self, text: str) -> None:
        self.notify(text, markup=False)
