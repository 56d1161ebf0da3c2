"""Open, verify, restore and create Proxmox VMA backup archives.

The library door: what stands here is loaded on first use, so that a command that needs little
starts fast.

    from vmatui import open_archive, verify

    with open_archive("vzdump-qemu-100-2026_11_22-02_00_00.vma.zst") as archive:
        report = verify(archive)
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vmatui.engine.archive import Archive, open_archive
    from vmatui.engine.checking.findings import Finding
    from vmatui.engine.checking.report import VerifyReport
    from vmatui.engine.checking.seal import SealReport, seal
    from vmatui.engine.checking.verify import verify
    from vmatui.engine.comparing.compare import compare
    from vmatui.engine.comparing.compareplan import ComparePlan, plan_compare
    from vmatui.engine.comparing.comparison import CompareReport
    from vmatui.engine.creating.create import create
    from vmatui.engine.creating.createplan import DiskSource, plan_create
    from vmatui.engine.indexing.clustermap import ClusterMap
    from vmatui.engine.machine import Machine
    from vmatui.engine.progress import Progress
    from vmatui.engine.restoring.plan import RestorePlan, plan_restore
    from vmatui.engine.restoring.restore import RestoreReport, restore
    from vmatui.engine.salvaging.copies import opened_copies
    from vmatui.engine.salvaging.salvage import salvage
    from vmatui.engine.salvaging.salvageplan import SalvagePlan, plan_salvage
    from vmatui.engine.salvaging.salvagepreview import SalvagePreview, preview_salvage
    from vmatui.engine.salvaging.salvagereport import SalvageReport
    from vmatui.errors import VmaError

__all__ = [
    "Archive",
    "ClusterMap",
    "ComparePlan",
    "CompareReport",
    "DiskSource",
    "Finding",
    "Machine",
    "Progress",
    "RestorePlan",
    "RestoreReport",
    "SalvagePlan",
    "SalvagePreview",
    "SalvageReport",
    "SealReport",
    "VerifyReport",
    "VmaError",
    "compare",
    "create",
    "open_archive",
    "opened_copies",
    "plan_compare",
    "plan_create",
    "plan_restore",
    "plan_salvage",
    "preview_salvage",
    "restore",
    "salvage",
    "seal",
    "verify",
]

_HOMES = {
    "Archive": "vmatui.engine.archive",
    "ClusterMap": "vmatui.engine.indexing.clustermap",
    "ComparePlan": "vmatui.engine.comparing.compareplan",
    "CompareReport": "vmatui.engine.comparing.comparison",
    "DiskSource": "vmatui.engine.creating.createplan",
    "Finding": "vmatui.engine.checking.findings",
    "Machine": "vmatui.engine.machine",
    "Progress": "vmatui.engine.progress",
    "RestorePlan": "vmatui.engine.restoring.plan",
    "RestoreReport": "vmatui.engine.restoring.restore",
    "SalvagePlan": "vmatui.engine.salvaging.salvageplan",
    "SalvagePreview": "vmatui.engine.salvaging.salvagepreview",
    "SalvageReport": "vmatui.engine.salvaging.salvagereport",
    "SealReport": "vmatui.engine.checking.seal",
    "VerifyReport": "vmatui.engine.checking.report",
    "VmaError": "vmatui.errors",
    "compare": "vmatui.engine.comparing.compare",
    "create": "vmatui.engine.creating.create",
    "open_archive": "vmatui.engine.archive",
    "opened_copies": "vmatui.engine.salvaging.copies",
    "plan_compare": "vmatui.engine.comparing.compareplan",
    "plan_create": "vmatui.engine.creating.createplan",
    "plan_restore": "vmatui.engine.restoring.plan",
    "plan_salvage": "vmatui.engine.salvaging.salvageplan",
    "preview_salvage": "vmatui.engine.salvaging.salvagepreview",
    "restore": "vmatui.engine.restoring.restore",
    "salvage": "vmatui.engine.salvaging.salvage",
    "seal": "vmatui.engine.checking.seal",
    "verify": "vmatui.engine.checking.verify",
}


def __getattr__(name: str) -> object:
    """Load a public name from the module that it lives in."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(home), name)
