"""zstd unpacked many blocks at once gives what it gives block by block, whatever is wrong."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.compressors import as_zstd
from tests.forge import Disk, forge, noise
from tests.seekable import as_seekable
from tests.storage.streams import opened, read_all, sample
from vmatui.storage.codecs.intake import Intake
from vmatui.storage.codecs.zstd_blocks import Frame
from vmatui.storage.faults import SourceFault, StreamState

_DATA = sample(900_000)
STREAMS: dict[str, Callable[[], bytes]] = {
    "from-a-pipe": lambda: as_zstd(_DATA),
    "without-checksum": lambda: as_zstd(_DATA, "--no-check"),
    "frames": lambda: as_zstd(_DATA[:400_000]) + b"\x50\x2a\x4d\x18\4\0\0\0skip" + as_zstd(_DATA),
    "seekable": lambda: as_seekable(
        forge([Disk("a", sample(1 << 20, 2)), Disk("b", noise(90000))])
    ),
}
Told = tuple[list[bytes], list[SourceFault], StreamState, int]


def told(folder: Path, packed: bytes, chance: random.Random) -> Told:
    """Return everything that a file with this content gives and says."""
    parts, faults = [], []
    with opened(folder, packed) as source:
        is_going = True
        while is_going:
            parts.append(read_all(source, chance.choice([512, 70_000]), 512))
            faults += source.take_faults()
            is_going = source.resume()
        return parts, faults, source.stream, source.settled


def spoilt(packed: bytes, chance: random.Random) -> bytes:
    """Return a stream with one thing wrong: a flip, a cut, bytes lost, put in or overwritten."""
    at = chance.randrange(20, len(packed))
    length = chance.choice([1, 3, 5000])
    return (
        packed[:at] + bytes([packed[at] ^ 1 << chance.randrange(8)]) + packed[at + 1 :],
        packed[:at],
        packed[:at] + packed[at + length :],
        packed[:at] + chance.randbytes(length) + packed[at:],
        packed[:at] + chance.randbytes(length) + packed[at + length :],
    )[chance.randrange(5)]


@pytest.mark.parametrize("kind", STREAMS)
def test_damage_is_told_alike_whether_blocks_come_alone_or_together(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed = STREAMS[kind]()
    for seed in range(60):
        data = spoilt(packed, random.Random(seed))
        together = told(tmp_path, data, random.Random(seed))
        with monkeypatch.context() as patch:
            patch.setattr(Intake, "can_go_back", False)
            alone = told(tmp_path, data, random.Random(seed))
        assert together == alone, f"seed {seed}"


@pytest.mark.parametrize("kind", STREAMS)
def test_no_block_of_a_sound_file_is_unpacked_alone(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_self: Frame, _length: int) -> None:
        raise AssertionError("a block was unpacked alone")

    packed = STREAMS[kind]()
    with monkeypatch.context() as patch:
        patch.setattr(Intake, "can_go_back", False)
        alone = told(tmp_path, packed, random.Random(1))
    monkeypatch.setattr(Frame, "_feed", refuse)
    assert told(tmp_path, packed, random.Random(1)) == alone
    assert not alone[1]


def test_going_back_is_seen_in_the_progress(tmp_path: Path) -> None:
    packed = bytearray(as_zstd(_DATA))
    packed[len(packed) - 2] ^= 1
    with opened(tmp_path, bytes(packed)) as source:
        assert read_all(source) == _DATA
        assert source.disk_position == len(packed)
        assert [fault.kind for fault in source.take_faults()] == ["stream-checksum"]


def test_nothing_of_a_frame_stays_in_memory(tmp_path: Path) -> None:
    packed = as_zstd(bytes(1 << 20), "--no-check", "-19") * 4
    (tmp_path / "archive").write_bytes(packed)
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from vmatui.storage.source import open_source\n"
        "def held():\n"
        "    return int(Path('/proc/self/statm').read_text().split()[1]) * 4096\n"
        "def read():\n"
        "    with open_source(sys.argv[1]) as source:\n"
        "        source.drain()\n"
        "for _ in range(5):\n"
        "    read()\n"
        "before = held()\n"
        "for _ in range(40):\n"
        "    read()\n"
        "print(held() - before)\n"
    )
    words = [sys.executable, "-c", script, str(tmp_path / "archive")]
    grown = int(subprocess.run(words, stdout=subprocess.PIPE, check=True).stdout)
    assert grown < 8 << 20
