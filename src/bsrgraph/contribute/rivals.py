"""A thing that speaks of the same as one that is there and gives another value: “a second total investment”.

Which things are parts of a page, such as the figures of a programme, is read from the shapes: its inverse slots. Two
parts speak of the same where they have a class in common, agree in every link that both have, and share one besides
the page.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

import pyoxigraph as ox

from bsrgraph.iris import BSR, RDF_TYPE
from bsrgraph.pages import Label, Labels, Layout, Link, show
from bsrgraph.pages.values import Value, agree, number
from bsrgraph.read import Term, query_text, rows
from bsrgraph.store.port import Store

__all__ = ["Rival", "Said", "rivals"]

Said = Mapping[str, list[Term]]
"""Property → values."""
_ROUNDED_TO = BSR + "roundedTo"
_LINES = 5000
_MOST = 50


@dataclass(frozen=True, slots=True)
class Rival:
    """Two parts of the page `about` that speak of the same, in these words, and give different values."""

    about: Link
    name: str
    same: tuple[Label, ...]
    here: Link
    value: Value
    there: Link
    other: Value


def rivals(
    store: Store, layout: Layout, labels: Labels, told: Mapping[ox.NamedNode, Said], without: Collection[str]
) -> tuple[Rival, ...]:
    """The parts in `told` that have a rival in the store, apart from what the graphs `without` state."""
    measured = {part: said for part, said in told.items() if _measures(said)}
    targets = {t for said in measured.values() for terms in said.values() for t in terms if isinstance(t, ox.NamedNode)}
    classes = _classes(store, targets)
    places = [p for part, said in measured.items() for p in _places(layout, part, said, classes)]
    places.sort(key=lambda place: not place.typed)
    beside = _beside(store, places, without)
    found = [
        rival
        for place in places
        for other, said in sorted(beside.get((place.page, place.via), {}).items())
        if other != place.part.value
        for rival in _compared(labels, (place.part, told[place.part]), (other, said), place.page, place.name)
    ]
    # A figure is part of the page of what it is about, and of that of its kind: each pair is told once.
    once = {(r.here.iri, r.value.text, r.there.iri, r.other.text): r for r in reversed(found)}
    return tuple(reversed(once.values()))[:_MOST]


def _measures(said: Said) -> dict[str, list[ox.Literal]]:
    """The numbers and dates of a part, by property."""
    found = {p: [t for t in terms if isinstance(t, ox.Literal) and _is_measured(t)] for p, terms in said.items()}
    return {p: terms for p, terms in found.items() if terms and p != _ROUNDED_TO}


def _is_measured(term: ox.Literal) -> bool:
    return Value(term.value, "", term.datatype.value, None).is_measured


def _classes(store: Store, things: set[ox.NamedNode]) -> dict[str, set[str]]:
    ordered = sorted(things, key=str)[: 4 * _MOST]
    found: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows(store, query_text("types", things=ordered)) if ordered else ():
        found[row["thing"].value].add(row["class"].value)
    return dict(found)


@dataclass(frozen=True, slots=True)
class _Place:
    """A part, the page that it is part of, by which property, what the page calls such parts, and if it says which."""

    part: ox.NamedNode
    page: str
    via: str
    name: str
    typed: bool


def _places(layout: Layout, part: ox.NamedNode, said: Said, classes: Mapping[str, set[str]]) -> Iterator[_Place]:
    own = layout.supers(t.value for t in said.get(RDF_TYPE, ()) if isinstance(t, ox.NamedNode))
    for via, terms in said.items():
        for term in terms:
            for slot in layout.slots(classes.get(term.value, ())) if isinstance(term, ox.NamedNode) else ():
                if slot.inverse and slot.property == via and (slot.part is None or slot.part in own):
                    yield _Place(part, term.value, via, slot.name, slot.part is not None)


def _beside(
    store: Store, places: list[_Place], without: Collection[str]
) -> dict[tuple[str, str], dict[str, dict[str, list[Term]]]]:
    """Page and property → the parts there are → what is said of each."""
    pages = [ox.NamedNode(page) for page in sorted({place.page for place in places})]
    ways = [ox.NamedNode(via) for via in sorted({place.via for place in places})]
    found: dict[tuple[str, str], dict[str, dict[str, list[Term]]]] = {}
    text = query_text("beside", things=pages, properties=ways, limit=_LINES)
    for row in rows(store, text) if pages else ():
        if row["graph"].value not in without and isinstance(row["part"], ox.NamedNode):
            said = found.setdefault((row["thing"].value, row["via"].value), {}).setdefault(row["part"].value, {})
            said.setdefault(row["property"].value, []).append(row["value"])
    return found


def _compared(
    labels: Labels, mine: tuple[ox.NamedNode, Said], theirs: tuple[str, Said], page: str, name: str
) -> Iterator[Rival]:
    (part, said), (other, there) = mine, theirs
    same = _same(said, there, page)
    if not same:
        return
    rounded = max((number(t.value) for s in (said, there) for t in s.get(_ROUNDED_TO, ())), default=Decimal(0))
    others = _measures(there)
    for prop, terms in _measures(said).items():
        for term in terms:
            for rival in others.get(prop, ()):
                value, against = show(term, labels), show(rival, labels)
                if not agree(value, against, rounded):
                    links = sorted(map(labels.link, same), key=lambda link: not link.local)
                    words = tuple(link.label for link in links)
                    yield Rival(
                        labels.link(page), name, words, labels.link(part.value), value, labels.link(other), against
                    )


def _same(said: Said, there: Said, page: str) -> list[str]:
    """What two parts are both of besides the page; nothing where they differ in a link that both have."""
    same: list[str] = []
    if not set(said.get(RDF_TYPE, ())) & set(there.get(RDF_TYPE, ())):
        return same
    for prop in sorted(said.keys() & there.keys() - {RDF_TYPE}):
        here, other = ({t.value for t in s[prop] if isinstance(t, ox.NamedNode)} - {page} for s in (said, there))
        if here and other:
            if not here & other:
                return []
            same += sorted(here & other)
    return same
