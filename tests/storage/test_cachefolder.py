from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from vmatui.storage import cachefolder
from vmatui.storage.cachefolder import NO_CACHE, CacheFolder, cache_folder


@pytest.fixture
def folder(tmp_path: Path) -> CacheFolder:
    return CacheFolder(tmp_path / "a" / "cache")


def test_what_is_written_is_read_again_and_replaced(folder: CacheFolder) -> None:
    assert folder.read("x") is None
    folder.write("x", [b"one ", b"two"])
    assert folder.read("x") == b"one two"
    folder.write("x", [b"three"])
    assert folder.read("x") == b"three"


def test_folder_and_files_are_for_the_user_alone(folder: CacheFolder, tmp_path: Path) -> None:
    folder.write("x", [b"data"])
    assert (tmp_path / "a/cache").stat().st_mode & 0o777 == 0o700
    assert [
        (path.name, path.stat().st_mode & 0o777) for path in (tmp_path / "a/cache").iterdir()
    ] == [("x", 0o600)]


def test_what_was_not_used_for_longest_goes_first(tmp_path: Path) -> None:
    folder = CacheFolder(tmp_path, most=250)
    for number, name in enumerate("abc"):
        folder.write(name, [bytes(100)])
        if (tmp_path / name).exists():
            os.utime(tmp_path / name, (number, number))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b", "c"]
    assert folder.read("b") is not None
    folder.write("d", [bytes(100)])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b", "d"]


def test_what_is_too_large_is_not_kept_and_not_asked_for(
    folder: CacheFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cachefolder, "MOST_OF_ONE", 1000)

    def endless() -> Iterator[bytes]:
        while True:
            yield bytes(300)

    folder.write("x", endless())
    assert list((tmp_path / "a/cache").iterdir()) == []
    (tmp_path / "a/cache/y").write_bytes(bytes(1001))
    assert folder.read("y") is None


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(
    folder: CacheFolder, tmp_path: Path
) -> None:
    def broken() -> Iterator[bytes]:
        yield b"half"
        raise ValueError("in the midst")

    folder.write("x", [b"old"])
    with pytest.raises(ValueError, match="midst"):
        folder.write("x", broken())
    assert folder.read("x") == b"old"
    assert [path.name for path in (tmp_path / "a/cache").iterdir()] == ["x"]


@pytest.mark.parametrize("mode", [0o770, 0o702])
def test_a_folder_that_others_may_write_is_left_alone(tmp_path: Path, mode: int) -> None:
    folder = CacheFolder(tmp_path)
    folder.write("x", [b"data"])
    tmp_path.chmod(mode)
    assert folder.read("x") is None
    folder.write("y", [b"data"])
    assert not (tmp_path / "y").exists()


def test_only_plain_files_of_this_user_are_read(folder: CacheFolder, tmp_path: Path) -> None:
    folder.write("x", [b"data"])
    place = tmp_path / "a/cache"
    (place / "link").symlink_to("x")
    os.mkfifo(place / "pipe")
    (place / "open").write_bytes(b"data")
    (place / "open").chmod(0o666)
    assert [folder.read(name) for name in ("link", "pipe", "open", "../cache")] == [None] * 4


@pytest.mark.root
def test_files_of_another_user_are_not_read(folder: CacheFolder, tmp_path: Path) -> None:
    folder.write("x", [b"data"])
    os.chown(tmp_path / "a/cache/x", 1234, 1234)
    assert folder.read("x") is None


def test_a_place_that_cannot_be_a_folder_is_silently_none(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    folder = CacheFolder(tmp_path / "file" / "cache")
    folder.write("x", [b"data"])
    assert folder.read("x") is None


def test_what_a_crash_left_over_goes_after_a_day(folder: CacheFolder, tmp_path: Path) -> None:
    folder.write("x", [b"data"])
    for name, age in (("tmp-old", 0), ("tmp-new", 1 << 40)):
        (tmp_path / "a/cache" / name).write_bytes(b"")
        os.utime(tmp_path / "a/cache" / name, (age, age))
    folder.write("y", [b"data"])
    assert sorted(path.name for path in (tmp_path / "a/cache").iterdir()) == ["tmp-new", "x", "y"]


@pytest.mark.parametrize(
    ("environment", "place"),
    [
        ({"XDG_CACHE_HOME": "/x", "HOME": "/h"}, "/x/vmatui"),
        ({"XDG_CACHE_HOME": "relative", "HOME": "/h"}, "/h/.cache/vmatui"),
        ({"HOME": "/h"}, "/h/.cache/vmatui"),
        ({}, None),
        ({"HOME": "/h", NO_CACHE: "1"}, None),
        ({"HOME": "/h", NO_CACHE: ""}, "/h/.cache/vmatui"),
    ],
)
def test_the_environment_says_where_the_cache_is(
    environment: dict[str, str], place: str | None
) -> None:
    found = cache_folder(environment)
    assert (None if found is None else str(found.path)) == place
