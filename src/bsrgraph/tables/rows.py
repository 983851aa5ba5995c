"""A table → the statements that its rows mean, each with its cell, and what is wrong with which cell.

The column `id` holds the address of the thing that a row is about; without it an address is made of its name. Several
values stand in one cell with | between them.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pyoxigraph as ox

from bsrgraph.findings import Finding, Severity
from bsrgraph.iris import PREFIXES, RDF_TYPE, Space
from bsrgraph.parse import Statement
from bsrgraph.tables.cells import SAME, Candidate, Names, Problem, Term, read_cell
from bsrgraph.tables.columns import UNDETERMINED, Column, columns_of, identity_column
from bsrgraph.tables.fields import Kind, Schema
from bsrgraph.tables.sheet import Row, Sheet, column_letters

__all__ = ["Table", "read_rows", "slug"]

_LABEL = PREFIXES["skos"] + "prefLabel"
# Letters that have no decomposition, as file names and addresses are usually written.
_PLAIN = str.maketrans(
    {"ø": "o", "Ø": "O", "æ": "ae", "Æ": "Ae", "ß": "ss", "ł": "l", "Ł": "L", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
)


@dataclass(frozen=True, slots=True)
class Table:
    """What a table says, and what is wrong with it."""

    statements: tuple[Statement, ...]
    findings: tuple[Finding, ...]


def slug(text: str) -> str:
    """A text as the last part of an address: lower case ASCII, words joined by hyphens; a digest where none is left."""
    plain = unicodedata.normalize("NFKD", text.translate(_PLAIN)).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:80].strip("-")
    return words or hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def read_rows(
    sheet: Sheet, kind: Kind, schema: Schema, space: Space, names: Names, described: Callable[[str], bool], file: str
) -> Table:
    """The statements and findings of `sheet`, a table of things of one kind.

    `names` knows the things of the graph by their names; `described` tells whether it says anything of an address.
    """
    return _Reading(sheet, kind, schema, space, names, described, file).table()


@dataclass(slots=True)
class _Reading:
    """The reading of one table."""

    sheet: Sheet
    kind: Kind
    schema: Schema
    space: Space
    names: Names
    described: Callable[[str], bool]
    file: str
    findings: list[Finding] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)
    _made: dict[tuple[str, str], str] = field(default_factory=dict)
    """Kind and folded name of a thing that this table makes → its IRI."""
    _taken: dict[str, str] = field(default_factory=dict)
    """IRI that this table has made → what it was made for."""
    _links: dict[tuple[str, ...], int] = field(default_factory=dict)
    """What a row links, folded → the first row that links it."""
    _rows: dict[str, int] = field(default_factory=dict)
    """Folded name of a row's thing → the first row of that name."""

    def table(self) -> Table:
        """Reads every row; a row that repeats another is told of and left out."""
        identity = identity_column(self.sheet.header)
        columns: list[Column] = []
        for found in columns_of(self.sheet.header, self.kind, self.schema):
            if isinstance(found, Column):
                columns.append(found)
            else:
                self._tell(Row(1, 1, self.sheet.header), *found)
        seen: dict[tuple[str, ...], int] = {}
        for row in self.sheet.rows if columns else ():
            first = seen.setdefault(row.cells, row.number)
            if first != row.number:
                message = f"Row {row.number} says the same as row {first}; it is left out."
                self._tell(row, None, Problem("duplicate-row", message, "each row once"), Severity.WARNING)
                continue
            if identity is None and not any(c.field.is_name for c in columns):
                self._look_for_the_same(row, columns)
            self._row(row, columns, identity)
        return Table(tuple(self.statements), tuple(self.findings))

    def _look_for_the_same(self, row: Row, columns: Sequence[Column]) -> None:
        """Warns where another row links the same things: without a name, that is what a thing is told by."""
        links = [c for c in columns if c.field.kinds or c.field.choices]
        told = tuple(row.cells[c.index].casefold() if c.index < len(row.cells) else "" for c in links)
        first = self._links.setdefault(told, row.number)
        if any(told) and first != row.number:
            same = ", ".join(f"“{c.field.label}”" for c, t in zip(links, told, strict=True) if t)
            message = f"Row {row.number} and row {first} have the same {same}."
            self._tell(
                row, None, Problem("same-links", message, "one row, if both are about the same"), Severity.WARNING
            )

    def _row(self, row: Row, columns: Sequence[Column], identity: int | None) -> None:
        terms: list[tuple[Column, Term]] = []
        for column in columns:
            cell = row.cells[column.index] if column.index < len(row.cells) else ""
            values = [v for part in cell.split(self.sheet.between) if (v := part.strip())]
            if len(values) > 1 and not column.field.several:
                message = f"“{column.field.label}” takes one value, and here are {len(values)}."
                self._tell(row, column.index, Problem("several-values", message, "one value"))
                continue
            for value in values:
                term = self._term(value, row, column)
                if term is not None:
                    terms.append((column, term))
        subject = self._subject(row, columns, terms, identity)
        if subject is None:
            return
        place = identity if identity is not None else columns[0].index
        self._say(row, place, subject, RDF_TYPE, ox.NamedNode(self.kind.iri))
        for column, term in terms:
            self._say(row, column.index, subject, column.field.path, term)
        if not any(c.field.is_name for c in columns) and self._wants_name() and not self.described(subject.value):
            self._say(row, place, subject, _LABEL, ox.Literal(self._composed(row, columns), language=UNDETERMINED))

    def _wants_name(self) -> bool:
        return any(f.is_name and f.required for f in self.kind.fields)

    def _composed(self, row: Row, columns: Sequence[Column]) -> str:
        """A name for a thing that has none of its own, such as a participation: what it links."""
        told = [
            row.cells[c.index] for c in columns if c.field.kinds and c.index < len(row.cells) and row.cells[c.index]
        ]
        return ", ".join(told) or f"{self.kind.label} {row.number}"

    def _term(self, value: str, row: Row, column: Column) -> Term | None:
        makes = column.makes
        if makes is not None and (made := self._made.get((makes.name, value.casefold()))):
            return ox.NamedNode(made)
        found = read_cell(value, column.field, self.space, self._all_names, column.language)
        if isinstance(found, Problem):
            if makes is not None and found.code == "unknown-thing":
                return self._new(value, row, column, makes)
            self._tell(row, column.index, found)
            return None
        return found

    def _all_names(self, text: str, kinds: Sequence[str]) -> list[Candidate]:
        """Things of the graph and those that this table has made so far."""
        wanted = text.casefold()
        made = [Candidate(i, text, 1.0) for (kind, name), i in self._made.items() if name == wanted and kind in kinds]
        return made or self.names(text, kinds)

    def _new(self, name: str, row: Row, column: Column, kind: Kind) -> ox.NamedNode:
        node = ox.NamedNode(self._minted(kind, name, name.casefold()))
        self._made[kind.name, name.casefold()] = node.value
        self._say(row, column.index, node, RDF_TYPE, ox.NamedNode(kind.iri))
        self._say(row, column.index, node, _LABEL, ox.Literal(name, language=column.language))
        return node

    def _minted(self, kind: Kind, name: str, identity: str) -> str:
        """A new address made of `name`; what has the same `identity` gets the same."""
        iri = base = self.space.thing(kind.name, slug(name))
        number = 1
        while self._taken.get(iri, identity) != identity or (iri not in self._taken and self.described(iri)):
            number += 1
            iri = f"{base}-{number}"
        self._taken[iri] = identity
        return iri

    def _subject(
        self, row: Row, columns: Sequence[Column], terms: Sequence[tuple[Column, Term]], identity: int | None
    ) -> ox.NamedNode | None:
        """What the row is about: its `id`, or a new address made of its name."""
        given = row.cells[identity] if identity is not None and identity < len(row.cells) else ""
        if given:
            return self._given(given, row, identity or 0)
        names = [(c.index, t.value) for c, t in terms if c.field.is_name]
        if names:
            index, name = names[0]
            self._may_be_there(name, row, index)
            return ox.NamedNode(self._minted(self.kind, name, name.casefold()))
        if any(c.field.is_name for c in columns):
            column = next(c for c in columns if c.field.is_name)
            if not any(f.code != "duplicate-row" and f.row == row.number for f in self.findings):
                message = f"Row {row.number} has no name."
                self._tell(
                    row, column.index, Problem("missing-value", message, f"the name of the {self.kind.label.lower()}")
                )
            return None
        return ox.NamedNode(self._minted(self.kind, self._composed(row, columns), "\0".join(row.cells)))

    def _given(self, text: str, row: Row, index: int) -> ox.NamedNode | None:
        bare = text.strip("<> ")
        kind, mark, name = bare.replace(":", "/").partition("/")
        iri = (
            bare if "://" in bare else self.space.thing(kind, name) if mark else self.space.thing(self.kind.name, bare)
        )
        if (found := self.space.split(iri)) and found[0] == self.kind.name:
            return ox.NamedNode(iri)
        expected = f"an address such as {self.space.thing(self.kind.name, 'harbour-lights')}, or its last part"
        self._tell(
            row,
            index,
            Problem("not-an-address", f"“{text}” is no address of the kind {self.kind.label.lower()}.", expected),
        )
        return None

    def _may_be_there(self, name: str, row: Row, index: int) -> None:
        """Warns of a name that another row has, or a thing of the graph."""
        first = self._rows.setdefault(name.casefold(), row.number)
        if first != row.number:
            message = f"“{name}” is the name in row {first} too; both rows are taken to be about one thing."
            expected = "one row a thing, or an address of its own for each in the column id"
            self._tell(row, index, Problem("same-name", message, expected), Severity.WARNING)
        same = [c for c in self.names(name, [self.kind.name]) if c.score >= SAME]
        if same:
            message = f"“{same[0].name}” is in the graph already."
            expected = "its address in the column id, if this is the same; another name if it is not"
            iri = self.space.split(same[0].iri)
            self._tell(
                row,
                index,
                Problem("exists-already", message, expected, iri[1] if iri else same[0].iri),
                Severity.WARNING,
            )

    def _say(self, row: Row, index: int, subject: ox.NamedNode, predicate: str, value: Term) -> None:
        quad = ox.Quad(subject, ox.NamedNode(predicate), value)
        cell = f"{column_letters(index)}{row.number}"
        self.statements.append(Statement(quad, row.line, index + 1, row=row.number, cell=cell))

    def _tell(self, row: Row, index: int | None, problem: Problem, severity: Severity = Severity.VIOLATION) -> None:
        value = row.cells[index] if index is not None and index < len(row.cells) else None
        self.findings.append(
            Finding(
                severity,
                problem.code,
                problem.message,
                value=value,
                expected=problem.expected or None,
                suggestion=problem.suggestion,
                file=self.file,
                line=row.line,
                column=None if index is None else index + 1,
                row=row.number,
                cell=None if index is None else f"{column_letters(index)}{row.number}",
            )
        )
