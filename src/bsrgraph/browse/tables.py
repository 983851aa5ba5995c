"""The values of properties, a table for each, read once a version and kept in memory as numbers.

Filters, facets and sorting over thousands of things are then a matter of milliseconds and exact, where a query for
each facet would take as long as all of the reading. Every term has one number in all tables of a version.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import pyoxigraph as ox

from bsrgraph.errors import StoreError
from bsrgraph.formats import RESULT_FORMATS
from bsrgraph.read import Term, query_text
from bsrgraph.store.port import Query, Store, Version

__all__ = ["Moved", "Pairs", "Tables"]

_TSV = next(f for f in RESULT_FORMATS if f.suffix == "tsv")


class Moved(Exception):
    """The store has another version than the one that is being read."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """Subjects and values of one property, as numbers of terms, side by side."""

    subjects: array[int]
    values: array[int]

    def by_subject(self) -> dict[int, tuple[int, ...]]:
        """Subject → its values."""
        return _gathered(self.subjects, self.values)

    def by_value(self) -> dict[int, tuple[int, ...]]:
        """Value → the subjects that have it."""
        return _gathered(self.values, self.subjects)


def _gathered(keys: Iterable[int], values: Iterable[int]) -> dict[int, tuple[int, ...]]:
    found: defaultdict[int, list[int]] = defaultdict(list)
    for key, value in zip(keys, values, strict=True):
        found[key].append(value)
    # The same few values again and again: one tuple of them is enough.
    shared: dict[tuple[int, ...], tuple[int, ...]] = {}
    return {key: shared.setdefault(values := tuple(gathered), values) for key, gathered in found.items()}


class Tables:
    """The tables of one version of a store; at most `limit` values in all."""

    def __init__(self, store: Store, version: Version, limit: int) -> None:
        self._store = store
        self.version = version
        self._limit = limit
        self._numbers: dict[bytes, int] = {}
        self._read: dict[str, list[array[int]]] = {}
        self.terms: list[Term] = []
        self.size = 0

    def values(self, property_: str) -> Pairs:
        """The values of a property."""
        subjects, values = self._columns(query_text("table_values", property=ox.NamedNode(property_)), 2)
        return Pairs(subjects, values)

    def classes(self, kind: str) -> Pairs:
        """The classes of the things of a kind, other than that of the kind itself."""
        subjects, values = self._columns(query_text("table_classes", kind=ox.NamedNode(kind)), 2)
        return Pairs(subjects, values)

    def things(self, kind: str) -> array[int]:
        """The things of a class, or the codes of a list."""
        return self._columns(query_text("table_things", kind=ox.NamedNode(kind)), 1)[0]

    def number(self, term: Term) -> int:
        """The number of a term, whether or not it has been read."""
        text = str(term).encode()
        if text not in self._numbers:
            self._numbers[text] = len(self._numbers)
            self.terms.append(term)
        return self._numbers[text]

    def names(self, query: str, **terms: ox.NamedNode | list[ox.NamedNode]) -> list[array[int]]:
        """Subject, property and name, by one of the queries for names."""
        return self._columns(query_text(query, **terms), 3)

    def _columns(self, text: str, width: int) -> list[array[int]]:
        """The answer to a query, column by column; rows with a node that has no name of its own are left out.

        Raises:
            Moved: the answer is of another version.
            StoreError: this is more than may be kept.

        """
        if text not in self._read:
            answer = self._store.query(Query(text, _TSV, own=True))
            if answer.version != self.version:
                raise Moved
            self._read[text] = self._numbered(answer.read(), width)
        return self._read[text]

    def _numbered(self, body: bytes, width: int) -> list[array[int]]:
        rest = body.replace(b"\r\n", b"\n").partition(b"\n")[2]
        if b"_:" in rest:
            lines = rest.split(b"\n")
            rest = b"\n".join(line for line in lines if b"_:" not in line or not _has_blank(line))
        # Cut into one long list: a list for each row would take as long again to be collected.
        cells = rest.rstrip(b"\n").replace(b"\n", b"\t").split(b"\t") if rest.strip(b"\n") else []
        if len(cells) % width or rest.count(b"\n") < len(cells) // width - 1:
            raise StoreError("The store answers with another table than the one asked for.")
        self.size += len(cells) // width
        if self.size > self._limit:
            raise StoreError(
                "The tables of this graph are larger than what may be kept of them.",
                hint="Ask in SPARQL, or raise the setting table_values_limit.",
            )
        numbers, new = self._numbers, list[bytes]()
        columns = []
        for i in range(width):
            texts = cells[i::width]
            unknown = dict.fromkeys(text for text in texts if text not in numbers)
            numbers.update(zip(unknown, range(len(numbers), len(numbers) + len(unknown)), strict=True))
            new += unknown
            columns.append(array("I", map(numbers.__getitem__, texts)))
        self.terms += _terms(new)
        return columns


def _has_blank(line: bytes) -> bool:
    return any(text.startswith(b"_:") for text in line.split(b"\t"))


def _terms(texts: list[bytes]) -> list[Term]:
    """The terms that these texts write in TSV."""
    if not texts:
        return []
    results = ox.parse_query_results(b"?t\n" + b"\n".join(texts) + b"\n", format=ox.QueryResultsFormat.TSV)
    if not isinstance(results, ox.QuerySolutions):
        raise TypeError("a table of terms is a SELECT result")
    found = [solution[0] for solution in results]
    terms = [t for t in found if isinstance(t, ox.NamedNode | ox.BlankNode | ox.Literal)]
    if len(terms) != len(texts):
        raise StoreError("The store answers with what are no terms.")
    return terms
