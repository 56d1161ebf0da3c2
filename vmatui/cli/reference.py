"""What the reference's `list` prints, line for line, for scripts that were made for it."""

from __future__ import annotations

import time
from collections.abc import Iterator

from vmatui.errors import printable
from vmatui.format.header import Header


def list_lines(header: Header) -> Iterator[str]:
    """Yield configs, devices and creation time (VMA format, the reference's command line)."""
    for config in header.configs:
        yield f"CFG: size: {len(config.data)} name: {printable(config.name)}"
    for device in header.devices:
        if device.is_vmstate:
            yield f"VMSTATE: dev_id={device.dev_id} memory: {device.size}"
        else:
            name = printable(device.name)
            yield f"DEV: dev_id={device.dev_id} size: {device.size} devname: {name}"
    yield f"CTIME: {local_time(header.ctime)}"


def local_time(seconds: int) -> str:
    """Return seconds since the epoch as ctime(3) prints them; a time no clock knows as it is."""
    try:
        return time.ctime(seconds)
    except (OverflowError, OSError, ValueError):
        return str(seconds)
