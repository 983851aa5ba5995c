"""The table of one kind: its things, and the values of every column for each of them.

A part that belongs to several things (a joint amount) stands under each. Columns are either of the things
themselves or of their parts; the latter lie on the links from things to parts, so that a condition on an amount and
one on its fund can be asked of the same amount.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from itertools import chain
from typing import Any, TypeVar
from urllib.parse import quote

import pyoxigraph as ox

from bsrgraph.browse.columns import Column, Part
from bsrgraph.browse.names import Names, folded
from bsrgraph.iris import XSD, Space
from bsrgraph.read import Term

__all__ = ["MOST_LISTED", "NOT_STATED", "Cells", "KindTable", "Links", "Values"]

NOT_STATED = "not-stated"
"""What silence is called in addresses; no value is."""

_Made = TypeVar("_Made")
_KEPT = 32
"""Orders and lists of names that are kept of one table."""
Values = Sequence[tuple[int, ...]]
"""The values of a column, thing by thing or link by link, as numbers of terms."""
MOST_LISTED = 100
"""Values of a column that can be chosen from a list."""
_DATES = {XSD + name for name in ("date", "dateTime", "gYear", "gYearMonth")}
_NUMBERS = {XSD + "decimal", XSD + "integer"}
_CURRENCY = "http://publications.europa.eu/resource/authority/currency/"


@dataclass(frozen=True, slots=True)
class Links:
    """The links from things to their parts of one sort: which thing (by its place in the table), which part."""

    part: Part
    owners: Sequence[int]
    parts: Sequence[int]


class Cells:
    """What stands in one column: of the things, or, with `links`, of their parts."""

    def __init__(self, column: Column, table: KindTable, values: Values, links: Links | None) -> None:
        self.column = column
        self.terms = table.terms
        self.values = values
        self.links = links
        self._things = len(table)
        self._space = table.space
        self.unit: Cells | None = None
        """The column beside this one that names the currency of its amounts."""
        self.notes: tuple[Cells, ...] = ()
        """The columns beside this one that say what sort of number it is."""

    @cached_property
    def distinct(self) -> frozenset[int]:
        """Every value that occurs."""
        return frozenset(chain.from_iterable(self.values))

    @cached_property
    def type(self) -> str:
        """What the values are: count, thing, number, date, flag (true or false), text, or none."""
        if self.column.counts:
            return "count"
        sorts = {_sort(self.terms[n]) for n in self.distinct}
        return sorts.pop() if len(sorts) == 1 else "text" if sorts else "none"

    @cached_property
    def of_things(self) -> Values:
        """The values thing by thing, each once."""
        if self.links is None:
            return self.values
        found: list[dict[int, None]] = [{} for _ in range(self._things)]
        for owner, values in zip(self.links.owners, self.values, strict=True):
            found[owner].update(dict.fromkeys(values))
        return [tuple(f) for f in found]

    def of_thing(self, place: int) -> range:
        """Which links are those of a thing; they stand together."""
        owners = self.links.owners if self.links else ()
        return range(bisect_left(owners, place), bisect_right(owners, place))

    @property
    def is_listed(self) -> bool:
        """Whether there are so few values that they can be chosen from a list."""
        return self.type in ("thing", "flag") and len(self.distinct) <= MOST_LISTED

    @cached_property
    def where(self) -> dict[int, bytes]:
        """Value → a mask of the links (or things) that have it; for what is listed."""
        return _masks(self.values)

    @cached_property
    def where_things(self) -> dict[int, bytes]:
        """Value → a mask of the things that have it; for what is listed."""
        return self.where if self.links is None else _masks(self.of_things)

    @cached_property
    def ranked(self) -> tuple[list[Decimal], list[int]]:
        """The numbers in order, and the values that they are."""
        found = sorted((m, n) for n, m in self.measures.items() if isinstance(m, Decimal))
        return [m for m, _ in found], [n for _, n in found]

    @cached_property
    def frequency(self) -> Counter[int]:
        """How many things have each value."""
        return Counter(chain.from_iterable(self.of_things))

    @cached_property
    def empty(self) -> bytes:
        """Thing by thing, whether it has no value here."""
        return bytes(not values for values in self.of_things)

    @cached_property
    def measures(self) -> dict[int, Decimal | str]:
        """What each value is compared by: numbers as decimals, dates as they are written."""
        if self.type == "count":
            return {n: Decimal(n) for n in self.distinct}
        if self.type == "number":
            return {n: Decimal(self.terms[n].value) for n in self.distinct}
        return {n: self.terms[n].value for n in self.distinct} if self.type == "date" else {}

    @cached_property
    def ends(self) -> tuple[str, str]:
        """The least and the greatest value, as they are written; empty where nothing can be compared."""
        if not self.measures:
            return "", ""
        if self.type == "date":
            dates = [str(m)[:10] for m in self.measures.values()]
            return min(dates), max(dates)
        numbers = [m for m in self.measures.values() if isinstance(m, Decimal)]
        return f"{min(numbers):f}", f"{max(numbers):f}"

    @cached_property
    def tokens(self) -> dict[int, str]:
        """What a value is called in addresses: its slug, where no other value of the column has the same."""
        if self.type == "flag":
            return {n: self.terms[n].value for n in self.distinct}
        left = self.distinct if self.type == "thing" else frozenset[int]()
        found: dict[int, str] = {}
        for name in (_short, self._longer):
            named: defaultdict[str, list[int]] = defaultdict(list)
            for n in left - found.keys():
                named[name(self.terms[n].value)].append(n)
            found |= {same[0]: name for name, same in named.items() if len(same) == 1 and _is_plain(name)}
        return found | {n: quote(self.terms[n].value, safe=":/#") for n in left - found.keys()}

    @cached_property
    def by_token(self) -> dict[str, int]:
        """What a value is called in addresses → the value."""
        return {token: n for n, token in self.tokens.items()}

    @cached_property
    def by_iri(self) -> dict[str, int]:
        """The IRI of a value, or its kind and slug → the value."""
        if self.type != "thing":
            return {}
        found = {self._longer(self.terms[n].value): n for n in self.distinct}
        return found | {self.terms[n].value: n for n in self.distinct}

    def _longer(self, iri: str) -> str:
        """Kind and slug, for things of ours."""
        return "/".join(self._space.split(iri) or ())

    def term(self, number: int) -> Term:
        """The term that a value is."""
        if self.column.counts:
            return ox.Literal(str(number), datatype=ox.NamedNode(XSD + "integer"))
        return self.terms[number]

    @cached_property
    def is_currency(self) -> bool:
        """Whether the values are currencies, as entries of the EU's authority table."""
        return self.type == "thing" and all(self.terms[n].value.startswith(_CURRENCY) for n in self.distinct)


