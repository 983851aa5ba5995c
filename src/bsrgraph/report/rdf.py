"""Findings as a SHACL validation report (SHACL section 3.6.1), in any syntax of RDF."""

from __future__ import annotations

import pyoxigraph as ox

from bsrgraph.findings import Finding, Report, State
from bsrgraph.formats import Format, by_name
from bsrgraph.iris import BSR, PREFIXES, RDF_TYPE

__all__ = ["as_rdf", "as_turtle"]

_SH = PREFIXES["sh"]
_SHOWN = ("bsr", "bsrsh", "sh", "xsd")


def as_turtle(report: Report) -> str:
    """The report in Turtle."""
    return as_rdf(report, by_name("ttl"))


def as_rdf(report: Report, form: Format) -> str:
    """A `sh:ValidationReport` of what is wrong, without what was mended.

    Findings of the gate name their check as `bsr:check`.
    """
    node = ox.BlankNode()
    triples = [
        ox.Triple(node, ox.NamedNode(RDF_TYPE), ox.NamedNode(_SH + "ValidationReport")),
        ox.Triple(node, ox.NamedNode(_SH + "conforms"), ox.Literal(report.conforms)),
    ]
    for finding in report.findings:
        if finding.state is State.FIXED:
            continue
        result = ox.BlankNode()
        triples.append(ox.Triple(node, ox.NamedNode(_SH + "result"), result))
        triples += _result(result, finding)
    prefixes = {p: PREFIXES[p] for p in _SHOWN} if form.suffix in ("ttl", "trig", "rdf", "jsonld") else None
    body = (ox.serialize(triples, format=form.rdf, prefixes=prefixes) or b"").decode()
    return body if body.endswith("\n") else body + "\n"


def _node(text: str | None) -> ox.NamedNode | ox.Literal | None:
    if text is None:
        return None
    try:
        return ox.NamedNode(text)
    except ValueError:
        return ox.Literal(text)


def _result(result: ox.BlankNode, finding: Finding) -> list[ox.Triple]:
    parts: list[tuple[str, ox.NamedNode | ox.Literal | None]] = [
        (RDF_TYPE, ox.NamedNode(_SH + "ValidationResult")),
        (_SH + "resultSeverity", ox.NamedNode(_SH + finding.severity.value)),
        (_SH + "resultMessage", ox.Literal(finding.message, language="en")),
        (_SH + "focusNode", _node(finding.focus or None)),
        (_SH + "resultPath", _node(finding.path or None)),
        (_SH + "value", _node(finding.value)),
        (_SH + "sourceShape", _node(finding.rule or None)),
        (_SH + "sourceConstraintComponent", _node(finding.component)),
        (BSR + "check", ox.Literal(finding.code) if finding.code != "shacl" else None),
    ]
    return [ox.Triple(result, ox.NamedNode(p), o) for p, o in parts if o is not None]
