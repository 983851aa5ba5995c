"""What is wrong with statements that may be contributed: their values, terms, references and IRIs."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

import pyoxigraph as ox

from bsrgraph.findings import Finding, Severity
from bsrgraph.gate.each import Term, each, name, scheme, violation
from bsrgraph.gate.vocabulary import Vocabulary, local
from bsrgraph.iris import BSR, RDF_TYPE, XSD, compact
from bsrgraph.lexical import DATATYPES, is_value
from bsrgraph.lookalikes import language_named, latin, unfit
from bsrgraph.parse import Statement

__all__ = ["inspect"]


def inspect(found: Sequence[Statement], known: Vocabulary, file: str) -> list[Finding]:
    """What is wrong with these statements, each with its place in `file`.

    `known` includes what the statements themselves describe and type.
    """
    anchored = _anchored(s.quad for s in found)
    return each(found, file, lambda quad: _of_one(quad, known, anchored))


def _anchored(quads: Iterable[ox.Quad]) -> frozenset[ox.BlankNode]:
    """The blank nodes that are parts of a named thing, at whatever remove."""
    inside: dict[Term, list[ox.BlankNode]] = {}
    for quad in quads:
        if isinstance(quad.object, ox.BlankNode):
            inside.setdefault(quad.subject, []).append(quad.object)
    found: set[ox.BlankNode] = set()
    todo = [b for subject, parts in inside.items() if isinstance(subject, ox.NamedNode) for b in parts]
    while todo:
        if (node := todo.pop()) not in found:
            found.add(node)
            todo += inside.get(node, ())
    return frozenset(found)


def _of_one(quad: ox.Quad, known: Vocabulary, anchored: frozenset[ox.BlankNode]) -> Iterator[Finding]:
    subject, predicate, object_ = quad.subject, quad.predicate, quad.object
    focus = name(subject)
    if isinstance(subject, ox.NamedNode):
        yield from _iri(subject.value, focus, known)
        if subject.value not in known.typed:
            yield violation(
                "untyped-subject",
                f"Nothing says what kind of thing {subject.value} is.",
                focus,
                expected="a statement of its class (rdf:type, in Turtle `a`)",
            )
    elif isinstance(subject, ox.BlankNode) and subject not in anchored:
        yield violation(
            "unanchored-blank-node",
            "A blank node stands alone; it can only be part of a named thing.",
            focus,
            expected=f"an IRI of its own, such as <{known.space.things}organisation/…>",
        )
    yield from _term(predicate.value, focus, predicate.value, known, "property")
    if isinstance(object_, ox.Literal):
        yield from _literal(object_, focus, predicate.value)
    elif isinstance(object_, ox.NamedNode):
        yield from _iri(object_.value, focus, known)
        if predicate.value == RDF_TYPE:
            yield from _term(object_.value, focus, predicate.value, known, "class")
        elif object_.value.startswith(known.space.things) and object_.value not in known.described:
            yield from _dangling(object_.value, focus, predicate.value, known)


def _iri(iri: str, focus: str, known: Vocabulary) -> Iterator[Finding]:
    yield from scheme(iri, focus)
    normal = unicodedata.normalize("NFC", iri)
    if normal != iri:
        yield violation(
            "not-nfc",
            f"The address <{iri[:200]}> looks like another one, but is written with other characters.",
            focus,
            value=iri,
            expected="Unicode normal form C",
            suggestion=normal,
        )
    plain = latin(normal)
    if plain != normal and plain in known.described:
        yield violation(
            "lookalike",
            f"The address <{iri[:200]}> looks like that of another thing, but has letters of another alphabet.",
            focus,
            value=iri,
            expected="the address of the thing that is meant, or one that nobody can mistake for another",
            suggestion=plain,
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
    yield violation(
        "dangling-reference",
        f"It points to {iri}, which nothing describes.",
        focus,
        path,
        iri,
        expected="something that the graph or this file describes",
        suggestion=known.nearest_thing(iri),
    )


def _literal(literal: ox.Literal, focus: str, path: str) -> Iterator[Finding]:
    text, datatype = literal.value, literal.datatype.value
    if datatype not in DATATYPES:
        known = {local(d).lower(): f"xsd:{local(d)}" for d in DATATYPES if d.startswith(XSD)}
        near = difflib.get_close_matches(local(datatype).lower(), known, n=1, cutoff=0.7)
        yield violation(
            "unknown-datatype",
            f"{compact(datatype)} is not among the datatypes in use here.",
            focus,
            path,
            text,
            expected=", ".join(compact(d) for d in DATATYPES if d.startswith(XSD)),
            suggestion=known[near[0]] if near else None,
        )
    elif not is_value(text, datatype):
        yield violation(
            "lexical-form",
            f"“{text[:80]}” is not a value of {compact(datatype)}.",
            focus,
            path,
            text,
            expected=DATATYPES[datatype][0],
        )
    if any(map(unfit, text)):
        yield violation(
            "control-character",
            "The text holds a control character, which XML cannot carry or which changes how the rest is read.",
            focus,
            path,
            text[:80],
            expected="text without control characters",
        )
    if literal.language and len(literal.language.partition("-")[0]) > 3:
        yield Finding(
            Severity.WARNING,
            "language-tag",
            f"“@{literal.language}” is no language that readers can ask for.",
            focus=focus,
            path=path,
            value=text,
            expected="a tag of two or three letters (BCP 47), such as @en, @sv or @pt-br",
            suggestion=language_named(literal.language),
        )
