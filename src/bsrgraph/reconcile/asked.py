"""What a client of the reconciliation service asks, read from its JSON and held against the specification's schemas."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from bsrgraph.errors import ContentError, TooLarge, UsageError

__all__ = ["Extension", "Strictness", "Value", "Wanted", "read_extension", "read_queries"]

Strictness = Literal["any", "should", "all"]
_STRICT: dict[str, Strictness] = {"any": "any", "should": "should", "all": "all"}
_KNOWN = {"query", "type", "limit", "properties", "type_strict"}
_CANDIDATES = 5
_MOST_CANDIDATES = 50
_MOST_PROPERTIES = 50
_MOST_VALUES = 100
_LONGEST = 10_000


@dataclass(frozen=True, slots=True)
class Value:
    """A value to compare with: the text of a literal, or (`is_entity`) the identifier of a thing."""

    text: str
    is_entity: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """One query of a batch: a name, the types that it may be of, and values that it should have."""

    name: str
    types: tuple[str, ...]
    strictness: Strictness
    limit: int
    properties: tuple[tuple[str, tuple[Value, ...]], ...]


@dataclass(frozen=True, slots=True)
class Extension:
    """What is wanted of which things: identifiers, and properties with the most values and the language of each."""

    ids: tuple[str, ...]
    properties: tuple[tuple[str, int, str], ...]


def read_queries(text: str, most: int) -> dict[str, Wanted]:
    """The queries of a batch, by their keys.

    Raises:
        ContentError: it is not JSON (line, column).
        TooLarge: there are more than `most`.
        UsageError: it is JSON, but no batch of queries; the message names the query.

    """
    batch = _object(_json(text, "queries"), "queries")
    if len(batch) > most:
        raise TooLarge(
            f"There are {len(batch):,} queries in this batch; the limit is {most:,}.", hint="Send several batches."
        )
    return {key: _wanted(f"Query “{key[:40]}”", _object(query, f"Query “{key[:40]}”")) for key, query in batch.items()}


def read_extension(text: str, most: int) -> Extension:
    """What is wanted of which things.

    Raises:
        ContentError: it is not JSON (line, column).
        TooLarge: there are more than `most` things, or too many properties.
        UsageError: it is JSON, but no query for extension.

    """
    asked = _object(_json(text, "extend"), "extend")
    ids = [_text(value, "an id of extend") for value in _list(asked.get("ids"), "ids of extend")]
    properties = _list(asked.get("properties"), "properties of extend")
    if len(ids) > most or len(properties) > _MOST_PROPERTIES:
        raise TooLarge(f"At most {most:,} things can be extended at a time, by {_MOST_PROPERTIES} properties.")
    return Extension(tuple(dict.fromkeys(ids)), tuple(map(_extended, properties)))


def _json(text: str, what: str) -> object:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise ContentError(f"{what} is not JSON: {error.msg}.", line=error.lineno, column=error.colno) from error
    except (ValueError, RecursionError) as error:
        raise ContentError(f"{what} is JSON that is not read here: nested too deeply, or a number too long.") from error


def _wanted(where: str, query: Mapping[str, Any]) -> Wanted:
    if unknown := sorted(query.keys() - _KNOWN):
        raise UsageError(f"{where} has “{unknown[0][:40]}”, which is no member of a query.", hint=_members())
    if "query" not in query and not query.get("properties"):
        raise UsageError(f"{where} has neither a query nor properties.", hint=_members())
    types = query.get("type", [])
    strictness = _STRICT.get(_text(query.get("type_strict", "any"), f"{where}: type_strict"))
    if strictness is None:
        raise UsageError(f"{where}: type_strict is none of any, should, all.")
    properties = _list(query.get("properties", []), f"{where}: properties")
    if len(properties) > _MOST_PROPERTIES:
        raise TooLarge(f"{where} has more than {_MOST_PROPERTIES} properties.")
    return Wanted(
        _text(query.get("query", ""), f"{where}: query"),
        tuple(_text(t, f"{where}: type") for t in (types if isinstance(types, list) else [types])[:_MOST_VALUES]),
        strictness,
        _limit(query.get("limit", _CANDIDATES), where),
        tuple(_property(item, where) for item in properties),
    )


def _members() -> str:
    return "A query has: " + ", ".join(sorted(_KNOWN)) + "."


def _limit(value: object, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise UsageError(f"{where}: limit is no number.")
    return min(max(1, int(value)), _MOST_CANDIDATES)


def _property(item: object, where: str) -> tuple[str, tuple[Value, ...]]:
    found = _object(item, f"{where}: a property")
    if "pid" not in found or "v" not in found:
        raise UsageError(f"{where}: a property has a pid and a v.")
    values = found["v"] if isinstance(found["v"], list) else [found["v"]]
    if len(values) > _MOST_VALUES:
        raise TooLarge(f"{where}: a property has more than {_MOST_VALUES} values.")
    return _text(found["pid"], f"{where}: pid"), tuple(_value(value, where) for value in values)


def _value(value: object, where: str) -> Value:
    if isinstance(value, bool):
        return Value("true" if value else "false")
    if isinstance(value, int | float):
        return Value(repr(value))
    if isinstance(value, str):
        return Value(_text(value, f"{where}: v"))
    return Value(_text(_object(value, f"{where}: v").get("id"), f"{where}: the id of v"), is_entity=True)


def _extended(item: object) -> tuple[str, int, str]:
    found = _object(item, "a property of extend")
    settings = _object(found.get("settings", {}), "settings of a property")
    limit = settings.get("limit") or 0
    if isinstance(limit, str) and limit.strip().isdigit() and len(limit) < 10:
        limit = int(limit)  # clients send what was written into a field
    if isinstance(limit, bool) or not isinstance(limit, int | float) or not 0 <= limit < math.inf:
        raise UsageError("The limit of a property is no number.")
    language = _text(settings.get("language", ""), "language of a property")
    return _text(found.get("id"), "the id of a property of extend"), int(limit), language.strip()


def _object(value: object, what: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise UsageError(f"{what} is no JSON object.")
    return value


def _list(value: object, what: str) -> list[Any]:
    if not isinstance(value, list):
        raise UsageError(f"{what} is no JSON array.")
    return value


def _text(value: object, what: str) -> str:
    if not isinstance(value, str):
        raise UsageError(f"{what} is no text.")
    if len(value) > _LONGEST:
        raise TooLarge(f"{what} has more than {_LONGEST:,} characters.")
    # JSON can write half a surrogate pair, which is no character.
    return value.encode("utf-8", "replace").decode()
