from __future__ import annotations

import pytest
from rich.cells import cell_len
from textual.pilot import Pilot

from tests.tui.holder import HOSTILE, Holder, drive, lines
from vmatui.format.header import Config
from vmatui.tui.widgets.configs import ConfigView
from vmatui.tui.widgets.highlight import highlight, lines_of
from vmatui.tui.widgets.textlines import TextLines
from vmatui.tui.wording import shown


def _text(data: bytes) -> list[str]:
    found = lines_of(data)
    return [
        "".join(str(cell.text) for cell in found.line(number))
        for number in range(len(found.widths))
    ]


@pytest.mark.parametrize(
    "line",
    [
        "cores: 2",
        "scsi0: local-lvm:vm-100-disk-0,iothread=1,size=32G",
        "# a comment",
        "[snapshot]",
        "IN ACCEPT -p tcp -dport 22",
        "a=b=c,,=,d",
        "",
        ":",
    ],
)
def test_the_pieces_of_a_line_are_the_line(line: str) -> None:
    assert "".join(str(cell.text) for cell in highlight(line)) == line


def test_keys_comments_and_sections_have_their_tones() -> None:
    assert next(highlight("cores: 2")).tone == "key"
    assert next(highlight("#cores: 2")).tone == "muted"
    assert next(highlight("[PENDING]")).tone == "section"
    assert [cell.text for cell in highlight("a: b,size=1G") if cell.tone == "value"] == ["1G"]


def test_what_is_no_text_becomes_a_hex_dump() -> None:
    dump = _text(b"MZ\0\x01" * 5)
    assert dump[0].startswith("00000000  4d 5a 00 01 4d 5a 00 01  4d 5a")
    assert dump[0].endswith("MZ··MZ··MZ··MZ··")
    assert dump[1].split()[:3] == ["00000010", "4d", "5a"]
    assert len(dump) == 2


def test_an_empty_config_says_so() -> None:
    assert _text(b"") == ["This config is empty."]


@pytest.mark.parametrize("data", [b"\n" * 65535, b"x" * 65535, bytes(65535), b"a: b=c,\xff" * 7000])
def test_the_largest_configs_have_lines_with_true_widths(data: bytes) -> None:
    found = lines_of(data)
    for number in {0, len(found.widths) // 2, len(found.widths) - 1}:
        text = "".join(shown(str(cell.text)) for cell in found.line(number))
        assert cell_len(text) == found.widths[number] or found.widths[number] == 76


def test_long_lines_go_on_in_the_next_row() -> None:
    widget = TextLines()

    async def script(pilot: Pilot[None]) -> None:
        widget.show(lines_of(b"key: " + b"v" * 100))
        await pilot.pause()
        assert "".join(line.strip() for line in lines(widget)) == "key: " + "v" * 100

    drive(Holder(widget), script, (40, 10))


def test_the_cursor_opens_a_config_and_c_copies_it() -> None:
    view = ConfigView((Config("a.conf", b"one: 1"), Config(HOSTILE, b"two: \x1b[31m2")))

    async def script(pilot: Pilot[None]) -> None:
        view.query_one("Table").focus()
        await pilot.press("down")
        text = lines(view.query_one(TextLines))
        assert text[0].strip() == "two: \\x1b[31m2"
        await pilot.press("c")
        assert pilot.app.clipboard == "two: \x1b[31m2"
        await pilot.press("enter")
        assert view.query_one(TextLines).has_focus

    drive(Holder(view), script)


def test_a_text_is_not_wrapped_before_its_width_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    wrap, heights = TextLines._wrap, list[int]()

    def watched(self: TextLines) -> None:
        wrap(self)
        heights.append(self.virtual_size.height)

    async def steps(_pilot: Pilot[None]) -> None:
        assert heights[-1] == 2
        assert max(heights) == 2

    monkeypatch.setattr(TextLines, "_wrap", watched)
    drive(Holder(ConfigView((Config("a.conf", b"cores: 2\nmemory: 2048\n"),))), steps)
