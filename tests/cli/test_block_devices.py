from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.cli.running import run, start
from tests.damage import DISKS, sound
from tests.storage.devices import loop_device, mounted
from tests.storage.devices import run as run_program

pytestmark = pytest.mark.root

SIZE = 4 << 20
"""Bytes of the block devices, less than 4 MiB more than the disk."""
REST = ["--skip", "2", "--skip", "3"]


def test_a_disk_is_restored_onto_a_block_device_once_the_user_agrees(folder: Path) -> None:
    with loop_device(folder / "image", SIZE) as device:
        words = ["restore", "sound.vma", "--to", f"drive-scsi0={device}", *REST]
        assert "would be overwritten" in run(*words, exit_code=4).stderr
        assert Path("image").read_bytes() == b"\xff" * SIZE
        assert "OVERWRITE the block device" in run(*words, "--overwrite", "--plan").lines[0]
        result = run(*words, "--overwrite", "--json")
        assert result.json["outputs"][0]["path"] == str(device)
        image = DISKS[0].image()
        assert device.read_bytes() == image + b"\xff" * (SIZE - len(image))


def test_a_mounted_block_device_is_refused(folder: Path) -> None:
    with loop_device(folder / "image", SIZE) as device:
        run_program("mkfs.ext4", "-q", device)
        with mounted(device, folder / "mnt"):
            words = ["--to", f"1={device}", *REST, "--overwrite"]
            result = run("restore", "sound.vma", *words, exit_code=4)
            assert "mounted at" in result.stderr


def test_a_faulty_archive_says_that_the_block_device_is_incomplete(folder: Path) -> None:
    with loop_device(folder / "image", SIZE) as device:
        words = ["--to", f"1={device}", *REST, "--overwrite"]
        result = run("restore", "faulty.vma", *words, exit_code=1)
        assert f"these are incomplete: {device}\n" in result.stderr


def test_a_stopped_restore_warns_of_the_block_device(folder: Path) -> None:
    os.mkfifo("fifo")
    with loop_device(folder / "image", SIZE) as device:
        words = ["restore", "-v", "fifo", "--to", f"1={device}", *REST, "--overwrite"]
        process = start(words)
        writer = os.open("fifo", os.O_WRONLY)
        os.write(writer, sound().build()[: sound().extent_offsets[3]])
        assert process.stdout is not None
        while b"progress" not in process.stdout.readline():
            assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        _, stderr = process.communicate()
        os.close(writer)
    assert process.returncode == 130
    assert stderr.decode().splitlines() == [
        f"warning: {device} may be partly overwritten: do not use it",
        "vmatui: stopped by the user",
    ]
