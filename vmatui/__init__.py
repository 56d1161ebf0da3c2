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
    from vmatui.engine.clustermap import ClusterMap
    from vmatui.engine.compare import compare
    from vmatui.engine.compareplan import ComparePlan, plan_compare
    from vmatui.engine.comparison import CompareReport
    from vmatui.engine.copies import opened_copies
    from vmatui.engine.create import create
    from vmatui.engine.createplan import DiskSource, plan_create
    from vmatui.engine.findings import Finding
    from vmatui.engine.plan import RestorePlan, plan_restore
    from vmatui.engine.progress import Progress
    from vmatui.engine.proxmox import Machine
    from vmatui.engine.report import VerifyReport
    from vmatui.engine.restore import RestoreReport, restore
    from vmatui.engine.salvage import salvage
    from vmatui.engine.salvageplan import SalvagePlan, plan_salvage
    from vmatui.engine.salvagepreview import SalvagePreview, preview_salvage
    from vmatui.engine.salvagereport import SalvageReport
    from vmatui.engine.seal import SealReport, seal
    from vmatui.engine.verify import verify
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
    "ClusterMap": "vmatui.engine.clustermap",
    "ComparePlan": "vmatui.engine.compareplan",
    "CompareReport": "vmatui.engine.comparison",
    "DiskSource": "vmatui.engine.createplan",
    "Finding": "vmatui.engine.findings",
    "Machine": "vmatui.engine.proxmox",
    "Progress": "vmatui.engine.progress",
    "RestorePlan": "vmatui.engine.plan",
    "RestoreReport": "vmatui.engine.restore",
    "SalvagePlan": "vmatui.engine.salvageplan",
    "SalvagePreview": "vmatui.engine.salvagepreview",
    "SalvageReport": "vmatui.engine.salvagereport",
    "SealReport": "vmatui.engine.seal",
    "VerifyReport": "vmatui.engine.report",
    "VmaError": "vmatui.errors",
    "compare": "vmatui.engine.compare",
    "create": "vmatui.engine.create",
    "open_archive": "vmatui.engine.archive",
    "opened_copies": "vmatui.engine.copies",
    "plan_compare": "vmatui.engine.compareplan",
    "plan_create": "vmatui.engine.createplan",
    "plan_restore": "vmatui.engine.plan",
    "plan_salvage": "vmatui.engine.salvageplan",
    "preview_salvage": "vmatui.engine.salvagepreview",
    "restore": "vmatui.engine.restore",
    "salvage": "vmatui.engine.salvage",
    "seal": "vmatui.engine.seal",
    "verify": "vmatui.engine.verify",
}


def __getattr__(name: str) -> object:
    """Load a public name from the module that it lives in."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(home), name)
