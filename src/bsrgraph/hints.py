"""What to write instead: hints for queries that are refused or that name what does not exist."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from bsrgraph.errors import QueryError
from bsrgraph.iris import PREFIXES, Space
from bsrgraph.tokens import place, tokens

__all__ = ["UnknownTerm", "caret", "hinted", "unknown_terms"]

_DECLARED = re.compile(r"\bPREFIX\s++([^\s:<>]{0,255})\s*+:\s*+<([^<>]{0,2048})>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class UnknownTerm:
    """A name in a query that looks like a term of the ontology and is none, and the nearest that is one."""

    written: str
    line: int
    column: int
    nearest: str | None


def caret(text: str, line: int, column: int) -> str:
    """The line of `text` with a caret under the column, both counted from 1."""
    lines = text.splitlines() or [""]
    shown = lines[min(line, len(lines)) - 1].replace("\t", " ")
    return f"{shown}\n{' ' * (max(column, 1) - 1)}^"


def hinted(error: QueryError, text: str) -> QueryError:
    """The error with a hint where one is certain: an undeclared prefix that is well known."""
    if error.hint or error.line is None or "not declared" not in error.message:
        return error
    declared = {prefix for prefix, _ in _DECLARED.findall(text)}
    used = [t for t in tokens(text) if t.kind == "name" and not t.text.startswith("_:")]
    unknown = [t for t in used if t.text.partition(":")[0] not in declared]
    if not unknown:
        return error
    first = unknown[0]
    prefix = first.text.partition(":")[0]
    error.message = f"The prefix “{prefix}:” is used and not declared."
    error.line, error.column = place(text, first.start)
    namespace = PREFIXES.get(prefix)
    near = difflib.get_close_matches(prefix, PREFIXES, n=1)
    if namespace:
        error.hint = f"Put this line at the top: PREFIX {prefix}: <{namespace}>"
    elif near:
        error.hint = f"Did you mean “{near[0]}:”? PREFIX {near[0]}: <{PREFIXES[near[0]]}>"
    else:
        error.hint = f"Declare it at the top: PREFIX {prefix}: <…>"
    return error


def unknown_terms(text: str, space: Space, terms: Mapping[str, str]) -> list[UnknownTerm]:
    """The names in `text` that are under an ontology's namespace and are no term of it.

    `terms` maps the IRI of each known term to its local name; nothing is said of names in comments and strings.
    """
    prefixes = dict(_DECLARED.findall(text))
    namespaces = tuple({space.ontology, PREFIXES["bsr"]})
    found: dict[str, UnknownTerm] = {}
    for token in tokens(text):
        if token.kind == "name":
            prefix, _, local = token.text.partition(":")
            iri = prefixes.get(prefix, "") + local
        elif token.kind == "iri":
            iri = token.text[1:-1]
        else:
            continue
        if iri.startswith(namespaces) and iri not in terms and iri not in namespaces:
            local = iri.rpartition("#")[2]
            near = difflib.get_close_matches(local, terms.values(), n=1, cutoff=0.6)
            nearest = next((i for i, name in terms.items() if name == near[0]), None) if near else None
            line, column = place(text, token.start)
            found.setdefault(iri, UnknownTerm(token.text, line, column, nearest))
    return list(found.values())
