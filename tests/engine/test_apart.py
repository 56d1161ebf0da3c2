from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple, NoReturn

import pytest

from tests.damage import DAMAGED, sound
from tests.engine.test_indexcache import drawn
from tests.engine.test_provenance import DOUBTING, LACKING, states
from tests.engine.test_provenance import drawn as drawn_salvage
from tests.streamdamage import wrong_checksums
from vmatui.engine.apart.broken import BrokenError, fault_of
from vmatui.engine.apart.errand import (
    Comparing,
    Creating,
    Desk,
    Restoring,
    Salvaging,
    Verifying,
)
from vmatui.engine.apart.hands import Hands, carry_out
from vmatui.engine.apart.relay import Relay
from vmatui.engine.apart.worker import Worker
from vmatui.engine.archivefacts import ArchiveFacts, look_into, reopen
from vmatui.engine.checking.report import VerifyReport
from vmatui.engine.checking.verify import verify
from vmatui.engine.comparing.compareplan import plan_check
from vmatui.engine.creating.createplan import DiskSource, plan_create
from vmatui.engine.indexing.clustermap import DIFFERS, DOUBTFUL, FAULT
from vmatui.engine.indexing.picture import Picture
from vmatui.engine.limit import Limiter
from vmatui.engine.progress import Progress, ProgressFunction, ignore
from vmatui.engine.restoring.plan import plan_restore
from vmatui.engine.restoring.restore import restore
from vmatui.engine.salvaging.copies import best_copy, opened_copies
from vmatui.engine.salvaging.salvageplan import plan_salvage
from vmatui.errors import CancelledError, SourceError, TargetError, VmaError
from vmatui.format.codes import Severity
from vmatui.format.layout import CLUSTER_SIZE

_PATIENCE = 30.0
_FAULTS = sorted(
    set(DAMAGED) - {"header-checksum", "header-blobs", "duplicate-name", "unsafe-name"}
)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "vm.vma"
    path.write_bytes(sound().build())
    return path


@pytest.fixture
def worker() -> Iterator[Worker]:
    one = Worker()
    yield one
    one.close()


def _desk(
    progress: ProgressFunction = ignore,
    limiter: Limiter | None = None,
    cancel: threading.Event | None = None,
) -> Desk:
    return Desk(limiter or Limiter(), progress, cancel or threading.Event())


def _drawn(picture: Picture) -> list[object]:
    """Return all that a picture shows, the start of each disk too."""
    devices = [each.device for each in picture.map.devices.values()]
    return [*drawn(picture), [picture.scout.read(device, 0, 4096) for device in devices]]


def _verified(facts: ArchiveFacts, worker: Worker | None) -> tuple[VerifyReport, list[object]]:
    picture = Picture(facts.header.devices)
    if worker is None:
        with reopen(facts) as opened:
            report = verify(opened, visitors=picture.visitors)
    else:
        report = worker.do(Verifying(facts), picture, _desk())
    return report, _drawn(picture)


def test_another_process_finds_and_draws_the_same(archive: Path, worker: Worker) -> None:
    facts = look_into(archive)
    assert _verified(facts, worker) == _verified(facts, None)


@pytest.mark.parametrize("name", _FAULTS)
def test_faults_are_found_and_drawn_the_same(name: str, tmp_path: Path, worker: Worker) -> None:
    path = tmp_path / "vm.vma"
    path.write_bytes(DAMAGED[name]())
    facts = look_into(path)
    report, shown = _verified(facts, worker)
    assert (report, shown) == _verified(facts, None)
    assert any(each.severity is Severity.ERROR for each in report.findings)


@pytest.mark.parametrize("what", ["block", "whole"])
def test_what_a_checksum_casts_doubt_on_is_drawn_the_same(
    what: str, tmp_path: Path, worker: Worker
) -> None:
    path = tmp_path / "vm.vma"
    path.write_bytes(wrong_checksums()[what])
    facts, picture = look_into(path), Picture(look_into(path).header.devices)
    report = worker.do(Verifying(facts), picture, _desk())
    assert (report, _drawn(picture)) == _verified(facts, None)
    for device in report.devices:
        flags = [state & FAULT for state in picture.map.devices[device.dev_id].states]
        assert flags.count(DOUBTFUL) == device.doubtful
    assert sum(device.doubtful for device in report.devices)


