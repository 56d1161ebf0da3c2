"""What the engine says of a damaged archive, and what it brings back of it."""

from __future__ import annotations

import gzip
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from unittest.mock import patch

from tests.compressors import as_lzop
from tests.forge import CLUSTER
from tests.matrix.damages import Case
from tests.matrix.layout import Cluster, Layout
from tests.matrix.mending import mend_once
from tests.opening import as_file
from tests.sealing import sealed_file
from tests.streamdamage import zstd_frame
from vmatui.cli.verdict import exit_status
from vmatui.engine.archive import open_archive
from vmatui.engine.checking.verify import verify
from vmatui.engine.restoring.plan import plan_restore
from vmatui.engine.salvaging import copies as copies_of
from vmatui.engine.salvaging.copies import best_copy, opened_copies
from vmatui.engine.salvaging.fill import Fill
from vmatui.engine.salvaging.salvage import salvage
from vmatui.engine.salvaging.salvageplan import plan_salvage
from vmatui.engine.salvaging.salvagereport import SalvageReport
from vmatui.errors import VmaError

PACK: Final[dict[str, Callable[[bytes], bytes]]] = {
    "vma": bytes,
    "zst": zstd_frame,
    "gz": lambda data: gzip.compress(data, 1, mtime=0),
    "lzo": as_lzop,
}


@dataclass(frozen=True)
class Verdict:
    """What came of one case."""

    name: str
    exit: int
    """Of verify."""
    findings: tuple[str, ...]
    """Their codes; of an archive that cannot be opened, the sentence that says why."""
    untouched: int
    """Clusters that the damage did not touch."""
    recovered: int
    """Those of them that came back as they were."""
    belied: int
    """Clusters that the salvage calls sound, and that are not as they were."""

    @property
    def is_named(self) -> bool:
        """Whether verify says that something is wrong, and what."""
        return self.exit in {1, 3} and bool(self.findings)


class Judge:
    """Verifies and restores damaged archives.

    Args:
        folder: For manifests and images; exists.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def judge(self, case: Case, packed: bytes) -> Verdict:
        """Verify a damaged archive, and restore what can be got back.

        Args:
            case: The oracle's part.
            packed: The archive as it is in the file.
        """
        with self._placed(case, packed) as path:
            status, findings = _said(path)
            right, sound = self._brought_back(path, case.layout)
        recovered = len(right & case.untouched)
        return Verdict(
            case.name, status, findings, len(case.untouched), recovered, len(sound - right)
        )

    @contextmanager
    def _placed(self, case: Case, packed: bytes) -> Iterator[str]:
        """Give the path of an archive, beside its manifest if it is sealed."""
        if not case.is_sealed:
            with as_file(packed) as memory:
                yield memory
            return
        path = self._folder / f"{id(case.layout)}.vma"
        if not path.exists():
            sealed_file(path, case.layout.archive)
        path.write_bytes(packed)
        yield str(path)

    def _brought_back(self, path: str, layout: Layout) -> tuple[set[Cluster], set[Cluster]]:
        """Return the clusters that come back byte for byte, and those that are called sound."""
        with tempfile.TemporaryDirectory(dir=self._folder) as folder:
            try:
                report = _bring_back(path, Path(folder))
            except VmaError:
                return set(), set()
            images = {each.dev_id: _start_of(each.path, layout) for each in report.outputs}
            sound = {each for each in _sound(report.maps) if each in layout.clusters}
        right = {each for each in layout.clusters if _is_right(images, each, layout.original(each))}
        return right, sound


def _said(path: str) -> tuple[int, tuple[str, ...]]:
    """Return the exit status of verify, and what it found."""
    try:
        with open_archive(path) as archive:
            report = verify(archive)
    except VmaError as error:
        return error.exit_code, (str(error),)
    codes = dict.fromkeys(finding.code.value for finding in report.findings)
    return exit_status(report.findings), tuple(codes)


def _bring_back(path: str, folder: Path) -> SalvageReport:
    """Salvage an archive; what is missing is filled, for else it would look like zeros."""
    with (
        patch.object(copies_of, "mend_header", mend_once),
        opened_copies([path], threading.Event()) as copies,
    ):
        header = best_copy(copies).archive.header
        plan = plan_restore(header, folder=folder, resumable=False)
        return salvage(copies, plan_salvage(plan, copies, Fill.PATTERN))


def _start_of(path: Path, layout: Layout) -> bytes:
    """Return as much of an image as can be right; a damaged size makes it a huge one."""
    with path.open("rb") as file:
        return file.read(max(map(len, layout.images.values())))


def _is_right(images: Mapping[int | None, bytes], cluster: Cluster, original: bytes) -> bool:
    """Whether a cluster is as it was; of a size that was learnt, more may come after it."""
    start = cluster[1] * CLUSTER
    return images.get(cluster[0], b"")[start : start + len(original)] == original


def _sound(maps: Mapping[int, Path]) -> Iterator[Cluster]:
    """Yield the clusters that mapfiles call finished."""
    for dev_id, path in maps.items():
        lines = [line.split() for line in path.read_text().splitlines() if line[0] != "#"]
        for start, size, status in lines[1:]:
            if status == "+":
                first, end = int(start, 16), int(start, 16) + int(size, 16)
                yield from ((dev_id, at // CLUSTER) for at in range(first, end, CLUSTER))
