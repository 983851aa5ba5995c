"""The gate refuses what SHACL would let pass, once each, with its place, and proposes what was meant."""

from __future__ import annotations

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bsrgraph.findings import Finding, Severity
from bsrgraph.formats import by_name
from bsrgraph.gate import Vocabulary, inspect
from bsrgraph.parse import Statement, statements

PROLOGUE = """\
@prefix alp: <https://example.org/alpine/ontology#> .
@prefix bsr: <https://w3id.org/bsrgraph/ontology#> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix initiative: <https://example.org/alpine/id/initiative/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix valley: <https://example.org/alpine/id/valley/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
ALP = "<https://example.org/alpine/ontology#"
GOOD = """\
initiative:fog-bells a alp:Initiative ;
    skos:prefLabel "Fog Bells"@en ;
    alp:takesPlaceIn valley:nebeltal ;
    alp:begins "2026-05"^^xsd:gYearMonth .
"""
LINES = PROLOGUE.count("\n") + GOOD.count("\n")


@pytest.fixture(scope="module")
def known(alpine):
    """What the alpine graph knows."""
    ontology = [s.quad for source in alpine.ontology for s in source.statements]
    return Vocabulary.of(alpine.space, ontology, alpine.quads())


def _check(known: Vocabulary, body: str) -> list[Finding]:
    """The findings in `body`, after a prologue and a good description."""
    found = list(statements((PROLOGUE + GOOD + body).encode(), by_name("ttl")))
    return inspect(found, known.with_(s.quad for s in found), "sent.ttl")


def _only(known: Vocabulary, body: str) -> Finding:
    findings = _check(known, body)
    assert len(findings) == 1, [f.message for f in findings]
    return findings[0]


def test_a_good_description_has_no_finding(known):
    assert _check(known, "") == []


@pytest.mark.parametrize("name", ["corpus", "alpine"])
def test_the_graph_directories_pass_their_own_gate(name, request):
    """Every file of data, with what all files know."""
    corpus = request.getfixturevalue(name)
    ontology = [s.quad for source in corpus.ontology for s in source.statements]
    vocabulary = Vocabulary.of(corpus.space, ontology, corpus.quads())
    findings = [
        f for source in corpus.data for f in inspect(source.statements, vocabulary, source.path.name)
        if f.severity is Severity.VIOLATION
    ]  # fmt: skip
    assert [(f.file, f.line, f.message) for f in findings] == []


@pytest.mark.parametrize(
    "iri", ["javascript:alert(1)", "JAVASCRIPT:alert(1)", "file:///etc/passwd", "data:text/html,x", "x:y"]
)
@pytest.mark.parametrize("place", ["subject", "object"])
def test_an_address_of_another_scheme_is_refused(known, iri, place):
    body = f"<{iri}> a alp:Valley ." if place == "subject" else f"initiative:fog-bells alp:usesCraft <{iri}> ."
    findings = [f for f in _check(known, body) if f.code == "iri-scheme"]
    assert [(f.severity, f.value, f.line) for f in findings] == [(Severity.VIOLATION, iri, LINES + 1)]
    assert "https:" in (findings[0].expected or "")


@pytest.mark.parametrize(
    "iri", ["https://example.org/a", "http://example.org/a", "mailto:a@example.org", "urn:x:y", "HTTPS://a/"]
)
def test_addresses_of_the_usual_schemes_are_not(known, iri):
    assert not [f for f in _check(known, f"initiative:fog-bells alp:usesCraft <{iri}> .") if f.code == "iri-scheme"]


def test_an_address_that_looks_like_another_is_shown_with_the_other(known):
    """An accent of its own after the letter, where the letter with its accent is one character."""
    finding = _only(known, "initiative:fog-bells alp:usesCraft <https://example.org/e\u0301> .")
    assert (finding.code, finding.suggestion) == ("not-nfc", "https://example.org/\u00e9")


def test_a_thing_without_a_class_is_refused(known):
    finding = _only(known, 'initiative:snow-line skos:prefLabel "Snow Line"@en .')
    assert (finding.code, finding.severity) == ("untyped-subject", Severity.VIOLATION)
    assert finding.focus == "https://example.org/alpine/id/initiative/snow-line"
    assert "rdf:type" in (finding.expected or "")


def test_a_thing_that_the_graph_has_typed_needs_no_class_again(known):
    assert _check(known, 'valley:nebeltal skos:altLabel "Foggy"@en .') == []


def test_a_blank_node_that_stands_alone_is_refused(known):
    finding = _only(known, '[] skos:prefLabel "Nobody"@en .')
    assert finding.code == "unanchored-blank-node"
    assert "https://example.org/alpine/id/" in (finding.expected or "")


def test_a_blank_node_that_is_part_of_something_is_not(known):
    body = 'initiative:fog-bells skos:note [ skos:example "a" ] .'
    assert not [f for f in _check(known, body) if f.code == "unanchored-blank-node"]


@pytest.mark.parametrize(
    ("written", "code", "severity", "suggestion"),
    [
        ("alp:takesPlaceInn valley:nebeltal", "unknown-term", Severity.VIOLATION, ALP + "takesPlaceIn>"),
        ("bsr:hedges alp:Initiative", "unknown-term", Severity.VIOLATION, "bsr:hedge"),
        ("skos:preferredLabel 'a'@en", "unfamiliar-term", Severity.WARNING, "skos:prefLabel"),
        ("a alp:Initative", "unknown-term", Severity.VIOLATION, ALP + "Initiative>"),
        ("foaf:prefLabel 'a'@en", "unfamiliar-term", Severity.WARNING, "skos:prefLabel"),
        ("foaf:qqqqq 'a'@en", "unfamiliar-term", Severity.WARNING, None),
    ],
)  # fmt: skip
def test_an_unknown_term_is_told_with_the_nearest(known, written, code, severity, suggestion):
    """Under the prefixes of the directory and the engine it is an error, elsewhere worth a look."""
    finding = _only(known, f"initiative:fog-bells {written} .")
    assert (finding.code, finding.severity, finding.suggestion) == (code, severity, suggestion)
    assert ("Did you mean" in finding.message) == (suggestion is not None)
    assert (finding.file, finding.line) == ("sent.ttl", LINES + 1)


def test_a_reference_to_nothing_is_told_with_the_nearest_thing_of_its_kind(known):
    finding = _only(known, "initiative:fog-bells alp:takesPlaceIn valley:nebelthal .")
    assert finding.code == "dangling-reference"
    assert finding.path == "https://example.org/alpine/ontology#takesPlaceIn"
    assert finding.value == "https://example.org/alpine/id/valley/nebelthal"
    assert finding.suggestion == "https://example.org/alpine/id/valley/nebeltal"
    assert _only(known, "initiative:fog-bells alp:takesPlaceIn valley:zzz .").suggestion is None


def test_a_reference_to_the_same_file_or_to_others_is_good(known):
    assert (
        _check(
            known, 'valley:x a alp:Valley ; skos:prefLabel "X"@en . initiative:fog-bells alp:takesPlaceIn valley:x .'
        )
        == []
    )
    assert _check(known, "initiative:fog-bells alp:usesCraft <https://example.org/elsewhere/id/valley/x> .") == []


@pytest.mark.parametrize(
    ("literal", "suggestion"),
    [
        ('"5"^^xsd:decimel', "xsd:decimal"), ('"5"^^xsd:Date', "xsd:date"), ('"5"^^xsd:years', "xsd:gYear"),
        ('"5"^^<urn:q>', None),
    ],
)  # fmt: skip
def test_an_unknown_datatype_is_told_with_those_there_are(known, literal, suggestion):
    finding = _only(known, f"initiative:fog-bells alp:aim {literal} .")
    assert finding.code == "unknown-datatype"
    assert "xsd:decimal" in (finding.expected or "")
    assert finding.suggestion == suggestion


@pytest.mark.parametrize(
    ("literal", "value", "shown"),
    [
        ('"12,5"^^xsd:decimal', "12,5", "5000000.00"), ('"1.9E7"^^xsd:decimal', "1.9E7", "exponent"),
        ('"2013-02-30"^^xsd:date', "2013-02-30", "2013-12-31"), ('"2010x"^^xsd:gYear', "2010x", "2013"),
        ('"yes"^^xsd:boolean', "yes", "true or false"), ('"truest"^^xsd:boolean', "truest", "true or false"),
    ],
)  # fmt: skip
def test_what_is_no_value_of_its_datatype_is_told_with_an_example(known, literal, value, shown):
    finding = _only(known, f"initiative:fog-bells alp:begins {literal} .")
    assert (finding.code, finding.severity, finding.value) == ("lexical-form", Severity.VIOLATION, value)
    assert shown in (finding.expected or "")


@pytest.mark.parametrize("character", ["\\u0000", "\\u0007", "\\u000B", "\\u001F", "\\u007F", "\\u0085"])
def test_a_control_character_is_refused(known, character):
    finding = _only(known, f'initiative:fog-bells alp:aim "a{character}b"@en .')
    assert finding.code == "control-character"


def test_tabs_and_line_ends_are_no_such_characters(known):
    assert _check(known, 'initiative:fog-bells alp:aim "a\\tb\\nc\\rd"@en .') == []


def test_what_is_wrong_many_times_is_said_once_at_its_first_place(known):
    body = "\n".join(['initiative:snow-line skos:prefLabel "Snow Line"@en , "Sneeuwlijn"@nl .'] * 3)
    finding = _only(known, body)
    assert finding.line == LINES + 1


def test_each_finding_stands_where_its_statement_stands(known):
    body = "initiative:fog-bells alp:takesPlaceIn valley:a ,\n        valley:b ;\n    alp:begins 'x'^^xsd:gYear ."
    assert [(f.code, f.line, f.column) for f in _check(known, body)] == [
        ("dangling-reference", LINES + 1, 46),
        ("dangling-reference", LINES + 2, 16),
        ("lexical-form", LINES + 3, 29),
    ]


def test_what_is_described_later_is_known_from_the_beginning(known):
    """The order of statements in a file says nothing."""
    assert (
        _check(
            known, "initiative:x alp:takesPlaceIn valley:x . valley:x a alp:Valley . initiative:x a alp:Initiative ."
        )
        == []
    )


def test_a_vocabulary_grows_without_changing_the_one_before(known):
    thing = ox.NamedNode("https://example.org/alpine/id/valley/new")
    grown = known.with_([ox.Quad(thing, ox.NamedNode("x:p"), ox.Literal("a"))])
    assert thing.value in grown.described - grown.typed
    assert thing.value not in known.described
    assert grown.terms == known.terms


def test_the_engine_s_own_term_is_proposed_before_another_of_the_same_name(known):
    assert known.nearest("https://example.org/other#Hedge") == "https://w3id.org/bsrgraph/ontology#hedge"


TERMS = st.builds(
    ox.NamedNode,
    st.sampled_from(["https://example.org/alpine/id/valley/x", "x:y", "https://example.org/alpine/ontology#aim"]),
)


@given(TERMS, TERMS, TERMS | st.text().filter(lambda t: t.isprintable()).map(ox.Literal) | st.just(ox.BlankNode("b")))
def test_no_statement_breaks_the_gate(known, subject, predicate, object_):
    """Whatever it is about, each finding says where, why and how bad."""
    for finding in inspect([Statement(ox.Quad(subject, predicate, object_), 3, 4)], known, "sent.nt"):
        assert (finding.file, finding.line, finding.column) == ("sent.nt", 3, 4)
        assert finding.message
        assert finding.focus
        assert finding.severity in (Severity.VIOLATION, Severity.WARNING)
