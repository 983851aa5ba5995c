"""The tables of kinds: each read when it is first asked for, and renewed while the one before still answers."""

from __future__ import annotations

import threading
import time
import weakref
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass

import pyoxigraph as ox

from bsrgraph.browse.columns import Column, Part, columns_of
from bsrgraph.browse.kind import KindTable, Links, Values
from bsrgraph.browse.names import Names
from bsrgraph.browse.tables import Moved, Tables
from bsrgraph.draw import outline
from bsrgraph.errors import StoreError
from bsrgraph.iris import PREFIXES, RDF_TYPE, Space
from bsrgraph.pages.layout import Layout
from bsrgraph.read import query_text, rows
from bsrgraph.store.port import Store

__all__ = ["kind_table"]

_IN_SCHEME = PREFIXES["skos"] + "inScheme"
_TRIES = 4
_PATIENCE = 2.0
"""Seconds that a request waits for a new table before the one before answers."""
_AGE = 600.0
"""Seconds after which the tables of a store that names no version are read anew."""
_FEW = 2000
"""Values whose names are asked for by name; of more, all that a property leads to."""


class _Shelf:
    """The tables of one store; one is read at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._reading = threading.Lock()
        self._tables: Tables | None = None
        self._kinds: dict[str, tuple[KindTable, float]] = {}
        self._coming: dict[str, Future[KindTable]] = {}

    def table(self, wanted: _Wanted) -> KindTable:
        """The table of the current version, or of the one before while the current one's takes more than a moment."""
        with self._lock:
            known = self._kinds.get(wanted.kind)
            if known is not None and _is_fresh(wanted, *known):
                return known[0]
            coming = self._coming.get(wanted.kind)
            if coming is None or coming.done():
                coming = self._coming[wanted.kind] = Future()
                threading.Thread(target=self._settle, args=(coming, wanted), name="tables", daemon=True).start()
        try:
            return coming.result(_PATIENCE if known is not None else None)
        except TimeoutError:
            if known is None:
                raise
            return known[0]

    def _settle(self, coming: Future[KindTable], wanted: _Wanted) -> None:
        try:
            with self._reading:
                made = self._read(wanted)
            with self._lock:
                self._kinds[wanted.kind] = (made, time.monotonic())
            coming.set_result(made)
        except Exception as error:  # it is raised where the table is waited for
            coming.set_exception(error)

    def _read(self, wanted: _Wanted) -> KindTable:
        for _ in range(_TRIES):
            try:
                return self._beside_others(wanted)
            except Moved:
                self._tables = None
        raise StoreError("The graph is changing faster than its tables can be read.", hint="Try again in a moment.")

    def _beside_others(self, wanted: _Wanted) -> KindTable:
        """The table, beside those that are there; where there is no room, in their place."""
        version = wanted.store.version
        tables = self._tables
        if tables is not None and version and tables.version == version:
            try:
                return _made(wanted, tables)
            except StoreError:
                with self._lock:
                    self._kinds.clear()
        self._tables = None
        tables = Tables(wanted.store, version, wanted.limit)
        made = _made(wanted, tables)
        self._tables = tables
        return made


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Which table of which store."""

    store: Store
    layout: Layout
    space: Space
    kind: str
    limit: int


_shelves: weakref.WeakKeyDictionary[Store, _Shelf] = weakref.WeakKeyDictionary()
_making_room = threading.Lock()


def kind_table(store: Store, layout: Layout, space: Space, kind: str, limit: int) -> KindTable:
    """The table of a kind that the layout knows, from at most `limit` values in memory for all kinds together.

    It may be of the version before for as long as reading a new one takes more than a moment; its version says so.

    Raises:
        StoreError: it would take more than that, or the store changes faster than it can be read.

    """
    with _making_room:
        shelf = _shelves.setdefault(store, _Shelf())
    return shelf.table(_Wanted(store, layout, space, kind, limit))


def _is_fresh(wanted: _Wanted, table: KindTable, made: float) -> bool:
    version = wanted.store.version
    return table.version == version and (bool(version) or time.monotonic() - made < _AGE)


def _made(wanted: _Wanted, tables: Tables) -> KindTable:
    iris = sorted(iri for iri, k in wanted.layout.kinds.items() if k == wanted.kind)
    numbers = sorted({n for iri in iris for n in tables.things(iri)}, key=lambda n: tables.terms[n].value)
    names = Names(tables.terms)
    table = KindTable(wanted.kind, iris, numbers, names, wanted.space, tables.version)
    places = {n: i for i, n in enumerate(table.things)}
    table.members = {iri: frozenset(places[n] for n in tables.things(iri)) for iri in iris}
    lists = {tables.terms[n].value for n in tables.values(_IN_SCHEME).values}
    table.schemes = frozenset(iri for iri in iris if iri in lists)
    for level in _levels(_columns(wanted, tables, iris)):
        table.add(_filled(table, tables, level))
    for iri in iris:
        names.add(tables.names("table_names", kind=ox.NamedNode(iri)))
    _name_values(table, tables)
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


def _columns(wanted: _Wanted, tables: Tables, iris: Sequence[str]) -> list[Column]:
    """The columns of a class are those of its shapes; codes have the shapes of their classes."""
    store, layout = wanted.store, wanted.layout
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
        return _classes(table, tables)
    pairs = tables.values(column.property)
    return pairs.by_value() if column.inverse else pairs.by_subject()


def _classes(table: KindTable, tables: Tables) -> dict[int, tuple[int, ...]]:
    """The classes of each thing: that of the kind, where it is one, and the others."""
    found: dict[int, tuple[int, ...]] = {}
    for iri in table.iris:
        pairs = tables.classes(iri)
        others = pairs.by_subject()
        itself = () if iri in table.schemes else (tables.number(ox.NamedNode(iri)),)
        for n in tables.things(iri):
            found[n] = tuple(dict.fromkeys((*found.get(n, ()), *itself, *others.get(n, ()))))
    return found


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
            table.names.add(tables.names("table_value_names", of=ox.NamedNode(column.property)))
    things = [t for n in sorted(few) if isinstance(t := tables.terms[n], ox.NamedNode)]
    for i in range(0, len(things), 20 * _FEW):
        table.names.add(tables.names("labels", things=things[i : i + 20 * _FEW]))
