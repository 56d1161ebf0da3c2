"""`vmatui config`: the content of a configuration file that travels in the header."""

from __future__ import annotations

from collections.abc import Sequence

from vmatui.cli import diagnostics, output
from vmatui.cli.arguments import Arguments
from vmatui.cli.verdict import exit_status, header_findings
from vmatui.engine.archive import open_archive
from vmatui.engine.jsontext import Json
from vmatui.errors import UsageError, printable
from vmatui.format.header import Config

DEFAULT_NAME = "qemu-server.conf"
NO_SUCH_CONFIG = 255
"""The reference's exit status (VMA format, the reference's command line)."""


def run(arguments: Arguments) -> int:
    """Print one config as it is, or configs as JSON; return the exit status."""
    with open_archive(arguments.file) as archive:
        configs = archive.header.configs
        findings = header_findings(archive)
    diagnostics.say_findings(findings)
    if arguments.json and arguments.name is None:
        _write_records(arguments.file, configs)
        return exit_status(findings)
    name = DEFAULT_NAME if arguments.name is None else arguments.name
    named = [config for config in configs if config.name == name]
    if not named:
        return _miss(arguments, name, configs)
    if arguments.json:
        _write_records(arguments.file, named)
    else:
        _write_content(named[0].data)
    return exit_status(findings)


def _miss(arguments: Arguments, name: str, configs: Sequence[Config]) -> int:
    """Say in the reference's words that there is no such config, and which there are."""
    sentence = printable(f"unable to find configuration data '{name}'")
    diagnostics.say(sentence)
    names = ", ".join(config.name for config in configs) or "none"
    if arguments.is_reference:
        return NO_SUCH_CONFIG
    diagnostics.complain(f"the configs in {arguments.file} are: {names}")
    if arguments.json:
        output.write_error(arguments.file, sentence)
    return UsageError.exit_code


def _write_content(content: bytes) -> None:
    """Write the bytes as they are, but to a terminal nothing that it would obey."""
    if output.is_terminal():
        text = content.decode("utf-8", "surrogateescape")
        shown = "".join(char if char in "\n\t" else printable(char) for char in text)
        content = shown.encode()
    output.write(content)


def _write_records(archive: str, configs: Sequence[Config]) -> None:
    output.write_json({"archive": archive, "configs": [_record(config) for config in configs]})


def _record(config: Config) -> dict[str, Json]:
    record: dict[str, Json] = {"name": config.name, "size": len(config.data)}
    try:
        record["text"] = config.data.decode()
    except UnicodeDecodeError:
        from base64 import b64encode

        record["base64"] = b64encode(config.data).decode()
    return record
