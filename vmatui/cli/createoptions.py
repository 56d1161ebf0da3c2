"""The words of `vmatui create`, and what the words for a disk and a rate mean."""

from __future__ import annotations

import argparse
from typing import Final

from vmatui.cli.pathword import path_word
from vmatui.cli.rates import rate
from vmatui.cli.sealoptions import add_seal_option

_OSTYPES: Final = (
    *("l26", "l24", "win11", "win10", "win8", "win7", "wvista", "w2k8", "w2k3", "w2k", "wxp"),
    *("solaris", "other"),
)

DiskWords = tuple[str | None, str | None, str]
"""Name, format and path of a disk; None where it was not said."""


def add_create(parser: argparse.ArgumentParser) -> None:
    """Add everything that `create` takes, but for how it prints."""
    parser.add_argument(
        "file",
        metavar="ARCHIVE",
        type=path_word,
        help="a new file, a FIFO, exec:COMMAND, or - (standard output)",
    )
    parser.add_argument(
        "disks",
        metavar="[DEVNAME=]PATH",
        nargs="*",
        type=disk_words,
        help="a disk of any format; vmstate=PATH is the memory of a VM",
    )
    parser.add_argument(
        "-c",
        dest="configs",
        metavar="CONFIG",
        type=path_word,
        action="append",
        default=[],
        help="a config, stored under its file name",
    )
    parser.add_argument(
        "-d",
        dest="drives",
        metavar="format=FMT:[DEVNAME=]PATH",
        action="append",
        default=[],
        type=drive_words,
        help="a disk of this format (raw, qcow2, vmdk, vhdx, vdi ...); then all are named by -d",
    )
    parser.add_argument(
        "--compress",
        choices=("zstd", "gzip", "lzop", "none"),
        help="default: by the suffix .zst, .gz or .lzo; with --for-proxmox zstd",
    )
    parser.add_argument("--level", type=int, metavar="N", help="of the compressor")
    parser.add_argument(
        "--threads", type=_natural, default=0, metavar="N", help="default: one per core"
    )
    parser.add_argument(
        "--limit", type=rate, metavar="RATE", help="bytes a second before compression, as 40M"
    )
    parser.add_argument(
        "--dry-run", "--plan", action="store_true", help="print what would be done, and do nothing"
    )
    add_seal_option(parser)
    _add_proxmox(parser.add_argument_group("an archive that Proxmox VE restores"))


def _add_proxmox(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--for-proxmox",
        type=_natural,
        metavar="VMID",
        help="ARCHIVE is a folder; the name, and what the config lacks, are made for Proxmox VE",
    )
    group.add_argument("--name", dest="vm_name", metavar="NAME", help="of the VM; default: vm-VMID")
    group.add_argument("--cores", type=_natural, metavar="N", help="default: 1")
    group.add_argument("--memory", type=_natural, metavar="MIB", help="default: 2048")
    group.add_argument("--ostype", choices=_OSTYPES, help="default: l26")
    group.add_argument("--bios", choices=("seabios", "ovmf"), help="default: seabios")
    group.add_argument(
        "--bus",
        choices=("scsi", "virtio", "sata", "ide"),
        help="of disks without a name; default: scsi",
    )
    group.add_argument("--storage", metavar="ID", help="that the config names; default: local-lvm")


def disk_words(word: str) -> DiskWords:
    """Return what `[DEVNAME=]PATH` says.

    Raises:
        argparse.ArgumentTypeError: It names no path.
    """
    name, equals, path = word.partition("=")
    if not equals:
        return None, None, path_word(word)
    return name, None, path_word(path)


def drive_words(word: str) -> DiskWords:
    """Return what `format=FMT:[DEVNAME=]PATH` says.

    Raises:
        argparse.ArgumentTypeError: It names no format.
    """
    before, equals, after = word.partition("=")
    format, colon, rest = after.partition(":")
    if before != "format" or not (equals and format and colon and rest):
        raise argparse.ArgumentTypeError(
            f"no format specified for {word!r}: write -d format=raw:DEVNAME=PATH"
        )
    name, _, path = disk_words(rest)
    return name, format, path


def _natural(word: str) -> int:
    if not (word.isascii() and word.isdigit()):
        raise argparse.ArgumentTypeError(f"{word!r} is no number")
    return int(word)
