"""What each verb prints, byte for byte: the files in `golden/`, as text and as JSON.

In a golden file `@FOLDER@` stands for the folder that the test ran in. After a change that is
meant, `python -m tests.cli.test_golden` writes them anew; read the difference before keeping it.
"""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
import time
from pathlib import Path

import pytest

from tests.cli.conftest import fill
from tests.cli.running import run
from tests.damage import DISKS, flip, sound
from tests.sealing import sealed_file

GOLDEN = Path(__file__).parent / "golden"

CASES: dict[str, tuple[tuple[str, ...], int]] = {
    "list.txt": (("list", "sound.vma"), 0),
    "list.json": (("list", "sound.vma", "--json"), 0),
    "config.txt": (("config", "sound.vma"), 0),
    "config-fw.txt": (("config", "-c", "qemu-server.fw", "sound.vma"), 0),
    "config.json": (("config", "sound.vma", "--json"), 0),
    "verify.txt": (("verify", "sound.vma"), 0),
    "verify-v.txt": (("verify", "-v", "sound.vma"), 0),
    "verify.json": (("verify", "sound.vma", "--json"), 0),
    "verify-quick.json": (("verify", "sound.vma", "--quick", "--json"), 0),
    "verify-faulty.txt": (("verify", "-v", "faulty.vma"), 1),
    "verify-faulty.json": (("verify", "faulty.vma", "--json"), 1),
    "restore.txt": (("restore", "sound.vma", "out"), 0),
    "extract-v.txt": (("extract", "-v", "sound.vma", "out"), 0),
    "restore.json": (("restore", "sound.vma", "out", "--json"), 0),
    "restore-faulty.txt": (("restore", "faulty.vma", "out"), 1),
    "restore-faulty.json": (("restore", "faulty.vma", "out", "--json"), 1),
    "salvage.txt": (("restore", "--salvage", "faulty.vma", "out"), 1),
    "salvage-also.json": (
        ("restore", "--salvage", "faulty.vma", "out", "--also", "sound.vma", "--json"),
        0,
    ),
    "salvage-plan.txt": (
        ("restore", "--salvage", "faulty.vma", "out", "--also", "sound.vma", "--dry-run"),
        0,
    ),
    "salvage-plan.json": (("restore", "--salvage", "faulty.vma", "out", "--plan", "--json"), 0),
    "plan.txt": (("restore", "sound.vma", "out", "--dry-run", "--skip", "vmstate"), 0),
    "plan.json": (("restore", "sound.vma", "out", "--plan", "--json"), 0),
    "plan-problems.txt": (("restore", "sound.vma", "a/b", "--to", "2=sound.vma", "--plan"), 4),
    "plan-problems.json": (("restore", "sound.vma", "a/b", "--to", "2=.", "--plan", "--json"), 4),
    "restore-check.txt": (("restore", "sound.vma", "out", "--check"), 0),
    "restore-check.json": (("restore", "sound.vma", "out", "--check", "--json"), 0),
    "list-folder.json": (("list", "archives", "--json"), 3),
    "verify-cut.txt": (("verify", "cut.vma"), 1),
    "verify-cut.json": (("verify", "cut.vma", "--json"), 1),
    "verify-rotten.txt": (("verify", "rotten.vma"), 1),
    "verify-rotten.json": (("verify", "rotten.vma", "--json"), 1),
    "seal.json": (("seal", "sound.vma", "--json"), 0),
    "seal-faulty.json": (("seal", "faulty.vma", "--json"), 1),
    "check.json": (("check", "rotten.vma", "--to", "drive-efidisk0=disk.raw", "--json"), 1),
    "create.json": (("create", "new.vma", "-c", "a.conf", "disk.raw", "--json"), 0),
    "create-plan.json": (("create", "new.vma", "disk.raw", "--dry-run", "--json"), 0),
    "error.json": (("verify", "missing.vma", "--json"), 3),
    "config-missing.json": (("config", "-c", "x", "sound.vma", "--json"), 2),
}


def _fill(folder: Path) -> None:
    """Add to the two archives a cut one, one that rotted since it was sealed, and a few files."""
    fill(folder)
    data = sound().build()
    (folder / "cut.vma").write_bytes(data[:100_000])
    sealed_file(folder / "rotten.vma", data)
    (folder / "rotten.vma").write_bytes(flip(data, -1000))
    image = DISKS[1].image()
    (folder / "disk.raw").write_bytes(flip(image, 70_000))
    (folder / "a.conf").write_bytes(b"name: a\n")
    archives = folder / "archives"
    archives.mkdir()
    contents = (("vzdump-qemu-101-2026_11_22-02_00_00.vma", data), ("none.vma", b"nothing"))
    for second, (name, content) in enumerate(contents):
        (archives / name).write_bytes(content)
        os.utime(archives / name, (1_700_000_000 + second,) * 2)


def _printed(words: tuple[str, ...], exit_code: int, folder: Path) -> str:
    result = run(*words, exit_code=exit_code)
    text = f"{result.stdout.decode()}--- stderr\n{result.stderr}"
    text = re.sub(r"manifest of [-\d]+ [:\d]+", "manifest of DATE", text)
    text = re.sub(r'"sealed": \d+', '"sealed": 0', text)
    text = re.sub(r'"ctime": (?!1700000000)\d+', '"ctime": 0', text)
    text = re.sub(r'"uuid": "(?!666f7267)[^"]+"', '"uuid": "UUID"', text)
    text = re.sub(r"duration \d+ sec", "duration 0 sec", text.replace(str(folder), "@FOLDER@"))
    return re.sub(r'"free": \d+', '"free": 0', text)


@pytest.mark.parametrize("name", CASES)
def test_a_verb_prints_exactly_this(name: str, folder: Path) -> None:
    _fill(folder)
    assert _printed(*CASES[name], folder) == (GOLDEN / name).read_text()


def _write_golden() -> None:
    os.environ["TZ"] = "UTC"
    time.tzset()
    for name, case in CASES.items():
        with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
            _fill(Path(folder))
            (GOLDEN / name).write_text(_printed(*case, Path(folder)))


if __name__ == "__main__":
    _write_golden()
