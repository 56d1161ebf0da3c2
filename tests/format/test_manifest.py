from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.damage import flip
from vmatui.errors import ManifestError
from vmatui.format.digests import DIGEST_SIZE, ENTRY_SIZE, MISSING, ZERO, entry_of
from vmatui.format.layout import CLUSTER_SIZE
from vmatui.format.manifest import (
    MAX_CHUNK,
    MAX_HEAD,
    TAIL_SIZE,
    Manifest,
    SealedDevice,
    count_kinds,
    pack_chunk,
    pack_manifest,
    pack_tail,
    packed_size,
    parse_chunk,
    parse_manifest,
    parse_tail,
)

examples = settings(max_examples=100, derandomize=True, deadline=None)

devices = st.builds(
    SealedDevice,
    st.integers(1, 254),
    st.integers(1, 1 << 48),
    st.integers(0, 1 << 32),
    st.integers(0, 1 << 32),
    st.binary(min_size=DIGEST_SIZE, max_size=DIGEST_SIZE),
)
manifests = st.builds(
    Manifest,
    st.uuids(),
    st.integers(-(1 << 63), (1 << 63) - 1),
    st.binary(min_size=DIGEST_SIZE, max_size=DIGEST_SIZE),
    st.lists(devices, max_size=254, unique_by=lambda device: device.dev_id).map(tuple),
)
entries = st.lists(
    st.sampled_from([ZERO, MISSING, b"a digest, 128 b.", b"\0" * 15 + b"\1"]),
    min_size=1,
    max_size=4096,
).map(b"".join)
SAMPLE = pack_manifest(
    Manifest(UUID(int=1), 2, bytes(32), (SealedDevice(7, 70_000, 2, 0, bytes(32)),))
)


@examples
@given(manifests)
def test_a_head_is_read_back_as_it_was_packed(manifest: Manifest) -> None:
    packed = pack_manifest(manifest)
    assert parse_manifest(packed) == manifest
    assert manifest.index_start == len(packed) <= MAX_HEAD


@examples
@given(entries)
def test_a_chunk_is_read_back_as_it_was_packed(packed: bytes) -> None:
    chunk = pack_chunk(packed)
    clusters = len(packed) // ENTRY_SIZE
    assert parse_chunk(chunk, clusters) == packed
    assert len(chunk) == packed_size(clusters, sum(count_kinds(packed))) <= MAX_CHUNK


@examples
@given(entries, st.integers(1, 600), st.booleans())
def test_a_chunk_of_another_length_is_refused(packed: bytes, count: int, is_cut: bool) -> None:
    chunk = pack_chunk(packed)
    changed = chunk[:-count] if is_cut else chunk + bytes(count)
    if changed and chunk:
        with pytest.raises(ManifestError, match="damaged"):
            parse_chunk(changed, len(packed) // ENTRY_SIZE)


def test_entries_for_clusters_that_there_are_not_are_refused() -> None:
    with pytest.raises(ManifestError, match="damaged"):
        parse_chunk(b"\x02" + MISSING, 1)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "none"),
        (b"VMA\0" + SAMPLE[4:], "none"),
        (SAMPLE[:50], "none"),
        (SAMPLE[:11] + b"\2" + SAMPLE[12:], "version 2, which only a newer vmatui knows"),
        (SAMPLE[:12] + b"\2" + SAMPLE[13:], "cut"),
        (SAMPLE[:12] + b"\2" + SAMPLE[13:] + SAMPLE[72:], "devices make no sense"),
        (SAMPLE[:72] + b"\xff" + SAMPLE[73:], "devices make no sense"),
        (SAMPLE[:80] + bytes(8) + SAMPLE[88:], "no size"),
        (SAMPLE[:80] + b"\xff" * 8 + SAMPLE[88:], "no size"),
    ],
)
def test_a_head_that_makes_no_sense_is_refused_in_words(data: bytes, told: str) -> None:
    with pytest.raises(ManifestError, match=told):
        parse_manifest(data)


@examples
@given(st.binary(max_size=300), st.integers(0, len(SAMPLE)))
def test_any_bytes_give_a_manifest_or_our_error(data: bytes, kept: int) -> None:
    try:
        manifest = parse_manifest(SAMPLE[:kept] + data)
    except ManifestError:
        return
    assert len(manifest.devices) <= 254


@examples
@given(st.binary(min_size=32, max_size=32), st.integers(-(1 << 63), (1 << 63) - 1))
def test_a_tail_fits_only_its_own_manifest(digest: bytes, time: int) -> None:
    tail = pack_tail(digest, time)
    assert (len(tail), parse_tail(tail, digest)) == (TAIL_SIZE, time)
    for at in range(TAIL_SIZE):
        with pytest.raises(ManifestError, match="its own digest"):
            parse_tail(flip(tail, at), digest)
    with pytest.raises(ManifestError, match="its own digest"):
        parse_tail(tail, flip(digest, 7))


def test_a_cluster_of_zeros_has_an_entry_of_zeros_and_no_other_cluster_has() -> None:
    assert entry_of(bytearray(CLUSTER_SIZE)) == ZERO
    assert entry_of(bytearray(CLUSTER_SIZE - 1) + b"\1") not in {ZERO, MISSING}
