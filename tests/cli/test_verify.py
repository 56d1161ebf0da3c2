from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.running import run
from tests.compressors import as_zstd
from tests.damage import CONSEQUENCES, DAMAGED, LEGAL, sound
from tests.forge import BLOCK, CLUSTER, Disk, forge, noise
from tests.storage.medium import break_medium
from tests.streamdamage import zstd_frame
from vmatui.engine.checking.advice import advice
from vmatui.format.codes import MEANINGS, Code

WARNINGS = {"duplicate-name", "unsafe-name"}


@pytest.mark.parametrize("code", DAMAGED)
def test_every_kind_of_damage_is_named_and_sets_the_status(code: str, folder: Path) -> None:
    Path("damaged.vma").write_bytes(DAMAGED[code]())
    result = run("verify", "damaged.vma", "--json", exit_code=0 if code in WARNINGS else 1)
    codes = {finding["code"] for finding in result.json["findings"]}
    assert code in codes
    assert codes <= {code, "missing-cluster"} | CONSEQUENCES.get(code, set())
    lines = result.stderr.splitlines()
    assert len(lines) == len(result.json["findings"]) + len(codes) + 3
    assert f"advice: {code}: {advice(Code(code))}" in lines
    assert any(f": {code}" in line for line in lines)
    assert MEANINGS[Code(code)].reference in result.stderr


@pytest.mark.parametrize("kind", LEGAL)
def test_a_legal_archive_is_sound_however_odd(kind: str, folder: Path) -> None:
    Path("legal.vma").write_bytes(LEGAL[kind]())
    result = run("verify", "legal.vma", "--json")
    assert (result.json["structure"], result.json["findings"]) == ("sound", [])
    assert run("verify", "legal.vma").stdout == b""


def test_the_three_statements_are_made_of_a_stream_with_a_checksum(folder: Path) -> None:
    Path("sound.vma.zst").write_bytes(as_zstd(sound().build()))
    result = run("verify", "sound.vma.zst", "--json")
    said = [result.json[key] for key in ("structure", "stream", "payload")]
    assert said == ["sound", "sound", "cannot be checked"]
    assert [line.split(":")[0] for line in result.stderr.splitlines()] == [
        "structure",
        "stream",
        "payload",
    ]


def test_devices_below_a_cluster_do_not_make_the_sums_divide_by_zero(folder: Path) -> None:
    Path("small.vma").write_bytes(forge([Disk("a", noise(512))]))
    assert run("verify", "-v", "small.vma").lines[2:] == [
        "total bytes read 65536, sparse bytes 0 (0%)",
        "space reduction due to 4K zero blocks 0%",
    ]


def test_zeros_past_the_end_of_a_disk_are_not_counted(folder: Path) -> None:
    disk = Disk("a", size=CLUSTER + 3 * BLOCK + 512, blocks={17: noise(BLOCK)})
    Path("small.vma").write_bytes(forge([disk]))
    zero = CLUSTER + 2 * BLOCK + 512
    assert run("verify", "-v", "small.vma").lines[-2:] == [
        f"total bytes read 131072, sparse bytes {zero} (56.6%)",
        "space reduction due to 4K zero blocks 15.3%",
    ]


def test_every_line_of_progress_comes_when_its_percentage_is_reached(folder: Path) -> None:
    Path("zeros.vma").write_bytes(forge([Disk("a", size=200 * CLUSTER)]))
    lines = [line for line in run("verify", "-v", "zeros.vma").lines if "progress" in line]
    assert len(lines) == 100
    for percent, line in enumerate(lines, 1):
        assert line.startswith(f"progress {percent}% (read {percent * 2 * CLUSTER} bytes, duration")


def test_a_bad_place_of_the_medium_is_named_and_the_rest_is_read(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = forge([Disk("a", noise(40 * CLUSTER))], slots_per_extent=5)
    frames = [zstd_frame(data[at : at + 500_000]) for at in range(0, len(data), 500_000)]
    Path("bad.vma").write_bytes(data)
    Path("bad.vma.zst").write_bytes(b"".join(frames))
    bad = len(frames[0]) + len(frames[1]) // 2
    break_medium(monkeypatch, range(bad, bad + 1))
    for name, lost in (("bad.vma", 1), ("bad.vma.zst", 15)):
        found = run("verify", name, "--json", exit_code=1).json
        (told,) = (each for each in found["findings"] if each["code"] == "read-error")
        assert f"bytes {bad} to {bad - bad % 4096 + 4095} of" in told["message"]
        assert "ddrescue" in told["advice"]
        assert found["stream"] == "faulty"
        (device,) = found["devices"]
        assert device["stored"] >= 40 - lost
        assert device["stored"] + device["missing"] + device["damaged"] == 40
