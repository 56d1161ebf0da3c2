from __future__ import annotations

from collections.abc import Sequence

from textual.pilot import Pilot

from tests.tui.holder import Holder, drive, lines
from vmatui.engine.inspecting.bytepages import PAGE
from vmatui.engine.inspecting.bytepieces import Flaw, Piece
from vmatui.tui.widgets.hexdump import HexDump

HUGE = 16 << 40


class DumpApp(Holder):
    """A dump, and what it asked for."""

    def __init__(self) -> None:
        self.dump = HexDump()
        super().__init__(self.dump)
        self.wanted: list[list[int]] = []
        self.ends = 0

    def on_mount(self) -> None:
        self.dump.focus()

    def on_hex_canvas_wanted(self) -> None:
        self.wanted.append(self.dump.wanted())

    def on_hex_dump_end_wanted(self) -> None:
        self.ends += 1


def page(number: int) -> Piece:
    return Piece(number * PAGE, bytes(range(256)) * (PAGE // 256))


def show(app: DumpApp, size: int = 3 * PAGE, *, cursor: int = 0, is_final: bool = True) -> None:
    app.dump.show(size, is_final=is_final, headers=lambda _start, _end: (), cursor=cursor)


def marks(app: DumpApp) -> Sequence[str]:
    return [line[8] for line in lines(app.dump)]


def styled(app: DumpApp, row: int, attribute: str) -> list[str]:
    """Return the pieces of a line whose style has an attribute."""
    return [
        segment.text
        for segment in app.dump.render_line(row)
        if segment.style and getattr(segment.style, attribute)
    ]


def test_what_is_on_screen_is_asked_for_and_then_drawn() -> None:
    app = DumpApp()

    async def script(pilot: Pilot[None]) -> None:
        show(app)
        await pilot.pause()
        assert app.wanted[-1] == [0]
        assert lines(app.dump)[1].split() == ["00000010"]
        app.dump.take([page(0)], 3 * PAGE, is_final=True)
        assert lines(app.dump)[1].split()[:4] == ["00000010", "10", "11", "12"]
        await pilot.press("end")
        await pilot.pause()
        assert app.wanted[-1] == [2 * PAGE]
        assert app.dump.cursor == 3 * PAGE - 1
        assert lines(app.dump)[-1].split() == ["0002fff0"]

    drive(app, script, (90, 24))


def test_every_key_moves_the_cursor_as_it_says() -> None:
    app = DumpApp()

    async def script(pilot: Pilot[None]) -> None:
        show(app)
        await pilot.pause()
        for key, offset in (
            ("right", 1),
            ("down", 17),
            ("left", 16),
            ("left", 15),
            ("up", 15),
            ("pagedown", 15 + 23 * 16),
            ("pageup", 15),
            ("end", 3 * PAGE - 1),
            ("right", 3 * PAGE - 1),
            ("down", 3 * PAGE - 1),
            ("home", 0),
            ("left", 0),
        ):
            await pilot.press(key)
            assert app.dump.cursor == offset, key

    drive(app, script, (90, 24))


def test_the_width_says_how_many_bytes_a_line_has() -> None:
    for width, columns in ((50, 8), (90, 16), (150, 32)):
        app = DumpApp()

        async def script(pilot: Pilot[None], app: DumpApp = app, columns: int = columns) -> None:
            show(app)
            await pilot.pause()
            assert app.dump.columns == columns
            assert lines(app.dump)[1].split() == [f"{columns:08x}"]

        drive(app, script, (width, 24))


def test_sixteen_tebibytes_are_drawn_from_end_to_end() -> None:
    app = DumpApp()

    async def script(pilot: Pilot[None]) -> None:
        show(app, HUGE)
        await pilot.press("end")
        await pilot.pause()
        assert lines(app.dump)[-1].split() == [f"{HUGE - 16:x}"]
        await pilot.press("pageup")
        assert app.dump.cursor == HUGE - 1 - 23 * 16
        app.dump.go_to(HUGE // 2 + 5)
        await pilot.pause()
        assert any(line.split()[0] == f"{HUGE // 2:011x}" for line in lines(app.dump))
        assert app.wanted[-1] == [HUGE // 2 - PAGE, HUGE // 2]

    drive(app, script, (90, 24))


def test_faults_have_a_glyph_and_not_a_colour_alone() -> None:
    app = DumpApp()

    async def script(pilot: Pilot[None]) -> None:
        show(app)
        flaws = (16, 32, Flaw.MISSING), (34, 36, Flaw.UNREADABLE), (64, 70, Flaw.DOUBTFUL)
        app.dump.take([Piece(0, page(0).data, flaws)], 3 * PAGE, is_final=True)
        app.dump.mark((80, 84), [(96, 100)])
        await pilot.pause()
        shown = lines(app.dump)
        assert shown[1].split()[1:] == ["--"] * 16
        assert shown[2].split()[1:6] == ["20", "21", "??", "??", "24"]
        assert marks(app)[:8] == [" ", " ", " ", " ", "~", " ", "✘", " "]
        assert app.dump.flaw(20) is Flaw.MISSING
        assert app.dump.flaw(0) is None

    drive(app, script, (90, 24))


def test_the_cursor_and_marks_show_in_digits_and_text() -> None:
    app = DumpApp()

    async def script(pilot: Pilot[None]) -> None:
        show(app, cursor=0x41)
        app.dump.take([page(0)], 3 * PAGE, is_final=True)
        await pilot.pause()
        reverse = [
            segment.text
            for segment in app.dump.render_line(4)
            if segment.style and segment.style.reverse
        ]
        assert reverse == ["41", "A"]
        app.dump.mark((0x52, 0x54), ())
        bold = [
            segment.text
            for segment in app.dump.render_line(5)
            if segment.style and segment.style.bold
        ]
        assert bold == ["  ", "52 53 ", "RS"]
        app.dump.mark_found((0x62, 0x63))
        bold = [
            segment.text
            for segment in app.dump.render_line(6)
            if segment.style and segment.style.bold
        ]
        assert bold == ["  ", "62 ", "b"]

    drive(app, script, (90, 24))


def test_a_click_puts_the_cursor_on_a_byte() -> None:
    app = DumpApp()

    async def script(pilot: Pilot[None]) -> None:
        show(app)
        await pilot.pause()
        await pilot.click(HexDump, offset=(1 + 10 + 3 * 2, 1))
        assert app.dump.cursor == 18
        await pilot.click(HexDump, offset=(3, 5))
        assert app.dump.cursor == 18

    drive(app, script, (90, 24))


def test_where_the_end_is_not_known_it_is_asked_for() -> None:
    app = DumpApp()

    async def script(pilot: Pilot[None]) -> None:
        show(app, PAGE, is_final=False)
        await pilot.press("end")
        assert app.ends == 1
        assert app.dump.cursor == 0
        app.dump.take([page(0)], 2 * PAGE, is_final=True)
        await pilot.press("end")
        assert app.dump.cursor == 2 * PAGE - 1

    drive(app, script, (90, 24))
