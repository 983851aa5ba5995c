"""Triples as they are said: prefixed names for predicates and classes, whatever terms for values."""

from __future__ import annotations

import pyoxigraph as ox

from bsrgraph.formats import Format
from bsrgraph.iris import PREFIXES, RDF_TYPE, XSD
from bsrgraph.read import Term

__all__ = ["Node", "Told", "english", "link", "named", "typed", "w3c_format"]

_FORMATS = {
    "json": "SPARQL_Results_JSON",
    "xml": "SPARQL_Results_XML",
    "csv": "SPARQL_Results_CSV",
    "tsv": "SPARQL_Results_TSV",
    "ttl": "Turtle",
    "nt": "N-Triples",
    "jsonld": "JSON-LD",
    "rdf": "RDF_XML",
    "trig": "TriG",
    "nq": "N-Quads",
}

Node = ox.NamedNode | ox.BlankNode


def named(name: str) -> ox.NamedNode:
    """The term that a prefixed name stands for; `a` is rdf:type."""
    if name == "a":
        return ox.NamedNode(RDF_TYPE)
    prefix, _, local = name.partition(":")
    return ox.NamedNode(PREFIXES[prefix] + local)


def link(iri: str) -> ox.NamedNode:
    """An IRI as a term."""
    return ox.NamedNode(iri)


def english(text: str) -> ox.Literal:
    """A text in English."""
    return ox.Literal(text, language="en")


def typed(value: object, datatype: str) -> ox.Literal:
    """A literal of an XSD datatype."""
    return ox.Literal(str(value), datatype=ox.NamedNode(XSD + datatype))


def w3c_format(form: Format) -> str:
    """The IRI that W3C has given a format (Unique URIs for File Formats)."""
    return f"http://www.w3.org/ns/formats/{_FORMATS[form.suffix]}"


class Told:
    """Triples, each once."""

    def __init__(self) -> None:
        self._triples: dict[ox.Triple, None] = {}
        self._blank = 0

    def say(self, subject: Node, predicate: str, *values: Term | str | int | None) -> None:
        """Says a property, once for each value: a text is a prefixed name, a number an integer, None nothing."""
        for value in values:
            if value is not None:
                term = named(value) if isinstance(value, str) else value
                term = typed(term, "integer") if isinstance(term, int) else term
                self._triples[ox.Triple(subject, named(predicate), term)] = None

    def part(self, subject: Node, predicate: str, kind: str) -> ox.BlankNode:
        """A nameless thing of a class, which `subject` leads to; its label is the same each time."""
        self._blank += 1
        node = ox.BlankNode(f"b{self._blank}")
        self.say(subject, predicate, node)
        self.say(node, "a", kind)
        return node

    @property
    def quads(self) -> list[ox.Quad]:
        """All of it in no named graph: things in the order in which they were first spoken of, each in one piece."""
        places = {subject: place for place, subject in enumerate(dict.fromkeys(t.subject for t in self._triples))}
        ordered = sorted(self._triples, key=lambda t: places[t.subject])
        return [ox.Quad(t.subject, t.predicate, t.object) for t in ordered]
