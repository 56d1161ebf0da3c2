"""What a walk found as one HTML page to attach to a ticket.

It needs no other file, holds no script, and its size is bounded whatever the archive holds.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from vmatui.drawing.devicetable import device_table
from vmatui.drawing.html import Html, counted, element, joined
from vmatui.drawing.inlinesvg import signs
from vmatui.drawing.pagefindings import finding_sections
from vmatui.drawing.pagemaps import map_sections
from vmatui.drawing.pagestyle import page_style
from vmatui.engine.checking.report import Structure, VerifyReport, sentences
from vmatui.engine.indexing.clustermap import ClusterMap
from vmatui.engine.indexing.extenttable import ExtentTable
from vmatui.engine.restoring.restore import Output
from vmatui.format.codes import MEANINGS, Code, Severity
from vmatui.format.header import Config
from vmatui.storage.descriptor import label

_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"
"""What a browser may load: nothing."""
_CONFIG_BYTES: Final = 1 << 20
"""Of all configs together, where they are shown."""


class PageFacts(NamedTuple):
    """What stands on a page beside what the walk found."""

    command: str
    """The command line."""
    version: str
    """Of vmatui."""
    made_at: int
    """Seconds since the epoch."""
    disk_size: int | None
    """Bytes of the archive's file; None for a pipe."""
    configs: Sequence[Config] = ()
    """Whose content is shown; all are named in any case."""
    outputs: Sequence[Output] = ()
    """What a restore wrote."""


def report_page(
    report: VerifyReport, cluster_map: ClusterMap, table: ExtentTable, facts: PageFacts
) -> str:
    """Return the page.

    Args:
        report: What the walk found.
        cluster_map: Of the same walk, which is over.
        table: Likewise.
        facts: What else there is to tell.
    """
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", f"vmatui: {label(report.archive)}"),
        element("style", Html(page_style())),
    )
    names = {device.dev_id: device.name for device in report.devices}
    body = joined(
        signs(),
        *_top(report, facts),
        element("h2", "Devices"),
        device_table(report, cluster_map),
        element("h2", "Findings"),
        finding_sections(report.findings),
        element("h2", "Maps"),
        map_sections(cluster_map, table, names),
        *_configs(report, facts),
        *_written(facts),
    )
    return f"<!doctype html>\n{element('html', head, element('body', body), lang='en')}\n"


def moment(seconds: int) -> str:
    """Return seconds since the epoch as people read them; an archive may claim any number."""
    try:
        return time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(seconds))
    except (ValueError, OverflowError, OSError):
        return f"second {seconds}"


def _top(report: VerifyReport, facts: PageFacts) -> Iterator[Html]:
    yield element("h1", label(report.archive))
    look = "good" if report.is_sound else "bad"
    yield element("p", element("b", _verdict(report), class_=look))
    titles = ("structure", "stream", "payload")
    cards = (_card(*pair) for pair in zip(titles, _statements(report), strict=True))
    yield element("div", *cards, class_="cards")
    pairs = (part for pair in _facts(report, facts) for part in pair)
    yield element("dl", *pairs)


def _verdict(report: VerifyReport) -> str:
    errors, warnings = (
        sum(finding.count for finding in report.findings if finding.severity is severity)
        for severity in Severity
    )
    told = [counted(errors, "error")] if errors else []
    told += [counted(warnings, "warning")] if warnings else []
    what = "it" if report.is_full else "its headers"
    return " and ".join(told) or f"nothing is wrong with {what}"


def _statements(report: VerifyReport) -> tuple[str, str, str]:
    """Return the three statements; what is wrong with the structure in words, not in codes."""
    structure, stream, payload = sentences(report)
    word, _, codes = structure.partition(": ")
    if report.structure is Structure.FAULTY:
        structure = f"{word}: {', '.join(MEANINGS[Code(code)].title for code in codes.split(', '))}"
    return structure, stream, payload


def _card(title: str, sentence: str) -> Html:
    word, _, rest = sentence.partition(": ")
    state = {"sound": "good", "faulty": "bad"}.get(word, "open")
    return element(
        "div",
        element("span", title, class_="faint"),
        element("b", word),
        element("span", rest),
        class_=f"card {state}",
    )


def _facts(report: VerifyReport, facts: PageFacts) -> Iterator[tuple[Html, Html]]:
    size = (
        "unknown, it came through a pipe"
        if facts.disk_size is None
        else f"{facts.disk_size:,} bytes"
    )
    proof = report.proof
    manifest = "none" if proof.manifest is None else str(proof.manifest)
    digest = "" if proof.digest is None else f", digest {proof.digest.hex()}"
    lines = (
        ("file", label(report.archive)),
        ("size", size),
        ("compression", report.compression.value),
        ("read", f"{report.bytes:,} bytes unpacked, {counted(report.extents, 'extent')}"),
        ("uuid", str(report.uuid)),
        ("backup of", moment(report.ctime)),
        ("manifest", f"{manifest}{digest}"),
        ("checked", moment(facts.made_at)),
        ("by", f"vmatui {facts.version}"),
    )
    for name, value in lines:
        yield element("dt", name), element("dd", value)
    yield element("dt", "command"), element("dd", element("code", facts.command))


def _configs(report: VerifyReport, facts: PageFacts) -> Iterator[Html]:
    yield element("h2", "Configs")
    named = (element("li", f"{name}, {size:,} bytes") for name, size in report.configs)
    yield element("ul", *named) if report.configs else element("p", "None.")
    left = _CONFIG_BYTES
    for config in facts.configs:
        if left <= 0:
            yield element("p", "… and further ones that are not shown")
            return
        lines = config.data[:left].decode("utf-8", "replace").splitlines()
        left -= len(config.data)
        yield element("h3", config.name)
        yield element("pre", *(part for line in lines for part in (line, Html("\n"))))


def _written(facts: PageFacts) -> Iterator[Html]:
    if not facts.outputs:
        return
    yield element("h2", "What was written")
    head = element("tr", element("th", "what"), element("th", "where"), element("th", "state"))
    rows = (
        element("tr", element("td", each.name), element("td", each.place), _state(each))
        for each in facts.outputs
    )
    yield element("div", element("table", head, *rows), class_="wide")


def _state(output: Output) -> Html:
    word, look = ("complete", "good") if output.is_complete else ("incomplete", "bad")
    return element("td", word, class_=look)
