"""Restores that were killed, taken up again."""

from __future__ import annotations

import os
import random
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypedDict, Unpack

import pytest

from tests.forge import forge
from tests.kills import CONFIGS, DISKS, NOTE, is_whole, make_archives, restore_in_spite_of_kills
from tests.storage.devices import loop_device, run
from tests.tools import require_tool
from vmatui.engine.archive import open_archive
from vmatui.engine.restoring.plan import RestorePlan, plan_restore
from vmatui.engine.restoring.restore import RestoreReport, restore
from vmatui.engine.walking.found import Extent
from vmatui.engine.walking.visitor import Rejected, Visitor
from vmatui.errors import CancelledError, ReplacedError, SuspendedError, TargetError
from vmatui.storage.destination import Destination
from vmatui.storage.newfile import NewFile


class Wishes(TypedDict, total=False):
    folder: Path
    to: dict[int, Destination | Path]
    skip: set[int]
    overwrite: bool


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return make_archives(tmp_path_factory.mktemp("archives"))


class Failing(Visitor):
    """A visitor that has the restore end as if a target had failed, after so many extents."""

    def __init__(self, extents: int) -> None:
        self._left = extents

    def see_extent(self, extent: Extent, rejected: Rejected) -> None:
        self._left -= 1
        if not self._left:
            raise TargetError("the disk is full")


def begin(
    archive: Path, extents: int = 4, *, interval: float = 0, **wishes: Unpack[Wishes]
) -> Path:
    """Leave a restore unfinished; return its note."""
    with open_archive(archive) as opened:
        plan = plan_restore(opened.header, **wishes)
        with pytest.raises(SuspendedError, match="the disk is full"):
            restore(opened, plan, visitors=[Failing(extents)], interval=interval)
    assert plan.unfinished.note is not None
    return plan.unfinished.note


class Interfering(Visitor):
    """A visitor that does something at the first extent, as another process would."""

    def __init__(self, act: Callable[[], None]) -> None:
        self._act = act
        self._is_done = False

    def see_extent(self, extent: Extent, rejected: Rejected) -> None:
        if not self._is_done:
            self._is_done = True
            self._act()


def planned(archive: Path, *, resume: bool = False, **wishes: Unpack[Wishes]) -> RestorePlan:
    with open_archive(archive) as opened:
        return plan_restore(opened.header, resume=resume, **wishes)


def go_on(archive: Path, **wishes: Unpack[Wishes]) -> RestoreReport:
    with open_archive(archive) as opened:
        plan = plan_restore(opened.header, resume=True, **wishes)
        assert plan.problems == ()
        report = restore(opened, plan)
        assert plan.unfinished.note is not None
        assert not plan.unfinished.note.exists()
        return report


@pytest.mark.parametrize("kind", ["plain", "packed"])
@pytest.mark.parametrize("seed", range(5))
def test_killed_at_random_moments_it_ends_identical(
    seed: int, kind: str, archives: dict[str, Path], tmp_path: Path
) -> None:
    restore_in_spite_of_kills(archives[kind], tmp_path / "out", random.Random(seed))
    assert is_whole(tmp_path / "out")


