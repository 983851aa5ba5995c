"""What is found at the focus nodes that a change can affect is what a check of the whole graph would find.

pySHACL over everything is the measure: before the change, after it, and the difference.
"""

from __future__ import annotations

import os
import re
from collections import Counter

import hypothesis
import pyoxigraph as ox
import pytest
from hypothesis import strategies as st

from bsrgraph.findings import State
from bsrgraph.formats import by_name
from bsrgraph.parse import statements
from bsrgraph.read import all_quads, rdflib_graph
from bsrgraph.store.connect import in_memory
from bsrgraph.validate import Incremental, JudgesHere, judge

PREFIXES = """\
@prefix : <urn:x:> . @prefix sh: <http://www.w3.org/ns/shacl#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
DECLARED = """
:prefixes a owl:Ontology ; sh:declare [ sh:prefix "x" ; sh:namespace "urn:x:"^^xsd:anyURI ] .
"""
EXAMPLES = 10_000 if os.environ.get("BSRGRAPH_LONG") == "1" else 300
_CHANGES = 4
"""Changes to one graph that are tried one after the other; each is an example."""

GRAPH = ox.NamedNode("urn:x:graph")


def quads(text: str) -> list[ox.Quad]:
    """Turtle as quads."""
    return [s.quad for s in statements((PREFIXES + text).encode(), by_name("ttl"))]


def keys(triples, shapes) -> Counter:
    """The findings of a whole run, by what makes two of them the same."""
    try:
        return Counter(f.key for f in judge(rdflib_graph(ox.Quad(*t) for t in triples), rdflib_graph(shapes)))
    except Exception:  # pySHACL and rdflib raise whatever they meet in shapes that are none
        hypothesis.reject()


def compare(shapes_text: str, data_text: str, changes) -> None:
    """Fails where the difference that is found is not the difference between two whole runs.

    A change is what is added, what is removed or its numbers, and above how many triples a node is crowded.
    """
    shapes = quads(shapes_text)
    store = in_memory(ox.Quad(q.subject, q.predicate, q.object, GRAPH) for q in quads(data_text))
    before = sorted({q.triple for q in all_quads(store)}, key=str)
    then, judges = keys(before, shapes), JudgesHere(shapes)
    for added_text, gone, many in changes:
        added = {q.triple for q in quads(added_text)} - set(before)
        removed = {q.triple for q in quads(gone)} if isinstance(gone, str) else {before[n % len(before)] for n in gone}
        now = keys((set(before) | added) - removed, shapes)
        outcome = Incremental(shapes, judges, 100_000, many).check(store, added, removed, {t.subject for t in added})
        found = {state: Counter(f.key for f in outcome.findings if f.state is state) for state in State}
        assert found[State.NEW] == now - then
        assert found[State.FIXED] == then - now
        assert not found[State.EXISTING] - (then & now)


NAMES = st.sampled_from([":a", ":b", ":c", ":d", ":e", ":f"])
CLASSES = st.sampled_from([":C", ":D", ":E"])
PREDICATES = st.sampled_from([":p", ":q", ":r"])
LITERALS = st.sampled_from(['"x"', '"y"@en', '"z"@en', "1", "2", "3", '"2010-01-01"^^xsd:date'])
TRIPLES = (
    st.builds("{} a {} .".format, NAMES, CLASSES)
    | st.builds("{} {} {} .".format, NAMES, PREDICATES, NAMES | LITERALS)
    | st.builds("{} {} {} .".format, NAMES, PREDICATES, NAMES)
    | st.builds("{} rdfs:subClassOf {} .".format, CLASSES, CLASSES)
)
INSIDE = st.builds("{} {} [ {} {} ; {} [ a {} ] ] .".format, NAMES, PREDICATES, PREDICATES, NAMES, PREDICATES, CLASSES)
PATHS = st.recursive(
    PREDICATES | st.just("rdf:type"),
    lambda inner: (
        st.builds("[ sh:inversePath {} ]".format, inner)
        | st.builds("( {} {} )".format, inner, inner)
        | st.builds("[ sh:alternativePath ( {} {} ) ]".format, inner, inner)
        | st.builds("[ sh:{} {} ]".format, st.sampled_from(["zeroOrMorePath", "oneOrMorePath", "zeroOrOnePath"]), inner)
    ),
    max_leaves=3,
).map(lambda p: p.replace("rdf:type", "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"))
VALUE = st.one_of(
    st.builds("sh:class {}".format, CLASSES),
    st.sampled_from(["sh:nodeKind sh:IRI", "sh:datatype xsd:integer", 'sh:pattern "a"', "sh:minInclusive 2"]),
    st.builds("sh:in ( {} {} 1 )".format, NAMES, NAMES),
    st.builds("sh:hasValue {}".format, NAMES),
    st.builds("sh:equals {}".format, PREDICATES),
    st.builds("sh:disjoint {}".format, PREDICATES),
    st.builds("sh:closed true ; sh:ignoredProperties ( {} )".format, PREDICATES),
)
COUNTS = st.sampled_from(["sh:minCount 1", "sh:maxCount 1", "sh:minCount 2", "sh:uniqueLang true", "sh:lessThan :q"])
QUERIES = [
    "$this <P> ?value . FILTER NOT EXISTS { ?value <Q> $this }",
    "?value <P> $this . ?value <Q> ?other . FILTER EXISTS { ?other a ?kind }",
    "$this <P> ?x . OPTIONAL { ?x <Q> ?y } FILTER (!BOUND(?y))",
    "{ $this <P> ?value } UNION { ?x <Q> $this . ?x <R> ?value }",
    "{ $this <P> ?value } UNION { $this <Q> ?x . ?x <R> ?value }",
    "$this <P>/<Q>* ?value . ?value a <C>",
    "$this (<P>|^<Q>)+ $this",
    "$this <P> ?x . { SELECT $this (COUNT(?y) AS ?n) WHERE { $this <Q> ?y } GROUP BY $this } FILTER (?n > 1)",
    "$this <P> ?v . FILTER EXISTS { ?one <Q> ?v . ?one <R> ?w . FILTER NOT EXISTS { ?w <P> ?v . ?w a <C> } }",
    "?x a <C> . ?x <P> ?y . $this <Q> ?z",
    "$this ?any ?value . ?value <P> ?x",
    "$this <P> ?v . FILTER NOT EXISTS { ?x <Q> ?y . FILTER EXISTS { ?y <R> ?v } }",
    "$this <P> ?v . OPTIONAL { ?v <Q> ?w } ?w <R> ?value",
    "$this <P> ?v . BIND (?v AS ?w) ?w <Q> ?value",
]


@st.composite
def sparql(draw) -> str:
    """A SPARQL-based constraint."""
    text = draw(st.sampled_from(QUERIES))
    for mark in "PQR":
        text = text.replace(f"<{mark}>", "x" + draw(PREDICATES))
    text = text.replace("<C>", "x" + draw(CLASSES))
    return f'sh:sparql [ sh:prefixes :prefixes ; sh:select "SELECT DISTINCT $this ?value WHERE {{ {text} }}" ]'


BODIES = st.recursive(
    VALUE | sparql(),
    lambda inner: st.one_of(
        st.builds("sh:property [ sh:path {} ; {} ]".format, PATHS, inner | COUNTS),
        st.builds("sh:property [ sh:path {} ; {} ; {} ]".format, PATHS, inner, inner),
        st.builds("sh:node [ {} ]".format, inner),
        st.builds("sh:not [ {} ]".format, inner),
        st.builds("sh:{} ( [ {} ] [ {} ] )".format, st.sampled_from(["and", "or", "xone"]), inner, inner),
        st.builds(
            "sh:property [ sh:path {} ; sh:qualifiedValueShape [ {} ] ; sh:qualifiedMaxCount 1 ]".format, PATHS, inner
        ),
        st.builds(
            "sh:property [ sh:path {0} ; sh:qualifiedValueShape [ {1} ] ; sh:qualifiedMinCount 1 ; "
            "sh:qualifiedValueShapesDisjoint true ] , [ sh:path {0} ; sh:qualifiedValueShape [ {2} ] ; "
            "sh:qualifiedMinCount 1 ; sh:qualifiedValueShapesDisjoint true ]".format,
            PREDICATES,
            inner,
            inner,
        ),
    ),
    max_leaves=4,
)
TARGETS = st.one_of(
    st.builds("sh:targetClass {}".format, CLASSES),
    st.builds("sh:targetNode {}".format, NAMES | st.just("1")),
    st.builds("sh:targetSubjectsOf {}".format, PREDICATES),
    st.builds("sh:targetObjectsOf {}".format, PREDICATES),
)


def lines(texts) -> str:
    """Texts, one on each line."""
    return "\n".join(texts)


@st.composite
def shapes_graphs(draw) -> str:
    """One to three shapes with targets."""
    shapes = draw(st.lists(st.tuples(TARGETS, BODIES), min_size=1, max_size=3))
    return DECLARED + lines(f":S{n} a sh:NodeShape ; {t} ; {b} ." for n, (t, b) in enumerate(shapes))


FEW = st.sampled_from([":a", ":b", ":c"])
DENSE = st.lists(
    st.builds("{} a {} .".format, FEW, CLASSES) | st.builds("{} {} {} .".format, FEW, PREDICATES, FEW),
    min_size=9,
    max_size=18,
).map(lines)


@st.composite
def queries(draw) -> str:
    """A shape with one SPARQL-based constraint, on its focus nodes or on the values of a path."""
    target, constraint = draw(st.just("sh:targetNode :a , :b , :c") | TARGETS), draw(sparql())
    if draw(st.booleans()):
        constraint = constraint.replace("$this x", "$this $PATH ?step . ?step x", 1)
        constraint = f"sh:property [ sh:path {draw(PATHS)} ; {constraint} ]"
    return DECLARED + f":S a sh:NodeShape ; {target} ; {constraint} ."


CHANGES = st.lists(
    st.tuples(
        st.lists(TRIPLES | st.builds("{} {} {} .".format, FEW, PREDICATES, FEW), min_size=1, max_size=4).map(lines),
        st.lists(st.integers(0, 40), max_size=3),
        st.sampled_from([0, 1, 2, 100]),
    ),
    min_size=_CHANGES,
    max_size=_CHANGES,
)


def query(text: str) -> str:
    """A SPARQL-based constraint; names are written as in the Turtle around it."""
    text = re.sub(r"(?<=[\s|(/^]):(?=\w)", "x:", text)
    return f'sh:sparql [ sh:prefixes :prefixes ; sh:select "SELECT $this ?value WHERE {{ {text} }}" ]'


QUALIFIED = "sh:property [ sh:path {} ; sh:qualifiedValueShape {} ; sh:qualifiedMinCount {} ; {} ]"
CASES = {
    "a class": ("sh:property [ sh:path :p ; sh:class :C ]", ":a :p :b . :b a :C .", "", ":b a :C ."),
    "a superclass": ("sh:property [ sh:path :p ; sh:class :C ]", ":a :p :b . :b a :D .", ":D rdfs:subClassOf :C .", ""),
    "an inverse": ("sh:property [ sh:path [ sh:inversePath :p ] ; sh:maxCount 1 ]", ":b :p :a .", ":c :p :a .", ""),
    "a sequence": ("sh:property [ sh:path ( :p :q ) ; sh:maxCount 0 ]", ":a :p :b .", ":b :q :c .", ""),
    "its beginning": ("sh:property [ sh:path ( :p :q ) ; sh:maxCount 0 ]", ":b :q :c .", ":a :p :b .", ""),
    "any number": (
        "sh:property [ sh:path [ sh:oneOrMorePath :p ] ; sh:maxCount 2 ]", ":a :p :b . :c :p :d .", ":b :p :c .", ""
    ),
    "a pair": ("sh:property [ sh:path :p ; sh:equals :q ]", ":a :p 1 ; :q 1 .", ":a :q 2 .", ""),
    "order": ("sh:property [ sh:path :p ; sh:lessThan :q ]", ":a :p 2 .", ":a :q 1 .", ""),
    "a closed part": ("sh:property [ sh:path :p ; sh:node [ sh:closed true ] ]", ":a :p :b .", ":b :r 1 .", ""),
    "nested shapes": (
        "sh:node [ sh:not [ sh:property [ sh:path :p ; sh:node [ sh:property [ sh:path :q ; sh:minCount 1 ] ] ] ] ]",
        ":a :p :b .", ":b :q 1 .", "",
    ),
    "siblings": (
        QUALIFIED.format(":p", "[ sh:class :C ]", 1, "sh:qualifiedValueShapesDisjoint true ") + ";"
        + QUALIFIED.format(":q", "[ sh:property [ sh:path :r ; sh:minCount 1 ] ]", 0, ""),
        ":a :p :b . :b a :C .", ":b :r 1 .", "",
    ),
    "a query's optional part": (
        query("$this :p ?x OPTIONAL { ?x :q ?y } ?y :r ?value"), ":a :p :b . :b :q :d .", ":c :r :d .", ":b :q :d ."
    ),
    "what an optional part leaves open": (
        query("$this :p ?x OPTIONAL { ?x :q ?y } ?y :r ?value"), ":a :p :b .", ":c :r :d .", ""
    ),
    "the end of a path": (query("?x :p/:q ?value . $this :r ?value"), ":a :r :d . :c :q :d .", ":b :p :c .", ""),
    "what only one side of a union sees": (
        query("{ $this :p ?value } UNION { $this :q ?x . ?x :r ?value }"), ":a :q :b .", ":b :r :c .", ""
    ),
    "what does not exist": (
        query("$this :p ?value FILTER NOT EXISTS { ?value :q ?x . ?x a :C }"),
        ":a :p :b . :b :q :c . :c a :C .", "", ":c a :C .",
    ),
    "what is joined to nothing": (query("$this :p ?value . ?x :q ?y"), ":a :p :b .", ":c :q :d .", ""),
    "a count in a sub-select": (
        query("{ SELECT $this (COUNT(?y) AS ?n) WHERE { $this :q ?y } GROUP BY $this } FILTER (?n > 1)"),
        ":a :q :b .", ":a :q :c .", "",
    ),
    "a sub-select's own variable": (
        query("$this :p ?y . { SELECT $this ?z WHERE { $this :q ?z . ?y :r ?z } } ?z :s ?value"),
        ":a :p :b ; :q :c . :c :s 1 .", ":b :r :c .", "",
    ),
    "an EXISTS in BIND": (
        query("$this :p ?x BIND (EXISTS { ?x :q ?y } AS ?value) FILTER (?value)"), ":a :p :b .", ":b :q 1 .", ""
    ),
    "any property": (query("$this :p ?x . ?x ?any :d . ?x :q ?value"), ":a :p :b . :b :q 1 .", ":b :r :d .", ""),
    "a path in a query": (query("$this (:p|^:q)+ ?value . ?value a :C"), ":b :q :a . :b :p :c .", ":c a :C .", ""),
    "a path that may be empty": (query("?x :q* ?y . $this :p ?z FILTER (?y = :d)"), ":a :p :b .", ":d :r 1 .", ""),
    "parts without names": (
        "sh:property [ sh:path ( :p :q ) ; sh:class :C ]", ":a :p [ :q :b , [ :r :c ] ] . :b a :C .", "", ":b a :C ."
    ),
}  # fmt: skip


@pytest.mark.parametrize("many", [0, 100])
@pytest.mark.parametrize("name", CASES)
def test_a_change_is_seen_through(name: str, many: int) -> None:
    """One way after the other in which what is far from a thing matters to it."""
    body, data, added, removed = CASES[name]
    shapes = DECLARED + f":S a sh:NodeShape ; sh:targetNode :a ; {body} ."
    before = {q.triple for q in quads(data)}
    after = (before | {q.triple for q in quads(added)}) - {q.triple for q in quads(removed)}
    assert keys(before, quads(shapes)) != keys(after, quads(shapes)), "the change must matter"
    compare(shapes, data, [(added, removed, many)])


def settings(share: int):
    """So many per cent of the examples; what one example tries is _CHANGES of them."""
    number = EXAMPLES * share // 100 // _CHANGES
    return hypothesis.settings(max_examples=number, deadline=None, suppress_health_check=list(hypothesis.HealthCheck))


@settings(60)
@hypothesis.given(shapes_graphs(), st.lists(TRIPLES | INSIDE, min_size=10, max_size=24).map(lines), CHANGES)
def test_no_finding_of_the_whole_graph_is_missed_and_none_is_made_up(shapes, data, changes) -> None:
    hypothesis.note(f"{shapes}\n{data}\n{changes}")
    compare(shapes, data, changes)


@settings(40)
@hypothesis.given(queries(), DENSE, CHANGES)
def test_nothing_that_a_query_can_see_is_missed(shapes, data, changes) -> None:
    """Optional and negated parts, unions, sub-selects and what is joined to nothing."""
    hypothesis.note(f"{shapes}\n{data}\n{changes}")
    compare(shapes, data, changes)
