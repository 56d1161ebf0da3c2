from __future__ import annotations

import pytest
from rich.cells import cell_len

from vmatui.tui.widgets.bar import bar
from vmatui.tui.widgets.columns import GAP, Column, fit, widths

COLUMNS = (
    Column("a", 6),
    Column("b", 10, share=1),
    Column("c", 8, only_wide=True),
    Column("d", 4, share=3),
)


@pytest.mark.parametrize("total", [60, 80, 99, 100, 200])
def test_columns_fill_the_room_exactly(total: int) -> None:
    used = [width for width in widths(COLUMNS, total) if width]
    assert sum(used) + GAP * len(used) == total


def test_a_column_for_wide_screens_is_left_out_of_a_narrow_one() -> None:
    assert widths(COLUMNS, 99)[2] == 0
    assert widths(COLUMNS, 100)[2] == 8


def test_columns_never_get_less_than_their_least_width() -> None:
    assert widths(COLUMNS, 10) == [6, 10, 0, 4]


@pytest.mark.parametrize(
    "text", ["", "short", "much too long for it", "日本語の名前", "é́", "a\x1b[0m\tb"]
)
@pytest.mark.parametrize("width", [0, 1, 2, 7, 20])
@pytest.mark.parametrize("align", ["left", "right"])
@pytest.mark.parametrize("cut", ["start", "end"])
def test_text_fits_exactly_and_is_harmless(text: str, width: int, align: str, cut: str) -> None:
    fitted = fit(text, width, align, cut)  # type: ignore[arg-type]
    assert cell_len(fitted) == width
    assert fitted.isprintable()


def test_a_path_keeps_its_end() -> None:
    assert fit("/a/long/folder/disk.raw", 10, cut="start") == "…/disk.raw"


def test_a_name_of_64_kib_is_cut_before_it_is_looked_at() -> None:
    assert fit("x" * 65535, 5) == "xxxx…"


def test_a_bar_is_full_only_at_its_end() -> None:
    assert bar(1, 4) == "━━━━"
    assert bar(0, 4) == "────"
    assert bar(0.999, 4) == "━━━╸"
    assert bar(7, 4) == "━━━━"
