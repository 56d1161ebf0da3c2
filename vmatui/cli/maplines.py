"""The lines that say where each device goes, in the reference's grammar (`extract -r`).

A line becomes a `MapLine` or a `UsageError` that names the line; nothing is opened or looked at
here (VMA format, the reference's command line).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

from vmatui.errors import UsageError
from vmatui.storage.destination import STANDARD_OUTPUT, Destination, ZeroPolicy

GRAMMAR: Final = (
    "skip=DEVNAME, or [format=FMT:][throttling.bps=N:][throttling.group=NAME:][cache=MODE:]"
    "(0|1):DEVNAME=PATH"
)
_END: Final = ("", "done")
_OPTION: Final = re.compile(r"(format|throttling\.bps|throttling\.group|cache)=", re.ASCII)
_FORMATS: Final = ("raw", "qcow2", "vmdk", "vhdx", "vdi")
_CACHES: Final = ("off", "none", "writeback", "writethrough", "directsync", "unsafe")
_ZERO: Final = {"0": ZeroPolicy.SPARSE, "1": ZeroPolicy.ZERO}
_MAX_BPS: Final = (1 << 63) - 1
_CLAIMS_ZERO: Final = "zeroinit:"
"""What may stand before a path to say that it reads as zeros; then nothing else changes."""
_PROTOCOL: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_NBD: Final = ("nbd://", "nbd+unix://")


class MapLine(NamedTuple):
    """What one line says about one device."""

    devname: str
    destination: Destination | None
    """None when the device is skipped."""


def parse_map(lines: Iterable[str]) -> list[MapLine]:
    """Parse lines up to `done`, an empty line, or the last; what follows is not asked for.

    Args:
        lines: Without their ends.

    Raises:
        UsageError: A line does not follow the grammar, or a device has two lines.
    """
    found: dict[str, MapLine] = {}
    for number, text in enumerate(lines, 1):
        if text in _END:
            break
        try:
            line = parse_line(text)
            if line.devname in found:
                raise UsageError(f"{line.devname} has a line already")
        except UsageError as error:
            raise UsageError(f"line {number} of the map: {error}; a line is {GRAMMAR}") from None
        found[line.devname] = line
    return list(found.values())


def parse_line(text: str) -> MapLine:
    """Parse one line.

    Raises:
        UsageError: It does not follow the grammar; the message is the reason alone.
    """
    if text.startswith("skip="):
        devname = text.removeprefix("skip=")
        if not devname:
            raise UsageError("option 'skip' has no value")
        return MapLine(devname, None)
    options, rest = _options(text)
    flag, colon, rest = rest.partition(":")
    if flag not in _ZERO or not colon:
        raise UsageError(f"parse error, neither 0: nor 1: where {flag + colon!r} stands")
    devname, equals, place = rest.partition("=")
    if not (devname and equals):
        raise UsageError(f"no dev name specified in {rest!r}")
    destination = Destination(
        _place(place),
        format=_one_of("format", options, _FORMATS),
        zero=_ZERO[flag],
        limit=_limit(options.get("throttling.bps")),
        group=options.get("throttling.group"),
        in_place=True,
    )
    _one_of("cache", options, _CACHES)
    return MapLine(devname, destination)


def _options(text: str) -> tuple[dict[str, str], str]:
    """Split off the options; return them, and what stands after the last one."""
    options: dict[str, str] = {}
    while match := _OPTION.match(text):
        name = match[1]
        value, colon, text = text[match.end() :].partition(":")
        if not colon:
            raise UsageError(f"option {name!r} not terminated by a colon")
        if name in options:
            raise UsageError(f"duplicate value for option {name!r}")
        if not value:
            raise UsageError(f"option {name!r} has no value")
        options[name] = value
    return options, text


def _one_of(name: str, options: dict[str, str], allowed: tuple[str, ...]) -> str | None:
    value = options.get(name)
    if value is None or value in allowed:
        return value
    raise UsageError(f"invalid {name} option {value!r}, not one of {', '.join(allowed)}")


def _limit(word: str | None) -> int | None:
    """Return bytes a second; 0 is no limit."""
    if word is None:
        return None
    if not (word.isascii() and word.isdigit()) or len(word) > 19 or int(word) > _MAX_BPS:
        raise UsageError(f"option 'throttling.bps' is not a number of bytes: {word!r}")
    return int(word) or None


def _place(word: str) -> str:
    """Return the place without the claim that it reads as zeros.

    Other words before a colon would choose one of QEMU's drivers, which are not here.
    """
    place = word.removeprefix(_CLAIMS_ZERO)
    if not place or "\0" in place:
        raise UsageError(f"no path specified in {word!r}")
    if place == STANDARD_OUTPUT:
        raise UsageError("standard output prints the list, so it cannot be the target '-'")
    if _PROTOCOL.match(place) and not place.startswith(_NBD):
        raise UsageError(
            f"{place!r} needs a driver of QEMU's: name a file, a block device or an nbd:// URI"
        )
    return place
