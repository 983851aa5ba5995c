"""Which things a row of a table may be about, how likely each is, and which is certain."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import pyoxigraph as ox

from bsrgraph.iris import XSD, Space
from bsrgraph.read import Term, query_text, rows
from bsrgraph.reconcile.asked import Value, Wanted
from bsrgraph.reconcile.schema import Schema, identified, schema
from bsrgraph.reconcile.values import Values, alike, nodes, values_of
from bsrgraph.search import TERM, Index, Match, find, known
from bsrgraph.store.port import Store

__all__ = ["Candidate", "reconcile"]

_SAME = 0.98
"""The least likeness of two texts that are the same name, see `search.Match`."""
_OF_NAME = 0.7
"""What the name counts for where there are properties too."""
_LOOKED_AT = 25
_BY_VALUE = 50
_VALUES = 5
_OF_OTHER_TYPE = 0.8
"""What the score of a thing of another type is multiplied by, where types only should be right."""
_DATATYPES = {
    "integer": re.compile(r"[+-]?\d{1,30}"),
    "decimal": re.compile(r"[+-]?\d{1,30}(\.\d{1,30})?"),
    "gYear": re.compile(r"\d{4}"),
    "gYearMonth": re.compile(r"\d{4}-\d\d"),
    "date": re.compile(r"\d{4}-\d\d-\d\d"),
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A thing that may be meant: `score` is at most 100, `is_match` where it is certain, `features` what it is from."""

    match: Match
    score: float
    is_match: bool
    features: tuple[tuple[str, float], ...]


def reconcile(
    store: Store, index: Index, space: Space, queries: Mapping[str, Wanted], languages: Sequence[str] = ()
) -> dict[str, list[Candidate]]:
    """The candidates of each query, the likeliest first.

    A candidate is a match only if it is the one thing of exactly this name among those of the types asked for, and
    has every value that was given; a code is no name unless a type was asked for.
    """
    types = schema(store)
    possible = {key: _possible(store, index, space, types, wanted, languages) for key, wanted in queries.items()}
    things = {m.iri for key, found in possible.items() if queries[key].properties for m in found}
    values = values_of(store, things, {pid for wanted in queries.values() for pid, _ in wanted.properties})
    return {
        key: _judged(index, space, types, wanted, possible[key], values)[: wanted.limit]
        for key, wanted in queries.items()
    }


def _possible(
    store: Store, index: Index, space: Space, types: Schema, wanted: Wanted, languages: Sequence[str]
) -> list[Match]:
    kinds = [kind for kind in map(types.kind, wanted.types) if kind is not None]
    if wanted.types and not kinds and wanted.strictness != "should":
        return []
    filtered = kinds if wanted.strictness != "should" else []
    if wanted.name.strip():
        name = wanted.name.strip()
        # The identifier of a thing is its name too, where it is one.
        found = find(index, identified(space, name), filtered, 1, languages) if "/" in name else []
        found = found if found and found[0].iri == identified(space, name) else []
        found = found or find(index, name, filtered, max(_LOOKED_AT, 2 * wanted.limit), languages)
    else:
        found = _by_values(store, index, space, wanted, filtered, languages)
    if wanted.strictness == "all":
        found = [match for match in found if set(kinds) <= set(match.kinds) and len(kinds) == len(wanted.types)]
    return [match for match in found if TERM not in match.kinds]


def _by_values(
    store: Store, index: Index, space: Space, wanted: Wanted, kinds: Sequence[str], languages: Sequence[str]
) -> list[Match]:
    """Things that have one of the values of the first property that says anything."""
    for property_id, given in wanted.properties:
        inverse = property_id.startswith("^")
        iris = nodes([property_id.removeprefix("^")])
        terms = [term for value in given[:_VALUES] for term in _terms(index, space, value)]
        terms = [term for term in terms if isinstance(term, ox.NamedNode) or not inverse]
        if not iris or not terms:
            continue
        name = "reconcile_pointed_at" if inverse else "reconcile_having"
        text = query_text(name, property=iris[0], values=terms, limit=_BY_VALUE)
        found = known(index, (row["thing"].value for row in rows(store, text)), languages)
        if matches := [m for m in found.values() if not kinds or not set(kinds).isdisjoint(m.kinds)]:
            return matches
    return []


def _terms(index: Index, space: Space, value: Value) -> list[ox.NamedNode | ox.Literal]:
    """Every term that a value may be in the graph."""
    text = value.text.strip()
    found: list[ox.NamedNode | ox.Literal] = list(nodes([identified(space, text)] if "/" in text else []))
    if value.is_entity:
        return found
    found += nodes(match.iri for match in find(index, text, (), _VALUES) if match.score >= _SAME)
    found += [ox.Literal(text, language=tag) if tag else ox.Literal(text) for tag in index.languages]
    for datatype, form in _DATATYPES.items():
        if form.fullmatch(text):
            found.append(ox.Literal(text, datatype=ox.NamedNode(XSD + datatype)))
    return found


def _judged(
    index: Index, space: Space, types: Schema, wanted: Wanted, possible: Iterable[Match], values: Values
) -> list[Candidate]:
    found = [_candidate(index, space, types, wanted, match, values.get(match.iri, {})) for match in possible]
    found.sort(key=lambda c: -c.score)
    certain = [c for c in found if _is_certain(wanted, c)]
    same = [c for c in found if c.match.score >= _SAME and c.score >= found[0].score - 1]
    if len(certain) == 1 and len(same) == 1 and certain[0] is found[0]:
        found[0] = replace(found[0], is_match=True)
    return found


def _candidate(
    index: Index, space: Space, types: Schema, wanted: Wanted, match: Match, values: Mapping[str, list[Term]]
) -> Candidate:
    features: dict[str, float] = {}
    if wanted.name.strip():
        features["name"] = match.score
    if wanted.types:
        features["type"] = float(any(types.kind(t) in match.kinds for t in wanted.types))
    for property_id, given in wanted.properties:
        found = values.get(property_id, [])
        each = [alike(index, space, value, found) for value in given]
        features[property_id] = sum(each) / len(each) if each else 0.0
    by_value = [features[property_id] for property_id, _ in wanted.properties]
    score = features.get("name", 1.0)
    if by_value:
        mean = sum(by_value) / len(by_value)
        score = _OF_NAME * score + (1 - _OF_NAME) * mean if "name" in features else mean
    if wanted.types and not features["type"]:
        score *= _OF_OTHER_TYPE
    return Candidate(match, round(100 * score, 2), False, tuple(features.items()))


def _is_certain(wanted: Wanted, candidate: Candidate) -> bool:
    """Whether nothing speaks against it: the same name, of a type asked for, with every value that was given."""
    features = dict(candidate.features)
    named = features.pop("name", 0.0) >= _SAME
    # A code such as SE is of many things in many lists, and only certain where it is said of what.
    said = candidate.match.role != "code" or bool(wanted.types)
    return named and said and all(value >= _SAME for value in features.values())
