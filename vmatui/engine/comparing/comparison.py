"""What comparing targets with an archive found: frozen values, the same for text and screens."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from vmatui.engine.checking.findings import Range, format_ranges
from vmatui.engine.checking.report import VerifyReport


class DeviceComparison(NamedTuple):
    """What was found of one device and its target; counts are clusters unless said otherwise."""

    dev_id: int
    name: str
    path: Path
    """The target."""
    size: int
    """Bytes of the device."""
    target_size: int
    """Bytes of the target, rounded up to sectors; more than the device has are not looked at."""
    clusters: int
    """Of the device."""
    compared: int
    """The others the archive does not hold, or they come after reading was given up."""
    differing: int
    differing_blocks: int
    """Blocks of 4096 bytes."""
    first_difference: int | None
    """The first byte that differs, counted from the start of the device."""
    ranges: tuple[Range, ...]
    """The first and the last of each run that differs, in order; if many, the first 1000 runs."""
    unreadable: int
    """Bytes of the target that cannot be read."""
    unreadable_ranges: tuple[Range, ...]
    """The first and the last byte of each stretch of them, in order."""
    read_error: str | None
    """A sentence for the one that was met first, with its offset."""
    was_given_up: bool
    """Whether so much could not be read that the rest was not tried."""

    @property
    def is_equal(self) -> bool:
        """Whether all that was compared is the same, and all of the target could be read."""
        is_large_enough = self.target_size >= self.size
        return not self.differing and not self.unreadable and is_large_enough

    @property
    def sentence(self) -> str:
        """What was found, in words that follow the name of the device."""
        return "; ".join(_device_words(self))


class ConfigComparison(NamedTuple):
    """What was found of one config and its file."""

    name: str
    path: Path
    problem: str | None
    """How it differs, or why that cannot be said; None when it is equal."""

    @property
    def is_equal(self) -> bool:
        """Whether the file is the config."""
        return self.problem is None

    @property
    def sentence(self) -> str:
        """What was found, in words that follow the name of the config."""
        return f"equal to {self.path}" if self.problem is None else self.problem


class CompareReport(NamedTuple):
    """What was found of all targets, and what the archive proved to be on the way."""

    verify: VerifyReport
    devices: tuple[DeviceComparison, ...]
    configs: tuple[ConfigComparison, ...]

    @property
    def is_equal(self) -> bool:
        """Whether every target holds what the archive does, as far as that is sound."""
        devices = all(device.is_equal for device in self.devices)
        return devices and all(config.is_equal for config in self.configs)


def _device_words(found: DeviceComparison) -> Iterator[str]:
    if found.differing:
        blocks = "1 block" if found.differing_blocks == 1 else f"{found.differing_blocks} blocks"
        clusters = f"cluster{'s' * (found.differing > 1)} {format_ranges(found.ranges)}"
        yield (
            f"differs from {found.path} first at byte {found.first_difference}: "
            f"{blocks} in {found.differing} of {found.clusters} clusters ({clusters})"
        )
    elif found.unreadable or found.target_size < found.size:
        yield f"not equal to {found.path}"
    elif found.compared:
        yield f"equal to {found.path}"
    if found.target_size < found.size:
        yield f"the target is too small, it has {found.target_size} of {found.size} bytes"
    if found.read_error is not None:
        yield f"{found.unreadable} bytes of the target were not read: {found.read_error}"
    left = found.clusters - found.compared
    if left:
        gave_up = "too much of the target cannot be read"
        reason = gave_up if found.was_given_up else "the archive does not hold them"
        yield f"{left} of {found.clusters} clusters were not compared: {reason}"
