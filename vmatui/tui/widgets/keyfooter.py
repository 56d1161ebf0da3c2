"""The keys at the bottom of a screen: one widget that draws them, whole keys only."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, groupby
from typing import Any, ClassVar, Final, NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import ActiveBinding
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

_MORE: Final = " …"


class _Key(NamedTuple):
    """A key that can be pressed."""

    key: str
    shown: str
    told: str
    """What it does, in the words of its tooltip."""
    is_enabled: bool


class _Entry(NamedTuple):
    """One key, or several of a kind, and what they do: ` k Does ` or ` kKj Do `."""

    keys: tuple[_Key, ...]
    does: str

    @property
    def width(self) -> int:
        """Screen columns."""
        return 3 + cell_len(self.does) + sum(cell_len(key.shown) for key in self.keys)

    def at(self, column: int) -> _Key:
        """Return the key at a column of this entry, or the nearest before it."""
        column -= 1
        for key in self.keys:
            column -= cell_len(key.shown)
            if column < 0:
                return key
        return self.keys[-1]


class KeyFooter(Widget):
    """What Textual's footer shows, without a widget for each key.

    There, a change of the keys takes some 20 ms of styling, and a key may be cut in its midst.
    At the right end, whatever else there is, stand the help and the command palette, which hold
    all that finds no room.

    Args:
        has_palette: Whether the screen shows the key of the command palette.
    """

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "key-footer--key",
        "key-footer--does",
        "key-footer--hover",
        "key-footer--off",
        "key-footer--edge",
    }
    DEFAULT_CSS = """
    KeyFooter {
        dock: bottom;
        height: 1;
        color: $footer-foreground;
        background: $footer-background;
        .key-footer--key {
            color: $footer-key-foreground;
            background: $footer-key-background;
            text-style: bold;
        }
        .key-footer--does {
            color: $footer-description-foreground;
            background: $footer-description-background;
        }
        .key-footer--hover { background: $block-hover-background; }
        .key-footer--off { text-style: dim; }
        .key-footer--edge { color: $foreground 20%; }
    }
    """

    def __init__(self, *, has_palette: bool = True) -> None:
        super().__init__()
        self._has_palette = has_palette
        self._entries: list[_Entry] = []
        self._fixed: list[_Entry] = []
        """What stands at the right end."""
        self._hovered: _Key | None = None

    def on_mount(self) -> None:
        """Follow what can be pressed."""
        self.screen.bindings_updated_signal.subscribe(self, self._take)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Light up what the mouse is at, and tell of it."""
        self._hover(self._key_at(event.x))

    def on_leave(self) -> None:
        """Light up nothing."""
        self._hover(None)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Press the key that the mouse is at."""
        key = self._key_at(event.x)
        if key is not None and key.is_enabled:
            self.app.simulate_key(key.key)
        elif key is not None:
            self.app.bell()

    def render_line(self, y: int) -> Strip:
        """Draw the keys, and at the right end those of the application."""
        del y
        base, shown = self.rich_style, self._shown()
        segments = [piece for entry in shown for piece in self._drawn(entry)]
        if len(shown) < len(self._entries):
            segments.append(Segment(_MORE, base))
        strip = Strip(segments).adjust_cell_length(self._room, base)
        if not self._fixed:
            return strip
        fixed = [piece for entry in self._fixed for piece in self._drawn(entry)]
        edge = Segment("▏", base + self._style("edge"))
        return Strip([*strip, edge, *fixed]).crop(0, self.size.width)

    @property
    def _room(self) -> int:
        """Columns that the keys at the right end leave."""
        taken = sum(entry.width for entry in self._fixed)
        return max(self.size.width - taken - bool(taken), 0)

    def _take(self, screen: Screen[Any]) -> None:
        active = screen.active_bindings
        entries: list[_Entry] = []
        fixed: list[_Entry] = []
        for group in _grouped(active.values()):
            (fixed if group[0].node is self.app else entries).append(self._entry(group))
        palette = active.get(self.app.COMMAND_PALETTE_BINDING) if self._has_palette else None
        if palette is not None:
            fixed.append(self._entry([palette]))
        if (entries, fixed) != (self._entries, self._fixed):
            self._entries, self._fixed = entries, fixed
            self._hover(None)
            self.refresh()

    def _entry(self, bindings: Sequence[ActiveBinding]) -> _Entry:
        first = bindings[0].binding
        does = first.group.description if first.group and bindings[1:] else first.description
        return _Entry(tuple(map(self._key, bindings)), does)

    def _key(self, active: ActiveBinding) -> _Key:
        binding = active.binding
        told = active.tooltip or binding.description
        return _Key(binding.key, self.app.get_key_display(binding), told, active.enabled)

    def _shown(self) -> list[_Entry]:
        """Return the entries that find room, each as a whole."""
        ends = list(accumulate(entry.width for entry in self._entries))
        if not ends or ends[-1] <= self._room:
            return self._entries
        return self._entries[: bisect_right(ends, self._room - len(_MORE))]

    def _drawn(self, entry: _Entry) -> Iterator[Segment]:
        base, style = self.rich_style, self._style("key")
        if len(entry.keys) == 1 and entry.keys[0] is self._hovered:
            base += self._style("hover")
        yield Segment(" ", base + style)
        for key in entry.keys:
            lit = self._style("hover") if key is self._hovered else Style()
            off = Style() if key.is_enabled else self._style("off")
            yield Segment(key.shown, base + style + lit + off)
        yield Segment(" ", base + style)
        yield Segment(f"{entry.does} ", base + self._style("does"))

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"key-footer--{name}", partial=True)

    def _key_at(self, x: int) -> _Key | None:
        entries = self._shown()
        if x >= self._room:
            entries, x = self._fixed, x - self._room - 1
        for entry in entries:
            if 0 <= x < entry.width:
                return entry.at(x)
            x -= entry.width
        return None

    def _hover(self, key: _Key | None) -> None:
        if key is not self._hovered:
            self._hovered = key
            self.tooltip = key.told if key is not None else None
            self.refresh()


def _grouped(active: Iterable[ActiveBinding]) -> Iterator[list[ActiveBinding]]:
    """Yield the first key of each action, those that stand side by side in a group together."""
    firsts: dict[str, ActiveBinding] = {}
    for each in active:
        if each.binding.show:
            firsts.setdefault(each.binding.action, each)
    for group, members in groupby(firsts.values(), lambda each: each.binding.group):
        if group is None:
            yield from ([each] for each in members)
        else:
            yield list(members)
