"""The keys at the bottom of a screen, laid out anew only when other keys can be pressed."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.widgets import Footer
from textual.widgets._footer import FooterKey


class KeyFooter(Footer):
    """A footer that stays as it is while its keys do.

    Textual's own is emptied and filled at every move of the focus and every refresh of the
    bindings, most of which change none of what it shows.
    """

    _keys: list[tuple[Binding, bool, str]] | None = None

    def compose(self) -> ComposeResult:
        """Lay the keys out as wide as they stay, so that each is styled once instead of thrice."""
        for key in super().compose():
            if isinstance(key, FooterKey) and not key.has_class("-command-palette"):
                key.set_reactive(FooterKey.compact, self.compact)
            yield key

    async def recompose(self) -> None:
        """Lay the keys out if they are not those that it shows."""
        if not self.is_attached:
            return
        palette = self.app.COMMAND_PALETTE_BINDING
        keys = [
            (active.binding, active.enabled, active.tooltip)
            for key, active in self.screen.active_bindings.items()
            if active.binding.show or key == palette
        ]
        if keys != self._keys:
            self._keys = keys
            await super().recompose()
