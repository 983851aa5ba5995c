"""What an address asks of a table, and the one address that asks it.

A parameter that is a column's name is a condition on that column: values by their slug, several with commas or by
repeating the parameter (any of them), ranges of numbers and dates as `from..to`, open at either end, and `not-stated`.
Conditions on different columns must all hold. Parameters that are no column and no word of ours are ignored; what a
known parameter cannot mean is an error, since a table that silently answers another question is worse than none.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from urllib.parse import quote

from bsrgraph.browse.columns import slug
from bsrgraph.browse.kind import NOT_STATED, Cells, KindTable
from bsrgraph.browse.names import folded
from bsrgraph.errors import UsageError
from bsrgraph.iris import Space

__all__ = ["NOT_STATED", "Asked", "Condition", "Range", "Reader"]

_LONGEST = 200
_MOST = 200
"""Values in one condition."""
_NUMBER = re.compile(r"-?\d{1,40}(?:\.\d{1,20})?\Z")
_DATE = re.compile(r"\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?\Z")
_SPACES = re.compile(r"[\s\u00a0\u202f_]+")
_FLAGS = {"true": "true", "1": "true", "false": "false", "0": "false"}


@dataclass(frozen=True, slots=True)
class Range:
    """From `low` to `high`, both included, None for an open end: of numbers, or of dates as they are written."""

    low: str | None
    high: str | None

    def __str__(self) -> str:
        return self.low if self.low is not None and self.low == self.high else f"{self.low or ''}..{self.high or ''}"

    def of(self, cells: Cells) -> Iterable[int]:
        """The values of a column that lie in it; dates are compared on the precision that both have."""
        if cells.type != "date":
            measures, numbers = cells.ranked
            first = bisect_left(measures, Decimal(self.low)) if self.low is not None else 0
            end = bisect_right(measures, Decimal(self.high)) if self.high is not None else len(measures)
            return numbers[first:end]
        low, high = self.low or "", self.high or "9" * 10
        dates = ((n, str(m)) for n, m in cells.measures.items())
        return [n for n, d in dates if d[: len(low)] >= low[: len(d)] and d[: len(high)] <= high[: len(d)]]


@dataclass(frozen=True, slots=True)
class Condition:
    """What a column must have: one of these values, or a value in one of the ranges; `silent`: or none at all."""

    column: str
    tokens: tuple[str, ...] = ()
    values: frozenset[int] = frozenset()
    ranges: tuple[Range, ...] = ()
    silent: bool = False

    def __str__(self) -> str:
        said = [*self.tokens, *map(str, self.ranges)]
        return ",".join([*said, NOT_STATED] if self.silent else said)

    def allowed(self, cells: Cells) -> frozenset[int]:
        """The values of the column that meet it."""
        return self.values.union(*(told.of(cells) for told in self.ranges))


@dataclass(frozen=True, slots=True)
class Asked:
    """The state of a table: what its address says, with what it leaves open as `None` or empty."""

    q: str = ""
    conditions: tuple[Condition, ...] = ()
    columns: tuple[str, ...] = ()
    sort: str = ""
    page: int = 1
    size: int | None = None
    language: str = ""

    @property
    def words(self) -> tuple[str, ...]:
        """The words that must all be in the names of a thing."""
        return tuple(dict.fromkeys(self.q.split()))

    def of(self, column: str) -> Condition | None:
        """The condition on a column, if there is one."""
        return next((c for c in self.conditions if c.column == column), None)

    def without(self, column: str, token: str | None = None) -> Asked:
        """The same, from its first page, without the condition on a column, or without one of its values."""
        condition = self.of(column)
        rest = tuple(c for c in self.conditions if c.column != column)
        if condition is not None and token is not None:
            less = _less(condition, token)
            if less is not None:
                rest = tuple(less if c.column == column else c for c in self.conditions)
        return replace(self, conditions=rest, page=1)

    def query(self, *, paged: bool = True) -> str:
        """The one query string that asks this, empty where nothing is asked; the page is left out unless `paged`."""
        told = [("q", self.q)] + [(c.column, str(c)) for c in self.conditions]
        told += [("columns", ",".join(self.columns)), ("sort", self.sort)]
        told += [
            ("size", str(self.size or "") if paged else ""),
            ("page", str(self.page) if paged and self.page > 1 else ""),
        ]
        told += [("lang", self.language)]
        return "&".join(f"{name}={quote(value, safe=_SAFE)}" for name, value in told if value)


_SAFE = "/:,~.-!*()'"


def _less(condition: Condition, token: str) -> Condition | None:
    if token == NOT_STATED:
        less = replace(condition, silent=False)
    else:
        kept = tuple(t for t in condition.tokens if t != token)
        less = replace(condition, tokens=kept, ranges=tuple(r for r in condition.ranges if str(r) != token))
    return less if less.tokens or less.ranges or less.silent else None


class Reader:
    """Reads addresses of one table; `exists` says whether an IRI is that of something in the graph."""

    def __init__(self, table: KindTable, space: Space, exists: Callable[[str], bool], most: int) -> None:
        self._table = table
        self._space = space
        self._exists = exists
        self._most = most

    def read(self, pairs: Iterable[tuple[str, str]]) -> Asked:
        """What the parameters ask.

        Raises:
            UsageError: a parameter has a value that it cannot have.

        """
        said: dict[str, list[str]] = {}
        for name, value in pairs:
            if len(value) > _LONGEST * _MOST:
                raise UsageError(f"The value of “{name[:40]}” is too long.")
            said.setdefault(name, []).append(value)
        conditions = [self._condition(name, cells, said) for name, cells in self._table.columns.items()]
        text = folded_space(" ".join(said.get("q", ())))
        if len(text) > _LONGEST:
            raise UsageError(f"“q” takes at most {_LONGEST} characters.")
        return Asked(
            text,
            tuple(c for c in conditions if c is not None),
            self._columns(said.get("columns", ())),
            self._sort(said.get("sort", ())),
            _whole("page", said, 1, 10**9) or 1,
            _whole("size", said, 1, self._most),
            _language(said.get("lang", ())),
        )

    def _known(self, parameter: str, name: str) -> str:
        if name == "name" or name in self._table.columns:
            return name
        near = difflib.get_close_matches(name, ["name", *self._table.columns], n=1)
        there = near or ["name", *self._table.columns][:12]
        raise UsageError(f"“{parameter}”: there is no column “{name[:80]}”.", hint="There is: " + ", ".join(there))

    def _columns(self, values: Sequence[str]) -> tuple[str, ...]:
        names = [n for value in values for n in value.split(",") if n]
        return tuple(dict.fromkeys(self._known("columns", n) for n in names if n != "name"))

    def _sort(self, values: Sequence[str]) -> str:
        value = next((v for v in values if v), "")
        name = self._known("sort", value.removeprefix("-")) if value else ""
        return "" if value == "name" else "-" * value.startswith("-") + name

    def _condition(self, name: str, cells: Cells, said: dict[str, list[str]]) -> Condition | None:
        texts = [t.strip() for value in said.get(name, ()) for t in value.split(",")]
        low, high = (
            next((_SPACES.sub("", v) for v in said.get(f"{name}.{end}", ()) if v.strip()), "") for end in ("min", "max")
        )
        if low or high:
            texts.append(f"{low}..{high}")
        texts = list(dict.fromkeys(t for t in texts if t))
        if len(texts) > _MOST:
            raise UsageError(f"“{name}” takes at most {_MOST} values.")
        stated = [t for t in texts if t != NOT_STATED]
        silent = len(stated) < len(texts)
        if not texts:
            return None
        if cells.type in ("number", "count", "date"):
            ranges = sorted({self._range(name, cells.type, t) for t in stated}, key=str)
            return Condition(name, ranges=tuple(ranges), silent=silent)
        if stated and cells.type == "text":
            raise UsageError(
                f"“{name}” is text: it can be asked for what is {NOT_STATED} only.", hint="Search in names with “q”."
            )
        found = dict(sorted(self._value(name, cells, t) for t in stated))
        return Condition(name, tuple(found), frozenset(n for n in found.values() if n is not None), (), silent)

    def _range(self, name: str, sort: str, text: str) -> Range:
        low, dots, high = text.partition("..")
        ends = (low, high) if dots else (text, text)
        pattern = _DATE if sort == "date" else _NUMBER
        if (dots and not low and not high) or any(end and not pattern.match(end) for end in ends):
            example = "2010, 2010-09 or 2010..2013" if sort == "date" else "1000000, 1000000.. or 5..10.5"
            raise UsageError(f"“{name}” cannot be “{text[:80]}”.", hint=f"For example: {example}")
        return Range(ends[0] or None, ends[1] or None)

    def _value(self, name: str, cells: Cells, text: str) -> tuple[str, int | None]:
        """A value by its token or IRI; a thing that there is, though it is no value here, is a value of nothing."""
        flag = _FLAGS.get(text, text) if cells.type == "flag" else text
        if flag in cells.by_token:
            return flag, cells.by_token[flag]
        if text in cells.by_iri:
            number = cells.by_iri[text]
            return cells.tokens[number], number
        near = sorted(
            token for iri, n in cells.by_iri.items() if iri.endswith(f"/{text}") and (token := cells.tokens[n])
        )
        if cells.type == "none" or (cells.type == "thing" and not near and self._is_there(cells, text)):
            return text, None
        near += [cells.tokens[n] for n in cells.distinct if folded(text) in map(folded, self._table.names.all(n))]
        near += difflib.get_close_matches(slug(text), cells.by_token, n=3, cutoff=0.5)
        near = list(dict.fromkeys(near)) or sorted(cells.by_token)[:12]
        raise UsageError(f"“{name}” has no value “{text[:80]}”.", hint="There is: " + ", ".join(near) if near else None)

    def _is_there(self, cells: Cells, text: str) -> bool:
        kinds = {s[0] for n in cells.distinct if (s := self._space.split(cells.terms[n].value))}
        return any(self._exists(iri) for iri in [text, *(self._space.thing(kind, text) for kind in sorted(kinds)[:4])])


def folded_space(text: str) -> str:
    """A text in Unicode's composed form, with single spaces."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def _whole(name: str, said: dict[str, list[str]], least: int, most: int) -> int | None:
    value = next((v for v in said.get(name, ()) if v), None)
    if value is None:
        return None
    if not (value.isascii() and value.isdigit() and len(value) < 20 and least <= int(value) <= most):
        raise UsageError(f"“{name}” cannot be “{value[:40]}”.", hint=f"It is a whole number from {least} to {most}.")
    return int(value)


def _language(values: Sequence[str]) -> str:
    value = next(iter(values), "")
    return value if re.fullmatch(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*", value) else ""
