"""The default adapter: an embedded pyoxigraph store in this process."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import pyoxigraph as ox

from bsrgraph.errors import QueryError, QuerySyntaxError
from bsrgraph.formats import Format
from bsrgraph.iris import PREFIXES
from bsrgraph.store.port import Answer, Query, Version

__all__ = ["EmbeddedStore"]

_CHUNK = 64 * 1024
_ERROR_PLACE = re.compile(r"error at (\d+):(\d+): (.*)", re.DOTALL)
_MISSING_PREFIX = re.compile(r"\bPrefix not found\b")


class EmbeddedStore:
    """A store in memory; the default graph of a query is the union of all named graphs."""

    def __init__(self) -> None:
        self._store = ox.Store()
        self._version = Version("empty")

    @property
    def version(self) -> Version:
        """The version that the next query will see."""
        return self._version

    def load(self, quads: Iterable[ox.Quad], version: Version) -> None:
        """Replaces everything by `quads`, all or nothing, and goes by `version` from then on."""
        fresh = ox.Store()
        fresh.bulk_extend(_with_union(quads))
        self._store, self._version = fresh, version

    def query(self, query: Query) -> Answer:
        """The answer to `query`, evaluated here and now."""
        version = self._version
        try:
            result = self._evaluate(query)
            body = _serialize(result, query.format)
        except SyntaxError as error:
            raise _syntax_error(str(error)) from error
        except (ValueError, RuntimeError, OSError) as error:
            raise QueryError(f"The query cannot be evaluated: {error}") from error
        return Answer(query.format, version, _chunks(body))

    def _evaluate(self, query: Query) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
        """Evaluates over the union of everything, or over exactly the dataset that the request names."""
        if query.default_graphs is None and query.named_graphs is None:
            return self._store.query(query.text)
        default: list[ox.NamedNode | ox.BlankNode | ox.DefaultGraph] = [*_nodes(query.default_graphs)]
        return self._store.query(query.text, default_graph=default, named_graphs=_nodes(query.named_graphs))


def _with_union(quads: Iterable[ox.Quad]) -> Iterator[ox.Quad]:
    """The quads, and each triple once more in the default graph, which is thereby the union of all graphs.

    The engine's own union gives a triple as often as there are graphs that state it, and every SUM and COUNT
    over it is wrong as soon as two sources agree. A stored default graph is a set, as RDF 1.1 wants it.
    """
    for quad in quads:
        yield quad
        yield ox.Quad(quad.subject, quad.predicate, quad.object)


def _nodes(iris: tuple[str, ...] | None) -> list[ox.NamedNode | ox.BlankNode]:
    return [ox.NamedNode(iri) for iri in iris or ()]


def _serialize(result: ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples, form: Format) -> bytes:
    if isinstance(result, ox.QueryTriples):
        if form.rdf is None:
            raise QueryError(f"The answer is triples, which {form.label} cannot hold.")
        triples = list(result)
        return ox.serialize(triples, format=form.rdf, prefixes=used_prefixes(triples)) or b""
    if form.results is None:
        raise QueryError(f"The answer is a table, which {form.label} cannot hold.")
    return result.serialize(format=form.results) or b""


def used_prefixes(triples: Iterable[ox.Triple]) -> dict[str, str]:
    """The well-known prefixes that these triples have a use for."""
    iris: set[str] = set()
    for triple in triples:
        for term in (triple.subject, triple.predicate, triple.object):
            if isinstance(term, ox.NamedNode):
                iris.add(term.value)
            elif isinstance(term, ox.Literal) and not term.language:
                iris.add(term.datatype.value)
    spaces = {iri[: max(iri.rfind("#"), iri.rfind("/")) + 1] for iri in iris}
    return {prefix: space for prefix, space in PREFIXES.items() if space in spaces}


def _chunks(body: bytes) -> Iterator[bytes]:
    for start in range(0, len(body), _CHUNK):
        yield body[start : start + _CHUNK]


def _syntax_error(message: str) -> QuerySyntaxError:
    """The engine's message with its place taken apart, and without its list of every possible character."""
    match = _ERROR_PLACE.match(message)
    if match is None:
        return QuerySyntaxError(message)
    line, column, rest = int(match.group(1)), int(match.group(2)), match.group(3)
    if _MISSING_PREFIX.search(rest):
        return QuerySyntaxError("A prefix is used that is not declared.", line=line, column=column)
    words = [
        w for w in re.split(r", |expected one of |expected ", rest) if re.fullmatch(r'[A-Z]+|"[^"]+"|[A-Z][a-z ]+\w', w)
    ]
    expected = f" Possible here: {', '.join(words[:12])}." if words else ""
    return QuerySyntaxError(f"The query is not SPARQL from here on.{expected}", line=line, column=column)
