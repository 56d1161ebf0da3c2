"""The README promises commands, keys and exit statuses; all of them are tried here."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.binding import Binding, BindingType

from tests.cli.test_golden import GOLDEN
from tests.compressors import as_zstd
from tests.damage import DAMAGED, sound
from tests.forge import Disk, forge, noise
from tests.tools import require_tool
from vmatui import errors
from vmatui.engine.demo.demo import make_demo
from vmatui.engine.jsontext import SCHEMA
from vmatui.format.codes import MEANINGS
from vmatui.tui.app import VmaApp
from vmatui.tui.screens.archive import ArchiveScreen
from vmatui.tui.screens.askpath import AskPathScreen
from vmatui.tui.screens.create import CreateScreen
from vmatui.tui.screens.creating import CreatingScreen
from vmatui.tui.screens.folder import FolderScreen
from vmatui.tui.screens.restore import RestoreScreen
from vmatui.tui.screens.running import RunningScreen
from vmatui.tui.screens.salvage import SalvageScreen
from vmatui.tui.widgets.configs import ConfigView
from vmatui.tui.widgets.heatmap import HeatMap
from vmatui.tui.widgets.mapview import MapView
from vmatui.tui.widgets.stepper import Stepper
from vmatui.tui.widgets.table import Table

README = (Path(__file__).parents[1] / "README.md").read_text()

OWNERS: dict[str, list[type]] = {
    "everywhere": [VmaApp],
    "folder": [FolderScreen, Table],
    "archive": [ArchiveScreen],
    "map": [HeatMap, MapView],
    "configs": [ConfigView],
    "restore": [RestoreScreen, Stepper],
    "restoring": [RunningScreen],
    "salvage": [SalvageScreen, AskPathScreen],
    "create": [CreateScreen],
    "created": [CreatingScreen],
}
NAMES = {
    "?": "question_mark",
    "+": "plus",
    "-": "minus",
    "[": "left_square_bracket",
    "]": "right_square_bracket",
}


def table(*titles: str) -> Iterator[list[str]]:
    """Yield the rows below the table head with these titles."""
    head = "| " + " | ".join(titles) + " |\n"
    assert head in README
    for line in README.split(head)[1].splitlines()[1:]:
        if not line.startswith("|"):
            return
        yield [cell.strip() for cell in line.strip("|").split("|")]


def commands(section: str) -> list[str]:
    """Return the lines of a section's first shell block."""
    block = README.split(f"## {section}\n")[1].split("```sh\n")[1].split("```")[0]
    return block.splitlines()


def keys_of(owner: type) -> set[str]:
    bindings: list[BindingType] = [
        binding for base in owner.__mro__ for binding in vars(base).get("BINDINGS", [])
    ]
    keys = [binding.key if isinstance(binding, Binding) else binding[0] for binding in bindings]
    return {key for joined in keys for key in joined.split(",")} | {"ctrl+p"}


@pytest.mark.parametrize("row", table("where", "key", "does"), ids=lambda row: row[1])
def test_every_key_is_bound_where_it_is_promised(row: list[str]) -> None:
    where, keys, _ = row
    bound = {key for owner in OWNERS[where] for key in keys_of(owner)}
    for key in re.findall(r"`([^`]+)`", keys):
        assert NAMES.get(key, key) in bound


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the archives that the README's commands name."""
    folder = tmp_path_factory.mktemp("readme")
    disks = [Disk(name, noise(70_000)) for name in ("drive-scsi0", "drive-scsi1", "drive-efidisk0")]
    data = forge(disks, {"qemu-server.conf": b"name: a\n", "qemu-server.fw": b"[OPTIONS]\n"})
    (folder / "backup.vma").write_bytes(data)
    (folder / "backup.vma.zst").write_bytes(as_zstd(data))
    (folder / "qemu-server.conf").write_bytes(b"name: a\n")
    (folder / "disk.raw").write_bytes(noise(70_000))
    qemu_img = require_tool("qemu-img")
    subprocess.run(
        [qemu_img, "create", "-q", "-f", "qcow2", folder / "disk.qcow2", "1M"], check=True
    )
    (folder / "dump").mkdir()
    (folder / "damaged.vma").write_bytes(DAMAGED["missing-cluster"]())
    (folder / "copy.vma.zst").write_bytes(as_zstd(sound().build()))
    return folder


def test_every_command_ends_as_promised_one_after_the_other(workplace: Path) -> None:
    require_tool("zstd")
    for line in commands("In scripts"):
        remark = line.partition("#")[2]
        expected = int(remark.split("exit ")[1]) if "exit " in remark else 0
        found = run_line(line, workplace)
        assert found.returncode == expected, f"{line}\n{found.stderr}"


