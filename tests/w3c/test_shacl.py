"""SHACL as W3C tests it, by the judge that `bsrgraph validate` asks, with graphs read at the same door."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import rdflib
from rdflib.namespace import RDF, SH

from bsrgraph.errors import ContentError
from bsrgraph.findings import Finding
from bsrgraph.formats import by_name
from bsrgraph.parse import statements
from bsrgraph.read import rdflib_graph
from bsrgraph.validate import judge, verdict

from .manifests import SUITES, must_fail, shacl_files

MF = rdflib.Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
SHT = rdflib.Namespace("http://www.w3.org/ns/shacl-test#")

FAILURES = {
    "core/property/uniqueLang-002": "pySHACL takes sh:uniqueLang 1 for true",
    "sparql/pre-binding/shapesGraph-001": "pySHACL does not bind $shapesGraph, which SHACL leaves open",
}
"""Test → why it fails. Exactly these do: one that passes unexpectedly fails the run."""

FILES = {suite: shacl_files(suite) for suite in ("core", "sparql")}


def name(path: Path) -> str:
    """`core/node/and-001`."""
    return path.relative_to(SUITES / "shacl").with_suffix("").as_posix()


def graph_of(path: Path) -> rdflib.Graph:
    """A file of the suite, by the parser that reads what is contributed."""
    found = statements(path.read_bytes(), by_name(path.suffix), path.as_uri())
    return rdflib_graph(s.quad for s in found)


class Expectation:
    """What a file of the suite asks, and what it expects: a report's results, or None for a failure."""

    def __init__(self, path: Path) -> None:
        manifest = graph_of(path)
        entry = manifest.value(None, RDF.type, SHT.Validate)
        action, result = manifest.value(entry, MF.action), manifest.value(entry, MF.result)

        def named(predicate: rdflib.URIRef) -> rdflib.Graph:
            address = str(manifest.value(action, predicate))
            return manifest if address == path.as_uri() else graph_of(Path(address.removeprefix("file://")))

        self.data, self.shapes = named(SHT.dataGraph), named(SHT.shapesGraph)
        self.report = None if result == SHT.Failure else manifest
        self.node = result


def results(graph: rdflib.Graph, report: Any) -> Counter[tuple[str, ...]]:
    """Focus, path, value, severity, component and shape of each result, blank nodes without their names."""
    properties = (SH.focusNode, SH.resultPath, SH.value, SH.resultSeverity, SH.sourceConstraintComponent)
    found: Counter[tuple[str, ...]] = Counter()
    for result in graph.objects(report, SH.result):
        shape = graph.value(result, SH.sourceShape)
        row = [written(graph, graph.value(result, p), p) for p in properties]
        found[(*row, written(graph, shape, SH.sourceShape))] += 1
    return found


def written(graph: rdflib.Graph, term: Any, predicate: rdflib.URIRef) -> str:
    """A term as text; a path by what it says, any other blank node as any."""
    if term is None:
        return ""
    if not isinstance(term, rdflib.BNode):
        return str(term.n3())
    if predicate != SH.resultPath:
        return "_:"
    if (term, RDF.first, None) in graph:
        return "(" + " ".join(written(graph, t, predicate) for t in graph.items(term)) + ")"
    return "[" + " ".join(p.n3() + written(graph, o, predicate) for p, o in sorted(graph.predicate_objects(term))) + "]"


def told(finding: Finding) -> tuple[str | None, ...]:
    """What a finding says of what a result says."""
    return (finding.severity.value, finding.rule, finding.focus, finding.path, finding.value)


def retold(graph: rdflib.Graph, result: Any) -> tuple[str | None, ...]:
    """What a finding has to say of a result: IRIs and values, and nothing where there is a blank node.

    A severity of one's own is told as a Violation.
    """

    def iri(predicate: rdflib.URIRef) -> str | None:
        term = graph.value(result, predicate)
        return str(term) if isinstance(term, rdflib.URIRef) else None

    value = graph.value(result, SH.value)
    severity = str(graph.value(result, SH.resultSeverity)).removeprefix(str(SH))
    return (
        severity if severity in ("Violation", "Warning", "Info") else "Violation",
        iri(SH.sourceShape),
        str(graph.value(result, SH.focusNode)),
        iri(SH.resultPath),
        None if value is None or isinstance(value, rdflib.BNode) else str(value),
    )


def test_the_suites_are_there(conformance_dir: Path) -> None:
    """Without the suites this says so; with them, that there is as much in them as there was."""
    assert len(FILES["core"]) >= 98
    assert len(FILES["sparql"]) >= 22


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(path, id=name(path), marks=must_fail(FAILURES.get(name(path))))
        for paths in FILES.values()
        for path in paths
    ],
)
def test_the_report_is_the_expected_one(path: Path) -> None:
    """As a graph, and as the findings that are made of it; what must fail is a ContentError."""
    expected = Expectation(path)
    if expected.report is None:
        try:
            found = judge(expected.data, expected.shapes)
        except ContentError:
            return
        pytest.fail(f"validated, with {len(found)} findings")
    given = verdict(expected.data, expected.shapes)
    node = given.value(None, RDF.type, SH.ValidationReport)
    assert results(given, node) == results(expected.report, expected.node)
    conforms = [str(g.value(n, SH.conforms)) for g, n in ((given, node), (expected.report, expected.node))]
    assert conforms[0] == conforms[1]
    findings = judge(expected.data, expected.shapes)
    wanted = [retold(expected.report, r) for r in expected.report.objects(expected.node, SH.result)]
    assert Counter(map(told, findings)) == Counter(wanted)
