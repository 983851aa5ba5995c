"""A form for one thing: what it asks, what is in it, and the statements that it makes.

A form is a table of one row, so that what is typed into it means the same as in a table, and is told apart by the same
sentences. What the graph states already is not said again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import pyoxigraph as ox

from bsrgraph.findings import Finding
from bsrgraph.iris import RDF_TYPE, Space
from bsrgraph.parse import Statement
from bsrgraph.prefixes import used_prefixes
from bsrgraph.tables.cells import Names
from bsrgraph.tables.fields import Field, Kind, Schema
from bsrgraph.tables.rows import read_rows
from bsrgraph.tables.sheet import Row, Sheet

__all__ = ["ABOUT", "Answers", "Filled", "as_turtle", "read_form", "shown"]

ABOUT = "id"
"""The name of the part that holds the address of the thing that a form is about, empty for a new one."""
_BETWEEN = "\x1f"
"""The unit separator: nobody types it."""

Answers = Mapping[str, Sequence[str]]
"""Name of a field → what was typed into each of its places."""


@dataclass(frozen=True, slots=True)
class Filled:
    """What a form says: the thing it is about, the statements that are new, and what is wrong with which field.

    A finding names the field that it is of as its `cell`.
    """

    subject: str
    statements: tuple[Statement, ...]
    findings: tuple[Finding, ...]


def read_form(
    answers: Answers,
    kind: Kind,
    schema: Schema,
    space: Space,
    names: Names,
    described: Callable[[str], bool],
    stated: frozenset[ox.Triple],
) -> Filled:
    """The statements that `answers` make of a thing of this kind, without those that are `stated` already."""
    fields = [f for f in kind.fields if any(a.strip() for a in answers.get(f.name, ()))]
    about = next(iter(answers.get(ABOUT, ())), "").strip()
    cells = [_BETWEEN.join(a.replace(_BETWEEN, " ") for a in answers[f.name]) for f in fields]
    header = [ABOUT, *(f.name for f in fields)]
    if not about and not any(f.is_name for f in fields) and any(f.is_name for f in kind.fields) and not _links(fields):
        # An empty place for the name, so that its lack is told.
        name = next(f for f in kind.fields if f.is_name)
        header, cells = [*header, name.name], [*cells, ""]
    sheet = Sheet(tuple(header), (Row(2, 1, (about, *cells)),), _BETWEEN)
    table = read_rows(sheet, kind, schema, space, names, described, "form")
    findings = tuple(_placed(f, header) for f in table.findings)
    fresh = tuple(s for s in table.statements if s.quad.triple not in stated)
    subject = next((s.quad.subject.value for s in table.statements if isinstance(s.quad.subject, ox.NamedNode)), "")
    if about and all(s.quad.predicate.value == RDF_TYPE for s in fresh):
        fresh = ()
    return Filled(subject, fresh, findings)


def _links(fields: Sequence[Field]) -> bool:
    return any(f.kinds for f in fields)


def _placed(finding: Finding, header: Sequence[str]) -> Finding:
    """The finding with the name of its field instead of a place in a table."""
    name = header[finding.column - 1] if finding.column else None
    return replace(finding, row=None, cell=name, line=None, column=None)


def shown(term: ox.NamedNode | ox.Literal, field: Field, space: Space) -> str:
    """A value as a form shows it, and reads it again: names of choices, short addresses, texts with their language."""
    choice = next((c for c in field.choices if c.term == term), None)
    if choice is not None:
        return choice.name
    if isinstance(term, ox.NamedNode):
        found = space.split(term.value)
        return "/".join(found) if found and field.kinds else term.value
    return f"{term.value}@{term.language}" if term.language else term.value


def as_turtle(statements: Sequence[Statement]) -> bytes:
    """The statements as the Turtle that is proposed: one block for the thing, short names."""
    quads = [s.quad for s in statements]
    ordered = sorted(
        dict.fromkeys(q.triple for q in quads), key=lambda t: (str(t.subject), t.predicate.value != RDF_TYPE)
    )
    return ox.serialize(ordered, format=ox.RdfFormat.TURTLE, prefixes=used_prefixes(quads)) or b""
