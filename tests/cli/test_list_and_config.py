from __future__ import annotations

import base64
import os
import pty
from pathlib import Path

import pytest

from tests.cli.running import run, run_process, start
from tests.compressors import COMPRESSORS
from tests.damage import CONFIGS, DAMAGED, sound
from tests.forge import Disk, forge


@pytest.mark.parametrize("compression", COMPRESSORS)
def test_every_compression_lists_the_same(compression: str, folder: Path) -> None:
    plain = run("list", "sound.vma")
    (folder / "packed").write_bytes(COMPRESSORS[compression](sound().build()))
    assert run("list", "packed").stdout == plain.stdout
    assert run("list", "packed", "--json").json["compression"] == compression


def test_an_archive_is_listed_from_a_pipe(folder: Path) -> None:
    plain = run("list", "sound.vma")
    with Path("sound.vma").open("rb") as archive:
        process = start(["list", "-"], stdin=archive)
        assert process.communicate() == (plain.stdout, b"")
    assert run_process("list", "-", exit_code=3).stdout == b""


@pytest.mark.parametrize("verb", ["list", "config"])
def test_a_damaged_header_is_printed_as_far_as_it_goes_and_named(verb: str, folder: Path) -> None:
    sound_output = run(verb, "sound.vma").stdout
    Path("damaged.vma").write_bytes(DAMAGED["header-checksum"]())
    result = run(verb, "damaged.vma", exit_code=1)
    assert result.stdout == sound_output
    assert result.stderr.startswith("error: header-checksum [byte 0]: ")
    assert "wrong vma header chechsum" in result.stderr


def test_a_warning_alone_does_not_change_the_status(folder: Path) -> None:
    Path("odd.vma").write_bytes(DAMAGED["unsafe-name"]())
    result = run("list", "odd.vma", "--json")
    (finding,) = result.json["findings"]
    assert (finding["code"], finding["severity"]) == ("unsafe-name", "warning")
    assert result.stderr.startswith("warning: unsafe-name")


@pytest.mark.parametrize("ctime", [2**62, -(2**63)])
def test_a_creation_time_that_no_clock_knows_is_printed_as_a_number(
    ctime: int, folder: Path
) -> None:
    Path("far.vma").write_bytes(forge([Disk("a", size=512)], ctime=ctime))
    assert run("list", "far.vma").lines[-1] == f"CTIME: {ctime}"


def test_a_config_is_printed_byte_by_byte(folder: Path) -> None:
    content = bytes(range(256))
    Path("binary.vma").write_bytes(forge([], {"qemu-server.conf": content, "empty": b""}))
    assert run("config", "binary.vma").stdout == content
    assert run("config", "binary.vma", "-c", "empty").stdout == b""


def test_a_config_that_is_no_text_comes_as_base64(folder: Path) -> None:
    content = bytes(range(256))
    Path("binary.vma").write_bytes(forge([], {"binary": content, "text": "ä\n".encode()}))
    binary, text = run("config", "binary.vma", "--json").json["configs"]
    assert binary["size"] == 256
    assert base64.b64decode(binary["base64"]) == content
    assert text == {"name": "text", "size": 3, "text": "ä\n"}


def test_one_config_can_be_asked_for_as_json(folder: Path) -> None:
    (config,) = run("config", "sound.vma", "-c", "qemu-server.fw", "--json").json["configs"]
    assert config["text"].encode() == CONFIGS["qemu-server.fw"]


def test_a_terminal_gets_no_control_characters_of_a_config(folder: Path) -> None:
    content = b"name: \x1b[31mred\x1b[0m\tx\xff \\t\n"
    Path("hostile.vma").write_bytes(forge([], {"qemu-server.conf": content}))
    ours, theirs = pty.openpty()
    process = start(["config", "hostile.vma"], stdout=theirs)
    assert process.wait() == 0
    shown = os.read(ours, 1000)
    os.close(ours)
    os.close(theirs)
    assert process.stderr is not None
    process.stderr.close()
    assert shown.splitlines() == [rb"name: \x1b[31mred\x1b[0m" + b"\tx" + rb"\udcff \t"]
