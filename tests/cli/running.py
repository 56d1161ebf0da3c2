"""Runs the command line: in this process, byte for byte, or as a process of its own."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from vmatui.cli.interruption import Interruption
from vmatui.cli.run import run as run_words

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Result:
    """What a run printed."""

    status: int
    stdout: bytes
    stderr: str
    opened: tuple[str | None, ...] = ()
    """Paths on which the UI was asked for."""

    @property
    def lines(self) -> list[str]:
        """The lines of standard output."""
        return self.stdout.decode().splitlines()

    @property
    def json(self) -> dict[str, Any]:
        """The one object that standard output must be, on one line."""
        assert self.stdout.count(b"\n") == 1
        assert self.stdout.isascii()
        value = json.loads(self.stdout)
        assert isinstance(value, dict)
        return value


def run(*words: str | Path, exit_code: int | Sequence[int] = 0) -> Result:
    """Run in this process; an exception is a failure of the test.

    Args:
        words: Of the command line.
        exit_code: What the exit status must be, or one of which it must be.
    """
    stdout = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    stderr = io.StringIO()
    opened: list[str | None] = []

    def open_ui(path: str | None, _no_cache: bool) -> int:
        opened.append(path)
        return 0

    with redirect_stdout(stdout), redirect_stderr(stderr), Interruption() as interruption:
        status = run_words([str(word) for word in words], interruption, open_ui)
    buffer = stdout.buffer
    assert isinstance(buffer, io.BytesIO)
    result = Result(status, buffer.getvalue(), stderr.getvalue(), tuple(opened))
    assert status in ([exit_code] if isinstance(exit_code, int) else exit_code), result
    return result


def called_vma(folder: Path) -> Path:
    """Make a link named `vma` to a script like the installed one; return its path.

    Args:
        folder: Gets both; must exist.
    """
    script = folder / "vmatui"
    lines = [
        f"#!{sys.executable}",
        "import sys",
        "from vmatui.__main__ import main",
        "sys.exit(main())",
    ]
    script.write_text("".join(f"{line}\n" for line in lines))
    script.chmod(0o755)
    (folder / "vma").symlink_to("vmatui")
    return folder / "vma"


def start(
    words: Sequence[str | Path],
    *,
    program: Sequence[str | Path] = (sys.executable, "-m", "vmatui"),
    stdin: IO[bytes] | int | None = subprocess.DEVNULL,
    stdout: IO[bytes] | int | None = subprocess.PIPE,
    stderr: IO[bytes] | int | None = subprocess.PIPE,
    shell_prefix: str = "",
    env: Mapping[str, str] | None = None,
) -> subprocess.Popen[bytes]:
    """Start a process of its own.

    Args:
        words: Of the command line.
        program: What stands before them.
        stdin: As `subprocess.Popen` takes it.
        stdout: Likewise.
        stderr: Likewise.
        shell_prefix: What a shell does first, such as `exec 1>&-;`.
        env: Added to the environment.
    """
    command = [*map(str, program), *map(str, words)]
    if shell_prefix:
        command = ["sh", "-c", f'{shell_prefix} exec "$@"', "sh", *command]
    return subprocess.Popen(
        command,
        stdin=stdin,
        stdout=stdout,
        stderr=stderr,
        env={**os.environ, "PYTHONPATH": str(ROOT), **(env or {})},
    )


def run_process(
    *words: str | Path,
    exit_code: int = 0,
    stdin: IO[bytes] | int | None = subprocess.DEVNULL,
    stdout: IO[bytes] | int | None = subprocess.PIPE,
    shell_prefix: str = "",
) -> Result:
    """Run as a process of its own and check the exit status; a traceback is a failure."""
    process = start(words, stdin=stdin, stdout=stdout, shell_prefix=shell_prefix)
    out, err = process.communicate()
    result = Result(process.returncode, out or b"", err.decode())
    assert "Traceback" not in result.stderr, result.stderr
    assert process.returncode == exit_code, result
    return result
