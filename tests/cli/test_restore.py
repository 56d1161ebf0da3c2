from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.cli.running import run, start
from tests.damage import CONFIGS, DAMAGED, DISKS, sound
from tests.forge import CLUSTER, Disk, forge, noise

FILES = {
    "disk-drive-scsi0.raw": DISKS[0].image(),
    "disk-drive-efidisk0.raw": DISKS[1].image(),
    "vmstate.bin": DISKS[2].image(),
    **CONFIGS,
}


def files_in(folder: str) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in Path(folder).iterdir()}


@pytest.mark.parametrize("verb", ["restore", "extract"])
def test_a_folder_gets_every_disk_and_config(verb: str, folder: Path) -> None:
    run(verb, "sound.vma", "out")
    assert files_in("out") == FILES


def test_an_archive_is_restored_from_a_pipe(folder: Path) -> None:
    with subprocess.Popen(["cat", "sound.vma"], stdout=subprocess.PIPE) as cat:
        process = start(["restore", "-", "out"], stdin=cat.stdout)
        process.communicate()
    assert process.returncode == 0
    assert files_in("out") == FILES


def test_a_device_goes_where_the_user_says_and_the_others_into_the_folder(folder: Path) -> None:
    result = run("restore", "sound.vma", "out", "--to", "drive-scsi0=scsi.img", "--skip", "3")
    assert Path("scsi.img").read_bytes() == FILES["disk-drive-scsi0.raw"]
    assert set(files_in("out")) == {"disk-drive-efidisk0.raw", *CONFIGS}
    assert result.lines == [
        "DEVINFO scsi.img 786432",
        "DEVINFO out/tmp-disk-drive-efidisk0.raw 540672",
    ]


def test_targets_alone_need_no_folder(folder: Path) -> None:
    words = ["--to", "1=a", "--to", "drive-efidisk0=b", "--skip", "vmstate"]
    run("restore", "sound.vma", *words)
    assert Path("a").read_bytes() == DISKS[0].image()
    assert Path("b").read_bytes() == DISKS[1].image()


@pytest.mark.parametrize(
    ("names", "message"),
    [("drive-efidisk0,nosuch", "no device nosuch"), ("", "-d names no device")],
)
@pytest.mark.parametrize("options", [[], ["--salvage"]], ids=["", "salvage"])
def test_restore_takes_no_device_that_it_does_not_know(
    options: list[str], names: str, message: str, folder: Path
) -> None:
    result = run("restore", *options, "-d", names, "sound.vma", "out", exit_code=2)
    assert message in result.stderr
    assert not Path("out").exists()


def test_only_the_devices_named_by_d_are_restored_and_always_the_configs(folder: Path) -> None:
    result = run("extract", "-d", "drive-efidisk0,nosuch,", "sound.vma", "out")
    assert set(files_in("out")) == {"disk-drive-efidisk0.raw", *CONFIGS}
    assert "no device nosuch" in result.stderr


def test_two_devices_of_one_name_are_told_apart_by_id(folder: Path) -> None:
    disks = [Disk("same", noise(512, seed)) for seed in (1, 2)]
    Path("twins.vma").write_bytes(forge(disks))
    for option in (["--to", "same=x"], ["--skip", "same"], ["-d", "same"]):
        result = run("restore", "twins.vma", "out", *option, exit_code=2)
        assert "say which by its id (1, 2)" in result.stderr
    run("restore", "twins.vma", "--to", "2=second", "--skip", "1")
    assert Path("second").read_bytes() == disks[1].image()
    run("restore", "twins.vma", "out")
    assert files_in("out") == {
        "disk-same.raw": disks[0].image(),
        "disk-same-2.raw": disks[1].image(),
    }


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["sound.vma"], "nothing says where to restore to"),
        (["sound.vma", "--to", "drive-scsi0=x"], "has no target"),
        (["sound.vma", "out", "--to", "nosuch=x"], "no device nosuch; those it has are: drive-"),
        (["sound.vma", "out", "--skip", "nosuch"], "no device nosuch"),
        (["sound.vma", "out", "--to", "1=a", "--to", "drive-scsi0=b"], "has two targets, a and b"),
        (["sound.vma", "out", "--to", "1=a", "--skip", "1"], "both left out and given"),
        (["sound.vma", "out", "--to", "1"], "is not DEV=PLACE"),
        (["sound.vma", "out", "--to", "1="], "is not DEV=PLACE"),
        (["sound.vma", "out", "-v", "--json"], "not allowed with"),
    ],
)
def test_a_wish_that_makes_no_sense_is_refused_before_anything(
    words: list[str], message: str, folder: Path
) -> None:
    before = sorted(Path().iterdir())
    assert message in run("restore", *words, exit_code=2).stderr
    assert sorted(Path().iterdir()) == before


