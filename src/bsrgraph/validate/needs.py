"""What whoever looks at a store needs to see, and how many needs become few queries."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import pyoxigraph as ox

from bsrgraph.read import Term
from bsrgraph.validate.paths import Step

__all__ = ["Asks", "Need", "Pair", "chunks", "fillable", "halves", "keys", "merged"]

_Result = TypeVar("_Result")
_Item = TypeVar("_Item")
_AT_ONCE = 400
"""Nodes, or nodes with a predicate, in one query."""

Pair = tuple[Term, str]
"""A node and a predicate."""


@dataclass(frozen=True, slots=True)
class Need:
    """The triples that one step from the nodes may take; from nowhere in particular where `nodes` is None.

    An impatient one (`patient=False`) is answered with None where there are very many.
    """

    nodes: frozenset[Term] | None
    step: Step
    patient: bool = True


Asks = Generator[Need, "list[ox.Triple] | None", _Result]


def keys(need: Need) -> list[str | None]:
    """The predicates that are needed, or None for any."""
    return [None] if need.step.predicates is None else [*sorted(need.step.predicates)]


def merged(
    needs: Iterable[Need],
) -> Iterable[tuple[tuple[bool, Term], tuple[frozenset[str] | None, bool]]]:
    """Direction and node → the predicates that are needed there, and whether somebody will wait for them all."""
    found: dict[tuple[bool, Term], tuple[frozenset[str] | None, bool]] = {}
    for need in needs:
        for node in need.nodes or ():
            key = (need.step.inverse, node)
            predicates, patient = found.get(key, (frozenset(), False))
            both = None if predicates is None or need.step.predicates is None else predicates | need.step.predicates
            found[key] = (both, patient or need.patient)
    return found.items()


def chunks(items: Sequence[_Item]) -> Iterator[Sequence[_Item]]:
    """As many as one query may ask for, and again as many."""
    for start in range(0, len(items), _AT_ONCE):
        yield items[start : start + _AT_ONCE]


def halves(items: Sequence[_Item]) -> tuple[Sequence[_Item], Sequence[_Item]]:
    """The first half and the rest."""
    middle = len(items) // 2
    return items[:middle], items[middle:]


def fillable(nodes: Iterable[Term]) -> list[ox.NamedNode | ox.Literal]:
    """The nodes that a query can name."""
    return [n for n in nodes if not isinstance(n, ox.BlankNode)]
