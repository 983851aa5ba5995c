"""Values of things for further columns of somebody's table (section 7 of the specification)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import pyoxigraph as ox

from bsrgraph.iris import Space, compact
from bsrgraph.read import Term
from bsrgraph.reconcile.asked import Extension
from bsrgraph.reconcile.schema import Property, Schema, identified, schema
from bsrgraph.reconcile.values import Values, values_of
from bsrgraph.search import Index, Match, known
from bsrgraph.store.port import Store

__all__ = ["extend"]

_TIME = re.compile(r"(-?\d{4,})-(\d\d)-(\d\d)(?:T(\d\d:\d\d:\d\d(?:\.\d+)?))?(Z|[+-]\d\d:\d\d)?\Z")
_NUMBER = re.compile(r"[+-]?\d{1,18}(\.\d{0,18})?([eE][+-]?\d{1,2})?\Z")
_NUMBERS = ("#integer", "#decimal", "#double", "#float")


def extend(store: Store, index: Index, space: Space, asked: Extension, languages: Sequence[str] = ()) -> dict[str, Any]:
    """The answer to a query for extension: `meta` of its properties, `rows` by the identifiers as they were sent."""
    types = schema(store)
    iris = {identifier: identified(space, identifier) for identifier in asked.ids}
    found = values_of(store, iris.values(), [id_ for id_, _, _ in asked.properties])
    things = {t.value for each in found.values() for values in each.values() for t in values if _is_iri(t)}
    named = known(index, things, languages)
    rows = {
        identifier: {
            id_: _cells(found.get(iri, {}).get(id_, ()), limit, language, named)
            for id_, limit, language in asked.properties
        }
        for identifier, iri in iris.items()
    }
    return {"meta": [_meta(types, space, id_, found, named) for id_, _, _ in asked.properties], "rows": rows}


def _is_iri(term: Term) -> bool:
    return isinstance(term, ox.NamedNode)


def _meta(types: Schema, space: Space, id_: str, found: Values, named: dict[str, Match]) -> dict[str, Any]:
    """What a property is called, and the kind of its values where they are all of one."""
    known_as = types.properties.get(id_) or Property(id_, compact(id_).strip("<>"), "")
    told: dict[str, Any] = {"id": id_, "name": known_as.name}
    values = [t for each in found.values() for t in each.get(id_, ())]
    kinds = {split[0] if (split := space.split(t.value)) and t.value in named else "" for t in values if _is_iri(t)}
    if len(kinds) == 1 and "" not in kinds:
        told["type"] = {"id": kinds.pop()}
    return told


def _cells(values: Iterable[Term], limit: int, language: str, named: dict[str, Match]) -> list[dict[str, Any]]:
    texts = [v for v in values if not isinstance(v, ox.BlankNode)]
    if language:
        texts = [v for v in texts if not isinstance(v, ox.Literal) or v.language in (None, language)]
    cells = [_cell(value, named) for value in texts]
    return cells[:limit] if limit else cells


def _cell(value: ox.NamedNode | ox.Literal, named: dict[str, Match]) -> dict[str, Any]:
    if isinstance(value, ox.NamedNode):
        match = named.get(value.value)
        return {"id": value.value, "name": match.name if match else compact(value.value).strip("<>")}
    datatype, text = value.datatype.value, value.value
    if datatype.endswith(_NUMBERS) and _NUMBER.match(text):
        return {"int": int(text)} if datatype.endswith("#integer") else {"float": float(text)}
    if datatype.endswith(("#date", "#dateTime")) and (time := _TIME.match(text)):
        year, month, day, at, zone = time.groups()
        return {"date": f"{year}-{month}-{day}T{at or '00:00:00'}{zone or ''}"}
    return {"str": text}
