"""`vmatui create`: its words, its lines, its exit statuses, and what is left when it ends early."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cli.running import ROOT, run, run_process
from tests.compressors import decompressed
from tests.creating import assert_holds, raw_file
from tests.forge import BLOCK, CLUSTER, Disk, noise
from tests.parser import parse_strict
from tests.storage.devices import loop_device
from tests.storage.devices import run as qemu
from tests.storage.disks import convert
from tests.tools import require_tool

EXTENT = 58 * CLUSTER
EFI = noise(9 * BLOCK).ljust(540672, b"\0")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a folder with two disks and two configs the current one."""
    raw_file(tmp_path / "efi.raw", EFI)
    raw_file(tmp_path / "one.raw", b"x" * 512)
    (tmp_path / "cfg").mkdir()
    (tmp_path / "cfg" / "qemu-server.conf").write_bytes(b"cores: 2\n")
    (tmp_path / "cfg" / "qemu-server.fw").write_bytes(b"")
    monkeypatch.chdir(tmp_path)
    return tmp_path


CONFIGS = [("qemu-server.conf", b"cores: 2\n"), ("qemu-server.fw", b"")]
INPUTS = {"efi.raw", "one.raw", "cfg"}


def _made(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} - INPUTS


def test_disks_and_configs_go_into_an_archive(here: Path) -> None:
    configs = ["-c", "cfg/qemu-server.conf", "-c", "cfg/qemu-server.fw"]
    drives = ["-d", "format=raw:drive-scsi0=efi.raw", "-d", "format=raw:one.raw"]
    result = run("create", "a.vma", *configs, *drives)
    assert result.stdout == b""
    size = Path("a.vma").stat().st_size
    assert result.stderr == f"a.vma: created, {size} bytes\n"
    found = [Disk("drive-scsi0", EFI), Disk("disk1", b"x" * 512)]
    assert_holds(Path("a.vma").read_bytes(), found, CONFIGS)
    assert _made(here) == {"a.vma"}


@pytest.mark.parametrize(
    "words",
    [
        ["a.vma", "efi.raw", "vmstate=one.raw", "-c", "cfg/qemu-server.conf"],
        ["a.vma", "-c", "cfg/qemu-server.conf", "efi.raw", "vmstate=one.raw"],
        ["-c", "cfg/qemu-server.conf", "a.vma", "disk0=efi.raw", "vmstate=one.raw"],
        ["a.vma", "efi.raw", "-c", "cfg/qemu-server.conf", "vmstate=one.raw"],
    ],
)
def test_words_stand_in_any_order(words: list[str], here: Path) -> None:
    run("create", *words)
    found = [Disk("disk0", EFI), Disk("vmstate", b"x" * 512)]
    assert_holds(Path("a.vma").read_bytes(), found, CONFIGS[:1])


def test_a_folder_may_stand_after_the_options_of_a_restore(here: Path) -> None:
    run("create", "a.vma", "a=efi.raw", "b=one.raw")
    run("extract", "a.vma", "-d", "b", "out")
    assert Path("out/disk-b.raw").read_bytes() == b"x" * 512
    run("extract", "a.vma", "-d", "b", "out", "another", exit_code=2)
    run("list", "a.vma", "--json", "another", exit_code=2)


def test_verbose_lines_are_the_reference_s(here: Path) -> None:
    words = ["-d", "format=raw:drive-efidisk0=efi.raw", "-d", "format=raw:drive-scsi2=one.raw"]
    result = run("create", "a.vma", "-v", *words)
    assert result.stderr.splitlines() == [
        "progress 0% 0/541184 0",
        "progress 100% 541184/541184 614400",
        "image drive-efidisk0: size=540672 zeros=552960 saved=-12288",
        "image drive-scsi2: size=512 zeros=61440 saved=-60928",
    ]
    assert result.stdout == b""


def test_verbose_lines_tell_each_percentage_once(here: Path) -> None:
    raw_file(here / "big.raw", noise(CLUSTER), 3 * EXTENT)
    lines = run("create", "-v", "a.vma", "d=big.raw").stderr.splitlines()
    assert lines == [
        "progress 0% 0/11403264 0",
        "progress 33% 3801088/11403264 3735552",
        "progress 66% 7602176/11403264 7536640",
        "progress 100% 11403264/11403264 11337728",
        "image d: size=11403264 zeros=11337728 saved=65536",
    ]


def test_configs_alone_are_no_progress(here: Path) -> None:
    assert run("create", "-v", "a.vma", "-c", "cfg/qemu-server.fw").stderr == ""
    assert_holds(Path("a.vma").read_bytes(), [], [("qemu-server.fw", b"")])


