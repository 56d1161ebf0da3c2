"""Paths that lead nowhere, in every place of the command line: a sentence each, never more."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.running import run, run_process
from vmatui.cli.verbs import list as list_verb

LONG = "x" * 300
PLACES = [LONG, f"{LONG}/below", "loop", "loop/below", "sound.vma/below", "nowhere/below"]
WORDS = [
    "restore sound.vma @",
    "restore sound.vma --to 1=@ --skip 2 --skip 3",
    "restore sound.vma --to 1=@ --skip 2 --skip 3 --format qcow2",
    "restore @ out",
    "restore --check @ out",
    "restore --salvage @ out",
    "restore --salvage sound.vma --also @ out",
    "restore --salvage sound.vma @",
    "check sound.vma @",
    "check sound.vma --to 1=@",
    "create @ sound.vma",
    "create @ --for-proxmox 100 sound.vma",
    "create new.vma @",
    "create new.vma sound.vma -c @",
    "verify @",
    "verify sound.vma --report @/page.html",
    "seal @",
    "map @",
    "map sound.vma -o @/map.svg",
    "list @",
    "config @",
    "demo --no-ui @",
]


@pytest.mark.parametrize("words", WORDS)
@pytest.mark.parametrize("place", PLACES, ids=lambda place: place[:20])
def test_a_place_that_cannot_be_is_said_in_a_sentence(words: str, place: str, folder: Path) -> None:
    Path("loop").symlink_to("loop")
    before = set(folder.iterdir())
    result = run(*(word.replace("@", place) for word in words.split()), exit_code=(2, 3, 4))
    assert result.stdout == b""
    assert result.stderr.startswith("vmatui: ")
    assert "None" not in result.stderr
    assert set(folder.iterdir()) - before <= {folder / "out"}


def test_a_name_that_leaves_no_room_for_a_temporary_one_is_refused(folder: Path) -> None:
    name = "x" * 253
    words = ["restore", "sound.vma", "--to", f"1={name}", "--skip", "2", "--skip", "3"]
    assert "File name too long" in run(*words, exit_code=4).stderr


def test_a_current_folder_that_is_gone_is_said(folder: Path) -> None:
    prefix = "mkdir gone; cd gone; rmdir ../gone;"
    for words in (["verify", "a.vma"], ["restore", str(folder / "sound.vma"), "out"], []):
        result = run_process(*words, shell_prefix=prefix, exit_code=2)
        assert result.stderr == "vmatui: the current folder is gone: change to another (cd)\n"


def test_too_little_memory_is_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def starve(*_: object) -> int:
        raise MemoryError

    monkeypatch.setattr(list_verb, "run", starve)
    result = run("list", "sound.vma", "--json", exit_code=3)
    assert "not enough memory" in result.json["error"]
