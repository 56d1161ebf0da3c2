"""`vmatui seal`: verify an archive and write the manifest that proves its data later."""

from __future__ import annotations

from vmatui.cli import diagnostics, output
from vmatui.cli.arguments import Arguments
from vmatui.cli.interruption import Interruption
from vmatui.cli.sealrecords import seal_record
from vmatui.cli.verdict import exit_status
from vmatui.engine.archive import open_archive
from vmatui.engine.checking.proof import Payload
from vmatui.engine.checking.report import sentences
from vmatui.engine.checking.seal import SealReport, seal
from vmatui.errors import printable


def run(arguments: Arguments, interruption: Interruption) -> int:
    """Seal an archive; return the exit status."""
    with open_archive(arguments.file) as archive, diagnostics.progress_bar() as progress:
        report = seal(
            archive,
            overwrite=arguments.overwrite,
            even_faulty=arguments.even_faulty,
            progress=progress,
            cancel=interruption.hand_over(),
        )
    if arguments.json:
        output.write_json(seal_record(report))
    diagnostics.say_findings(report.verify.findings)
    diagnostics.say_advice(report.verify.findings)
    diagnostics.say_statements(*sentences(report.verify))
    _say_seal(arguments, report)
    return exit_status(report.verify.findings)


def _say_seal(arguments: Arguments, report: SealReport) -> None:
    if report.seal is None:
        diagnostics.complain(_refusal(report))
        return
    if not report.verify.is_sound:
        diagnostics.say(
            f"warning: what is sound is sealed; missing clusters: {report.seal.missing}"
        )
    if not arguments.json:
        digest = report.seal.digest.hex()
        output.write_line(printable(f"{digest}  {report.seal.path}"))


def _refusal(report: SealReport) -> str:
    if report.verify.payload is Payload.FAULTY:
        manifest = report.verify.proof.manifest
        return f"the archive is not as it was sealed, so it is not sealed anew: keep {manifest}"
    return "the archive has errors, so it is not sealed: --even-faulty seals what is sound of it"
