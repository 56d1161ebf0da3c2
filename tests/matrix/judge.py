"""What the engine says of a damaged archive, and what it brings back of it."""

from __future__ import annotations

import gzip
import tempfile
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.compressors import as_lzop
from tests.forge import CLUSTER
from tests.matrix.damages import Case
from tests.matrix.layout import Cluster, Layout
from tests.opening import as_file
from tests.sealing import sealed_file
from tests.streamdamage import zstd_frame
from vmatui.cli.verdict import exit_status
from vmatui.engine.archive import open_archive
from vmatui.engine.checking.verify import verify
from vmatui.engine.restoring.plan import plan_restore
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
        with as_file(packed) as path:
            status, findings = self._said(path, case)
            recovered = self._recovered(path, case)
        return Verdict(case.name, status, findings, len(case.untouched), recovered)

    def _said(self, path: str, case: Case) -> tuple[int, tuple[str, ...]]:
        manifest = self._manifest(case.layout) if case.is_sealed else None
        try:
            with open_archive(path) as archive:
                report = verify(archive, manifest=manifest)
        except VmaError as error:
            return error.exit_code, (str(error),)
        codes = dict.fromkeys(finding.code.value for finding in report.findings)
        return exit_status(report.findings), tuple(codes)

    def _manifest(self, layout: Layout) -> Path:
        path = self._folder / f"{id(layout)}.vma"
        if not path.exists():
            sealed_file(path, layout.archive)
        return path.with_name(f"{path.name}.vmatui")

    def _recovered(self, path: str, case: Case) -> int:
        """Return how many untouched clusters come back byte for byte."""
        with tempfile.TemporaryDirectory(dir=self._folder) as folder:
            try:
                outputs = _bring_back(path, Path(folder)).outputs
            except VmaError:
                return 0
            images = {output.dev_id: _start_of(output.path, case.layout) for output in outputs}
        return sum(_part(images, each) == case.layout.original(each) for each in case.untouched)


def _bring_back(path: str, folder: Path) -> SalvageReport:
    """Salvage an archive; what is missing is filled, for else it would look like zeros."""
    with opened_copies([path], threading.Event()) as copies:
        header = best_copy(copies).archive.header
        plan = plan_restore(header, folder=folder, resumable=False)
        return salvage(copies, plan_salvage(plan, copies, Fill.PATTERN))


def _start_of(path: Path, layout: Layout) -> bytes:
    """Return as much of an image as can be right; a damaged size makes it a huge one."""
    with path.open("rb") as file:
        return file.read(max(map(len, layout.images.values())))


def _part(images: Mapping[int | None, bytes], cluster: Cluster) -> bytes:
    dev_id, number = cluster
    return images.get(dev_id, b"")[number * CLUSTER : (number + 1) * CLUSTER]
