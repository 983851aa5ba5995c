"""The tables of kinds that are kept, of the version that the store has: each read when it is first asked for."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import pyoxigraph as ox

from bsrgraph.browse.columns import Column, Part, columns_of
from bsrgraph.browse.kind import KindTable, Links, Values
from bsrgraph.browse.names import Names
from bsrgraph.browse.tables import Moved, Pairs, Tables
from bsrgraph.derived import once_a_version
from bsrgraph.draw import outline
from bsrgraph.errors import StoreError
from bsrgraph.iris import PREFIXES, RDF_TYPE, Space
from bsrgraph.pages.layout import Layout
from bsrgraph.read import query_text, rows
from bsrgraph.store.port import Store

__all__ = ["kind_table"]

_IN_SCHEME = PREFIXES["skos"] + "inScheme"
_TRIES = 4
_FEW = 2000
"""Values whose names are asked for by name; of more, all that a property leads to."""


@dataclass(slots=True)
class _Shelf:
    tables: Tables | None = None
    kinds: dict[str, KindTable] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)


@once_a_version
def _shelf(_store: Store) -> _Shelf:
    return _Shelf()


def kind_table(store: Store, layout: Layout, space: Space, kind: str, limit: int) -> KindTable:
    """The table of a kind that the layout knows, from at most `limit` values in memory for all kinds together.

    Raises:
        StoreError: it would take more than that, or the store changes faster than it can be read.

    """
    for _ in range(_TRIES):
        shelf = _shelf(store)
        with shelf.lock:
            if kind in shelf.kinds:
                return shelf.kinds[kind]
            try:
                shelf.kinds[kind] = _on(shelf, store, layout, space, kind, limit)
                return shelf.kinds[kind]
            except Moved:
                shelf.tables = None
    raise StoreError("The graph is changing faster than its tables can be read.", hint="Try again in a moment.")


def _on(shelf: _Shelf, store: Store, layout: Layout, space: Space, kind: str, limit: int) -> KindTable:
    """The table, beside those that are there; where there is no room, in their place."""
    if shelf.tables is not None:
        try:
            return _made(store, shelf.tables, layout, space, kind)
        except StoreError:
            shelf.tables = None
            shelf.kinds.clear()
    tables = Tables(store, store.version, limit)
    made = _made(store, tables, layout, space, kind)
    shelf.tables = tables
    return made


def _made(store: Store, tables: Tables, layout: Layout, space: Space, kind: str) -> KindTable:
    iris = sorted(iri for iri, k in layout.kinds.items() if k == kind)
    numbers = sorted({n for iri in iris for n in tables.things(iri)}, key=lambda n: tables.terms[n].value)
    names = Names(tables.terms)
    table = KindTable(kind, iris, numbers, names, space, tables.version)
    for level in _levels(_columns(store, tables, layout, iris)):
        table.add(_filled(table, tables, level))
    for iri in iris:
        names.add(tables.names("table_names", kind=ox.NamedNode(iri)))
    _name_values(table, tables)
    places = {n: i for i, n in enumerate(table.things)}
    table.members = {iri: frozenset(places[n] for n in tables.things(iri)) for iri in iris}
    lists = {tables.terms[n].value for n in tables.values(_IN_SCHEME).values}
    table.schemes = frozenset(iri for iri in iris if iri in lists)
    _draw(table)
    return table


def _draw(table: KindTable) -> None:
    """Takes a column of outlines for a map; as text it would say nothing to anybody."""
    for name, cells in list(table.columns.items()):
        if cells.type != "text" or cells.links is not None:
            continue
        first = min(cells.distinct, key=lambda n: len(table.terms[n].value))
        if outline(table.terms[first].value):
            table.outlines = {p: table.terms[v[0]].value for p, v in enumerate(cells.values) if v}
            del table.columns[name]


def _columns(store: Store, tables: Tables, layout: Layout, iris: Sequence[str]) -> list[Column]:
    """The columns of a class are those of its shapes; codes have the shapes of their classes."""
    classes = {iri for iri in iris if layout.slots([iri])}
    classes = classes or {tables.terms[n].value for iri in iris for n in tables.classes(iri).values}
    columns = columns_of(store, layout, classes)
    if any(not c.further for c in columns):
        return columns
    texts = [query_text("table_properties", kind=ox.NamedNode(iri)) for iri in iris]
    found = {row["property"].value for text in texts for row in rows(store, text)}
    return columns_of(store, layout, classes, sorted(found))


def _levels(columns: Sequence[Column]) -> Iterator[list[Column]]:
    parts = dict.fromkeys(c.part for c in columns)
    for part in parts:
        yield [c for c in columns if c.part == part]


def _filled(table: KindTable, tables: Tables, level: Sequence[Column]) -> Iterator[tuple[Column, Values, Links | None]]:
    part = level[0].part
    if part is None:
        for column in level:
            found = _values(table, tables, column)
            yield column, [found.get(n, ()) for n in table.things], None
        return
    links = _links(table, tables, part)
    counted = [0] * len(table)
    for owner in links.owners:
        counted[owner] += 1
    for column in level:
        if column.counts:
            yield column, [(n,) for n in counted], None
            continue
        found = tables.values(column.property).by_subject()
        yield column, [found.get(n, ()) for n in links.parts], links


def _values(table: KindTable, tables: Tables, column: Column) -> dict[int, tuple[int, ...]]:
    if column.property == RDF_TYPE:
        pairs = [tables.classes(iri) for iri in table.iris]
        found: dict[int, tuple[int, ...]] = {}
        for pair in pairs:
            found |= pair.by_subject()
        return found
    pairs_: Pairs = tables.values(column.property)
    return pairs_.by_value() if column.inverse else pairs_.by_subject()


def _links(table: KindTable, tables: Tables, part: Part) -> Links:
    """The links from things to their parts, thing by thing; parts in the order of their IRIs."""
    members = set(tables.things(part.iri))
    pointing = tables.values(part.via).by_value()
    owners: list[int] = []
    parts: list[int] = []
    for place, thing in enumerate(table.things):
        mine = sorted({p for p in pointing.get(thing, ()) if p in members}, key=lambda p: tables.terms[p].value)
        owners += [place] * len(mine)
        parts += mine
    return Links(part, owners, parts)


def _name_values(table: KindTable, tables: Tables) -> None:
    few: set[int] = set()
    for cells in table.columns.values():
        column = cells.column
        if cells.type != "thing" or (column.part and column.part.code):
            continue
        unnamed = {n for n in cells.distinct if n not in table.names}
        if len(unnamed) <= _FEW or column.inverse:
            few |= unnamed
        else:
            table.names.add(tables.names("table_value_names", property=ox.NamedNode(column.property)))
    things = [t for n in sorted(few) if isinstance(t := tables.terms[n], ox.NamedNode)]
    for i in range(0, len(things), 20 * _FEW):
        table.names.add(tables.names("labels", things=things[i : i + 20 * _FEW]))
