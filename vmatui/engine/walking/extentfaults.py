"""The words for what is wrong with an extent's header, and with bytes where one should be."""

from __future__ import annotations

from vmatui.format import layout
from vmatui.format.codes import Code, Fault
from vmatui.format.extent import ExtentHeader


def header_faults(header: ExtentHeader, uuid: bytes) -> list[Fault]:
    """Return what is wrong with an extent's header in an archive of this uuid."""
    faults: list[Fault] = []
    if header.is_consistent and header.uuid == uuid:
        return faults
    named, count = header.blocks_in_masks, header.block_count
    if not header.checksum_matches:
        faults.append(Fault(Code.EXTENT_CHECKSUM, "the md5 of the extent header does not match"))
    if not header.magic_matches:
        faults.append(Fault(Code.EXTENT_MAGIC, "the extent header has a wrong magic number"))
    if header.reserved:
        faults.append(
            Fault(Code.EXTENT_RESERVED, "the reserved field of the extent header is not zero")
        )
    if header.uuid != uuid:
        faults.append(Fault(Code.EXTENT_UUID, "the extent carries the uuid of another archive"))
    if named > count:
        text = f"the slots name {named} blocks, the extent header counts only {count}"
        faults.append(Fault(Code.EXTRA_BLOCKS, text))
    elif named < count:
        text = f"the slots name only {named} blocks, the extent header counts {count}"
        faults.append(Fault(Code.MISSING_BLOCKS, text))
    return faults


def short_fault(present: int, length: int) -> Fault:
    """Return the fault of an extent that has fewer bytes of data than it names."""
    return Fault(Code.SHORT_EXTENT, f"only {present} of its {length} bytes of data are there")


def gap_fault(offset: int, length: int, head: bytes, *, goes_on: bool) -> Fault:
    """Return the fault of bytes that are no extent.

    Args:
        offset: Archive offset of the first one.
        length: How many.
        head: Those with which they begin.
        goes_on: Whether others follow.
    """
    if not goes_on:
        text = f"the last {length} bytes of the archive are no extent"
        return Fault(Code.TRAILING_DATA, text)
    is_marked = head[:4] == layout.EXTENT_MAGIC
    code = Code.EXTENT_CHECKSUM if is_marked else Code.EXTENT_MAGIC
    text = f"{length} bytes hold no extent that can be read, up to byte {offset + length}"
    return Fault(code, text)


def tail_fault(head: bytes, *, is_end: bool) -> Fault:
    """Return the fault of bytes that are too few for an extent's header.

    Args:
        head: All of them.
        is_end: Whether the archive ends behind them; else some of its bytes are lost there.
    """
    if head[:4] == layout.EXTENT_MAGIC[: len(head)]:
        place = "the archive ends" if is_end else "bytes are lost"
        text = f"{place} {len(head)} bytes into the header of an extent"
        return Fault(Code.SHORT_EXTENT, text)
    if is_end:
        text = f"{len(head)} bytes after the last extent are no extent"
        return Fault(Code.TRAILING_DATA, text)
    return Fault(Code.EXTENT_MAGIC, f"{len(head)} bytes before a loss hold no extent")
