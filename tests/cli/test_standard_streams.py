"""What happens when standard output or standard error cannot take what is printed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.cli.running import run_process, start
from tests.forge import forge

WORDS = [
    ["list", "sound.vma"],
    ["list", "sound.vma", "--json"],
    ["config", "sound.vma"],
    ["verify", "-v", "sound.vma"],
    ["verify", "--json", "sound.vma"],
    ["restore", "sound.vma", "out", "--dry-run"],
    ["--help"],
    ["list", "--help"],
    ["--version"],
]


@pytest.mark.parametrize("words", WORDS, ids=" ".join)
def test_a_full_disk_behind_standard_output_is_said(words: list[str], folder: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        result = run_process(*words, stdout=full, exit_code=4)
    assert "standard output cannot be written: No space left on device; send it to" in result.stderr
    assert result.stderr.count("standard output") == 1


@pytest.mark.parametrize("words", WORDS, ids=" ".join)
def test_a_closed_standard_output_is_said(words: list[str], folder: Path) -> None:
    result = run_process(*words, shell_prefix="exec >&-;", exit_code=4)
    assert result.stderr.count("standard output is closed") == 1


def test_nothing_to_print_needs_no_standard_output(folder: Path) -> None:
    run_process("verify", "sound.vma", shell_prefix="exec >&-;")


def test_a_restore_is_taken_back_when_its_lines_cannot_be_written(folder: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        run_process("extract", "sound.vma", "out", stdout=full, exit_code=4)
    assert not Path("out").exists()


def test_a_reader_that_went_away_ends_the_program_quietly(folder: Path) -> None:
    Path("big.vma").write_bytes(forge([], [("qemu-server.conf", b"x" * 65535)]))
    for words in (["config", "big.vma"], ["list", "sound.vma"], ["verify", "-v", "sound.vma"]):
        reader, writer = os.pipe()
        os.close(reader)
        result = run_process(*words, stdout=writer, exit_code=141)
        os.close(writer)
        assert result.stderr == ""


@pytest.mark.parametrize("prefix", ["exec 2>&-;", "exec 2>/dev/full;", "exec <&- 2>&-;"])
def test_a_standard_error_that_takes_nothing_stops_no_job(prefix: str, folder: Path) -> None:
    run_process("extract", "sound.vma", "out", shell_prefix=prefix)
    assert len(list(Path("out").iterdir())) == 5
    run_process("verify", "missing.vma", shell_prefix=prefix, exit_code=3)


def test_messages_never_land_in_a_disk_that_got_the_descriptor_of_standard_error(
    folder: Path,
) -> None:
    run_process("extract", "sound.vma", "clean")
    run_process("extract", "faulty.vma", "faulty", exit_code=1)
    run_process("extract", "sound.vma", "out", shell_prefix="exec <&- >/dev/null 2>&-;")
    run_process("extract", "faulty.vma", "out2", shell_prefix="exec <&- 2>&-;", exit_code=1)
    for expected, got in (("clean", "out"), ("faulty", "out2")):
        for path in Path(expected).iterdir():
            assert (Path(got) / path.name).read_bytes() == path.read_bytes()


def test_standard_input_that_is_closed_is_an_empty_archive(folder: Path) -> None:
    result = run_process("list", "-", shell_prefix="exec <&-;", exit_code=3)
    assert "standard input is empty" in result.stderr


def test_text_is_written_as_utf_8_whatever_the_locale(folder: Path) -> None:
    Path("umlaut.vma").write_bytes(forge([], {"ä.conf": b""}))
    process = start(["list", "umlaut.vma"], env={"LC_ALL": "C", "PYTHONUTF8": "0"})
    stdout, _ = process.communicate()
    assert stdout.splitlines()[0] == "CFG: size: 0 name: ä.conf".encode()


def test_the_ui_is_refused_where_there_is_no_terminal(folder: Path) -> None:
    for words in ([], ["."], ["sound.vma"]):
        result = run_process(*words, exit_code=2)
        assert "the UI needs a terminal" in result.stderr
    assert "none of the verbs: list, config" in run_process("lsit", exit_code=2).stderr
