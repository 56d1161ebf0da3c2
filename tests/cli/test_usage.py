from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cli.running import run
from vmatui.cli.parser import VERBS


@pytest.mark.parametrize("words", [[], ["archive.vma"], ["folder/"], ["./list"]])
def test_a_first_word_that_is_no_verb_opens_the_ui_on_it(words: list[str]) -> None:
    result = run(*words)
    assert result.opened == (words[0] if words else None,)
    assert result.stdout == b""


def test_help_tells_every_verb_and_every_status() -> None:
    result = run("--help")
    text = result.stdout.decode()
    assert all(f"\n    {verb} " in text for verb in VERBS)
    assert "exit status: 0 done and sound, 1 the archive has errors" in text
    assert result.opened == ()


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help_that_begins_with_its_own_usage(verb: str) -> None:
    assert run(verb, "--help").lines[0].startswith(f"usage: vmatui {verb} ")


def test_the_version_is_one_line_on_standard_output() -> None:
    (line,) = run("--version").lines
    assert line.startswith("vmatui ")


@pytest.mark.parametrize(
    "words",
    [
        ["list"],
        ["list", "a", "b"],
        ["list", "-x", "a"],
        ["config", "a", "-c"],
        ["verify", "--bogus", "a"],
        ["restore"],
        ["restore", "a", "b", "c"],
        ["extract"],
        ["--bogus"],
        ["archive.vma", "another.vma"],
    ],
)
def test_words_that_make_no_sense_end_with_2(words: list[str]) -> None:
    result = run(*words, exit_code=2)
    assert result.stdout == b""
    assert "usage: vmatui" in result.stderr


@pytest.mark.parametrize(
    "words",
    [
        [""],
        ["restore", "sound.vma", ""],
        ["restore", "sound.vma", "--overwrite", ""],
        ["restore", "--salvage", "sound.vma", "out", "--also", ""],
        ["extract", "sound.vma", ""],
        ["extract", "-r", "", "sound.vma", "out"],
        ["check", "sound.vma", ""],
        ["verify", "sound.vma", "--manifest", ""],
        ["verify", "sound.vma", "--report", ""],
        ["create", "", "sound.vma"],
        ["create", "new.vma", ""],
        ["create", "new.vma", "a="],
        ["create", "new.vma", "sound.vma", "--level", "1", "b="],
        ["create", "new.vma", "-d", "format=raw:a="],
        ["create", "new.vma", "-c", ""],
        ["map", "sound.vma", "-o", ""],
        ["demo", "--no-ui", ""],
    ],
    ids=" ".join,
)
def test_an_empty_path_is_not_this_folder(words: list[str], folder: Path) -> None:
    before = sorted(folder.iterdir())
    result = run(*words, exit_code=2)
    assert "an empty path names nothing: is a variable not set?" in result.stderr
    assert sorted(folder.iterdir()) == before


@pytest.mark.parametrize(
    ("words", "archive", "sentence"),
    [
        (["verify", "--json", "--bogus", "f"], "f", "unrecognized arguments: --bogus"),
        (["restore", "--json"], "", "the following arguments are required: FILE"),
        (["restore", "--json", "a", ""], "", "argument DIR: an empty path names nothing"),
        (["restore", "a", "--json", "--overwrite", ""], "a", "an empty path names nothing"),
        (["restore", "--json", "-v", "a", "b"], "", "argument -v: not allowed with argument --js"),
        (["list", "a", "\x1b[31mb", "--json"], "a", r"unrecognized arguments: \x1b[31mb"),
    ],
)
def test_words_that_make_no_sense_are_told_as_json_too(
    words: list[str], archive: str, sentence: str
) -> None:
    result = run(*words, exit_code=2)
    assert "usage: vmatui" in result.stderr
    error = result.json
    assert error.keys() == {"archive", "error"}
    assert error["archive"] == archive
    assert error["error"].startswith(sentence)


@pytest.mark.parametrize("words", [["--json", "a", "b"], ["list", "a", "b", "--", "--json"]])
def test_only_a_verb_that_was_asked_for_it_prints_json(words: list[str]) -> None:
    assert run(*words, exit_code=2).stdout == b""


def test_a_complaint_about_words_has_no_control_characters() -> None:
    result = run("list", "a", "\x1b[31mb", exit_code=2)
    assert "\x1b" not in result.stderr
    assert r"\x1b[31mb" in result.stderr


@pytest.mark.parametrize("verb", ["config", "verify"])
def test_a_folder_is_no_archive(verb: str, tmp_path: Path) -> None:
    assert f"{tmp_path} is a folder" in run(verb, str(tmp_path), exit_code=3).stderr


@pytest.mark.parametrize("verb", ["list", "config", "verify"])
@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("missing.vma", "missing.vma does not exist"),
        ("empty", "empty is empty"),
        ("text", "not a VMA archive (wrong magic number)"),
        ("x" * 300, "File name too long"),
        ("mis\x1b[31msing", r"mis\x1b[31msing does not exist"),
    ],
)
def test_what_is_no_readable_archive_ends_with_3(
    verb: str, name: str, message: str, folder: Path
) -> None:
    Path("empty").write_bytes(b"")
    Path("text").write_bytes(b"This is not an archive.\n" * 1000)
    result = run(verb, name, exit_code=3)
    assert message in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert result.stdout == b""
    error = run(verb, name, "--json", exit_code=3).json
    assert error == {"archive": name, "error": result.stderr.removeprefix("vmatui: ").rstrip("\n")}


WORDS = st.sampled_from(
    [
        *("-v", "--json", "-c", "x", "--to", "1=a", "--to=drive-scsi0=", "-d", ",", "3", "--skip"),
        *(
            "sound.vma",
            "faulty.vma",
            "missing",
            "out",
            "",
            "--quick",
            "--plan",
            "--",
            "--overwrite",
        ),
        *("qemu-server.fw", "a\x1bb", "\udcff", "/dev/null", "="),
    ]
)


@settings(
    max_examples=300,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.sampled_from(["list", "config", "verify", "restore"]), st.lists(WORDS, max_size=6))
def test_no_words_at_all_raise_an_exception(folder: Path, verb: str, words: list[str]) -> None:
    result = run(verb, *words, exit_code=range(5))
    assert result.status == 0 or result.stderr
