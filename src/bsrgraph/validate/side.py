"""What is known of the triples at nodes, seen from their subjects or from their objects."""

from __future__ import annotations

from collections.abc import Iterable

import pyoxigraph as ox

from bsrgraph.read import Term

__all__ = ["Side"]


class Side:
    """What is known of the triples at nodes, in one direction."""

    def __init__(self, *, inverse: bool) -> None:
        self.inverse = inverse
        self._triples: dict[Term, dict[str, list[ox.Triple]]] = {}
        self._whole: set[Term] = set()
        self._parts: set[tuple[Term, str]] = set()

    def note(self, triple: ox.Triple) -> None:
        """Keeps a triple."""
        node = triple.object if self.inverse else triple.subject
        if isinstance(node, ox.Triple):
            return
        here = self._triples.setdefault(node, {}).setdefault(triple.predicate.value, [])
        if triple not in here:
            here.append(triple)

    def known(self, node: Term, predicates: Iterable[str] | None) -> None:
        """Remembers that all triples of a node are there: with these predicates, or with any."""
        if predicates is None:
            self._whole.add(node)
        else:
            self._parts |= {(node, p) for p in predicates}

    def missing(self, node: Term, predicates: frozenset[str] | None) -> frozenset[str] | None:
        """The predicates not yet looked up at a node; None for any, an empty set for nothing."""
        if node in self._whole:
            return frozenset()
        if predicates is None:
            return None
        return frozenset(p for p in predicates if (node, p) not in self._parts)

    def at(self, node: Term, predicates: frozenset[str] | None) -> list[ox.Triple]:
        """The triples that are kept of a node."""
        found = self._triples.get(node, {})
        chosen = found if predicates is None else predicates & found.keys()
        return [t for p in chosen for t in found[p]]
