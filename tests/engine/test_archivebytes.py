from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import pytest

from tests.compressors import as_gzip, as_zstd
from tests.forge import CLUSTER, Disk, forge, noise
from tests.opening import as_file
from tests.seekable import as_seekable
from vmatui.engine.archive import Archive, open_archive
from vmatui.engine.inspecting import archivebytes
from vmatui.engine.inspecting.archivebytes import ArchiveBytes
from vmatui.engine.inspecting.bytepieces import Flaw
from vmatui.engine.progress import Progress
from vmatui.errors import CancelledError, SourceError

PLAIN = forge([Disk("drive-scsi0", noise(40 * CLUSTER))])
PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "none": bytes,
    "gzip": as_gzip,
    "seekable": as_seekable,
}


@contextmanager
def bytes_of(data: bytes) -> Iterator[ArchiveBytes]:
    with as_file(data) as path, ArchiveBytes(partial(open_archive, path)) as reader:
        yield reader


@pytest.mark.parametrize("packer", PACKERS)
def test_any_place_is_read_in_any_order_whatever_the_archive_is_packed_with(packer: str) -> None:
    with bytes_of(PACKERS[packer](PLAIN)) as reader:
        for offset in (0, 2_000_000, 100, len(PLAIN) - 5000, 1_000_000, 12288):
            piece = reader.read_at(offset, 5000)
            assert piece.data == PLAIN[offset : offset + 5000]
            assert piece.offset == offset
            assert not piece.flaws


@pytest.mark.parametrize("packer", PACKERS)
def test_the_end_is_known_once_it_was_met(packer: str) -> None:
    with bytes_of(PACKERS[packer](PLAIN)) as reader:
        assert reader.size is None
        assert reader.read_at(len(PLAIN) - 7, 100).data == PLAIN[-7:]
        assert reader.size == len(PLAIN)
        assert reader.read_at(len(PLAIN) + 100, 100).data == b""
        assert reader.read_at(1 << 60, 1).data == b""


def test_a_packed_archive_is_opened_anew_only_to_go_back_behind_its_window(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(archivebytes, "WINDOW", 500_000)
    monkeypatch.setattr(archivebytes, "_STEP", 100_000)
    opened = []
    with as_file(as_gzip(PLAIN)) as path:

        def reopen() -> Archive:
            opened.append(path)
            return open_archive(path)

        with ArchiveBytes(reopen) as reader:
            assert not reader.is_near(0, 100)
            reader.read_at(2_000_000, 100)
            assert reader.read_at(1_700_000, 100).data == PLAIN[1_700_000:1_700_100]
            assert reader.is_near(1_700_000, 100)
            assert reader.is_near(2_100_000, 100)
            assert not reader.is_near(2_600_000, 100)
            assert len(opened) == 1
            assert not reader.is_near(100, 100)
            assert reader.read_at(100, 50).data == PLAIN[100:150]
            assert len(opened) == 2


def test_the_way_to_a_far_place_tells_how_far_it_is_and_can_be_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(archivebytes, "_STEP", 100_000)
    cancel = threading.Event()
    heard = []

    def hear(progress: Progress) -> None:
        heard.append((progress.done, progress.total))
        cancel.set()

    with bytes_of(as_gzip(PLAIN)) as reader:
        with pytest.raises(CancelledError):
            reader.read_at(2_000_000, 100, progress=hear, cancel=cancel)
        assert heard == [(12800, 2_000_000)]
        # What was left in the middle goes on from there.
        assert reader.read_at(2_000_000, 100).data == PLAIN[2_000_000:2_000_100]


def test_bytes_of_a_stream_whose_checksum_is_wrong_are_doubtful() -> None:
    packed = bytearray(as_zstd(PLAIN))
    packed[-1] ^= 1
    with bytes_of(bytes(packed)) as reader:
        assert not reader.read_at(1_000_000, 100).flaws
        reader.read_at(len(PLAIN), 1)
        piece = reader.read_at(1_000_000, 100)
        assert piece.data == PLAIN[1_000_000:1_000_100]
        assert piece.flaws == ((1_000_000, 1_000_100, Flaw.DOUBTFUL),)


def test_what_the_medium_does_not_give_is_unreadable(monkeypatch: pytest.MonkeyPatch) -> None:
    from vmatui.storage.descriptor import Descriptor

    real = Descriptor.preadv

    def preadv(self: Descriptor, views: list[memoryview], offset: int) -> int:
        length = sum(len(view) for view in views)
        if offset < 1_003_520 and offset + length > 999_424:
            raise OSError(5, "Input/output error")
        return real(self, views, offset)

    with bytes_of(PLAIN) as reader:
        reader.read_at(0, 10)
        monkeypatch.setattr(Descriptor, "preadv", preadv)
        piece = reader.read_at(990_000, 20_000)
        assert piece.flaws == ((999_424, 1_003_520, Flaw.UNREADABLE),)
        assert piece.data[:9424] == PLAIN[990_000:999_424]
        assert piece.data[9424:13520] == bytes(4096)
        assert piece.data[13520:] == PLAIN[1_003_520:1_010_000]


def test_an_archive_that_is_gone_is_an_error_in_words() -> None:
    reader = ArchiveBytes(partial(open_archive, "/nowhere/a.vma"))
    with pytest.raises(SourceError, match="does not exist"):
        reader.read_at(0, 10)
