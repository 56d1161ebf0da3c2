"""What to do about a fault, and what to search the web for: one sentence and one phrase a code.

FILE stands for the archive, COPY for another copy of it, DIR for a new folder.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from vmatui.format.codes import MEANINGS, Code

_SALVAGE: Final = "vmatui restore --salvage FILE DIR"
_WITH_COPY: Final = "and add --also COPY if there is another copy"

_ADVICE: Final[Mapping[Code, str]] = {
    Code.HEADER_CHECKSUM: (
        "Compare what vmatui list FILE prints with the VM's config on its node, then run "
        f"{_SALVAGE}, which mends the header where its md5 proves how."
    ),
    Code.HEADER_BLOBS: (
        "Run vmatui config --json FILE to see which configs are left, take a lost one from "
        "another backup of this VM with vmatui config, and get the disks with "
        f"{_SALVAGE}."
    ),
    Code.DEVICE_NAME: (
        "Look for it in vmatui list FILE: if it is there, its size tells which disk of the VM's "
        f"config it is, and {_SALVAGE} gets it as unnamed-NUMBER; if not, its "
        "number is one that nobody can restore."
    ),
    Code.DUPLICATE_NAME: (
        "Nothing is lost: vmatui restore FILE DIR gives each a file name of its own, and the "
        "sizes that vmatui list FILE prints tell them apart."
    ),
    Code.UNSAFE_NAME: (
        "Restore it with vmatui restore FILE DIR, which writes it inside DIR under a safe name, "
        "and never with vma extract, which follows the name out of its folder."
    ),
    Code.EXTENT_CHECKSUM: (
        f"Run {_SALVAGE}, which uses what the extent's slots still prove, {_WITH_COPY}."
    ),
    Code.EXTENT_MAGIC: (
        f"Run {_SALVAGE}, which goes on at the next extent that can be recognised, {_WITH_COPY}."
    ),
    Code.EXTENT_RESERVED: (
        f"Run {_SALVAGE}, which takes the extent's clusters as doubtful, and make a new "
        "backup with vzdump if the VM is still there."
    ),
    Code.EXTENT_UUID: (
        "Look for a backup or copy that wrote into the same file at the same time, then run "
        f"{_SALVAGE}, which leaves out what belongs to another archive, {_WITH_COPY}."
    ),
    Code.SHORT_EXTENT: (
        "Compare the file's size with the one it was copied from and copy it again; if there is "
        f"no other, {_SALVAGE} brings back everything before and after the cut."
    ),
    Code.EXTRA_BLOCKS: (
        f"Run {_SALVAGE}, which takes the extent's clusters as doubtful if the next extent stands "
        f"where they put it, {_WITH_COPY}."
    ),
    Code.MISSING_BLOCKS: (
        f"Run {_SALVAGE}, which takes the extent's clusters as doubtful if the next extent stands "
        f"where they put it, {_WITH_COPY}."
    ),
    Code.UNKNOWN_DEVICE: (
        "Compare the devices that vmatui list FILE prints with the VM's config: if all are there, "
        f"{_SALVAGE} gets them without this data, else look for another copy of the archive."
    ),
    Code.BEYOND_END: (
        "Compare the device's size in vmatui list FILE with the one in the VM's config: if it is "
        f"right, {_SALVAGE} leaves this data out, else look for another copy of the archive."
    ),
    Code.DUPLICATE_CLUSTER: (
        f"Run {_SALVAGE}, which takes the one with the better proof, and check the file system in "
        "it after that (e2fsck -fn, xfs_repair -n or chkdsk)."
    ),
    Code.MISSING_CLUSTER: (
        "Compare the file's size with the one it was copied from and copy it again; what no copy "
        f"has reads zero after {_SALVAGE}, whose mapfile says where."
    ),
    Code.VMSTATE_ORDER: (
        f"Run {_SALVAGE}, which puts every cluster at its place where vma extract stops, and start "
        "the VM without its saved state if it does not resume."
    ),
    Code.TRAILING_DATA: (
        "Compare the file's size with the one it was copied from: copy it again if it is smaller, "
        f"else run {_SALVAGE}, which leaves out what is no extent."
    ),
    Code.STREAM_CHECKSUM: (
        "Copy the archive again and compare with sha256sum; if there is no other copy, run "
        f"{_SALVAGE} and check the file systems in it (e2fsck -fn, xfs_repair -n or chkdsk)."
    ),
    Code.STREAM_ERROR: (
        "Copy the archive again and compare with sha256sum; if there is no other copy, "
        f"{_SALVAGE} brings back everything that the compression lets one read."
    ),
    Code.READ_ERROR: (
        "Look at dmesg and smartctl -a for the failing disk, copy the archive off it with "
        "ddrescue FILE COPY COPY.map, and run vmatui restore --salvage COPY DIR."
    ),
    Code.ROTTEN_HEADER: (
        "Compare what vmatui list FILE prints with the VM's config on its node, and take another "
        "copy of the archive if names or sizes are not as they were."
    ),
    Code.ROTTEN_CLUSTER: (
        "Run vmatui restore --salvage FILE --also COPY DIR, which takes these clusters from "
        "the copy, and test this machine's disk and memory (smartctl -t long, memtest86+)."
    ),
    Code.UNUSABLE_MANIFEST: (
        "Take the manifest from another copy of the archive and name it with vmatui verify FILE "
        "--manifest PATH; if there is none, vmatui seal --overwrite FILE seals what is there now."
    ),
}


def advice(code: Code) -> str:
    """Return what to do about a fault: one sentence for a person."""
    return _ADVICE[code]


def reference_wording(code: Code) -> str | None:
    """Return how the reference's `vma` words the fault, None where it is silent.

    Its numbers and names are left out, so that what is left can be searched for (VMA format, the
    reference's words).
    """
    return MEANINGS[code].reference or None
