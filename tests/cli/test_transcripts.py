"""The reference's own transcripts, run again: `vma` is us, and all that is printed is the same.

In `transcripts.txt` runs of progress lines are cut to the first three and that of 100 %. A/ holds
archives of the corpus, W/ is empty.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

import pytest

from tests.cli.running import ROOT, called_vma, run
from tests.compressors import as_gzip, as_lzop, as_zstd, decompressed
from tests.corpus import small_corpus
from tests.forge import CLUSTER, Disk, forge, noise
from tests.tools import require_tool

_STDERR = "stderr: "
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
    stdout: list[str]
    stderr: list[str]
    status: int

    def __str__(self) -> str:
        return self.command


def _transcripts() -> Iterator[Transcript]:
    text = (Path(__file__).parent / "transcripts.txt").read_text()
    for part in re.split(r"\n\n(?=\$ )", text.rstrip("\n")):
        command, *lines, status = part.split("\n")
        yield Transcript(
            command.removeprefix("$ "),
            [line for line in lines if not line.startswith(_STDERR)],
            [line.removeprefix(_STDERR) for line in lines if line.startswith(_STDERR)],
            int(status.removeprefix("[exit ").removesuffix("]")),
        )


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
    (tmp_path / "bin").mkdir()
    path = f"{called_vma(tmp_path / 'bin').parent}:/usr/bin:/bin"
    done = subprocess.run(
        ["sh", "-c", transcript.command],
        cwd=tmp_path,
        env={"PATH": path, "TZ": "UTC", "LC_ALL": "C.UTF-8", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=False,
    )
    printed = re.sub(r"duration \d+ sec", "duration 0 sec", done.stdout.decode())
    assert _cut(printed.splitlines()) == transcript.stdout
    assert done.stderr.decode().splitlines() == transcript.stderr
    assert done.returncode == transcript.status


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
