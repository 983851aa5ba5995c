"""How pages are laid out: the property shapes of each class, in their groups and order.

Nothing here knows a kind or a property; another graph directory gets its pages from its own shapes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import pyoxigraph as ox

from bsrgraph.derived import once_a_version
from bsrgraph.read import Row, query_text, rows
from bsrgraph.store.port import Store

__all__ = ["Layout", "Slot", "layout"]


@dataclass(frozen=True, slots=True)
class Slot:
    """One place of a page: a property of the thing, or (`inverse`) things that point to it by a property.

    `part` is the class that an inverse slot is restricted to, where the shape says one; `of` is the class that its
    values must have.
    """

    shape: str
    property: str
    inverse: bool
    name: str
    description: str
    group: str
    part: str | None
    rank: tuple[float, float, str]
    of: str | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """The slots of every class, and the class hierarchy, of one version of the graph."""

    _slots: dict[str, tuple[Slot, ...]]
    _supers: dict[str, frozenset[str]]
    kinds: dict[str, str]
    orders: dict[str, float]

    def supers(self, classes: Iterable[str]) -> set[str]:
        """The classes and all their superclasses."""
        todo, done = list(classes), set[str]()
        while todo:
            if (current := todo.pop()) not in done:
                done.add(current)
                todo += self._supers.get(current, ())
        return done

    def above(self, iri: str) -> frozenset[str]:
        """The direct superclasses of a class."""
        return self._supers.get(iri, frozenset())

    def below(self, wanted: str) -> list[str]:
        """The class and all its subclasses, in order."""
        return sorted({wanted, *(c for c in self._supers if wanted in self.supers([c]))})

    def slots(self, classes: Iterable[str]) -> list[Slot]:
        """The slots of a thing of these classes, inherited ones included, in order, one a property."""
        found: dict[tuple[str, bool, str | None], Slot] = {}
        for slot in sorted((s for c in self.supers(classes) for s in self._slots.get(c, ())), key=lambda s: s.rank):
            found.setdefault((slot.property, slot.inverse, slot.part), slot)
        return list(found.values())


@once_a_version
def layout(store: Store) -> Layout:
    """The layout of the store's version, read once a version."""
    slots: defaultdict[str, dict[str, Slot]] = defaultdict(dict)
    for row in rows(store, query_text("layout")):
        slot = _slot(row)
        if slot is not None:
            slots[row["class"].value].setdefault(slot.shape, slot)
    supers: defaultdict[str, set[str]] = defaultdict(set)
    kinds: dict[str, str] = {}
    orders: dict[str, float] = {}
    for row in rows(store, query_text("classes")):
        if "super" in row:
            supers[row["class"].value].add(row["super"].value)
        if "kind" in row:
            kinds[row["class"].value] = row["kind"].value
        if "order" in row:
            orders[row["class"].value] = float(row["order"].value)
    return Layout(
        {c: tuple(sorted(s.values(), key=lambda x: x.rank)) for c, s in slots.items()},
        {c: frozenset(s) for c, s in supers.items()},
        kinds,
        orders,
    )


def _slot(row: Row) -> Slot | None:
    inverse = row.get("inverse")
    path = inverse or row["path"]
    if not isinstance(path, ox.NamedNode):
        return None

    def text(name: str) -> str:
        return row[name].value if name in row else ""

    def number(name: str) -> float:
        return float(row[name].value) if name in row else 1e6

    part = row["part"].value if "part" in row else None
    return Slot(
        row["shape"].value,
        path.value,
        inverse is not None,
        text("name"),
        text("description"),
        text("group"),
        part,
        (number("groupOrder"), number("order"), path.value),
        row["of"].value if "of" in row else None,
    )
