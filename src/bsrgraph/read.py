"""Rows and triples out of a store's answers, and the program's own queries by name.

The files in `sparql/` are plain SPARQL. `$name` in them is a variable to a query tool; here it is a place
that `query_text()` fills with a term, written by the term's own serialiser, so that no text is ever pasted.
"""

from __future__ import annotations

import importlib.resources
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import IO, cast

import pyoxigraph as ox
import rdflib

from bsrgraph.formats import RESULT_FORMATS
from bsrgraph.iris import XSD
from bsrgraph.store.port import Query, Store, Version

__all__ = [
    "Route",
    "Row",
    "Rows",
    "Term",
    "all_quads",
    "bound",
    "in_bulk",
    "quads",
    "query_text",
    "rdflib_graph",
    "rdflib_term",
    "rows",
    "select_variables",
    "streamed_rows",
]

Term = ox.NamedNode | ox.BlankNode | ox.Literal


@dataclass(frozen=True, slots=True)
class Route:
    """A way from one node to another: predicates one after the other, each forwards or (True) backwards."""

    ways: tuple[tuple[ox.NamedNode, bool], ...]

    def __str__(self) -> str:
        return "/".join(f"^{predicate}" if back else str(predicate) for predicate, back in self.ways)


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of terms, for VALUES with several variables."""

    rows: tuple[tuple[ox.NamedNode | ox.Literal, ...], ...]

    def __str__(self) -> str:
        return " ".join("(" + " ".join(map(str, row)) + ")" for row in self.rows)


Filling = ox.NamedNode | ox.Literal | int | Route | Rows | Iterable[ox.NamedNode | ox.Literal]
"""What a place of a query can be filled with: a term, a number, a way, terms or rows for VALUES."""

Row = Mapping[str, Term]
"""One solution: variable name → term; an unbound variable is absent."""

_PLACE = re.compile(r"\$(\w+)")
_JSON, _TSV = RESULT_FORMATS[0], RESULT_FORMATS[3]


@cache
def _file(name: str) -> str:
    return (importlib.resources.files("bsrgraph") / "sparql" / f"{name}.rq").read_text(encoding="utf-8")


def bound(text: str, terms: Mapping[str, Filling]) -> str:
    """`text` with every `$name` of `terms` replaced by that term, or by those terms one after another."""

    def fill(match: re.Match[str]) -> str:
        term = terms.get(match.group(1))
        if term is None:
            return match.group()
        if isinstance(term, ox.NamedNode | ox.Literal | int | Route | Rows):
            return str(term)
        return " ".join(map(str, term))

    return _PLACE.sub(fill, text)


def query_text(name: str, **terms: Filling) -> str:
    """The program's query `name` with its places filled."""
    return bound(_file(name), terms)


def _solutions(store: Store, text: str) -> ox.QuerySolutions:
    body = store.query(Query(text, _JSON, own=True)).read()
    results = ox.parse_query_results(body, format=ox.QueryResultsFormat.JSON)
    if not isinstance(results, ox.QuerySolutions):
        raise TypeError("this is for SELECT queries")
    return results


def select_variables(store: Store, text: str) -> list[str]:
    """The columns of a SELECT query, in order."""
    return [v.value for v in _solutions(store, text).variables]


def rows(store: Store, text: str) -> list[Row]:
    """The solutions of a SELECT query, all of them, in order."""
    results = _solutions(store, text)
    names = [v.value for v in results.variables]
    return [{n: v for n in names if (v := solution[n]) is not None} for solution in results]


def streamed_rows(store: Store, text: str) -> Iterator[Row]:
    """The solutions of a SELECT query one by one, however many there are; to be read to the end, by one thread."""
    answer = store.query(Query(text, _JSON, own=True, streamed=True))
    results = ox.parse_query_results(cast(IO[bytes], _Chunks(answer.chunks)), format=ox.QueryResultsFormat.JSON)
    if not isinstance(results, ox.QuerySolutions):
        raise TypeError("this is for SELECT queries")
    names = [v.value for v in results.variables]
    for solution in results:
        yield {n: v for n in names if (v := solution[n]) is not None}


def in_bulk(store: Store, text: str) -> tuple[Version, Iterator[Sequence[Term]]]:
    """The solutions of a SELECT query over everything, one after another, and the version that they are of.

    Each is its terms in the order of the columns, all of which must be bound. The version is that of this moment,
    however long the reading takes.
    """
    answer = store.query(Query(text, _TSV, own=True, streamed=True))
    results = ox.parse_query_results(cast(IO[bytes], _Chunks(answer.chunks)), format=ox.QueryResultsFormat.TSV)
    if not isinstance(results, ox.QuerySolutions):
        raise TypeError("this is for SELECT queries")
    return answer.version, (tuple(solution) for solution in results)


class _Chunks:
    """Chunks of bytes as a file, as far as the parser reads one."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._rest = b""

    def read(self, size: int) -> bytes:
        """At most `size` bytes, none at the end."""
        found = self._rest or next(self._chunks, b"")
        self._rest = found[size:]
        return found[:size]


def quads(found: Iterable[Row]) -> Iterator[ox.Quad]:
    """Rows of ?subject, ?property, ?value and ?graph as quads."""
    for row in found:
        subject, predicate, graph = row["subject"], row["property"], row["graph"]
        if isinstance(subject, ox.Literal) or not isinstance(predicate, ox.NamedNode):
            raise TypeError("these rows are no statements")
        if isinstance(graph, ox.NamedNode):
            yield ox.Quad(subject, predicate, row["value"], graph)


def all_quads(store: Store) -> Iterator[ox.Quad]:
    """Everything in the store's named graphs, read as it comes."""
    _, found = in_bulk(store, query_text("everything"))
    return (ox.Quad(s, p, o, g) for g, s, p, o in found)  # type: ignore[arg-type]


def rdflib_term(term: Term) -> rdflib.term.Identifier:
    """`term` for rdflib, its lexical form untouched; `xsd:string` becomes a plain literal, as rdflib writes it."""
    if isinstance(term, ox.NamedNode):
        return rdflib.URIRef(term.value)
    if isinstance(term, ox.BlankNode):
        return rdflib.BNode(term.value)
    if term.language:
        return rdflib.Literal(term.value, lang=term.language, normalize=False)
    datatype = term.datatype.value
    kind = None if datatype == XSD + "string" else rdflib.URIRef(datatype)
    return rdflib.Literal(term.value, datatype=kind, normalize=False)


def rdflib_graph(statements: Iterable[ox.Quad]) -> rdflib.Graph:
    """The union of `statements` as one rdflib graph in memory, handed over as terms, never through text."""
    graph = rdflib.Graph()
    for quad in statements:
        if isinstance(quad.subject, ox.Triple) or isinstance(quad.object, ox.Triple):
            raise TypeError("triple terms are refused when they are read")
        graph.add((rdflib_term(quad.subject), rdflib.URIRef(quad.predicate.value), rdflib_term(quad.object)))
    return graph
