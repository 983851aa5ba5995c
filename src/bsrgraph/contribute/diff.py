"""What a contribution would change, in the words of the graph: what is new, what stands beside, what cannot both be.

Nothing here knows a kind or a property: which things speak of the same is read from the shapes, as on pages.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import pyoxigraph as ox

from bsrgraph.contribute.rivals import Rival, rivals
from bsrgraph.iris import PREFIXES, RDF_TYPE
from bsrgraph.pages import Label, Labels, Layout, Link, show
from bsrgraph.pages.provenance import Evidence, read_provenance
from bsrgraph.pages.values import Value, agree
from bsrgraph.read import Term, query_text, rows
from bsrgraph.search import Index, Match, find
from bsrgraph.store.port import Store

__all__ = ["Diff", "Line", "Standing", "ThingDiff", "diff"]

Standing = Literal["new", "known", "beside", "conflict", "gone"]
"""New; stated already; beside another value; one that cannot be right together with another; no longer stated."""
_THINGS, _LINES, _ALIKE = 50, 5000, 3
_SAME_NAME = 0.9
"""How alike the names of two things are that may be the same."""
_NAMES = (PREFIXES["skos"] + "prefLabel", PREFIXES["rdfs"] + "label", PREFIXES["foaf"] + "name")
_Told = dict[ox.NamedNode, dict[str, list[Term]]]
_Stated = dict[str, dict[str, dict[Term, list[str]]]]
"""Thing → property → value → the graphs that state it."""


@dataclass(frozen=True, slots=True)
class Line:
    """One statement of the contribution, and the other values that the graph has for the same property."""

    property: Label
    value: Value
    standing: Standing
    others: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True)
class ThingDiff:
    """What is said of one thing; `new` where the graph says nothing of it yet, and then what it may be already."""

    thing: Link
    new: bool
    lines: tuple[Line, ...]
    alike: tuple[tuple[Link, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Diff:
    """The things of a contribution, at most fifty; `hidden` are left out. `rivals` speak of the same elsewhere."""

    things: tuple[ThingDiff, ...]
    hidden: int
    rivals: tuple[Rival, ...]

    def count(self, standing: Standing) -> int:
        """How many of the statements shown stand so."""
        return sum(line.standing == standing for thing in self.things for line in thing.lines)

    @property
    def conflicts(self) -> int:
        """How many contradictions there are with what the graph says."""
        return self.count("conflict") + len(self.rivals)

    @property
    def alike(self) -> int:
        """How many of the new things may be in the graph already."""
        return sum(bool(thing.alike) for thing in self.things)


def diff(
    store: Store,
    layout: Layout,
    labels: Labels,
    quads: Iterable[ox.Quad],
    *,
    without: Iterable[str] = (),
    replaced: Iterable[ox.Quad] = (),
    index: Index | None = None,
) -> Diff:
    """What `quads` would change. What the graphs `without` state does not count, and `replaced` is what would go.

    With an `index` of all names, new things are compared with those that there are.
    """
    told, before, left_out = _gather(quads), _gather(replaced), frozenset(without)
    _know_names(labels, told)
    everything = list(dict.fromkeys([*told, *before]))
    shown = everything[:_THINGS]
    there = _existing(store, shown, left_out)
    view = _View(store, labels, told, before, there)
    alike = {t: _alike(labels, index, layout, t, told[t]) for t in shown if t.value not in there and t in told}
    things = tuple(view.thing(t, alike.get(t, ())) for t in shown)
    found = rivals(store, layout, labels, {t: told[t] for t in shown if t in told}, left_out)
    return Diff(things, len(everything) - len(shown), found)


class _View:
    """Puts statements beside those that there are; names and evidence are looked up once for all of it."""

    def __init__(self, store: Store, labels: Labels, told: _Told, before: _Told, there: _Stated) -> None:
        self._labels, self._told, self._before, self._there = labels, told, before, there
        stating = [g for said in there.values() for values in said.values() for gs in values.values() for g in gs]
        properties = [p for source in (told, before) for said in source.values() for p in said]
        terms = [t for source in (told, before) for said in source.values() for ts in said.values() for t in ts]
        terms += [t for said in there.values() for values in said.values() for t in values]
        iris = [t.value for t in terms if isinstance(t, ox.NamedNode)]
        labels.look_up([*properties, *iris, *(t.value for t in told)])
        self._evidence: Mapping[str, Evidence] = read_provenance(store, labels, set(stating))

    def thing(self, thing: ox.NamedNode, alike: tuple[tuple[Link, float], ...]) -> ThingDiff:
        """What is said of one thing."""
        new = thing.value not in self._there
        return ThingDiff(self._labels.link(thing.value), new, tuple(self._lines(thing)), alike)

    def _lines(self, thing: ox.NamedNode) -> Iterator[Line]:
        there = self._there.get(thing.value, {})
        said = self._told.get(thing, {})
        for name, terms in said.items():
            known = there.get(name, {})
            others = tuple(self._value(t, known[t]) for t in known if t not in terms)
            for term in terms:
                mine = self._value(term, known.get(term, ()))
                yield Line(self._labels.of(name), mine, _standing(term in known, mine, others), others)
        for name, terms in self._before.get(thing, {}).items():
            stays = {*said.get(name, ()), *there.get(name, ())}
            yield from (Line(self._labels.of(name), self._value(t), "gone") for t in terms if t not in stays)

    def _value(self, term: Term, graphs: Iterable[str] = ()) -> Value:
        return show(term, self._labels, tuple(self._evidence[g] for g in sorted(set(graphs))))


def _standing(known: bool, mine: Value, others: tuple[Value, ...]) -> Standing:
    if mine.is_measured and any(o.is_measured and not agree(mine, o) for o in others):
        return "conflict"
    return "known" if known else "beside" if others else "new"


def _gather(quads: Iterable[ox.Quad]) -> _Told:
    """Thing → property → values; classes and names first, as a reader expects them."""
    found: defaultdict[ox.NamedNode, defaultdict[str, list[Term]]] = defaultdict(lambda: defaultdict(list))

    def place(quad: ox.Quad) -> tuple[object, ...]:
        name = quad.predicate.value
        return (str(quad.subject), name != RDF_TYPE, name not in _NAMES, name, str(quad.object))

    for quad in sorted(quads, key=place):
        if isinstance(quad.subject, ox.NamedNode) and not isinstance(quad.object, ox.Triple):
            found[quad.subject][quad.predicate.value].append(quad.object)
    return {thing: dict(said) for thing, said in found.items()}


def _know_names(labels: Labels, told: _Told) -> None:
    """Things that the graph does not know yet are called what the contribution calls them."""
    labels.look_up(thing.value for thing in told)
    for thing, said in told.items():
        names = [t for name in _NAMES for t in said.get(name, ()) if isinstance(t, ox.Literal)]
        labels.learn(thing.value, [Label(t.value, t.language or "") for t in names])


def _existing(store: Store, things: list[ox.NamedNode], without: frozenset[str]) -> _Stated:
    found: _Stated = {}
    for row in rows(store, query_text("facts_of", things=things, limit=_LINES)) if things else ():
        if row["graph"].value not in without:
            said = found.setdefault(row["thing"].value, {}).setdefault(row["property"].value, {})
            said.setdefault(row["value"], []).append(row["graph"].value)
    return found


def _alike(
    labels: Labels, index: Index | None, layout: Layout, thing: ox.NamedNode, said: Mapping[str, list[Term]]
) -> tuple[tuple[Link, float], ...]:
    """Things of the same kind whose name is nearly that of a new one: it may be there already."""
    classes = layout.supers(t.value for t in said.get(RDF_TYPE, ()) if isinstance(t, ox.NamedNode))
    kinds = sorted({layout.kinds[c] for c in classes if c in layout.kinds})
    names = [t.value for name in _NAMES for t in said.get(name, ()) if isinstance(t, ox.Literal)]
    if index is None or not kinds:
        return ()
    best: dict[str, Match] = {}
    for match in (m for name in names[:_ALIKE] for m in find(index, name, kinds, _ALIKE)):
        known = best.get(match.iri)
        if match.score >= _SAME_NAME and match.iri != thing.value and (known is None or known.score < match.score):
            best[match.iri] = match
    ordered = sorted(best.values(), key=lambda m: -m.score)[:_ALIKE]
    return tuple((labels.link(m.iri), m.score) for m in ordered)
