"""A report says the same in every format: what is wrong, where, why, and whether it stands in the way."""

from __future__ import annotations

import itertools
import json

import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st
from rdflib.namespace import RDF, SH

from bsrgraph.findings import Finding, Report, Severity, State
from bsrgraph.report import WRITERS, as_json, as_text, as_turtle

BAD_DATE = Finding(
    Severity.VIOLATION,
    "lexical-form",
    "“2013-02-30” is not a value of xsd:date.",
    focus="https://example.org/alpine/id/initiative/fog-bells",
    path="https://example.org/alpine/ontology#begins",
    value="2013-02-30",
    expected="a day such as 2013-12-31",
    file="sent.ttl",
    line=4,
    column=27,
)
NO_NAME = Finding(
    Severity.VIOLATION,
    "shacl",
    "An initiative needs a name.",
    rule="https://example.org/alpine/shapes#Initiative-prefLabel",
    focus="https://example.org/alpine/id/initiative/hay-paths",
    path="http://www.w3.org/2004/02/skos/core#prefLabel",
    state=State.EXISTING,
)
NO_AIM = Finding(
    Severity.WARNING,
    "shacl",
    "An initiative should state its aim.",
    rule="https://example.org/alpine/shapes#Initiative-aim",
    suggestion="alp:aim",
    file="sent.ttl",
    line=2,
)
MENDED = Finding(Severity.VIOLATION, "shacl", "There was no currency.", state=State.FIXED)
REPORT = Report((NO_AIM, MENDED, NO_NAME, BAD_DATE), version="0123456789abcdef")

FINDINGS = st.builds(
    Finding,
    st.sampled_from(Severity),
    st.sampled_from(["shacl", "lexical-form", "unknown-term"]),
    st.text(),
    rule=st.none() | st.just("https://w3id.org/bsrgraph/shapes#Project-prefLabel"),
    focus=st.none() | st.text() | st.just("https://example.org/a"),
    path=st.none() | st.text() | st.just("https://example.org/p"),
    value=st.none() | st.text() | st.just("https://example.org/v"),
    expected=st.none() | st.text(),
    suggestion=st.none() | st.text(),
    file=st.none() | st.text(),
    line=st.none() | st.integers(1),
    column=st.none() | st.integers(1),
    state=st.sampled_from(State),
)
REPORTS = st.lists(FINDINGS, max_size=6).map(lambda found: Report(tuple(found)))


def test_findings_are_told_worst_and_newest_first():
    assert REPORT.findings == (BAD_DATE, NO_AIM, NO_NAME, MENDED)


@given(st.lists(FINDINGS, max_size=4))
def test_the_order_of_a_report_is_not_that_in_which_things_were_found(found):
    """The same findings make the same report."""
    keys = {
        json.dumps([f.message for f in Report(tuple(p)).findings if f.state is State.NEW])
        for p in itertools.permutations(found)
    }
    places = {(f.severity, f.file, f.line, f.rule or f.code, f.focus, f.path, f.value) for f in found}
    assert len(keys) == 1 or len(places) < len(found)


@given(REPORTS)
def test_only_a_new_violation_stands_in_the_way(report):
    new = [f for f in report.findings if f.state is State.NEW and f.severity is Severity.VIOLATION]
    assert report.conforms == (not new)
    assert sum(report.counts.values()) == len(report.findings)


def test_severities_are_ranked():
    assert sorted(Severity, key=lambda s: s.rank) == [Severity.VIOLATION, Severity.WARNING, Severity.INFO]


def test_what_is_mended_is_not_counted_among_what_is_wrong():
    assert [f.message for f in REPORT.of(Severity.VIOLATION)] == [BAD_DATE.message, NO_NAME.message]


def test_two_findings_are_the_same_wherever_they_stand():
    moved = Finding(
        BAD_DATE.severity, BAD_DATE.code, "in other words", None, BAD_DATE.focus, BAD_DATE.path, BAD_DATE.value, line=9
    )
    assert moved.key == BAD_DATE.key
    assert moved.key != NO_NAME.key


def test_text_says_the_place_first_and_sums_up_last():
    assert (
        as_text(REPORT)
        == """\
sent.ttl:4:27: Violation: “2013-02-30” is not a value of xsd:date.
    at: https://example.org/alpine/id/initiative/fog-bells
    property: <https://example.org/alpine/ontology#begins>
    value: 2013-02-30
    expected: a day such as 2013-12-31
    rule: lexical-form
sent.ttl:2: Warning: An initiative should state its aim.
    instead: alp:aim
    rule: <https://example.org/alpine/shapes#Initiative-aim>
Violation (existing): An initiative needs a name.
    at: https://example.org/alpine/id/initiative/hay-paths
    property: skos:prefLabel
    rule: <https://example.org/alpine/shapes#Initiative-prefLabel>
Violation (fixed): There was no currency.
    rule: shacl
Does not conform: 1 Violation, 1 Warning, 0 Infos. There before: 1 Violation, 0 Warnings, 0 Infos.
"""
    )


