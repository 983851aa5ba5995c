"""The values that the page of a thing is made of, and when two of them disagree."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations

import pyoxigraph as ox
from markupsafe import Markup

from bsrgraph.iris import XSD
from bsrgraph.pages.labels import Label, Labels, Link
from bsrgraph.pages.numbers import number
from bsrgraph.pages.provenance import Evidence, Origin
from bsrgraph.read import Term

__all__ = [
    "Claim",
    "Difference",
    "Fact",
    "Resource",
    "Section",
    "Statement",
    "Table",
    "TableRow",
    "Value",
    "agree",
    "number",
]

_WIDE = 2
"""Columns up to which a table shows all it has; beyond, those that are mostly empty share one."""

_NOTHING = Markup("")


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

    @property
    def is_number(self) -> bool:
        """Whether it can be counted with."""
        return self.datatype in (XSD + "decimal", XSD + "integer")

    @property
    def is_date(self) -> bool:
        """Whether it is a day, a month, a year or a moment."""
        return self.datatype in {XSD + name for name in ("date", "gYearMonth", "gYear", "dateTime")}


@dataclass(frozen=True, slots=True)
class Fact:
    """A property, by its IRI, with its values.

    `more` counts what is left out, `inverse` says that the values point here, `of` is the class that they must have;
    `picture` shows what text cannot.
    """

    iri: str
    name: str
    description: str
    values: tuple[Value, ...]
    more: str = ""
    inverse: bool = False
    of: str = ""
    picture: Markup = _NOTHING

    @property
    def differs(self) -> bool:
        """Whether sources disagree: two numbers or dates cannot both be right."""
        return all(v.is_measured for v in self.values) and any(not agree(a, b) for a, b in combinations(self.values, 2))

    @property
    def shared(self) -> tuple[Evidence, ...]:
        """What states every one of several values alike; empty where they have reasons of their own."""
        stated = {v.evidence for v in self.values}
        return stated.pop() if len(stated) == 1 and len(self.values) > 1 else ()


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
    """Things of the class `of` that point to this one by the property `via`, a row each.

    `properties` are those of the columns, `more` counts what is left out.
    """

    name: str
    columns: tuple[str, ...]
    rows: tuple[TableRow, ...]
    properties: tuple[str, ...] = ()
    via: str = ""
    more: str = ""
    of: str = ""

    def differs(self, row: TableRow) -> bool:
        """Whether another row speaks of the same and gives something else, by more than either is rounded to."""
        return bool(row.linked) and any(
            not agree(a, b, max(row.rounded_to, other.rounded_to))
            for other in self.rows
            if other.linked == row.linked
            for a, b in zip(row.measured, other.measured, strict=False)
        )

    @property
    def aside(self) -> tuple[int, ...]:
        """The columns that few rows fill, where there are many; a page shows them together in one."""
        if len(self.columns) <= _WIDE:
            return ()
        filled = [sum(bool(row.cells[i]) for row in self.rows) for i in range(len(self.columns))]
        return tuple(i for i, count in enumerate(filled) if count * 3 <= len(self.rows))

    @property
    def kept(self) -> tuple[int, ...]:
        """The columns that a page shows as such."""
        return tuple(i for i in range(len(self.columns)) if i not in self.aside)

    @property
    def lead(self) -> int | None:
        """The first column that tells something of every row and can head it; None where rows need their names."""
        return next((i for i in self.kept if all(row.cells[i] for row in self.rows)), None)

    @property
    def shared(self) -> tuple[Evidence, ...]:
        """What states every one of several rows alike; empty where they have reasons of their own."""
        stated = {row.evidence for row in self.rows}
        return stated.pop() if len(stated) == 1 and len(self.rows) > 1 else ()


@dataclass(frozen=True, slots=True)
class Section:
    """The facts and tables of one group of the shape; `when` is a picture of the page's dates, where it stands here."""

    name: str
    facts: tuple[Fact, ...]
    tables: tuple[Table, ...]
    when: Markup = _NOTHING

    @property
    def is_dated(self) -> bool:
        """Whether a date is stated of the thing itself."""
        return any(v.is_date for f in self.facts if not f.inverse for v in f.values)


