from __future__ import annotations

import json
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cli.running import Result, run
from tests.forge import Disk, forge, noise

NASTY = [
    "\x1b[2J\x1b]0;owned\x07",
    "a\nDEV: dev_id=9 size: 1 devname: fake",
    "../../escape",
    "/etc/passwd",
    "..",
    "-rf",
    "\udcff\udc80",
    "x" * 300,
    "name with blanks",
    "\u202egnp.exe",
    "disk\r",
    "[/b][red]",
    "ä😀",
]
names = st.binary(min_size=1, max_size=30).filter(lambda name: b"\0" not in name)


def _assert_harmless(result: Result) -> None:
    """No output holds what a terminal obeys, and JSON holds no lone surrogate."""
    text = result.stdout.decode() + result.stderr
    assert all(char.isprintable() or char == "\n" for char in text)


def _archive(devices: list[str], configs: list[str]) -> bytes:
    disks = [Disk(name, noise(512, number)) for number, name in enumerate(devices)]
    return forge(disks, [(name, name.encode(errors="replace")) for name in configs])


def test_names_are_shown_and_never_obeyed(folder: Path) -> None:
    Path("hostile.vma").write_bytes(_archive(NASTY, NASTY))
    result = run("list", "hostile.vma")
    _assert_harmless(result)
    assert len(result.lines) == 2 * len(NASTY) + 1
    assert r"DEV: dev_id=1 size: 512 devname: \x1b[2J\x1b]0;owned\x07" in result.lines
    assert "DEV: dev_id=13 size: 512 devname: ä😀" in result.lines
    for words in (["verify", "-v"], ["verify", "--json"], ["list", "--json"], ["config", "--json"]):
        _assert_harmless(run(*words, "hostile.vma"))


def test_json_gives_names_back_and_lone_surrogates_as_escapes(folder: Path) -> None:
    Path("hostile.vma").write_bytes(_archive(NASTY, []))
    devices = run("list", "hostile.vma", "--json").json["devices"]
    shown = [r"\udcff\udc80" if "\udcff" in name else name for name in NASTY]
    assert [device["name"] for device in devices] == shown
    json.dumps([device["name"] for device in devices], ensure_ascii=False).encode()


def test_a_restore_stays_inside_its_folder_and_keeps_everything_apart(folder: Path) -> None:
    Path("hostile.vma").write_bytes(_archive(NASTY, NASTY))
    before = {path.name for path in folder.iterdir()}
    result = run("restore", "hostile.vma", "out")
    _assert_harmless(result)
    assert len(result.lines) == len(NASTY)
    assert {path.name for path in folder.iterdir()} == before | {"out"}
    written = list(Path("out").iterdir())
    assert all(path.is_file() for path in written)
    expected = [noise(512, number) for number in range(len(NASTY))]
    expected += [name.encode(errors="replace") for name in NASTY]
    assert sorted(path.read_bytes() for path in written) == sorted(expected)


def test_a_plan_of_hostile_names_has_a_line_each(folder: Path) -> None:
    Path("hostile.vma").write_bytes(_archive(NASTY, NASTY))
    result = run("restore", "hostile.vma", "out", "--dry-run")
    _assert_harmless(result)
    assert len(result.lines) == len(NASTY) + 1


@settings(
    max_examples=100,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(names, min_size=1, max_size=4), st.lists(names, max_size=4))
def test_any_bytes_may_stand_in_names(
    folder: Path, devices: list[bytes], configs: list[bytes]
) -> None:
    decoded = [
        [name.decode("utf-8", "surrogateescape") for name in found] for found in (devices, configs)
    ]
    Path("hostile.vma").write_bytes(_archive(*decoded))
    result = run("list", "hostile.vma")
    _assert_harmless(result)
    assert len(result.lines) == len(devices) + len(configs) + 1
    _assert_harmless(run("verify", "hostile.vma", "--json"))
    assert len(run("restore", "hostile.vma", "new", "--plan", "--json").json["devices"]) == len(
        devices
    )
