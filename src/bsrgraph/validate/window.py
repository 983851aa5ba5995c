"""What is seen of a store through bounded queries, together with what a change adds to it.

Whoever looks is a generator that yields a `Need` and is sent the triples. Many look at once, and what they need is
asked in few queries; what has been seen is not asked again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

import pyoxigraph as ox

from bsrgraph.errors import TooLarge
from bsrgraph.read import Route, Row, Rows, Term, query_text, rows
from bsrgraph.store.port import Store
from bsrgraph.validate.needs import Asks, Need, Pair, chunks, fillable, halves, keys, merged
from bsrgraph.validate.paths import ANY
from bsrgraph.validate.routes import Routes
from bsrgraph.validate.side import Side

__all__ = ["Asks", "Need", "Window"]

_Result = TypeVar("_Result")

_ROWS = 5_000
"""Rows that one query may give for many nodes at once."""
_AT_ONCE = 400
"""Nodes in one query."""
_WHOLE = 4
"""Predicates of one node above which all of its triples are read at once."""


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
        self._routes = Routes()
        self._added = list(added)
        self.queries = 0
        for triple in self._added:
            self._note(triple)

    def look_ahead(self) -> None:
        """Reads in two queries what is said of the subjects that are added to, and that nothing is of new ones."""
        nodes = [n for n in dict.fromkeys(t.subject for t in self._added) if isinstance(n, ox.NamedNode)][:_AT_ONCE]
        found = self._rows(query_text("window_out", nodes=nodes, limit=_ROWS + 1)) if nodes else []
        if len(found) > _ROWS:
            return
        self._keep(found)
        there = {row["subject"] for row in found}
        fresh = [n for n in nodes if n not in there]
        if fresh and not self._rows(query_text("window_in", nodes=fresh, limit=1)):
            for node in fresh:
                self._in.known(node, None)
        for node in nodes:
            self._out.known(node, None)

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

    def _side(self, *, inverse: bool) -> Side:
        return self._in if inverse else self._out

    def _is_known(self, need: Need) -> bool:
        if need.nodes is None:
            return all(p in self._everywhere for p in keys(need))
        return not any(self._lacks(need, node) for node in need.nodes)

    def _lacks(self, need: Need, node: Term) -> bool:
        side = self._side(inverse=need.step.inverse)
        lacking = side.missing(node, need.step.predicates)
        if lacking == frozenset():
            return False
        return need.patient or not self._is_crowded(node, lacking, inverse=need.step.inverse)

    def _is_crowded(self, node: Term, predicates: frozenset[str] | None, *, inverse: bool) -> bool:
        return any((inverse, node, p) in self._crowded for p in predicates or ("",))

    def _answer(self, need: Need) -> list[ox.Triple] | None:
        if need.nodes is None:
            return [t for p in keys(need) for t in self._everywhere[p]]
        side, predicates = self._side(inverse=need.step.inverse), need.step.predicates
        found: list[ox.Triple] = []
        for node in need.nodes:
            here = side.at(node, predicates)
            if not need.patient and (len(here) > self._many or side.missing(node, predicates) != frozenset()):
                return None
            found += here
        return found

    def _note(self, triple: ox.Triple) -> None:
        self._out.note(triple)
        self._in.note(triple)

    # -- reading ----------------------------------------------------------------------------------------------------

    def _fetch(self, needs: Iterable[Need]) -> None:
        """Looks up what is lacking: all triples of some nodes, single predicates of others."""
        whole: dict[tuple[bool, bool], dict[Term, frozenset[str] | None]] = {}
        single: dict[tuple[bool, bool], list[Pair]] = {}
        for need in needs:
            if need.nodes is None:
                self._fetch_everywhere(need)
        for (inverse, node), (predicates, patient) in merged(needs):
            lacking = self._side(inverse=inverse).missing(node, predicates)
            if lacking == frozenset() or (not patient and self._is_crowded(node, lacking, inverse=inverse)):
                continue
            if isinstance(node, ox.BlankNode):
                self._fetch_blank([node], inverse=inverse)
            elif lacking is None or (len(lacking) > _WHOLE and not inverse):
                whole.setdefault((inverse, patient), {})[node] = lacking
            else:
                single.setdefault((inverse, patient), []).extend((node, p) for p in sorted(lacking))
        for (inverse, patient), nodes in whole.items():
            for chunk in chunks(sorted(nodes.items(), key=lambda item: str(item[0]))):
                self._fetch_whole(chunk, inverse=inverse, patient=patient)
        for (inverse, patient), pairs in single.items():
            for part in chunks(pairs):
                self._fetch_pairs(part, inverse=inverse, patient=patient)

    def _fetch_whole(
        self, nodes: Sequence[tuple[Term, frozenset[str] | None]], *, inverse: bool, patient: bool
    ) -> None:
        """All triples of the nodes; of one with very many only those with the predicates that are lacking."""
        limit = self._limit(len(nodes), patient=patient)
        places = fillable(node for node, _ in nodes)
        found = self._rows(query_text("window_in" if inverse else "window_out", nodes=places, limit=limit + 1))
        if len(found) <= limit:
            self._keep(found)
            for node, _ in nodes:
                self._side(inverse=inverse).known(node, None)
        elif len(nodes) > 1:
            for half in halves(nodes):
                self._fetch_whole(half, inverse=inverse, patient=patient)
        elif (lacking := nodes[0][1]) is not None:
            self._fetch_pairs([(nodes[0][0], p) for p in sorted(lacking)], inverse=inverse, patient=patient)
        elif patient:
            raise self._too_much()
        else:
            self._crowded.add((inverse, nodes[0][0], ""))

    def _fetch_pairs(self, pairs: Sequence[Pair], *, inverse: bool, patient: bool) -> None:
        """The triples of nodes with single predicates; of very many, each half of the pairs by itself."""
        limit = self._limit(len(pairs), patient=patient)
        rows_ = tuple(
            (ox.NamedNode(predicate), node) for node, predicate in pairs if not isinstance(node, ox.BlankNode)
        )
        name = "window_in_by" if inverse else "window_out_by"
        found = self._rows(query_text(name, rows=Rows(rows_), limit=limit + 1))
        if len(found) <= limit:
            self._keep(found)
            for node, predicate in pairs:
                self._side(inverse=inverse).known(node, (predicate,))
        elif len(pairs) > 1:
            for half in halves(pairs):
                self._fetch_pairs(half, inverse=inverse, patient=patient)
        elif patient:
            raise self._too_much()
        else:
            self._crowded.add((inverse, *pairs[0]))

    def _limit(self, number: int, *, patient: bool) -> int:
        """The most rows that are read for so many nodes at once."""
        if number == 1:
            return self._most if patient else self._many
        return _ROWS if patient else 4 * self._many

    def _fetch_blank(self, nodes: Sequence[ox.BlankNode], *, inverse: bool) -> None:
        """Blank nodes of a store have no name to ask by; they are found again on the way that led to them."""
        side = self._side(inverse=inverse)
        by_route: dict[Route, set[Term]] = {}
        for node in nodes:
            way = self._routes.to(node)
            if way is None:
                # Nothing with a name is known to lead there: then everything is looked at.
                self._fetch_everywhere(Need(None, ANY))
                continue
            anchor, route = way
            by_route.setdefault(route, set()).add(anchor)
        name = "window_blank_in" if inverse else "window_blank_out"
        for route, anchors in by_route.items():
            text = query_text(name, nodes=fillable(sorted(anchors, key=str)), route=route, limit=self._most + 1)
            self._keep(self._rows(text))
        for node in nodes:
            side.known(node, None)

    def _fetch_everywhere(self, need: Need) -> None:
        for predicate in keys(need):
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
            self._routes.note(triple)
            kept.append(triple)
        return kept
