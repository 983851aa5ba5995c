"""Pictures of a table: a map of the things that have outlines, a chart of amounts; the table stands beside them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from heapq import nlargest
from itertools import chain, compress

from markupsafe import Markup

from bsrgraph.browse.choice import Choice
from bsrgraph.browse.kind import Cells, KindTable
from bsrgraph.browse.seen import Seen, Shown
from bsrgraph.draw import Area, Bar, area_map, bars, outline
from bsrgraph.iris import XSD
from bsrgraph.pages import grouped

__all__ = ["chart", "map_of"]

_MOST_BARS = 6
_MOST_OF_ONE = 3
"""Amounts of one thing."""
_MOST_AREAS = 200
_NOTHING = Markup("")
_INTEGER = XSD + "integer"


def map_of(table: KindTable, seen: Seen, choice: Choice, columns: Sequence[str]) -> Markup:
    """The things with outlines, shaded by how many point to them, to such things above all."""
    drawn = [p for p in sorted(table.outlines) if choice.mask[p]]
    if not 0 < len(drawn) <= _MOST_AREAS:
        return _NOTHING
    counting = [c for c in (table.columns[n] for n in (*columns, *table.columns)) if _counts(c)]
    cells = next((c for c in counting if c.column.specific), counting[0] if counting else None)
    areas = []
    for place in drawn:
        link = seen.thing(place)
        number = _number(cells, place) if cells else None
        rings = outline(table.outlines[place])
        shown = "" if number is None else grouped(str(number), _INTEGER)
        areas.append(Area(link.label.text, rings, number, shown, link.href, link.label.language))
    return area_map(cells.column.label if cells else "Map", areas)


def _counts(cells: Cells) -> bool:
    return cells.column.inverse and cells.type in ("thing", "count") and bool(cells.distinct - {0})


def _number(cells: Cells, place: int) -> int:
    values = cells.of_things[place]
    return values[0] if cells.type == "count" and values else len(values)


def chart(table: KindTable, seen: Seen, choice: Choice, columns: Sequence[str], sort: str) -> Markup:
    """The greatest amounts of the things chosen, in the currency that most of them have; never two in one chart."""
    wanted = [table.columns[n] for n in (sort, *columns) if n in table.columns]
    cells = next((c for c in wanted if c.column.measure and c.unit is not None and c.distinct), None)
    if cells is None:
        return _NOTHING
    currency = _commonest(cells, choice)
    if cells.unit is None or currency is None:
        return _NOTHING
    unit = seen.label(cells.unit, currency).text
    best = table.remembered(("greatest", cells.column.name, currency), lambda: _greatest(cells, currency))
    chosen = [p for p in best if choice.mask[p]]
    places = nlargest(_MOST_BARS, chosen, key=best.__getitem__)
    if len(places) < 2:
        return _NOTHING
    rows: list[Bar] = []
    for place in places:
        rows += _bars(seen, place, [s for s in seen.cell(cells, place) if s.unit == unit])
    title = f"The greatest of the things below: {cells.column.label.lower()} in {unit}"
    return bars(title, rows, more="More are in the table." if len(chosen) > len(places) else "")


def _commonest(cells: Cells, choice: Choice) -> int | None:
    """The currency that most of the things chosen have amounts in."""
    counted = (
        Counter(chain.from_iterable(compress(cells.unit.of_things, choice.mask))) if cells.unit else Counter[int]()
    )
    return max(counted, key=lambda n: (counted[n], -n), default=None)


def _greatest(cells: Cells, currency: int) -> dict[int, Decimal]:
    """Place of a thing → its greatest amount in a currency."""
    units = cells.unit.values if cells.unit else ()
    owners = cells.links.owners if cells.links else range(len(cells.values))
    found: dict[int, Decimal] = {}
    for owner, values, unit in zip(owners, cells.values, units, strict=True):
        if currency in unit and values:
            amount = max(n for v in values if isinstance(n := cells.measures[v], Decimal))
            found[owner] = max(amount, found.get(owner, amount))
    return found


def _bars(seen: Seen, place: int, amounts: Sequence[Shown]) -> Iterator[Bar]:
    link = seen.thing(place)
    for shown in sorted(amounts, key=lambda s: -Decimal(s.value.text))[:_MOST_OF_ONE]:
        number = Decimal(shown.value.text)
        text = f"{shown.unit} {grouped(shown.value.text, shown.value.datatype)}".strip()
        note = ", ".join(label.text for _, label in shown.notes)
        yield Bar(link.label.text, number, text, link.href, note, link.label.language)
