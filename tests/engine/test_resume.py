"""Restores that were killed, taken up again."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.compressors import as_zstd
from tests.forge import CLUSTER, Disk, forge, noise
from tests.mortal import restore_mortally

CONFIGS = {"qemu-server.conf": b"name: a\n"}
DISKS = [
    Disk("drive-scsi0", noise(100 * CLUSTER + 512)),
    Disk("drive-efidisk0", noise(540_672, 1)),
    Disk("drive-scsi1", bytes(200 * CLUSTER) + noise(20 * CLUSTER, 2)),
]
NOTE = "unfinished-restore.vmatui"
STEPS = 66
"""Of a restore of these disks, more or less: syncing runs beside the writing."""
ALIVE = 1 << 30


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("archives")
    data = forge(DISKS, CONFIGS)
    (folder / "plain.vma").write_bytes(data)
    (folder / "packed.vma.zst").write_bytes(as_zstd(data))
    return {"plain": folder / "plain.vma", "packed": folder / "packed.vma.zst"}


def is_whole(folder: Path) -> bool:
    expected = {f"disk-{disk.name}.raw": disk.image() for disk in DISKS} | CONFIGS
    return (
        folder.is_dir() and {path.name: path.read_bytes() for path in folder.iterdir()} == expected
    )


@pytest.mark.parametrize("kind", ["plain", "packed"])
@pytest.mark.parametrize("seed", range(25))
def test_killed_at_random_moments_it_ends_identical(
    seed: int, kind: str, archives: dict[str, Path], tmp_path: Path
) -> None:
    chance, out = random.Random(seed), tmp_path / "out"
    for step in (chance.randint(1, STEPS), chance.randint(1, STEPS), ALIVE):
        has_note = (out / NOTE).exists()
        if restore_mortally(archives[kind], out, step, resume=has_note) or is_whole(out):
            break
    assert is_whole(out)
