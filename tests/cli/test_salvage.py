from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.cli.running import run, run_process, start
from tests.compressors import as_zstd
from tests.damage import CONFIGS, DISKS, flip, sound
from tests.forge import CLUSTER, Disk, forge, noise
from tests.salvaging import IMAGES, with_flips
from tests.tools import require_tool

MASK = 41
NAMES = ["disk-drive-scsi0.raw", "disk-drive-efidisk0.raw", "vmstate.bin"]


def made(name: str, data: bytes) -> str:
    Path(name).write_bytes(data)
    return name


def test_what_is_missing_or_doubtful_is_said_everywhere(folder: Path) -> None:
    archive = made("a.vma", with_flips({1: [12], 2: [MASK]}))
    result = run("restore", "--salvage", archive, "out", exit_code=1)
    (told,) = (line for line in result.stderr.splitlines() if "drive-scsi0: 12" in line)
    assert "12 clusters: 7 sound (458752 bytes), 2 doubtful (131072 bytes; " in told
    assert "3 missing (196608 bytes)" in told
    assert "extent of another archive: 2" in told
    assert "configs that were found: qemu-server.conf, qemu-server.fw" in result.stderr
    assert {path.name for path in Path("out").iterdir()} == {
        f"{NAMES[0]}.incomplete",
        f"{NAMES[1]}.incomplete",
        f"{NAMES[2]}.incomplete",
        *(f"{name}.map" for name in NAMES),
        *CONFIGS,
    }
    assert "are incomplete" in result.stderr.splitlines()[-1]


def test_json_counts_everything(folder: Path) -> None:
    archive = made("a.vma", with_flips({1: [12], 2: [MASK]}))
    record = run("restore", "--salvage", archive, "out", "--json", exit_code=1).json
    assert record["salvage"]["complete"] is False
    device = record["salvage"]["devices"][0]
    assert (device["sound"], device["doubtful"], device["missing"]) == (7, 2, 3)
    assert device["reasons"] == {"extent-uuid": 2}
    assert device["map"].endswith("out/disk-drive-scsi0.raw.map")
    assert record["verify"]["structure"] == "faulty"


def test_two_copies_make_one_whole(folder: Path) -> None:
    one = made("a.vma", with_flips({0: [MASK], 1: [12]}))
    other = made("b.vma.zst", as_zstd(with_flips({3: [MASK]})))
    result = run("restore", "--salvage", one, "--also", other, "out")
    assert [Path("out", name).read_bytes() for name in NAMES] == list(IMAGES.values())
    assert "8 clusters from a.vma, 4 clusters (0-3) from b.vma.zst" in result.stderr
    assert "the copies disagree nowhere" in result.stderr
    assert "incomplete" not in result.stderr
    assert "complete: nothing is missing or in doubt" in result.stderr


def test_copies_that_disagree_are_listed(folder: Path) -> None:
    data = sound().build()
    one = made("a.vma", data)
    other = made("b.vma", flip(data, sound().extent_offsets[2] + 512))
    result = run("restore", "--salvage", one, "--also", other, "out", exit_code=1)
    assert "the copies disagree on 1 cluster (4)" in result.stderr
    assert "the copies differ: 1" in result.stderr


def test_a_third_copy_is_read_as_well(folder: Path) -> None:
    names = [made(f"{number}.vma", with_flips({number: [MASK]})) for number in range(2)]
    words = ["--also", names[1], "--also", "sound.vma"]
    record = run("restore", "--salvage", names[0], "out", *words, "--json").json
    assert len(record["salvage"]["also"]) == 2
    assert [len(device["copies"]) for device in record["salvage"]["devices"]] == [3, 3, 3]


def test_a_copy_may_come_from_a_pipe(folder: Path) -> None:
    made("a.vma", with_flips({0: [MASK]}))
    with subprocess.Popen(["cat", "sound.vma"], stdout=subprocess.PIPE) as cat:
        words = ["restore", "--salvage", "a.vma", "--also", "-", "out"]
        process = start(words, stdin=cat.stdout)
        process.communicate()
    assert process.returncode == 0
    assert Path("out", NAMES[0]).read_bytes() == IMAGES[1]


def piped(name: str, *words: str, exit_code: int = 0) -> str:
    """Restore with a file piped into it; return what it says."""
    with subprocess.Popen(["cat", name], stdout=subprocess.PIPE) as cat:
        return run_process("restore", *words, stdin=cat.stdout, exit_code=exit_code).stderr


