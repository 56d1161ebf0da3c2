"""The few things about a VM that an archive for Proxmox VE needs and no disk tells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, cast

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Checkbox, Input, Static

from vmatui.engine.machine import MIN_VMID, Bus
from vmatui.engine.proxmox import CONFIG_NAME
from vmatui.tui.draft import MachineWords
from vmatui.tui.widgets.choice import Choice
from vmatui.tui.widgets.labelled import Labelled
from vmatui.tui.widgets.styles import ERROR, MUTED
from vmatui.tui.widgets.tick import Tick
from vmatui.tui.wording import shown

_SYSTEMS: Final = (
    ("Linux", "l26"),
    ("Windows 11", "win11"),
    ("Windows 10", "win10"),
    ("Windows 8", "win8"),
    ("Windows 7", "win7"),
    ("Vista", "wvista"),
    ("Server 2008", "w2k8"),
    ("Server 2003", "w2k3"),
    ("Windows 2000", "w2k"),
    ("Windows XP", "wxp"),
    ("Solaris", "solaris"),
    ("Linux 2.4", "l24"),
    ("other", "other"),
)
"""What Proxmox VE calls them, by the names that people know."""
_IN_CONFIG: Final = "#vm-name, #cores, #memory, #ostype, #bios"
"""What a config that was given says itself."""


class MachineForm(Vertical):
    """Whether the archive is for Proxmox VE, and what its config says then."""

    DEFAULT_CSS = """
    MachineForm {
        height: auto;
        padding: 0 1;
        Horizontal { height: 1; }
        .more { padding-left: 2; }
        .more .name { width: 9; }
        .first { width: 25; }
        .last { width: 24; margin-right: 0; }
        #vmid, #ostype, #cores { width: 16; }
        #memory { width: 8; }
        #storage, #bios { width: 1fr; }
        #note { height: auto; padding-left: 2; display: none; }
        &.-noted #note { display: block; }
        &.-off .more, &.-off #note { display: none; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._proposed_vmid = str(MIN_VMID)

    def compose(self) -> ComposeResult:
        """Lay out the tick and the fields."""
        yield Tick(
            "For Proxmox VE: named and described so that it can be restored there",
            value=True,
            compact=True,
            id="for-proxmox",
        )
        with Horizontal(classes="more"):
            yield Labelled(
                "VM id", Input(self._proposed_vmid, compact=True, id="vmid"), classes="first"
            )
            yield Labelled("Name", Input(compact=True, id="vm-name"), classes="-grows")
            yield Labelled(
                "Storage", Input("local-lvm", compact=True, id="storage"), classes="last"
            )
        with Horizontal(classes="more"):
            yield Labelled("Cores", Input("1", compact=True, id="cores"), classes="first")
            yield Labelled(
                "Memory", Input("2048", compact=True, id="memory"), "MiB", classes="-grows"
            )
            yield Labelled(
                "BIOS", Choice(_same("seabios", "ovmf"), "seabios", id="bios"), classes="last"
            )
        with Horizontal(classes="more"):
            yield Labelled("System", Choice(_SYSTEMS, "l26", id="ostype"), classes="first")
            bus = Choice(_same("scsi", "virtio", "sata", "ide"), "scsi", id="bus")
            yield Labelled("Disk bus", bus, classes="-grows")
        yield Static(id="note", markup=False)

    @property
    def words(self) -> MachineWords | None:
        """What was typed; None if the archive is not for Proxmox VE."""
        if not self.query_one("#for-proxmox", Checkbox).value:
            return None
        return MachineWords(
            self._text("vmid"),
            self._text("vm-name"),
            self._text("cores"),
            self._text("memory"),
            self._word("ostype"),
            self._word("bios"),
            self.bus,
            self._text("storage"),
        )

    @property
    def bus(self) -> Bus:
        """What disks without a name hang on."""
        return cast(Bus, self._word("bus"))

    def propose_vmid(self, vmid: str) -> None:
        """Take another VM id, unless the user typed one."""
        field = self.query_one("#vmid", Input)
        if field.value == self._proposed_vmid:
            self._proposed_vmid = field.value = vmid

    def show(self, problem: str | None, config_names: Sequence[str]) -> None:
        """Show what is wrong, and which fields a config that was given makes needless.

        Args:
            problem: One sentence.
            config_names: Of the configs that go into the archive.
        """
        is_given = CONFIG_NAME in config_names
        for field in self.query(_IN_CONFIG):
            field.disabled = is_given
        self.query_one("#vm-name", Input).placeholder = f"vm-{self._text('vmid')}"
        if problem:
            note = Content.styled(f"✘ {shown(problem)}", ERROR)
        else:
            note = Content.styled(f"{CONFIG_NAME} is given and says the rest itself", MUTED)
        self.query_one("#note", Static).update(note)
        self.set_class(bool(problem) or is_given, "-noted")

    @on(Checkbox.Changed, "#for-proxmox")
    def _fold(self, message: Checkbox.Changed) -> None:
        self.set_class(not message.value, "-off")

    def _text(self, name: str) -> str:
        return self.query_one(f"#{name}", Input).value

    def _word(self, name: str) -> str:
        return self.query_one(f"#{name}", Choice).word


def _same(*words: str) -> list[tuple[str, str]]:
    return [(word, word) for word in words]
