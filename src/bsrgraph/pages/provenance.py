"""Why a fact is stated: what the provenance graphs say of the graph that states it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import pyoxigraph as ox

from bsrgraph.iris import BSR, LAYERS, PREFIXES, RDF_TYPE
from bsrgraph.pages.labels import Labels, Link
from bsrgraph.read import query_text, rows
from bsrgraph.store.port import Store

__all__ = ["Evidence", "read_provenance"]

_PROV, _OA = PREFIXES["prov"], PREFIXES["oa"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """The layer of a graph, and where its statement stands in which source; offsets count characters from 0."""

    graph: Link
    layer: str
    sources: tuple[Link, ...]
    hedges: tuple[Link, ...]
    speakers: tuple[Link, ...]
    start: int | None
    end: int | None
    line: int | None
    digest: str
    note: str


def read_provenance(store: Store, labels: Labels, graphs: Iterable[str]) -> dict[str, Evidence]:
    """Graph IRI → its evidence, for all `graphs` in one query."""
    wanted = sorted(set(graphs))
    said: defaultdict[str, defaultdict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    text = query_text("provenance", graphs=[ox.NamedNode(g) for g in wanted])
    for row in rows(store, text) if wanted else ():
        values = said[row["graph"].value][row["property"].value]
        if row["value"].value not in values:
            values.append(row["value"].value)
    mentioned = [
        value
        for facts in said.values()
        for name in (_PROV + "wasDerivedFrom", _PROV + "wasAttributedTo", BSR + "hedge")
        for value in facts[name]
    ]
    labels.look_up([*wanted, *mentioned])
    return {graph: _evidence(graph, said[graph], labels) for graph in wanted}


def _evidence(graph: str, facts: dict[str, list[str]], labels: Labels) -> Evidence:
    def links(name: str) -> tuple[Link, ...]:
        return tuple(labels.link(v) for v in facts.get(name, ()))

    def number(name: str) -> int | None:
        found = facts.get(name)
        return int(found[0]) if found else None

    def text(name: str) -> str:
        return " ".join(facts.get(name, ()))

    classes = facts.get(RDF_TYPE, ())
    return Evidence(
        labels.link(graph),
        next((LAYERS[c] for c in classes if c in LAYERS), "reference"),
        links(_PROV + "wasDerivedFrom"),
        links(BSR + "hedge"),
        links(_PROV + "wasAttributedTo"),
        number(_OA + "start"),
        number(_OA + "end"),
        number(BSR + "line"),
        text(BSR + "spanSha256"),
        text(PREFIXES["dcterms"] + "description"),
    )