@pytest.mark.parametrize("kind", ["plain", "packed"])
@pytest.mark.parametrize("extents", [1, 2, 5, 6])
def test_what_failed_is_taken_up_where_it_was(
    extents: int, kind: str, archives: dict[str, Path], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    note = begin(archives[kind], extents, folder=out)
    assert note == out / NOTE
    assert {path.name for path in out.iterdir() if not path.name.startswith("tmp-")} == {NOTE}
    assert go_on(archives[kind], folder=out).is_complete
    assert is_whole(out)


def test_what_is_kept_has_the_name_that_exists(archives: dict[str, Path], tmp_path: Path) -> None:
    there = tmp_path / "there.raw"
    there.write_bytes(bytes(DISKS[0].size))
    wishes: Wishes = {
        "to": {1: Destination(str(there), in_place=True), 2: tmp_path / "b.raw"},
        "skip": {3},
        "overwrite": True,
    }
    begin(archives["plain"], **wishes)
    plan = planned(archives["plain"], resume=True, **wishes)
    assert [each.kept_at for each in plan.restored] == [str(there), f"{tmp_path}/tmp-b.raw"]


def test_where_nothing_was_safe_the_plan_says_that_all_is_written_anew(
    archives: dict[str, Path], tmp_path: Path
) -> None:
    begin(archives["plain"], 1, interval=60, folder=tmp_path / "none")
    plan = planned(archives["plain"], folder=tmp_path / "none", resume=True)
    assert not plan.unfinished.is_partly_done
    assert plan.sentences[0] == (
        "goes on with the unfinished restore from its start: nothing is safe on the disk yet"
    )
    begin(archives["plain"], 6, folder=tmp_path / "some")
    plan = planned(archives["plain"], folder=tmp_path / "some", resume=True)
    assert plan.unfinished.is_partly_done
    assert plan.sentences[0].endswith("of the archive are on the disk already")


def test_another_compression_of_the_archive_goes_on_too(
    archives: dict[str, Path], tmp_path: Path
) -> None:
    begin(archives["plain"], folder=tmp_path / "out")
    go_on(archives["packed"], folder=tmp_path / "out")
    assert is_whole(tmp_path / "out")


def test_a_plain_archive_is_not_read_again(
    archives: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(archives["plain"], 6, folder=tmp_path / "out")
    position = planned(
        archives["plain"], folder=tmp_path / "out", resume=True
    ).unfinished.checkpoint.position  # type: ignore[union-attr]
    read, true = [], os.preadv

    def note_read(fd: int, views: Sequence[memoryview], offset: int) -> int:
        count = true(fd, views, offset)
        read.append((offset, count))
        return count

    monkeypatch.setattr(os, "preadv", note_read)
    go_on(archives["plain"], folder=tmp_path / "out")
    before = sum(count for offset, count in read if offset + count <= position)
    assert before < position // 10


def test_every_kind_of_target_is_taken_up(archives: dict[str, Path], tmp_path: Path) -> None:
    require_tool("qemu-img")
    with loop_device(tmp_path / "image", DISKS[0].size) as device:
        image = tmp_path / "efi.qcow2"
        there = tmp_path / "there.raw"
        there.write_bytes(b"\xff" * DISKS[2].size)
        wishes: Wishes = {
            "to": {
                1: Destination(str(device)),
                2: Destination(str(image)),
                3: Destination(str(there), in_place=True),
            },
            "overwrite": True,
        }
        note = begin(archives["plain"], 5, **wishes)
        assert note.parent == tmp_path
        assert not image.exists()
        go_on(archives["plain"], **wishes)
        with device.open("rb") as file:
            assert file.read(DISKS[0].size) == DISKS[0].image()
        assert there.read_bytes() == DISKS[2].image()
        raw = tmp_path / "efi.raw"
        raw.write_bytes(DISKS[1].image())
        run("qemu-img", "compare", "-f", "raw", "-F", "qcow2", raw, image)
        run("qemu-img", "check", "-q", image)


def test_without_a_file_among_the_targets_the_note_is_among_the_users_own(
    archives: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with loop_device(tmp_path / "image", DISKS[0].size) as device:
        wishes: Wishes = {"to": {1: device}, "skip": {2, 3}, "overwrite": True}
        note = begin(archives["plain"], 2, **wishes)
        assert note.parent == tmp_path / "state" / "vmatui"
        go_on(archives["plain"], **wishes)
        assert device.read_bytes() == DISKS[0].image()


def test_nothing_is_begun_anew_where_something_is_unfinished(
    archives: dict[str, Path], tmp_path: Path
) -> None:
    begin(archives["plain"], folder=tmp_path / "out")
    plan = planned(archives["plain"], folder=tmp_path / "out")
    assert "is unfinished" in plan.problems[0]
    assert "--resume" in plan.problems[0]


def test_what_does_not_fit_is_not_gone_on_with(archives: dict[str, Path], tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert (
        "there is no unfinished restore"
        in planned(archives["plain"], folder=out, resume=True).problems[0]
    )
    note = begin(archives["plain"], folder=out)
    other = tmp_path / "other.vma"
    other.write_bytes(forge(DISKS, {"qemu-server.conf": b"name: b\n"}))
    assert "of another archive" in planned(other, folder=out, resume=True).problems[0]
    fewer = planned(archives["plain"], folder=out, skip={2}, resume=True)
    assert "has other targets" in fewer.problems[0]
    note.write_bytes(note.read_bytes()[:-9])
    assert "is damaged" in planned(archives["plain"], folder=out, resume=True).problems[0]


def test_an_archive_that_was_changed_meanwhile_is_not_believed(
    archives: dict[str, Path], tmp_path: Path
) -> None:
    begin(archives["plain"], 5, folder=tmp_path / "out")
    changed = tmp_path / "changed.vma"
    changed.write_bytes(forge(DISKS, CONFIGS, order="shuffled"))
    with open_archive(changed) as opened:
        plan = plan_restore(opened.header, folder=tmp_path / "out", resume=True)
        with pytest.raises(SuspendedError, match="not the archive that the unfinished restore"):
            restore(opened, plan)
    go_on(archives["plain"], folder=tmp_path / "out")
    assert is_whole(tmp_path / "out")


def test_a_target_that_was_changed_meanwhile_is_not_believed(
    archives: dict[str, Path], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    begin(archives["plain"], 5, folder=out)
    with (out / "tmp-disk-drive-scsi0.raw").open("r+b") as file:
        file.write(bytes(DISKS[0].size))
    with open_archive(archives["plain"]) as opened:
        plan = plan_restore(opened.header, folder=out, resume=True)
        with pytest.raises(SuspendedError, match="does not hold what the unfinished restore wrote"):
            restore(opened, plan)


def test_stopping_removes_what_was_taken_up(archives: dict[str, Path], tmp_path: Path) -> None:
    out, cancel = tmp_path / "out", threading.Event()
    begin(archives["plain"], 5, folder=out)
    cancel.set()
    with open_archive(archives["plain"]) as opened:
        plan = plan_restore(opened.header, folder=out, resume=True)
        with pytest.raises(CancelledError):
            restore(opened, plan, cancel=cancel)
    assert list(out.iterdir()) == []


def test_a_second_restore_that_goes_on_leaves_the_first_alone(
    archives: dict[str, Path], tmp_path: Path
) -> None:
    out, refused = tmp_path / "out", []

    def go_on_as_well() -> None:
        with open_archive(archives["plain"]) as opened:
            plan = plan_restore(opened.header, folder=out, resume=True)
            with pytest.raises(TargetError, match="another restore is writing") as caught:
                restore(opened, plan._replace(general_problems=()))
            refused.append(caught.value)

    with open_archive(archives["plain"]) as opened:
        plan = plan_restore(opened.header, folder=out)
        restore(opened, plan, visitors=[Interfering(go_on_as_well)])
    assert refused
    assert is_whole(out)


@pytest.mark.parametrize("is_planned_meanwhile", [True, False])
@pytest.mark.parametrize("named", range(1, len(DISKS) + 1))
def test_nothing_is_taken_back_from_a_restore_that_names_its_files(
    named: int,
    is_planned_meanwhile: bool,
    archives: dict[str, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    out, refused = tmp_path / "out", []
    publish = NewFile.publish
    published: list[NewFile] = []

    def publish_and_look(file: NewFile) -> None:
        publish(file)
        published.append(file)
        if len(published) == named:
            before = sorted(path.name for path in out.iterdir())
            refused.append(refusal(archives["plain"], out, is_planned=is_planned_meanwhile))
            assert sorted(path.name for path in out.iterdir()) == before

    monkeypatch.setattr(NewFile, "publish", publish_and_look)
    with open_archive(archives["plain"]) as opened:
        restore(opened, plan_restore(opened.header, folder=out))
    (text,) = refused
    assert "another restore is writing to" in text
    assert f"(process {os.getpid()}) has ended" in text
    assert is_whole(out)


def refusal(archive: Path, out: Path, *, is_planned: bool) -> str:
    """Return why a restore cannot be gone on with, by its plan or when its targets are opened."""
    with open_archive(archive) as opened:
        plan = plan_restore(opened.header, folder=out, resume=True)
        if is_planned:
            return plan.problems[0]
        devices = tuple(each._replace(problems=()) for each in plan.devices)
        with pytest.raises(SuspendedError) as caught:
            restore(opened, plan._replace(general_problems=(), devices=devices))
        return str(caught.value)


@pytest.mark.parametrize("resume", [False, True])
def test_a_plan_that_another_restore_has_overtaken_changes_nothing(
    resume: bool, archives: dict[str, Path], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    if resume:
        begin(archives["plain"], 5, folder=out)
    with open_archive(archives["plain"]) as opened:
        plan = plan_restore(opened.header, folder=out, resume=resume)
        if resume:
            go_on(archives["plain"], folder=out)
        else:
            note = begin(archives["plain"], 5, folder=out)
        before = {path.name: path.read_bytes() for path in out.iterdir()}
        with pytest.raises(TargetError, match="since this one was planned: plan it again"):
            restore(opened, plan)
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    assert resume or note.exists()


def test_a_restore_whose_files_were_replaced_claims_nothing(
    archives: dict[str, Path], tmp_path: Path
) -> None:
    out, made = tmp_path / "out", []

    def replace_all() -> None:
        for path in out.glob("tmp-*"):
            path.unlink()
            path.write_bytes(b"another's")
            made.append(path)

    with open_archive(archives["plain"]) as opened:
        plan = plan_restore(opened.header, folder=out)
        with pytest.raises(ReplacedError, match="was removed or replaced while it was written"):
            restore(opened, plan, visitors=[Interfering(replace_all)])
    assert sorted(out.iterdir()) == sorted(made)
    assert all(path.read_bytes() == b"another's" for path in made)


@pytest.mark.parametrize("resume", [False, True])
@pytest.mark.parametrize("resumable", [False, True], ids=["salvage", "restore"])
def test_a_restore_that_runs_is_waited_for(
    resumable: bool, resume: bool, archives: dict[str, Path], tmp_path: Path
) -> None:
    found: list[str] = []
    out = tmp_path / "out"

    def plan_as_well() -> None:
        with open_archive(archives["plain"]) as opened:
            plan = plan_restore(opened.header, folder=out, resume=resume, resumable=resumable)
            found.extend(plan.problems)

    with open_archive(archives["plain"]) as opened:
        plan = plan_restore(opened.header, folder=out)
        restore(opened, plan, visitors=[Interfering(plan_as_well)])
    (problem,) = found
    assert "another restore is writing to" in problem
    assert f"(process {os.getpid()}) has ended" in problem


@pytest.mark.parametrize("in_place", [False, True])
def test_who_writes_a_target_that_stays_is_waited_for(
    in_place: bool, archives: dict[str, Path], tmp_path: Path
) -> None:
    found: list[str] = []
    disk = tmp_path / "disk.raw"
    disk.write_bytes(bytes(DISKS[0].size))
    to: dict[int, Destination | Path] = {1: Destination(str(disk), in_place=in_place)}

    def planned_now() -> RestorePlan:
        with open_archive(archives["plain"]) as opened:
            return plan_restore(opened.header, to=to, skip={2, 3}, overwrite=True)

    with open_archive(archives["plain"]) as opened:
        act = Interfering(lambda: found.extend(planned_now().problems))
        restore(opened, planned_now(), visitors=[act])
    (problem,) = found
    assert f"(process {os.getpid()})" in problem
    assert "unfinished" not in problem