def test_json_is_one_object(here: Path) -> None:
    words = ["efi.raw", "vmstate=one.raw", "-c", "cfg/qemu-server.conf"]
    record = run("create", "a.vma.zst", "--json", *words).json
    parsed = parse_strict(decompressed(here / "a.vma.zst"))
    assert record.pop("uuid").replace("-", "") == parsed.uuid.hex()
    assert record == {
        "archive": "a.vma.zst",
        "ctime": parsed.ctime,
        "devices": [
            {
                "dev_id": 1,
                "name": "disk0",
                "size": 540672,
                "path": "efi.raw",
                "format": None,
                "clusters": 9,
                "stored": 1,
                "zero": 8,
                "zero_bytes": 552960,
            },
            {
                "dev_id": 2,
                "name": "vmstate",
                "size": 512,
                "path": "one.raw",
                "format": None,
                "clusters": 1,
                "stored": 1,
                "zero": 0,
                "zero_bytes": 61440,
            },
        ],
        "configs": [{"name": "qemu-server.conf", "size": 9}],
        "extents": 1,
        "bytes": len(decompressed(here / "a.vma.zst")),
        "written": Path("a.vma.zst").stat().st_size,
    }


def test_a_dry_run_tells_the_plan_and_does_nothing(here: Path) -> None:
    Path("a.vma").write_bytes(b"precious")
    result = run("create", "a.vma", "--dry-run", "d=efi.raw", exit_code=4)
    assert result.lines == [
        "d: 528.0 KiB from efi.raw",
        "into a.vma: at most 589.0 KiB",
        "problem: a.vma exists: archives are never overwritten, choose another name",
    ]
    record = run("create", "b.vma", "--plan", "--json", "d=efi.raw").json
    assert (record["archive"], record["worst_case"]) == ("b.vma", 12800 + 512 + 9 * CLUSTER)
    assert (record["problems"], record["warnings"]) == ([], [])
    assert _made(here) == {"a.vma"}


@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        (["a.vma", "-d", "d=efi.raw"], 2, "no format specified for 'd=efi.raw'"),
        (["a.vma", "-d", "format=raw"], 2, "no format specified"),
        (["a.vma", "-d", "format=raw:d=efi.raw", "one.raw"], 2, "specify all disks by -d"),
        (["a.vma", "--limit", "fast", "efi.raw"], 2, "is no rate"),
        (["a.vma", "--limit", "0", "efi.raw"], 2, "is no rate"),
        (["a.vma", "--cores", "2", "efi.raw"], 2, "--cores says something only together with"),
        (["a.vma", "a=efi.raw", "a=one.raw"], 2, "two disks are called a"),
        (["a.vma"], 2, "nothing to put into the archive"),
        ([".", "efi.raw"], 2, "is a folder"),
        (["-", "--json", "efi.raw"], 2, "--json has no place"),
        (["a.vma.zst", "--level", "99", "efi.raw"], 2, "level"),
        (["a.vma", "missing.raw"], 3, "missing.raw does not exist"),
        (["a.vma", "-"], 3, "a disk cannot come from standard input: name a file or a block"),
        (
            ["a.vma", "cfg/qemu-server.fw"],
            2,
            "qemu-server.fw is empty (0 bytes): leave it out or name another",
        ),
        (["a.vma", "-c", "missing", "efi.raw"], 3, "No such file or directory; name another"),
        (["a.vma", "-c", "cfg", "efi.raw"], 3, "the config cfg cannot be read"),
        (["a.vma", "-c", "efi.raw", "efi.raw"], 2, "the config efi.raw is too large"),
        (["missing/a.vma", "efi.raw"], 4, "the folder missing does not exist"),
        (["efi.raw", "efi.raw"], 4, "efi.raw is one of the disks"),
        (["exec:exit 3", "efi.raw"], 4, "failed with exit status 3"),
        (["one.raw", "efi.raw"], 4, "one.raw exists: archives are never overwritten"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    words: list[str], status: int, message: str, here: Path
) -> None:
    result = run("create", *words, exit_code=status)
    assert message in result.stderr.splitlines()[-1]
    assert _made(here) == set()
    assert Path("one.raw").read_bytes() == b"x" * 512


def test_a_complaint_is_json_if_that_was_asked_for(here: Path) -> None:
    error = run("create", "one.raw", "--json", "efi.raw", exit_code=4).json
    sentence = "one.raw exists: archives are never overwritten, choose another name"
    assert error == {"archive": "one.raw", "error": sentence}


def test_an_archive_for_proxmox_has_its_name_and_config(here: Path) -> None:
    words = ["--for-proxmox", "101", "--cores", "4", "--storage", "zfs", "--bus", "sata"]
    record = run("create", ".", *words, "--json", "efi.raw", "drive-efidisk0=one.raw").json
    path = Path(record["archive"])
    assert path.match("vzdump-qemu-101-????_??_??-??_??_??.vma.zst")
    text = run("config", path).stdout.decode()
    assert "boot: order=sata0\ncores: 4\nefidisk0: zfs:vm-101-disk-1,size=512\n" in text
    assert text.endswith("#qmdump#map:efidisk0:drive-efidisk0:zfs:raw:\n")


