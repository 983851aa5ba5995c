"""The values that the page of a thing is made of, and when two of them disagree."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import combinations

from bsrgraph.iris import XSD
from bsrgraph.pages.labels import Label, Link
from bsrgraph.pages.provenance import Evidence

__all__ = ["Fact", "Resource", "Section", "Table", "TableRow", "Value", "number"]


@dataclass(frozen=True, slots=True)
class Value:
    """A value as a page shows it, with everything that states it; `link` is None for a literal."""

    text: str
    language: str
    datatype: str
    link: Link | None
    evidence: tuple[Evidence, ...] = ()

    @property
    def is_measured(self) -> bool:
        """Whether it is a number or a date, of which a thing has one in the end."""
        return self.datatype.startswith(XSD) and self.datatype != XSD + "string"


@dataclass(frozen=True, slots=True)
class Fact:
    """A property, by its IRI, with its values."""

    iri: str
    name: str
    description: str
    values: tuple[Value, ...]

    @property
    def differs(self) -> bool:
        """Whether sources disagree: two numbers or dates cannot both be right."""
        return all(v.is_measured for v in self.values) and any(
            not _agree(a, b) for a, b in combinations(self.values, 2)
        )


@dataclass(frozen=True, slots=True)
class TableRow:
    """A thing that points to this one; a cell holds the values of one column, and may be empty."""

    thing: Link
    cells: tuple[tuple[Value, ...], ...]
    rounded_to: Decimal = Decimal(0)

    @property
    def linked(self) -> tuple[str, ...]:
        """What the row is of: its kind, measure, currency. Two rows of the same speak of the same."""
        return tuple(sorted(v.link.iri for cell in self.cells for v in cell if v.link))

    @property
    def measured(self) -> tuple[Value, ...]:
        """What the row gives: its first number or date."""
        return tuple(v for cell in self.cells for v in cell if v.is_measured)[:1]

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """Everything that states something of this row, each graph once."""
        found = {e.graph.iri: e for cell in self.cells for v in cell for e in v.evidence}
        return tuple(found[iri] for iri in sorted(found))


@dataclass(frozen=True, slots=True)
class Table:
    """Things that point to this one, a row each."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[TableRow, ...]

    def differs(self, row: TableRow) -> bool:
        """Whether another row speaks of the same and gives something else, by more than either is rounded to."""
        return bool(row.linked) and any(
            not _agree(a, b, max(row.rounded_to, other.rounded_to))
            for other in self.rows
            if other.linked == row.linked
            for a, b in zip(row.measured, other.measured, strict=False)
        )


@dataclass(frozen=True, slots=True)
class Section:
    """The facts and tables of one group of the shape."""

    name: str
    facts: tuple[Fact, ...]
    tables: tuple[Table, ...]


@dataclass(frozen=True, slots=True)
class Resource:
    """Everything that the page of a thing says; `not_stated` names the properties that its shape has room for."""

    iri: str
    title: Label
    classes: tuple[Value, ...]
    names: tuple[Value, ...]
    sections: tuple[Section, ...]
    not_stated: tuple[str, ...]
    incoming: tuple[tuple[str, tuple[Link, ...]], ...]
    page: int
    more: bool


def number(text: str) -> Decimal:
    """The number that a text writes, 0 for what is none."""
    try:
        return Decimal(text)
    except InvalidOperation:
        return Decimal(0)


def _agree(a: Value, b: Value, rounded_to: Decimal = Decimal(0)) -> bool:
    """Whether two values can both be right: numbers within the rounding, dates on their common precision."""
    if a.datatype.endswith(("#decimal", "#integer")) and b.datatype.endswith(("#decimal", "#integer")):
        return abs(number(a.text) - number(b.text)) <= rounded_to
    return a.text.startswith(b.text) or b.text.startswith(a.text)
