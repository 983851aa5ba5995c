"""The values that things have, and how like they are to those that somebody has in a table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation

import pyoxigraph as ox

from bsrgraph.iris import Space
from bsrgraph.read import Term, query_text, rows
from bsrgraph.reconcile.asked import Value
from bsrgraph.reconcile.schema import identified
from bsrgraph.search import Index, as_alike, called_so
from bsrgraph.store.port import Store

__all__ = ["Values", "alike", "nodes", "values_of"]

Values = Mapping[str, Mapping[str, list[Term]]]
"""IRI of a thing → identifier of a property → its values, in order."""

_DATED = ("#date", "#gYear", "#gYearMonth", "#dateTime")


def nodes(iris: Iterable[str]) -> list[ox.NamedNode]:
    """Those of the texts that are IRIs."""
    found = []
    for iri in iris:
        try:
            found.append(ox.NamedNode(iri))
        except ValueError:
            continue
    return found


def values_of(store: Store, things: Iterable[str], properties: Iterable[str]) -> Values:
    """What the graph says of these things by these properties, in at most two queries."""
    wanted = nodes(dict.fromkeys(things))
    asked = set(properties)
    found: defaultdict[str, defaultdict[str, list[Term]]] = defaultdict(lambda: defaultdict(list))
    inverse = nodes(p[1:] for p in asked if p.startswith("^"))
    if wanted and len(inverse) < len(asked):
        for row in rows(store, query_text("reconcile_facts", things=wanted)):
            if row["property"].value in asked:
                found[row["thing"].value][row["property"].value].append(row["value"])
    if wanted and inverse:
        for row in rows(store, query_text("reconcile_incoming", things=wanted, properties=inverse)):
            found[row["thing"].value]["^" + row["property"].value].append(row["value"])
    return found


def alike(index: Index, space: Space, wanted: Value, found: Iterable[Term]) -> float:
    """How like a value is to the likest of those found, from 0 to 1."""
    return max((_alike(index, space, wanted, term) for term in found), default=0.0)


def _alike(index: Index, space: Space, wanted: Value, term: Term) -> float:
    if isinstance(term, ox.NamedNode):
        if identified(space, wanted.text) == term.value:
            return 1.0
        return 0.0 if wanted.is_entity else called_so(index, wanted.text, term.value)
    if isinstance(term, ox.BlankNode) or wanted.is_entity:
        return 0.0
    if term.datatype.value.endswith(("#decimal", "#integer", "#double", "#float")):
        return 1.0 if _number(term.value) == _number(wanted.text) is not None else 0.0
    if term.datatype.value.endswith(_DATED):
        # 2010 is right of 2010-03-01, as far as it goes.
        short, long = sorted((wanted.text.strip(), term.value), key=len)
        return 1.0 if long.startswith(short) and len(short) > 3 else 0.0
    return as_alike(wanted.text, term.value)


def _number(text: str) -> Decimal | None:
    try:
        return Decimal("".join(text.split()))
    except InvalidOperation:
        return None
