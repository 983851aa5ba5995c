"""Queries that are rewritten: the engine's answer is then the recommendation's, and nothing else changes."""

from __future__ import annotations

import io
import json

import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st

from bsrgraph.errors import QuerySyntaxError
from bsrgraph.store.evaluate import evaluate
from bsrgraph.store.rewrite import as_specified

NODES = [f"urn:{letter}" for letter in "abcd"]
UNKNOWN = "urn:unknown"
PREFIX = "PREFIX u: <urn:> "


def store_of(*quads: tuple[str, str, str] | tuple[str, str, str, str]) -> ox.Store:
    """A store of these triples and quads of IRIs."""
    store = ox.Store()
    for quad in quads:
        store.add(ox.Quad(*(ox.NamedNode(iri) for iri in quad)))
    return store


def answered(store: ox.Store, text: str, **dataset: list[str]) -> list[dict[str, str]]:
    """The rows of a SELECT, each as column → text, in no particular order."""
    output = io.BytesIO()
    evaluate(store, text, "json", output, **dataset)
    rows = [{n: b["value"] for n, b in r.items()} for r in json.loads(output.getvalue())["results"]["bindings"]]
    return sorted(rows, key=lambda row: sorted(row.items()))


STORE = store_of(("urn:a", "urn:p", "urn:b"), ("urn:c", "urn:p", "urn:d", "urn:g"))

elements = st.recursive(
    st.sampled_from(["u:p", "u:q", "<urn:p>", "a", "^u:p"]),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("/".join),
        st.tuples(inner, inner).map("|".join),
        inner.map(lambda path: f"({path})+"),
        inner.map(lambda path: f"({path})*"),
    ).map(lambda path: f"({path})"),
    max_leaves=3,
)
triples = st.sets(
    st.tuples(st.sampled_from(NODES), st.sampled_from(["urn:p", "urn:q"]), st.sampled_from(NODES)), max_size=6
)


@given(triples, elements, st.sampled_from("*?"), st.sampled_from([*NODES, UNKNOWN]), st.booleans())
def test_a_path_of_any_length_from_anywhere_is_as_rdflib_has_it(
    facts: set[tuple[str, str, str]], element: str, modifier: str, end: str, forwards: bool
) -> None:
    """Whether the graph holds the constant end or not; rdflib is the independent judge."""
    path = f"{element}{modifier}"
    pattern = f"<{end}> {path} ?x" if forwards else f"?x {path} <{end}>"
    text = f"{PREFIX} SELECT ?x WHERE {{ {pattern} }}"
    graph = rdflib.Graph()
    for fact in facts:
        graph.add(tuple(rdflib.URIRef(iri) for iri in fact))
    expected = sorted({str(row[0]) for row in graph.query(text)})
    assert [row["x"] for row in answered(store_of(*facts), text)] == expected


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("<urn:x> u:p* ?y", [{"y": "urn:x"}]),
        ("?y u:p? u:x .", [{"y": "urn:x"}]),
        ("<urn:a> u:p* ?y . <urn:x> u:p* ?z", [{"y": "urn:a", "z": "urn:x"}, {"y": "urn:b", "z": "urn:x"}]),
        ("OPTIONAL { <urn:x> (u:p|u:q)* ?y }", [{"y": "urn:x"}]),
        ("<urn:a> u:p ?y FILTER EXISTS { <urn:x> u:p* ?z }", [{"y": "urn:b"}]),
        ("<urn:x> u:p* ?y FILTER(?y = u:x)", [{"y": "urn:x"}]),
        ("GRAPH <urn:g> { <urn:a> u:p* ?y }", [{"y": "urn:a"}]),
        ("GRAPH <urn:g> { <urn:c> u:p* ?y }", [{"y": "urn:c"}, {"y": "urn:d"}]),
        ("{ SELECT ?y WHERE { <urn:x> ^u:p? ?y } }", [{"y": "urn:x"}]),
        ("<urn:x> u:p+ ?y", []),
        ("<urn:x> u:p ?y", []),
        ("<urn:x> u:p*/u:p ?y", []),
    ],
)
def test_an_iri_that_the_graph_does_not_hold_has_a_path_of_length_zero(
    pattern: str, expected: list[dict[str, str]]
) -> None:
    assert answered(STORE, f"{PREFIX} SELECT * WHERE {{ {pattern} }}") == expected


def test_the_dataset_of_the_request_and_of_the_query_decides_what_is_held() -> None:
    """`urn:c` is in the named graph only; a template before the FROM hides none of it."""
    text = PREFIX + "SELECT ?y {} WHERE {{ u:c u:p* ?y }}"
    both = [{"y": "urn:c"}, {"y": "urn:d"}]
    assert answered(STORE, text.format("")) == [{"y": "urn:c"}]
    assert answered(STORE, text.format("FROM <urn:g>")) == both
    assert answered(STORE, text.format(""), default_graphs=["urn:g"]) == both
    output = io.BytesIO()
    evaluate(STORE, PREFIX + "CONSTRUCT { u:s u:p ?y } FROM u:g WHERE { u:c u:p* ?y }", "nt", output)
    assert len(output.getvalue().splitlines()) == 2


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * WHERE { ?s ?p ?o }",
        "SELECT (COUNT(*) AS ?n) (2 * ?x AS ?m) WHERE { ?s ?p ?x } GROUP BY ?x",
        "SELECT * WHERE { <urn:a> <urn:p>* ?y }",
        "SELECT * WHERE { GRAPH ?g { <urn:x> <urn:p>* ?y } }",
        "SELECT * WHERE { <urn:x> <urn:p>* ?y ; <urn:q> ?z }",
        "SELECT * WHERE { <urn:x> <urn:p>* ?y , ?z }",
        "SELECT * WHERE { <urn:x> <urn:p>* <urn:y> }",
        "SELECT * WHERE { <urn:x> <urn:p>* _:y }",
        "SELECT * WHERE { ?s ?p '<urn:x> <urn:p>* ?y' } # <urn:x> <urn:p>* ?y .",
        "SELECT * WHERE { \\u003curn:x> <urn:p>* ?y }",
        "SELECT * WHERE { <urn:x> undeclared:p* ?y }",
        "SELECT * WHERE { <urn:x> <urn:p>*",
        "SELECT (GROUP_CONCAT AS ?x",
        "SELECT * WHERE { 'no end } <urn:p>* ?y",
    ],
)
def test_every_other_query_is_left_as_it_is(text: str) -> None:
    assert as_specified(text, lambda asked: bool(STORE.query(asked))) == text


def test_joined_values_have_no_language() -> None:
    """GROUP_CONCAT gives a simple literal, also where all values are in one language."""
    text = (
        "SELECT (group_concat(DISTINCT ?l ; SEPARATOR=')') AS ?all) (LANG(GROUP_CONCAT(?l)) AS ?tag) "
        "WHERE { VALUES ?l { 'a'@en } } HAVING (GROUP_CONCAT(?l) = 'a')"
    )
    assert answered(ox.Store(), text) == [{"all": "a", "tag": ""}]


def test_a_place_in_a_query_that_is_wrong_is_a_place_in_what_was_sent() -> None:
    """The rewritten text is nobody's business."""
    text = PREFIX + "SELECT (GROUP_CONCAT(?l) AS ?all) WHERE { <urn:x> u:p* ?l } ]"
    with pytest.raises(QuerySyntaxError) as caught:
        answered(STORE, text)
    with pytest.raises(SyntaxError, match=f"{caught.value.line}:{caught.value.column}:"):
        STORE.query(text)
