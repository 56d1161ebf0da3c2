"""What several tests of the UI start from."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.css import stylesheet

from tests.damage import sound
from tests.tui.idle import wait_for_idle
from tests.tui.styling import parse_once, tokenize_once


@pytest.fixture(autouse=True)
def able_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every test of the UI have a terminal that shows all colours and characters."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")


@pytest.fixture(autouse=True)
def quick_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the pilot of a test go on as soon as the application rests."""
    for module in ("app", "pilot"):
        monkeypatch.setattr(f"textual.{module}.wait_for_idle", wait_for_idle)
    for screen in ("create", "restore"):
        monkeypatch.setattr(f"vmatui.tui.screens.{screen}._PAUSE", 0.02)


@pytest.fixture(autouse=True)
def quick_styles(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let an application take over the style sheets that another one has parsed."""
    monkeypatch.setattr(stylesheet, "tokenize_values", tokenize_once)
    monkeypatch.setattr(stylesheet, "parse", parse_once)


@pytest.fixture(autouse=True)
def own_hands(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each application do its jobs itself: hundreds of processes would take a minute."""
    monkeypatch.setattr("vmatui.engine.apart.worker.Worker", no_worker)


def no_worker() -> None:
    """Fail as where no other process can be started."""
    raise BlockingIOError


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A forged archive; the tests run in the folder that it is in."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "vzdump-qemu-100-2023_11_14-22_13_20.vma"
    path.write_bytes(sound().build())
    return path
