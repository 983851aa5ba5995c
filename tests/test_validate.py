"""The validator finds what is wrong, says where it stands, and tells whose fault it is."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bsrgraph.corpus import Corpus
from bsrgraph.errors import ContentError, UnknownFormat
from bsrgraph.findings import Finding, Report, Severity, State
from bsrgraph.formats import by_name
from bsrgraph.parse import statements
from bsrgraph.read import rdflib_graph
from bsrgraph.validate import Contributed, Validator, judge

ALP = "https://example.org/alpine/"
PROLOGUE = """\
@prefix alp: <https://example.org/alpine/ontology#> .
@prefix craft: <https://example.org/alpine/id/craft/> .
@prefix currency: <http://publications.europa.eu/resource/authority/currency/> .
@prefix grant: <https://example.org/alpine/id/grant/> .
@prefix initiative: <https://example.org/alpine/id/initiative/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix valley: <https://example.org/alpine/id/valley/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
LINES = PROLOGUE.count("\n")
GOOD = """initiative:fog-bells a alp:Initiative ;
  skos:prefLabel "Fog Bells"@en ;
  alp:takesPlaceIn valley:echotal ;
  alp:aim "bells that are heard in fog"@en .
"""
GRANT = """grant:fog-bells a alp:Grant ;
  skos:prefLabel "Grant for Fog Bells"@en ;
  alp:grantTo initiative:hay-paths ;
  alp:currency currency:EUR ;
  alp:awarded "2025"^^xsd:gYear ;
  alp:amount AMOUNT .
"""


@pytest.fixture(scope="module")
def validator(alpine: Corpus) -> Validator:
    """Checks against the alpine graph, which is small."""
    return Validator(alpine)


def sent(body: str, name: str = "sent.ttl") -> Contributed:
    """A file that a contributor sends."""
    return Contributed.read(name, (PROLOGUE + body).encode())


def only(report: Report) -> Finding:
    """The one new finding of a report."""
    (finding,) = [f for f in report.findings if f.state is State.NEW]
    return finding


def test_the_alpine_graph_has_no_finding_at_all(validator: Validator) -> None:
    report = validator.whole()
    assert report.findings == ()
    assert report.conforms


def test_a_good_file_conforms_against_the_graph(validator: Validator) -> None:
    report = validator.files([sent(GOOD)])
    assert report.findings == ()
    assert report.conforms


def test_a_report_names_the_version_of_the_graph_that_it_was_made_against(validator: Validator, alpine: Corpus) -> None:
    assert alpine.digest.startswith(validator.files([sent(GOOD)]).version)
    assert validator.whole().version


@pytest.mark.parametrize(
    ("what", "code", "path", "value"),
    [
        (GRANT.replace("AMOUNT", '"1.9E7"^^xsd:decimal'), "lexical-form", "amount", "1.9E7"),
        (GRANT.replace("AMOUNT", '"INF"^^xsd:decimal'), "lexical-form", "amount", "INF"),
        (GRANT.replace("AMOUNT", '"18 500"^^xsd:decimal'), "lexical-form", "amount", "18 500"),
        (GRANT.replace("AMOUNT", "7.0").replace('"2025"', '"2025x"'), "lexical-form", "awarded", "2025x"),
        (GOOD.replace(" .\n", ' ; alp:begins "2025-02-30"^^xsd:date .\n'), "lexical-form", "begins", "2025-02-30"),
        (GOOD.replace("a alp:Initiative", "a alp:Initative"), "unknown-term", "type", "Initative"),
        (GOOD.replace("alp:aim", "alp:goal"), "unknown-term", "goal", "goal"),
        (GOOD.replace("valley:echotal", "valley:echotall"), "dangling-reference", "takesPlaceIn", "echotall"),
        (GRANT.replace("AMOUNT", '"5"^^xsd:nonNegativeInteger'), "unknown-datatype", "amount", "5"),
    ],
)
@pytest.mark.parametrize("context", ["graph", "none"])
def test_what_pyshacl_lets_pass_is_caught(
    validator: Validator, what: str, code: str, path: str, value: str, context: str
) -> None:
    """Values that are no values, and names that are no names, are Violations at their place."""
    found = validator.files([sent(what)], "none" if context == "none" else "graph")
    gate = [f for f in found.findings if f.code == code and f.value is not None and f.value.endswith(value)]
    assert [f.severity for f in gate] == [Severity.VIOLATION]
    assert (gate[0].path or "").replace("/", "#").endswith(f"#{path}")
    assert gate[0].file == "sent.ttl"
    text = (PROLOGUE + what).splitlines()[(gate[0].line or 0) - 1]
    assert value in text
    assert not found.conforms


