from __future__ import annotations

import subprocess
from pathlib import Path

from tests.tools import require_tool
from vmatui.format.mapfile import MapStatus, iter_mapfile

STRETCHES = [
    (0, 65536, MapStatus.FINISHED),
    (65536, 65536, MapStatus.FINISHED),
    (131072, 65536, MapStatus.DOUBTFUL),
    (196608, 512, MapStatus.MISSING),
]


def test_neighbours_of_one_status_are_one_line() -> None:
    lines = [line.split() for line in iter_mapfile(197120, STRETCHES)]
    status, *blocks = [words for words in lines if words[0] != "#" and len(words) == 3]
    assert status == ["0x00030200", "+", "1"]
    assert [(int(at, 0), int(size, 0), sign) for at, size, sign in blocks] == [
        (0, 131072, "+"),
        (131072, 65536, "/"),
        (196608, 512, "-"),
    ]


def test_ddrescuelog_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "disk.raw.map"
    path.write_text("".join(f"{line}\n" for line in iter_mapfile(197120, STRETCHES)))
    listed = subprocess.run(
        [require_tool("ddrescuelog"), "--list-blocks=-", str(path)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert listed.stdout.split() == ["384"]
