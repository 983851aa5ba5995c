"""What a table can be narrowed by, with the counts of each value, and what narrows it now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bsrgraph.browse.asked import Asked, Condition
from bsrgraph.browse.choice import Choice
from bsrgraph.browse.kind import NOT_STATED, Cells, KindTable
from bsrgraph.browse.seen import Seen
from bsrgraph.pages.labels import Label

__all__ = ["Chip", "Facet", "Option", "chips", "facets", "first", "href", "label_of"]

_LISTED = 40
_SHOWN_FACETS = 7
_FEW = 8
"""Values that are listed at once; of more, those that no two things share are not worth it."""
_WORTH_SHOWING = 0.1
"""Share of things that must have a value in a column for its filter to be among the first."""


@dataclass(frozen=True, slots=True)
class Option:
    """A value that can be chosen: how many things would be shown for it."""

    token: str
    label: Label
    count: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """A filter: values to choose from, or (`kind` is number or date) a range with its ends; `silent` is “not stated”.

    `hidden` holds ranges that two boxes cannot say.
    """

    name: str
    label: str
    note: str
    kind: str
    options: tuple[Option, ...] = ()
    silent: Option | None = None
    low: str = ""
    high: str = ""
    hidden: str = ""
    least: str = ""
    most: str = ""
    unlisted: int = 0

    @property
    def active(self) -> bool:
        """Whether it narrows the table now."""
        chosen = any(o.chosen for o in self.options) or (self.silent is not None and self.silent.chosen)
        return bool(chosen or self.low or self.high or self.hidden)


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter in force, and the address without it."""

    label: str
    value: Label
    href: str


def label_of(cells: Cells, seen: Seen) -> tuple[str, str]:
    """What a column is called, and what is said with it: whose it is, or which sort of number."""
    column = cells.column
    if column.part is None or column.counts:
        return column.label or seen.head(column.property).text, ""
    if column.part.code is not None:
        return column.label, seen.head(column.part.code[1]).text
    return column.label, "" if column.measure else column.part.label


def href(path: str, asked: Asked) -> str:
    """The address that asks it."""
    query = asked.query()
    return f"{path}?{query}" if query else path


def facets(table: KindTable, seen: Seen, choice: Choice, asked: Asked) -> Iterator[Facet]:
    """Everything that the table can be narrowed by, in the order of its columns."""
    for name, cells in table.columns.items():
        condition = asked.of(name)
        if cells.type in ("thing", "flag"):
            useful = len(cells.distinct) > 1 or (cells.distinct and 1 in cells.empty)
            called = cells.type == "flag" or cells.is_currency or any(n in table.names for n in cells.distinct)
            if cells.is_listed and (condition or (useful and called)):
                yield _list(cells, seen, choice, condition)
        elif cells.type in ("number", "date", "count") and (condition or _is_ranged(cells)):
            yield _range(cells, seen, choice, condition)


def _is_ranged(cells: Cells) -> bool:
    """Whether a range would narrow anything; of the numbers of one sort, those that are not rare."""
    rare = cells.empty.count(1) > (1 - _WORTH_SHOWING) * len(cells.empty)
    split = cells.column.part is not None and cells.column.part.code is not None
    return len(cells.measures) > 1 and not (rare and split)


def _list(cells: Cells, seen: Seen, choice: Choice, condition: Condition | None) -> Facet:
    counts = choice.counts(cells)
    chosen = condition.values if condition else frozenset[int]()
    options = [Option(cells.tokens[n], seen.label(cells, n), counts.get(n, 0), n in chosen) for n in cells.distinct]
    options.sort(key=lambda o: (not o.chosen, -o.count, o.label.text.casefold(), o.token))
    kept = [o for o in options if o.chosen or o.count][:_LISTED]
    label, note = label_of(cells, seen)
    silent = _silence(choice.silent(cells), condition)
    return Facet(cells.column.name, label, note, "list", tuple(kept), silent, unlisted=len(options) - len(kept))


def _silence(count: int, condition: Condition | None) -> Option | None:
    chosen = condition is not None and condition.silent
    return Option(NOT_STATED, Label("not stated"), count, chosen) if count or chosen else None


def _range(cells: Cells, seen: Seen, choice: Choice, condition: Condition | None) -> Facet:
    label, note = label_of(cells, seen)
    ranges = condition.ranges if condition else ()
    low, high = (ranges[0].low or "", ranges[0].high or "") if len(ranges) == 1 else ("", "")
    least, most = cells.ends
    silent = None if cells.type == "count" else _silence(choice.silent(cells), condition)
    several = ",".join(map(str, ranges)) if len(ranges) > 1 else ""
    kind = "date" if cells.type == "date" else "number"
    return Facet(cells.column.name, label, note, kind, (), silent, low, high, several, least, most)


def first(table: KindTable, filters: Sequence[Facet]) -> set[str]:
    """The filters to show at once: what is in force, then what is stated of many things."""
    plain: list[str] = []
    for found in filters:
        cells = table.columns[found.name]
        stated = 1 - cells.empty.count(1) / max(1, len(table))
        split = cells.column.part is not None and cells.column.part.code is not None
        single = found.kind == "list" and len(cells.distinct) > _FEW and max(cells.frequency.values()) == 1
        if stated >= _WORTH_SHOWING and not (split or single or cells.column.further or cells.column.counts):
            plain.append(found.name)
    money = [name for name in plain if table.columns[name].unit is not None][:1]
    return {f.name for f in filters if f.active} | set(plain[: _SHOWN_FACETS - len(money)]) | set(money)


def chips(table: KindTable, seen: Seen, asked: Asked, path: str) -> Iterator[Chip]:
    """What narrows the table now, one by one."""
    if asked.q:
        yield Chip("Name", Label(asked.q), href(path, replace(asked, q="", page=1)))
    for condition in asked.conditions:
        cells = table.columns[condition.column]
        label = ": ".join(part for part in label_of(cells, seen) if part)
        for token in condition.tokens:
            number = cells.by_token.get(token)
            value = seen.label(cells, number) if number is not None else Label(token)
            yield Chip(label, value, href(path, asked.without(condition.column, token)))
        for told in condition.ranges:
            yield Chip(
                label, Label(_worded(told.low, told.high)), href(path, asked.without(condition.column, str(told)))
            )
        if condition.silent:
            yield Chip(label, Label("not stated"), href(path, asked.without(condition.column, NOT_STATED)))


def _worded(low: str | None, high: str | None) -> str:
    if low == high:
        return low or ""
    return f"from {low}" if high is None else f"up to {high}" if low is None else f"{low} to {high}"
