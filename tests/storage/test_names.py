from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmatui.storage.names import MAX_NAME_BYTES, is_safe, safe_name

# Every code point, undecodable bytes among them, and the ones that matter more often.
NAMES = st.text(
    st.characters(exclude_categories=()) | st.sampled_from("./\\-\0\n\x1b_aé€😀\udc80\udcff"),
    max_size=300,
)


@pytest.mark.parametrize(
    "name",
    ["qemu-server.conf", "drive-scsi0", "vmstate.bin", "Größe 10 €", "a..b", "x" * 200, "_", "a."],
)
def test_a_safe_name_stays_as_it_is(name: str) -> None:
    assert is_safe(name)
    assert safe_name(name) == name


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("", "_"),
        (".", "_."),
        ("..", "_.."),
        ("../x", "_.._x"),
        ("/etc/passwd", "_etc_passwd"),
        ("..\\x", "_.._x"),
        ("-rf", "_-rf"),
        (".bashrc", "_.bashrc"),
        ("a\0b", "a_b"),
        ("a\x1b[2Jb\n", "a_[2Jb_"),
        (os.fsdecode(b"drive-\xff\x80"), "drive-__"),
        ("gpj.\u202eexe", "gpj._exe"),
    ],
)
def test_a_harmful_name_loses_what_harms(name: str, expected: str) -> None:
    assert not is_safe(name)
    assert safe_name(name) == expected


def test_a_long_name_is_cut_between_characters_and_keeps_its_suffix() -> None:
    name = safe_name("a" + "€" * 100 + ".conf")
    assert name == "a" + "€" * 64 + ".conf"


def test_a_long_ending_is_no_suffix() -> None:
    assert safe_name("a." + "x" * 300) == "a." + "x" * 198


def test_a_taken_name_gets_a_number_before_its_suffix() -> None:
    assert safe_name("disk-a.raw", {"disk-a.raw"}) == "disk-a-2.raw"
    assert safe_name("disk-a.raw", {"disk-a.raw", "disk-a-2.raw"}) == "disk-a-3.raw"
    assert safe_name("vm", {"vm"}) == "vm-2"


def test_names_that_become_equal_are_told_apart() -> None:
    taken: set[str] = set()
    for name in ("a/b", "a\\b", "a_b"):
        taken.add(safe_name(name, taken))
    assert taken == {"a_b", "a_b-2", "a_b-3"}


def test_a_number_fits_into_the_longest_name() -> None:
    name = "x" * MAX_NAME_BYTES
    assert safe_name(name, {name}) == "x" * (MAX_NAME_BYTES - 2) + "-2"


@given(NAMES)
def test_the_result_is_always_safe_and_stays_the_same(name: str) -> None:
    result = safe_name(name)
    assert is_safe(result)
    assert safe_name(result) == result
    assert (result == name) == is_safe(name)


@given(NAMES)
def test_the_result_is_a_file_directly_in_its_folder(name: str) -> None:
    result = safe_name(name)
    folder = Path("/restore/here")
    assert Path(os.path.normpath(folder / result)).parent == folder
    assert len(os.fsencode(result)) <= MAX_NAME_BYTES


@given(NAMES, st.integers(0, 12))
def test_a_result_is_never_taken(name: str, rounds: int) -> None:
    taken: set[str] = set()
    for _ in range(rounds):
        result = safe_name(name, taken)
        assert is_safe(result)
        assert result not in taken
        taken.add(result)
