"""The command palette: what the keys do on this screen, found by its words."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from functools import partial
from typing import Final

from textual.binding import ActiveBinding
from textual.command import DiscoveryHit, Hit, Provider

_ELSEWHERE: Final = {"quit", "app.quit", "command_palette", "app.command_palette"}
"""Actions that the palette's own commands have."""


class KeyCommands(Provider):
    """Offers the bindings of the screen below the palette."""

    async def discover(self) -> AsyncIterator[DiscoveryHit]:
        """Yield everything that can be done."""
        for active in self._bindings():
            yield DiscoveryHit(_title(active), partial(self._do, active), help=active.tooltip)

    async def search(self, query: str) -> AsyncIterator[Hit]:
        """Yield what matches."""
        matcher = self.matcher(query)
        for active in self._bindings():
            score = matcher.match(_title(active))
            if score > 0:
                name = matcher.highlight(_title(active))
                yield Hit(score, name, partial(self._do, active), help=active.tooltip)

    def _bindings(self) -> Iterator[ActiveBinding]:
        seen: set[str] = set()
        for active in self.screen.active_bindings.values():
            action = active.binding.action
            is_told = active.binding.show or bool(active.binding.tooltip)
            is_ours = active.enabled and is_told and action not in _ELSEWHERE
            if is_ours and action not in seen:
                seen.add(action)
                yield active

    async def _do(self, active: ActiveBinding) -> None:
        await self.app.run_action(active.binding.action, active.node)


def _title(active: ActiveBinding) -> str:
    return active.binding.description
