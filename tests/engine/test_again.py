"""One open archive, read by one job after the other."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from tests.compressors import COMPRESSORS
from tests.damage import DAMAGED, DISKS, sound
from tests.opening import Looking, as_pipe, opened
from tests.seekable import as_seekable
from vmatui.engine.archive import open_archive
from vmatui.engine.checking.verify import verify
from vmatui.engine.comparing.compare import compare
from vmatui.engine.comparing.compareplan import plan_compare
from vmatui.engine.restoring.plan import plan_restore
from vmatui.engine.restoring.restore import restore
from vmatui.engine.salvaging.copies import opened_copies
from vmatui.engine.salvaging.salvage import salvage
from vmatui.engine.salvaging.salvageplan import plan_salvage
from vmatui.engine.salvaging.salvagepreview import preview_salvage
from vmatui.errors import CancelledError, SourceError, VmaError

PACKED = {name: pack(sound().build()) for name, pack in COMPRESSORS.items()} | {
    "seekable": as_seekable(sound().build())
}


@pytest.mark.parametrize("kind", PACKED)
def test_every_job_finds_the_whole_archive(kind: str, tmp_path: Path) -> None:
    with opened(PACKED[kind]) as archive:
        first = verify(archive)
        assert first.is_sound
        assert verify(archive, visitors=[Looking()]) == first
        quick = verify(archive, quick=True)
        assert quick.devices == first.devices
        report = restore(archive, plan_restore(archive.header, folder=tmp_path / "out"))
        assert report.verify == first
        assert report.outputs[0].path.read_bytes() == DISKS[0].image()
        assert compare(archive, plan_compare(archive.header, folder=tmp_path / "out")).is_equal
        assert verify(archive) == first


@pytest.mark.parametrize("name", DAMAGED)
def test_what_is_wrong_is_found_again(name: str) -> None:
    with opened(DAMAGED[name]()) as archive:
        assert verify(archive) == verify(archive)


@pytest.mark.parametrize("kind", ["zstd", "seekable", "gzip", "lzop", "xz"])
def test_a_damaged_stream_is_read_again(kind: str) -> None:
    data = bytearray(PACKED[kind])
    data[len(data) // 2] ^= 1
    with opened(bytes(data)) as archive:
        first = verify(archive)
        assert not first.is_sound
        assert verify(archive) == first


def test_a_job_that_was_stopped_is_done_anew() -> None:
    stop = threading.Event()
    stop.set()
    with opened(sound().build()) as archive:
        with pytest.raises(CancelledError):
            verify(archive, cancel=stop)
        assert verify(archive).is_sound


def test_what_a_preview_has_read_is_salvaged(tmp_path: Path) -> None:
    path = tmp_path / "a.vma"
    path.write_bytes(sound().build())
    with opened_copies([path]) as copies:
        assert preview_salvage(copies).devices[0].is_whole
        plan = plan_restore(copies[0].archive.header, folder=tmp_path / "out", resumable=False)
        assert salvage(copies, plan_salvage(plan, copies)).is_complete


@pytest.mark.parametrize("kind", PACKED)
def test_a_pipe_is_read_once(kind: str, tmp_path: Path) -> None:
    with as_pipe(PACKED[kind]) as path, open_archive(path) as archive:
        assert verify(archive).is_sound
        with pytest.raises(SourceError, match="was read already: open it anew"):
            verify(archive)
        with pytest.raises(SourceError, match="was read already: open it anew"):
            restore(archive, plan_restore(archive.header, folder=tmp_path / "out"))
    assert not (tmp_path / "out").exists()


def test_a_closed_archive_says_so(tmp_path: Path) -> None:
    with opened(sound().build()) as archive:
        plan = plan_restore(archive.header, folder=tmp_path / "out")
    for job in (lambda: verify(archive), lambda: restore(archive, plan)):
        with pytest.raises(VmaError, match="was closed: open it anew"):
            job()
