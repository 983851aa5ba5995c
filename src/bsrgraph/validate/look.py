"""What a shape looks at from its focus nodes: the triples that a judge has to be given."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

import pyoxigraph as ox

from bsrgraph.read import Term
from bsrgraph.validate.paths import ANY, Step, reverse, steps
from bsrgraph.validate.reads import THIS, Pattern, Scope, Var, chains
from bsrgraph.validate.walk import Bound, Change, Crowd, is_known, nodes_at, origins, other_end, seen_through, walk
from bsrgraph.validate.window import Asks, Need

__all__ = ["View", "looked_at"]


@dataclass(slots=True)
class View:
    """What is looked at for one change: the triples that are `seen`, and whose values have not all been looked at.

    `crowds` are property shapes with nodes that have very many values, each judged by itself: those that the change
    cannot touch are left out, as what is wrong with them was so before.
    """

    change: Change
    seen: set[ox.Triple] = field(default_factory=set)
    crowds: set[tuple[ox.NamedNode | ox.BlankNode, Term]] = field(default_factory=set)


def looked_at(scope: Scope | None, nodes: frozenset[Term], view: View, *, steady: bool) -> Asks[None]:
    """Puts into the view what a scope may look at when its focus node is one of `nodes`.

    They are `steady` if they are targets before and after the change.
    """
    if not nodes:
        return
    if scope is None:
        view.seen.update((yield Need(None, ANY)) or [])
        return
    yield from _look(scope, {THIS: nodes}, view, steady=steady)


def _look(scope: Scope, bound: Bound, view: View, *, steady: bool) -> Asks[None]:
    bound = dict(bound)
    left = list(scope.patterns)
    if scope.each is not None and steady:
        pattern = left.pop()
        bound[cast(Var, pattern.object)] = yield from _look_at_each(scope, scope.each, pattern, bound, view)
    while left:
        pattern = yield from _next(left, bound)
        left.remove(pattern)
        yield from _look_along(pattern, bound, view.seen)
    for inner in scope.inner:
        yield from _look(inner, bound, view, steady=steady)


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
            if any(change.by(step) for step in steps(chain.pattern.path)):
                nodes = yield from seen_through(chain, change, cast(Var, pattern.object))
                if nodes is None:
                    return None
                found |= nodes
    return frozenset(found)


def _next(left: list[Pattern], bound: Bound) -> Asks[Pattern]:
    """The pattern to look along next: one with a known subject, else one whose objects have few triples, else any."""
    known = [p for p in left if is_known(p.subject, bound) and isinstance(p.subject, Var)]
    if known:
        return known[0]
    backwards = sorted(
        (p for p in left if is_known(p.object, bound) or is_known(p.subject, bound)),
        key=lambda p: not isinstance(p.object, Var),
    )
    for pattern in backwards:
        if (yield from other_end(pattern, bound, patient=False)) is not None:
            return pattern
    return backwards[0] if backwards else left[0]


def _look_along(pattern: Pattern, bound: Bound, seen: set[ox.Triple]) -> Asks[None]:
    if is_known(pattern.subject, bound):
        ends = yield from walk(pattern.path, nodes_at(pattern.subject, bound), seen)
        place = pattern.object
    elif is_known(pattern.object, bound):
        ends = yield from walk(reverse(pattern.path), nodes_at(pattern.object, bound), seen)
        place = pattern.subject
    else:
        for step in steps(pattern.path):
            seen.update((yield Need(None, Step(step.predicates))) or [])
        return
    if isinstance(place, Var) and place not in bound:
        bound[place] = ends
