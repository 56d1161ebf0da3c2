"""Images that qemu cannot read, or not to their end: what is said, and that nothing is left."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.storage.devices import MIB, run
from tests.storage.disks import (
    SIZE,
    convert,
    hold_locked,
    opened_image,
    qemu_processes,
    wait_for_end,
    write_disk,
)
from tests.tools import require_tool
from vmatui.errors import SourceError
from vmatui.storage.images import open_image


@pytest.fixture(autouse=True)
def qemu() -> None:
    require_tool("qemu-nbd")
    require_tool("qemu-img")


def test_without_qemu_the_package_to_install_is_named(
    image_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(SourceError) as caught:
        open_image(image_path).open()
    assert str(caught.value) == (
        f"{image_path} needs qemu-nbd, which is not installed: "
        "install the package qemu-utils, or take a raw image"
    )


def test_an_image_that_a_vm_writes_to_is_said_to_be_in_use(image_path: Path) -> None:
    vm = hold_locked(image_path, "qcow2")
    try:
        with pytest.raises(SourceError) as caught:
            open_image(image_path).open()
    finally:
        vm.kill()
        vm.communicate()
    assert str(caught.value) == (
        f"{image_path} is in use by another program, perhaps a running VM: "
        "stop it, or read a snapshot or copy"
    )
    assert qemu_processes() == []


def test_a_format_that_qemu_does_not_know_is_said(image_path: Path) -> None:
    with pytest.raises(SourceError, match="qemu knows no image format nosuch: take raw, qcow2"):
        open_image(image_path, "nosuch").open()


def test_a_wrong_format_is_said_in_one_sentence(image_path: Path) -> None:
    for format in ("vmdk", "vhdx", "vdi", "vpc", "luks", "nbd"):
        with pytest.raises(SourceError) as caught:
            open_image(image_path, format).open()
        said = str(caught.value)
        assert said.startswith(f"{image_path} cannot be read as {format}: ")
        assert said.endswith("; check the file, or name its true format")
        assert "blk_new_open" not in said
    assert qemu_processes() == []


def test_a_missing_backing_file_is_named(tmp_path: Path, image_path: Path) -> None:
    overlay = tmp_path / "overlay.qcow2"
    run("qemu-img", "create", "-f", "qcow2", "-F", "qcow2", "-b", image_path, overlay)
    image_path.unlink()
    with pytest.raises(SourceError, match=rf"Could not open backing file.*{image_path.name}"):
        open_image(overlay).open()


@pytest.mark.parametrize("format", ["qcow2", "vmdk", "vhdx", "vdi", "vpc", "qed"])
@pytest.mark.parametrize("share", [0.4, 0.9])
def test_a_cut_image_is_refused_and_not_read_as_zeros(
    tmp_path: Path, format: str, share: float
) -> None:
    disk = write_disk(tmp_path / "full.raw", 32 * MIB, {0: b"\x99" * (32 * MIB)})
    path = convert(disk, tmp_path / f"full.{format}", format)
    os.truncate(path, int(path.stat().st_size * share))
    with pytest.raises(SourceError, match=r"is cut or damaged|truncated|cannot be read as"):
        open_image(path, format).open()
    assert qemu_processes() == []


def test_a_cut_image_below_an_overlay_is_named(tmp_path: Path, image_path: Path) -> None:
    overlay = tmp_path / "overlay.qcow2"
    run("qemu-img", "create", "-f", "qcow2", "-F", "qcow2", "-b", image_path.name, overlay)
    os.truncate(image_path, image_path.stat().st_size - MIB)
    with pytest.raises(SourceError) as caught:
        open_image(overlay).open()
    assert str(caught.value).startswith(f"{image_path} is cut or damaged (")
    assert "\n" not in str(caught.value)


def test_an_image_of_which_nothing_but_the_head_is_left_is_refused(image_path: Path) -> None:
    os.truncate(image_path, 40)
    with pytest.raises(SourceError, match=r"cannot be read as qcow2: .*too short"):
        open_image(image_path).open()


def test_a_file_that_changes_its_size_is_refused_in_the_end(image_path: Path) -> None:
    with opened_image(image_path) as image:
        before = image_path.stat().st_size
        os.truncate(image_path, before + 4096)
        with pytest.raises(SourceError, match=f"changed from {before} to {before + 4096} bytes"):
            image.check_unchanged()


def test_qemu_that_dies_is_named_with_the_offset(image_path: Path) -> None:
    with opened_image(image_path) as image:
        (pid,) = qemu_processes()
        os.kill(pid, signal.SIGKILL)
        with pytest.raises(SourceError) as caught:
            image.read_into(MIB, memoryview(bytearray(4096)))
        assert str(caught.value) == (
            f"{image_path} cannot be read at offset {MIB}: qemu-nbd ended; check the disk"
        )
        with pytest.raises(SourceError, match="cannot be read at offset 0: qemu-nbd ended"):
            next(image.extents(0, 4096))
    assert qemu_processes() == []


def test_a_read_error_below_qemu_is_named_with_the_offset(disk: Path) -> None:
    fault = {"event": "none", "iotype": "read", "errno": 5, "sector": 2 * MIB // 512}
    faulty = {"driver": "blkdebug", "inject-error": [fault]}
    base = {"driver": "raw", "file": {**faulty, "image": {"driver": "file", "filename": str(disk)}}}
    overlay = disk.with_name("overlay.qcow2")
    name = f"json:{json.dumps(base)}"
    run("qemu-img", "create", "-f", "qcow2", "-F", "raw", "-b", name, overlay, str(SIZE))
    with opened_image(overlay) as image:
        image.read_into(0, memoryview(bytearray(MIB)))
        with pytest.raises(SourceError) as caught:
            image.read_into(MIB, memoryview(bytearray(4 * MIB)))
        assert str(caught.value) == (
            f"{overlay} cannot be read at offset {2 * MIB}: Input/output error; check the disk"
        )


def test_nothing_is_left_of_an_image_whose_reader_is_killed(image_path: Path) -> None:
    code = (
        "import pathlib, sys\n"
        "from vmatui.storage.images import open_image\n"
        "open_image(pathlib.Path(sys.argv[1])).open()\n"
        "print('open', flush=True); sys.stdin.read()\n"
    )
    folder = image_path.parent / "temporary"
    folder.mkdir()
    with subprocess.Popen(
        [sys.executable, "-c", code, image_path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "TMPDIR": str(folder)},
    ) as reader:
        assert reader.stdout is not None
        assert reader.stdout.readline() == b"open\n"
        (pid,) = qemu_processes(reader.pid)
        reader.kill()
    wait_for_end(pid)
    assert list(folder.iterdir()) == []


def test_a_folder_for_temporary_files_that_will_not_do_is_said(
    image_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = image_path.parent / ("x" * 100)
    long.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(long))
    with pytest.raises(SourceError, match=r"qemu-nbd does not start .*; check the folder"):
        open_image(image_path).open()
    assert list(long.iterdir()) == []