def test_a_misspelt_class_or_reference_is_told_with_the_nearest_right_one(validator: Validator) -> None:
    spelt = validator.files([sent(GOOD.replace("a alp:Initiative", "a alp:Initative"))])
    assert "Initiative" in next(f.suggestion or "" for f in spelt.findings if f.code == "unknown-term")
    pointed = validator.files([sent(GOOD.replace("valley:echotal", "valley:echotall"))])
    assert next(f.suggestion for f in pointed.findings if f.code == "dangling-reference") == f"{ALP}id/valley/echotal"


def test_a_boolean_is_not_made_out_of_any_word(validator: Validator) -> None:
    """On its own, rdflib would turn "yes"^^xsd:boolean into false before SHACL looks."""
    found = validator.files([sent(GOOD.replace('"Fog Bells"@en', '"Fog Bells"@en ; alp:aim "yes"^^xsd:boolean'))])
    assert {"lexical-form", "shacl"} <= {f.code for f in found.findings if f.value == "yes"}


def test_a_finding_of_a_shape_has_its_message_its_description_and_its_place(validator: Validator) -> None:
    finding = only(validator.files([sent(GRANT.replace("AMOUNT", "-5.0"))]))
    assert finding.severity is Severity.VIOLATION
    assert finding.code == "shacl"
    assert finding.rule == f"{ALP}shapes#Grant-amount"
    assert finding.focus == f"{ALP}id/grant/fog-bells"
    assert finding.path == f"{ALP}ontology#amount"
    assert finding.value == "-5.0"
    assert finding.message == "The amount of a grant is one xsd:decimal above zero."
    assert finding.expected == "A decimal number above zero, such as 18500.00."
    assert (finding.file, finding.line, finding.column) == ("sent.ttl", LINES + 6, len("  alp:amount -5.0"))


def test_the_place_is_the_value_s_own_wherever_the_punctuation_stands(validator: Validator) -> None:
    """Some write each semicolon at the head of the next line."""
    body = (
        GRANT.replace("AMOUNT", "5.0").replace('Bells"@en', 'Bells"').replace(" ;\n ", "\n ;").replace(" .\n", "\n.\n")
    )
    finding = only(validator.files([sent(body)]))
    assert finding.rule == f"{ALP}shapes#Grant-prefLabel"
    assert (finding.line, finding.column) == (LINES + 2, len(' ; skos:prefLabel "Grant for Fog Bells"'))


def test_something_missing_is_placed_at_the_first_statement_of_its_subject(validator: Validator) -> None:
    finding = only(validator.files([sent("\n\n" + GOOD.replace("  alp:takesPlaceIn valley:echotal ;\n", ""))]))
    assert finding.rule == f"{ALP}shapes#Initiative-takesPlaceIn"
    assert finding.line == LINES + 3


def test_each_finding_names_the_file_that_it_is_in(validator: Validator) -> None:
    """One file may speak of what another describes."""
    first = sent(GOOD.replace('"Fog Bells"@en', '"Fog Bells"'), "one.ttl")
    second = sent(GRANT.replace("AMOUNT", "0.0").replace("hay-paths", "fog-bells"), "two.ttl")
    found = {f.rule: f.file for f in validator.files([first, second], "none").findings if f.code == "shacl"}
    assert found[f"{ALP}shapes#Initiative-prefLabel"] == "one.ttl"
    assert found[f"{ALP}shapes#Grant-amount"] == "two.ttl"


