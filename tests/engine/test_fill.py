"""A device of which next to nothing is in the archive, and the text that fills the rest."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from tests.cli.running import run
from tests.compressors import as_zstd
from tests.forge import BLOCK, CLUSTER, Disk, Forge, noise
from tests.opening import as_file
from tests.salvaging import device
from vmatui.engine.progress import Phase, Progress, ProgressFunction, ignore
from vmatui.engine.restoring import plansentences
from vmatui.engine.restoring.plan import plan_restore
from vmatui.engine.salvaging.copies import opened_copies
from vmatui.engine.salvaging.fill import Fill
from vmatui.engine.salvaging.salvage import salvage
from vmatui.engine.salvaging.salvageplan import plan_salvage
from vmatui.engine.salvaging.salvagepreview import SalvagePreview, preview_salvage
from vmatui.engine.salvaging.salvagereport import SalvageReport, size_doubts
from vmatui.errors import CancelledError

CLUSTERS, KEPT = 200, 60
DISK = Disk("a", size=CLUSTERS * CLUSTER, blocks={3: noise(BLOCK, 1)})


def cut(kept: int = KEPT) -> bytes:
    """Return an archive that ends after that many clusters."""
    archive = Forge.of([DISK], slots_per_extent=20)
    del archive.extents[kept // 20 :]
    return archive.build()


LOST = (CLUSTERS - KEPT) * CLUSTER
DOUBT = (
    "a: no cluster beyond 3.8 MiB is in the archive, though its header says 12.5 MiB: "
    "compare with the VM's config"
)


def preview(path: str) -> SalvagePreview:
    with opened_copies([path]) as copies:
        return preview_salvage(copies)


def salvage_it(
    folder: Path,
    *,
    progress: ProgressFunction = ignore,
    cancel: threading.Event | None = None,
) -> SalvageReport:
    with as_file(cut()) as path, opened_copies([path]) as copies:
        restore = plan_restore(copies[0].archive.header, folder=folder, resumable=False)
        plan = plan_salvage(restore, copies, Fill.PATTERN)
        return salvage(copies, plan, progress=progress, cancel=cancel)


def test_the_plan_says_how_much_would_be_written_and_that_the_size_may_be_wrong(
    tmp_path: Path,
) -> None:
    with as_file(cut()) as path, opened_copies([path]) as copies:
        restore = plan_restore(copies[0].archive.header, folder=tmp_path / "o", resumable=False)
        plans = [plan_salvage(restore, copies, fill, preview(path)) for fill in Fill]
        unknown = plan_salvage(restore, copies, Fill.PATTERN)
    assert {plan.fill: plan.fill_bytes for plan in plans} == {Fill.ZERO: 0, Fill.PATTERN: LOST}
    told = [plan.sentences[-2] for plan in (*plans, unknown)]
    says_so = "what stays missing is filled with a text that says so"
    assert told == [
        "what stays missing reads zero",
        f"{says_so}: 8.8 MiB as far as the headers of the extents tell",
        f"{says_so}: up to 12.5 MiB, how much is known only after reading",
    ]
    assert unknown.fill_bytes is None
    assert all(plan.warnings == (DOUBT,) for plan in plans)


@pytest.mark.parametrize(
    ("kept", "told"), [(CLUSTERS, []), (120, []), (80, ["5.0 MiB"]), (0, ["no cluster is"])]
)
def test_a_size_is_doubted_when_most_of_it_is_not_there(kept: int, told: list[str]) -> None:
    with as_file(cut(kept)) as path:
        doubts = [*size_doubts(preview(path).devices)]
    assert len(doubts) == len(told)
    assert all(part in doubt for part, doubt in zip(told, doubts, strict=True))


def test_filling_tells_how_far_it_is(tmp_path: Path) -> None:
    seen: list[Progress] = []
    report = salvage_it(tmp_path / "out", progress=seen.append)
    filling = [(each.done, each.total) for each in seen if each.phase is Phase.FILLING]
    assert filling[-1] == (LOST, LOST)
    assert filling == sorted(filling)
    assert device(report, 1).missing_bytes == LOST
    held = report.outputs[0].path.read_bytes()
    assert held[: KEPT * CLUSTER] == DISK.image()[: KEPT * CLUSTER]
    assert held.count(b"VMATUI MISSING") == LOST // 32
    assert f"VMATUI MISSING {DISK.size - 512:016X}".encode() in held


def test_filling_can_be_cancelled(tmp_path: Path) -> None:
    cancel = threading.Event()

    def stop(progress: Progress) -> None:
        if progress.phase is Phase.FILLING:
            cancel.set()

    with pytest.raises(CancelledError):
        salvage_it(tmp_path / "out", progress=stop, cancel=cancel)
    assert not list(tmp_path.iterdir())


def test_too_little_space_is_noticed_before_anything_is_filled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plansentences, "free_bytes", lambda _path: LOST - 1)
    told = (
        f"to fill what is missing takes 8.8 MiB in {tmp_path}, and 8.7 MiB are free: "
        "make room, choose another place or leave out --fill"
    )
    with as_file(cut()) as path, opened_copies([path]) as copies:
        restore = plan_restore(copies[0].archive.header, folder=tmp_path / "o", resumable=False)
        assert plan_salvage(restore, copies, Fill.PATTERN, preview(path)).problems == (told,)
        assert not plan_salvage(restore, copies, Fill.ZERO, preview(path)).problems
    report = salvage_it(tmp_path / "out")
    told = told.replace(str(tmp_path), str(tmp_path / "out"))
    assert report.notes == (f"what is missing reads zero, it was not filled: {told}",)
    assert b"VMATUI" not in report.outputs[0].path.read_bytes()


def test_a_dry_run_shows_it_and_looks_at_headers_only(tmp_path: Path) -> None:
    plain, packed = tmp_path / "a.vma", tmp_path / "a.vma.zst"
    plain.write_bytes(cut())
    packed.write_bytes(as_zstd(cut()))
    words = ["restore", "--salvage", "--fill", "pattern", "--dry-run"]
    shown = run(*words, plain, tmp_path / "out").stdout.decode()
    assert f"warning: {DOUBT}" in shown
    assert "8.8 MiB as far as the headers" in shown
    for path, size in ((plain, LOST), (packed, None)):
        record = json.loads(run(*words, "--json", path, tmp_path / "out").stdout)
        assert record["salvage"]["fill_bytes"] == size
