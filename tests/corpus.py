"""The archives that the reference implementation wrote: a few in the repository, all beside it.

The full corpus is the folder `../shared/corpus` next to the repository, or `$VMATUI_CORPUS`. Its
archives are listed when tests are collected; the `corpus` fixture unpacks them.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

DATA = Path(__file__).parent / "data"
_COMPRESSIONS = {".zst": "zstd", ".gz": "gzip", ".lzo": "lzop"}


@dataclass(frozen=True)
class CorpusDevice:
    """A device, and the digest of the image that a restore must give."""

    dev_id: int
    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class CorpusConfig:
    """A config and its digest."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class SoundArchive:
    """A sound archive; as a plain file it is `sound/NAME` in the unpacked corpus."""

    name: str
    size: int
    """Bytes of the plain archive."""
    sha256: str
    """Digest of the plain archive."""
    uuid: str
    """32 hexadecimal digits."""
    ctime: int
    header_size: int
    devices: tuple[CorpusDevice, ...]
    configs: tuple[CorpusConfig, ...]

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class PackedArchive:
    """A sound archive as a compressed file."""

    path: Path
    compression: str
    """zstd, gzip or lzop."""
    archive: SoundArchive

    def __str__(self) -> str:
        return self.path.name


@dataclass(frozen=True)
class DamagedArchive:
    """A variant of a sound archive; it is `damaged/NAME.vma` in the unpacked corpus."""

    name: str
    base: str
    """Name of the sound archive it was made from."""
    verify_exit: tuple[int, ...]
    """The exit codes that a verification may give."""
    findings: tuple[str, ...]
    """Codes of which at least one must be found; empty where none has to."""

    def __str__(self) -> str:
        return self.name

    @property
    def is_legal(self) -> bool:
        """Whether it is merely unusual and gives exactly the base's images."""
        return self.name.startswith("ok-")


def full_corpus() -> Path | None:
    """Return the folder of the full, packed corpus, or None if there is none."""
    beside = Path(__file__).parents[2] / "shared" / "corpus"
    folder = Path(os.environ.get("VMATUI_CORPUS", beside))
    return folder if (folder / "manifest.json").is_file() else None


def small_corpus() -> list[PackedArchive]:
    """Return the compressed archives in the repository."""
    return _packed_archives(DATA, DATA)


def packed_corpus() -> list[PackedArchive]:
    """Return the compressed archives of the full corpus; none if it is absent."""
    folder = full_corpus()
    return _packed_archives(folder, folder / "sound") if folder else []


def sound_corpus() -> list[SoundArchive]:
    """Return the sound archives of the full corpus; none if it is absent."""
    folder = full_corpus()
    return _sound_archives(folder) if folder else []


def damaged_corpus() -> list[DamagedArchive]:
    """Return the variants in the full corpus; none if it is absent."""
    folder = full_corpus()
    if folder is None:
        return []
    return [
        DamagedArchive(
            entry["name"],
            entry["base"],
            tuple(entry["verify_exit"]),
            tuple(entry["one_of_these_findings"]),
        )
        for entry in json.loads((folder / "manifest.json").read_text())["damaged"]
    ]


def _sound_archives(folder: Path) -> list[SoundArchive]:
    return [
        SoundArchive(
            entry["archive"],
            entry["bytes"],
            entry["sha256"],
            entry["uuid"],
            entry["ctime"],
            entry["header_size"],
            tuple(CorpusDevice(**device) for device in entry["devices"]),
            tuple(CorpusConfig(**config) for config in entry["configs"]),
        )
        for entry in json.loads((folder / "manifest.json").read_text())["sound"]
    ]


def _packed_archives(manifest_folder: Path, folder: Path) -> list[PackedArchive]:
    by_name = {archive.name: archive for archive in _sound_archives(manifest_folder)}
    return [
        PackedArchive(path, _COMPRESSIONS[path.suffix], by_name[path.stem])
        for path in sorted(folder.glob("*.vma.*"))
    ]