def test_alone_a_file_may_not_lean_on_things_of_the_graph_but_may_use_its_codes(validator: Validator) -> None:
    body = GOOD.replace(";\n  alp:aim", "; alp:usesCraft craft:hay-making ;\n  alp:aim")
    assert validator.files([sent(body)], "graph").conforms
    alone = validator.files([sent(body)], "none")
    assert {(f.code, f.value) for f in alone.findings if f.code != "shacl"} == {
        ("dangling-reference", f"{ALP}id/valley/echotal")
    }
    described = body + 'valley:echotal a alp:Valley ; skos:prefLabel "Echo Valley"@en .\n'
    assert validator.files([sent(described)], "none").findings == ()


def test_a_code_of_no_list_breaks_the_shape_that_asks_for_one(validator: Validator) -> None:
    body = GOOD.replace(";\n  alp:aim", "; alp:usesCraft valley:nebeltal ;\n  alp:aim")
    assert f"{ALP}shapes#Initiative-usesCraft" in {f.rule for f in validator.files([sent(body)]).findings}


@pytest.fixture
def flawed(alpine_dir: Path, tmp_path: Path) -> Validator:
    """The alpine graph with one Violation and one Warning that were there before anybody sent anything."""
    root = tmp_path / "flawed"
    shutil.copytree(alpine_dir, root)
    text = "initiative:nameless a alp:Initiative ; alp:takesPlaceIn valley:echotal ."
    graph = f"<{ALP}evidence/village-gazette/a90> {{ {text} }}\n"
    (root / "data" / "sources" / "flawed.trig").write_text(PROLOGUE + graph, encoding="utf-8")
    return Validator(Corpus(root))


NAMELESS, AIMLESS = f"{ALP}shapes#Initiative-prefLabel", f"{ALP}shapes#Initiative-aim"


def test_findings_of_the_graph_itself_do_not_stop_a_good_file(flawed: Validator) -> None:
    assert {f.rule for f in flawed.whole().findings} == {NAMELESS, AIMLESS}
    assert not flawed.whole().conforms
    report = flawed.files([sent(GOOD)])
    assert {(f.rule, f.state) for f in report.findings} == {(NAMELESS, State.EXISTING), (AIMLESS, State.EXISTING)}
    assert report.conforms
    assert report.counts == {"existing": 2}


def test_a_file_is_told_what_it_breaks_and_what_it_mends(flawed: Validator) -> None:
    mending = 'initiative:nameless skos:prefLabel "Namenlos"@de .\n'
    breaking = GOOD.replace("  alp:takesPlaceIn valley:echotal ;\n", "")
    report = flawed.files([sent(mending + breaking)])
    assert {(f.rule, f.state) for f in report.findings} == {
        (f"{ALP}shapes#Initiative-takesPlaceIn", State.NEW),
        (AIMLESS, State.EXISTING),
        (NAMELESS, State.FIXED),
    }
    assert report.findings[0].state is State.NEW
    assert not report.conforms


def test_a_warning_alone_still_conforms(validator: Validator) -> None:
    report = validator.files([sent(GOOD.replace(' ;\n  alp:aim "bells that are heard in fog"@en', ""))])
    assert only(report).severity is Severity.WARNING
    assert only(report).rule == AIMLESS
    assert report.conforms


def test_a_term_of_another_vocabulary_is_worth_a_warning_and_no_more(validator: Validator) -> None:
    body = "@prefix foaf: <http://xmlns.com/foaf/0.1/> .\n" + GOOD.replace("alp:aim", "foaf:topic_interest")
    report = validator.files([sent(body)])
    assert ("unfamiliar-term", Severity.WARNING) in {(f.code, f.severity) for f in report.findings}
    assert report.conforms


def test_data_cannot_switch_a_shape_off(validator: Validator) -> None:
    """What is sent never becomes part of the shapes graph."""
    off = f"<{ALP}shapes#Grant-amount> <http://www.w3.org/ns/shacl#deactivated> true .\n"
    report = validator.files([sent(off + GRANT.replace("AMOUNT", "-5.0"))])
    assert f"{ALP}shapes#Grant-amount" in {f.rule for f in report.findings}


