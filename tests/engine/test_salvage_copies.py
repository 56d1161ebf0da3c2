"""Which copies a salvage takes, and which it leaves out or refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.damage import flip, sound
from tests.forge import Disk, forge, noise
from tests.opening import as_file, as_pipe
from tests.salvaging import IMAGES, images, salvage_to
from vmatui.engine.salvaging.copies import opened_copies
from vmatui.errors import SourceError, UsageError

BAD = {
    "noise": noise(50_000),
    "empty": b"",
    "cut in the header": sound().build()[:9000],
    "no extent left": flip(sound().build()[: sound().extent_offsets[0]], 4),
    "another file": b"%PDF-1.7" + bytes(20_000),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_copy_that_is_none_is_left_out_and_that_is_said(kind: str, tmp_path: Path) -> None:
    report = salvage_to(tmp_path / "out", sound().build(), BAD[kind], sound().build())
    assert images(report) == IMAGES
    assert len(report.copies) == 2
    (note,) = report.notes
    assert note.startswith("left out of the copies: /proc/self/fd/")


@pytest.mark.parametrize("kind", BAD)
def test_the_first_copy_must_be_one(kind: str, tmp_path: Path) -> None:
    with pytest.raises(SourceError):
        salvage_to(tmp_path / "out", BAD[kind], sound().build())


def test_a_pipe_that_is_no_copy_is_left_out() -> None:
    with (
        as_file(sound().build()) as path,
        as_pipe(noise(50_000)) as pipe,
        opened_copies([path, pipe]) as copies,
    ):
        assert len(copies) == 1
        assert "left out" in copies[0].notes[0]


def test_a_copy_that_is_not_there_is_a_wrong_word(tmp_path: Path) -> None:
    with as_file(sound().build()) as path:
        for wrong in (tmp_path / "nowhere.vma", tmp_path):
            with pytest.raises(SourceError, match=wrong.name), opened_copies([path, wrong]):
                pass


def test_a_copy_of_another_archive_is_refused_with_or_without_its_front() -> None:
    other = forge([Disk("a", noise(4096))], uuid=b"somebody else's.")
    for data in (other, other[100:], other[5000:]):
        with (
            as_file(sound().build()) as path,
            as_file(data) as another,
            pytest.raises(UsageError, match="is no copy of"),
            opened_copies([path, another]),
        ):
            pass


def test_a_file_that_is_named_twice_is_no_second_copy(tmp_path: Path) -> None:
    one, link, hard = tmp_path / "a.vma", tmp_path / "link.vma", tmp_path / "hard.vma"
    one.write_bytes(sound().build())
    link.symlink_to(one)
    hard.hardlink_to(one)
    for other in (one, link, hard):
        with pytest.raises(UsageError, match="is the same file as"), opened_copies([one, other]):
            pass
