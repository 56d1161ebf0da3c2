from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.forge import Disk, forge, noise
from tests.opening import opened
from vmatui.engine.restoring.checkpoint import (
    Checkpoint,
    Sample,
    TargetState,
    identify_archive,
    pack_checkpoint,
    parse_checkpoint,
)

STATE = TargetState(1, "/srv/disk.raw", "raw", "4711", (Sample(0, 4096, "aa"),))
CHECKPOINT = Checkpoint("bb", 3, 1 << 40, "cc", (STATE,), ("12",))


def test_a_checkpoint_is_read_as_it_was_written() -> None:
    assert parse_checkpoint(pack_checkpoint(CHECKPOINT)) == CHECKPOINT


@given(st.integers(0, len(pack_checkpoint(CHECKPOINT)) - 1), st.integers(1, 255))
def test_a_changed_byte_makes_it_no_checkpoint(place: int, change: int) -> None:
    data = bytearray(pack_checkpoint(CHECKPOINT))
    data[place] ^= change
    assert parse_checkpoint(bytes(data)) is None


@given(st.integers(0, len(pack_checkpoint(CHECKPOINT)) - 1))
def test_a_cut_file_is_no_checkpoint(length: int) -> None:
    data = pack_checkpoint(CHECKPOINT)[:length]
    assert parse_checkpoint(data) in (None, CHECKPOINT if data.endswith(b"}") else None)


def test_samples_stay_few_and_keep_the_first_and_the_last() -> None:
    state = STATE._replace(samples=())
    for offset in range(1000):
        state = state.plus(Sample(offset, 1, ""))
    assert len(state.samples) <= 64
    assert state.samples[0].offset == 0
    assert state.samples[-1].offset == 999


def test_an_archive_is_known_again_by_what_its_header_declares() -> None:
    disk = Disk("drive-scsi0", noise(70_000))
    others = [
        forge([disk], {"a": b"1"}, ctime=1),
        forge([disk], {"a": b"2"}),
        forge([Disk("drive-scsi1", noise(70_000))], {"a": b"1"}),
        forge([Disk("drive-scsi0", noise(70_001))], {"a": b"1"}),
    ]
    with opened(forge([disk], {"a": b"1"})) as one, opened(forge([disk], {"a": b"1"})) as again:
        known = identify_archive(one.header)
        assert known == identify_archive(again.header)
    for other in others:
        with opened(other) as archive:
            assert identify_archive(archive.header) != known
