"""The checks that come before SHACL: cheap, absolute, and each with the place of what it refuses.

SHACL is silent about a class that it does not know and about values that are no values, and it follows what
the data says of itself. So datatypes, terms, references and IRIs are checked here first.
"""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import pyoxigraph as ox

from bsrgraph.findings import Finding, Severity
from bsrgraph.iris import BSR, RDF_TYPE, XSD, Space, compact
from bsrgraph.lexical import DATATYPES, is_value
from bsrgraph.parse import Statement

__all__ = ["Vocabulary", "inspect"]

_SCHEMES = ("http", "https", "mailto", "urn")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What the graph knows: its terms, and the things that it describes and types."""

    space: Space
    terms: frozenset[str]
    described: frozenset[str]
    typed: frozenset[str]

    @classmethod
    def of(cls, space: Space, ontology: Iterable[ox.Quad], quads: Iterable[ox.Quad]) -> Vocabulary:
        """The vocabulary of a graph: terms are what the ontology graphs describe."""
        terms = frozenset(q.subject.value for q in ontology if isinstance(q.subject, ox.NamedNode))
        described, typed = _subjects(quads)
        return cls(space, terms, described | terms, typed | terms)

    def with_(self, quads: Iterable[ox.Quad]) -> Vocabulary:
        """The same, and what `quads` describe and type."""
        described, typed = _subjects(quads)
        return replace(self, described=self.described | described, typed=self.typed | typed)

    def nearest(self, term: str) -> str | None:
        """The known term most like `term`: first by local name, whatever its namespace."""
        wanted = _local(term)
        by_name: dict[str, str] = {}
        for known in sorted(self.terms, key=lambda t: (not t.startswith(BSR), t)):
            if not known.startswith(self.space.things):
                by_name.setdefault(_local(known), known)
        found = difflib.get_close_matches(wanted, list(by_name), n=1, cutoff=0.6)
        return by_name[found[0]] if found else None


def _subjects(quads: Iterable[ox.Quad]) -> tuple[frozenset[str], frozenset[str]]:
    described: set[str] = set()
    typed: set[str] = set()
    for quad in quads:
        if isinstance(quad.subject, ox.NamedNode):
            described.add(quad.subject.value)
            if quad.predicate.value == RDF_TYPE:
                typed.add(quad.subject.value)
    return frozenset(described), frozenset(typed)


def _local(term: str) -> str:
    return term.replace("/", "#").rpartition("#")[2]


def inspect(found: Sequence[Statement], known: Vocabulary, file: str) -> list[Finding]:
    """What the gate refuses in these statements, each with its place in `file`.

    `known` includes what the statements themselves describe and type.
    """
    anchored = {s.quad.object for s in found if isinstance(s.quad.object, ox.BlankNode)}
    seen: set[tuple[str, ...]] = set()
    findings: list[Finding] = []
    for statement in found:
        for finding in _of_one(statement.quad, known, anchored):
            once = (finding.code, finding.focus or "", finding.path or "", finding.value or "")
            if once not in seen:
                seen.add(once)
                findings.append(replace(finding, file=file, line=statement.line, column=statement.column))
    return findings


def _of_one(quad: ox.Quad, known: Vocabulary, anchored: set[ox.BlankNode]) -> Iterator[Finding]:
    subject, predicate, object_ = quad.subject, quad.predicate, quad.object
    focus = subject.value if isinstance(subject, ox.NamedNode) else str(subject)
    if isinstance(subject, ox.NamedNode):
        yield from _iri(subject.value, focus)
        if subject.value not in known.typed:
            yield _violation(
                "untyped-subject",
                f"Nothing says what kind of thing {subject.value} is.",
                focus,
                expected="a statement of its class (rdf:type, in Turtle `a`)",
            )
    elif isinstance(subject, ox.BlankNode) and subject not in anchored:
        yield _violation(
            "unanchored-blank-node",
            "A blank node stands alone; it can only be part of a named thing.",
            focus,
            expected=f"an IRI of its own, such as <{known.space.things}organisation/…>",
        )
    yield from _term(predicate.value, focus, predicate.value, known, "property")
    if isinstance(object_, ox.Literal):
        yield from _literal(object_, focus, predicate.value)
    elif isinstance(object_, ox.NamedNode):
        yield from _iri(object_.value, focus)
        if predicate.value == RDF_TYPE:
            yield from _term(object_.value, focus, predicate.value, known, "class")
        elif object_.value.startswith(known.space.things) and object_.value not in known.described:
            yield from _dangling(object_.value, focus, predicate.value, known)


def _violation(
    code: str,
    message: str,
    focus: str,
    path: str | None = None,
    value: str | None = None,
    expected: str | None = None,
    suggestion: str | None = None,
) -> Finding:
    return Finding(
        Severity.VIOLATION, code, message, focus=focus, path=path, value=value, expected=expected, suggestion=suggestion
    )


def _iri(iri: str, focus: str) -> Iterator[Finding]:
    scheme = iri.partition(":")[0].lower()
    if scheme not in _SCHEMES:
        yield _violation(
            "iri-scheme",
            f"The address <{iri[:200]}> begins with “{scheme}:”, which is not accepted.",
            focus,
            value=iri,
            expected="an address that begins with https: or http:",
        )
    if unicodedata.normalize("NFC", iri) != iri:
        yield _violation(
            "not-nfc",
            f"The address <{iri[:200]}> looks like another one, but is written with other characters.",
            focus,
            value=iri,
            expected="Unicode normal form C",
            suggestion=unicodedata.normalize("NFC", iri),
        )


def _term(term: str, focus: str, path: str, known: Vocabulary, role: str) -> Iterator[Finding]:
    """An unknown name under our own prefix is an error; one of another vocabulary is worth a look."""
    if term in known.terms:
        return
    near = known.nearest(term)
    suggestion = compact(near) if near else None
    ours = term.startswith(BSR.removesuffix("#")) or known.space.owns(term)
    hint = f" Did you mean {suggestion}?" if suggestion else ""
    yield Finding(
        Severity.VIOLATION if ours else Severity.WARNING,
        "unknown-term" if ours else "unfamiliar-term",
        f"There is no {role} {compact(term)}{' in the ontology' if ours else ' among the terms used here'}.{hint}",
        focus=focus,
        path=path,
        value=term,
        suggestion=suggestion,
    )


def _dangling(iri: str, focus: str, path: str, known: Vocabulary) -> Iterator[Finding]:
    kind, slug = known.space.split(iri) or ("", "")
    alike = {s[1]: d for d in sorted(known.described) if (s := known.space.split(d)) and s[0] == kind}
    near = difflib.get_close_matches(slug, alike, n=1, cutoff=0.6)
    yield _violation(
        "dangling-reference",
        f"It points to {iri}, which nothing describes.",
        focus,
        path,
        iri,
        expected="something that the graph or this file describes",
        suggestion=alike[near[0]] if near else None,
    )


def _literal(literal: ox.Literal, focus: str, path: str) -> Iterator[Finding]:
    text, datatype = literal.value, literal.datatype.value
    if datatype not in DATATYPES:
        near = difflib.get_close_matches(datatype, DATATYPES, n=1, cutoff=0.6)
        yield _violation(
            "unknown-datatype",
            f"{compact(datatype)} is not among the datatypes in use here.",
            focus,
            path,
            text,
            expected=", ".join(compact(d) for d in DATATYPES if d.startswith(XSD)),
            suggestion=compact(near[0]) if near else None,
        )
    elif not is_value(text, datatype):
        yield _violation(
            "lexical-form",
            f"“{text[:80]}” is not a value of {compact(datatype)}.",
            focus,
            path,
            text,
            expected=DATATYPES[datatype][0],
        )
    if any(unicodedata.category(c) == "Cc" and c not in "\t\n\r" for c in text):
        yield _violation(
            "control-character",
            "The text holds a control character that XML cannot carry.",
            focus,
            path,
            text[:80],
            expected="text without control characters",
        )
