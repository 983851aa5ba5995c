"""Evaluates a query on an open store and writes the answer in the format asked for.

Used in the web process for the program's own bounded queries, and in a child for those of strangers.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import IO, cast

import pyoxigraph as ox

from bsrgraph.errors import QueryError, QuerySyntaxError
from bsrgraph.prefixes import used_prefixes
from bsrgraph.store.dataset import named_dataset
from bsrgraph.store.rewrite import as_specified

__all__ = ["evaluate", "with_union"]

_ERROR_PLACE = re.compile(r"error at (\d+):(\d+): (.*)", re.DOTALL)
_PEEKED = 5000
_NO_XML = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")
"""Control characters, and U+FFFE and U+FFFF in UTF-8."""

_NOT_HERE = {"LATERAL", "SERVICE"}

Result = ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples


def with_union(quads: Iterable[ox.Quad]) -> Iterator[ox.Quad]:
    """The quads, and each triple once more in the default graph, which is thereby the union of all graphs.

    The engine's own union gives a triple as often as there are graphs that state it, and every SUM and COUNT
    over it is wrong as soon as two sources agree. A stored default graph is a set, as RDF 1.1 wants it.
    """
    for quad in quads:
        yield quad
        yield ox.Quad(quad.subject, quad.predicate, quad.object)


def evaluate(
    store: ox.Store,
    text: str,
    suffix: str,
    output: IO[bytes],
    default_graphs: Sequence[str] | None = None,
    named_graphs: Sequence[str] | None = None,
    columns: tuple[int, Sequence[str]] | None = None,
) -> None:
    """Writes the answer to `text` to `output` in the format with this suffix.

    `columns` is the offset of the `*` of a `SELECT *` and the variables in the order of the text.

    Raises:
        QuerySyntaxError: it is not SPARQL 1.1.
        QueryError: it cannot be evaluated, or the format cannot hold the answer.

    """
    try:
        if default_graphs is None and named_graphs is None and (own := named_dataset(text)):
            default_graphs, named_graphs = own
        run = _over(store, default_graphs, named_graphs)
        text, result = _answered(text, run)
        if columns is not None and isinstance(result, ox.QuerySolutions):
            ordered = _in_order_of_text(text, columns, [v.value for v in result.variables])
            result = result if ordered is None else run(ordered)
        _write(result, suffix, output)
    except SyntaxError as error:
        raise _syntax_error(str(error)) from error
    except (ValueError, RuntimeError, OSError) as error:
        raise QueryError(f"The query cannot be evaluated: {error}") from error


def _in_order_of_text(text: str, columns: tuple[int, Sequence[str]], in_scope: Sequence[str]) -> str | None:
    """The query with its `*` written out, or None where the engine's own order is that of the text."""
    star, order = columns
    wanted = [name for name in order if name in in_scope]
    if wanted == list(in_scope) or set(wanted) != set(in_scope):
        return None
    return text[:star] + " " + " ".join(f"?{name}" for name in wanted) + " " + text[star + 1 :]


def _answered(text: str, run: Callable[[str], Result]) -> tuple[str, Result]:
    """The query that was asked, and its answer: where the engine strays from SPARQL 1.1, a rewriting that does not.

    The star of an outermost `SELECT *` stays where it is, as nothing before it is rewritten.
    """
    rewritten = as_specified(text, lambda asked: bool(run(asked)))
    if rewritten != text:
        with contextlib.suppress(SyntaxError):
            return rewritten, run(rewritten)
    return text, run(text)


def _over(
    store: ox.Store, default_graphs: Sequence[str] | None, named_graphs: Sequence[str] | None
) -> Callable[[str], Result]:
    """What evaluates a query: over the union of everything, or over exactly the dataset that the request names."""
    if default_graphs is None and named_graphs is None:
        return store.query
    named: list[ox.NamedNode | ox.BlankNode] = [ox.NamedNode(iri) for iri in named_graphs or ()]
    default: list[ox.NamedNode | ox.BlankNode | ox.DefaultGraph] = [ox.NamedNode(iri) for iri in default_graphs or ()]
    if len(default) > 1:
        # Several default graphs are merged as sets (SPARQL 1.1 section 13.2.1); the engine would chain them.
        merged = ox.Store()
        merged.bulk_extend(
            ox.Quad(q.subject, q.predicate, q.object)
            for graph in default
            for q in store.quads_for_pattern(None, None, None, graph)
        )
        merged.bulk_extend(q for graph in named for q in store.quads_for_pattern(None, None, None, graph))
        return lambda text: merged.query(text, default_graph=[ox.DefaultGraph()], named_graphs=named)
    return lambda text: store.query(text, default_graph=default, named_graphs=named)


def _write(result: Result, suffix: str, output: IO[bytes]) -> None:
    if suffix in ("xml", "rdf"):
        output = cast(IO[bytes], _XmlText(output))
    if isinstance(result, ox.QueryTriples):
        form = ox.RdfFormat.from_extension(suffix)
        if form is None:
            raise QueryError(f"The answer is triples, which {suffix} cannot hold.")
        first = list(islice(result, _PEEKED))
        prefixes = used_prefixes(first) if suffix in ("ttl", "trig", "rdf") else None
        ox.serialize(chain(first, result), output, format=form, prefixes=prefixes)
        return
    table = ox.QueryResultsFormat.from_extension({"json": "srj", "xml": "srx"}.get(suffix, suffix))
    if table is None:
        raise QueryError(f"The answer is a table, which {suffix} cannot hold.")
    result.serialize(output, format=table)


class _XmlText:
    """A file that takes only what XML 1.0 can hold (section 2.2); the engine would write what no parser reads."""

    def __init__(self, output: IO[bytes]) -> None:
        self._output = output
        self._tail = b""

    def write(self, data: bytes) -> int:
        if _NO_XML.search(self._tail + data):
            raise QueryError(
                "The answer has a character that XML cannot hold.", hint="Ask for another format, such as JSON."
            )
        self._tail = data[-2:]
        return self._output.write(data)

    def flush(self) -> None:
        self._output.flush()


def _syntax_error(message: str) -> QuerySyntaxError:
    """The engine's message with its place taken apart, and without its list of every possible character."""
    match = _ERROR_PLACE.match(message)
    if match is None:
        return QuerySyntaxError(message)
    line, column, rest = int(match.group(1)), int(match.group(2)), match.group(3)
    if "Prefix not found" in rest:
        return QuerySyntaxError("A prefix is used that is not declared.", line=line, column=column)
    pieces = re.split(r", |expected one of |expected ", rest)
    if "IRI parsing failed" in rest and "OPTIONAL" in rest:
        hint = "Write it in full, with a prefix, or declare a BASE."
        return QuerySyntaxError("Here is an IRI that is relative or malformed.", line=line, column=column, hint=hint)
    words = [w for w in pieces if w not in _NOT_HERE and re.fullmatch(r'[A-Z]+|"[^"]+"|[A-Z][a-z ]+\w', w)]
    expected = f" Possible here: {', '.join(words[:12])}." if words else ""
    return QuerySyntaxError(f"The query is not SPARQL from here on.{expected}", line=line, column=column)
