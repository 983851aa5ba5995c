"""What a shape looks at from a focus node: patterns over triples, in scopes that depend on each other.

A scope holds what must match together. What is inside another scope matters only where the outer one matches: a
nested shape, a FILTER EXISTS, one side of a UNION. So from a changed triple one can walk back to the focus nodes that
may see it, and from a focus node forth to everything that it may see. What cannot be told beforehand is `Unreadable`,
and then a shape is taken to look at everything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import pyoxigraph as ox

from bsrgraph.validate.paths import Path, predicates

__all__ = ["THIS", "Chain", "Pattern", "Scope", "Var", "chains"]


@dataclass(frozen=True, slots=True)
class Var:
    """A variable."""

    name: str


THIS = Var("this")
Place = Var | ox.NamedNode | ox.Literal


@dataclass(frozen=True, slots=True)
class Pattern:
    """Triples, or a path of them, between two places."""

    subject: Place
    path: Path
    object: Place


@dataclass(slots=True)
class Scope:
    """Patterns that match together, and the scopes that matter where they do.

    `each` is the property shape of which a scope is, where what is found of one value has nothing to do with the
    others: it then has one pattern, from a focus node to its values.
    """

    patterns: list[Pattern] = field(default_factory=list)
    inner: list[Scope] = field(default_factory=list)
    each: ox.NamedNode | ox.BlankNode | None = None

    def within(self, *patterns: Pattern, each: ox.NamedNode | ox.BlankNode | None = None) -> Scope:
        """A new scope in this one."""
        scope = Scope(list(patterns), each=each)
        self.inner.append(scope)
        return scope


@dataclass(frozen=True, slots=True)
class Chain:
    """A pattern that a change may touch, if it has one of the predicates, and the others that then match too."""

    pattern: Pattern
    others: tuple[Pattern, ...]
    predicates: frozenset[str] | None = field(compare=False)


def chains(scope: Scope, outer: Iterable[Pattern] = ()) -> Iterator[Chain]:
    """Every pattern of a scope and of those in it."""
    known = (*outer, *scope.patterns)
    for number, pattern in enumerate(scope.patterns):
        others = (p for n, p in enumerate(scope.patterns) if n != number)
        yield Chain(pattern, (*outer, *others), predicates(pattern.path))
    for inner in scope.inner:
        yield from chains(inner, known)