def run_line(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    program = f"{shlex.quote(sys.executable)} -m vmatui"
    command = re.sub(r"(^|\| )vmatui\b", rf"\1{program}", line.partition("#")[0])
    command = command.replace("/srv", ".").replace("/var/lib/vz", ".")
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_commands_for_the_terminal_take_a_folder_and_an_archive() -> None:
    words = [shlex.split(line, comments=True)[1:] for line in commands("In the terminal")]
    assert words == [[], ["/var/lib/vz/dump"], ["backup.vma.zst"]]


def test_the_exit_statuses_are_those_of_the_errors() -> None:
    statuses = {int(status) for status, _ in table("exit status", "means")}
    known = {
        each.exit_code
        for each in vars(errors).values()
        if isinstance(each, type) and issubclass(each, errors.VmaError)
    }
    assert statuses == known | {0}


def test_every_code_is_explained_in_its_words() -> None:
    rows = {code.strip("`"): meaning for code, meaning in table("code", "means")}
    assert rows == {code.value: meaning.title for code, meaning in MEANINGS.items()}


OBJECTS = {name.strip("`"): fields for name, fields in table("object", "what it holds")}
SIMPLE: dict[str, type] = {"text": str, "int": int, "bool": bool}
PRINTED = {
    "list.json": "list ARCHIVE",
    "list-folder.json": "list FOLDER",
    "config.json": "config",
    "verify.json": "verify",
    "verify-quick.json": "verify",
    "verify-faulty.json": "verify",
    "verify-cut.json": "verify",
    "verify-rotten.json": "verify",
    "seal.json": "seal",
    "seal-faulty.json": "seal",
    "restore.json": "restore",
    "restore-faulty.json": "restore",
    "restore-check.json": "restore",
    "salvage-also.json": "restore",
    "salvage-plan.json": "restore --dry-run",
    "plan.json": "restore --dry-run",
    "plan-problems.json": "restore --dry-run",
    "check.json": "check",
    "create.json": "create",
    "create-plan.json": "create --dry-run",
    "error.json": "error",
    "config-missing.json": "error",
}


def check_object(value: object, kind: str) -> None:
    """Check that an object has the fields of a row of the table, and no others."""
    assert isinstance(value, dict)
    known = dict(re.findall(r"`(\w+):([^`]+)`", OBJECTS[kind]))
    assert value.keys() <= known.keys()
    for name, promised in known.items():
        assert promised.endswith("*") or name in value, f"{kind} has no {name}"
        if name in value:
            check_value(value[name], promised.rstrip("*"))


def check_value(value: object, kind: str) -> None:
    """Check one value against what the table says of it."""
    if kind.endswith("?"):
        if value is None:
            return
        kind = kind[:-1]
    if kind[0] in "[{":
        assert isinstance(value, list if kind[0] == "[" else dict)
        for each in value.values() if isinstance(value, dict) else value:
            check_value(each, kind[1:-1])
    elif kind == "range":
        assert isinstance(value, list)
        first, last = value
        assert 0 <= first <= last
    elif kind in SIMPLE:
        assert type(value) is SIMPLE[kind]
    else:
        check_object(value, kind)


@pytest.mark.parametrize("name", sorted(path.name for path in GOLDEN.glob("*.json")))
def test_what_is_printed_as_json_is_what_the_table_says(name: str) -> None:
    line = (GOLDEN / name).read_text().split("\n")[0]
    value = json.loads(line)
    assert next(iter(value)) == "schema"
    assert value.pop("schema") == SCHEMA
    check_object(value, PRINTED[name])


def test_no_object_of_the_table_is_without_an_example() -> None:
    named = set(re.findall(r":[\[{]?([\w-]+)", " ".join(OBJECTS.values()))) | set(PRINTED.values())
    assert set(OBJECTS) == named - {*SIMPLE, "range"}


def test_the_python_example_runs(
    workplace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(workplace)
    exec(README.split("```python\n")[1].split("```")[0], {})
    assert capsys.readouterr().out == "sound []\n"


def test_every_picture_is_there_and_used() -> None:
    folder = Path(__file__).parents[1]
    for picture in re.findall(r"!\[[^]]+\]\(([^)]+)\)", README):
        assert (folder / picture).is_file()


def test_the_demo_needs_no_network_and_makes_a_sound_and_a_damaged_archive(tmp_path: Path) -> None:
    assert len(make_demo(tmp_path)) >= 2
