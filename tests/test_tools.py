"""What a machine lacks skips a test, except in CI; and the oracle needs nothing of vmatui."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest


def test_a_program_that_is_there_is_named_with_its_path(require: Callable[[str], str]) -> None:
    assert Path(require("sh")).is_absolute()


def test_a_missing_program_skips_the_test(
    require: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no-such-program is not installed"):
        require("no-such-program")


def test_a_missing_program_fails_the_test_in_ci(
    require: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="no-such-program is not installed"):
        require("no-such-program")


def test_local_time_is_utc() -> None:
    assert time.localtime(0).tm_hour == 0
    assert time.tzname[0] == "UTC"


def test_the_oracle_imports_nothing_of_vmatui() -> None:
    code = (
        "import sys, tests.compressors, tests.corpus, tests.damage, tests.forge, tests.parser\n"
        "sys.exit(any(name.split('.')[0] == 'vmatui' for name in sys.modules))"
    )
    root = Path(__file__).parents[1]
    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False).returncode == 0
