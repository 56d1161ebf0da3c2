from __future__ import annotations

import io
import json
import os
import struct
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from blake3 import blake3
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.compressors import as_gzip, as_zstd
from tests.damage import DAMAGED, LEGAL, sound
from tests.forge import CLUSTER, Disk, forge, noise
from tests.opening import as_pipe
from tests.sealing import seal_file
from vmatui.engine.archive import open_archive
from vmatui.engine.checking.report import VerifyReport
from vmatui.engine.checking.verify import verify
from vmatui.engine.demo.demo import make_demo
from vmatui.engine.indexing.indexbytes import KeptIndex, parse_index
from vmatui.engine.indexing.indexcache import IndexCache
from vmatui.engine.indexing.picture import Picture
from vmatui.storage.cachefolder import CacheFolder

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

HEAD, LENGTH = struct.Struct("<8sI"), struct.Struct("<Q")


def walked(
    path: Path, cache: Path, *, quick: bool = False, meanwhile: Callable[[], object] = int
) -> tuple[Picture, VerifyReport]:
    """Verify an archive and keep its index."""
    with open_archive(path) as archive:
        kept = IndexCache(archive, CacheFolder(cache))
        picture = Picture(archive.header.devices)
        report = verify(archive, quick=quick, visitors=picture.visitors)
        meanwhile()
        kept.keep(picture, report)
    return picture, report


def recalled(path: Path, cache: Path) -> KeptIndex | None:
    with open_archive(path) as archive:
        return IndexCache(archive, CacheFolder(cache)).recall()


def drawn(picture: Picture) -> list[object]:
    """Return all that a picture shows."""
    maps = [
        (dev_id, bytes(each.states), bytes(each.masks.cast("B")))
        for dev_id, each in picture.map.devices.items()
    ]
    count, placement = picture.placement.count, picture.placement
    runs = [
        bytes(column[:count])
        for column in (placement.firsts, placement.extents, placement.lengths, placement.dev_ids)
    ]
    return [
        maps,
        [picture.extents[n] for n in range(len(picture.extents))],
        runs,
        picture.map.is_complete,
    ]


@pytest.fixture
def packed(tmp_path: Path) -> Path:
    path = tmp_path / "a.vma.gz"
    path.write_bytes(as_gzip(sound().build()))
    return path


@pytest.mark.parametrize("kind", [*DAMAGED, *LEGAL])
def test_all_that_a_walk_drew_and_found_is_recalled(kind: str, tmp_path: Path, cache: Path) -> None:
    path = tmp_path / "a.vma.gz"
    data = {**DAMAGED, **LEGAL}[kind]()
    path.write_bytes(data if kind.startswith("stream-") else as_gzip(data))
    picture, report = walked(path, cache)
    kept = recalled(path, cache)
    assert kept is not None
    assert drawn(kept.picture) == drawn(picture)
    assert kept.report == report


def test_a_proof_and_a_faulty_stream_are_recalled(packed: Path, cache: Path) -> None:
    seal_file(packed)
    _, report = walked(packed, cache)
    kept = recalled(packed, cache)
    assert kept is not None
    assert report.proof.sealed_at is not None
    assert kept.report == report
    packed.write_bytes(packed.read_bytes()[:-6] + b"123456")
    _, report = walked(packed, cache)
    kept = recalled(packed, cache)
    assert kept is not None
    assert report.stream.value == "faulty"
    assert kept.report == report


def test_partitions_are_recalled(tmp_path: Path, cache: Path) -> None:
    path = tmp_path / "a.vma.zst"
    demo, _ = make_demo(tmp_path / "demo")
    path.write_bytes(as_zstd(zstd.decompress(demo.read_bytes())))
    walked(path, cache)
    kept = recalled(path, cache)
    assert kept is not None
    found = {(each.partition.number, each.kind) for each in kept.regions[1]}
    assert found
    assert all(number and kind for number, kind in found)


def test_what_holds_nothing_costs_next_to_nothing(tmp_path: Path, cache: Path) -> None:
    path = tmp_path / "a.vma.gz"
    path.write_bytes(as_gzip(forge([Disk("a", noise(CLUSTER), size=1 << 30)])))
    walked(path, cache)
    assert next(cache.iterdir()).stat().st_size < 4000


def test_another_archive_has_another_index(packed: Path, cache: Path) -> None:
    walked(packed, cache)
    assert recalled(packed, cache) is not None
    packed.write_bytes(as_gzip(DAMAGED["missing-cluster"]()))
    assert recalled(packed, cache) is None


def test_a_manifest_that_came_or_went_makes_the_index_void(packed: Path, cache: Path) -> None:
    walked(packed, cache)
    seal_file(packed)
    assert recalled(packed, cache) is None
    walked(packed, cache)
    assert recalled(packed, cache) is not None
    packed.with_name(packed.name + ".vmatui").unlink()
    kept = recalled(packed, cache)
    assert kept is not None
    assert kept.report.proof.manifest is None


def test_an_archive_that_changes_while_it_is_read_is_not_kept(packed: Path, cache: Path) -> None:
    walked(packed, cache, meanwhile=lambda: os.utime(packed, (5, 5)))
    assert not cache.exists()


def test_of_plain_archives_and_of_headers_alone_nothing_is_kept(
    tmp_path: Path, cache: Path
) -> None:
    path = tmp_path / "a.vma"
    path.write_bytes(sound().build())
    walked(path, cache)
    walked(path, cache, quick=True)
    assert not cache.exists()


