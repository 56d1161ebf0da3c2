"""The oracle against the reference: what it wrote is understood, and written again byte by byte."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from tests.compressors import decompressed
from tests.corpus import (
    DamagedArchive,
    PackedArchive,
    SoundArchive,
    damaged_corpus,
    full_corpus,
    packed_corpus,
    small_corpus,
    sound_corpus,
)
from tests.forge import Forge, ForgedExtent, ForgedSlot
from tests.parser import Parsed, parse, parse_strict

HEADER_IS_BEYOND_USE = 3


def _assert_is(parsed: Parsed, archive: SoundArchive) -> None:
    """Compare everything with the manifest."""
    assert parsed.uuid.hex() == archive.uuid
    assert parsed.ctime == archive.ctime
    assert parsed.header_size == archive.header_size
    configs = [(name, len(data), hashlib.sha256(data).hexdigest()) for name, data in parsed.configs]
    assert configs == [(config.name, config.size, config.sha256) for config in archive.configs]
    devices = [
        (dev_id, device.name, device.size, device.sha256())
        for dev_id, device in parsed.devices.items()
    ]
    expected = [(item.dev_id, item.name, item.size, item.sha256) for item in archive.devices]
    assert devices == expected


def _rebuilt(parsed: Parsed) -> Forge:
    """Return a forge that puts the same parts into the same places."""
    archive = Forge(parsed.uuid, parsed.ctime)
    for name, data in parsed.configs:
        archive.add_config(name, data)
    for dev_id, device in parsed.devices.items():
        archive.add_device(dev_id, device.name, device.size)
    # The reference leaves more room than needed after a large config.
    archive.padding = parsed.header_size - len(archive.build())
    for extent in parsed.extents:
        slots = [ForgedSlot() for _ in range(59)]
        for slot in extent.slots:
            slots[slot.index] = ForgedSlot(slot.mask, slot.dev_id, slot.cluster, slot.data)
        archive.extents.append(ForgedExtent(slots))
    return archive


@pytest.mark.parametrize("packed", small_corpus(), ids=str)
def test_a_small_archive_holds_what_its_manifest_says(packed: PackedArchive) -> None:
    plain = decompressed(packed.path)
    assert hashlib.sha256(plain).hexdigest() == packed.archive.sha256
    _assert_is(parse_strict(plain), packed.archive)


@pytest.mark.parametrize("packed", small_corpus(), ids=str)
def test_a_small_archive_can_be_forged_byte_by_byte(packed: PackedArchive) -> None:
    plain = decompressed(packed.path)
    assert _rebuilt(parse_strict(plain)).build() == plain


def test_the_small_corpus_has_every_compression_and_stays_small() -> None:
    packed = small_corpus()
    assert {archive.compression for archive in packed} == {"zstd", "gzip", "lzop"}
    assert sum(archive.path.stat().st_size for archive in packed) < 500_000


@pytest.mark.parametrize("archive", sound_corpus(), ids=str)
def test_a_sound_archive_holds_what_its_manifest_says(archive: SoundArchive, corpus: Path) -> None:
    plain = (corpus / "sound" / archive.name).read_bytes()
    assert len(plain) == archive.size
    _assert_is(parse_strict(plain), archive)


@pytest.mark.parametrize("archive", sound_corpus(), ids=str)
def test_a_sound_archive_can_be_forged_byte_by_byte(archive: SoundArchive, corpus: Path) -> None:
    plain = (corpus / "sound" / archive.name).read_bytes()
    assert _rebuilt(parse_strict(plain)).build() == plain


@pytest.mark.parametrize("variant", damaged_corpus(), ids=str)
def test_the_parser_finds_what_is_wrong_with_a_variant(
    variant: DamagedArchive, corpus: Path
) -> None:
    data = (corpus / "damaged" / f"{variant.name}.vma").read_bytes()
    if variant.is_legal:
        archive = next(each for each in sound_corpus() if each.name == variant.base)
        images = [device.sha256() for device in parse_strict(data).devices.values()]
        assert images == [device.sha256 for device in archive.devices]
    elif HEADER_IS_BEYOND_USE in variant.verify_exit:
        with pytest.raises(AssertionError):
            parse_strict(data)
    elif variant.findings:
        assert set(parse(data).faults) & set(variant.findings)
    else:
        assert not parse(data).faults


def test_the_corpus_is_found_where_the_environment_says(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("VMATUI_CORPUS", str(tmp_path))
    assert full_corpus() is None
    assert not [*sound_corpus(), *damaged_corpus(), *packed_corpus()]
    (tmp_path / "manifest.json").write_text('{"sound": [], "damaged": []}')
    assert full_corpus() == tmp_path
