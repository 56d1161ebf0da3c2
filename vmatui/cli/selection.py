"""Which devices of an archive the user means, by the words on the command line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from vmatui.cli import diagnostics
from vmatui.cli.arguments import Arguments
from vmatui.errors import UsageError
from vmatui.format.header import Header


def device_id(header: Header, word: str) -> int:
    """Return the id of the device with this name or, if none has it, with this id.

    Raises:
        UsageError: There is none, or more than one has the name.
    """
    named = [device.dev_id for device in header.devices if device.name == word]
    if len(named) > 1:
        ids = ", ".join(map(str, named))
        raise UsageError(f"{len(named)} devices are named {word}: say which by its id ({ids})")
    for device in header.devices:
        if device.dev_id in named or (not named and str(device.dev_id) == word):
            return device.dev_id
    names = ", ".join(device.name for device in header.devices) or "none"
    raise UsageError(f"the archive has no device {word}; those it has are: {names}")


def only(header: Header, arguments: Arguments) -> list[int] | None:
    """Return the ids that `-d` names; as in the reference, `extract` passes over unknown devices.

    Raises:
        UsageError: `restore` knows one not, or is named none; or a name is ambiguous.
    """
    words = arguments.only
    if words is None:
        return None
    if arguments.verb == "restore":
        if not words:
            raise UsageError("-d names no device: name one, or leave it out to take all")
        return [device_id(header, word) for word in words]
    found = []
    for word in words:
        if any(word in {device.name, str(device.dev_id)} for device in header.devices):
            found.append(device_id(header, word))
        else:
            diagnostics.remark(
                f"warning: the archive has no device {word}, so -d {word} selects none"
            )
    return found


def left_out(header: Header, skip: Iterable[str], only: Sequence[int] | None) -> set[int]:
    """Return the ids of the devices that are not restored.

    Args:
        header: Of the archive.
        skip: Devices to leave out.
        only: Ids of the devices to take, or None for all of them.

    Raises:
        UsageError: A device is unknown or ambiguous.
    """
    skipped = {device_id(header, word) for word in skip}
    if only is not None:
        skipped |= {device.dev_id for device in header.devices} - set(only)
    return skipped
