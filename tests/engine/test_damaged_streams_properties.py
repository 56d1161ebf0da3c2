"""Whatever is done to a packed archive: the walk ends, and believes nothing that is not true."""

from __future__ import annotations

from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.streamdamage import PACKERS, Packed, recover
from vmatui.errors import VmaError

MOST_GROWTH = 1 << 16
"""Archive bytes that one byte of a file may become, about what zstd packs at its best."""
NAMES = sorted(PACKERS)


@cache
def packed(name: str) -> Packed:
    return PACKERS[name]()


def place(data: st.DataObject, size: int) -> int:
    # Not in the first bytes: without them nothing is recognised, which is tested elsewhere.
    return 64 + int(data.draw(st.floats(0, 1, exclude_max=True)) * (size - 64))


def mutate(data: st.DataObject, file: bytearray) -> None:
    """Change, remove, insert or repeat some bytes."""
    start = place(data, len(file))
    length = data.draw(st.sampled_from((1, 13, 512, 4096, 65_536)))
    match data.draw(st.sampled_from(("flip", "zero", "remove", "insert", "repeat", "cut"))):
        case "flip":
            file[start] ^= 1 << data.draw(st.integers(0, 7))
        case "zero":
            file[start : start + length] = bytes(len(file[start : start + length]))
        case "remove":
            del file[start : start + length]
        case "insert":
            file[start:start] = data.draw(st.binary(max_size=64))
        case "repeat":
            other = place(data, len(file))
            file[start:start] = file[other : other + length]
        case _:
            del file[start:]


@given(data=st.data(), name=st.sampled_from(NAMES), count=st.integers(1, 4))
@settings(max_examples=300, derandomize=True, deadline=None)
def test_no_mutation_makes_the_walk_believe_a_wrong_cluster(
    data: st.DataObject, name: str, count: int
) -> None:
    file = bytearray(packed(name).data)
    for _ in range(count):
        if len(file) > 100:
            mutate(data, file)
    try:
        recovered = recover(bytes(file))
    except VmaError:
        return  # the archive's own header is gone, and that was said
    assert recovered.wrong() == set()
    assert recovered.report.bytes <= MOST_GROWTH * len(file)
