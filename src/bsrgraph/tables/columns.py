"""The header of a table: which property each column is for.

A header names a property: by its name (`basedIn`), its label (“Based in”), a prefixed name or its address. `@sv` at its
end gives the language of its texts. `+organisation` at its end lets a cell name an organisation that is not there
yet: it is then made, once for all rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bsrgraph.tables.cells import Problem
from bsrgraph.tables.fields import Field, Kind, Schema

__all__ = ["UNDETERMINED", "Column", "columns_of", "identity_column"]

_HEADER = re.compile(r"(?P<name>.+?)(?:\+(?P<kind>[\w-]+))?(?:@(?P<language>[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*))?\Z")
_IDENTITY = ("id", "iri", "address")
UNDETERMINED = "und"
"""The language of a text of which nobody says it (BCP 47)."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column that was understood: its place, its property, the language of its texts, and the kind it may make."""

    index: int
    field: Field
    language: str
    makes: Kind | None


def identity_column(header: Sequence[str]) -> int | None:
    """The column that holds the addresses of the things that rows are about."""
    return next((i for i, name in enumerate(header) if name.casefold() in _IDENTITY), None)


def columns_of(header: Sequence[str], kind: Kind, schema: Schema) -> Iterator[Column | tuple[int, Problem]]:
    """Every column of a table of things of `kind`: understood, or its place with what is wrong with it."""
    identity = identity_column(header)
    for index, name in enumerate(header):
        if index == identity or not name:
            continue
        match = _HEADER.match(name)
        parts = match.groupdict() if match else {"name": name, "kind": None, "language": None}
        found = kind.field(str(parts["name"]))
        makes = schema.kinds.get(parts["kind"] or "")
        if found is None:
            yield index, _unknown(name, kind)
        elif parts["kind"] and (makes is None or makes.name not in found.kinds):
            kinds = ", ".join(f"+{k}" for k in found.kinds) or "none"
            yield (
                index,
                Problem("unknown-column", f"The column “{name}” cannot make things of that kind.", f"one of: {kinds}"),
            )
        else:
            yield Column(index, found, parts["language"] or (UNDETERMINED if makes or found.is_name else "en"), makes)


def _unknown(name: str, kind: Kind) -> Problem:
    ways = {w: f.name for f in kind.fields for w in (f.name, f.label)}
    near = process.extractOne(name, list(ways), scorer=OSA.normalized_similarity, score_cutoff=0.5)
    message = f"“{name}” is no column of the kind {kind.label.lower()}."
    expected = "one of: id, " + ", ".join(f.name for f in kind.fields)
    return Problem("unknown-column", message, expected, ways[near[0]] if near else None)
