"""The dataset that a query names itself, with FROM and FROM NAMED (SPARQL 1.1 section 13.2)."""

from __future__ import annotations

from bsrgraph.errors import QueryError
from bsrgraph.tokens import tokens

__all__ = ["named_dataset"]


def named_dataset(text: str) -> tuple[list[str], list[str]] | None:
    """The default graphs and the named graphs of the query's own dataset clauses.

    None where the engine's own reading is right or the clauses cannot be read here: fewer than two default
    graphs, which then need no merging, a relative IRI, an escape.
    """
    if text.upper().count("FROM") < 2 or "\\u" in text.lower():
        return None
    prefixes: dict[str, str] = {}
    default: list[str] = []
    named: list[str] = []
    before = ["", ""]
    try:
        for token in tokens(text):
            word = token.text.upper()
            if token.text == "{" and not token.inside:
                break
            if token.inside:
                continue
            if token.kind in ("iri", "name"):
                if before[0] == "PREFIX" or (before[1] == "PREFIX" and token.kind == "iri"):
                    _declare(prefixes, before, token.text)
                elif before[1] == "FROM" or before == ["FROM", "NAMED"]:
                    (named if before[1] == "NAMED" else default).append(_resolved(token.text, prefixes))
            before = [before[1], token.text if token.kind in ("iri", "name") else word]
    except (QueryError, KeyError):
        return None
    return (default, named) if len(default) > 1 and all(":" in iri for iri in (*default, *named)) else None


def _declare(prefixes: dict[str, str], before: list[str], text: str) -> None:
    """Notes a declaration once its IRI has come: `PREFIX`, the name, the IRI."""
    if text.startswith("<") and before[0] == "PREFIX":
        prefixes[before[1].removesuffix(":")] = text[1:-1]


def _resolved(text: str, prefixes: dict[str, str]) -> str:
    if text.startswith("<"):
        return text[1:-1]
    prefix, _, local = text.partition(":")
    if "\\" in local:
        raise KeyError(local)
    return prefixes[prefix] + local
