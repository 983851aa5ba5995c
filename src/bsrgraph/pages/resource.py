"""The page of one thing: facts in shape order with their evidence, tables of what is about it, incoming links."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal

import pyoxigraph as ox

from bsrgraph.errors import NotFound
from bsrgraph.iris import BSR, LAYERS, PREFIXES, RDF_TYPE
from bsrgraph.pages.labels import Labels, Link
from bsrgraph.pages.layout import Layout, Slot
from bsrgraph.pages.provenance import Evidence, read_provenance
from bsrgraph.pages.values import Fact, Resource, Section, Table, TableRow, Value, number
from bsrgraph.read import Row, Term, query_text, rows
from bsrgraph.store.port import Store

__all__ = ["resource", "show"]

_NAMES = (PREFIXES["skos"] + "prefLabel", PREFIXES["skos"] + "altLabel")
_OURS = {PREFIXES["dcterms"] + "description", BSR + "notStated", BSR + "preferredType", BSR + "withheld"}
"""What editors and publishers say, not sources."""
_ROUNDED_TO = BSR + "roundedTo"
_REST = "Further facts"
"""The heading of what no shape lays out."""


Said = dict[str, Mapping[Term, list[str]]]
"""Property → value → the graphs that state it."""


def resource(store: Store, layout: Layout, labels: Labels, iri: str, page: int = 1, page_size: int = 50) -> Resource:
    """The page of the thing `iri`, with the `page`-th page of its incoming links.

    Raises:
        NotFound: nothing is said of it.

    """
    thing = ox.NamedNode(iri)
    said = _gather(rows(store, query_text("facts", thing=thing)))
    if not said:
        raise NotFound(f"Nothing is known of {iri}.")
    slots = layout.slots(v.value for v in said.get(RDF_TYPE, ()))
    inverse = sorted({s.property for s in slots if s.inverse})
    parts = rows(store, query_text("parts", thing=thing, properties=[ox.NamedNode(p) for p in inverse]))
    text = query_text("incoming", thing=thing, limit=page_size + 1, offset=(page - 1) * page_size)
    incoming = rows(store, text)
    view = _View(store, layout, labels, said, parts, incoming)
    forward = [s for s in slots if not s.inverse]
    return Resource(
        iri,
        labels.of(iri),
        view.values(said.get(RDF_TYPE, {})),
        tuple(v for p in _NAMES for v in view.values(said.get(p, {}))),
        view.sections(slots, thing),
        tuple(dict.fromkeys(s.name for s in forward if s.property not in said and s.name and not _is_naming(s))),
        view.incoming(incoming[:page_size], set(inverse)),
        page,
        len(incoming) > page_size,
    )


def show(term: Term, labels: Labels, evidence: tuple[Evidence, ...] = ()) -> Value:
    """A term as a page shows it."""
    if isinstance(term, ox.Literal):
        return Value(term.value, term.language or "", term.datatype.value, None, evidence)
    if isinstance(term, ox.BlankNode):
        return Value("(unnamed part)", "", "", None, evidence)
    link = labels.link(term.value)
    return Value(link.label.text, link.label.language, "", link, evidence)


def _gather(found: Iterable[Row]) -> Said:
    said: defaultdict[str, defaultdict[Term, list[str]]] = defaultdict(lambda: defaultdict(list))
    for row in found:
        said[row["property"].value][row["value"]].append(row["graph"].value)
    return dict(said)


class _View:
    """Puts what was read into the places of a page; names and evidence are looked up once for all of it."""

    def __init__(
        self, store: Store, layout: Layout, labels: Labels, said: Said, parts: list[Row], incoming: list[Row]
    ) -> None:
        self._layout = layout
        self._labels = labels
        self._said = said
        self._parts = parts
        terms: list[Term | str] = [*said, *(v for values in said.values() for v in values)]
        terms += [row[name] for row in parts for name in ("part", "property", "value")]
        terms += [row[name] for row in incoming for name in ("subject", "property")]
        labels.look_up(t if isinstance(t, str) else t.value for t in terms if isinstance(t, str | ox.NamedNode))
        graphs = {g for values in said.values() for stating in values.values() for g in stating}
        self._evidence = read_provenance(store, labels, graphs | {row["graph"].value for row in parts})

    def values(self, values: Mapping[Term, list[str]]) -> tuple[Value, ...]:
        """The values of one property, in the order of what a reader sees; numbers by size."""
        shown = [
            show(term, self._labels, tuple(self._evidence[g] for g in sorted(set(graphs))))
            for term, graphs in values.items()
        ]
        return tuple(sorted(shown, key=_by_sight))

    def _fact(self, slot: Slot, thing: ox.NamedNode) -> Fact | None:
        """The values of a slot: of the property itself, or the things that point here by it; None without any."""
        found = self._said.get(slot.property, {})
        if slot.inverse:
            if slot.part and slot.part not in LAYERS:
                return None
            pointing: defaultdict[Term, list[str]] = defaultdict(list)
            for row in self._parts:
                if row["property"].value == slot.property and row["value"] == thing:
                    pointing[row["part"]].append(row["graph"].value)
            found = pointing
        return Fact(slot.property, slot.name, slot.description, self.values(found)) if found else None

    def sections(self, slots: list[Slot], thing: ox.NamedNode) -> tuple[Section, ...]:
        """Facts and tables in the groups of the shape, then what no shape lays out."""
        known = {s.property for s in slots if not s.inverse} | {RDF_TYPE, *_NAMES}
        rest = [
            Slot("", p, False, self._labels.of(p).text, "", _REST, None, (1e9, 0, p))
            for p in sorted(self._said)
            if p not in known
        ]
        facts: defaultdict[str, list[Fact]] = defaultdict(list)
        tables: defaultdict[str, list[Table]] = defaultdict(list)
        groups: dict[str, None] = {}
        for slot in [*slots, *rest]:
            if slot.property in _NAMES:
                continue
            group = slot.group or _REST
            if slot.part and slot.part not in LAYERS and (table := self._table(slot, thing)):
                tables[group].append(table)
            elif fact := self._fact(slot, thing):
                facts[group].append(fact)
            else:
                continue
            groups[group] = None
        return tuple(Section(g, tuple(facts[g]), tuple(tables[g])) for g in groups)

    def _table(self, slot: Slot, thing: ox.NamedNode) -> Table | None:
        by_part: defaultdict[Term, list[Row]] = defaultdict(list)
        for row in self._parts:
            if row["via"].value == slot.property:
                by_part[row["part"]].append(row)
        said = {part: _gather(found) for part, found in by_part.items()}
        chosen = {part: facts for part, facts in said.items() if self._is_a(facts, slot.part)}
        if not chosen:
            return None
        classes = {c.value for facts in chosen.values() for c in facts.get(RDF_TYPE, ())}
        # The link back to this page is no news in a row; only what else a row is about is shown.
        told = {part: _without(facts, slot.property, thing) for part, facts in chosen.items()}
        columns = [
            s
            for s in self._layout.slots(classes)
            if not s.inverse and s.property not in _NAMES and any(f.get(s.property) for f in told.values())
        ]
        body = [
            TableRow(
                self._labels.link(part.value),
                tuple(self.values(facts.get(c.property, {})) for c in columns),
                max(
                    (number(v.value) for v in facts.get(_ROUNDED_TO, ()) if isinstance(v, ox.Literal)),
                    default=Decimal(0),
                ),
            )
            for part, facts in told.items()
            if isinstance(part, ox.NamedNode)
        ]
        body.sort(key=lambda row: ([[_by_sight(v) for v in cell] for cell in row.cells], row.thing.label.text))
        names = [f"{c.name}, besides this" if c.property == slot.property else c.name for c in columns]
        return Table(slot.name, tuple(names), tuple(body))

    def _is_a(self, facts: Said, wanted: str | None) -> bool:
        return wanted is None or wanted in self._layout.supers(c.value for c in facts.get(RDF_TYPE, ()))

    def incoming(self, found: list[Row], shown: set[str]) -> tuple[tuple[str, tuple[Link, ...]], ...]:
        """Who points here, by property; what the tables show already is left out."""
        by_property: defaultdict[str, list[Link]] = defaultdict(list)
        for row in found:
            if row["property"].value not in shown:
                by_property[row["property"].value].append(self._labels.link(row["subject"].value))
        return tuple(
            (self._labels.of(p).text, tuple(sorted(links, key=lambda k: k.label.text.casefold())))
            for p, links in by_property.items()
        )


def _is_naming(slot: Slot) -> bool:
    """Whether the slot is for names, notes, mappings or the editors: its absence says nothing of the sources."""
    return slot.property.startswith(PREFIXES["skos"]) or slot.property in _OURS


def _without(said: Said, property_: str, value: Term) -> Said:
    return said | {property_: {v: g for v, g in said.get(property_, {}).items() if v != value}}


def _by_sight(value: Value) -> tuple[float, str, str]:
    try:
        return (float(value.text), "", "") if value.link is None else (0.0, value.text.casefold(), value.language)
    except ValueError:
        return (0.0, value.text.casefold(), value.language)
