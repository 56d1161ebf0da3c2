"""The real programs that tests lean on: absent, they skip a test; in CI they must be there."""

from __future__ import annotations

import os
import shutil
from typing import NoReturn

import pytest


def is_ci() -> bool:
    """Whether nothing may be skipped because this machine lacks it."""
    return os.environ.get("CI") == "true"


def unavailable(reason: str) -> NoReturn:
    """Skip the running test, or fail it in CI."""
    if is_ci():
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def require_tool(name: str) -> str:
    """Return the path of a program; skip the test without it, or fail it in CI."""
    path = shutil.which(name)
    if path is None:
        unavailable(f"the program {name} is not installed")
    return path
