"""What a shape asks is said in plain words: every constraint of SHACL, with the graph's own names."""

from __future__ import annotations

import re

import pyoxigraph as ox
import pytest

from bsrgraph.checks import rules
from bsrgraph.corpus import Corpus
from bsrgraph.iris import PREFIXES, Space
from bsrgraph.pages.labels import Labels, Link
from bsrgraph.pages.statements import Statements, vocabularies
from bsrgraph.pages.wording import Wording, plain
from bsrgraph.store.connect import in_memory
from bsrgraph.store.port import Store

BASE = "https://example.org/words/"
PROLOGUE = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in PREFIXES.items())
PROLOGUE += f"@prefix : <{BASE}shapes#> . @prefix w: <{BASE}ontology#> .\n"
NAMES = """
w:Boat rdfs:label "boat"@en , "Boot"@de . w:Ship rdfs:label "ship"@en . w:length rdfs:label "length"@en .
w:crew rdfs:label "crew"@en . w:Red rdfs:label "red"@en . w:Blue rdfs:label "blue"@en . w:name rdfs:label "name"@en .
foaf:name rdfs:label "name"@en .
"""


def wording(turtle: str, *languages: str) -> Wording:
    """The words for some shapes."""
    graph = ox.NamedNode(BASE + "shapes")
    quads = [
        ox.Quad(q.subject, q.predicate, q.object, graph)
        for q in ox.parse(PROLOGUE + NAMES + turtle, format=ox.RdfFormat.TURTLE)
    ]
    store = in_memory(quads)
    return Wording(Statements(quads), Labels(store, Space(BASE), languages), Space(BASE))


def asks(constraints: str, *languages: str, path: str = "sh:path w:length ;", more: str = "") -> str:
    """What a shape with these constraints asks."""
    return plain(wording(f":s {path} {constraints} . {more}", *languages).rule(ox.NamedNode(BASE + "shapes#s")))


