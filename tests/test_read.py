"""Rows and graphs come out of an answer as they are in it, and nothing is pasted into a query as text."""

from __future__ import annotations

import importlib.resources
import re

import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st
from rdflib.compare import isomorphic

from bsrgraph.guard import Form, check
from bsrgraph.iris import RDF_TYPE, XSD
from bsrgraph.read import Rows, bound, query_text, rdflib_graph, rdflib_term, rows, select_variables
from bsrgraph.store.connect import in_memory

SKOS = "http://www.w3.org/2004/02/skos/core#"
CHARACTERS = st.characters(codec="utf-8", exclude_categories=["Cs"])
LITERALS = (
    st.text(CHARACTERS).map(ox.Literal)
    | st.builds(
        lambda t, tag: ox.Literal(t, language=tag), st.text(CHARACTERS), st.sampled_from(["en", "de-AT", "zh-hant"])
    )
    | st.builds(
        lambda t, kind: ox.Literal(t, datatype=ox.NamedNode(XSD + kind)),
        st.text(CHARACTERS) | st.sampled_from(["yes", "1.9E7", "5000000.00", "007", "2013-02-30", "INF"]),
        st.sampled_from(["decimal", "boolean", "integer", "date", "gYear"]),
    )
)
IRIS = st.sampled_from(["https://example.org/a", "https://example.org/ä?b=c#d", "urn:x:y"]).map(ox.NamedNode)


def test_a_row_holds_what_is_bound_and_leaves_out_what_is_not(alpine_store):
    text = f"""SELECT ?name ?other WHERE {{
        ?valley <{SKOS}prefLabel> ?name OPTIONAL {{ ?valley <{SKOS}altLabel> ?other }} FILTER(LANG(?name) = "de")
    }} ORDER BY ?name"""
    assert rows(alpine_store, text)[:0] == []
    found = {row["name"].value: row.get("other") for row in rows(alpine_store, text)}
    assert found["Echotal"] == ox.Literal("Hintertal", language="de")
    assert found["Nebeltal"] is None
    assert all("other" in row for row in rows(alpine_store, text) if row["name"].value == "Echotal")
    assert not any("other" in row for row in rows(alpine_store, text) if row["name"].value == "Nebeltal")


def test_columns_are_in_the_order_of_the_query(alpine_store):
    assert select_variables(alpine_store, "SELECT ?b ?a (1 AS ?c) { ?a ?p ?b }") == ["b", "a", "c"]


def test_rows_are_in_the_order_of_the_answer(alpine_store):
    found = rows(alpine_store, "SELECT ?n { VALUES ?n { 3 1 2 } } ORDER BY ?n")
    assert [row["n"].value for row in found] == ["1", "2", "3"]


@pytest.mark.parametrize("text", ["ASK { ?s ?p ?o }"])
def test_only_a_table_has_rows(alpine_store, text):
    with pytest.raises(TypeError, match="SELECT"):
        rows(alpine_store, text)


@given(LITERALS | IRIS)
def test_a_term_that_fills_a_place_stays_one_term(term):
    """Quotes, backslashes, line ends and braces in it are no part of the query."""
    text = bound("SELECT ?found { BIND($term AS ?found) }", {"term": term})
    assert check(text) is Form.SELECT
    found = rows(in_memory([]), text)
    assert len(found) == 1
    # The store may write a number or date that is one in another way.
    if (
        isinstance(term, ox.Literal)
        and term.datatype.value.startswith(XSD)
        and not term.datatype.value.endswith("string")
    ):
        assert found[0]["found"].datatype == term.datatype
    else:
        assert found[0]["found"] == term


@given(st.text(CHARACTERS))
def test_a_text_cannot_break_out_of_its_place(text):
    """A row comes back only if the place holds the very same text."""
    query = bound("ASK { FILTER(STRLEN($text) = $length) }", {"text": ox.Literal(text), "length": len(text)})
    assert check(query) is Form.ASK
    assert bool(ox.Store().query(query))


def test_places_are_filled_by_name_and_others_are_left():
    terms = [ox.NamedNode("x:a"), ox.NamedNode("x:b")]
    assert bound("$a $ab ?a $limit { $things }", {"a": terms[0], "limit": 5, "things": terms}) == (
        "<x:a> $ab ?a 5 { <x:a> <x:b> }"
    )


def test_what_fills_a_place_is_not_filled_again():
    assert bound("$a $b", {"a": ox.Literal("$b"), "b": ox.Literal("x")}) == '"$b" "x"'


NAMES = [
    f.name.removesuffix(".rq")
    for f in (importlib.resources.files("bsrgraph") / "sparql").iterdir()
    if f.name.endswith(".rq")
]


@pytest.mark.parametrize("name", NAMES)
def test_each_of_the_program_s_queries_is_one_that_strangers_may_ask(name):
    """Parsed with every place filled by a thing, and within the limits that hold for everybody."""
    text = query_text(name)
    places = {word.strip("$(){}.,;") for word in text.replace("(", " ").split() if word.startswith("$")}
    numbers = {"limit", "offset"}
    thing = ox.NamedNode("https://example.org/a")
    width = len(re.findall(r"\?\w+", re.search(r"VALUES \(([^)]*)\)", text)[1])) if "$rows" in text else 0
    row = Rows(((thing,) * width,))
    filled = query_text(name, **{p: 1 if p in numbers else row if p == "rows" else thing for p in places})
    assert check(filled) in Form
    assert "$" not in "".join(line.partition("#")[0] for line in filled.splitlines() if "http" not in line)
    ox.Store().query(filled)


@given(LITERALS)
def test_a_literal_reaches_rdflib_as_it_was_written(literal):
    """Also one that is no value of its datatype: the checks are to see it."""
    found = rdflib_term(literal)
    assert isinstance(found, rdflib.Literal)
    assert str(found) == literal.value
    assert (found.language or None) == (literal.language or None)
    expected = None if literal.language or literal.datatype.value == XSD + "string" else literal.datatype.value
    assert (None if found.datatype is None else str(found.datatype)) == expected


def test_iris_and_blank_nodes_reach_rdflib_by_their_names():
    assert rdflib_term(ox.NamedNode("https://example.org/a")) == rdflib.URIRef("https://example.org/a")
    assert rdflib_term(ox.BlankNode("b")) == rdflib.BNode("b")


def test_a_graph_reaches_rdflib_whole(alpine):
    """Held against rdflib's own reading of the same file."""
    path = alpine.root / "shapes" / "grant.ttl"
    source = next(s for s in alpine.shapes if s.path == path)
    assert isomorphic(rdflib_graph(s.quad for s in source.statements), rdflib.Graph().parse(path))


def test_a_graph_for_rdflib_is_the_union_of_its_quads():
    graphs = [ox.NamedNode("x:g"), ox.NamedNode("x:h"), ox.DefaultGraph()]
    quads = [ox.Quad(ox.NamedNode("x:s"), ox.NamedNode(RDF_TYPE), ox.NamedNode("x:o"), graph) for graph in graphs]
    assert len(rdflib_graph(quads)) == 1


def test_a_triple_term_does_not_reach_rdflib():
    triple = ox.Triple(ox.NamedNode("x:s"), ox.NamedNode("x:p"), ox.NamedNode("x:o"))
    with pytest.raises(TypeError, match="triple terms"):
        rdflib_graph([ox.Quad(ox.NamedNode("x:s"), ox.NamedNode("x:p"), triple)])
