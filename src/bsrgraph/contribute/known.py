"""What the live graph knows of a contribution: its terms, the things it speaks of, the statements that are there."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import pyoxigraph as ox

from bsrgraph.gate import Vocabulary
from bsrgraph.iris import Space
from bsrgraph.lookalikes import latin
from bsrgraph.read import Rows, query_text, rows
from bsrgraph.search import Indexes, near_iri
from bsrgraph.store.port import Store

__all__ = ["fresh", "known_to", "only_in"]

_AT_ONCE = 400


def known_to(
    store: Store, space: Space, terms: frozenset[str], quads: Sequence[ox.Quad], indexes: Indexes | None
) -> Vocabulary:
    """What `store` and the quads themselves know of the things in `quads`."""
    asked = sorted({iri for quad in quads for iri in _asked(quad, space)} - terms)
    described: set[str] = set()
    typed: set[str] = set()
    for chunk in _chunks(asked):
        for row in rows(store, query_text("known", things=[ox.NamedNode(i) for i in chunk])):
            described.add(row["thing"].value)
            if "class" in row:
                typed.add(row["thing"].value)

    def near(iri: str) -> str | None:
        kind, slug = space.split(iri) or ("", "")
        if indexes is None or not kind:
            return None
        found = near_iri(indexes.current(), f"{space.things}{kind}/", slug, limit=1)
        return found[0].iri if found else None

    vocabulary = Vocabulary(space, terms, terms | described, terms | typed, near)
    return vocabulary.with_(quads)


def _asked(quad: ox.Quad, space: Space) -> Iterator[str]:
    """The IRIs of a quad that the graph may know, and those that they may be mistaken for."""
    for term in (quad.subject, quad.object):
        if isinstance(term, ox.NamedNode) and (term is quad.subject or space.owns(term.value)):
            yield term.value
            plain = latin(unicodedata.normalize("NFC", term.value))
            if plain != term.value:
                yield plain


def fresh(store: Store, triples: Iterable[ox.Triple]) -> list[ox.Triple]:
    """The triples that are not in the store, whatever form it has given their literals."""
    found = list(dict.fromkeys(triples))
    there: set[int] = set()
    for start in range(0, len(found), _AT_ONCE):
        part = found[start : start + _AT_ONCE]
        for row in rows(store, query_text("stated", rows=Rows(tuple(_numbered(part, start))))):
            there.add(int(row["number"].value))
    return [triple for number, triple in enumerate(found) if number not in there]


def _numbered(triples: Iterable[ox.Triple], start: int) -> Iterator[tuple[ox.NamedNode | ox.Literal, ...]]:
    for number, triple in enumerate(triples, start):
        subject, predicate, value = triple.subject, triple.predicate, triple.object
        if isinstance(subject, ox.NamedNode) and isinstance(value, ox.NamedNode | ox.Literal):
            yield ox.Literal(number), subject, predicate, value


def only_in(store: Store, graph: str) -> list[ox.Triple]:
    """The triples that go if a named graph goes: those that no other graph states."""
    found = rows(store, query_text("only_there", graph=ox.NamedNode(graph)))
    return [
        ox.Triple(row["subject"], row["property"], row["value"])  # type: ignore[arg-type]
        for row in found
    ]


def _chunks(items: Iterable[str]) -> Iterator[list[str]]:
    left = iter(items)
    while chunk := list(islice(left, _AT_ONCE)):
        yield chunk