def test_a_restore_in_another_process_is_whole(archive: Path, worker: Worker) -> None:
    facts, told = look_into(archive), list[Progress]()
    folder = archive.parent / "out"
    plan = plan_restore(facts.header, folder=folder)
    report = worker.do(Restoring(facts, plan), Picture(facts.header.devices), _desk(told.append))
    assert report.is_complete
    assert max(each.done for each in told) == archive.stat().st_size
    assert {path.name for path in folder.iterdir()} >= {"disk-drive-scsi0.raw", "qemu-server.conf"}


def test_what_cannot_be_written_is_the_same_error(archive: Path, worker: Worker) -> None:
    facts = look_into(archive)
    plan = plan_restore(facts.header, folder=archive.parent / "out")
    (archive.parent / "out").write_bytes(b"in the way")
    with pytest.raises(TargetError, match="out"):
        worker.do(Restoring(facts, plan), Picture(facts.header.devices), _desk())


def test_another_archive_in_its_place_is_the_same_error(archive: Path, worker: Worker) -> None:
    facts = look_into(archive)
    archive.write_bytes(b"VMA\0" + bytes(20_000))
    with pytest.raises(SourceError):
        worker.do(Verifying(facts), Picture(facts.header.devices), _desk())


def test_a_comparison_is_drawn_as_it_finds(archive: Path, worker: Worker) -> None:
    facts = look_into(archive)
    plan = plan_restore(facts.header, folder=archive.parent / "out")
    with reopen(facts) as opened:
        restored = restore(opened, plan)
    disk = archive.parent / "out" / "disk-drive-scsi0.raw"
    data = bytearray(disk.read_bytes())
    data[70_000] ^= 1
    disk.write_bytes(data)
    picture = Picture(facts.header.devices)
    report = worker.do(Comparing(facts, plan_check(plan, restored)), picture, _desk())
    assert [each.is_equal for each in report.devices].count(False) == 1
    for dev_id, device_map in picture.map.devices.items():
        assert set(device_map.checked[: device_map.device.clusters]) == {1}
        differing = [n for n, state in enumerate(device_map.states) if state & DIFFERS]
        assert differing == ([1] if dev_id == 1 else [])


def test_a_new_archive_is_drawn_as_it_reads_afterwards(tmp_path: Path, worker: Worker) -> None:
    disk = tmp_path / "disk.raw"
    disk.write_bytes(bytes(CLUSTER_SIZE) + os.urandom(5 * CLUSTER_SIZE) + b"end")
    plan = plan_create(tmp_path / "new.vma", [DiskSource(disk), DiskSource(disk)])
    picture = Picture([each.device for each in plan.disks])
    report = worker.do(Creating(plan), picture, _desk())
    assert report.written == (tmp_path / "new.vma").stat().st_size
    _, read = _verified(look_into(tmp_path / "new.vma"), None)
    picture.map.finish()
    assert drawn(picture) == read[:-1]


def test_a_salvage_of_two_copies_is_drawn_and_tells_where_all_came_from(
    tmp_path: Path, worker: Worker
) -> None:
    copies = [tmp_path / "a.vma", tmp_path / "b.vma"]
    for path, data in zip(copies, (LACKING, DOUBTING), strict=True):
        path.write_bytes(data)
    direct, states_there = drawn_salvage(tmp_path / "here", LACKING, DOUBTING)
    with opened_copies(copies) as opened:
        header = best_copy(opened).archive.header
        target = plan_restore(header, folder=tmp_path / "there", resumable=False)
        plan = plan_salvage(target, opened)
    picture = Picture(header.devices)
    report = worker.do(Salvaging(header, plan), picture, _desk())
    assert report.devices == direct.devices
    assert states(picture.map) == states(states_there)
    for device in report.devices:
        last = device.clusters - 1
        asked = device.dev_id, 0, last
        assert report.provenance.counts(*asked) == direct.provenance.counts(*asked)
        assert sum(report.provenance.counts(*asked)) == device.sound + device.doubtful
    for one, other in zip(direct.outputs, report.outputs, strict=True):
        assert Path(one.place).read_bytes() == Path(other.place).read_bytes()


def _beside(run: Callable[[], object], act: Callable[[], None]) -> None:
    """Do something while an errand is done; what the errand raises is raised here."""
    thread = threading.Thread(target=act)
    thread.start()
    try:
        run()
    finally:
        thread.join()


