"""Any device to any kind of target: always the same bytes."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.damage import DAMAGED
from tests.forge import BLOCK, CLUSTER, Disk, forge, noise
from tests.opening import opened
from tests.storage.devices import MIB, loop_device, run
from tests.storage.nbdservers import served
from vmatui.engine.limit import Limiter
from vmatui.engine.restoring import planneddevice, restoretargets, streamorder
from vmatui.engine.restoring.plan import RestorePlan, plan_restore
from vmatui.engine.restoring.restore import RestoreReport, restore
from vmatui.errors import TargetError
from vmatui.storage import blockdev
from vmatui.storage.destination import Destination, ZeroPolicy
from vmatui.storage.streamtarget import StreamTarget

DISK = Disk("disk", noise(3 * CLUSTER) + bytes(40 * CLUSTER) + noise(BLOCK) + bytes(100))
ARCHIVE = forge([DISK])


def plan_to(
    destination: Destination, data: bytes = ARCHIVE, *, overwrite: bool = True, larger: bool = False
) -> RestorePlan:
    with opened(data) as archive:
        return plan_restore(
            archive.header, to={1: destination}, overwrite=overwrite, allow_larger=larger
        )


def restore_to(destination: Destination, data: bytes = ARCHIVE) -> RestoreReport:
    with opened(data) as archive:
        plan = plan_restore(archive.header, to={1: destination}, overwrite=True, allow_larger=True)
        return restore(archive, plan)


def only_problem(plan: RestorePlan) -> str:
    (problem,) = plan.problems
    return problem


Reader = Callable[[], bytes]


def disk_of(image: Path, format: str) -> bytes:
    raw = image.with_name("as.raw")
    run("qemu-img", "convert", "-f", format, "-O", "raw", image, raw)
    return raw.read_bytes()


def to_new_image(folder: Path, disk: Disk, data: bytes, format: str) -> bytes:
    path = folder / f"new.{format}"
    assert restore_to(Destination(str(path)), data).is_complete
    return disk_of(path, format)


def to_old_image(folder: Path, disk: Disk, data: bytes, format: str) -> bytes:
    path, size = folder / f"old.{format}", disk.size + -disk.size % 512
    run("qemu-img", "create", "-q", "-f", format, path, str(size))
    run("qemu-io", "-f", format, "-c", f"write -q -P 255 0 {size}", path)
    assert restore_to(Destination(str(path), in_place=True), data).is_complete
    return disk_of(path, format)


def to_export(folder: Path, disk: Disk, data: bytes, _format: str) -> bytes:
    path = folder / "served.raw"
    path.write_bytes(b"\xff" * (disk.size + -disk.size % 512))
    with served(path) as server:
        assert restore_to(Destination(server.uri), data).is_complete
    return path.read_bytes()


def to_old_file(folder: Path, disk: Disk, data: bytes, _format: str) -> bytes:
    path = folder / "old.raw"
    path.write_bytes(b"\xff" * disk.size)
    assert restore_to(Destination(str(path), in_place=True), data).is_complete
    return path.read_bytes()


def to_pipe(folder: Path, disk: Disk, data: bytes, _format: str) -> bytes:
    reader, writer = os.pipe()
    got: list[bytes] = []
    with os.fdopen(reader, "rb") as file:
        thread = threading.Thread(target=lambda: got.append(file.read()))
        thread.start()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(restoretargets, "StreamTarget", lambda size: StreamTarget(size, writer))
            try:
                assert restore_to(Destination("-"), data).is_complete
            finally:
                os.close(writer)
                thread.join()
    return got[0]


KINDS = [
    *((to_new_image, format) for format in ("qcow2", "vmdk", "vhdx", "vdi")),
    *((to_old_image, format) for format in ("qcow2", "vmdk", "vhdx", "vdi")),
    *((to_export, "raw"), (to_old_file, "raw"), (to_pipe, "raw")),
]

disks = st.builds(
    lambda bytes_, blocks: Disk(
        "disk",
        size=bytes_,
        blocks={number: data for number, data in blocks.items() if number < bytes_ // BLOCK},
    ),
    st.integers(1, 40 * BLOCK),
    st.dictionaries(st.integers(0, 63), st.integers(0, 9).map(lambda n: noise(BLOCK, n))),
)


@pytest.mark.parametrize(
    ("to", "format"), KINDS, ids=[f"{to.__name__}-{format}" for to, format in KINDS]
)
@settings(
    max_examples=6,
    phases=[Phase.explicit, Phase.generate],
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(disk=disks, slots=st.integers(1, 59), order=st.sampled_from(["reference", "shuffled"]))
def test_any_disk_comes_back_from_any_target(
    tmp_path_factory: pytest.TempPathFactory,
    to: Callable[[Path, Disk, bytes, str], bytes],
    format: str,
    disk: Disk,
    slots: int,
    order: str,
) -> None:
    folder = tmp_path_factory.mktemp("any")
    data = forge([disk], slots_per_extent=slots, order=order)  # type: ignore[arg-type]
    got = to(folder, disk, data, format)
    assert got[: disk.size] == disk.image()
    assert len(got) - disk.size in range(512)
    if to is to_new_image:  # in what was there, bytes past the disk stay
        assert not any(got[disk.size :])


@pytest.mark.root
@pytest.mark.parametrize("zero", [None, ZeroPolicy.ZERO, ZeroPolicy.DISCARD])
def test_a_used_block_device_never_shows_old_data(tmp_path: Path, zero: ZeroPolicy | None) -> None:
    with loop_device(tmp_path / "image", DISK.size + -DISK.size % 512) as device:
        assert restore_to(Destination(str(device), zero=zero)).is_complete
        assert device.read_bytes()[: DISK.size] == DISK.image()


@pytest.mark.root
def test_missing_clusters_do_not_show_old_data_either(tmp_path: Path) -> None:
    with loop_device(tmp_path / "image", 4 * MIB) as device:
        with opened(DAMAGED["missing-cluster"]()) as archive:
            to = {1: Destination(str(device))}
            plan = plan_restore(archive.header, to=to, skip={2, 3}, overwrite=True)
            assert not restore(archive, plan).is_complete
            size = archive.header.devices[0].size
        assert b"\xff" * 512 not in device.read_bytes()[:size]


def test_what_comes_too_early_for_a_pipe_is_an_error_within_a_bound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streamorder, "MOST_KEPT", 2 * CLUSTER)
    disk = Disk("disk", noise(20 * CLUSTER))
    data = forge([disk], order="shuffled")
    with pytest.raises(TargetError, match=r"cluster \d+ of disk has not come before too many"):
        to_pipe(tmp_path, disk, data, "raw")


def test_every_target_in_words(tmp_path: Path) -> None:
    old = tmp_path / "old.raw"
    old.write_bytes(bytes(DISK.size))
    sizes = "2.7 MiB"
    for destination, sentence in (
        (
            Destination(f"{tmp_path}/a.qcow2"),
            f"into the new qcow2 image {tmp_path}/a.qcow2, with 412 bytes of zeros "
            "to a whole sector",
        ),
        (Destination(str(old)), f"REPLACE the file {old}"),
        (
            Destination(str(old), in_place=True),
            f"OVERWRITE the file {old}; discarded or zeroed first",
        ),
        (Destination("-"), "to standard output"),
    ):
        (said,) = plan_to(destination).sentences
        assert said == f"disk: {sizes} {sentence}"


@pytest.mark.parametrize(
    ("format", "problem"),
    [("vhd", "cannot be a vpc image"), ("../x", "is no image format"), ("iso", "be a iso image")],
)
def test_a_format_that_nobody_writes_is_a_problem(
    tmp_path: Path, format: str, problem: str
) -> None:
    assert problem in only_problem(plan_to(Destination(str(tmp_path / "x"), format)))


def test_a_format_is_for_files(tmp_path: Path) -> None:
    assert "is no file, so it cannot be" in only_problem(plan_to(Destination("-", "qcow2")))


def test_an_existing_image_tells_its_own_size(tmp_path: Path) -> None:
    path = tmp_path / "small.qcow2"
    run("qemu-img", "create", "-q", "-f", "qcow2", path, "1M")
    destination = Destination(str(path), in_place=True)
    assert only_problem(plan_to(destination)).endswith("too small")
    run("qemu-img", "resize", "-q", path, "100M")
    assert "--allow-larger" in only_problem(plan_to(destination))
    assert plan_to(destination, larger=True).problems == ()


def test_sparse_on_something_that_exists_is_a_warning(tmp_path: Path) -> None:
    path = tmp_path / "old.raw"
    path.write_bytes(b"\xff" * DISK.size)
    plan = plan_to(Destination(str(path), zero=ZeroPolicy.SPARSE, in_place=True))
    assert "will hold old data" in plan.warnings[0]
    assert "not zeroed first" in plan.sentences[0]


def test_an_export_is_planned_with_its_size_and_needs_consent(tmp_path: Path) -> None:
    path = tmp_path / "disk.img"
    path.write_bytes(bytes(DISK.size + -DISK.size % 512))
    with served(path) as server:
        destination = Destination(server.uri)
        plan = plan_to(destination)
        assert plan.problems == ()
        assert plan.devices[0].room == path.stat().st_size
        assert "OVERWRITE the NBD export" in plan.sentences[0]
        assert "would be overwritten" in only_problem(plan_to(destination, overwrite=False))
    with served(path, "--read-only") as server:
        assert "is read-only" in only_problem(plan_to(Destination(server.uri)))
    assert "cannot connect" in only_problem(plan_to(destination))


def test_one_target_for_two_devices_is_found_by_every_name(tmp_path: Path) -> None:
    two = forge([DISK, DISK])
    path = tmp_path / "disk.img"
    path.write_bytes(bytes(DISK.size + -DISK.size % 512))
    (tmp_path / "link").symlink_to(path)
    with served(path) as server, opened(two) as archive:
        other = server.uri.replace(str(tmp_path), f"{tmp_path}/../{tmp_path.name}")
        for one, same in ((str(path), f"{tmp_path}/link"), (server.uri, other), ("-", "-")):
            to = {1: Destination(one), 2: Destination(same)}
            plan = plan_restore(archive.header, to=to, overwrite=True)
            said = f"{same} is already in use as the target of disk"
            assert any(problem.startswith(said) for problem in plan.problems)


def test_the_targets_of_many_devices_are_each_looked_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, calls = blockdev.file_key, []

    def counted(path: Path) -> object:
        calls.append(path)
        return real(path)

    monkeypatch.setattr(planneddevice, "file_key", counted)
    with opened(forge([Disk(f"d{n}", size=512) for n in range(1, 255)])) as archive:
        plan = plan_restore(archive.header, folder=tmp_path / "out")
    assert plan.problems == ()
    assert len(calls) == 254


def test_a_limiter_holds_up_all_and_a_limit_one_target(tmp_path: Path) -> None:
    naps: list[float] = []
    limiter = Limiter(1 << 20, lambda: sum(naps), lambda _, seconds: naps.append(seconds))
    disk = Disk("disk", noise(100 * CLUSTER))
    with opened(forge([disk])) as archive:
        to = {1: Destination(str(tmp_path / "x"), limit=1 << 30)}
        report = restore(archive, plan_restore(archive.header, to=to), limiter=limiter)
    assert (tmp_path / "x").read_bytes() == disk.image()
    assert report.is_complete
    stored = 100 * CLUSTER / (1 << 20)
    assert stored / 2 < sum(naps) < stored


def test_a_killed_qemu_leaves_nothing_that_looks_done(tmp_path: Path) -> None:
    path = tmp_path / "x.qcow2"
    with opened(forge([Disk("disk", noise(100 * CLUSTER))], slots_per_extent=1)) as archive:
        plan = plan_restore(archive.header, to={1: path})
        killed: list[int] = []

        def kill(_progress: object) -> None:
            children = Path(f"/proc/self/task/{threading.get_native_id()}/children").read_text()
            for child in children.split() if not killed else []:
                killed.append(int(child))
                subprocess.run(["kill", "-KILL", child], check=True)

        with pytest.raises(TargetError, match=r"x\.qcow2: qemu-nbd ended"):
            restore(archive, plan, progress=kill)
    assert killed
    assert {each.name for each in tmp_path.iterdir()} == {
        "tmp-x.qcow2",
        "unfinished-restore-x.qcow2.vmatui",
    }
