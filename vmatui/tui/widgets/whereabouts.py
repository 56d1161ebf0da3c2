"""Where in an archive or on a device a byte is, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual.content import Content

from vmatui.engine.indexing.regions import Region
from vmatui.engine.inspecting.anatomy import Anatomy, BlockPlace
from vmatui.engine.inspecting.bytepieces import Flaw
from vmatui.engine.inspecting.byteplace import DevicePlace
from vmatui.engine.inspecting.headerfields import HeaderField
from vmatui.format.layout import BLOCK_SIZE, CLUSTER_SIZE
from vmatui.tui.widgets.styles import ACCENT, ERROR, MUTED, WARNING
from vmatui.tui.wording import count_text, shown

_FLAWS = {
    Flaw.ZERO: ("zero, not stored", MUTED),
    Flaw.MISSING: ("missing, not zero", ERROR),
    Flaw.UNREADABLE: ("cannot be read", ERROR),
    Flaw.DOUBTFUL: ("doubtful", WARNING),
}


def in_header(field: HeaderField | None) -> Content:
    """Say which part of the archive header a byte is."""
    return Content.assemble(("archive header", "bold"), (_named(field), ACCENT))


def unknown(*, has_extents: bool) -> Content:
    """Say that nobody knows what a byte is part of, or not yet."""
    told = "reading …" if has_extents else "where the extents are shows when it is verified"
    return Content.styled(told, MUTED)


def in_extent(
    anatomy: Anatomy,
    offset: int,
    field: HeaderField | None,
    names: Mapping[int, str],
    regions: Mapping[int, Sequence[Region]],
) -> Content:
    """Say which part of an extent a byte of the archive is."""
    extent = f"extent {count_text(anatomy.number)}"
    if offset < anatomy.data:
        return Content.assemble((f"header of {extent}", "bold"), (_named(field), ACCENT))
    block = anatomy.block_at(offset)
    if block is None:
        return Content.assemble((f"after {extent}", "bold"), (", part of no extent", WARNING))
    name = names.get(block.dev_id, f"device {block.dev_id}")
    inside = block.offset + (offset - anatomy.data) % BLOCK_SIZE
    return Content.assemble(
        (f"{extent}, {_block(block)} of {shown(name[:100])}", "bold"),
        (_partition(regions.get(block.dev_id, ()), inside), ACCENT),
    )


def on_device(
    place: DevicePlace,
    name: str,
    extent: int | None,
    flaw: Flaw | None,
    regions: Sequence[Region],
) -> Content:
    """Say which part of a device a byte is, and what is the matter with it."""
    cluster, inside = divmod(place.offset, CLUSTER_SIZE)
    block = BlockPlace(place.dev_id, cluster, inside // BLOCK_SIZE)
    parts: list[str | tuple[str, str]] = [
        (f"{_block(block)} of {shown(name[:100])}", "bold"),
        (_partition(regions, place.offset), ACCENT),
    ]
    if extent is not None:
        parts.append((f", extent {count_text(extent)}", MUTED))
    if flaw is not None:
        told, style = _FLAWS[flaw]
        parts += [", ", (told, style)]
    return Content.assemble(*parts)


def _block(block: BlockPlace) -> str:
    return f"block {block.block} of cluster {count_text(block.cluster)}"


def _named(field: HeaderField | None) -> str:
    return f", {field.name}" if field else ""


def _partition(regions: Sequence[Region], offset: int) -> str:
    for region in regions:
        partition = region.partition
        if partition.start <= offset < partition.start + partition.size:
            return shown(f", partition {partition.number} {region.kind}".rstrip())
    return ""
