"""What a shape looks at from its focus nodes: the triples that a judge has to be given."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

import pyoxigraph as ox

from bsrgraph.read import Term
from bsrgraph.validate.paths import ANY, Step, reverse, steps
from bsrgraph.validate.reads import THIS, Pattern, Scope, Var, chains
from bsrgraph.validate.walk import Bound, Change, Crowd, is_known, narrowest, nodes_at, origins, seen_through, walk
from bsrgraph.validate.window import Asks, Need

__all__ = ["Look", "View", "looked_at"]


@dataclass(frozen=True, slots=True)
class Look:
    """How a scope is looked at: from targets that are `steady`, before and after the change; and how patiently."""

    steady: bool
    patient: bool = True


@dataclass(slots=True)
class View:
    """What is looked at for one change: the triples that are `seen`, and whose values have not all been looked at.

    `crowds` are property shapes with nodes that have very many values, each judged by itself: those that the change
    cannot touch are left out, as what is wrong with them was so before.
    """

    change: Change
    seen: set[ox.Triple] = field(default_factory=set)
    crowds: set[tuple[ox.NamedNode | ox.BlankNode, Term]] = field(default_factory=set)


def looked_at(scope: Scope | None, nodes: frozenset[Term], view: View, how: Look) -> Asks[bool]:
    """Puts into the view what a scope may look at when its focus node is one of `nodes`; whether that is all of it.

    It is not where nobody is `patient`, and there is very much to look at.
    """
    if not nodes:
        return True
    if scope is None:
        view.seen.update((yield Need(None, ANY)) or [])
        return True
    try:
        yield from _look(scope, {THIS: nodes}, view, how)
    except Crowd:
        return False
    return True


def _look(scope: Scope, bound: Bound, view: View, how: Look) -> Asks[None]:
    bound = dict(bound)
    left = list(scope.patterns)
    if scope.each is not None and how.steady and how.patient:
        pattern = left.pop()
        bound[cast(Var, pattern.object)] = yield from _look_at_each(scope, scope.each, pattern, bound, view)
    while left:
        pattern = yield from _next(left, bound)
        left.remove(pattern)
        yield from _look_along(pattern, bound, view.seen, how)
    for inner in scope.inner:
        yield from _look(inner, bound, view, how)


def _look_at_each(
    scope: Scope, shape: ox.NamedNode | ox.BlankNode, pattern: Pattern, bound: Bound, view: View
) -> Asks[frozenset[Term]]:
    """The values of a property that are to be judged, each by itself."""
    nodes = nodes_at(pattern.subject, bound)
    try:
        return (yield from walk(pattern.path, nodes, view.seen, patient=False))
    except Crowd:
        values: frozenset[Term] = frozenset()
    crowds: set[Term] = set()
    for node in nodes:
        try:
            values |= yield from walk(pattern.path, frozenset((node,)), view.seen, patient=False)
        except Crowd:
            crowds.add(node)
    touched = yield from _touched(scope, pattern, view.change)
    if touched is None:
        return values | (yield from walk(pattern.path, frozenset(crowds), view.seen))
    view.crowds |= {(shape, node) for node in crowds}
    yield from walk(reverse(pattern.path), touched, view.seen)
    return values | touched


def _touched(scope: Scope, pattern: Pattern, change: Change) -> Asks[frozenset[Term] | None]:
    """The values of a property that the change may touch, by becoming or being no longer values or by what they are."""
    found: set[Term] = set()
    for _starts, ends in (yield from origins(pattern.path, change)):
        found |= ends
    for inner in scope.inner:
        for chain in chains(inner):
            if change.touches(chain.predicates):
                nodes = yield from seen_through(chain, change, cast(Var, pattern.object))
                if nodes is None:
                    return None
                found |= nodes
    return frozenset(found)


def _next(left: list[Pattern], bound: Bound) -> Asks[Pattern]:
    """The pattern to look along next: one with a known subject, else the one whose objects have the fewest triples."""
    known = [p for p in left if is_known(p.subject, bound) and isinstance(p.subject, Var)]
    if known:
        return known[0]
    others = [p for p in left if is_known(p.object, bound) is not is_known(p.subject, bound)]
    best = yield from narrowest(others, bound, patient=False)
    return best[0] if best is not None else others[0] if others else left[0]


def _look_along(pattern: Pattern, bound: Bound, seen: set[ox.Triple], how: Look) -> Asks[None]:
    if is_known(pattern.subject, bound):
        ends = yield from walk(pattern.path, nodes_at(pattern.subject, bound), seen, patient=how.patient)
        place = pattern.object
    elif is_known(pattern.object, bound):
        ends = yield from walk(reverse(pattern.path), nodes_at(pattern.object, bound), seen, patient=how.patient)
        place = pattern.subject
    elif not how.patient:
        raise Crowd
    else:
        for step in steps(pattern.path):
            seen.update((yield Need(None, Step(step.predicates))) or [])
        return
    if isinstance(place, Var) and place not in bound:
        bound[place] = ends
