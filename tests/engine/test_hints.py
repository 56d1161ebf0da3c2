from __future__ import annotations

import uuid

import pytest

from tests.forge import Disk, forge
from tests.opening import as_file
from vmatui.engine.archive import open_archive
from vmatui.engine.restoring.hints import Hint, find_hints
from vmatui.format.header import Header


def _header(config: bytes, *names: str) -> Header:
    disks = [Disk(name, b"x" * 512) for name in names or ("drive-scsi0",)]
    data = forge(disks, {"qemu-server.conf": config}, uuid=uuid.UUID(int=1).bytes)
    with as_file(data) as path, open_archive(path) as archive:
        return archive.header


def test_a_map_line_says_where_a_disk_was() -> None:
    hints = find_hints(_header(b"cores: 2\n#qmdump#map:scsi0:drive-scsi0:nfs:qcow2:\n"))
    assert hints == {"drive-scsi0": Hint("scsi0", "nfs", "qcow2")}
    assert hints["drive-scsi0"].in_words("drive-scsi0") == "on nfs"
    assert hints["drive-scsi0"].in_words("other") == "scsi0 on nfs"


def test_an_empty_format_means_raw_and_no_storage_is_left_out_of_the_words() -> None:
    hint = find_hints(_header(b"#qmdump#map:scsi0:drive-scsi0:::\r\n"))["drive-scsi0"]
    assert hint.format == "raw"
    assert hint.in_words("drive-scsi0") == ""


def test_the_first_of_two_lines_for_a_device_counts() -> None:
    config = b"#qmdump#map:scsi0:drive-scsi0:one:raw:\n#qmdump#map:scsi9:drive-scsi0:two:raw:\n"
    assert find_hints(_header(config))["drive-scsi0"].storage == "one"


@pytest.mark.parametrize(
    "line",
    [
        b"#qmdump#map:scsi0:drive-scsi1:nfs:raw:",
        b"#qmdump#map:scsi0:drive-scsi0",
        b"#qmdump#map::drive-scsi0:nfs:raw:",
        b"#qmdump#map:scsi0:drive-scsi0:nfs:raw:more:",
        b"#qmdump#map:" + b"a" * 60_000 + b":drive-scsi0:nfs:raw:",
        b" #qmdump#map:scsi0:drive-scsi0:nfs:raw:",
    ],
)
def test_a_line_that_makes_no_sense_is_no_hint(line: bytes) -> None:
    assert find_hints(_header(line)) == {}


def test_bytes_that_are_no_text_are_no_danger() -> None:
    hint = find_hints(_header(b"#qmdump#map:\xff\x1b[31m:drive-scsi0:\xfe:raw:"))["drive-scsi0"]
    assert hint.storage == "\ufffd"