@pytest.mark.parametrize(
    ("constraints", "sentence"),
    [
        ("sh:minCount 1", "At least one value."),
        ("sh:minCount 2", "At least 2 values."),
        ("sh:maxCount 1", "At most one value."),
        ("sh:maxCount 0", "No value."),
        ("sh:minCount 1 ; sh:maxCount 1", "Exactly one value."),
        ("sh:minCount 2 ; sh:maxCount 2", "Exactly 2 values."),
        ("sh:minCount 1 ; sh:maxCount 3", "From 1 to 3 values."),
        ("sh:uniqueLang true", "At most one value in each language."),
        ("sh:uniqueLang false", ""),
        ("sh:class w:Boat", "Each value is of the kind boat."),
        ("sh:minCount 1 ; sh:class w:Boat", "At least one value; each is of the kind boat."),
        ("sh:maxCount 1 ; sh:class w:Boat", "At most one value; it is of the kind boat."),
        ("sh:datatype xsd:decimal", "Each value is a decimal number (xsd:decimal)."),
        ("sh:datatype rdf:langString", "Each value is a text with a language tag (rdf:langString)."),
        ("sh:datatype w:knots", "Each value is a value of the datatype (<https://example.org/words/ontology#knots>)."),
        ("sh:nodeKind sh:IRI", "Each value is a thing with an IRI."),
        ("sh:minInclusive 0", "Each value is 0 or more."),
        ("sh:minExclusive 0 ; sh:maxExclusive 9", "Each value is greater than 0 and is less than 9."),
        ("sh:maxInclusive 5", "Each value is 5 or less."),
        ("sh:minLength 2 ; sh:maxLength 4", "Each value has at least 2 characters and has at most 4 characters."),
        ('sh:pattern "^a" ; sh:flags "i"', "Each value matches ^a with flags i."),
        ('sh:languageIn ( "en" "de" )', "Each value is in en or de."),
        ("sh:in ( w:Red w:Blue )", "Each value is one of red or blue."),
        ("sh:in ( w:Red )", "Each value is red."),
        ('sh:in ( "x" 1 )', "Each value is one of x or 1."),
        ("sh:hasValue w:Red", "One of the values is red."),
        ("sh:equals w:crew", "The same values as crew."),
        ("sh:disjoint w:crew", "No value that is also one of crew."),
        ("sh:lessThan w:crew", "Each value is less than every value of crew."),
        ("sh:lessThanOrEquals w:crew", "Each value is at most every value of crew."),
        ("sh:or ( [ sh:class w:Boat ] [ sh:class w:Ship ] )", "Each value is of the kind boat or ship."),
        ("sh:or ( [ sh:class w:Boat ] [ sh:hasValue w:Red ] )", "Each value is of the kind boat, or is red."),
        (
            "sh:and ( [ sh:class w:Boat ] [ sh:class w:Ship ] )",
            "Each value is of the kind boat and is of the kind ship.",
        ),
        (
            "sh:xone ( [ sh:class w:Boat ] [ sh:class w:Ship ] )",
            "Each value meets exactly one of these (is of the kind boat; is of the kind ship).",
        ),
        ("sh:not [ sh:class w:Boat ]", "Each value is not of the kind boat."),
        ('sh:not [ sh:pattern "x" ]', "Each value does not match x."),
        ("sh:not [ sh:not [ sh:class w:Boat ] ]", "Each value is of the kind boat."),
        (
            "sh:not [ sh:class w:Boat ; sh:minInclusive 2 ]",
            "Each value does not meet all of this at once (is of the kind boat; is 2 or more).",
        ),
        ("sh:node :other", "Each value meets “Other”."),
        ("sh:node :code", "Each value is a code of the list red."),
        ("sh:node [ sh:property [ sh:path w:crew ; sh:minCount 1 ] ]", "Each value has crew (At least one value)."),
        (
            "sh:qualifiedValueShape [ sh:class w:Boat ] ; sh:qualifiedMinCount 2",
            "At least 2 of them: each is of the kind boat.",
        ),
        ("sh:qualifiedValueShape [ sh:class w:Boat ] ; sh:qualifiedMaxCount 0", "None of them is of the kind boat."),
        (
            "sh:qualifiedValueShape [ sh:class w:Boat ] ; sh:qualifiedMaxCount 1",
            "At most one of them is of the kind boat.",
        ),
        ("sh:qualifiedValueShape [ sh:class w:Boat ] ; sh:qualifiedMinCount 0", ""),
        ('sh:sparql [ sh:select "…" ] ; sh:message "It leaks."@en', "A query finds what breaks it: It leaks."),
        ('sh:sparql [ sh:select "…" ]', "A query finds what breaks it."),
        ("sh:memberShape w:Boat", "Each value meets sh:memberShape boat."),
        ('sh:name "Length" ; sh:order 1 ; sh:severity sh:Warning', ""),
    ],
)
def test_a_constraint_of_a_property_is_a_sentence(constraints: str, sentence: str) -> None:
    other = ':other sh:name "Other" . :code sh:property [ sh:path skos:inScheme ; sh:hasValue w:Red ] .'
    assert asks(constraints, more=other) == sentence


@pytest.mark.parametrize(
    ("constraints", "sentence"),
    [
        ("sh:class w:Boat", "It is of the kind boat."),
        ("sh:not [ sh:class w:Boat ]", "It is not of the kind boat."),
        ("sh:hasValue w:Red", "It is red."),
        (
            "sh:closed true ; sh:ignoredProperties ( w:crew w:name ) ; sh:property [ sh:path foaf:name ]",
            f"It has no properties but crew, name <{BASE}ontology#name> and name foaf:name.",
        ),
        ("sh:property [ sh:path w:crew ; sh:minCount 1 ]", ""),
    ],
)
def test_a_constraint_of_the_thing_itself_is_a_sentence(constraints: str, sentence: str) -> None:
    assert asks(constraints, path="a sh:NodeShape ;") == sentence


