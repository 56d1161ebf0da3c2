"""Which files an image is read from, as the real qemu chains them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.storage.devices import MIB, run
from tests.storage.disks import SIZE, convert, opened_image
from tests.tools import require_tool
from vmatui.errors import SourceError
from vmatui.storage import imagefiles
from vmatui.storage.imagefiles import layers_of


@pytest.fixture(autouse=True)
def qemu() -> None:
    require_tool("qemu-nbd")
    require_tool("qemu-img")


def _lies_on(path: Path) -> tuple[str, ...]:
    with opened_image(path) as image:
        return image.lies_on


def _on(base: Path | str, path: Path, format: str = "qcow2") -> Path:
    """Make an empty image that lies on another."""
    kind = path.suffix.removeprefix(".")
    run("qemu-img", "create", "-f", kind, "-F", format, "-b", base, path, str(SIZE))
    return path


def test_an_image_of_one_file_lies_on_nothing(image_path: Path, disk: Path) -> None:
    vmdk = convert(disk, disk.with_name("disk.vmdk"), "vmdk")
    for path in (disk, image_path, vmdk):
        assert _lies_on(path) == ()


def test_every_file_of_a_chain_is_told_from_the_top_down(image_path: Path, disk: Path) -> None:
    middle = _on(image_path.name, image_path.with_name("middle.qcow2"))
    top = _on(middle.name, image_path.with_name("top.qcow2"))
    assert _lies_on(top) == (str(middle), str(image_path))
    assert _lies_on(_on(disk, image_path.with_name("snoop.qcow2"), "raw")) == (str(disk),)


def test_a_raw_file_inside_a_description_is_told(image_path: Path, disk: Path) -> None:
    name = f'json:{{"driver":"raw","file":{{"driver":"file","filename":"{disk}"}}}}'
    assert _lies_on(_on(name, image_path.with_name("top.qcow2"), "raw")) == (str(disk),)


@pytest.mark.parametrize("is_below", [False, True])
def test_a_data_file_is_told(tmp_path: Path, is_below: bool) -> None:
    path, data = tmp_path / "a.qcow2", tmp_path / "data.raw"
    run("qemu-img", "create", "-f", "qcow2", "-o", f"data_file={data}", path, str(MIB))
    below: tuple[str, ...] = ()
    if is_below:
        below = (str(path),)
        path = _on(path, tmp_path / "top.qcow2")
    assert _lies_on(path) == (*below, str(data))


@pytest.mark.parametrize("subformat", ["monolithicFlat", "twoGbMaxExtentSparse"])
def test_the_parts_of_a_vmdk_image_beside_it_go_without_saying(disk: Path, subformat: str) -> None:
    option = f"subformat={subformat}"
    path = convert(disk, disk.with_name("a.vmdk"), "vmdk", "-o", option)
    assert len(list(disk.parent.glob("a-*.vmdk"))) == 1
    assert _lies_on(path) == ()
    assert _lies_on(_on(path, disk.with_name("top.vmdk"), "vmdk")) == (str(path),)


def test_another_file_as_the_part_of_a_vmdk_image_is_told(disk: Path) -> None:
    path = convert(disk, disk.with_name("a.vmdk"), "vmdk", "-o", "subformat=monolithicFlat")
    sound = path.read_text()
    path.write_text(sound.replace("a-flat.vmdk", str(disk)))
    assert _lies_on(path) == (str(disk),)
    (disk.parent / "elsewhere").mkdir()
    stranger = disk.rename(disk.parent / "elsewhere" / "a-flat.vmdk")
    path.write_text(sound.replace("a-flat.vmdk", "elsewhere/a-flat.vmdk"))
    assert _lies_on(path) == (str(stranger),)


def test_a_part_of_a_vmdk_image_that_is_a_link_is_told(disk: Path) -> None:
    path = convert(disk, disk.with_name("a.vmdk"), "vmdk", "-o", "subformat=monolithicFlat")
    part = disk.with_name("a-flat.vmdk")
    part.unlink()
    part.symlink_to(disk)
    assert _lies_on(path) == (str(part),)


def test_an_image_whose_name_is_no_text_does_not_lie_on_itself(disk: Path) -> None:
    name = os.fsdecode(b"\xff.vmdk")
    assert _lies_on(convert(disk, disk.with_name(name), "vmdk")) == ()


@pytest.mark.parametrize("act", ["sleep 60", "yes"])
def test_a_chain_without_an_end_is_given_up(
    image_path: Path, monkeypatch: pytest.MonkeyPatch, act: str
) -> None:
    program = image_path.with_name("qemu-img")
    program.write_text(f"#!/bin/sh\nexec {act}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=os.pathsep)
    monkeypatch.setattr(imagefiles, "_PATIENCE", 0.3 if act != "yes" else 60)
    with pytest.raises(SourceError, match=r"tells too much of it, or nothing in time; check its"):
        layers_of(image_path, "qcow2")
