"""What stands on stage in the pictures: a folder of backups, the same on every machine.

The archives are the demo's, with file sizes that do not depend on the compressor's version.
"""

from __future__ import annotations

import atexit
import os
import shutil
import struct
import sys
import tempfile
from functools import cache
from hashlib import md5
from itertools import pairwise
from pathlib import Path

from tests.damage import CONFIGS, DISKS
from tests.forge import forge
from tests.opening import as_file
from vmatui.engine.archive import open_archive
from vmatui.engine.checking.verify import verify
from vmatui.engine.demo.demo import make_demo
from vmatui.engine.indexing.extenttable import ExtentTable

if sys.version_info >= (3, 14):
    from compression.zstd import CompressionParameter, compress, decompress
else:
    from backports.zstd import CompressionParameter, compress, decompress

SOUND = "vzdump-qemu-104-2026_11_21-02_30_04.vma.zst"
DAMAGED = "vzdump-qemu-104-2026_11_14-02_30_07.vma"
IMAGES = {"root.raw": 64 << 20, "data.raw": 96 << 20, "efi.raw": 528 << 10}
"""The disks from which an archive can be created, in bytes."""
_MD5_AT = 24
"""Offset of the md5 in an extent header (VMA format, extent)."""
_FLIPPED, _LOST, _REPEATED = 6, 14, 22
_SKIPPABLE = struct.Struct("<II")
"""Magic and length of a zstd frame without data (RFC 8878, 3.1.2)."""


@cache
def dump_folder() -> Path:
    """Make the folder `dump` once, and `empty` beside it; they go when the tests end."""
    place = Path(tempfile.mkdtemp(prefix="vmatui-stage-"))
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    folder = place / "dump"
    packed, _ = make_demo(place / "demo")
    plain = _unpack(packed)
    files = {
        SOUND: _packed_to(plain, 812_000),
        f"{SOUND}.notes": b"shop-db nightly",
        f"{SOUND}.protected": b"",
        DAMAGED: _damage(plain),
        f"{DAMAGED}.notes": b"back from the old NAS, the copy ended with errors",
        DAMAGED.replace(".vma", ".log"): b"",
        "vzdump-qemu-101-2026_11_20-01_00_02.vma": _other("web-frontend", 1_795_136_402),
        "vzdump-qemu-101-2026_11_20-01_00_02.vma.notes": b"before the upgrade",
        "vzdump-qemu-230-2026_11_19-23_10_44.vma.dat": b"VMA\0" + bytes(90_000),
        "mail.vma": b"\0" * 257 + b"ustar\0" + bytes(40_000),
        "readme.txt": b"no archive",
    }
    (place / "empty").mkdir()
    _lay_out_disks(place / "images")
    folder.mkdir()
    for name, data in files.items():
        path = folder / name
        path.write_bytes(data)
        os.utime(path, (1_794_600_000, 1_794_600_000))
    return folder


def _lay_out_disks(folder: Path) -> None:
    """Make disks as large as those of the archives, and a config; all of it holes."""
    folder.mkdir()
    for name, size in IMAGES.items():
        with (folder / name).open("wb") as file:
            file.truncate(size)
    (folder / "104.conf").write_bytes(CONFIGS["qemu-server.conf"])


def _unpack(path: Path) -> bytes:
    return decompress(path.read_bytes())


def _packed_to(plain: bytes, size: int) -> bytes:
    """Pack an archive into exactly so many bytes, a frame without data at the end."""
    packed = compress(plain, options={CompressionParameter.checksum_flag: 1})
    length = size - len(packed) - _SKIPPABLE.size
    return packed + _SKIPPABLE.pack(0x184D2A50, length) + bytes(length)


def _damage(plain: bytes) -> bytes:
    """Damage an archive in four ways, and give it the day of its name."""
    offsets = [*_extent_offsets(plain), len(plain)]
    pieces = [plain[start:end] for start, end in pairwise(offsets)]
    flipped = bytearray(pieces[_FLIPPED])
    flipped[_MD5_AT] ^= 1
    pieces[_FLIPPED] = bytes(flipped)
    repeated = pieces[_REPEATED]
    pieces.insert(_REPEATED + 4, repeated)
    del pieces[_LOST]
    return _with_time(plain[: offsets[0]], 1_794_623_407) + b"".join(pieces)[:-200_000]


def _extent_offsets(plain: bytes) -> list[int]:
    with as_file(plain) as path, open_archive(path) as archive:
        extents = ExtentTable()
        verify(archive, quick=True, visitors=(extents,))
    return [extents[number].offset for number in range(len(extents))]


def _with_time(header: bytes, ctime: int) -> bytes:
    """Change when an archive was made (VMA format, archive header)."""
    changed = bytearray(header)
    struct.pack_into(">q", changed, 24, ctime)
    changed[32:48] = bytes(16)
    changed[32:48] = md5(changed, usedforsecurity=False).digest()
    return bytes(changed)


def _other(name: str, ctime: int) -> bytes:
    configs = {**CONFIGS, "qemu-server.conf": f"cores: 2\nname: {name}\n".encode()}
    return forge(DISKS, configs, ctime=ctime)