def test_the_shipped_graph_s_own_warning_is_existing_for_whoever_sends_a_file(corpus: Corpus) -> None:
    """And what is wrong in the file is found beside it, with its place."""
    body = """@prefix bsr: <https://w3id.org/bsrgraph/ontology#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<https://w3id.org/bsrgraph/id/project/example> a bsr:Project ; skos:prefLabel "Example"@en ;
  bsr:startDate "2010x"^^<http://www.w3.org/2001/XMLSchema#gYear> ;
  bsr:involvesCountry <https://w3id.org/bsrgraph/id/country/swe> .
"""
    report = Validator(corpus).files([Contributed.read("sent.ttl", body.encode())])
    new = [(f.code, f.line) for f in report.findings if f.state is State.NEW and f.code != "shacl"]
    assert new == [("lexical-form", 4)]
    assert [f.rule for f in report.findings if f.state is State.EXISTING] == [
        "https://w3id.org/bsrgraph/shapes#ProgrammeOrProject"
    ]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("sent.jsonld", b'{"@id": "https://example.org/x", "name": "x"}'),
        ("sent.ttl", b"# nothing\n"),
        ("sent.ttl", b"<a> <b> .\n"),
        ("sent.ttl", b"\xff\xfe<\x00"),
    ],
)
def test_a_file_without_triples_is_an_error_and_never_conforms(name: str, data: bytes) -> None:
    with pytest.raises(ContentError):
        Contributed.read(name, data)


@pytest.mark.parametrize("name", ["sent.docx", "sent", "sent.csv"])
def test_a_suffix_that_holds_no_rdf_is_refused_by_name(name: str) -> None:
    with pytest.raises(UnknownFormat):
        Contributed.read(name, b"a,b\n")


SHAPES = """
@prefix ex: <urn:ex:> . @prefix sh: <http://www.w3.org/ns/shacl#> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
ex:S a sh:NodeShape ; sh:targetNode ex:a ; BODY .
ex:Inner a sh:NodeShape ; sh:property [ sh:path ex:p ; sh:minCount 1 ; sh:message "It has no p."@en ] .
ex:prefixes owl:imports ex:more .
ex:more sh:declare [ sh:prefix "far" ; sh:namespace "urn:ex:"^^xsd:anyURI ] .
"""


@pytest.mark.parametrize(
    ("body", "severity", "message"),
    [
        ('sh:node ex:Inner ; sh:message "Not sound."@en', Severity.VIOLATION, "Not sound. It has no p."),
        ("sh:nodeKind sh:Literal ; sh:severity ex:Grave ; sh:message 'No.'@en", Severity.VIOLATION, "No."),
        ("sh:nodeKind sh:Literal ; sh:severity sh:Info ; sh:message 'Oh.'@en", Severity.INFO, "Oh."),
        (
            "sh:sparql [ sh:prefixes ex:prefixes ; sh:message 'So.'@en ; sh:select 'SELECT $this { $this far:q ?o }' ]",
            Severity.VIOLATION,
            "So.",
        ),
    ],
    ids=["with the results inside it", "of the publisher's own severity", "of a lower one", "with imported prefixes"],
)
def test_each_result_of_a_shape_is_one_finding(body: str, severity: Severity, message: str) -> None:
    shapes = rdflib_graph(s.quad for s in statements(SHAPES.replace("BODY", body).encode(), by_name("ttl")))
    data = rdflib_graph(s.quad for s in statements(b"<urn:ex:a> <urn:ex:q> 1 .", by_name("ttl")))
    assert [(f.severity, f.message, f.rule) for f in judge(data, shapes)] == [(severity, message, "urn:ex:S")]


def test_shapes_that_ask_for_what_is_not_done_are_an_error() -> None:
    """Never a verdict, as if they had been tried."""
    body = "sh:sparql [ sh:select 'SELECT $this { GRAPH $shapesGraph { $this ?p ?o } }' ]"
    shapes = rdflib_graph(s.quad for s in statements(SHAPES.replace("BODY", body).encode(), by_name("ttl")))
    with pytest.raises(ContentError, match="not done here"):
        judge(shapes, shapes)
