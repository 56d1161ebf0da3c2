"""Restores that are killed again and again, and taken up: `python -m tests.kills [ROUNDS]`."""

from __future__ import annotations

import random
import sys
import tempfile
from pathlib import Path
from typing import Final

from tests.compressors import as_zstd
from tests.forge import CLUSTER, Disk, forge, noise
from tests.mortal import restore_mortally

CONFIGS: Final = {"qemu-server.conf": b"name: a\n"}
DISKS: Final = [
    Disk("drive-scsi0", noise(100 * CLUSTER + 512)),
    Disk("drive-efidisk0", noise(540_672, 1)),
    Disk("drive-scsi1", bytes(200 * CLUSTER) + noise(20 * CLUSTER, 2)),
]
NOTE: Final = "unfinished-restore.vmatui"
_STEPS: Final = 66
"""Of a restore of these disks, more or less: syncing runs beside the writing."""


def make_archives(folder: Path) -> dict[str, Path]:
    """Write an archive of the disks, plain and packed."""
    data = forge(DISKS, CONFIGS)
    paths = {"plain": folder / "plain.vma", "packed": folder / "packed.vma.zst"}
    paths["plain"].write_bytes(data)
    paths["packed"].write_bytes(as_zstd(data))
    return paths


def restore_in_spite_of_kills(archive: Path, folder: Path, chance: random.Random) -> None:
    """Restore an archive, killed twice at random steps, then let live."""
    for step in (chance.randint(1, _STEPS), chance.randint(1, _STEPS), 1 << 30):
        has_note = (folder / NOTE).exists()
        if restore_mortally(archive, folder, step, resume=has_note) or is_whole(folder):
            return


def is_whole(folder: Path) -> bool:
    """Whether the disks and configs are there, all of their bytes, and nothing else."""
    expected = {f"disk-{disk.name}.raw": disk.image() for disk in DISKS} | CONFIGS
    if not folder.is_dir():
        return False
    return {path.name: path.read_bytes() for path in folder.iterdir()} == expected


def _main(rounds: int) -> None:
    with tempfile.TemporaryDirectory() as place:
        archives = make_archives(Path(place))
        for seed in range(rounds):
            for kind, archive in archives.items():
                out = Path(place, f"{kind}-{seed}")
                restore_in_spite_of_kills(archive, out, random.Random(seed))
                assert is_whole(out), f"round {seed} from the {kind} archive"
    print(f"{rounds} rounds from each archive, all identical")  # noqa: T201


if __name__ == "__main__":
    _main(int(sys.argv[1]) if len(sys.argv) > 1 else 50)
