from __future__ import annotations

import io
import tarfile

import pytest

from tests.compressors import as_gzip, as_zstd
from tests.damage import sound
from tests.opening import as_file, opened
from vmatui.engine.archive import open_archive
from vmatui.errors import HeaderError, NotAnArchiveError

SOUND = sound().build()


def tar() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        info = tarfile.TarInfo("./etc/hostname")
        info.size = 5
        archive.addfile(info, io.BytesIO(b"host\n"))
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (tar(), "tar archive"),
        (as_zstd(tar()), "tar archive"),
        (as_gzip(b"QFI\xfb" + bytes(500)), "qcow2"),
        (bytes(32769) + b"CD001\1" + bytes(2048), "ISO 9660"),
        (bytes(20_000), "zero"),
    ],
)
def test_what_is_no_archive_is_said_by_name(data: bytes, what: str) -> None:
    with pytest.raises(NotAnArchiveError, match=what), opened(data):
        pass


def test_a_stream_that_is_cut_before_the_header_is_said_to_be_cut() -> None:
    with (
        pytest.raises(NotAnArchiveError, match=r"nothing of an archive can be read; .*zstd"),
        opened(as_zstd(SOUND)[:40]),
    ):
        pass


def test_a_stream_that_is_cut_inside_the_header_names_both() -> None:
    packed = as_gzip(SOUND[:12400])[:-30]
    with pytest.raises(HeaderError, match=r"cut inside its header.*gzip"), opened(packed):
        pass


def test_the_message_names_the_file_and_the_source_is_closed() -> None:
    with as_file(tar()) as path, pytest.raises(NotAnArchiveError, match=r"^/proc/self/fd/"):
        open_archive(path)
