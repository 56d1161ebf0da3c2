"""Compressed outputs, read back by the real programs and by our own source."""

from __future__ import annotations

import os
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterable
from itertools import accumulate
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.compressors import decompressed
from tests.storage.devices import MIB, mounted
from tests.storage.streams import read_all, sample
from tests.tools import require_tool
from vmatui.errors import TargetError, UsageError
from vmatui.storage.codecs.seek_table import read_seek_table
from vmatui.storage.compressors import compressor_of
from vmatui.storage.faults import Compression, StreamState
from vmatui.storage.outputs import Output, open_output
from vmatui.storage.source import open_source

SUFFIXES = {Compression.ZSTD: ".zst", Compression.GZIP: ".gz", Compression.LZOP: ".lzo"}
PROGRAMS = {Compression.ZSTD: "zstd", Compression.GZIP: "gzip", Compression.LZOP: "lzop"}
KINDS = list(SUFFIXES)
DATA = sample(3 * MIB + 777)


def output_to(
    target: str | Path, kind: Compression | None = None, level: int | None = None, threads: int = 0
) -> Output:
    return open_output(str(target), compression=kind, level=level, threads=threads)


def write_all(output: Output, pieces: Iterable[bytes]) -> None:
    output.open()
    for piece in pieces:
        output.writev([memoryview(piece)])
    output.finish()
    output.discard()


def check(path: Path, kind: Compression, data: bytes) -> None:
    """Read a file by the program that goes with it and by our source; both find it sound."""
    subprocess.run([require_tool(PROGRAMS[kind]), "-t", path], check=True, capture_output=True)
    assert decompressed(path) == data
    with open_source(path) as source:
        assert source.compression is kind
        assert read_all(source) == data
        assert source.take_faults() == []
        assert source.stream is StreamState.SOUND


@pytest.mark.parametrize("threads", [0, 1, 2, 5])
@pytest.mark.parametrize("kind", KINDS)
def test_the_real_program_and_our_source_read_what_is_written(
    tmp_path: Path, kind: Compression, threads: int
) -> None:
    path = tmp_path / f"a.vma{SUFFIXES[kind]}"
    output = output_to(path, threads=threads)
    write_all(output, [DATA[:12800], DATA[12800:]])
    assert output.written == path.stat().st_size < len(DATA) / 2
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]
    check(path, kind, DATA)


@pytest.mark.parametrize(
    "data",
    [b"x", bytes(MIB), os.urandom(MIB + 1), bytes(262144)],
    ids=["byte", "zeros", "noise", "block"],
)
@pytest.mark.parametrize("kind", KINDS)
def test_noise_zeros_and_whole_blocks_are_no_exception(
    tmp_path: Path, kind: Compression, data: bytes
) -> None:
    path = tmp_path / f"a.vma{SUFFIXES[kind]}"
    write_all(output_to(path), [data])
    check(path, kind, data)
    assert path.stat().st_size < len(data) + 1000


@given(st.sampled_from(KINDS), st.lists(st.integers(0, 400_000), max_size=6), st.integers(1, 3))
@settings(deadline=None, max_examples=30, derandomize=True)
def test_pieces_of_any_size_make_one_stream(
    kind: Compression, lengths: list[int], threads: int
) -> None:
    pieces = [DATA[:length] for length in lengths] + [b"end"]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"a{SUFFIXES[kind]}"
        write_all(output_to(path, threads=threads), pieces)
        check(path, kind, b"".join(pieces))


@pytest.mark.parametrize(
    ("kind", "levels"), [(Compression.ZSTD, [1, 19]), (Compression.GZIP, [1, 3, 4, 9])]
)
def test_a_higher_level_makes_it_smaller(
    tmp_path: Path, kind: Compression, levels: list[int]
) -> None:
    data = DATA[:MIB]
    sizes = []
    for level in levels:
        path = tmp_path / f"{level}{SUFFIXES[kind]}"
        write_all(output_to(path, level=level), [data])
        check(path, kind, data)
        sizes.append(path.stat().st_size)
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] > sizes[-1]


