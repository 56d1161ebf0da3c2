"""Where the devices of a restore go, by the words on the command line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from vmatui.cli.restoreoptions import Choice
from vmatui.cli.selection import device_id
from vmatui.errors import UsageError
from vmatui.format.header import Header
from vmatui.storage.destination import Destination, ZeroPolicy


def destinations(
    header: Header,
    to: Sequence[tuple[str, str]],
    formats: Mapping[int, str],
    zero: Mapping[int, str],
    *,
    in_place: bool,
) -> dict[int, Destination]:
    """Return the destinations that were named, by dev_id.

    Raises:
        UsageError: A device is unknown, ambiguous or named twice.
    """
    named: dict[int, Destination] = {}
    for word, place in to:
        dev_id = device_id(header, word)
        if dev_id in named:
            raise UsageError(f"{word} has two targets, {named[dev_id].place} and {place}: name one")
        policy = ZeroPolicy(zero[dev_id]) if dev_id in zero else None
        named[dev_id] = Destination(place, formats.get(dev_id), policy, in_place=in_place)
    return named


def chosen(header: Header, choices: Sequence[Choice], option: str) -> dict[int, str]:
    """Return what an option says of each device, by dev_id; what names a device comes first.

    Raises:
        UsageError: A device is unknown, ambiguous or named twice.
    """
    found: dict[int, str] = {}
    for word, value in sorted(choices, key=lambda choice: choice[0] is None):
        wanted = (
            [device.dev_id for device in header.devices if device.dev_id not in found]
            if word is None
            else [device_id(header, word)]
        )
        if any(dev_id in found for dev_id in wanted):
            raise UsageError(f"{option} is said twice of {word}: say it once")
        found.update(dict.fromkeys(wanted, value))
    return found