def test_every_problem_of_a_plan_is_told_and_nothing_is_written(folder: Path) -> None:
    run("restore", "sound.vma", "out")
    Path("out/qemu-server.fw").unlink()
    result = run("restore", "sound.vma", "out", exit_code=4)
    assert len(result.stderr.splitlines()) == 4
    assert all("would be overwritten" in line for line in result.stderr.splitlines())
    assert set(files_in("out")) == {*FILES} - {"qemu-server.fw"}
    error = run("restore", "sound.vma", "out", "--json", exit_code=4).json["error"]
    assert error.count("would be overwritten") == 4


def test_what_exists_is_overwritten_only_when_the_user_agrees(folder: Path) -> None:
    Path("out").mkdir()
    Path("out/disk-drive-scsi0.raw").write_bytes(b"old")
    run("restore", "sound.vma", "out", exit_code=4)
    assert Path("out/disk-drive-scsi0.raw").read_bytes() == b"old"
    run("restore", "sound.vma", "out", "--overwrite")
    assert files_in("out") == FILES


@pytest.mark.parametrize("json", [[], ["--json"]])
def test_a_dry_run_writes_nothing(json: list[str], folder: Path) -> None:
    before = sorted(Path().iterdir())
    run("restore", "sound.vma", "out", "--dry-run", *json)
    assert sorted(Path().iterdir()) == before


@pytest.mark.parametrize("code", ["extent-checksum", "missing-cluster", "stream-checksum"])
def test_a_faulty_archive_leaves_outputs_that_say_incomplete(code: str, folder: Path) -> None:
    Path("damaged.vma").write_bytes(DAMAGED[code]())
    result = run("restore", "damaged.vma", "out", "--json", exit_code=1)
    assert set(files_in("out")) == {
        "disk-drive-scsi0.raw.incomplete",
        "disk-drive-efidisk0.raw.incomplete",
        "vmstate.bin.incomplete",
        *CONFIGS,
    }
    assert [output["complete"] for output in result.json["outputs"]] == [False] * 3
    (told,) = [line for line in result.stderr.splitlines() if "are incomplete" in line]
    assert told.count(".incomplete") == 3


def test_configs_of_a_damaged_header_say_incomplete(folder: Path) -> None:
    Path("damaged.vma").write_bytes(DAMAGED["header-checksum"]())
    result = run("restore", "damaged.vma", "out", "--json", exit_code=1)
    assert set(files_in("out")) == {f"{name}.incomplete" for name in FILES}
    assert [config["complete"] for config in result.json["configs"]] == [False, False]


def test_a_sparse_disk_stays_sparse(folder: Path) -> None:
    Path("big.vma").write_bytes(forge([Disk("a", size=1000 * CLUSTER, blocks={7: noise(4096)})]))
    run("restore", "big.vma", "out")
    status = Path("out/disk-a.raw").stat()
    assert status.st_size == 1000 * CLUSTER
    assert status.st_blocks * 512 < 10 * CLUSTER


def test_an_archive_without_disks_gives_its_configs(folder: Path) -> None:
    Path("nodisk.vma").write_bytes(forge([], CONFIGS))
    assert run("extract", "-v", "nodisk.vma", "out").lines == ["vma archive contains no image data"]
    assert files_in("out") == CONFIGS


def test_a_folder_that_cannot_be_made_is_named(folder: Path) -> None:
    result = run("restore", "sound.vma", "nosuch/out", exit_code=4)
    assert "nosuch does not exist" in result.stderr
    run("restore", "sound.vma", "x" * 300, exit_code=4)
    Path("file").write_bytes(b"")
    assert "is no folder" in run("restore", "sound.vma", "file", exit_code=4).stderr


def test_the_archive_itself_is_never_a_target(folder: Path) -> None:
    Path("alias").symlink_to("sound.vma")
    for path in ("sound.vma", "alias"):
        words = ["--to", f"1={path}", "--overwrite", "-d", "1"]
        result = run("restore", "sound.vma", *words, exit_code=4)
        assert "the archive itself" in result.stderr
    assert Path("sound.vma").read_bytes() == sound().build()