@pytest.mark.parametrize("name", ["a.vma", "a.vma.ZST", "a.zst.vma", "zst", ".zst"])
def test_other_names_are_not_compressed(tmp_path: Path, name: str) -> None:
    write_all(output_to(tmp_path / name), [DATA])
    assert (tmp_path / name).read_bytes() == DATA


def test_what_is_asked_for_counts_more_than_the_name(tmp_path: Path) -> None:
    path = tmp_path / "a.gz"
    write_all(output_to(path, Compression.NONE), [DATA])
    assert path.read_bytes() == DATA
    path = tmp_path / "b.vma"
    write_all(output_to(path, Compression.ZSTD), [DATA])
    with open_source(path) as source:
        assert source.compression is Compression.ZSTD


def test_a_command_is_only_compressed_for_when_asked(tmp_path: Path) -> None:
    path = tmp_path / "a.zst"
    write_all(output_to(f"exec:cat >{path}"), [DATA])
    assert path.read_bytes() == DATA
    write_all(output_to(f"exec:cat >{path}", Compression.ZSTD), [DATA])
    check(path, Compression.ZSTD, DATA)


def test_zstd_frames_begin_with_large_pieces_and_end_with_a_table_of_them(tmp_path: Path) -> None:
    path = tmp_path / "a.zst"
    pieces = [DATA[:12288], DATA, *[DATA[:512]] * 100, DATA[: 2 * MIB], DATA[:900], DATA[:MIB]]
    write_all(output_to(path), pieces)
    said = subprocess.run(
        [require_tool("zstd"), "-lv", path], check=True, capture_output=True, text=True
    ).stdout
    assert "# Zstandard Frames: 6\n" in said
    assert "# Skippable Frames: 1\n" in said
    assert "Check: XXH64" in said
    assert f"({sum(map(len, pieces))} B)" in said
    packed = path.read_bytes()
    table = read_seek_table(lambda length: packed[-length:], len(packed))
    assert table is not None
    assert table.has_entries
    assert list(table.offsets) == list(
        accumulate([12288, len(DATA), 51_200, 2 * MIB, 900, MIB], initial=0)
    )
    assert all(packed[place : place + 4] == b"\x28\xb5\x2f\xfd" for place in table.places[:-1])


def test_high_levels_get_longer_frames(tmp_path: Path) -> None:
    path = tmp_path / "a.zst"
    write_all(output_to(path, level=9), [DATA] * 6)
    packed = path.read_bytes()
    table = read_seek_table(lambda length: packed[-length:], len(packed))
    assert table is not None
    assert len(table.places) == 2