@dataclass(frozen=True, slots=True)
class Claim:
    """One of the values given: by whom, rounded to what, and (in a table) by which thing of its own."""

    value: Value
    evidence: tuple[Evidence, ...]
    rounded_to: Decimal = Decimal(0)
    thing: Link | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """Claims that cannot all be right: what they are about, by how much they are apart, which of them go together."""

    name: str
    about: tuple[Label, ...]
    claims: tuple[Claim, ...]
    gap: str
    fits: tuple[str, ...]

    @property
    def properties(self) -> tuple[str, ...]:
        """The words that tell it from the others of its page."""
        return (self.name, *(label.text for label in self.about))


@dataclass(frozen=True, slots=True)
class Statement:
    """A named graph that is drawn from a document: of which things it says what; `more` that it says more than that."""

    evidence: Evidence
    said: tuple[tuple[Value, tuple[tuple[Label, Value], ...]], ...]
    more: bool


@dataclass(frozen=True, slots=True)
class Resource:
    """Everything that the page of a thing says; `not_stated` names the properties that its shape has room for.

    `statements` is what is drawn from it, where it is a document, under the name that its shape has for them;
    `origins` are the sources of all this, in the order in which the page comes to them; `around` is a picture, and may
    be empty.
    """

    iri: str
    title: Label
    classes: tuple[Value, ...]
    names: tuple[Value, ...]
    sections: tuple[Section, ...]
    not_stated: tuple[str, ...]
    incoming: tuple[tuple[str, tuple[Link, ...]], ...]
    page: int
    more: bool
    differences: tuple[Difference, ...] = ()
    statements: tuple[Statement, ...] = ()
    statements_name: str = ""
    statements_more: str = ""
    origins: tuple[Origin, ...] = ()
    around: Markup = _NOTHING

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that it has a name in."""
        return tuple(sorted({v.language for v in self.names if v.language}))

    @property
    def names_shared(self) -> tuple[Evidence, ...]:
        """What states every one of its names alike; empty where they have reasons of their own."""
        stated = {v.evidence for v in self.names}
        return stated.pop() if len(stated) == 1 else ()

    def origins_of(self, evidence: Iterable[Evidence]) -> dict[str, Origin]:
        """IRI → source, for those of `evidence`."""
        wanted = {s.iri for e in evidence for s in e.sources}
        return {o.source.iri: o for o in self.origins if o.source.iri in wanted}

    def cited(self, evidence: Iterable[Evidence]) -> str:
        """Who states something, as short as can be: numbers of sources, editors, reference data."""
        evidence = tuple(evidence)
        stated = tuple(e for e in evidence if e.layer in ("evidence", "contributed"))
        words = [str(o.number) for o in self.origins_of(stated).values()]
        if any(e.layer == "contributed" and not e.sources for e in stated):
            words.append("contributed")
        if any(e.layer == "curated" for e in evidence):
            words.append("editors")
        return ", ".join(words) or "reference"


def agree(a: Value, b: Value, rounded_to: Decimal = Decimal(0)) -> bool:
    """Whether two values can both be right: numbers within the rounding, dates on their common precision."""
    if a.is_number and b.is_number:
        return abs(number(a.text) - number(b.text)) <= rounded_to
    return a.text.startswith(b.text) or b.text.startswith(a.text)


def show(term: Term, labels: Labels, evidence: tuple[Evidence, ...] = ()) -> Value:
    """A term as a page shows it."""
    if isinstance(term, ox.Literal):
        return Value(term.value, term.language or "", term.datatype.value, None, evidence)
    if isinstance(term, ox.BlankNode):
        return Value("(unnamed part)", "", "", None, evidence)
    link = labels.link(term.value)
    return Value(link.label.text, link.label.language, "", link, evidence)
