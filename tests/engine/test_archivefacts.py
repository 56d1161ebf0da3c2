from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.damage import sound
from tests.forge import Disk, forge
from tests.opening import opened
from vmatui.engine.archivefacts import look_into, name_time, reopen, vm_id, vm_name
from vmatui.errors import SourceError


def _named(config: bytes) -> str:
    with opened(forge([], {"qemu-server.conf": config})) as archive:
        return vm_name(archive.header)


@pytest.mark.parametrize(
    ("config", "name"),
    [
        (b"cores: 1\nname: web-1\nmemory: 5\n", "web-1"),
        (b"name:web", "web"),
        (b"cores: 1\n[before]\nname: snapshot\n", ""),
        (b"#name: no\n", ""),
        (b"", ""),
        (b"name: \xff\xfe", "\ufffd\ufffd"),
        (b"name: " + b"x" * 60000, "x" * 200),
    ],
)
def test_the_vm_has_the_name_of_its_config(config: bytes, name: str) -> None:
    assert _named(config) == name


def test_an_archive_without_configs_has_no_vm_name(tmp_path: Path) -> None:
    path = tmp_path / "a.vma"
    path.write_bytes(forge([Disk("drive-scsi0", b"x" * 512)]))
    facts = look_into(path)
    assert (facts.vm_name, facts.vm_id, facts.seekable) == ("", None, True)
    assert facts.devices_size == 512


def test_id_and_time_come_from_the_usual_name() -> None:
    name = "vzdump-qemu-104-2023_11_14-22_13_20.vma.zst"
    assert vm_id(name) == 104
    assert name_time(name) == 1_700_000_000
    assert vm_id("three.vma") is None
    assert name_time("vzdump-qemu-104-2023_99_14-22_13_20.vma") is None


def test_a_pipe_is_refused_before_it_is_read(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(SourceError, match="only once: save it to a file"):
        look_into(pipe)


def test_an_archive_that_became_another_is_not_opened_again(tmp_path: Path) -> None:
    path = tmp_path / "a.vma"
    path.write_bytes(sound().build())
    facts = look_into(path)
    reopen(facts).close()
    path.write_bytes(forge([Disk("drive-scsi0", b"x" * 512)]))
    with pytest.raises(SourceError, match="has changed since it was opened"):
        reopen(facts)
