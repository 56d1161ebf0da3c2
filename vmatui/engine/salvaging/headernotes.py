"""What was done to a damaged archive header, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from vmatui.engine.archive import Archive
from vmatui.format import layout
from vmatui.format.mending import Mended, Stray


def header_notes(
    archive: Archive, before: bytes, mended: Mended, strays: Mapping[int, Stray]
) -> Iterator[str]:
    """Yield what was done to a header, a sentence each.

    Args:
        archive: With the header as it was mended.
        before: The start of the archive as it stands there.
        mended: What came of it.
        strays: What no size was learnt from, by dev_id.
    """
    name, header = archive.name, archive.header
    if not mended.is_proved:
        yield f"{name}: its header is damaged, and nothing proves what was in it"
    elif mended.learnt:
        yield f"{name}: its header has a right md5, but a size that no device can have"
    elif not before.startswith(mended.data):
        yield f"{name}: its header was mended, and its md5 proves that it is right now"
    if mended.lost >= len(mended.data):
        yield f"{name}: nothing of its header could be used, so names were invented"
    elif mended.lost:
        yield f"{name}: {mended.lost} bytes of its header are lost, the rest was put in its place"
    if before[layout.HEADER_UUID] != header.uuid.bytes:
        yield f"{name}: its uuid {header.uuid} was learnt from its extents"
    for dev_id in mended.learnt:
        if (device := header.device(dev_id)) is not None:
            yield (
                f"{name}: the size of {device.name} was learnt from its highest cluster: "
                f"{device.size} bytes, up to {layout.CLUSTER_SIZE - 1} too many"
            )
    for dev_id, stray in strays.items():
        device = header.device(dev_id)
        if device is None or dev_id in mended.learnt:
            what = f"device {dev_id}" if device is None else device.name
            yield f"{name}: of {what}, {_stray_words(stray)} left out, far beyond all others"


def _stray_words(stray: Stray) -> str:
    if stray.first == stray.last:
        return f"cluster {stray.first} was"
    return f"{stray.clusters} clusters from {stray.first} to {stray.last} were"