def _masks(values: Values) -> dict[int, bytes]:
    found: defaultdict[int, bytearray] = defaultdict(lambda: bytearray(len(values)))
    for place, numbers in enumerate(values):
        for number in numbers:
            found[number][place] = 1
    return {number: bytes(mask) for number, mask in found.items()}


def _short(iri: str) -> str:
    return re.split(r"[#/]", iri.rstrip("#/"))[-1]


def _is_plain(name: str) -> bool:
    """Whether it can stand in a list of values."""
    return bool(name) and name != NOT_STATED and "," not in name and ".." not in name and name == name.strip()


def _sort(term: Term) -> str:
    if isinstance(term, ox.NamedNode):
        return "thing"
    if not isinstance(term, ox.Literal):
        return "text"
    datatype = term.datatype.value
    if datatype in _NUMBERS:
        return "number"
    if datatype in _DATES:
        return "date"
    return "flag" if datatype == XSD + "boolean" else "text"


class KindTable:
    """The things of a kind, in the order of their IRIs, and their columns by name."""

    def __init__(
        self, kind: str, iris: Sequence[str], things: Sequence[int], names: Names, space: Space, version: str
    ) -> None:
        self.kind = kind
        self.iris = tuple(iris)
        self.terms = names.terms
        self.things = tuple(things)
        self.space = space
        self.names = names
        self.version = version
        self.columns: dict[str, Cells] = {}
        self.members: dict[str, frozenset[int]] = {}
        """Class or code list of this kind → the places of what is in it."""
        self.schemes: frozenset[str] = frozenset()
        """Those of them that are code lists."""
        self.outlines: dict[int, str] = {}
        """Place of a thing → its outline as text."""
        self._kept: dict[object, object] = {}

    def __len__(self) -> int:
        return len(self.things)

    @cached_property
    def found_by(self) -> list[str]:
        """What `q` is looked for in, thing by thing: all names, folded, each on a line of its own."""
        return [folded("\n".join(self.names.all(n))) for n in self.things]

    def remembered(self, key: object, make: Callable[[], _Made]) -> _Made:
        """What `make` gives, made once; the last of such things are kept."""
        # Another request may do the same at the same time; both then have the same.
        found: Any = self._kept.get(key)
        if found is None:
            if len(self._kept) >= _KEPT:
                self._kept.clear()
            found = self._kept[key] = make()
        made: _Made = found
        return made

    def add(self, columns: Iterable[tuple[Column, Values, Links | None]]) -> None:
        """Takes the columns of one level: those of the things, or of their parts of one sort."""
        level = [Cells(column, self, values, links) for column, values, links in columns]
        units = [c for c in level if c.is_currency and c.distinct]
        notes = tuple(c for c in level if c.column.codes and c.distinct)
        for cells in level:
            self.columns[cells.column.name] = cells
            if cells.column.measure:
                cells.unit = units[0] if units else None
                cells.notes = notes if cells.links else ()
        for cells in level:
            code = next((c for c in level if c.column.codes and c.column.required), None)
            if cells.column.measure and code is not None and cells.links is not None:
                self._split(cells, code)

    def _split(self, cells: Cells, code: Cells) -> None:
        """A column for each kind of number, where there are several: the amounts that are total budgets."""
        links = cells.links
        if links is None or not 1 < len(code.distinct) <= _MOST_CODES:
            return
        for number in sorted(code.distinct, key=lambda n: self.terms[n].value):
            iri = self.terms[number].value
            kept = [i for i, values in enumerate(code.values) if number in values]
            part = replace(links.part, code=(code.column.property, iri))
            fewer = Links(part, [links.owners[i] for i in kept], [links.parts[i] for i in kept])
            name = f"{cells.column.name}:{_short(iri)}"
            column = replace(cells.column, name=name, part=part, group=cells.column.group)
            split = Cells(column, self, [cells.values[i] for i in kept], fewer)
            if cells.unit is not None:
                unit = [cells.unit.values[i] for i in kept]
                split.unit = Cells(cells.unit.column, self, unit, fewer)
            if name not in self.columns:
                self.columns[name] = split


_MOST_CODES = 24
