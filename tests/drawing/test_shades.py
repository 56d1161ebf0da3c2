from __future__ import annotations

import numpy as np
import pytest

from tests.tui.holder import device_map
from vmatui.drawing import shades
from vmatui.drawing.cells import levels_of
from vmatui.drawing.fields import DeviceField
from vmatui.drawing.legend import entries
from vmatui.drawing.shades import Shade, View
from vmatui.engine.indexing.clustermap import DAMAGED, DIFFERS, DOUBTFUL, DUPLICATE, UNSEEN, ZERO

FULL = 17


def shaded(view: View, states: list[int], size: int, *, complete: bool) -> list[int]:
    field = DeviceField(device_map(states), None, view, complete=complete)
    field.update()
    return list(bytes(field.shade(0, size, -(-len(states) // size))))


def test_health_shows_one_sound_shade_and_the_worst_fault() -> None:
    states = [FULL, 3, ZERO, ZERO, FULL | DOUBTFUL, FULL, 5 | DUPLICATE, 5 | DOUBTFUL, UNSEEN, 2]
    assert shaded(View.HEALTH, states, 2, complete=True) == [
        Shade.SOUND,
        Shade.ZERO,
        Shade.DOUBTFUL,
        Shade.DUPLICATE,
        Shade.MISSING,
    ]
    assert shaded(View.HEALTH, states, 2, complete=False)[-1] == Shade.SOUND


def test_the_job_tells_what_is_done_from_what_is_not() -> None:
    made = device_map([FULL, ZERO, FULL, UNSEEN, UNSEEN, UNSEEN, DAMAGED, ZERO])
    levels = levels_of(made)
    levels.update()
    cells = levels.cells(0, 2, 4)
    quiet = np.zeros(4, np.bool_)
    done = [Shade.DONE, Shade.PART, Shade.UNREAD, Shade.DAMAGED]
    assert shades.job(cells, quiet, complete=False).tolist() == done
    recent = np.array([True, False, True, True])
    now = [Shade.NOW, Shade.PART, Shade.UNREAD, Shade.DAMAGED]
    assert shades.job(cells, recent, complete=False).tolist() == now
    ended = [Shade.DONE, Shade.MISSING, Shade.MISSING, Shade.DAMAGED]
    assert shades.job(cells, quiet, complete=True).tolist() == ended


def test_what_the_walk_writes_now_stands_out_until_it_has_gone_on() -> None:
    made = device_map([UNSEEN] * 2000)
    field = DeviceField(made, None, View.JOB, complete=False)
    assert field.is_restless
    made.set_state(3, FULL, 0xFFFF)
    field.update()
    assert field.shade(3, 1, 1)[0] == Shade.NOW
    for _ in range(9):
        made.set_state(1500, FULL, 0xFFFF)
        field.update()
    assert field.shade(3, 1, 1)[0] == Shade.DONE
    assert field.shade(1500, 1, 1)[0] == Shade.NOW


@pytest.mark.parametrize(
    ("view", "words"),
    [
        (View.CONTENT, {"stored": 3, "zero": 1, "missing": 1, "duplicate": 1, "doubtful": 1}),
        (View.HEALTH, {"sound": 1, "zero": 1, "missing": 1, "duplicate": 1, "doubtful": 1}),
        (View.JOB, {"done": 5, "missing": 1, "duplicate": 1, "doubtful": 1}),
        (View.ORDER, {"early to late, extent 0 to 0": None, "missing": 1}),
    ],
)
def test_every_view_has_a_legend_that_counts(view: View, words: dict[str, int | None]) -> None:
    made = device_map([FULL, 3 | DUPLICATE, 9 | DOUBTFUL, ZERO, UNSEEN, DAMAGED])
    field = DeviceField(made, None, view, complete=True)
    field.update()
    told = {entry.words: entry.number for entry in entries(field)}
    if view is not View.ORDER:
        words = words | {"damaged": 1}
    assert told == words


@pytest.mark.parametrize(
    ("shade", "mask", "present", "expected"),
    [
        (Shade.FULL, 0b0101, 4, [Shade.SOUND, Shade.ZERO, Shade.SOUND, Shade.ZERO]),
        (Shade.DUPLICATE, 0b01, 2, [Shade.DUPLICATE, Shade.ZERO]),
        (Shade.MISSING, 0, 2, [Shade.MISSING] * 2),
        (Shade.DAMAGED, 0, 3, [Shade.DAMAGED] * 3),
        (Shade.UNREAD, 0, 2, [Shade.UNREAD] * 2),
        (Shade.ZERO, 0, 1, [Shade.ZERO]),
    ],
)
def test_a_cluster_is_shown_block_by_block(
    shade: Shade, mask: int, present: int, expected: list[Shade]
) -> None:
    drawn = list(shades.blocks(shade, mask, present))
    assert drawn == [*expected, *[Shade.OUTSIDE] * (16 - present)]


@pytest.mark.parametrize("clusters", [8, 3000])
def test_what_was_read_back_is_checked_unless_it_differs(clusters: int) -> None:
    made = device_map([FULL] * clusters)
    field = DeviceField(made, None, View.JOB, complete=True)
    field.update()
    assert field.shade(0, 1, 4).tolist() == [Shade.DONE] * 4
    made.mark_checked(1)
    made.mark_checked(2)
    made.mark_checked(clusters - 1)
    made.add_flag(2, DIFFERS)
    field.update()
    assert field.shade(0, 1, 4).tolist() == [Shade.DONE, Shade.CHECKED, Shade.DIFFERS, Shade.DONE]
    assert field.shade(clusters - 2, 1, 3).tolist() == [Shade.DONE, Shade.CHECKED, Shade.OUTSIDE]
    counts = {entry.words: entry.number for entry in entries(field)}
    assert counts["checked"] == 3
    assert counts["done"] == clusters - 3
    for cluster in range(clusters):
        made.mark_checked(cluster)
    field.update()
    assert set(field.shade(0, 256, clusters // 256).tolist()) <= {Shade.CHECKED, Shade.DIFFERS}


@pytest.mark.parametrize("doubted", [1, 2, 3, 4])
def test_doubt_on_most_of_a_device_does_not_hide_how_full_it_is(doubted: int) -> None:
    made = device_map([FULL | DOUBTFUL] * doubted + [FULL] * (4 - doubted))
    is_hidden = doubted > 2
    for view, look in ((View.CONTENT, Shade.FULL), (View.HEALTH, Shade.SOUND)):
        field = DeviceField(made, None, view, complete=True)
        field.update()
        told = {entry.words: entry.number for entry in entries(field)}
        is_told = not is_hidden or view is View.HEALTH
        assert told.get("doubtful") == (doubted if is_told else None)
        mark = Shade.DOUBTFUL if is_told else Shade.FULL
        assert list(field.shade(0, 1, 4)) == [mark] * doubted + [look] * (4 - doubted)