@pytest.mark.parametrize(
    ("path", "words", "sentence"),
    [
        ("w:crew", "crew", "At least one value; each is of the kind boat."),
        (
            "[ sh:inversePath w:crew ]",
            "what names it as “crew”",
            "At least one thing that names it as “crew”; each is of the kind boat.",
        ),
        ("( w:crew w:name )", "crew, then name", None),
        ("[ sh:alternativePath ( w:crew w:length ) ]", "crew or length", None),
        (
            "[ sh:alternativePath ( w:name foaf:name ) ]",
            f"name <{BASE}ontology#name> or name foaf:name",
            None,
        ),
        ("( rdf:type [ sh:zeroOrMorePath w:crew ] )", "rdf:type, then in any number of steps “crew”", None),
        ("[ sh:oneOrMorePath w:crew ]", "in one or more steps “crew”", None),
        ("[ sh:zeroOrOnePath w:crew ]", "in no step or one “crew”", None),
    ],
)
def test_a_path_is_read_aloud(path: str, words: str, sentence: str | None) -> None:
    told = wording(f":s sh:path {path} ; sh:minCount 1 ; sh:class w:Boat .")
    shape = ox.NamedNode(BASE + "shapes#s")
    node = told._said.one(shape, PREFIXES["sh"] + "path")
    assert node is not None
    assert plain(told.path(node)) == words
    assert plain(told.rule(shape)) == (sentence or "At least one value; each is of the kind boat.")


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("sh:targetClass w:Boat", "every boat"),
        ("sh:targetClass w:Boat , w:Ship", "every boat and ship"),
        ("sh:targetSubjectsOf w:crew", "everything that states crew"),
        ("sh:targetObjectsOf w:crew", "everything that is stated as crew"),
        ("sh:targetNode w:Red", "red"),
        ("a rdfs:Class", "every s"),
        ("sh:targetClass w:Boat ; sh:targetSubjectsOf w:crew", "every boat and everything that states crew"),
        ('sh:name "helper"', ""),
    ],
)
def test_a_target_says_for_what_the_rule_is(target: str, words: str) -> None:
    assert plain(wording(f":s {target} .").target(ox.NamedNode(BASE + "shapes#s"))) == words


def test_names_are_links_and_in_the_reader_s_language() -> None:
    sentence = wording(":s sh:path w:crew ; sh:class w:Boat .", "de").rule(ox.NamedNode(BASE + "shapes#s"))
    (boat,) = [p for p in sentence if isinstance(p, Link)]
    assert (boat.label.text, boat.label.language, boat.href) == ("Boot", "de", "/ontology#Boat")


def test_a_circle_of_nameless_shapes_ends() -> None:
    told = asks("sh:not _:a", more="_:a sh:not _:b . _:b sh:not _:a .")
    assert told.startswith("Each value ")
    assert "a further shape" in told


def test_a_list_that_is_a_circle_ends() -> None:
    told = asks("sh:in _:a", more="_:a rdf:first w:Red ; rdf:rest _:a .")
    assert told.startswith("Each value is one of red, red")


def test_every_rule_of_both_graphs_says_something_but_those_that_only_lay_out(
    corpus: Corpus, store: Store, alpine: Corpus, alpine_store: Store
) -> None:
    for graph, held in ((corpus, store), (alpine, alpine_store)):
        told = Wording(vocabularies(held)[graph.space.base], Labels(held, graph.space, ["en"]), graph.space)
        for rule in rules(graph):
            sentence = plain(told.rule(ox.NamedNode(rule)))
            assert re.match(r"[A-Z].+[.!?]\Z", sentence), f"{rule}: {sentence}"
            assert "sh:" not in sentence.replace("bsrsh:", "")
            assert "something without a name" not in sentence