def test_text_of_an_empty_report_says_that_it_conforms():
    assert as_text(Report(())) == "Conforms: 0 Violations, 0 Warnings, 0 Infos.\n"


def test_json_has_the_members_that_clients_rely_on():
    """`conforms`, `version`, `counts` and `findings`, each finding with all of its members, null where unknown."""
    body = json.loads(as_json(REPORT))
    assert set(body) == {"conforms", "version", "counts", "findings"}
    assert body["conforms"] is False
    assert body["version"] == "0123456789abcdef"
    assert body["counts"] == {"new": 2, "fixed": 1, "existing": 1}
    assert body["findings"][0] == {
        "severity": "Violation",
        "code": "lexical-form",
        "rule": None,
        "focus": "https://example.org/alpine/id/initiative/fog-bells",
        "path": "https://example.org/alpine/ontology#begins",
        "value": "2013-02-30",
        "message": "“2013-02-30” is not a value of xsd:date.",
        "expected": "a day such as 2013-12-31",
        "suggestion": None,
        "file": "sent.ttl",
        "line": 4,
        "column": 27,
        "row": None,
        "cell": None,
        "state": "new",
    }


def test_json_of_an_empty_report_counts_nothing():
    assert json.loads(as_json(Report(()))) == {
        "conforms": True,
        "version": "",
        "counts": {"new": 0, "fixed": 0, "existing": 0},
        "findings": [],
    }


@given(REPORTS)
def test_json_says_what_the_report_says(report):
    body = json.loads(as_json(report))
    assert body["conforms"] == report.conforms
    assert [f["message"] for f in body["findings"]] == [f.message for f in report.findings]
    assert all(set(f) == set(body["findings"][0]) for f in body["findings"])


def _graph(report: Report) -> rdflib.Graph:
    return rdflib.Graph().parse(data=as_turtle(report), format="turtle")


@given(REPORTS)
def test_turtle_is_a_validation_report_as_shacl_lays_it_down(report):
    """One report, one sh:conforms; each result with exactly one severity, and messages (SHACL section 3.6)."""
    graph = _graph(report)
    (node,) = graph.subjects(RDF.type, SH.ValidationReport)
    assert [bool(c.toPython()) for c in graph.objects(node, SH.conforms)] == [report.conforms]
    results = list(graph.objects(node, SH.result))
    wrong = [f.message for f in report.findings if f.state is not State.FIXED]
    assert len(results) == len(wrong) == len(set(graph.subjects(RDF.type, SH.ValidationResult)))
    for result in results:
        assert len(list(graph.objects(result, SH.resultMessage))) == 1
        (severity,) = graph.objects(result, SH.resultSeverity)
        assert severity in (SH.Violation, SH.Warning, SH.Info)
        for single in (SH.focusNode, SH.resultPath, SH.value, SH.sourceShape):
            assert len(list(graph.objects(result, single))) <= 1
    assert sorted(str(m) for m in graph.objects(None, SH.resultMessage)) == sorted(wrong)


def test_turtle_names_focus_path_value_and_shape():
    graph = _graph(Report((NO_NAME, BAD_DATE)))
    (bad,) = graph.subjects(SH.value, rdflib.Literal("2013-02-30"))
    assert graph.value(bad, SH.focusNode) == rdflib.URIRef(BAD_DATE.focus)
    assert graph.value(bad, SH.resultPath) == rdflib.URIRef(BAD_DATE.path)
    assert graph.value(bad, rdflib.URIRef("https://w3id.org/bsrgraph/ontology#check")) == rdflib.Literal("lexical-form")
    (unnamed,) = graph.subjects(SH.sourceShape, rdflib.URIRef(NO_NAME.rule))
    assert graph.value(unnamed, SH.value) is None
    assert graph.value(unnamed, SH.resultMessage) == rdflib.Literal(NO_NAME.message, lang="en")


def test_a_report_of_what_is_mended_does_not_hold_it_against_anybody():
    """In RDF there is no state: what is fixed is no result."""
    graph = _graph(Report((MENDED, NO_AIM)))
    assert [str(m) for m in graph.objects(None, SH.resultMessage)] == [NO_AIM.message]


@pytest.mark.parametrize("name", WRITERS)
def test_every_writer_ends_with_a_line_end(name):
    assert WRITERS[name](REPORT).endswith("\n")
