from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.compressors import COMPRESSORS
from tests.damage import DAMAGED, HIT_EXTENT
from tests.opening import as_file
from tests.salvaging import salvage_to, with_flips
from vmatui.engine.archive import open_archive
from vmatui.engine.checking.verify import verify
from vmatui.engine.salvaging.copies import Copy, opened_copies
from vmatui.engine.salvaging.holding import new_holdings
from vmatui.engine.salvaging.salvagepreview import SalvagePreview, preview_of, preview_salvage
from vmatui.engine.salvaging.salvager import Salvager


def preview(*copies: bytes) -> SalvagePreview:
    with ExitStack() as stack:
        paths = [stack.enter_context(as_file(data)) for data in copies]
        return preview_salvage(stack.enter_context(opened_copies(paths)))


DAMAGE = {
    "fields": with_flips({0: [5], HIT_EXTENT: [41], 3: [12]}),
    "header": DAMAGED["header-checksum"](),
    "cluster": DAMAGED["missing-cluster"](),
    "sound": with_flips({}),
}


@pytest.mark.parametrize("compression", ["none", "zstd", "lzop"])
@pytest.mark.parametrize("kind", DAMAGE)
def test_a_preview_says_what_a_salvage_brings(kind: str, compression: str, tmp_path: Path) -> None:
    data = COMPRESSORS[compression](DAMAGE[kind])
    told, done = preview(data), salvage_to(tmp_path / "out", data)
    assert told.devices == done.devices
    assert told.is_complete is done.is_complete
    assert told.notes == tuple(done.notes)
    assert told.is_full is (compression != "none")


def test_two_copies_are_looked_at_together() -> None:
    told = preview(with_flips({0: [41]}), with_flips({1: [41]}))
    assert told.is_complete
    assert [sum(each.origins) for each in told.devices] == [12, 9, 4]


@pytest.mark.parametrize("code", ["stream-checksum", "extent-checksum", "short-extent"])
def test_any_walk_can_tell_it_at_no_second_read(code: str, tmp_path: Path) -> None:
    with as_file(DAMAGED[code]()) as path, open_archive(path) as archive:
        holdings = new_holdings(archive.header)
        verify(archive, visitors=[Salvager(holdings)])
        told = preview_of([Copy(archive)], holdings, is_full=True)
    assert told.devices == salvage_to(tmp_path / "out", DAMAGED[code]()).devices
