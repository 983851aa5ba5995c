"""The page of one thing: facts in shape order with their evidence, tables of what is about it, incoming links."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal

import pyoxigraph as ox
from markupsafe import Markup

from bsrgraph.draw import Area, area_map, outline
from bsrgraph.errors import NotFound
from bsrgraph.iris import BSR, LAYERS, PREFIXES, RDF_TYPE, Space
from bsrgraph.pages.alignment import alignment
from bsrgraph.pages.around import around
from bsrgraph.pages.conflicts import differences
from bsrgraph.pages.documents import statements
from bsrgraph.pages.gather import Found, Said, gather
from bsrgraph.pages.labels import Labels, Link
from bsrgraph.pages.layout import Layout, Slot
from bsrgraph.pages.numbers import number
from bsrgraph.pages.provenance import Evidence, read_origins, read_provenance
from bsrgraph.pages.times import when
from bsrgraph.pages.values import Fact, Resource, Section, Table, TableRow, Value, show
from bsrgraph.read import Row, Term, query_text, rows
from bsrgraph.store.port import Store

__all__ = ["resource"]

_NAMES = (PREFIXES["skos"] + "prefLabel", PREFIXES["skos"] + "altLabel")
_OURS = {PREFIXES["dcterms"] + "description", BSR + "notStated", BSR + "preferredType", BSR + "withheld"}
"""What editors and publishers say, not sources."""
_ROUNDED_TO = BSR + "roundedTo"
_REST = "Further facts"
"""The heading of what no shape lays out."""
_OUTLINE = 24
"""Characters that the text of an outline has at least."""
_STATED = 1500
"""Triples that are read of all statements of a document."""


def resource(
    store: Store, layout: Layout, labels: Labels, space: Space, iri: str, page: int = 1, page_size: int = 50
) -> Resource:
    """The page of the thing `iri`, with the `page`-th page of the links to it that its shape has no place for.

    Raises:
        NotFound: nothing is said of it.

    """
    thing = ox.NamedNode(iri)
    found = gather(store, layout, thing, page, page_size)
    if not found.said:
        raise NotFound(f"Nothing is known of {iri}.")
    slots = layout.slots(v.value for v in found.said.get(RDF_TYPE, ()))
    view = _View(store, layout, labels, found)
    sections = view.sections(slots, thing)
    sections = _timed(sections, when(sections, alignment(store)))
    silent = (s.name for s in slots if not s.inverse and s.property not in found.said and s.name and not _is_naming(s))
    made = Resource(
        iri,
        labels.of(iri),
        view.values(found.said.get(RDF_TYPE, {})),
        tuple(v for p in _NAMES for v in view.values(found.said.get(p, {}))),
        sections,
        tuple(dict.fromkeys(silent)),
        view.incoming(found.incoming[:page_size]),
        page,
        len(found.incoming) > page_size,
        differences(sections),
        view.statements,
        *view.statements_told,
        around=around(iri, labels.of(iri), sections, layout, space),
    )
    return replace(made, origins=read_origins(store, labels, _all_evidence(made)))


def _timed(sections: tuple[Section, ...], picture: Markup) -> tuple[Section, ...]:
    """The sections with the picture of all dates in the first that has one, else in the last."""
    if not picture:
        return sections
    place = next((i for i, s in enumerate(sections) if s.is_dated), len(sections) - 1)
    return tuple(replace(s, when=picture) if i == place else s for i, s in enumerate(sections))


def _all_evidence(page: Resource) -> Iterator[Evidence]:
    """Everything that states something of a page, from top to bottom."""
    for value in page.classes:
        yield from value.evidence
    for section in page.sections:
        for fact in section.facts:
            for value in fact.values:
                yield from value.evidence
        for table in section.tables:
            for row in table.rows:
                yield from row.evidence
    for value in page.names:
        yield from value.evidence


class _View:
    """Puts what was read into the places of a page; names and evidence are looked up once for all of it."""

    def __init__(self, store: Store, layout: Layout, labels: Labels, found: Found) -> None:
        self._layout = layout
        self._labels = labels
        self._found = found
        graphs = {g for said in [found.said, *_parts(found)] for values in said.values() for g in _stating(values)}
        graphs |= {g for slot, to in found.pointing.items() if slot.part not in LAYERS for g in _stating(to.graphs)}
        # What is drawn from a document, where the thing is one.
        documents = [to for slot, to in found.pointing.items() if slot.part in LAYERS]
        drawn = [ox.NamedNode(graph.value) for to in documents for graph in to.graphs]
        stated = rows(store, query_text("drawn", graphs=drawn, limit=_STATED)) if drawn else []
        labels.look_up(_mentioned(found, stated))
        self._evidence = read_provenance(store, labels, graphs | {d.value for d in drawn})
        self.statements = tuple(statements(stated, [self._evidence[d.value] for d in drawn], labels))
        told = ((slot.name, found.pointing[slot].more) for slot in found.pointing if slot.part in LAYERS)
        self.statements_told = next((t for t in told if self.statements), ("", ""))

    def values(self, values: Mapping[Term, list[str]]) -> tuple[Value, ...]:
        """The values of one property, in the order of what a reader sees; numbers by size."""
        shown = [
            show(term, self._labels, tuple(self._evidence[g] for g in sorted(set(graphs))))
            for term, graphs in values.items()
        ]
        return tuple(sorted(shown, key=_by_sight))

    def _fact(self, slot: Slot) -> Fact | None:
        """The values of a slot: of the property itself, or the things that point here by it; None without any."""
        if slot.inverse:
            to = self._found.pointing[slot]
            values, more = to.graphs, to.more
        else:
            values, more = self._found.said.get(slot.property, {}), self._found.more.get(slot.property, "")
        if not values:
            return None
        shown = self.values(values)
        picture = _outlined(slot.name, shown)
        return Fact(slot.property, slot.name, slot.description, shown, more, slot.inverse, slot.of or "", picture)

    def sections(self, slots: list[Slot], thing: ox.NamedNode) -> tuple[Section, ...]:
        """Facts and tables in the groups of the shape, then what no shape lays out."""
        known = {s.property for s in slots if not s.inverse} | {RDF_TYPE, *_NAMES}
        rest = [
            Slot("", p, False, self._labels.of(p).text, "", _REST, None, (1e9, 0, p))
            for p in sorted(self._found.said)
            if p not in known
        ]
        facts: defaultdict[str, list[Fact]] = defaultdict(list)
        tables: defaultdict[str, list[Table]] = defaultdict(list)
        groups: dict[str, None] = {}
        for slot in [*slots, *rest]:
            # Statements drawn from a document have a place of their own.
            if slot.property in _NAMES or slot.part in LAYERS:
                continue
            group = slot.group or _REST
            if slot.part and slot.inverse:
                if table := self._table(slot, thing):
                    tables[group].append(table)
                    groups[group] = None
            elif fact := self._fact(slot):
                facts[group].append(fact)
                groups[group] = None
        return tuple(Section(g, tuple(facts[g]), tuple(tables[g])) for g in groups)

    def _table(self, slot: Slot, thing: ox.NamedNode) -> Table | None:
        to = self._found.pointing[slot]
        if not to.said:
            return None
        classes = {c.value for facts in to.said.values() for c in facts.get(RDF_TYPE, ())}
        # The link back to this page is no news in a row; only what else a row is about is shown.
        told = {part: _without(facts, slot.property, thing) for part, facts in to.said.items()}
        columns = [
            s
            for s in self._layout.slots(classes)
            if not s.inverse and s.property not in _NAMES and any(f.get(s.property) for f in told.values())
        ]
        # The first property of the shape that every row has heads it.
        heads = [c for c in columns if all(facts.get(c.property) for facts in told.values())]
        columns.sort(key=lambda c: c != min(heads, key=lambda h: h.rank[1], default=None))
        body = [
            TableRow(
                self._labels.link(part.value),
                tuple(self.values(facts.get(c.property, {})) for c in columns),
                max((number(v.value) for v in facts.get(_ROUNDED_TO, ())), default=Decimal(0)),
            )
            for part, facts in told.items()
        ]
        names = [f"{c.name}, besides this" if c.property == slot.property else c.name for c in columns]
        properties = tuple(c.property for c in columns)
        made = Table(slot.name, tuple(names), tuple(body), properties, slot.property, to.more, slot.part or "")
        return replace(made, rows=tuple(sorted(body, key=lambda row: _row_order(row, made.lead))))

    def incoming(self, found: Iterable[Row]) -> tuple[tuple[str, tuple[Link, ...]], ...]:
        """Who points here otherwise, by property."""
        by_property: defaultdict[str, list[Link]] = defaultdict(list)
        for row in found:
            by_property[row["property"].value].append(self._labels.link(row["subject"].value))
        named = {p: self._labels.of(p).text for p in by_property}
        return tuple(
            (named[p], tuple(sorted(by_property[p], key=lambda k: k.label.text.casefold())))
            for p in sorted(named, key=lambda p: (named[p].casefold(), p))
        )


def _outlined(name: str, values: tuple[Value, ...]) -> Markup:
    """A small map of values that are outlines; empty where one is not."""
    rings = [outline(v.text) if v.link is None and len(v.text) > _OUTLINE else () for v in values]
    return area_map(name, [Area("", r, 1) for r in rings]) if rings and all(rings) else Markup("")


def _parts(found: Found) -> Iterator[Said]:
    """What is said of the things in tables; statements of a document are no such things."""
    for slot, to in found.pointing.items():
        if slot.part not in LAYERS:
            yield from to.said.values()


def _stating(values: Mapping[Term, list[str]]) -> Iterator[str]:
    for graphs in values.values():
        yield from graphs


def _mentioned(found: Found, stated: list[Row]) -> Iterator[str]:
    """Every IRI that a page names."""
    for said in [found.said, *_parts(found)]:
        yield from said
        yield from (v.value for values in said.values() for v in values if isinstance(v, ox.NamedNode))
    yield from (p.value for to in found.pointing.values() for p in to.graphs)
    for row in [*stated, *found.incoming]:
        yield from (t.value for name, t in row.items() if name != "graph" and isinstance(t, ox.NamedNode))


def _is_naming(slot: Slot) -> bool:
    """Whether the slot is for names, notes, mappings or the editors: its absence says nothing of the sources."""
    return slot.property.startswith(PREFIXES["skos"]) or slot.property in _OURS


def _without(said: Said, property_: str, value: Term) -> Said:
    return said | {property_: {v: g for v, g in said.get(property_, {}).items() if v != value}}


def _row_order(row: TableRow, lead: int | None) -> tuple[object, ...]:
    """By the column that heads the rows, then by the others from left to right."""
    cells = [[_by_sight(v) for v in cell] for cell in row.cells]
    return (cells[lead] if lead is not None else [], cells, row.thing.label.text)


def _by_sight(value: Value) -> tuple[float, str, str]:
    try:
        return (float(value.text), "", "") if value.link is None else (0.0, value.text.casefold(), value.language)
    except ValueError:
        return (0.0, value.text.casefold(), value.language)
