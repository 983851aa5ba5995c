"""Findings as text for people, as JSON, and as a SHACL report in Turtle."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict

import pyoxigraph as ox

from bsrgraph.findings import Finding, Report, Severity, State
from bsrgraph.iris import BSR, PREFIXES, RDF_TYPE, compact

__all__ = ["WRITERS", "as_json", "as_text", "as_turtle"]


def as_text(report: Report) -> str:
    """One paragraph a finding, the place first, and a last line that sums up."""
    return "\n".join([*map(_paragraph, report.findings), _summary(report)]) + "\n"


def _paragraph(finding: Finding) -> str:
    place = ":".join(str(p) for p in (finding.file, finding.line, finding.column) if p is not None)
    state = "" if finding.state.value == "new" else f" ({finding.state.value})"
    lines = [f"{place + ': ' if place else ''}{finding.severity.value}{state}: {finding.message}"]
    for label, text in (
        ("at", finding.focus),
        ("property", finding.path and compact(finding.path)),
        ("value", finding.value),
        ("expected", finding.expected),
        ("instead", finding.suggestion),
        ("rule", (finding.rule and compact(finding.rule)) or finding.code),
    ):
        if text:
            lines.append(f"    {label}: {text}")
    return "\n".join(lines)


def _summary(report: Report) -> str:
    fresh = Counter(f.severity for f in report.findings if f.state is State.NEW)
    before = Counter(f.severity for f in report.findings if f.state is State.EXISTING)
    told = f"{'Conforms' if report.conforms else 'Does not conform'}: {_counted(fresh)}."
    return told + (f" There before: {_counted(before)}." if before else "")


def _counted(counts: Counter[Severity]) -> str:
    return ", ".join(f"{counts[s]} {s.value}{'' if counts[s] == 1 else 's'}" for s in Severity)


def as_json(report: Report) -> str:
    """The report as contributions.md of the design fixes it: conforms, version, counts, findings."""
    findings = [
        {name: value for name, value in asdict(f).items() if name != "nested"}
        | {"severity": f.severity.value, "state": f.state.value, "row": None, "cell": None}
        for f in report.findings
    ]
    counts = {state: report.counts.get(state, 0) for state in ("new", "fixed", "existing")}
    body = {"conforms": report.conforms, "version": report.version, "counts": counts, "findings": findings}
    return json.dumps(body, ensure_ascii=False, indent=2) + "\n"


def as_turtle(report: Report) -> str:
    """A `sh:ValidationReport` (SHACL section 3.6.1) of what is wrong, without what was mended.

    Findings of the gate name their check as `bsr:check`.
    """
    sh = PREFIXES["sh"]
    node = ox.BlankNode()
    triples = [
        ox.Triple(node, ox.NamedNode(RDF_TYPE), ox.NamedNode(sh + "ValidationReport")),
        ox.Triple(node, ox.NamedNode(sh + "conforms"), ox.Literal(report.conforms)),
    ]
    for finding in report.findings:
        if finding.state is State.FIXED:
            continue
        result = ox.BlankNode()
        triples.append(ox.Triple(node, ox.NamedNode(sh + "result"), result))
        triples += _result(result, finding, sh)
    body = ox.serialize(
        triples, format=ox.RdfFormat.TURTLE, prefixes={p: PREFIXES[p] for p in ("bsr", "bsrsh", "sh", "xsd")}
    )
    return (body or b"").decode()


def _result(result: ox.BlankNode, finding: Finding, sh: str) -> list[ox.Triple]:
    def node(text: str) -> ox.NamedNode | ox.Literal:
        try:
            return ox.NamedNode(text)
        except ValueError:
            return ox.Literal(text)

    parts: list[tuple[str, ox.NamedNode | ox.Literal | None]] = [
        (RDF_TYPE, ox.NamedNode(sh + "ValidationResult")),
        (sh + "resultSeverity", ox.NamedNode(sh + finding.severity.value)),
        (sh + "resultMessage", ox.Literal(finding.message, language="en")),
        (sh + "focusNode", node(finding.focus) if finding.focus else None),
        (sh + "resultPath", node(finding.path) if finding.path else None),
        (sh + "value", node(finding.value) if finding.value is not None else None),
        (sh + "sourceShape", node(finding.rule) if finding.rule else None),
        (BSR + "check", ox.Literal(finding.code) if finding.code != "shacl" else None),
    ]
    return [ox.Triple(result, ox.NamedNode(p), o) for p, o in parts if o is not None]


WRITERS: dict[str, Callable[[Report], str]] = {"text": as_text, "json": as_json, "ttl": as_turtle}
"""Name of a format → what writes a report in it."""
