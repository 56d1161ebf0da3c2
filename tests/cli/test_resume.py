from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.running import run
from tests.kills import is_whole, make_archives
from tests.storage.devices import mounted
from tests.storage.devices import run as run_program


@pytest.mark.root
def test_a_restore_to_a_full_disk_goes_on_when_there_is_room(tmp_path: Path) -> None:
    archive = make_archives(tmp_path)["plain"]
    with mounted("tmpfs", tmp_path / "small", "-t", "tmpfs", "-o", "size=3m") as small:
        result = run("restore", archive, small / "out", exit_code=4)
        assert "No space left on device" in result.stderr
        assert "the same command with --resume goes on" in result.stderr
        told = result.stderr[result.stderr.index("what was written is kept in") :]
        kept = list((small / "out").glob("tmp-disk-*.raw"))
        assert kept
        assert all(f"{path}, " in told or f"{path}: " in told for path in kept)
        again = run("restore", archive, small / "out", exit_code=4)
        assert "is unfinished" in again.stderr
        run_program("mount", "-o", "remount,size=40m", small)
        plan = run("restore", "--dry-run", "--resume", archive, small / "out")
        assert plan.lines[0].startswith("goes on with the unfinished restore")
        run("restore", "--resume", archive, small / "out")
        assert is_whole(small / "out")
