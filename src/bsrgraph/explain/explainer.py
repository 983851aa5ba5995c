"""Puts places, names and remedies to findings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import unquote

import pyoxigraph as ox

from bsrgraph.explain.nearest import Meant, Nearest
from bsrgraph.explain.written import Document, Span
from bsrgraph.findings import Finding, Report
from bsrgraph.formats import Format
from bsrgraph.gate import at
from bsrgraph.iris import PREFIXES, compact
from bsrgraph.pages import Labels
from bsrgraph.parse import Statement

__all__ = ["TEMPORARY", "Explainer", "Source"]

TEMPORARY = "urn:x-bsrgraph:"
"""Begins the names that blank nodes have while they are judged."""

_BLANK = re.compile(re.escape(TEMPORARY) + r".*?genid/\d+-")

_Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
_CURIE = re.compile(r"[\w.-]*:[\w.-]+\Z")
_SHOWN = 120
_OF_TERMS = ("unknown-term", "unfamiliar-term")


@dataclass(frozen=True, slots=True)
class Source:
    """A file that was read: its name for people, its statements, and the bytes that they were read from.

    A table has no bytes to show; what was found wrong while its cells were read is among its `findings`.
    """

    name: str
    statements: tuple[Statement, ...] = field(repr=False)
    data: bytes = field(repr=False)
    form: Format
    findings: tuple[Finding, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class _Place:
    """A statement, and the file that it is in."""

    statement: Statement
    file: str
    document: Document


class Explainer:
    """Explains findings about the statements of some files."""

    def __init__(self, sources: Sequence[Source], nearest: Nearest, labels: Labels) -> None:
        self._nearest = nearest
        self._labels = labels
        self._by_triple: dict[tuple[str, ...], _Place] = {}
        self._by_value: dict[tuple[str, str], _Place] = {}
        for source in sources:
            document = Document(source.data, source.form)
            for statement in source.statements:
                self._note(_Place(statement, source.name, document))

    def _note(self, place: _Place) -> None:
        quad = place.statement.quad
        subject, path, value = _text(quad.subject), quad.predicate.value, _text(quad.object)
        for key in ((subject, path, value), (subject, path), (subject,)):
            self._by_triple.setdefault(key, place)
        self._by_value.setdefault((subject, value), place)

    def report(self, findings: Iterable[Finding], version: str) -> Report:
        """The findings with places, names and remedies."""
        told = list(_each_once(self._explained(_renamed(finding)) for finding in findings))
        terms = (term for f in told for term in (f.focus, f.path, f.value, f.suggestion))
        names = {term for term in terms if term is not None and _is_iri(term)}
        self._labels.look_up(names)
        return Report(tuple(told), version, labels={iri: self._named(iri) for iri in names})

    def _named(self, iri: str) -> str:
        text = self._labels.of(iri).text
        return unquote(iri.rpartition("/")[2]) if text == iri else text

    def _explained(self, finding: Finding) -> Finding:
        place, exact = self._place(finding)
        if place is None:
            return finding
        statement = place.statement
        if finding.line is None and finding.row is None:
            finding = at(finding, statement, place.file)
        meant = self._meant(finding, statement) if exact else None
        if meant is not None and finding.value in (meant.iri, meant.text):
            meant = None
        if meant is not None and finding.suggestion is None:
            finding = replace(finding, suggestion=meant.iri or meant.text)
        span = None if statement.row is not None else _span(finding, statement, place.document, exact=exact)
        if span is None:
            return finding
        excerpt = _excerpt(place.document.lines[span.line - 1], span)
        finding = replace(finding, line=span.end_line, column=span.end_column, excerpt=excerpt)
        where = (span.line, span.column, span.end_line, span.end_column)
        return replace(finding, span=where, patch=_patch(finding, statement, place.document, meant))

    def _place(self, finding: Finding) -> tuple[_Place | None, bool]:
        """The statement that a finding is about, and whether it is that one and not only another of its subject."""
        if finding.path is None and finding.focus is not None and finding.value is not None:
            found = self._by_value.get((finding.focus, finding.value))
            if found is not None:
                return found, True
        parts = [p for p in (finding.focus, finding.path, finding.value) if p is not None]
        if finding.code in _OF_TERMS and finding.path == finding.value:
            parts.pop()
        for length in range(len(parts), 0, -1):
            if found := self._by_triple.get(tuple(parts[:length])):
                return found, length == len(parts)
        return None, False

    def _meant(self, finding: Finding, statement: Statement) -> Meant | None:
        value = statement.quad.object
        if finding.value is None or finding.value != _text(value):
            return None
        match finding.code:
            case "lexical-form" if isinstance(value, ox.Literal):
                return self._nearest.text(value)
            case "dangling-reference" if isinstance(value, ox.NamedNode):
                if finding.suggestion is not None:
                    return Meant(finding.suggestion)
                return self._nearest.thing(value.value)
            case "shacl" if isinstance(value, ox.NamedNode | ox.Literal):
                found = self._nearest.value(finding.rule, value)
                if found is None and isinstance(value, ox.Literal):
                    found = self._nearest.text(value)
                return found
        return None


def _span(finding: Finding, statement: Statement, document: Document, *, exact: bool) -> Span | None:
    """The characters that a finding is about."""
    quad, value = statement.quad, finding.value
    if finding.code in _OF_TERMS and value is not None:
        return document.iri(statement, value)
    if finding.code == "unknown-datatype" and isinstance(quad.object, ox.Literal):
        return document.iri(statement, quad.object.datatype.value)
    if value is not None and exact and value == _text(quad.object):
        literal = isinstance(quad.object, ox.Literal)
        return document.text(statement) if literal else document.iri(statement, value)
    if value is not None and _is_iri(value) and finding.code != "shacl":
        return document.iri(statement, value)
    if not isinstance(quad.subject, ox.NamedNode):
        return None
    if finding.path is not None and exact and (found := document.iri(statement, finding.path)):
        return found
    return document.iri(statement, quad.subject.value)


def _patch(finding: Finding, statement: Statement, document: Document, meant: Meant | None) -> str | None:
    """What to write in place of the span, where that is certain."""
    value = statement.quad.object
    if finding.code == "unknown-term" and finding.suggestion is not None:
        iri = _expanded(finding.suggestion, document.prefixes)
        return document.best(iri) if iri else None
    if finding.code in ("not-nfc", "lookalike") and finding.suggestion is not None:
        return document.best(finding.suggestion)
    if meant is None or not meant.certain:
        return None
    if meant.iri is not None and isinstance(value, ox.NamedNode):
        return document.best(meant.iri)
    if meant.text is not None and isinstance(value, ox.Literal) and not meant.text.startswith('"'):
        return meant.text
    return None


def _excerpt(line: str, span: Span) -> str:
    """The line of a span, with carets under it."""
    start = max(0, span.column - 1 - _SHOWN // 2) if len(line) > _SHOWN else 0
    shown = "".join(c if c.isprintable() else " " for c in line[start : start + _SHOWN])
    last = span.end_column if span.end_line == span.line else len(line)
    width = max(1, min(last, start + _SHOWN) - span.column + 1)
    return f"{shown}\n{' ' * (span.column - 1 - start)}{'^' * width}"


def _expanded(name: str, prefixes: dict[str, str]) -> str | None:
    """The IRI of a suggestion, which is a prefixed name or an IRI in angle brackets."""
    if name.startswith("<"):
        return name[1:-1]
    for prefix, namespace in prefixes.items():
        if name.startswith(prefix + ":"):
            iri = namespace + name[len(prefix) + 1 :]
            if compact(iri) == name:
                return iri
    prefix, _, local = name.partition(":")
    return PREFIXES[prefix] + local if prefix in PREFIXES else None


def _each_once(findings: Iterable[Finding]) -> Iterator[Finding]:
    """A value that breaks one rule in two ways is told once."""
    seen: set[tuple[object, ...]] = set()
    for finding in findings:
        key = (finding.code, finding.rule, finding.message, finding.focus, finding.path, finding.exact, finding.state)
        if finding.code != "shacl" or finding.exact is None or key not in seen:
            seen.add(key)
            yield finding


def _renamed(finding: Finding) -> Finding:
    """Blank nodes as the file calls them, and not as they were called for judging."""

    def plain(text: str | None) -> str | None:
        return None if text is None else _BLANK.sub("_:", text, count=1)

    return replace(finding, focus=plain(finding.focus), value=plain(finding.value))


def _is_iri(text: str | None) -> bool:
    if text is None or not re.match(r"[A-Za-z][\w+.-]*:[^\s<>\"{}|\\^`]+\Z", text):
        return False
    return not _CURIE.match(text)


def _text(term: _Term) -> str:
    return term.value if isinstance(term, ox.NamedNode | ox.Literal) else str(term)
