"""What is counted is exact: held against counts made in Python, over both graphs and over whatever there could be."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bsrgraph.derived import DerivedFiles
from bsrgraph.iris import BSR, LAYERS, PREFIXES, RDF_TYPE
from bsrgraph.read import all_quads
from bsrgraph.statistics import Statistics, counts, statistics
from bsrgraph.store.connect import in_memory
from bsrgraph.store.port import Change, Store

TYPE = ox.NamedNode(RDF_TYPE)


@pytest.fixture(params=["store", "alpine_store"])
def either(request: pytest.FixtureRequest) -> Store:
    """The shipped graph, and the alpine one."""
    found: Store = request.getfixturevalue(request.param)
    return found


def shape(triples: Iterable[ox.Triple]) -> dict[str, tuple[int, int, int]]:
    """Property → triples, subjects, objects."""
    found: defaultdict[str, list[ox.Triple]] = defaultdict(list)
    for triple in triples:
        found[triple.predicate.value].append(triple)
    return {p: (len(t), len({x.subject for x in t}), len({x.object for x in t})) for p, t in found.items()}


def same_as_by_hand(found: Statistics, quads: set[ox.Quad]) -> None:
    """Every figure of `found`, once more by hand."""
    triples = {q.triple for q in quads}
    classes: defaultdict[ox.NamedNode, set[object]] = defaultdict(set)
    for t in triples:
        if t.predicate == TYPE and isinstance(t.object, ox.NamedNode):
            classes[t.object].add(t.subject)
    assert (found.triples, found.subjects, found.objects) == (
        len(triples),
        len({t.subject for t in triples}),
        len({t.object for t in triples}),
    )
    assert (found.statements, found.graphs) == (len(quads), len({q.graph_name for q in quads}))
    assert {p.iri: (p.triples, p.subjects, p.objects) for p in found.properties} == shape(triples)
    assert {c.iri: c.entities for c in found.classes} == {c.value: len(things) for c, things in classes.items()}
    for use in found.classes:
        things = classes[ox.NamedNode(use.iri)]
        by_hand = shape(t for t in triples if t.subject in things)
        assert {p.iri: (p.triples, p.subjects, p.objects) for p in use.properties} == by_hand
    for layer in found.layers:
        kind = next(ox.NamedNode(iri) for iri, name in LAYERS.items() if name == layer.name)
        graphs = {q.graph_name for q in quads} & classes[kind]
        assert (layer.graphs, layer.statements) == (len(graphs), sum(q.graph_name in graphs for q in quads))


def test_every_figure_is_exact(either: Store) -> None:
    found = statistics(either, DerivedFiles())
    same_as_by_hand(found, set(all_quads(either)))
    assert found.triples > 500


def test_every_graph_is_in_one_layer(either: Store) -> None:
    found = statistics(either, DerivedFiles())
    assert [layer.name for layer in found.layers] == ["evidence", "curated", "reference", "contributed"]
    assert sum(layer.graphs for layer in found.layers) == found.graphs
    assert sum(layer.statements for layer in found.layers) == found.statements


NAMES = [ox.NamedNode(f"https://example.org/{name}") for name in "abc"]
NODES = st.sampled_from([*NAMES, ox.BlankNode("b")])
OBJECTS = st.sampled_from([*NAMES, ox.BlankNode("b"), ox.Literal("x"), ox.Literal("1"), *map(ox.NamedNode, LAYERS)])
QUADS = st.builds(ox.Quad, NODES, st.sampled_from([*NAMES, TYPE]), OBJECTS, st.sampled_from(NAMES))


@given(st.sets(QUADS, max_size=25))
def test_every_figure_is_exact_for_whatever_there_is(quads: set[ox.Quad]) -> None:
    same_as_by_hand(statistics(in_memory(quads), DerivedFiles()), quads)


def test_counts_say_how_often_a_term_is_used(either: Store) -> None:
    found, whole = counts(either), statistics(either, DerivedFiles())
    assert dict(found.classes) == {c.iri: c.entities for c in whole.classes}
    assert dict(found.properties) == {p.iri: p.triples for p in whole.properties}
    assert found.of(RDF_TYPE) == found.properties[RDF_TYPE] > 0
    assert found.of("https://example.org/nothing") == 0


def test_things_are_counted_by_kind_and_one_is_named(store: Store, alpine_store: Store) -> None:
    assert counts(store).kinds["country"] == 10
    assert counts(store).examples["country"].startswith("https://w3id.org/bsrgraph/id/country/")
    assert counts(store).kinds["theme"] == 14
    assert counts(alpine_store).kinds["valley"] == 3
    assert "country" not in counts(alpine_store).kinds


def test_links_to_what_others_describe_are_counted_by_namespace(store: Store) -> None:
    links = statistics(store, DerivedFiles()).links
    wikidata = [link for link in links if link.namespace == "http://www.wikidata.org/entity/"]
    assert [(link.property, link.triples) for link in wikidata] == [(PREFIXES["skos"] + "exactMatch", 10)]


def test_what_was_counted_survives_a_restart_and_not_a_change(alpine_store: Store, tmp_path: Path) -> None:
    quads = list(all_quads(alpine_store))
    store = in_memory(quads)
    before = statistics(store, DerivedFiles(tmp_path))
    assert statistics(in_memory([]), DerivedFiles(tmp_path)) == before  # as another process would find it
    graph = ox.NamedNode("https://example.org/g")
    store.apply(Change(lambda: [ox.Quad(graph, TYPE, ox.NamedNode(BSR + "ContributedGraph"), graph)]))
    after = statistics(store, DerivedFiles(tmp_path))
    assert after.statements == before.statements + 1
    assert {layer.name: layer.graphs for layer in after.layers}["contributed"] == 1
