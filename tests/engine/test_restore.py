from __future__ import annotations

import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.compressors import COMPRESSORS
from tests.damage import CONFIGS, DAMAGED, DISKS, LEGAL
from tests.forge import BLOCK, CLUSTER, Disk, forge, noise
from tests.opening import as_pipe, opened
from vmatui.engine.archive import open_archive
from vmatui.engine.progress import Phase, Progress
from vmatui.engine.restoring.plan import plan_restore
from vmatui.engine.restoring.restore import RestoreReport, restore
from vmatui.errors import CancelledError, TargetError, UsageError

NAMES = ["disk-drive-scsi0.raw", "disk-drive-efidisk0.raw", "vmstate.bin"]
WARNINGS = {"duplicate-name", "unsafe-name"}


def restore_to(folder: Path, data: bytes) -> RestoreReport:
    with opened(data) as archive:
        return restore(archive, plan_restore(archive.header, folder=folder))


def files_in(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def expected() -> dict[str, bytes]:
    images = {name: disk.image() for name, disk in zip(NAMES, DISKS, strict=True)}
    return images | CONFIGS


@pytest.mark.parametrize("kind", LEGAL)
def test_a_sound_archive_gives_exactly_its_images_and_configs(kind: str, tmp_path: Path) -> None:
    report = restore_to(tmp_path / "out", LEGAL[kind]())
    assert report.is_complete
    assert files_in(tmp_path / "out") == expected()
    assert [output.path.name for output in report.outputs] == NAMES


@pytest.mark.parametrize("compression", COMPRESSORS)
def test_every_compression_restores_through_a_pipe(compression: str, tmp_path: Path) -> None:
    data = COMPRESSORS[compression](LEGAL["sound"]())
    with as_pipe(data) as path, open_archive(path) as archive:
        restore(archive, plan_restore(archive.header, folder=tmp_path / "out"))
    assert files_in(tmp_path / "out") == expected()


@pytest.mark.parametrize("code", sorted(set(DAMAGED) - WARNINGS))
def test_a_faulty_archive_leaves_only_names_that_say_incomplete(code: str, tmp_path: Path) -> None:
    report = restore_to(tmp_path / "out", DAMAGED[code]())
    assert not report.is_complete
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert {output.path.name for output in report.outputs} == names - {
        config.path.name for config in report.configs
    }
    assert all(output.path.name.endswith(".incomplete") for output in report.outputs)


@pytest.mark.parametrize(
    ("code", "is_whole"), [("missing-cluster", True), ("header-checksum", False)]
)
def test_configs_are_complete_when_the_header_is(code: str, is_whole: bool, tmp_path: Path) -> None:
    report = restore_to(tmp_path / "out", DAMAGED[code]())
    names = [config.path.name for config in report.configs]
    assert names == [name if is_whole else f"{name}.incomplete" for name in CONFIGS]


@pytest.mark.parametrize("code", sorted(WARNINGS))
def test_a_warning_does_not_stop_a_restore(code: str, tmp_path: Path) -> None:
    report = restore_to(tmp_path / "out", DAMAGED[code]())
    assert report.is_complete
    files = files_in(tmp_path / "out")
    assert set(expected().values()) == set(files.values())
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_two_devices_of_one_name_do_not_overwrite_each_other(tmp_path: Path) -> None:
    disks = [Disk("same", noise(BLOCK, 1)), Disk("same", noise(BLOCK, 2))]
    restore_to(tmp_path / "out", forge(disks))
    files = files_in(tmp_path / "out")
    assert files["disk-same.raw"] == disks[0].image()
    assert set(files.values()) == {disk.image() for disk in disks}


def test_an_image_with_little_in_it_is_sparse(tmp_path: Path) -> None:
    disk = Disk("big", size=5 << 30, blocks={0: noise(BLOCK), (5 << 30) // BLOCK - 1: noise(BLOCK)})
    restore_to(tmp_path / "out", forge([disk]))
    stat = (tmp_path / "out" / "disk-big.raw").stat()
    assert stat.st_size == 5 << 30
    assert stat.st_blocks * 512 < 1 << 20


def test_devices_go_where_they_are_sent_and_nowhere_else(tmp_path: Path) -> None:
    with opened(LEGAL["sound"]()) as archive:
        plan = plan_restore(archive.header, to={1: tmp_path / "a.img"}, skip={2, 3})
        restore(archive, plan)
    assert files_in(tmp_path) == {"a.img": DISKS[0].image()}


def test_a_device_without_any_target_is_a_usage_error() -> None:
    with (
        opened(LEGAL["sound"]()) as archive,
        pytest.raises(UsageError, match="drive-efidisk0 has no target"),
    ):
        plan_restore(archive.header, to={1: Path("a.img")})


def test_an_existing_file_stays_as_it_is_unless_overwriting_was_agreed(tmp_path: Path) -> None:
    target = tmp_path / "a.img"
    target.write_bytes(b"old")
    with opened(LEGAL["sound"]()) as archive:
        plan = plan_restore(archive.header, to={1: target}, skip={2, 3})
        with pytest.raises(TargetError, match="would be overwritten"):
            restore(archive, plan)
        assert target.read_bytes() == b"old"
        restore(archive, plan_restore(archive.header, to={1: target}, skip={2, 3}, overwrite=True))
    assert files_in(tmp_path) == {"a.img": DISKS[0].image()}


def test_a_faulty_archive_does_not_touch_the_file_it_should_replace(tmp_path: Path) -> None:
    target = tmp_path / "a.img"
    target.write_bytes(b"old")
    with opened(DAMAGED["missing-cluster"]()) as archive:
        plan = plan_restore(archive.header, to={1: target}, skip={2, 3}, overwrite=True)
        restore(archive, plan)
    assert target.read_bytes() == b"old"
    assert set(files_in(tmp_path)) == {"a.img", "a.img.incomplete"}


def test_one_path_cannot_be_the_target_of_two_devices(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("a.img")
    with opened(LEGAL["sound"]()) as archive:
        to = {1: tmp_path / "a.img", 2: tmp_path / "link"}
        plan = plan_restore(archive.header, to=to, skip={3})
    assert any("in use as the target of drive-scsi0" in problem for problem in plan.problems)


def test_a_cancelled_restore_leaves_nothing_behind(tmp_path: Path) -> None:
    cancel = threading.Event()
    data = forge([Disk("big", noise(100 * CLUSTER))], slots_per_extent=1)
    with opened(data) as archive:
        plan = plan_restore(archive.header, folder=tmp_path / "out")

        def stop(progress: Progress) -> None:
            if progress.phase is Phase.READING:
                cancel.set()

        with pytest.raises(CancelledError):
            restore(archive, plan, progress=stop, cancel=cancel)
    assert list(tmp_path.iterdir()) == []


def test_the_final_name_does_not_exist_before_the_archive_proved_sound(tmp_path: Path) -> None:
    seen: list[set[str]] = []
    with opened(LEGAL["sound"]()) as archive:
        plan = plan_restore(archive.header, folder=tmp_path / "out")
        restore(archive, plan, progress=lambda _: seen.append(set(files_in(tmp_path / "out"))))
    assert seen
    assert not any(names & set(NAMES) for names in seen)


blocks = st.dictionaries(st.integers(0, 63), st.integers(0, 9).map(lambda n: noise(BLOCK, n)))
disks = st.lists(
    st.builds(
        lambda sectors, blocks: Disk(
            "disk",
            size=sectors * 512,
            blocks={number: data for number, data in blocks.items() if number < sectors // 8},
        ),
        st.integers(1, 512),
        blocks,
    ),
    max_size=4,
)


@settings(max_examples=60, derandomize=True, deadline=None)
@given(disks, st.integers(1, 59), st.booleans(), st.sampled_from(["reference", "shuffled"]))
def test_any_disks_come_back_as_they_were(
    tmp_path_factory: pytest.TempPathFactory,
    disks: list[Disk],
    slots: int,
    interleave: bool,
    order: str,
) -> None:
    folder = tmp_path_factory.mktemp("restore") / "out"
    data = forge(disks, slots_per_extent=slots, interleave=interleave, order=order)  # type: ignore[arg-type]
    report = restore_to(folder, data)
    assert report.is_complete
    for output, disk in zip(report.outputs, disks, strict=True):
        assert output.path.read_bytes() == disk.image()
