"""The first page: what is here, by kind."""

from __future__ import annotations

from dataclasses import dataclass

import pyoxigraph as ox

from bsrgraph.pages.labels import Label, Labels, Link
from bsrgraph.pages.layout import Layout
from bsrgraph.read import query_text, rows
from bsrgraph.store.port import Store

__all__ = ["Home", "Kind", "home"]

_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of thing: how many there are, and the first of them."""

    name: Label
    count: int
    things: tuple[Link, ...]
    kind: str
    """As in IRIs."""


@dataclass(frozen=True, slots=True)
class Home:
    """What the first page says; kinds are in the order of their shapes."""

    kinds: tuple[Kind, ...]


def home(store: Store, layout: Layout, labels: Labels) -> Home:
    """What is here: every kind with its count and its first things."""
    kinds: list[tuple[float, Kind]] = []
    for row in rows(store, query_text("kinds")):
        if not isinstance(row["class"], ox.NamedNode):
            continue
        things = rows(store, query_text("things", kind=row["class"], limit=_SHOWN))
        iris = [t["thing"].value for t in things if isinstance(t["thing"], ox.NamedNode)]
        labels.look_up([row["class"].value, *iris])
        links = tuple(map(labels.link, iris))
        kind = Kind(labels.of(row["class"].value), int(row["count"].value), links, row["kind"].value)
        kinds.append((layout.orders.get(row["class"].value, 1e9), kind))
    return Home(tuple(kind for _, kind in sorted(kinds, key=lambda k: (k[0], k[1].name.text))))
