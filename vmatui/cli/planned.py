"""Plans on the command line: what would be done, or why it is not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from vmatui.cli import diagnostics, output
from vmatui.cli.arguments import Arguments
from vmatui.engine.jsontext import Record
from vmatui.errors import TargetError, printable


class Plan(Protocol):
    """What plans of all jobs have."""

    @property
    def sentences(self) -> tuple[str, ...]:
        """What will be done, in words."""

    @property
    def warnings(self) -> tuple[str, ...]:
        """What may go wrong."""

    @property
    def problems(self) -> tuple[str, ...]:
        """What stands against it."""


def show_plan(plan: Plan, record: Record | None) -> int:
    """Print a plan as text, or as the record if there is one; return the exit status."""
    if record is not None:
        output.write_json(record)
    else:
        output.write_lines(printable(line) for line in _lines(plan))
    return TargetError.exit_code if plan.problems else 0


def refuse(plan: Plan, arguments: Arguments) -> int:
    """Say why nothing is done; return the exit status."""
    for problem in plan.problems:
        diagnostics.complain(problem)
    if arguments.json:
        output.write_error(arguments.file, "; ".join(plan.problems))
    return TargetError.exit_code


def _lines(plan: Plan) -> Iterator[str]:
    yield from plan.sentences
    for warning in plan.warnings:
        yield f"warning: {warning}"
    for problem in plan.problems:
        yield f"problem: {problem}"
