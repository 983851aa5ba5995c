"""Reads what the page of a thing is made from: its facts, what points to it slot by slot, further links; all bounded.

Each query takes a few of the things it finds, in no order, because sorting is what makes a hub slow; what is taken is
sorted later, by the names that readers see.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pyoxigraph as ox

from bsrgraph.derived import once_a_version
from bsrgraph.iris import LAYERS, RDF_TYPE
from bsrgraph.pages.layout import Layout, Slot
from bsrgraph.read import Row, Term, query_text, rows
from bsrgraph.store.port import Store

__all__ = ["Found", "Pointing", "Said", "gather", "gathered"]

_FACTS = 3000
"""Statements of which the thing is the subject that are read."""
_VALUES = 40
"""Values of one property, and rows of one table, that a page shows."""
_DRAWN = 100
"""Statements of a document that a page shows."""
_COUNTED = 6_000
"""How far things that point here are counted."""

Said = dict[str, Mapping[Term, list[str]]]
"""Property → value → the graphs that state it."""


@dataclass(frozen=True, slots=True)
class Pointing:
    """What points to the thing by one slot: each with the graphs that say so, and what is said of it (for tables)."""

    graphs: Mapping[Term, list[str]]
    said: Mapping[Term, Said]
    more: str


@dataclass(frozen=True, slots=True)
class Found:
    """What was read of one thing; `more` counts the values of a property that are left out."""

    said: Said
    more: Mapping[str, str]
    pointing: Mapping[Slot, Pointing]
    incoming: Sequence[Row]


def gather(store: Store, layout: Layout, thing: ox.NamedNode, page: int, page_size: int) -> Found:
    """What is said of `thing`, what points to it by the slots of its shape, and a page of the further links to it."""
    facts = rows(store, query_text("facts", thing=thing, limit=_FACTS))
    said, more = _few(gathered(facts), whole=len(facts) < _FACTS)
    slots = [s for s in layout.slots(v.value for v in said.get(RDF_TYPE, ())) if s.inverse]
    pointing = {slot: _pointing(store, layout, slot, thing) for slot in slots} if said else {}
    others = [ox.NamedNode(p) for p in _properties(store) if p not in {s.property for s in slots}]
    text = query_text("incoming", thing=thing, properties=others, limit=page_size + 1, offset=(page - 1) * page_size)
    return Found(said, more, pointing, rows(store, text) if said else ())


@once_a_version
def _properties(store: Store) -> list[str]:
    """Every property that is used in the store's version."""
    return sorted(row["property"].value for row in rows(store, query_text("properties")))


def gathered(found: Iterable[Row]) -> Said:
    """Rows of ?property, ?value and ?graph as a mapping."""
    said: defaultdict[str, defaultdict[Term, list[str]]] = defaultdict(lambda: defaultdict(list))
    for row in found:
        said[row["property"].value][row["value"]].append(row["graph"].value)
    return dict(said)


def _few(said: Said, *, whole: bool) -> tuple[Said, dict[str, str]]:
    """At most so many values of each property, and how many are left out."""
    few: Said = {}
    more: dict[str, str] = {}
    for property_, values in said.items():
        few[property_] = dict(list(values.items())[:_VALUES])
        if left := len(values) - _VALUES if len(values) > _VALUES else 0:
            more[property_] = f"{left}" if whole else f"at least {left}"
    return few, more


def _pointing(store: Store, layout: Layout, slot: Slot, thing: ox.NamedNode) -> Pointing:
    via = ox.NamedNode(slot.property)
    most = _DRAWN if slot.part in LAYERS else _VALUES
    if slot.part is None:
        found = rows(store, query_text("pointing", thing=thing, via=via, limit=most + 1))
        counted = query_text("counted", thing=thing, via=via, limit=_COUNTED + 1)
    else:
        classes = [ox.NamedNode(c) for c in layout.below(slot.part)]
        found = rows(store, query_text("parts", thing=thing, via=via, classes=classes, limit=most + 1))
        counted = query_text("counted_parts", thing=thing, via=via, classes=classes, limit=_COUNTED + 1)
    by_part: defaultdict[Term, list[Row]] = defaultdict(list)
    for row in found:
        by_part[row["part"]].append(row)
    kept = dict(list(by_part.items())[:most])
    graphs = {part: _stating(of_part, slot, thing) for part, of_part in kept.items()}
    said = {part: gathered(of_part) for part, of_part in kept.items()} if slot.part else {}
    return Pointing(graphs, said, _left(store, counted, len(kept)) if len(by_part) > most else "")


def _stating(found: list[Row], slot: Slot, thing: ox.NamedNode) -> list[str]:
    """The graphs in which a part points to the thing."""
    if slot.part is None:
        return [row["graph"].value for row in found]
    return [r["graph"].value for r in found if r["property"].value == slot.property and r["value"] == thing]


def _left(store: Store, text: str, shown: int) -> str:
    total = int(rows(store, text)[0]["count"].value)
    return f"more than {_COUNTED - shown}" if total > _COUNTED else str(total - shown)
