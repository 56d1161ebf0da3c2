"""A folder to work in, with a sound archive and a faulty one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.damage import DAMAGED, sound


def fill(folder: Path) -> None:
    """Make the two archives."""
    (folder / "sound.vma").write_bytes(sound().build())
    (folder / "faulty.vma").write_bytes(DAMAGED["extent-checksum"]())


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make an empty folder with `sound.vma` and `faulty.vma` the current one."""
    fill(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path
