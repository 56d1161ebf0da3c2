"""What there is to say below a device's map: its partitions, and what is wrong in each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from vmatui.drawing.cells import levels_of
from vmatui.drawing.fields import DeviceField
from vmatui.engine.indexing.regions import Region
from vmatui.errors import printable


def partition_notes(field: DeviceField, regions: Sequence[Region]) -> Iterator[str]:
    """Yield a line for each partition: where it is, what it holds, and its faults."""
    levels = levels_of(field.device_map)
    for region in regions:
        found = levels.tally(region.first, region.last)
        faults = {
            "missing": found.unseen if field.complete else found.unseen * 0,
            "duplicate": found.duplicate,
            "doubtful": found.doubtful,
            "damaged": found.damaged,
        }
        told = ", ".join(f"{int(count[0])} {name}" for name, count in faults.items() if count[0])
        partition = region.partition
        end = partition.start + partition.size - 1
        name = f' "{partition.name.strip()}"' if partition.name.strip() else ""
        kind = f", {region.kind}" if region.kind else ""
        place = f"{partition.start:#x}-{end:#x}"
        yield printable(f"partition {partition.number}{kind}{name}  {place}  {told or 'sound'}")
