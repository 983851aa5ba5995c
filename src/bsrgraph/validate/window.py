"""What is seen of a store through bounded queries, together with what a change adds to it.

Whoever looks is a generator that yields a `Need` and is sent the triples. Many look at once, and what they need is
asked in few queries; what has been seen is not asked again.
"""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import pyoxigraph as ox

from bsrgraph.errors import TooLarge
from bsrgraph.read import Route, Row, Term, query_text, rows
from bsrgraph.store.port import Store
from bsrgraph.validate.paths import ANY, Step
from bsrgraph.validate.side import Side

__all__ = ["Asks", "Need", "Window"]

_Result = TypeVar("_Result")

_ROWS = 5_000
"""Rows that one query may give for many nodes at once."""
_AT_ONCE = 400
"""Nodes in one query."""
_WHOLE = 4
"""Predicates of one node above which all of its triples are read at once."""


@dataclass(frozen=True, slots=True)
class Need:
    """The triples that one step from the nodes may take; from nowhere in particular where `nodes` is None.

    An impatient one (`patient=False`) is answered with None where there are very many.
    """

    nodes: frozenset[Term] | None
    step: Step
    patient: bool = True


Asks = Generator[Need, "list[ox.Triple] | None", _Result]


class Window:
    """A store, a change to it, and what has been seen of both; `most` triples may be read in all.

    Where a node has more than `many` triples in one direction, another way round is tried first. Where that was so is
    put into `crowded`, a memory for one version of the store.
    """

    def __init__(
        self, store: Store, added: Iterable[ox.Triple], most: int, many: int, crowded: set[tuple[bool, Term, str]]
    ) -> None:
        self._store = store
        self._most, self._many = most, many
        self._crowded = crowded
        self._read = 0
        self._out, self._in = Side(inverse=False), Side(inverse=True)
        self._everywhere: dict[str | None, list[ox.Triple]] = {}
        self._routes: dict[ox.BlankNode, tuple[Term, Route]] = {}
        self._added = list(added)
        self.queries = 0
        for triple in self._added:
            self._note(triple)

    def run(self, askers: Sequence[Asks[_Result]]) -> list[_Result]:
        """What each of the askers returns, all of them answered in as few queries as may be.

        Raises:
            TooLarge: they need more of the store than may be read.

        """
        results: dict[int, _Result] = {}
        waiting: list[tuple[int, Asks[_Result], Need]] = []
        for number, asker in enumerate(askers):
            self._step(number, asker, None, waiting, results)
        while waiting:
            self._fetch([need for _, _, need in waiting])
            ready, waiting = waiting, []
            for number, asker, need in ready:
                self._step(number, asker, need, waiting, results)
        return [results[number] for number in range(len(askers))]

    def _step(
        self,
        number: int,
        asker: Asks[_Result],
        need: Need | None,
        waiting: list[tuple[int, Asks[_Result], Need]],
        results: dict[int, _Result],
    ) -> None:
        """Lets one of them go on for as long as what it needs is known."""
        try:
            wanted = next(asker) if need is None else asker.send(self._answer(need))
            while self._is_known(wanted):
                wanted = asker.send(self._answer(wanted))
            waiting.append((number, asker, wanted))
        except StopIteration as done:
            results[number] = done.value

    def _side(self, need: Need) -> Side:
        return self._in if need.step.inverse else self._out

    def _is_known(self, need: Need) -> bool:
        if need.nodes is None:
            return all(p in self._everywhere for p in _keys(need))
        return not any(self._lacks(need, node) for node in need.nodes)

    def _lacks(self, need: Need, node: Term) -> bool:
        side = self._side(need)
        lacking = side.missing(node, need.step.predicates)
        if lacking == frozenset():
            return False
        return need.patient or not self._is_crowded(node, lacking, inverse=need.step.inverse)

    def _is_crowded(self, node: Term, predicates: frozenset[str] | None, *, inverse: bool) -> bool:
        return any((inverse, node, p) in self._crowded for p in predicates or ("",))

    def _answer(self, need: Need) -> list[ox.Triple] | None:
        if need.nodes is None:
            return [t for p in _keys(need) for t in self._everywhere[p]]
        side = self._side(need)
        if not need.patient and any(side.missing(n, need.step.predicates) != frozenset() for n in need.nodes):
            return None
        return [t for n in need.nodes for t in side.at(n, need.step.predicates)]

    def _note(self, triple: ox.Triple) -> None:
        self._out.note(triple)
        self._in.note(triple)

    # -- reading ----------------------------------------------------------------------------------------------------

    def _fetch(self, needs: Iterable[Need]) -> None:
        wanted: dict[tuple[bool, bool, frozenset[str] | None], set[Term]] = {}
        for inverse in (False, True):
            for node, (predicates, patient) in _merged(n for n in needs if n.nodes and n.step.inverse is inverse):
                side = self._in if inverse else self._out
                lacking = side.missing(node, predicates)
                known = not patient and self._is_crowded(node, lacking, inverse=inverse)
                if lacking != frozenset() and not known:
                    wanted.setdefault((inverse, patient, _whole(lacking, inverse)), set()).add(node)
        for need in needs:
            if need.nodes is None:
                self._fetch_everywhere(need)
        for (inverse, patient, predicates), nodes in wanted.items():
            blank = [n for n in nodes if isinstance(n, ox.BlankNode)]
            self._fetch_blank(blank, inverse=inverse)
            named = sorted((n for n in nodes if not isinstance(n, ox.BlankNode)), key=str)
            for start in range(0, len(named), _AT_ONCE):
                self._fetch_named(named[start : start + _AT_ONCE], predicates, inverse=inverse, patient=patient)

    def _fetch_named(
        self, nodes: Sequence[Term], predicates: frozenset[str] | None, *, inverse: bool, patient: bool
    ) -> None:
        """Reads what is at the nodes; where that is very much, at each half of them, at last by each predicate."""
        side = self._in if inverse else self._out
        alone = len(nodes) == 1
        limit = self._many if not patient else self._most if alone else _ROWS
        name = ("window_in" if inverse else "window_out") + ("" if predicates is None else "_by")
        places = {"properties": [ox.NamedNode(p) for p in sorted(predicates)]} if predicates is not None else {}
        found = self._rows(query_text(name, nodes=_fillable(nodes), limit=limit + 1, **places))
        if len(found) <= limit:
            self._keep(found)
            for node in nodes:
                side.known(node, predicates)
        elif not alone:
            middle = len(nodes) // 2
            for half in (nodes[:middle], nodes[middle:]):
                self._fetch_named(half, predicates, inverse=inverse, patient=patient)
        elif patient:
            raise self._too_much()
        elif predicates is not None and len(predicates) > 1:
            for predicate in predicates:
                self._fetch_named(nodes, frozenset((predicate,)), inverse=inverse, patient=False)
        else:
            self._crowded |= {(inverse, nodes[0], p) for p in predicates or ("",)}

    def _fetch_blank(self, nodes: Sequence[ox.BlankNode], *, inverse: bool) -> None:
        """Blank nodes of a store have no name to ask by; they are found again on the way that led to them."""
        side = self._in if inverse else self._out
        by_route: dict[Route, set[Term]] = {}
        for node in nodes:
            if node not in self._routes:
                # Nothing with a name is known to lead there: then everything is looked at.
                self._fetch_everywhere(Need(None, ANY))
                continue
            anchor, route = self._routes[node]
            by_route.setdefault(route, set()).add(anchor)
        name = "window_blank_in" if inverse else "window_blank_out"
        for route, anchors in by_route.items():
            text = query_text(name, nodes=_fillable(sorted(anchors, key=str)), route=route, limit=self._most + 1)
            self._keep(self._rows(text))
        for node in nodes:
            side.known(node, None)

    def _fetch_everywhere(self, need: Need) -> None:
        for predicate in _keys(need):
            if predicate not in self._everywhere:
                name = "window_all" if predicate is None else "window_all_by"
                places = {} if predicate is None else {"properties": [ox.NamedNode(predicate)]}
                found = self._keep(self._rows(query_text(name, limit=self._most + 1, **places)))
                found += [t for t in self._added if predicate in (None, t.predicate.value)]
                self._everywhere[predicate] = list(dict.fromkeys(found))

    def _rows(self, text: str) -> list[Row]:
        self.queries += 1
        found = rows(self._store, text)
        self._read += len(found)
        if self._read > self._most:
            raise self._too_much()
        return found

    def _too_much(self) -> TooLarge:
        return TooLarge(
            f"It touches more than {self._most:,} statements of the graph, too many to be checked at once.",
            hint="Send it in parts.",
        )

    def _keep(self, found: Iterable[Row]) -> list[ox.Triple]:
        kept: list[ox.Triple] = []
        for row in found:
            subject, predicate, value = row["subject"], row["property"], row["value"]
            if isinstance(subject, ox.Literal) or not isinstance(predicate, ox.NamedNode):
                raise TypeError("these rows are no statements")
            triple = ox.Triple(subject, predicate, value)
            self._note(triple)
            self._find_again(subject, predicate, value)
            kept.append(triple)
        return kept

    def _find_again(self, subject: Term, predicate: ox.NamedNode, value: Term) -> None:
        """Remembers how a blank node was come by."""
        if isinstance(value, ox.BlankNode) and value not in self._routes:
            self._remember(value, subject, (predicate, False))
        if isinstance(subject, ox.BlankNode) and subject not in self._routes:
            self._remember(subject, value, (predicate, True))

    def _remember(self, node: ox.BlankNode, neighbour: Term, way: tuple[ox.NamedNode, bool]) -> None:
        if not isinstance(neighbour, ox.BlankNode):
            self._routes[node] = (neighbour, Route((way,)))
        elif neighbour in self._routes:
            anchor, route = self._routes[neighbour]
            self._routes[node] = (anchor, Route((*route.ways, way)))


def _keys(need: Need) -> list[str | None]:
    return [None] if need.step.predicates is None else [*sorted(need.step.predicates)]


def _whole(predicates: frozenset[str] | None, inverse: bool) -> frozenset[str] | None:
    """All triples of a subject are read at once where many of them are wanted; of an object there may be too many."""
    return None if predicates is not None and len(predicates) > _WHOLE and not inverse else predicates


def _merged(needs: Iterable[Need]) -> Collection[tuple[Term, tuple[frozenset[str] | None, bool]]]:
    """Node → the predicates that are needed at it, and whether somebody will wait for them all."""
    found: dict[Term, tuple[frozenset[str] | None, bool]] = {}
    for need in needs:
        for node in need.nodes or ():
            predicates, patient = found.get(node, (frozenset(), False))
            both = None if predicates is None or need.step.predicates is None else predicates | need.step.predicates
            found[node] = (both, patient or need.patient)
    return found.items()


def _fillable(nodes: Iterable[Term]) -> list[ox.NamedNode | ox.Literal]:
    return [n for n in nodes if not isinstance(n, ox.BlankNode)]
