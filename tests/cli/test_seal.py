"""`vmatui seal`, and `--seal` where an archive is written or restored."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli.running import run, run_process
from tests.compressors import as_zstd
from tests.creating import raw_file
from tests.damage import flip, sound
from tests.forge import BLOCK, CLUSTER, Disk, forge, noise
from tests.sealing import seal_file, without_time
from tests.tools import require_tool


def test_a_sealed_archive_is_proved_and_its_rot_is_named(folder: Path) -> None:
    sealed = run("seal", "sound.vma")
    assert re.fullmatch(r"[0-9a-f]{64}  sound\.vma\.vmatui", sealed.lines[0])
    verified = run("verify", "sound.vma")
    assert "payload: sound: it matches the manifest of 20" in verified.stderr
    archive = sound()
    start = archive.extent_offsets[0] + 512
    Path("sound.vma").write_bytes(flip(archive.build(), start + BLOCK))
    result = run("verify", "sound.vma", "--json", exit_code=1)
    (finding,) = result.json["findings"]
    assert (finding["code"], finding["dev_id"], finding["cluster"]) == ("rotten-cluster", 1, 0)
    assert result.json["payload"] == "faulty"
    assert result.json["manifest"]["path"] == "sound.vma.vmatui"
    assert [device["rotten"] for device in result.json["devices"]] == [1, 0, 0]
    assert "payload: faulty" in result.stderr
    restored = run("restore", "sound.vma", "out", exit_code=1)
    assert "rotten-cluster" in restored.stderr


def test_the_object_of_a_seal_has_the_keys_that_are_promised(folder: Path) -> None:
    record = run("seal", "sound.vma", "--json").json
    assert list(record) == ["archive", "uuid", "seal", "verify"]
    seal = record["seal"]
    assert list(seal) == ["manifest", "size", "sealed", "digest", "devices"]
    assert seal["size"] == Path("sound.vma.vmatui").stat().st_size
    keys = ["dev_id", "name", "size", "clusters", "nonzero", "missing", "digest"]
    assert [list(device) for device in seal["devices"]] == [keys] * 3
    assert [device["clusters"] for device in seal["devices"]] == [12, 9, 4]
    assert record["verify"]["findings"] == []


def test_an_archive_with_errors_is_sealed_only_when_told_so(folder: Path) -> None:
    result = run("seal", "faulty.vma", "--json", exit_code=1)
    assert result.json["seal"] is None
    assert result.stderr.endswith("--even-faulty seals what is sound of it\n")
    assert not Path("faulty.vma.vmatui").exists()
    result = run("seal", "faulty.vma", "--even-faulty", exit_code=1)
    assert "warning: what is sound is sealed; missing clusters: 6\n" in result.stderr
    assert Path("faulty.vma.vmatui").exists()


def test_a_manifest_that_is_there_needs_an_agreement_to_be_replaced(folder: Path) -> None:
    run("seal", "sound.vma")
    assert "exists already" in run("seal", "sound.vma", exit_code=4).stderr
    run("seal", "sound.vma", "--overwrite")
    data = Path("sound.vma").read_bytes()
    Path("sound.vma").write_bytes(flip(data, sound().extent_offsets[0] + 512))
    words = ["seal", "sound.vma", "--overwrite", "--even-faulty"]
    assert "so it is not sealed anew: keep sound.vma.vmatui" in run(*words, exit_code=1).stderr


def test_a_damaged_manifest_is_said_and_changes_no_exit_status(folder: Path) -> None:
    run("seal", "sound.vma")
    Path("sound.vma.vmatui").write_bytes(b"rubbish")
    result = run("verify", "sound.vma", "--json")
    assert (result.json["structure"], result.json["payload"]) == ("sound", "cannot be checked")
    assert result.json["manifest"]["problem"].endswith("is none: it does not start as one")
    told = "payload: cannot be checked: the manifest sound.vma.vmatui is none"
    assert told in result.stderr
    (finding,) = result.json["findings"]
    assert (finding["code"], finding["severity"]) == ("unusable-manifest", "warning")
    assert "warning: unusable-manifest" in result.stderr.splitlines()[0]


@pytest.mark.parametrize("options", [[], ["--quick"]])
def test_a_manifest_that_was_named_and_cannot_be_used_is_an_error(
    options: list[str], folder: Path
) -> None:
    Path("rubbish").write_bytes(b"rubbish")
    other = Path("other.vma")
    other.write_bytes(forge([Disk("a", noise(4096))], uuid=b"somebody else's."))
    run("seal", other)
    Path("cut").write_bytes(Path("other.vma.vmatui").read_bytes()[:-1])
    for name, reason in {
        "nosuch": "cannot be read: No such file or directory",
        "rubbish": "is none: it does not start as one",
        "cut": "is damaged",
        ".": "is none: it is not a regular file",
        "other.vma.vmatui": "belongs to another archive",
    }.items():
        words = ["verify", "sound.vma", *options, "--manifest", name]
        result = run(*words, "--json", exit_code=3)
        assert result.stderr.startswith(f"vmatui: the manifest {name} {reason}")
        assert result.json["error"].startswith(f"the manifest {name} {reason}")


def test_a_pipe_has_no_place_for_a_manifest(folder: Path) -> None:
    with Path("sound.vma").open("rb") as archive:
        result = run_process("seal", "-", exit_code=2, stdin=archive)
    assert "name a file" in result.stderr
    with Path("sound.vma").open("rb") as archive:
        result = run_process("restore", "-", "out", "--seal", exit_code=2, stdin=archive)
    assert "name a file" in result.stderr
    assert not Path("out").exists()
    raw_file(Path("disk"), b"x")
    assert "no file: leave --seal" in run("create", "-", "disk", "--seal", exit_code=2).stderr


@pytest.mark.parametrize("name", ["new.vma", "new.vma.zst"])
def test_what_create_seals_is_what_a_later_seal_would(name: str, folder: Path) -> None:
    require_tool("zstd")
    data = bytearray(noise(70 * CLUSTER + 512))
    for start in (CLUSTER, 9 * CLUSTER + BLOCK, 60 * CLUSTER):
        data[start : start + 3 * BLOCK] = bytes(3 * BLOCK)
    raw_file(Path("one"), bytes(data))
    raw_file(Path("two"), noise(3 * BLOCK), size=200 * CLUSTER)
    raw_file(Path("three"), bytes(5 * CLUSTER) + noise(9000, 1))
    result = run("create", name, "one", "two", "three", "--seal")
    assert f"{name}.vmatui: sealed, digest " in result.stderr
    created = Path(f"{name}.vmatui").read_bytes()
    assert "payload: sound" in run("verify", name).stderr
    seal_file(Path(name), overwrite=True)
    assert without_time(Path(f"{name}.vmatui").read_bytes()) == without_time(created)


def test_a_pipe_is_compared_with_a_manifest_that_is_kept_elsewhere(folder: Path) -> None:
    run("seal", "sound.vma")
    Path("safe").mkdir()
    kept = Path("sound.vma.vmatui").rename("safe/kept")
    assert "cannot be checked: the format" in run("verify", "sound.vma").stderr
    with Path("sound.vma").open("rb") as archive:
        result = run_process("verify", "-", "--manifest", kept, stdin=archive)
    assert "payload: sound: it matches the manifest" in result.stderr


def test_create_starts_nothing_where_a_manifest_is_in_the_way(folder: Path) -> None:
    raw_file(Path("disk"), b"x")
    Path("new.vma.vmatui").write_bytes(b"something")
    assert "exists already" in run("create", "new.vma", "disk", "--seal", exit_code=4).stderr
    assert not Path("new.vma").exists()
    assert Path("new.vma.vmatui").read_bytes() == b"something"


@pytest.mark.parametrize("words", [["out"], ["--to", "1=disk", "--skip", "2", "--skip", "3"]])
def test_what_restore_seals_is_what_a_later_seal_would(words: list[str], folder: Path) -> None:
    Path("sound.vma.zst").write_bytes(as_zstd(Path("sound.vma").read_bytes()))
    result = run("restore", "sound.vma.zst", *words, "--seal")
    assert "sound.vma.zst.vmatui: sealed, digest " in result.stderr
    sealed = Path("sound.vma.zst.vmatui").read_bytes()
    run("seal", "sound.vma")
    assert without_time(sealed) == without_time(Path("sound.vma.vmatui").read_bytes())


def test_restore_does_not_seal_an_archive_with_errors(folder: Path) -> None:
    result = run("restore", "faulty.vma", "out", "--seal", exit_code=1)
    assert "so it is not sealed" in result.stderr
    assert not Path("faulty.vma.vmatui").exists()
