"""The one form of a graph in which equal graphs are equal bytes (RDF Dataset Canonicalization, RDFC-1.0)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

import pyoxigraph as ox

__all__ = ["canonical", "normal", "skolemised"]


def normal(quad: ox.Quad) -> ox.Quad:
    """The quad as it would be stored: its texts in Unicode normal form C."""
    literal = quad.object
    if not isinstance(literal, ox.Literal) or unicodedata.is_normalized("NFC", literal.value):
        return quad
    text = unicodedata.normalize("NFC", literal.value)
    if literal.language:
        return ox.Quad(quad.subject, quad.predicate, ox.Literal(text, language=literal.language), quad.graph_name)
    return ox.Quad(quad.subject, quad.predicate, ox.Literal(text, datatype=literal.datatype), quad.graph_name)


def canonical(quads: Iterable[ox.Quad]) -> bytes:
    """The canonical form (RDFC-1.0 section 4): N-Quads with canonical names, sorted, each once.

    For some graphs this takes for ever; only a child may call it on what a stranger sends.
    """
    dataset = ox.Dataset(quads)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return b"".join(sorted((ox.serialize(dataset, format=ox.RdfFormat.N_QUADS) or b"").splitlines(keepends=True)))


def skolemised(canonical: Iterable[ox.Quad], base: str, name: str) -> Sequence[ox.Quad]:
    """The quads with an IRI for each blank node (RDF 1.1 Concepts section 3.5), made of `name` and its label."""

    def iri(term: object) -> ox.NamedNode:
        return ox.NamedNode(f"{base}.well-known/genid/{name}-{term.value}")  # type: ignore[attr-defined]

    return [
        ox.Quad(
            iri(q.subject) if isinstance(q.subject, ox.BlankNode) else q.subject,
            q.predicate,
            iri(q.object) if isinstance(q.object, ox.BlankNode) else q.object,
            q.graph_name,
        )
        for q in canonical
    ]
