"""The benchmark command works; what it measures is for who runs it by itself."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from tests.tools import require_tool

ROOT = Path(__file__).parents[1]


def test_every_case_is_measured_against_its_yardstick(tmp_path: Path) -> None:
    for program in ("zstd", "pigz", "lzop"):
        require_tool(program)
    words = ["--size", "0.01", "--rounds", "1", "--cold", "--folder", str(tmp_path), "--json"]
    ended = subprocess.run(
        [sys.executable, "-m", "tests.bench", *words],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        check=False,
    )
    rows = json.loads(ended.stdout)
    assert {"restore .vma", "restore .vma.zst", "verify .vma", "create .vma", "list"} <= {
        row["case"] for row in rows
    }
    assert all(row["seconds"] > 0 and row["yardstick_seconds"] > 0 for row in rows)
    missed = any(row["goal"] is not None and row["ratio"] > row["goal"] for row in rows)
    assert ended.returncode == int(missed)


def test_what_grows_is_measured(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "tests.bench.growth", "--scale", "0.001", "--rounds", "1"],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        check=False,
        text=True,
    )
    seconds = re.findall(
        r": (\d+\.\d\d) s(?:, wanted (\S+))?, \d+ MiB$", ended.stdout, re.MULTILINE
    )
    assert len(seconds) == 5
    missed = any(wanted and float(took) > float(wanted) for took, wanted in seconds)
    assert ended.returncode == int(missed)
