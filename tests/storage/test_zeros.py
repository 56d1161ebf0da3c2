"""Masks of clusters, against a slow and obvious count."""

from __future__ import annotations

import mmap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vmatui.storage.zeros import mask_of

CLUSTER, BLOCK = 65536, 4096


def cluster_of(mask: int, at: int = BLOCK - 1) -> bytearray:
    """Return a cluster whose blocks in the mask have one byte that is not zero."""
    cluster = bytearray(CLUSTER)
    for block in range(16):
        cluster[block * BLOCK + at] = mask >> block & 1
    return cluster


@given(st.integers(0, 0xFFFF), st.integers(0, BLOCK - 1), st.integers(0, 3))
@settings(deadline=None)
def test_every_mask_is_found_wherever_the_byte_is(mask: int, at: int, before: int) -> None:
    noise = b"\xff" * (before * BLOCK)
    buffer = noise + cluster_of(mask, at) + b"\xff" * BLOCK
    assert mask_of(buffer, len(noise)) == mask


@pytest.mark.parametrize("at", [0, 1, 4095])
@pytest.mark.parametrize("block", range(16))
def test_each_block_has_its_bit(block: int, at: int) -> None:
    assert mask_of(cluster_of(1 << block, at), 0) == 1 << block


@pytest.mark.parametrize("mask", [0, 1, 0x8000, 0xA5A5, 0xFFFF])
def test_all_kinds_of_memory_will_do(mask: int) -> None:
    cluster = cluster_of(mask)
    memory = mmap.mmap(-1, 2 * CLUSTER)
    memory[CLUSTER:] = bytes(cluster)
    assert mask_of(memory, CLUSTER) == mask
    assert mask_of(memoryview(memory), CLUSTER) == mask
    assert mask_of(bytes(cluster), 0) == mask
    assert mask_of(memoryview(cluster).toreadonly(), 0) == mask
