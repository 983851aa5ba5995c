"""The statements of a document, in its order, each with its place.

Positions come from the parser itself: it is fed one word at a time, and whatever it has read when it yields a triple
is where that triple's object ends. Where a statement begins is read off the document's outline.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Protocol, cast

import pyoxigraph as ox

from bsrgraph.errors import UnknownFormat
from bsrgraph.formats import Format
from bsrgraph.parse import json_ld, rdf_xml, turtle
from bsrgraph.parse.faults import explained
from bsrgraph.parse.json_tree import Member, Value
from bsrgraph.parse.limits import Counter, Limits
from bsrgraph.parse.places import Lines
from bsrgraph.parse.sniff import IllFormed, require_readable
from bsrgraph.parse.words import Words

__all__ = ["Statement", "statements"]


@dataclass(frozen=True, slots=True)
class Statement:
    """A quad as sent, the line and column where its object ends, and where its statement `begins`.

    Lines and columns count from 1, columns in characters. In JSON-LD the place is the member or list item that holds
    the object: where it ends, or where it begins if it is longer than one value. For tables, `row` and `cell` name it.
    """

    quad: ox.Quad
    line: int
    column: int
    begins: tuple[int, int] | None = None
    row: int | None = None
    cell: str | None = None


class _Outline(Protocol):
    def begins(self, end: int) -> tuple[int, int] | None: ...


class _LineByLine:
    """N-Triples and N-Quads: a statement is a line."""

    def __init__(self, lines: Lines) -> None:
        self.lines = lines

    def begins(self, end: int) -> tuple[int, int] | None:
        return self.lines.end(end)[0], 1


def statements(data: bytes, form: Format, base: str | None = None, limits: Limits | None = None) -> Iterator[Statement]:
    """The statements of `data` in its order.

    Raises:
        ContentError: not UTF-8, or not what `form` says (line and column of the first fault).
        TooLarge: past one of the `limits`.
        UnknownFormat: `form` holds no RDF.

    """
    if form.rdf is None:
        raise UnknownFormat(f"{form.label} holds no triples that can be read.", hint="Send Turtle, for example.")
    limits = limits or Limits()
    data = require_readable(data, form)
    counter = Counter(limits)
    lines = Lines(data)
    read = _json_ld if form.suffix == "jsonld" else _worded
    try:
        for statement in read(data, form, base, limits, lines):
            counter.require(statement.quad, statement.line, statement.column)
            yield statement
    except IllFormed as error:
        raise explained(error, data, form, lines, None) from error


def _worded(data: bytes, form: Format, base: str | None, limits: Limits, lines: Lines) -> Iterator[Statement]:
    outline = _outlined(data, form, limits.nesting, lines)
    words = Words(data, lines, tags=form.suffix == "rdf")
    try:
        for quad in ox.parse(cast(IO[bytes], words), format=form.rdf, base_iri=base):
            yield Statement(quad, *words.place(), outline.begins(words.end))
    except (SyntaxError, ValueError, OSError) as error:
        raise explained(error, data, form, lines, words.place()) from error


def _outlined(data: bytes, form: Format, deepest: int, lines: Lines) -> _Outline:
    if form.suffix == "rdf":
        return rdf_xml.Outline(data, lines, deepest)
    return turtle.Outline(data, lines, deepest) if form.suffix in ("ttl", "trig") else _LineByLine(lines)


def _json_ld(data: bytes, form: Format, base: str | None, limits: Limits, lines: Lines) -> Iterator[Statement]:
    try:
        for quad, value in json_ld.placed(data, lines, base, limits.nesting):
            whole = value.kind in ("{", "[")
            line, column = lines.place(value.start) if whole else lines.end(value.end)
            yield Statement(quad, line, column, lines.place(_key(value)))
    except (SyntaxError, ValueError, OSError) as error:
        raise explained(error, data, form, lines, None) from error


def _key(value: Value) -> int:
    """Where the member begins that a value is in, or the value itself where it is in none."""
    at = value
    while isinstance(at.owner, Value):
        at = at.owner
    return at.owner.start if isinstance(at.owner, Member) else at.start