def test_options_that_a_given_config_makes_void_are_refused(here: Path) -> None:
    words = ["create", ".", "--for-proxmox", "101", "-c", "cfg/qemu-server.conf", "one.raw"]
    result = run(*words, "--memory", "9", exit_code=2)
    assert "--memory changes nothing beside a qemu-server.conf" in result.stderr
    run(*words, "--storage", "nfs", "--compress", "none")
    (path,) = here.glob("*.vma")
    assert run("config", path).stdout == b"cores: 2\n#qmdump#map:scsi0:drive-scsi0:nfs:raw:\n"


def test_a_rate_limit_takes_its_words(here: Path) -> None:
    run("create", "a.vma", "--limit", "40m", "efi.raw")
    assert_holds(Path("a.vma").read_bytes(), [Disk("disk0", EFI)])


def test_a_qcow2_image_is_read(here: Path) -> None:
    for tool in ("qemu-img", "qemu-nbd"):
        require_tool(tool)
    convert(here / "efi.raw", here / "disk.qcow2", "qcow2")
    run("create", "a.vma", "-d", "format=qcow2:a=disk.qcow2", "-d", "format=raw:b=one.raw")
    found = [Disk("a", EFI), Disk("b", b"x" * 512)]
    assert_holds(Path("a.vma").read_bytes(), found)


def test_a_fifo_and_a_command_get_the_archive(here: Path) -> None:
    os.mkfifo("fifo")
    got = bytearray()
    reader = threading.Thread(target=lambda: got.extend(Path("fifo").read_bytes()))
    reader.start()
    run("create", "fifo", "efi.raw")
    reader.join()
    assert_holds(bytes(got), [Disk("disk0", EFI)])
    run_process("create", "exec:cat >'by command'", "efi.raw")
    assert_holds(Path("by command").read_bytes(), [Disk("disk0", EFI)])


def test_created_compressed_and_restored_in_one_pipe(here: Path) -> None:
    require_tool("zstd")
    vmatui = f"'{sys.executable}' -m vmatui"
    line = f"{vmatui} create - drive-scsi0=efi.raw -c cfg/qemu-server.conf | zstd -q"
    subprocess.run(
        ["sh", "-c", f"{line} | {vmatui} restore - out"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=True,
    )
    assert Path("out/disk-drive-scsi0.raw").read_bytes() == EFI
    assert Path("out/qemu-server.conf").read_bytes() == b"cores: 2\n"


@pytest.mark.root
def test_a_block_device_is_read(here: Path) -> None:
    with loop_device(here / "efi.raw") as device:
        run("create", "a.vma", f"d={device}")
    assert_holds(Path("a.vma").read_bytes(), [Disk("d", EFI)])


WORDS = st.sampled_from(
    [
        *("a.vma", "b.vma.zst", "efi.raw", "x=one.raw", "vmstate=one.raw", "missing", "", "=", "."),
        *("-c", "cfg/qemu-server.conf", "-d", "format=raw:y=one.raw", "format=:=", "a\x1bb"),
        *("-v", "--json", "--plan", "--limit", "1G", "--level", "3", "--threads", "--", "\udcff"),
        *("--compress", "gzip", "--for-proxmox", "101", "--bios", "ovmf", "/dev/null", "a\0b"),
    ]
)


@settings(
    max_examples=200,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(WORDS, max_size=7))
def test_no_words_at_all_raise_an_exception(here: Path, words: list[str]) -> None:
    result = run("create", *words, exit_code=range(5))
    assert "\x1b" not in result.stderr
    for path in here.glob("*.vma*"):
        assert not path.name.startswith("tmp-")
        path.unlink()
    assert result.status == 0 or result.stderr or "problem: " in result.stdout.decode()


def test_a_file_that_a_disk_lies_on_is_said_before_and_during_a_create(here: Path) -> None:
    require_tool("qemu-nbd")
    require_tool("qemu-img")
    base = raw_file(here / "b\x1b[31m\n.raw", EFI)
    qemu("qemu-img", "create", "-f", "qcow2", "-F", "raw", "-b", base, "disk.qcow2")
    said = (
        f"warning: disk.qcow2 lies on {here}/b\\x1b[31m\\n.raw, and its bytes go into the archive "
        "too: make sure that it may be read\n"
    )
    assert run("create", "--dry-run", "a.vma", "disk.qcow2").stdout.decode().endswith(said)
    record = json.loads(run("create", "--dry-run", "--json", "a.vma", "disk.qcow2").stdout)
    (warning,) = record["warnings"]
    assert warning.startswith(f"disk.qcow2 lies on {base}, and")
    assert run("create", "a.vma", "disk.qcow2").stderr.startswith(said)
    assert_holds(Path("a.vma").read_bytes(), [Disk("disk0", EFI)])
