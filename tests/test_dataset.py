"""A query's own dataset: several FROM are merged as sets, whatever the engine would do."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from bsrgraph.formats import by_name
from bsrgraph.store.connect import in_memory
from bsrgraph.store.dataset import named_dataset
from bsrgraph.store.port import Query

A, B, C = (ox.NamedNode(f"http://x/{name}") for name in "abc")
TWICE = [ox.Quad(A, B, ox.Literal(800), graph) for graph in (A, B)] + [ox.Quad(C, B, ox.Literal(1), C)]


@pytest.mark.parametrize(
    "clauses",
    [
        "FROM <http://x/a> FROM <http://x/b>",
        "FROM x:a FROM x:b FROM NAMED x:c",
        "from<http://x/a>#\nfrom x:b",
    ],
)
def test_a_triple_that_two_graphs_state_is_counted_once(clauses: str) -> None:
    text = f"PREFIX x: <http://x/> SELECT (SUM(?n) AS ?sum) {clauses} WHERE {{ ?s ?p ?n }}"
    assert in_memory(TWICE).query(Query(text, by_name("csv"))).read().split()[1] == b"800"


def test_named_graphs_of_the_clauses_are_the_only_ones() -> None:
    text = "SELECT ?g FROM <http://x/a> FROM <http://x/b> FROM NAMED <http://x/c> WHERE { GRAPH ?g { ?s ?p ?o } }"
    assert in_memory(TWICE).query(Query(text, by_name("csv"))).read().split() == [b"g", b"http://x/c"]


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * FROM <http://x/a> WHERE { ?s ?p ?o }",
        "SELECT * FROM <a> FROM <b> WHERE { ?s ?p ?o }",
        "SELECT * FROM u:a FROM u:b WHERE { ?s ?p ?o }",
        'SELECT * WHERE { ?s ?p "FROM <http://x/a> FROM <http://x/b>" }',
    ],
)
def test_what_needs_no_merging_or_cannot_be_read_is_left_to_the_engine(text: str) -> None:
    assert named_dataset(text) is None
