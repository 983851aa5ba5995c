"""The page of a table: its rows, what it can be sorted and narrowed by, and what is in force, as frozen values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup

from bsrgraph.browse.asked import Asked
from bsrgraph.browse.choice import Choice, order
from bsrgraph.browse.filters import Chip, Facet, chips, facets, first, href, label_of
from bsrgraph.browse.kind import Cells, KindTable
from bsrgraph.browse.pictures import chart, map_of
from bsrgraph.browse.seen import Seen, Shown
from bsrgraph.errors import NotFound
from bsrgraph.pages.labels import Label, Link

__all__ = ["Browse", "browse", "default_columns"]

_DEFAULTS = 6
_RARE = 0.05
"""Share of things up to which a column says too little to be shown unasked."""
_IN_CELL = {"thing": 8, "text": 2}
_IN_ANY_CELL = 5


@dataclass(frozen=True, slots=True)
class Heading:
    """A column's head: where a click sorts, how it is sorted now, whether it holds numbers."""

    name: str
    label: str
    note: str
    description: str
    href: str
    sorted: str
    numeric: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """The first values of a cell, and how many more there are."""

    shown: tuple[Shown, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Row:
    """A thing and its cells, in the order of the headings."""

    thing: Link
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Browse:
    """Everything that the page of a table says; the `hidden` pairs are conditions that no filter on it can say."""

    kind: str
    title: Label
    asked: Asked
    total: int
    all: int
    headings: tuple[Heading, ...]
    rows: tuple[Row, ...]
    facets: tuple[Facet, ...]
    further: tuple[Facet, ...]
    chips: tuple[Chip, ...]
    choices: tuple[tuple[str, tuple[tuple[str, str, bool], ...]], ...]
    hidden: tuple[tuple[str, str], ...]
    pages: int
    size: int
    currencies: tuple[str, ...]
    map: Markup
    chart: Markup

    @property
    def charted(self) -> bool:
        """Whether it is amounts that the reader is looking at: the table is sorted by them."""
        return self.asked.page == 1 and any(h.sorted and h.numeric for h in self.headings)


def default_columns(table: KindTable) -> tuple[str, ...]:
    """The columns that are stated of most things, in the order of the shapes: no text, nothing split up."""
    return table.remembered("defaults", lambda: _defaults(table))


def _defaults(table: KindTable) -> tuple[str, ...]:
    worth = {"thing": 0.0, "number": 0.0, "date": 0.0, "count": 0.2, "flag": 0.2}
    ranked: list[tuple[float, int, str]] = []
    for place, (name, cells) in enumerate(table.columns.items()):
        split = cells.column.part is not None and cells.column.part.code is not None
        outside = cells.type == "thing" and not cells.is_currency and not any(n in table.names for n in cells.distinct)
        if cells.type not in worth or split or cells.is_currency or cells.column.further or outside:
            continue
        stated = sum(1 for values in cells.of_things if values and values != (0,))
        if stated > _RARE * len(table):
            money = cells.unit is not None and cells.links is not None
            share = stated / len(table)
            ranked.append(
                (
                    -1.0 if money else worth[cells.type] - share + 0.4 * (cells.column.inverse - cells.column.specific),
                    place,
                    name,
                )
            )
    chosen = {name for _, _, name in sorted(ranked)[:_DEFAULTS]}
    found = tuple(name for name in table.columns if name in chosen)
    texts = (name for name, c in table.columns.items() if c.type == "text" and c.distinct)
    return found or tuple(texts)[:_DEFAULTS]


def browse(table: KindTable, seen: Seen, title: Label, asked: Asked, path: str, size: int) -> Browse:
    """The page that `asked` asks for, of `size` rows unless it says otherwise.

    Raises:
        NotFound: there are not so many pages.

    """
    choice = Choice(table, asked.words, asked.conditions)
    size, total = asked.size or size, len(choice)
    pages = max(1, -(-total // size))
    if asked.page > pages:
        raise NotFound(f"There is no page {asked.page}; there are {pages}.")
    places = choice.in_order(order(table, asked.sort, seen))
    names = asked.columns or default_columns(table)
    cells = [table.columns[name] for name in names]
    start = (asked.page - 1) * size
    rows = tuple(Row(seen.thing(p), tuple(_cell(seen, c, p) for c in cells)) for p in places[start : start + size])
    filters = list(facets(table, seen, choice, asked))
    at_once = first(table, filters)
    listed = {f.name for f in filters}
    return Browse(
        table.kind,
        title,
        asked,
        total,
        len(table),
        tuple(_headings(cells, seen, asked, path)),
        rows,
        tuple(f for f in filters if f.name in at_once),
        tuple(f for f in filters if f.name not in at_once),
        tuple(chips(table, seen, asked, path)),
        tuple(_choices(table, seen, names)),
        tuple((c.column, str(c)) for c in asked.conditions if c.column not in listed),
        pages,
        size,
        tuple(_currencies(cells, seen)),
        map_of(table, seen, choice, names),
        chart(table, seen, choice, names, asked.sort.removeprefix("-")),
    )


def _cell(seen: Seen, cells: Cells, place: int) -> Cell:
    shown = seen.cell(cells, place)
    most = _IN_CELL.get(cells.type, _IN_ANY_CELL)
    # One more in its place takes no more room than saying that there is one more.
    most = len(shown) if len(shown) == most + 1 else most
    return Cell(tuple(shown[:most]), max(0, len(shown) - most))


def _headings(columns: Sequence[Cells], seen: Seen, asked: Asked, path: str) -> Iterator[Heading]:
    def heading(name: str, label: str, note: str, description: str, numeric: bool) -> Heading:
        up, down = asked.sort in (name, "" if name == "name" else name), asked.sort == "-" + name
        first, second = (f"-{name}", name) if numeric else (name, f"-{name}")
        turned = second if asked.sort == first or (first == "name" and not asked.sort) else first
        address = href(path, replace(asked, sort="" if turned == "name" else turned, page=1))
        return Heading(
            name, label, note, description, address, "ascending" if up else "descending" if down else "", numeric
        )

    yield heading("name", "Name", "", "", False)
    for cells in columns:
        label, note = label_of(cells, seen)
        numeric = cells.type in ("number", "count")
        yield heading(cells.column.name, label, note, cells.column.description, numeric)


def _choices(
    table: KindTable, seen: Seen, chosen: Sequence[str]
) -> Iterator[tuple[str, tuple[tuple[str, str, bool], ...]]]:
    """The columns that can be chosen, in their groups: name, label, whether it is shown."""
    groups: dict[str, list[tuple[str, str, bool]]] = {}
    for name, cells in table.columns.items():
        if cells.type != "none" or name in chosen:
            label = ": ".join(part for part in label_of(cells, seen) if part)
            groups.setdefault(cells.column.group or "More", []).append((name, label, name in chosen))
    yield from ((group, tuple(columns)) for group, columns in groups.items())


def _currencies(columns: Sequence[Cells], seen: Seen) -> Iterator[str]:
    """The currencies of the amounts shown, where there are several: those cannot be compared."""
    units = {id(c.unit): c.unit for c in columns if c.unit is not None}
    labels = sorted({seen.label(u, n).text for u in units.values() for n in u.distinct})
    yield from labels if len(labels) > 1 else ()
