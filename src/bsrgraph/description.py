"""The description of a thing as RDF: what is said of it, who points to it, what those are called, and who says so.

The document that carries it says what it is about and on what terms it may be used (Cool URIs for the Semantic
Web, section 4). Statements keep their graphs, so that formats with named graphs show who states what.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyoxigraph as ox

from bsrgraph.errors import NotFound
from bsrgraph.formats import Format
from bsrgraph.iris import PREFIXES, RDF_TYPE
from bsrgraph.prefixes import used_prefixes
from bsrgraph.read import quads, query_text, rows
from bsrgraph.store.port import Store

__all__ = ["describe", "describe_graph", "describe_known", "write"]

_INCOMING = 1000
"""Incoming links in one document; further ones are on its next pages."""


def describe(store: Store, iri: str, document: str, licence: str | None, page: int = 1) -> list[ox.Quad]:
    """The description of the thing `iri` in the document at the URL `document`.

    Raises:
        NotFound: nothing is said of it.

    """
    thing = ox.NamedNode(iri)
    text = query_text("described_facts", thing=thing, limit=_INCOMING, offset=(page - 1) * _INCOMING)
    facts = list(quads(rows(store, text)))
    if not any(q.subject == thing for q in facts):
        raise NotFound(f"Nothing is known of {iri}.")
    graphs = sorted({q.graph_name.value for q in facts if isinstance(q.graph_name, ox.NamedNode)})
    near = {t.value for q in facts for t in (q.subject, q.object) if isinstance(t, ox.NamedNode) and t != thing}
    named = quads(rows(store, query_text("described_labels", things=map(ox.NamedNode, sorted(near)))))
    why = quads(rows(store, query_text("described_graphs", graphs=[ox.NamedNode(g) for g in graphs])))
    about = list(_about(document, iri, licence, [ox.NamedNode(g) for g in graphs if g != iri]))
    return [*_ordered([*facts, *named, *why], thing), *about]


def describe_graph(store: Store, iri: str, document: str, licence: str | None) -> list[ox.Quad]:
    """The statements of the named graph `iri`, and what is said of it.

    Raises:
        NotFound: there is no such graph.

    """
    graph = ox.NamedNode(iri)
    stated = list(quads(rows(store, query_text("described_graph", thing=graph))))
    if not stated:
        raise NotFound(f"There is no graph {iri}.")
    why = quads(rows(store, query_text("described_graphs", graphs=[graph])))
    return [*_ordered([*stated, *why], graph), *_about(document, iri, licence, [])]


def describe_known(quads: Iterable[ox.Quad], iri: str, document: str, licence: str | None) -> list[ox.Quad]:
    """What is known of `iri` already, in the document at the URL `document`."""
    return [*_ordered(quads, ox.NamedNode(iri)), *_about(document, iri, licence, [])]


def write(quads: Iterable[ox.Quad], form: Format) -> bytes:
    """The quads in `form`: as they are in formats with named graphs, as one set of triples in the others."""
    if form.rdf is None:
        raise ValueError(f"{form.label} holds no triples")
    quads = list(quads)
    if form.family == "dataset":
        body = ox.serialize(quads, format=form.rdf, prefixes=used_prefixes(quads) if form.suffix == "trig" else None)
    else:
        triples = list(dict.fromkeys(q.triple for q in quads))
        body = ox.serialize(
            triples, format=form.rdf, prefixes=used_prefixes(quads) if form.suffix in ("ttl", "rdf") else None
        )
    return body or b""


def _ordered(quads: Iterable[ox.Quad], first: ox.NamedNode) -> list[ox.Quad]:
    """Each quad once, graph by graph and subject by subject, what is said of `first` before everything else."""

    def place(quad: ox.Quad) -> tuple[object, ...]:
        blank = isinstance(quad.subject, ox.BlankNode)
        type_first = quad.predicate.value != RDF_TYPE
        return (quad.subject != first, blank, str(quad.subject), type_first, str(quad.predicate), str(quad.object))

    return sorted(dict.fromkeys(quads), key=place)


def _about(document: str, iri: str, licence: str | None, graphs: list[ox.NamedNode]) -> Iterator[ox.Quad]:
    subject = ox.NamedNode(document)
    yield ox.Quad(subject, ox.NamedNode(RDF_TYPE), ox.NamedNode(PREFIXES["foaf"] + "Document"))
    yield ox.Quad(subject, ox.NamedNode(PREFIXES["foaf"] + "primaryTopic"), ox.NamedNode(iri))
    if licence:
        yield ox.Quad(subject, ox.NamedNode(PREFIXES["dcterms"] + "license"), ox.NamedNode(licence))
    for graph in graphs:
        yield ox.Quad(subject, ox.NamedNode(PREFIXES["prov"] + "wasDerivedFrom"), graph)
