"""The areas whose outlines the graph has, as a map: shaded by how many things of the first kind point to them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import pyoxigraph as ox
from markupsafe import Markup

from bsrgraph.derived import once_a_version
from bsrgraph.draw import Area, area_map, outline
from bsrgraph.draw.outlines import Ring
from bsrgraph.pages.labels import Labels
from bsrgraph.pages.layout import Layout, Slot, layout
from bsrgraph.read import query_text, rows
from bsrgraph.store.port import Store

__all__ = ["Places", "places", "places_map"]

_MOST = 120
"""Areas that a map can show."""


@dataclass(frozen=True, slots=True)
class Places:
    """Areas with their outlines; `counted` by what, and how many there are of each: nothing where nothing can be."""

    rings: dict[str, tuple[Ring, ...]]
    classes: tuple[str, ...]
    counted: Slot | None
    numbers: dict[str, int]


@once_a_version
def places(store: Store) -> Places:
    """The areas of the store's version."""
    rings: dict[str, tuple[Ring, ...]] = {}
    classes: set[str] = set()
    for row in rows(store, query_text("outlines", limit=_MOST)):
        if found := outline(row["outline"].value):
            rings[row["thing"].value] = found
            classes.add(row["class"].value)
    slots = [s for s in layout(store).slots(sorted(classes)) if s.inverse and s.part is None]
    by_slot: defaultdict[str, dict[str, int]] = defaultdict(dict)
    if rings and slots:
        properties = [ox.NamedNode(p) for p in sorted({s.property for s in slots})]
        text = query_text("pointing_counted", things=[ox.NamedNode(r) for r in sorted(rings)], properties=properties)
        for row in rows(store, text):
            by_slot[row["via"].value][row["thing"].value] = int(row["count"].value)
    used = [s for s in slots if by_slot[s.property]]
    best = min(used, key=lambda s: (_order(layout(store), s), s.rank), default=None)
    return Places(rings, tuple(sorted(classes)), best, by_slot[best.property] if best else {})


def _order(known: Layout, slot: Slot) -> float:
    """The place of what points here by the slot among all kinds: the kind that the graph is most about comes first."""
    return min((known.orders.get(c, 1e9) for c in known.below(slot.of)), default=1e9) if slot.of else 1e9


def places_map(store: Store, labels: Labels) -> Markup:
    """The map; empty where no outline is stated."""
    found = places(store)
    if not found.rings:
        return Markup("")
    labels.look_up(found.rings)
    areas = []
    for iri, rings in sorted(found.rings.items()):
        link, number = labels.link(iri), found.numbers.get(iri)
        shown = "" if number is None else str(number)
        areas.append(Area(link.label.text, rings, number, shown, link.href, link.label.language))
    title = " and ".join(labels.of(c).text for c in found.classes)
    return area_map(f"{title}: {found.counted.name}" if found.counted else title, areas)
