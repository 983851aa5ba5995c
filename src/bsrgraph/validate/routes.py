"""How blank nodes of a store can be asked for, which have no name: on the way by which they were come by."""

from __future__ import annotations

import pyoxigraph as ox

from bsrgraph.read import Route, Term

__all__ = ["Routes"]


class Routes:
    """For each blank node seen, a thing with a name and the way from there."""

    def __init__(self) -> None:
        self._ways: dict[ox.BlankNode, tuple[Term, Route]] = {}

    def to(self, node: ox.BlankNode) -> tuple[Term, Route] | None:
        """Where to begin, and how to go on; None where nothing with a name is known to lead there."""
        return self._ways.get(node)

    def note(self, triple: ox.Triple) -> None:
        """Remembers a way to the blank nodes of a triple."""
        subject, value = triple.subject, triple.object
        if isinstance(subject, ox.Triple) or isinstance(value, ox.Triple):
            return
        self._remember(value, subject, (triple.predicate, False))
        self._remember(subject, value, (triple.predicate, True))

    def _remember(self, node: Term, neighbour: Term, way: tuple[ox.NamedNode, bool]) -> None:
        if not isinstance(node, ox.BlankNode) or node in self._ways:
            return
        if not isinstance(neighbour, ox.BlankNode):
            self._ways[node] = (neighbour, Route((way,)))
        elif neighbour in self._ways:
            anchor, route = self._ways[neighbour]
            self._ways[node] = (anchor, Route((*route.ways, way)))