def test_standard_input_has_its_name_in_words(folder: Path) -> None:
    made("damaged.vma", sound().build()[5000:])
    told = piped("damaged.vma", "-", "out", exit_code=3)
    assert told.startswith("vmatui: standard input: this is not a VMA archive")
    assert piped("damaged.vma", "--salvage", "-", "out", exit_code=3) == (
        "vmatui: standard input: its header is damaged, and a pipe can be read only once: "
        "put it into a file\n"
    )
    told = piped("sound.vma", "--salvage", "-", "--also", "damaged.vma", "out")
    assert "standard input:\n" in told
    assert "12 clusters from standard input" in told


def test_what_stays_missing_can_be_found_in_a_hex_dump(folder: Path) -> None:
    archive = made("a.vma", with_flips({2: [MASK]}))
    run("restore", "--salvage", "--fill", "pattern", archive, "out", exit_code=1)
    image = Path("out", f"{NAMES[0]}.incomplete").read_bytes()
    start = 4 * CLUSTER
    assert image[start : start + 32] == b"VMATUI MISSING 0000000000040000\n"
    assert image.count(b"VMATUI MISSING") == 3 * CLUSTER // 32


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--also", "sound.vma"], "add --salvage"),
        (["--fill", "zero"], "add --salvage"),
        (["--salvage", "--resume"], "cannot be joined with --resume"),
        (["--salvage", "--check"], "cannot be joined with --check"),
        (["--salvage", "--seal"], "cannot be joined with --seal"),
        (["--salvage", "-r", "-"], "cannot be joined with -r"),
        (["--salvage", "-v"], "cannot be joined with -v"),
        (["--salvage", "--also", "-", "--also", "-"], "only one copy can come from"),
        (["--salvage", "--also", "other.vma"], "is no copy of sound.vma"),
        (["--salvage", "--also", "./sound.vma"], "is the same file as sound.vma"),
        (["--salvage", "--fill", "ones"], "invalid choice"),
    ],
)
def test_a_wish_that_makes_no_sense_is_refused(
    words: list[str], message: str, folder: Path
) -> None:
    made("other.vma", forge([Disk("a", noise(4096))], uuid=b"somebody else's."))
    assert message in run("restore", "sound.vma", "out", *words, exit_code=2).stderr
    assert not Path("out").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["-d", "1", "--to", "1=-"], "cannot be salvaged to standard output"),
        (["--to", "1=copy.vma", "--overwrite"], "is one of the copies that are read"),
        (["--to", "1=x", "--to", "2=x.map"], "would be a target and a mapfile"),
        (["--to", "1=y"], "y.map exists and would be overwritten"),
        (["--to", "1=z"], "tmp-z.map is in the way"),
    ],
)
def test_what_cannot_be_written_is_refused_before_anything(
    words: list[str], message: str, folder: Path
) -> None:
    made("copy.vma", sound().build())
    made("y.map", b"")
    made("tmp-z.map", b"")
    words = ["sound.vma", "--also", "copy.vma", "out", *words]
    assert message in run("restore", "--salvage", *words, exit_code=4).stderr
    assert not Path("out").exists()


def test_what_was_salvaged_before_is_replaced_only_when_the_user_agrees(folder: Path) -> None:
    run("restore", "--salvage", "sound.vma", "out")
    assert (
        "would be overwritten"
        in run("restore", "--salvage", "sound.vma", "out", exit_code=4).stderr
    )
    run("restore", "--salvage", "sound.vma", "out", "--overwrite")
    assert Path("out", NAMES[0]).read_bytes() == IMAGES[1]


def test_an_image_in_another_format_has_no_mapfile(folder: Path) -> None:
    require_tool("qemu-img")
    made("a.vma", with_flips({1: [12]}))
    words = ["--format", "qcow2", "-d", "drive-scsi0", "--also", "sound.vma"]
    run("restore", "--salvage", "a.vma", "out", *words)
    assert not list(Path("out").glob("*.map"))
    command = ["qemu-img", "convert", "-O", "raw", "out/disk-drive-scsi0.qcow2", "back.raw"]
    subprocess.run(command, check=True)
    assert Path("back.raw").read_bytes() == DISKS[0].image()


@pytest.mark.parametrize("config", ["disk-a.raw.map", "tmp-disk-a.raw.map"])
def test_a_config_may_have_the_name_of_a_mapfile(config: str, folder: Path) -> None:
    disk = Disk("a", noise(CLUSTER))
    archive = made("a.vma", forge([disk], {config: b"mine"}))
    result = run("restore", "--salvage", archive, "out")
    files = {path.name: path.read_bytes() for path in Path("out").iterdir()}
    assert files[config] == b"mine"
    assert files["disk-a.raw"] == disk.image()
    assert files["disk-a.raw-2.map"].startswith(b"# ")
    assert "stands in" in result.stderr
    assert "out/disk-a.raw-2.map" in result.stderr
    assert len(files) == 3
