"""Walking over a store and a change to it: along paths, and from changed triples back to whoever may see them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

import pyoxigraph as ox

from bsrgraph.read import Term
from bsrgraph.validate.paths import Alternative, Many, Path, Step, reverse
from bsrgraph.validate.paths import Sequence as InTurn
from bsrgraph.validate.reads import THIS, Chain, Pattern, Var
from bsrgraph.validate.window import Asks, Need

__all__ = [
    "Bound",
    "Change",
    "Crowd",
    "is_known",
    "narrowest",
    "nodes_at",
    "objects",
    "origins",
    "seen_through",
    "subjects",
    "walk",
]

Bound = dict[Var, frozenset[Term]]
"""What variables may be."""


class Change:
    """Triples that come or go, by predicate."""

    def __init__(self, triples: Iterable[ox.Triple]) -> None:
        self.triples = frozenset(triples)
        self.origins: dict[Path, list[tuple[frozenset[Term], frozenset[Term]]]] = {}
        """What `origins()` has found of a path: many shapes look along the same."""
        self._by_predicate: dict[str, list[ox.Triple]] = {}
        for triple in self.triples:
            self._by_predicate.setdefault(triple.predicate.value, []).append(triple)

    def by(self, step: Step) -> list[ox.Triple]:
        """Those that a step may take."""
        if step.predicates is None:
            return list(self.triples)
        return [t for p in step.predicates & self._by_predicate.keys() for t in self._by_predicate[p]]

    def touches(self, predicates: frozenset[str] | None) -> bool:
        """Whether one of them has one of the predicates, or any at all."""
        return bool(self.triples) if predicates is None else not predicates.isdisjoint(self._by_predicate)


def seen_through(chain: Chain, change: Change, wanted: Var = THIS) -> Asks[frozenset[Term] | None]:
    """The nodes at `wanted` from which the changed triples may be seen at this place; None where that may be any."""
    pattern = chain.pattern
    found: set[Term] = set()
    for starts, ends in (yield from origins(pattern.path, change)):
        bound = _both_ends(pattern, starts, ends)
        if bound is None:
            continue
        nodes = yield from _resolved(wanted, bound, chain.others)
        if nodes is None:
            return None
        found |= nodes
    return frozenset(found)


def _both_ends(pattern: Pattern, starts: frozenset[Term], ends: frozenset[Term]) -> Bound | None:
    """What the ends of a pattern may be; None where they cannot be what they have to."""
    bound: Bound = {}
    for place, nodes in ((pattern.subject, starts), (pattern.object, ends)):
        if isinstance(place, Var):
            nodes &= bound.get(place, nodes)
            if not nodes:
                return None
            bound[place] = nodes
        elif isinstance(place, ox.NamedNode) and place not in nodes:
            # Literals are compared by value elsewhere, so that one written differently may match.
            return None
    return bound


def origins(path: Path, change: Change) -> Asks[list[tuple[frozenset[Term], frozenset[Term]]]]:
    """Where paths begin and end that go through a changed triple."""
    if path not in change.origins:
        change.origins[path] = yield from _origins(path, change)
    return change.origins[path]


def _origins(path: Path, change: Change) -> Asks[list[tuple[frozenset[Term], frozenset[Term]]]]:
    match path:
        case Step():
            triples = change.by(path)
            if not triples:
                return []
            sides = frozenset(subjects(triples)), frozenset(objects(triples))
            return [sides[::-1] if path.inverse else sides]
        case Alternative(parts):
            found = []
            for part in parts:
                found += yield from origins(part, change)
            return found
        case InTurn(parts):
            found = []
            for number, part in enumerate(parts):
                for starts, ends in (yield from origins(part, change)):
                    first = yield from walk(reverse(InTurn(parts[:number])), starts)
                    last = yield from walk(InTurn(parts[number + 1 :]), ends)
                    found.append((first, last))
            return found
        case Many():
            found = []
            for starts, ends in (yield from origins(path.path, change)):
                around = Many(path.path, 0) if path.endless else InTurn(())
                first = yield from walk(reverse(around), starts)
                last = yield from walk(around, ends)
                found.append((first, last))
            return found


class Crowd(Exception):
    """There is very much at a node, and nobody is to wait for it."""


def walk(
    path: Path, nodes: frozenset[Term], seen: set[ox.Triple] | None = None, *, patient: bool = True
) -> Asks[frozenset[Term]]:
    """The nodes that a path leads to from `nodes`; the triples on it are put into `seen`.

    Raises:
        Crowd: where nobody is `patient` and there is very much at a node.

    """
    match path:
        case Step():
            triples = (yield Need(nodes, path, patient)) if nodes else []
            if triples is None:
                raise Crowd
            if seen is not None:
                seen.update(triples)
            return frozenset(subjects(triples) if path.inverse else objects(triples))
        case InTurn(parts):
            for part in parts:
                nodes = yield from walk(part, nodes, seen, patient=patient)
            return nodes
        case Alternative(parts):
            found: frozenset[Term] = frozenset()
            for part in parts:
                found |= yield from walk(part, nodes, seen, patient=patient)
            return found
        case Many():
            reached = nodes if path.least == 0 else frozenset()
            front = nodes
            while front:
                front = yield from walk(path.path, front, seen, patient=patient)
                front -= reached
                reached |= front
                if not path.endless:
                    break
            return reached


def _resolved(wanted: Var, bound: Bound, patterns: Sequence[Pattern]) -> Asks[frozenset[Term] | None]:
    """What a variable may be, where the others in `bound` are known; None where nothing leads to it.

    One way to it is enough, as every pattern has to match.
    """
    bound = dict(bound)
    left = list(patterns)
    for patient in (False, True):
        while wanted not in bound:
            best = yield from narrowest([p for p in left if _is_open(p, bound)], bound, patient=patient)
            if best is None:
                break
            pattern, nodes = best
            place = pattern.object if is_known(pattern.subject, bound) else pattern.subject
            if isinstance(place, Var):
                bound[place] = nodes
            left.remove(pattern)
    return bound.get(wanted)


def narrowest(
    patterns: Iterable[Pattern], bound: Bound, *, patient: bool
) -> Asks[tuple[Pattern, frozenset[Term]] | None]:
    """Of patterns with one end known, the one to follow next, and what its other end may be.

    First those from subjects to objects, then those from objects that are not the same for all, and of several the one
    with the fewest nodes. None is followed through nodes with very many triples unless somebody is `patient`.
    """
    ranked = sorted((_rank(p, bound), number, p) for number, p in enumerate(patterns))
    best: tuple[Pattern, frozenset[Term]] | None = None
    for rank, alike in groupby(ranked, key=lambda r: r[0]):
        for _, _, pattern in alike:
            nodes = yield from _other_end(pattern, bound, patient=patient)
            if nodes is not None and (best is None or len(nodes) < len(best[1])):
                best = pattern, nodes
            if rank == 0 and best is not None:
                break
        if best is not None:
            return best
    return None


def _rank(pattern: Pattern, bound: Bound) -> int:
    if is_known(pattern.subject, bound):
        return 0
    return 1 if isinstance(pattern.object, Var) else 2


def is_known(place: object, bound: Bound) -> bool:
    """Whether it is known what a place of a pattern may be."""
    return not isinstance(place, Var) or place in bound


def _is_open(pattern: Pattern, bound: Bound) -> bool:
    """Whether one end of a pattern is known and the other not."""
    return is_known(pattern.subject, bound) is not is_known(pattern.object, bound)


def _other_end(pattern: Pattern, bound: Bound, *, patient: bool) -> Asks[frozenset[Term] | None]:
    """What the open end of a pattern may be; None where there is very much of it and nobody is to wait."""
    forwards = is_known(pattern.subject, bound)
    path = pattern.path if forwards else reverse(pattern.path)
    nodes = nodes_at(pattern.subject if forwards else pattern.object, bound)
    try:
        return (yield from walk(path, nodes, patient=patient))
    except Crowd:
        return None


def nodes_at(place: object, bound: Bound) -> frozenset[Term]:
    """What a known place of a pattern may be."""
    if isinstance(place, Var):
        return bound[place]
    return frozenset((place,)) if isinstance(place, ox.NamedNode | ox.Literal) else frozenset()


def subjects(triples: Iterable[ox.Triple]) -> Iterator[Term]:
    """The subjects of triples."""
    for triple in triples:
        if not isinstance(triple.subject, ox.Triple):
            yield triple.subject


def objects(triples: Iterable[ox.Triple]) -> Iterator[Term]:
    """The objects of triples."""
    for triple in triples:
        if not isinstance(triple.object, ox.Triple):
            yield triple.object
