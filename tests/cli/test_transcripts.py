"""The reference's own transcripts, run again: `vma` is us, and every line must be the same.

In `transcripts.txt` runs of progress lines are cut to the first three and that of 100 %. A/ holds
archives of the corpus, W/ is empty.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

import pytest

from tests.cli.running import ROOT, run
from tests.compressors import as_gzip, as_lzop, as_zstd, decompressed
from tests.corpus import small_corpus
from tests.forge import CLUSTER, Disk, forge, noise
from tests.tools import require_tool

CUT = "[... progress lines cut ...]"
COMPRESSORS: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    ".zst": as_zstd,
    ".gz": as_gzip,
    ".lzo": as_lzop,
}
SMALL = {packed.archive.name: packed.path for packed in small_corpus()}


@dataclass(frozen=True)
class Transcript:
    """A command line and what the reference printed."""

    command: str
    lines: list[str]

    def __str__(self) -> str:
        return self.command


def _transcripts() -> Iterator[Transcript]:
    text = (Path(__file__).parent / "transcripts.txt").read_text()
    for part in re.split(r"\n\n(?=\$ )", text.rstrip("\n")):
        command, *lines, status = part.split("\n")
        assert status == "[exit 0]"
        yield Transcript(command.removeprefix("$ "), lines)


def _provide(name: str, folder: Path, request: pytest.FixtureRequest) -> None:
    """Put an archive into a folder: from the repository if it is there, else from the corpus."""
    stem, _, suffix = name.partition(".vma")
    plain = f"{stem}.vma"
    if plain in SMALL:
        data = decompressed(SMALL[plain])
    else:
        corpus: Path = request.getfixturevalue("corpus")
        data = (corpus / "sound" / plain).read_bytes()
    (folder / name).write_bytes(COMPRESSORS[suffix](data))


def _cut(lines: list[str]) -> list[str]:
    """Shorten progress lines as the transcripts do."""
    progress = [line for line in lines if line.startswith("progress")]
    if len(progress) <= 4:
        return lines
    before = list(takewhile(lambda line: line not in progress, lines))
    after = lines[len(before) + len(progress) :]
    (full,) = [line for line in progress if line.startswith("progress 100%")]
    return [*before, *progress[:3], CUT, full, *after]


@pytest.mark.parametrize("transcript", _transcripts(), ids=str)
def test_the_reference_prints_the_same(
    transcript: Transcript, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    for tool in re.findall(r"^(\w+) -|\| (\w+)", transcript.command):
        if (name := "".join(tool)) != "vma":
            require_tool(name)
    (tmp_path / "A").mkdir()
    (tmp_path / "W").mkdir()
    for name in re.findall(r"A/(\S+?\.vma[.\w]*)", transcript.command):
        _provide(name, tmp_path / "A", request)
    script = f'vma() {{ "{sys.executable}" -m vmatui "$@"; }}\n{transcript.command}'
    done = subprocess.run(
        ["sh", "-c", script],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "TZ": "UTC", "LC_ALL": "C.UTF-8", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    printed = re.sub(r"duration \d+ sec", "duration 0 sec", done.stdout.decode())
    assert _cut(printed.splitlines()) == transcript.lines


def test_random_data_is_summed_up_as_the_reference_does(folder: Path) -> None:
    Path("random.vma").write_bytes(forge([Disk("drive-scsi0", noise(256 * CLUSTER))]))
    lines = run("verify", "-v", "random.vma").lines[2:]
    assert [re.sub(r" bytes, dur.*", "", line) for line in _cut(lines)] == [
        "progress 1% (read 196608",
        "progress 2% (read 393216",
        "progress 3% (read 524288",
        CUT,
        "progress 100% (read 16777216",
        "total bytes read 16777216, sparse bytes 0 (0%)",
        "space reduction due to 4K zero blocks 0%",
    ]
