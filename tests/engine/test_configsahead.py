from __future__ import annotations

from pathlib import Path

import pytest

from tests.damage import CONFIGS, sound
from tests.opening import opened
from vmatui.engine.restoring.configsahead import configs_ahead
from vmatui.engine.restoring.plan import RestorePlan, plan_restore
from vmatui.errors import TargetError


def plan_into(folder: Path, *, overwrite: bool = False) -> RestorePlan:
    with opened(sound().build()) as archive:
        return plan_restore(archive.header, folder=folder, skip=[1, 2, 3], overwrite=overwrite)


def files_in(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def fail(plan: RestorePlan) -> None:
    """Fail with the configs there."""
    with configs_ahead(plan):
        raise KeyError


def test_the_configs_are_there_in_the_context_and_stay(tmp_path: Path) -> None:
    with configs_ahead(plan_into(tmp_path / "out")):
        assert files_in(tmp_path / "out") == CONFIGS
    assert files_in(tmp_path / "out") == CONFIGS


def test_a_context_that_fails_takes_them_back_and_the_folder_that_was_made(tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        fail(plan_into(tmp_path / "out"))
    assert list(tmp_path.iterdir()) == []


def test_what_else_is_in_the_folder_stays(tmp_path: Path) -> None:
    (tmp_path / "mine").write_bytes(b"precious")
    with pytest.raises(KeyError):
        fail(plan_into(tmp_path))
    assert files_in(tmp_path) == {"mine": b"precious"}


def test_a_config_that_replaced_another_stays(tmp_path: Path) -> None:
    (tmp_path / "qemu-server.fw").write_bytes(b"old")
    with pytest.raises(TargetError, match="would be overwritten"):
        fail(plan_into(tmp_path))
    assert files_in(tmp_path) == {"qemu-server.fw": b"old"}
    with pytest.raises(KeyError):
        fail(plan_into(tmp_path, overwrite=True))
    assert files_in(tmp_path) == {"qemu-server.fw": CONFIGS["qemu-server.fw"]}


def test_a_config_that_cannot_be_written_takes_the_others_back(tmp_path: Path) -> None:
    plan = plan_into(tmp_path)
    (tmp_path / "qemu-server.fw").write_bytes(b"came meanwhile")
    with pytest.raises(TargetError, match=r"qemu-server\.fw exists already"):
        fail(plan)
    assert files_in(tmp_path) == {"qemu-server.fw": b"came meanwhile"}
