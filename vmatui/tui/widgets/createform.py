"""The form of a new archive: its disks, its configs, the machine, and where it goes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Checkbox, Input, Select, Static

from vmatui.engine.proxmox import CONFIG_NAME, archive_suffix
from vmatui.tui.draft import Draft, Wishes
from vmatui.tui.widgets.machineform import MachineForm
from vmatui.tui.widgets.partrow import ConfigRow, DiskRow
from vmatui.tui.widgets.parts import Parts
from vmatui.tui.widgets.styles import ERROR, WARNING
from vmatui.tui.widgets.targetform import TargetForm
from vmatui.tui.wording import shown

_OF_A_NODE: Final = re.compile(r"([1-9]\d{2,8})\.(conf|fw)")
"""How Proxmox VE calls the config of a VM, and its firewall's, where it keeps them."""

Subject = Literal["disk", "config", "folder"]


class CreateForm(Vertical):
    """What goes into the archive and where it goes, and what is wrong with it.

    Args:
        folder: The folder that is proposed.
    """

    class Changed(Message):
        """The user changed something."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

    def compose(self) -> ComposeResult:
        """Lay out the parts, the machine and the target; below them what concerns them all."""
        with VerticalScroll(id="create-fields", can_focus=False):
            yield Parts(
                "Disks",
                DiskRow,
                {"browse-disk": "File …", "list-disks": "Disks here …"},
                "None yet. ctrl+o chooses an image file, ctrl+l a disk of this machine.",
                id="disks",
            )
            yield Parts(
                "Configs",
                lambda path: ConfigRow(path, _stored_name(path)),
                {"browse-config": "File …"},
                "None needed: for Proxmox VE one is written from the fields below.",
                id="configs",
            )
            yield MachineForm()
            yield TargetForm(self._folder)
        yield Static(id="general-problems", markup=False)

    @property
    def disks(self) -> Parts[DiskRow]:
        """The disks."""
        return self.query_one("#disks", Parts)

    @property
    def configs(self) -> Parts[ConfigRow]:
        """The configs."""
        return self.query_one("#configs", Parts)

    @property
    def target(self) -> TargetForm:
        """Where the archive goes."""
        return self.query_one(TargetForm)

    @property
    def subject(self) -> Subject:
        """What the cursor is at, for a dialog that chooses a path."""
        if self.target.has_focus_within:
            return "folder"
        return "config" if self.configs.has_focus_within else "disk"

    def wishes(self) -> Wishes:
        """Return what the form says now."""
        words = self.query_one(MachineForm).words
        return Wishes(
            tuple(row.disk for row in self.disks.rows),
            tuple(row.config for row in self.configs.rows),
            words,
            self.target.folder,
            "" if words else self.target.archive_name,
            self.target.compression,
            self.target.level,
        )

    def settle(self) -> None:
        """Let what was not typed follow from what was."""
        taken = {row.typed_name for row in self.disks.rows}
        names = _free_names(self.query_one(MachineForm).bus, taken)
        for disk in self.disks.rows:
            if disk.typed_name is None:
                disk.propose(next(names))
        found = [_OF_A_NODE.fullmatch(row.path.name) for row in self.configs.rows]
        if vmids := [each.group(1) for each in found if each]:
            self.query_one(MachineForm).propose_vmid(vmids[0])
        if self.query_one(MachineForm).words is None:
            paths = [row.path for row in (*self.disks.rows, *self.configs.rows)]
            self.target.show(paths[0].stem if paths else "backup", is_fixed=False)

    def show(self, draft: Draft) -> None:
        """Show what is known of every part, and of all."""
        for row, facts in zip(self.disks.rows, draft.disks, strict=True):
            row.show(facts)
        for config, facts in zip(self.configs.rows, draft.configs, strict=True):
            config.show(facts)
        machine = self.query_one(MachineForm)
        machine.show(draft.machine_problem, [row.part_name for row in self.configs.rows])
        if machine.words is not None:
            name = Path(draft.plan.target).name if draft.plan else ""
            suffix = archive_suffix(self.target.compression)
            self.target.show(name.removesuffix(suffix), is_fixed=True)
        lines = [Content.styled(f"✘ {shown(text)}", ERROR) for text in draft.general_problems]
        lines += [Content.styled(f"▲ {shown(text)}", WARNING) for text in draft.warnings]
        self.query_one("#general-problems", Static).update(Content("\n").join(lines))

    @on(Input.Changed)
    @on(Checkbox.Changed)
    @on(Select.Changed)
    @on(Parts.Changed)
    def _tell(self, message: Message) -> None:
        message.stop()
        self.settle()
        self.post_message(self.Changed())


def _stored_name(path: Path) -> str:
    """Return the name under which a restore looks for a config."""
    found = _OF_A_NODE.fullmatch(path.name)
    return f"{Path(CONFIG_NAME).stem}.{found.group(2)}" if found else path.name


def _free_names(bus: str, taken: set[str | None]) -> Iterator[str]:
    number = 0
    while True:
        name = f"drive-{bus}{number}"
        if name not in taken:
            yield name
        number += 1
