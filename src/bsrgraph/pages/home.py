"""The first page: what is here, by kind; where it is, on a map; how much money, in a chart."""

from __future__ import annotations

from dataclasses import dataclass

import pyoxigraph as ox
from markupsafe import Markup

from bsrgraph.derived import once_a_version
from bsrgraph.pages.labels import Label, Labels, Link
from bsrgraph.pages.layout import Layout
from bsrgraph.pages.money import money_chart
from bsrgraph.pages.places import places, places_map
from bsrgraph.read import query_text, rows
from bsrgraph.store.port import Store

__all__ = ["Home", "Kind", "home"]

_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of thing: how many there are, and all of them where they are few."""

    name: Label
    count: int
    things: tuple[Link, ...]
    kind: str
    """As in IRIs."""


@dataclass(frozen=True, slots=True)
class Home:
    """What the first page says; kinds are in the order of their shapes, pictures may be empty.

    `mapped` says what the numbers on the map count.
    """

    kinds: tuple[Kind, ...]
    map: Markup
    mapped: str
    money: Markup


def home(store: Store, layout: Layout, labels: Labels) -> Home:
    """What is here: every kind with its count, the map and the chart."""
    found = _kinds(store)
    labels.look_up([iri for cls, _, _, few in found for iri in (cls, *few)])
    kinds = [
        (layout.orders.get(cls, 1e9), Kind(labels.of(cls), count, tuple(map(labels.link, few)), kind))
        for cls, kind, count, few in found
    ]
    counted = places(store).counted
    return Home(
        tuple(kind for _, kind in sorted(kinds, key=lambda k: (k[0], k[1].name.text))),
        places_map(store, labels),
        counted.name if counted else "",
        money_chart(store, labels),
    )


@once_a_version
def _kinds(store: Store) -> list[tuple[str, str, int, tuple[str, ...]]]:
    """Class, kind, how many there are, and which, where they are few: to sort many takes seconds."""
    found = []
    for row in rows(store, query_text("kinds")):
        count, few = int(row["count"].value), list[str]()
        if isinstance(row["class"], ox.NamedNode) and count <= _SHOWN:
            few = sorted(r["thing"].value for r in rows(store, query_text("things", kind=row["class"], limit=_SHOWN)))
        if isinstance(row["class"], ox.NamedNode):
            found.append((row["class"].value, row["kind"].value, count, tuple(few)))
    return found
