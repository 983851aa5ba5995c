"""Rewrites a query in the two places where the engine's answer is not the one of SPARQL 1.1.

Each rewriting is equal to what it replaces by the definitions of the recommendation, and changes nothing where
the engine would have been right; where the rewritten text is no query, the original is asked. What cannot be
mended in this way is listed in docs/conformance.md.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from bsrgraph.errors import QueryError
from bsrgraph.tokens import Token, tokens

__all__ = ["as_specified"]

_STAR = re.compile(r"\b(?:SELECT|DISTINCT|REDUCED)\s+\*", re.IGNORECASE)
_WORTH_READING = re.compile(r"GROUP_CONCAT|[\w>)]\s*[*?](?!\w)", re.IGNORECASE)
_FORMS = {"SELECT", "ASK", "CONSTRUCT", "DESCRIBE"}

Edit = tuple[int, int, str]
"""From this offset to that one, this text instead."""


def as_specified(text: str, ask: Callable[[str], bool]) -> str:
    """The query whose answer by the engine is the one that SPARQL 1.1 defines for `text`.

    `ask` answers an ASK query over the same dataset, and raises SyntaxError for what is none.
    """
    # Escapes are decoded before a query is parsed (section 19.2), and could hide what is looked for here.
    if "\\u" in text.lower() or not _WORTH_READING.search(_STAR.sub("", text)):
        return text
    try:
        found = list(tokens(text))
    except QueryError:
        return text
    edits = [*_simple_literals(found), *_zero_length(text, found, ask)]
    for start, end, instead in sorted(edits, reverse=True):
        text = text[:start] + instead + text[end:]
    return text


def _simple_literals(found: Sequence[Token]) -> Iterator[Edit]:
    """GROUP_CONCAT gives a simple literal (section 18.5.1.7); the engine keeps a language that all values share.

    STR of a literal is its lexical form as a simple literal, and an error stays one.
    """
    for index, token in enumerate(found):
        if token.kind == "word" and token.text.upper() == "GROUP_CONCAT" and index + 1 < len(found):
            end = _closing(found, index + 1)
            if end is not None:
                yield token.start, token.start, "STR("
                yield found[end].start, found[end].start, ")"


def _closing(found: Sequence[Token], index: int) -> int | None:
    """Where the bracket closes that opens at `index`."""
    if found[index].text != "(":
        return None
    depth = 0
    for place in range(index, len(found)):
        if found[place].kind == "mark":
            depth += (found[place].text in "({[") - (found[place].text in ")}]")
            if not depth:
                return place
    return None


@dataclass(frozen=True, slots=True)
class _Path:
    """A pattern of a variable, a path `element*` or `element?`, and an IRI, in whichever order."""

    start: int
    end: int
    variable: str
    iri: str
    element: str


def _zero_length(text: str, found: Sequence[Token], ask: Callable[[str], bool]) -> Iterator[Edit]:
    """Zero-length paths at an IRI that the active graph does not hold (section 18.4).

    `<x> P* ?y` and `<x> P? ?y` have the solution `?y` = `<x>` whether the graph holds `<x>` or not, and if it
    does not, no other. The engine has none then. So whoever is not in the graph is replaced by that solution.
    """
    prologue, dataset = _before_the_pattern(text, found)
    for graph, path in _paths(text, found):
        begin, end = ("{ GRAPH " + graph + " {", "} }") if graph else ("{", "}")
        # To the engine, an IRI that the graph holds has a path of length zero to itself.
        with contextlib.suppress(SyntaxError):
            if not ask(f"{prologue} ASK {dataset} {begin} {path.iri} {path.element}? {path.iri} {end}"):
                yield path.start, path.end, f" VALUES {path.variable} {{ {path.iri} }} "


def _before_the_pattern(text: str, found: Sequence[Token]) -> tuple[str, str]:
    """The prologue, and the dataset clauses."""
    begin = next((t.start for t in found if t.kind == "word" and t.text.upper() in _FORMS), 0)
    clauses: list[str] = []
    for index, token in enumerate(found[:-2]):
        if token.kind == "word" and token.text.upper() == "FROM":
            named = found[index + 1].text.upper() == "NAMED"
            clauses += [t.text for t in found[index : index + 2 + named]]
    return text[:begin], " ".join(clauses)


def _paths(text: str, found: Sequence[Token]) -> Iterator[tuple[str, _Path]]:
    """The paths that stand by themselves, each with the graph that it is in: a constant, or empty for the default.

    Inside `GRAPH ?g` the active graph is not known beforehand, so nothing there is looked at.
    """
    graphs = [""]
    for index, token in enumerate(found):
        if token.text == "{":
            named = index > 1 and found[index - 2].text.upper() == "GRAPH" and found[index - 2].kind == "word"
            graphs.append(found[index - 1].text if named else graphs[-1])
        elif token.text == "}" and len(graphs) > 1:
            graphs.pop()
        if token.text in ("{", "}", ".") and graphs[-1][:1] not in ("?", "$"):
            path = _path(text, found, index + 1)
            if path is not None:
                yield graphs[-1], path


def _path(text: str, found: Sequence[Token], index: int) -> _Path | None:
    """The path pattern that begins at `index`, with nothing else said of its subject or with its predicate."""
    first = index + 1
    if first < len(found) and found[first].text == "^":
        first += 1
    if first >= len(found):
        return None
    last = _closing(found, first) if found[first].text == "(" else first
    if last is None or last + 3 >= len(found) or found[last + 1].text not in ("*", "?"):
        return None
    if last == first and not (found[first].kind in ("iri", "name") or found[first].text == "a"):
        return None
    subject, object_, after = found[index], found[last + 2], found[last + 3]
    if after.text not in (".", "}", "{") and after.kind != "word":
        return None
    element = text[found[index + 1].start : found[last].start + len(found[last].text)]
    end = object_.start + len(object_.text)
    if _is_iri(subject) and object_.kind == "variable":
        return _Path(subject.start, end, object_.text, subject.text, element)
    if _is_iri(object_) and subject.kind == "variable":
        return _Path(subject.start, end, subject.text, object_.text, element)
    return None


def _is_iri(token: Token) -> bool:
    return token.kind == "iri" or (token.kind == "name" and not token.text.startswith("_:"))
