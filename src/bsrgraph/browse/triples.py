"""A table as triples: what is stated of the things in it, and of their parts, in the columns that were asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pyoxigraph as ox

from bsrgraph.browse.kind import Cells, KindTable
from bsrgraph.iris import PREFIXES, RDF_TYPE

__all__ = ["triples"]

_IN_SCHEME = ox.NamedNode(PREFIXES["skos"] + "inScheme")
_TYPE = ox.NamedNode(RDF_TYPE)


def triples(
    table: KindTable, places: Sequence[int], columns: Sequence[Cells], document: str, licence: str | None
) -> Iterator[ox.Triple]:
    """The triples, thing by thing; `document` is the address of what carries them."""
    if licence:
        yield ox.Triple(ox.NamedNode(document), ox.NamedNode(PREFIXES["dcterms"] + "license"), ox.NamedNode(licence))
    for place in places:
        thing = table.terms[table.things[place]]
        if isinstance(thing, ox.NamedNode):
            yield from _of_kind(table, thing, place)
            for cells in columns:
                yield from _of_parts(cells, thing, place) if cells.links else _of_thing(table, cells, thing, place)


def _of_kind(table: KindTable, thing: ox.NamedNode, place: int) -> Iterator[ox.Triple]:
    for iri, members in table.members.items():
        if place in members:
            yield ox.Triple(thing, _IN_SCHEME if iri in table.schemes else _TYPE, ox.NamedNode(iri))
    for property_, language, text in table.names.said(table.things[place]):
        name = ox.Literal(text, language=language) if language else ox.Literal(text)
        yield ox.Triple(thing, ox.NamedNode(property_), name)


def _of_thing(table: KindTable, cells: Cells, thing: ox.NamedNode, place: int) -> Iterator[ox.Triple]:
    property_ = ox.NamedNode(cells.column.property)
    if cells.column.counts:
        return
    for number in cells.values[place]:
        value = table.terms[number]
        if not cells.column.inverse:
            yield ox.Triple(thing, property_, value)
        elif isinstance(value, ox.NamedNode):
            yield ox.Triple(value, property_, thing)


def _of_parts(cells: Cells, thing: ox.NamedNode, place: int) -> Iterator[ox.Triple]:
    if cells.links is None:
        return
    part = cells.links.part
    for at in cells.of_thing(place):
        subject = cells.terms[cells.links.parts[at]]
        if not isinstance(subject, ox.NamedNode):
            continue
        yield ox.Triple(subject, _TYPE, ox.NamedNode(part.iri))
        yield ox.Triple(subject, ox.NamedNode(part.via), thing)
        if part.code is not None:
            yield ox.Triple(subject, ox.NamedNode(part.code[0]), ox.NamedNode(part.code[1]))
        for said in (cells, *([cells.unit] if cells.unit else []), *cells.notes):
            for number in said.values[at]:
                yield ox.Triple(subject, ox.NamedNode(said.column.property), cells.terms[number])
