"""Whatever the bytes are: sources end, raise nothing but our errors, and never invent data."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.compressors import COMPRESSORS
from tests.storage.streams import read_all, sample
from vmatui.errors import VmaError
from vmatui.storage.faults import SourceFault, StreamState
from vmatui.storage.source import open_source

DATA = sample(60_000)
PACKED = {name: pack(DATA) for name, pack in COMPRESSORS.items()}
MAGICS = [packed[:length] for packed in PACKED.values() for length in (4, 9, 18)]
MAGICS += [b"\x50\x2a\x4d\x18", b""]
SETTINGS = settings(max_examples=100, derandomize=True, deadline=None)


def contents(data: bytes) -> tuple[bytes, list[SourceFault], StreamState]:
    """Read data through a file; nothing if it is refused."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "archive"
        path.write_bytes(data)
        try:
            with open_source(path) as source:
                read = read_all(source, 1000, 512)
                assert source.position == len(read)
                assert source.readv([memoryview(bytearray(1))]) == 0
                return read, source.take_faults(), source.stream
        except VmaError:
            return b"", [], StreamState.FAULTY


@given(magic=st.sampled_from(MAGICS), rest=st.binary(max_size=400))
@SETTINGS
def test_arbitrary_bytes_end_without_a_crash(magic: bytes, rest: bytes) -> None:
    read, faults, state = contents(magic + rest)
    assert state is not StreamState.UNREAD
    assert all(0 <= fault.offset <= len(read) for fault in faults)
    assert all(fault.message.isprintable() for fault in faults)


@given(name=st.sampled_from(sorted(PACKED)), part=st.floats(0, 1, exclude_max=True))
@SETTINGS
def test_any_cut_gives_the_start_of_the_data_and_a_fault(name: str, part: float) -> None:
    packed = PACKED[name]
    read, faults, state = contents(packed[: int(len(packed) * part)])
    if name != "none" and len(packed) * part >= 9:
        assert DATA.startswith(read)
        assert [fault.kind for fault in faults] == ["stream-error"]
        assert state is StreamState.FAULTY


@given(
    name=st.sampled_from(sorted(PACKED)),
    flips=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 7)), min_size=1),
)
@SETTINGS
def test_flipped_bits_never_pass_for_sound_data(name: str, flips: list[tuple[float, int]]) -> None:
    packed = bytearray(PACKED[name])
    for part, bit in flips:
        packed[int(len(packed) * part)] ^= 1 << bit
    read, faults, state = contents(bytes(packed))
    assert (state is StreamState.FAULTY) is bool(faults) or not read
    if state is StreamState.SOUND:
        assert read == DATA
