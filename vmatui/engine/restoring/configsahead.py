"""Configs written before the devices: who says where those go may have to read them first.

They stand under their final names as soon as they are written, and are gone again if what follows
does not come to its end.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from vmatui.engine.restoring.plan import PlannedConfig, RestorePlan
from vmatui.engine.restoring.restoretargets import make_folder
from vmatui.errors import TargetError
from vmatui.storage.rawfile import RawFileTarget


@contextmanager
def configs_ahead(plan: RestorePlan) -> Iterator[None]:
    """Write the configs, and the folder if need be; take them back if the context fails.

    A file that was there before and was overwritten is not taken back.

    Args:
        plan: Without problems; its devices are not looked at.

    Raises:
        TargetError: The plan has problems, or a config cannot be written.
    """
    if plan.problems:
        raise TargetError(plan.problems[0])
    made_folder = make_folder(plan)
    written: list[PlannedConfig] = []
    try:
        for planned in plan.configs:
            _write(planned, overwrite=plan.overwrite)
            written.append(planned)
        yield
    except BaseException:
        for planned in written:
            if not planned.overwrites:
                with suppress(OSError):
                    planned.target.unlink()
        if made_folder is not None:
            with suppress(OSError):
                made_folder.rmdir()
        raise


def _write(planned: PlannedConfig, *, overwrite: bool) -> None:
    data = planned.config.data
    target = RawFileTarget(planned.target, len(data), overwrite=overwrite)
    target.open()
    try:
        target.writev(0, [memoryview(data)])
        target.finish()
    finally:
        target.discard()
