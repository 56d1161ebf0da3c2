"""A new file as an output, and the writing that all outputs share."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.storage.devices import MIB, mounted, run
from tests.storage.outputting import OPEN, names_in, output_to, run_python, write
from vmatui.errors import TargetError
from vmatui.storage.streaming import write_on


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "vzdump.vma"


def test_a_finished_file_has_the_bytes_and_only_the_final_name(path: Path) -> None:
    output = output_to(path)
    output.open()
    assert output.name == str(path)
    write(output, b"head")
    write(output, b"one", b"", b"two")
    write(output)
    assert names_in(path.parent) == {"tmp-vzdump.vma"}
    assert output.written == 10
    output.finish()
    output.discard()
    assert names_in(path.parent) == {"vzdump.vma"}
    assert path.read_bytes() == b"headonetwo"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_discarded_file_is_gone_however_often(path: Path) -> None:
    output = output_to(path)
    output.discard()
    output.open()
    write(output, b"x")
    output.discard()
    output.discard()
    assert names_in(path.parent) == set()


def test_an_existing_file_is_never_touched(path: Path) -> None:
    path.write_bytes(b"old")
    output = output_to(path)
    with pytest.raises(TargetError, match=r"vzdump\.vma exists already; archives are never over"):
        output.open()
    output.discard()
    assert path.read_bytes() == b"old"
    assert names_in(path.parent) == {"vzdump.vma"}


@pytest.mark.parametrize("kind", ["folder", "link", "dangling link"])
def test_whatever_exists_is_refused(path: Path, kind: str) -> None:
    if kind == "folder":
        path.mkdir()
    else:
        path.symlink_to("/" if kind == "link" else "nowhere")
    output = output_to(path)
    with pytest.raises(TargetError, match="exists already"):
        output.open()
    assert names_in(path.parent) == {"vzdump.vma"}


def test_an_unfinished_archive_in_the_way_is_named_and_left(path: Path) -> None:
    temporary = path.with_name("tmp-vzdump.vma")
    temporary.write_bytes(b"half")
    output = output_to(path)
    with pytest.raises(TargetError) as caught:
        output.open()
    output.discard()
    assert str(caught.value) == (
        f"an unfinished archive is in the way: {temporary}; remove it or choose another name"
    )
    assert temporary.read_bytes() == b"half"


def test_who_writes_an_archive_is_waited_for(path: Path) -> None:
    first, second = output_to(path), output_to(path)
    first.open()
    with pytest.raises(TargetError) as caught:
        second.open()
    second.discard()
    assert "another create is writing to" in str(caught.value)
    assert f"(process {os.getpid()}) has ended" in str(caught.value)
    assert "remove" not in str(caught.value)
    first.finish()
    assert names_in(path.parent) == {"vzdump.vma"}


def test_the_archive_of_another_is_neither_named_nor_removed(path: Path) -> None:
    first, second = output_to(path), output_to(path)
    first.open()
    path.with_name("tmp-vzdump.vma").unlink()
    second.open()
    with pytest.raises(TargetError, match=r"tmp-vzdump\.vma was removed or replaced"):
        first.finish()
    first.discard()
    assert names_in(path.parent) == {"tmp-vzdump.vma"}
    write(second, b"theirs")
    second.finish()
    assert path.read_bytes() == b"theirs"


def test_a_file_that_appears_meanwhile_is_not_overwritten(path: Path) -> None:
    output = output_to(path)
    output.open()
    write(output, b"ours")
    path.write_bytes(b"theirs")
    with pytest.raises(TargetError, match="exists already"):
        output.finish()
    output.discard()
    assert path.read_bytes() == b"theirs"
    assert names_in(path.parent) == {"vzdump.vma"}


def test_a_place_where_nothing_can_be_made_is_said(path: Path) -> None:
    for target, reason in {
        path.parent / "no" / "x.vma": "No such file or directory",
        path.parent / ("x" * 255): "File name too long",
        path.parent / "a\0b": "null (byte|character).*",
    }.items():
        with pytest.raises(TargetError, match=f"^cannot create .*: .*{reason}; choose another"):
            output_to(target).open()


def test_a_killed_writer_leaves_no_final_name(path: Path) -> None:
    code = OPEN + ("output.writev([memoryview(b'half')])\nos.kill(os.getpid(), 9)\n")
    assert run_python(code, path).returncode == -signal.SIGKILL
    assert names_in(path.parent) == {"tmp-vzdump.vma"}


@pytest.mark.parametrize("call", ["fdatasync", "linkat,link", "close"])
def test_a_writer_killed_while_it_finishes_leaves_the_whole_archive_or_no_name(
    path: Path, call: str
) -> None:
    code = OPEN + "output.writev([memoryview(b'whole')])\noutput.finish()\n"
    inject = f"inject={call}:signal=KILL"
    # Of all calls of a kind, only those for files beside the archive count.
    command = [
        "strace",
        "-f",
        "-o",
        "/dev/null",
        "-P",
        str(path),
        "-P",
        f"{path.parent}/tmp-{path.name}",
    ]
    command += ["-e", inject, sys.executable, "-c", code, str(path)]
    answer = subprocess.run(command, check=False, capture_output=True)
    assert answer.returncode in (-signal.SIGKILL, 128 + signal.SIGKILL)
    assert not path.exists() or path.read_bytes() == b"whole"


@pytest.mark.root
def test_a_full_file_system_ends_with_one_sentence_and_no_leftover(tmp_path: Path) -> None:
    with mounted("tmpfs", tmp_path / "small", "-t", "tmpfs", "-o", "size=1m") as folder:
        output = output_to(folder / "a.vma")
        output.open()
        write(output, bytes(MIB // 2))
        with pytest.raises(TargetError) as caught:
            write(output, bytes(MIB))
        assert str(caught.value) == (
            f"cannot write {folder}/a.vma: No space left on device; "
            "make room there or choose another place"
        )
        output.discard()
        assert names_in(folder) == set()


def test_bytes_that_do_not_reach_the_disk_never_get_the_final_name(path: Path) -> None:
    code = OPEN + (
        "from vmatui.errors import TargetError\n"
        "output.writev([memoryview(b'x')])\n"
        "try: output.finish()\n"
        "except TargetError as error: print(error)\n"
        "output.discard()\n"
    )
    inject = "inject=fdatasync:error=EIO"
    said = run("strace", "-f", "-o", "/dev/null", "-e", inject, sys.executable, "-c", code, path)
    assert said == f"cannot finish {path}: Input/output error; choose another place"
    assert names_in(path.parent) == set()


@given(st.lists(st.binary(max_size=20), max_size=12), st.integers(1, 9))
def test_short_writes_are_continued(pieces: list[bytes], most: int) -> None:
    written = bytearray()

    def short(_: int, views: Sequence[memoryview]) -> int:
        data = b"".join(views)[:most]
        written.extend(data)
        return len(data)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "writev", short)
        count = write_on(0, [memoryview(piece) for piece in pieces])
    assert written == b"".join(pieces)
    assert count == len(written)


def test_more_pieces_than_one_call_takes_are_all_written(path: Path) -> None:
    pieces = [bytes([number % 251]) * (number % 7) for number in range(5000)]
    output = output_to(path)
    output.open()
    write(output, *pieces)
    output.finish()
    assert path.read_bytes() == b"".join(pieces)
