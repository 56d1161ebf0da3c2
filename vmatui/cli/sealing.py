"""Sealing on the way: what `--seal` adds to a verb that reads or writes a whole archive."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from vmatui.cli import diagnostics

if TYPE_CHECKING:  # who does not seal does not wait for it
    from vmatui.engine.checking.seal import Sealer


@contextmanager
def sealing(archive: Path | None, raw_header: bytes) -> Iterator[list[Sealer]]:
    """Give the one sealer that shall see the archive's clusters, or none.

    Args:
        archive: Its path; None if it is not to be sealed.
        raw_header: Its header.

    Raises:
        TargetError: it has a manifest already, or none can be written there.
    """
    if archive is None:
        yield []
        return
    from vmatui.engine.checking.seal import Sealer

    with closing(Sealer(archive, raw_header)) as sealer:
        yield [sealer]


def write_seals(sealers: Sequence[Sealer], *, is_sound: bool) -> None:
    """Write the manifest of a sound archive, if it is wanted, and say so."""
    for sealer in sealers:
        if is_sound:
            found = sealer.write()
            diagnostics.say(f"{found.path}: sealed, digest {found.digest.hex()}")
        else:
            diagnostics.complain(f"the archive has errors, so it is not sealed: no {sealer.path}")