def test_a_stop_reaches_the_other_process(archive: Path, worker: Worker) -> None:
    facts, cancel, limiter = look_into(archive), threading.Event(), Limiter()
    folder = archive.parent / "out"
    plan = plan_restore(facts.header, folder=folder)
    limiter.is_paused = True  # so that there is something to stop
    desk = _desk(limiter=limiter, cancel=cancel)

    def stop() -> None:
        _until(lambda: bool(list(folder.glob("*"))))
        cancel.set()

    with pytest.raises(CancelledError):
        _beside(
            lambda: worker.do(Restoring(facts, plan), Picture(facts.header.devices), desk), stop
        )
    assert not list(folder.glob("*.raw"))


def test_a_pause_reaches_the_other_process_and_ends(archive: Path, worker: Worker) -> None:
    facts, limiter = look_into(archive), Limiter()
    limiter.is_paused = True
    ended = threading.Event()

    def go_on() -> None:
        assert not ended.wait(0.5)
        limiter.is_paused = False

    def run() -> None:
        plan = plan_restore(facts.header, folder=archive.parent / "out")
        picture = Picture(facts.header.devices)
        assert worker.do(Restoring(facts, plan), picture, _desk(limiter=limiter)).is_complete
        ended.set()

    _beside(run, go_on)


def _signal_a_restore(archive: Path, worker: Worker, number: int) -> None:
    """Send a signal to the process of a restore that is paused."""
    facts, limiter = look_into(archive), Limiter()
    folder = archive.parent / "out"
    errand = Restoring(facts, plan_restore(facts.header, folder=folder))
    limiter.is_paused = True

    def send() -> None:
        _until(lambda: bool(list(folder.glob("*"))))
        os.kill(worker.pid, number)

    picture = Picture(facts.header.devices)
    _beside(lambda: worker.do(errand, picture, _desk(limiter=limiter)), send)


def test_a_process_that_is_killed_is_told_of(archive: Path, worker: Worker) -> None:
    with pytest.raises(VmaError, match=r"process .* was killed: see whether .* memory"):
        _signal_a_restore(archive, worker, signal.SIGKILL)


def test_a_polite_signal_stops_it_and_nothing_is_left(archive: Path, worker: Worker) -> None:
    with pytest.raises(CancelledError):
        _signal_a_restore(archive, worker, signal.SIGTERM)
    assert not list((archive.parent / "out").glob("*.raw"))


def test_it_does_not_outlive_who_wants_it() -> None:
    code = (
        "import os, signal; from vmatui.engine.apart.worker import Worker; "
        "print(Worker().pid, flush=True); os.kill(os.getpid(), signal.SIGKILL)"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    _until(lambda: not Path(f"/proc/{int(ended.stdout)}/exe").exists())


class Faulty(NamedTuple):
    """An errand that meets a fault of this program."""

    facts: ArchiveFacts

    def run(self, desk: Desk, relay: Relay) -> object:
        raise ZeroDivisionError("by nought")


class Unsendable(NamedTuple):
    """One whose report cannot be sent."""

    facts: ArchiveFacts

    def run(self, desk: Desk, relay: Relay) -> object:
        return threading.Lock()


def test_a_fault_of_ours_is_told_with_its_place(archive: Path, worker: Worker) -> None:
    facts = look_into(archive)
    with pytest.raises(BrokenError, match=r"ZeroDivisionError: by nought \(test_apart.py, line"):
        worker.do(Faulty(facts), Picture(facts.header.devices), _desk())


def test_a_report_that_cannot_be_sent_is_a_fault_of_ours(archive: Path, worker: Worker) -> None:
    facts = look_into(archive)
    with pytest.raises(BrokenError, match="cannot pickle") as raised:
        worker.do(Unsendable(facts), Picture(facts.header.devices), _desk())
    assert fault_of(raised.value) == str(raised.value)


def test_hands_have_a_process_ready_and_replace_a_dead_one(archive: Path) -> None:
    hands = Hands()
    hands.prepare()
    first = hands.take()
    assert first is not None
    hands.prepare()
    first.close()
    spare = hands.take()
    assert spare is not None
    assert spare.pid != first.pid
    hands._spare = spare
    os.kill(spare.pid, signal.SIGKILL)
    _until(lambda: not spare.is_waiting)
    facts = look_into(archive)
    assert carry_out(Verifying(facts), Picture(facts.header.devices), _desk(), hands).is_sound


def test_where_no_process_can_be_started_it_is_done_here(
    archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> NoReturn:
        raise BlockingIOError

    monkeypatch.setattr("vmatui.engine.apart.worker.Worker", refuse)
    facts = look_into(archive)
    picture = Picture(facts.header.devices)
    assert carry_out(Verifying(facts), picture, _desk(), Hands()).is_sound
    assert picture.map.is_complete


def _until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + _PATIENCE
    while not is_so():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)
