from __future__ import annotations

from vmatui.drawing.html import LONGEST, Html, counted, element, text


def test_text_is_escaped_in_elements_and_in_attributes() -> None:
    made = element("td", "<b>&", element("i", "x"), class_='"><script>')
    assert made == '<td class="&quot;&gt;&lt;script&gt;">&lt;b&gt;&amp;<i>x</i></td>'
    assert isinstance(made, Html)


def test_an_element_without_content_has_no_end() -> None:
    assert element("meta", http_equiv="a") == '<meta http-equiv="a">'


def test_text_is_printable_and_not_too_long() -> None:
    assert text("a\x1b\n\u202e") == "a\\x1b\\n\\u202e"
    assert text("<" * (LONGEST + 1)) == "&lt;" * LONGEST + "…"


def test_numbers_are_said_with_what_they_count() -> None:
    assert [counted(number, "extent") for number in (0, 1, 2000)] == [
        "0 extents",
        "1 extent",
        "2,000 extents",
    ]
