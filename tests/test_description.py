"""The description of a thing as RDF: however many things point to it, its pages hold each of them once."""

from __future__ import annotations

import pyoxigraph as ox

from bsrgraph.description import describe
from bsrgraph.store.connect import in_memory

BASE = "https://w3id.org/bsrgraph/"
HUB = ox.NamedNode(BASE + "id/project/hub")
LABEL = ox.NamedNode("http://www.w3.org/2004/02/skos/core#prefLabel")
LINK = ox.NamedNode(BASE + "ontology#participatesIn")


def test_the_pages_of_a_hub_hold_every_incoming_link_once() -> None:
    pointing = [ox.NamedNode(f"{BASE}id/participation/p{number}") for number in range(2300)]
    graph = ox.NamedNode(BASE + "evidence/x/1")
    store = in_memory([ox.Quad(HUB, LABEL, ox.Literal("Hub", language="en"), graph)])
    assert [q.predicate for q in describe(store, HUB.value, "https://example.org/", None)].count(LINK) == 0
    store = in_memory(
        [
            ox.Quad(HUB, LABEL, ox.Literal("Hub", language="en"), graph),
            *(ox.Quad(p, LINK, HUB, ox.NamedNode(f"{BASE}evidence/x/{n}")) for n, p in enumerate(pointing)),
        ]
    )
    pages = [describe(store, HUB.value, "https://example.org/", None, page) for page in (1, 2, 3)]
    found = [[q.subject for q in page if q.predicate == LINK] for page in pages]
    assert [len(page) for page in found] == [1000, 1000, 300]
    assert sorted(str(s) for page in found for s in page) == sorted(map(str, pointing))
