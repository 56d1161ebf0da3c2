"""What all tests share: one time zone, the unpacked corpus, and what a machine must have."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.corpus import full_corpus
from tests.tools import require_tool, unavailable
from vmatui.storage.cachefolder import NO_CACHE

os.environ["TZ"] = "UTC"
time.tzset()
# Hundreds of tests start the product as a process of its own: only the first one compiles it.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def pytest_configure() -> None:
    """Take notice of signals that a shell or `nohup` has ignored: the product then ignores them."""
    for number, action in (
        (signal.SIGINT, signal.default_int_handler),
        (signal.SIGHUP, signal.SIG_DFL),
    ):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, action)


def pytest_collection_finish() -> None:
    """Keep the garbage collector from walking again and again over what was loaded for all."""
    gc.freeze()
    gc.set_threshold(50_000, 10, 10)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Let tests marked `root` run only as root; in CI they must run."""
    if item.get_closest_marker("root") and os.geteuid() != 0:
        unavailable("needs root")


@pytest.fixture(autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let every test have a cache folder of its own, which is not there yet; return it."""
    base = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("XDG_CACHE_HOME", str(base))
    monkeypatch.delenv(NO_CACHE, raising=False)
    return base / "vmatui"


@pytest.fixture
def require() -> Callable[[str], str]:
    """Return a function that gives a program's path; without it the test skips, or fails in CI."""
    return require_tool


@pytest.fixture(scope="session")
def corpus() -> Iterator[Path]:
    """Unpack the full corpus into `sound/NAME.vma` and `damaged/NAME.vma`, about 320 MB."""
    packed = full_corpus()
    if packed is None:
        pytest.skip("the full corpus is not here: no ../shared/corpus and no $VMATUI_CORPUS")
    require_tool("zstd")
    with tempfile.TemporaryDirectory(prefix="vmatui-corpus-") as folder:
        subprocess.run(["sh", packed / "unpack", folder], check=True)
        yield Path(folder)