def test_zstd_finds_again_what_is_anywhere_in_an_extent(tmp_path: Path) -> None:
    path = tmp_path / "a.zst"
    noise = os.urandom(5 * MIB // 2)
    write_all(output_to(path), [noise + noise[:MIB]])
    check(path, Compression.ZSTD, noise + noise[:MIB])
    assert path.stat().st_size < len(noise) + MIB // 2


@pytest.mark.parametrize("level", [1, 3, 9])
def test_zstd_packs_in_place_whatever_does_not_become_smaller_or_has_no_room(
    tmp_path: Path, level: int
) -> None:
    path = tmp_path / "a.zst"
    pieces = [os.urandom(length) for length in (512, 15 * MIB, 9 * MIB, 40 * MIB, MIB + 1)]
    write_all(output_to(path, level=level, threads=2), [*pieces, DATA, pieces[2]])
    check(path, Compression.ZSTD, b"".join([*pieces, DATA, pieces[2]]))


def test_zstd_uses_its_memory_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from vmatui.storage.packers import zstd

    made: list[str] = []

    def counted(name: str) -> Callable[..., object]:
        original = vars(zstd)[name]

        def make(*args: object, **options: object) -> object:
            made.append(name)
            return original(*args, **options)

        return make

    for name in ("Frame", "ZstdCompressor"):
        monkeypatch.setattr(zstd, name, counted(name))
    pieces = [DATA, DATA[:900], DATA[: 2 * MIB]] * 8
    write_all(output_to(tmp_path / "a.zst", threads=2), pieces)
    check(tmp_path / "a.zst", Compression.ZSTD, b"".join(pieces))
    assert made.count("Frame") == 3
    assert made.count("ZstdCompressor") <= 2


def test_an_lzop_file_looks_like_one_of_the_real_program(tmp_path: Path) -> None:
    path = tmp_path / "a.lzo"
    write_all(output_to(path), [DATA])
    theirs = subprocess.run(
        [require_tool("lzop"), "-c"], input=DATA, check=True, capture_output=True
    ).stdout
    ours = path.read_bytes()
    # Magic, versions, method, level, flags, mode; the time differs and so the checksum.
    assert ours[:25] == theirs[:25]
    assert ours[29:34] == theirs[29:34]
    assert ours[38:42] == theirs[38:42]
    assert ours[46:50] == theirs[46:50]


@pytest.mark.parametrize(
    ("kind", "level", "said"),
    [
        (Compression.ZSTD, 0, "zstd has no level 0: take one from 1 to 22"),
        (Compression.ZSTD, 23, "zstd has no level 23: take one from 1 to 22"),
        (Compression.GZIP, 10, "gzip has no level 10: take one from 1 to 9"),
        (Compression.LZOP, 1, "compression lzop has no levels: leave the level out"),
        (Compression.NONE, 1, "compression none has no levels: leave the level out"),
        (Compression.XZ, None, "archives are not written as xz: take zstd, gzip or lzop"),
        (Compression.BZIP2, 9, "archives are not written as bzip2: take zstd, gzip or lzop"),
    ],
)
def test_what_cannot_be_had_is_said_before_anything_is_made(
    tmp_path: Path, kind: Compression, level: int | None, said: str
) -> None:
    with pytest.raises(UsageError) as caught:
        output_to(tmp_path / "a.vma", kind, level)
    assert str(caught.value) == said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", KINDS)
def test_discarding_in_the_middle_leaves_nothing_and_no_thread(
    tmp_path: Path, kind: Compression
) -> None:
    before = set(threading.enumerate())
    output = output_to(tmp_path / f"a{SUFFIXES[kind]}", threads=3)
    output.open()
    output.writev([memoryview(DATA)])
    output.discard()
    output.discard()
    assert list(tmp_path.iterdir()) == []
    for thread in set(threading.enumerate()) - before:
        thread.join()


@pytest.mark.root
@pytest.mark.parametrize("kind", KINDS)
def test_a_full_file_system_ends_with_one_sentence(tmp_path: Path, kind: Compression) -> None:
    with mounted("tmpfs", tmp_path / "small", "-t", "tmpfs", "-o", "size=1m") as folder:
        output = output_to(folder / f"a.vma{SUFFIXES[kind]}")
        with pytest.raises(TargetError, match="No space left on device; make room there"):
            write_all(output, [os.urandom(MIB) for _ in range(20)])
        output.discard()
        assert list(folder.iterdir()) == []


@pytest.mark.parametrize("fault", ["memory", "library"])
def test_a_level_that_needs_too_much_memory_is_said(
    monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    from vmatui.storage.packers import zstd

    fault_type = MemoryError if fault == "memory" else vars(zstd)["ZstdError"]

    def exhausted(options: object) -> None:
        raise fault_type

    monkeypatch.setattr(zstd, "ZstdCompressor", exhausted)
    packer = compressor_of(Compression.ZSTD, 22, 200)
    list(packer.add([memoryview(b"x")]))
    with pytest.raises(TargetError, match=r"zstd cannot compress at level 22 .*: take a lower"):
        list(packer.end())
    packer.stop()


def test_nothing_compresses_as_nothing() -> None:
    with pytest.raises(ValueError, match="nothing compresses as none"):
        compressor_of(Compression.NONE, None, 1)
