"""Why a fact is stated: what the provenance graphs say of the graph that states it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pyoxigraph as ox

from bsrgraph.iris import BSR, LAYERS, PREFIXES, RDF_TYPE, is_link
from bsrgraph.pages.labels import Labels, Link
from bsrgraph.read import Term, query_text, rows
from bsrgraph.store.port import Store

__all__ = ["Evidence", "Origin", "read_origins", "read_provenance"]

_PROV, _OA = PREFIXES["prov"], PREFIXES["oa"]
_LANGUAGE, _URL = PREFIXES["dcterms"] + "language", PREFIXES["schema"] + "url"
_REVIEWER = _PROV + "wasAssociatedWith"
_WHOLE = re.compile(r"\d{1,15}\Z")
_Said = Mapping[str, list[Term]]


@dataclass(frozen=True, slots=True)
class Evidence:
    """The layer of a graph, and where its statement stands in which source; offsets count characters from 0.

    `at` is when a contribution was accepted (xsd:dateTime), by its `reviewers`; its `speakers` proposed it.
    """

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
    at: str = ""
    reviewers: tuple[Link, ...] = ()

    @property
    def place(self) -> tuple[int, list[tuple[int, str]]]:
        """Where it comes among the statements of its source: by its characters, else by its name, 2 before 10."""
        parts = re.findall(r"(\d+)|(\D+)", self.graph.iri)
        return (self.start if self.start is not None else 1 << 60, [(int(d or 0), t) for d, t in parts])


@dataclass(frozen=True, slots=True)
class Origin:
    """A source of what a page says: its number on that page, its languages, and the addresses where it can be read."""

    number: int
    source: Link
    languages: tuple[Link, ...]
    addresses: tuple[str, ...]


def read_provenance(store: Store, labels: Labels, graphs: Iterable[str]) -> dict[str, Evidence]:
    """Graph IRI → its evidence, for all `graphs` in one query."""
    wanted = sorted(set(graphs))
    said: defaultdict[str, defaultdict[str, list[Term]]] = defaultdict(lambda: defaultdict(list))
    text = query_text("provenance", graphs=[ox.NamedNode(g) for g in wanted])
    for row in rows(store, text) if wanted else ():
        values = said[row["graph"].value][row["property"].value]
        if row["value"] not in values:
            values.append(row["value"])
    linked = (_PROV + "wasDerivedFrom", _PROV + "wasAttributedTo", BSR + "hedge", _REVIEWER)
    labels.look_up([*wanted, *(v.value for facts in said.values() for name in linked for v in _iris(facts, name))])
    return {graph: _evidence(graph, said[graph], labels) for graph in wanted}


def read_origins(store: Store, labels: Labels, evidence: Iterable[Evidence]) -> tuple[Origin, ...]:
    """The sources of what is stated in `evidence`, numbered as they come; what editors conclude rests on statements."""
    sources = {s.iri: s for e in evidence if e.layer in ("evidence", "contributed") for s in e.sources}
    said: defaultdict[str, defaultdict[str, list[Term]]] = defaultdict(lambda: defaultdict(list))
    text = query_text("origins", sources=[ox.NamedNode(s) for s in sources])
    for row in rows(store, text) if sources else ():
        said[row["source"].value][row["property"].value].append(row["value"])
    labels.look_up(v.value for facts in said.values() for v in _iris(facts, _LANGUAGE))
    return tuple(
        Origin(
            place,
            source,
            tuple(labels.link(v.value) for v in _iris(said[iri], _LANGUAGE)),
            tuple(v.value for v in _iris(said[iri], _URL) if is_link(v.value)),
        )
        for place, (iri, source) in enumerate(sources.items(), start=1)
    )


def _iris(facts: _Said, name: str) -> list[ox.NamedNode]:
    return [v for v in facts.get(name, ()) if isinstance(v, ox.NamedNode)]


def _number(facts: _Said, name: str) -> int | None:
    found = [v.value for v in facts.get(name, ()) if isinstance(v, ox.Literal) and _WHOLE.match(v.value)]
    return int(found[0]) if found else None


def _text(facts: _Said, name: str) -> str:
    return " ".join(v.value for v in facts.get(name, ()) if isinstance(v, ox.Literal))


def _evidence(graph: str, facts: _Said, labels: Labels) -> Evidence:
    def links(name: str) -> tuple[Link, ...]:
        return tuple(labels.link(v.value) for v in _iris(facts, name))

    classes = [c.value for c in _iris(facts, RDF_TYPE)]
    return Evidence(
        labels.link(graph),
        next((LAYERS[c] for c in classes if c in LAYERS), "reference"),
        links(_PROV + "wasDerivedFrom"),
        links(BSR + "hedge"),
        links(_PROV + "wasAttributedTo"),
        _number(facts, _OA + "start"),
        _number(facts, _OA + "end"),
        _number(facts, BSR + "line"),
        _text(facts, BSR + "spanSha256"),
        _text(facts, PREFIXES["dcterms"] + "description") or _text(facts, PREFIXES["rdfs"] + "comment"),
        _text(facts, _PROV + "generatedAtTime"),
        links(_REVIEWER),
    )
