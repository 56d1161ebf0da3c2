from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from vmatui.format.mapfile import MapStatus, pack_mapfile

STRETCHES = [
    (0, 65536, MapStatus.FINISHED),
    (65536, 65536, MapStatus.FINISHED),
    (131072, 65536, MapStatus.DOUBTFUL),
    (196608, 512, MapStatus.MISSING),
]


def test_neighbours_of_one_status_are_one_line() -> None:
    lines = [line.split() for line in pack_mapfile(STRETCHES).decode().splitlines()]
    status, *blocks = [words for words in lines if words[0] != "#"]
    assert status == ["0x00030200", "+", "1"]
    assert [(int(at, 0), int(size, 0), sign) for at, size, sign in blocks] == [
        (0, 131072, "+"),
        (131072, 65536, "/"),
        (196608, 512, "-"),
    ]


@pytest.mark.skipif(shutil.which("ddrescuelog") is None, reason="gddrescue is not installed")
def test_ddrescuelog_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "disk.raw.map"
    path.write_bytes(pack_mapfile(STRETCHES))
    listed = subprocess.run(
        ["ddrescuelog", "--list-blocks=-", str(path)], capture_output=True, text=True, check=True
    )
    assert listed.stdout.split() == ["384"]
