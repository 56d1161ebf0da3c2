from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from tests.cli.running import run
from tests.compressors import as_gzip
from tests.damage import DAMAGED, sound
from vmatui.storage.cachefolder import NO_CACHE


@pytest.fixture
def packed(tmp_path: Path) -> Path:
    path = tmp_path / "a.vma.gz"
    path.write_bytes(as_gzip(sound().build()))
    return path


def _entries(cache: Path) -> list[str]:
    return sorted(path.name for path in cache.iterdir()) if cache.exists() else []


def test_the_second_map_is_the_first_one_and_says_when_it_was_read(
    packed: Path, cache: Path
) -> None:
    first = run("map", packed)
    assert "as read on" not in first.stderr
    second = run("map", packed)
    assert second.stdout == first.stdout
    assert "as read on 2" in second.stderr
    assert len(_entries(cache)) == 1


def test_recalled_faults_are_told_and_decide_the_exit_status(tmp_path: Path) -> None:
    path = tmp_path / "a.vma.gz"
    path.write_bytes(as_gzip(DAMAGED["missing-cluster"]()))
    first, second = (run("map", path, exit_code=1) for _ in range(2))
    assert first.stderr in second.stderr
    assert first.stdout == second.stdout


def test_verify_keeps_what_it_read_and_believes_nothing_that_was_kept(
    packed: Path, cache: Path
) -> None:
    run("verify", packed)
    assert len(_entries(cache)) == 1
    assert "as read on" in run("map", packed).stderr
    before = packed.stat()
    data = bytearray(packed.read_bytes())
    data[len(data) // 2] ^= 1
    packed.write_bytes(data)
    os.utime(packed, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert run("verify", packed, exit_code=1).stderr


def test_no_cache_neither_reads_nor_writes(
    packed: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("map", packed, "--no-cache")
    run("verify", packed, "--no-cache")
    with monkeypatch.context() as patched:
        patched.setenv(NO_CACHE, "1")
        run("map", packed)
        run("verify", packed)
    assert _entries(cache) == []
    run("map", packed)
    assert "as read on" not in run("map", packed, "--no-cache").stderr


def test_a_manifest_that_was_named_is_not_taken_for_the_one_beside(
    packed: Path, cache: Path, tmp_path: Path
) -> None:
    run("seal", packed)
    named = tmp_path / "elsewhere"
    packed.with_name("a.vma.gz.vmatui").rename(named)
    run("verify", packed, "--manifest", named)
    assert _entries(cache) == []


def test_a_cache_that_cannot_be_written_is_silently_none(packed: Path, cache: Path) -> None:
    cache.write_bytes(b"a file where the folder should be")
    assert "cache" not in run("map", packed).stderr
    assert "as read on" not in run("map", packed).stderr


def test_the_ui_is_told_to_leave_the_cache_alone(packed: Path) -> None:
    assert run("--no-cache", packed).opened == run(packed, "--no-cache").opened == (str(packed),)


def test_the_cache_is_private(packed: Path, cache: Path) -> None:
    run("map", packed)
    assert stat.S_IMODE(cache.stat().st_mode) == 0o700
    assert [stat.S_IMODE(path.stat().st_mode) for path in cache.iterdir()] == [0o600]