def test_no_folder_keeps_and_recalls_nothing(packed: Path) -> None:
    with open_archive(packed) as archive:
        kept = IndexCache(archive, None)
        picture = Picture(archive.header.devices)
        kept.keep(picture, verify(archive, visitors=picture.visitors))
        assert kept.recall() is None


def test_what_is_no_file_is_never_kept(cache: Path) -> None:
    with as_pipe(as_gzip(sound().build())) as name:
        walked(Path(name), cache)
    assert not cache.exists()


class Entry:
    """A kept index that a test spoils."""

    def __init__(self, path: Path, cache: Path) -> None:
        walked(path, cache)
        self.path = path
        self.data = next(cache.iterdir()).read_bytes()
        frame = io.BytesIO(zstd.decompress(self.data[HEAD.size : -32]))
        words = frame.read(LENGTH.unpack(frame.read(LENGTH.size))[0])
        self.values: dict[str, Any] = json.loads(words)
        self.rest = frame.read()

    def parse(self, data: bytes) -> KeptIndex | None:
        with open_archive(self.path) as archive:
            return parse_index(data, archive)

    def sealed(self, content: bytes) -> bytes:
        """Return content as whoever means harm would write it, its digest right."""
        data = self.data[: HEAD.size] + zstd.compress(content)
        return data + blake3(data).digest()

    def content(self) -> bytes:
        words = json.dumps(self.values).encode()
        return LENGTH.pack(len(words)) + words + self.rest


@pytest.fixture
def entry(packed: Path, cache: Path) -> Entry:
    return Entry(packed, cache)


def test_an_entry_made_anew_by_the_test_is_believed(entry: Entry) -> None:
    assert entry.parse(entry.sealed(entry.content())) is not None


def test_a_damaged_entry_is_as_none(entry: Entry) -> None:
    data = entry.data
    for at in range(0, len(data), 7):
        assert entry.parse(data[:at]) is None
        assert entry.parse(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]) is None


HOSTILE: dict[str, Callable[[dict[str, Any]], object]] = {
    "other byteorder": lambda values: values.update(byteorder="middle"),
    "other archive": lambda values: values.update(header="00"),
    "missing value": lambda values: values.pop("report"),
    "too many extents": lambda values: values.update(extents=1 << 60),
    "more extents than there are": lambda values: values.update(extents=1 << 20),
    "fewer extents": lambda values: values.update(extents=0),
    "negative count": lambda values: values.update(extents=-1),
    "a count that is a bool": lambda values: values.update(runs=True),
    "too many runs": lambda values: values.update(runs=1 << 40),
    "no sets": lambda values: values.update(sets=[]),
    "sets of text": lambda values: values.update(sets=["a"]),
    "fewer devices": lambda values: values["report"]["devices"].pop(),
    "an unknown code": lambda values: values["report"].update(structure="fine"),
    "findings of another kind": lambda values: values["report"].update(findings=[{"code": "x"}]),
    "text for a number": lambda values: values["report"].update(bytes="1"),
    "no regions": lambda values: values.update(regions=[[1]]),
    "a region that is none": lambda values: values.update(regions=[[1, [[{}, None]]]]),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_entry_is_as_none(kind: str, entry: Entry) -> None:
    HOSTILE[kind](entry.values)
    assert entry.parse(entry.sealed(entry.content())) is None


@pytest.mark.parametrize("column", range(4000, 0, -97))
def test_whatever_stands_in_the_columns_what_is_drawn_can_be(column: int, entry: Entry) -> None:
    rest = bytearray(entry.rest)
    rest[column % len(rest)] = 0x1F
    entry.rest = bytes(rest)
    kept = entry.parse(entry.sealed(entry.content()))
    for device_map in kept.picture.map.devices.values() if kept else ():
        assert all(state & 0x1F <= 17 for state in device_map.states)


def test_a_page_beyond_the_device_and_what_follows_the_last_are_refused(entry: Entry) -> None:
    assert entry.parse(entry.sealed(entry.content() + b"x")) is None
    end = struct.pack("<I", 0xFFFFFFFF)
    entry.rest = entry.rest.removesuffix(end) + struct.pack("<I", 1 << 20) + bytes(1 << 16) + end
    assert entry.parse(entry.sealed(entry.content())) is None


def test_control_characters_in_an_entry_never_reach_a_screen(entry: Entry) -> None:
    entry.values["report"]["proof"]["problem"] = "a\x1b[31mb"
    kept = entry.parse(entry.sealed(entry.content()))
    assert kept is not None
    assert "\x1b" not in kept.report.proof.problem


@pytest.fixture(scope="module")
def any_entry(tmp_path_factory: pytest.TempPathFactory) -> Entry:
    folder = tmp_path_factory.mktemp("entry")
    (folder / "a.vma.gz").write_bytes(as_gzip(sound().build()))
    return Entry(folder / "a.vma.gz", folder / "cache")


@settings(max_examples=100, deadline=None)
@given(content=st.binary(max_size=200))
def test_no_bytes_raise(content: bytes, any_entry: Entry) -> None:
    assert any_entry.parse(content) is None
    assert any_entry.parse(any_entry.sealed(content)) is None
    words = LENGTH.pack(len(content)) + content
    assert any_entry.parse(any_entry.sealed(words)) is None


def test_a_bomb_is_left_packed(entry: Entry) -> None:
    entry.rest = bytes(1 << 26)
    assert entry.parse(entry.sealed(LENGTH.pack(1 << 40) + bytes(1 << 26))) is None
    assert entry.parse(entry.sealed(entry.content())) is None
