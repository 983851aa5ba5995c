"""Where in a document something is written: the very characters of an IRI or a text, within one statement."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from xml.sax.saxutils import escape

import pyoxigraph as ox

from bsrgraph.formats import Format
from bsrgraph.parse import Statement

__all__ = ["Document", "Span"]

_PREFIX = re.compile(r"(?:@prefix|\bPREFIX)\s+([\w.-]*):\s*<([^<>\s]*)>", re.IGNORECASE)
_BORDER = re.compile(r"[\s<>\"'()\[\]{};,.^]|\Z")
_RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_LONG = 20_000
"""Characters of a statement beyond which nothing is looked for in it."""


@dataclass(frozen=True, slots=True)
class Span:
    """Characters of a document: lines and columns from 1, the last column included; and what is written there."""

    line: int
    column: int
    end_line: int
    end_column: int
    text: str


class Document:
    """A document as text, for finding the words of its statements; empty where it is no text."""

    def __init__(self, data: bytes, form: Format) -> None:
        self._data = data
        self._form = form

    @cached_property
    def lines(self) -> list[str]:
        """The lines, without their ends."""
        return [
            line.removesuffix("\r")
            for line in self._data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace").split("\n")
        ]

    @cached_property
    def prefixes(self) -> dict[str, str]:
        """The prefixes that the document declares, of which each has one meaning in it."""
        found: dict[str, str] = {}
        if self._form.suffix in ("ttl", "trig"):
            for prefix, namespace in _PREFIX.findall("\n".join(self.lines)):
                found[prefix] = namespace if found.get(prefix, namespace) == namespace else ""
        return {prefix: namespace for prefix, namespace in found.items() if namespace}

    def iri(self, statement: Statement, iri: str) -> Span | None:
        """Where the statement has this IRI, the last time before its object ends."""
        return self._last(statement, list(self.written(iri)))

    def text(self, statement: Statement) -> Span | None:
        """Where the text of the statement's literal is written, without marks around it."""
        if not isinstance(statement.quad.object, ox.Literal):
            return None
        value = statement.quad.object.value
        if self._form.suffix == "jsonld":
            return self._last(
                statement, [json.dumps(value, ensure_ascii=False)[1:-1], json.dumps(value)[1:-1]], bare=True
            )
        if self._form.suffix == "rdf":
            return self._last(statement, [escape(value)], bare=True)
        return self._last(statement, [value, str(ox.Literal(value))[1:-1]], bare=True)

    def written(self, iri: str) -> Iterator[str]:
        """The ways in which the document may write an IRI."""
        if self._form.suffix == "jsonld":
            yield f'"{iri}"'
            return
        if self._form.suffix == "rdf":
            yield f'"{escape(iri)}"'
            return
        yield f"<{iri}>"
        for prefix, namespace in self.prefixes.items():
            if iri.startswith(namespace) and re.fullmatch(r"[\w.~%-]*", iri[len(namespace) :]):
                yield f"{prefix}:{iri[len(namespace) :]}"
        if iri == _RDF_TYPE and self._form.suffix in ("ttl", "trig"):
            yield "a"

    def best(self, iri: str) -> str:
        """The shortest way in which the document can write an IRI."""
        return min(self.written(iri), key=len)

    def _last(self, statement: Statement, wanted: list[str], *, bare: bool = False) -> Span | None:
        """The last place of one of the words in the statement; None where there is none, or no document."""
        if statement.begins is None or not self._data:
            return None
        (line, column), end_line, end_column = statement.begins, statement.line, statement.column
        pieces = self.lines[line - 1 : end_line]
        if not pieces or sum(map(len, pieces)) > _LONG:
            return None
        pieces[-1] = pieces[-1][:end_column]
        text = "\n".join(pieces)
        best: tuple[int, str] | None = None
        for word in wanted:
            at = _last_word(text, word, column - 1, bare=bare)
            if at is not None and (best is None or at + len(word) > best[0] + len(best[1])):
                best = at, word
        if best is None or not best[1]:
            return None
        before = text[: best[0]]
        first = line + before.count("\n")
        start = len(before) - (before.rfind("\n") + 1)
        inside = best[1].rpartition("\n")
        last = first + best[1].count("\n")
        return Span(first, start + 1, last, len(inside[2]) if inside[1] else start + len(best[1]), best[1])


def _last_word(text: str, word: str, start: int, *, bare: bool) -> int | None:
    """The last place where a word stands by itself; a `bare` one may stand within marks."""
    end = len(text)
    while word and (at := text.rfind(word, start, end)) >= 0:
        borders = bare or (
            (at == 0 or _BORDER.match(text[at - 1]) or word[0] in '<"') and _BORDER.match(text, at + len(word))
        )
        if borders:
            return at
        end = at + len(word) - 1
    return None
