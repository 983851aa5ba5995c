"""`/sparql`: the SPARQL 1.1 Protocol's query operation, its service description, and a page to try it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import flask
import pyoxigraph as ox
from werkzeug.wrappers import Response

from bsrgraph import guard
from bsrgraph.catalogue import read_dataset, service_description
from bsrgraph.description import write
from bsrgraph.errors import NotFound, QueryError, UsageError
from bsrgraph.formats import GRAPH_FORMATS, HTML, RESULT_FORMATS, TEXT, Format, by_name
from bsrgraph.hints import UnknownTerm, caret, hinted, unknown_terms
from bsrgraph.outline import outline
from bsrgraph.pages import show
from bsrgraph.store.port import Answer, Query
from bsrgraph.web.documented import documented
from bsrgraph.web.protocol import BODIES, PARAMETERS, Asked, read_request
from bsrgraph.web.respond import format_wanted, page, streamed, unchanged, with_validators
from bsrgraph.web.state import State, state

__all__ = ["blueprint"]

blueprint = flask.Blueprint("sparql", __name__)

_SHOWN_ROWS = 1000
_SHOWN_CELLS = 20_000
_SHOWN_BYTES = 200_000
_SHOWN_TABLE_BYTES = 2_000_000
_HINTED = 4_000
"""Characters of a query that hints are looked for in: they are for what people write, and take long in what is made."""
_QUERY_ID = re.compile(r"[0-9A-Fa-f-]{32,64}\Z")


@blueprint.route("/sparql", methods=["GET", "POST"])
@documented(
    *(*RESULT_FORMATS, *GRAPH_FORMATS, HTML),
    takes=PARAMETERS,
    sends=BODIES,
    answers={403: "An update; changes come as contributions.", 504: "The query was not answered in time."},
)
def sparql() -> Response:
    """Answers a query; without one, describes the service or shows the page to write one."""
    here = state()
    asked = read_request(here.settings.body_limit)
    if asked.query is None:
        return _no_query(here)
    try:
        form = guard.check(asked.query, here.limits)
        wanted = format_wanted((*(GRAPH_FORMATS if form.gives_graph else RESULT_FORMATS), HTML), asked.format)
        if wanted is HTML:
            return _as_page(here, asked, form)
        parts = (here.store.version, wanted.suffix, repr(asked), repr(asked.parameters))
        query = _query(asked, wanted)
        if flask.request.method != "POST" and not query.volatile and (known := unchanged(*parts)):
            return known
        answer = here.store.query(query)
    except QueryError as error:
        return _wrong(here, asked, error)
    return _answered(here, asked, answer, query)


@blueprint.route("/sparql/running/<query_id>", methods=["DELETE"])
@documented(takes={"query_id": "the X-Query-Id that the query was sent with"}, answers={204: "The query is stopped."})
def stop(query_id: str) -> Response:
    """Stops the query that was sent with this X-Query-Id."""
    if not _QUERY_ID.match(query_id) or not state().store.stop(query_id):
        raise NotFound("No query with this id is running.")
    return Response(status=204)


@blueprint.route("/graphs", methods=["GET"])
@documented(
    *GRAPH_FORMATS,
    takes={"graph": "IRI of a named graph", "default": "(without a value) the union of all graphs"},
    answers={404: "There is no such graph.", 504: "The graph was not read in time."},
)
def graphs() -> Response:
    """One graph (SPARQL 1.1 Graph Store HTTP Protocol section 4): `?graph=IRI`, or `?default`."""
    here = state()
    arguments = flask.request.args
    if ("graph" in arguments) == ("default" in arguments) or len(arguments.getlist("graph")) > 1:
        raise UsageError("Name one graph with `?graph=IRI`, or ask for `?default`.")
    wanted = format_wanted(GRAPH_FORMATS)
    if "default" in arguments:
        text = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"
    else:
        try:
            graph = ox.NamedNode(arguments["graph"])
        except ValueError as error:
            raise UsageError(f"This is not an absolute IRI: {arguments['graph'][:200]}") from error
        if not _exists(here, graph):
            raise NotFound(f"There is no graph {graph.value}.")
        text = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH {graph} {{ ?s ?p ?o }} }}"
    answer = here.store.query(Query(text, wanted))
    response = streamed(answer.chunks, wanted)
    response.vary.add("Accept")
    return with_validators(response, answer.version, wanted.suffix, text)


def _exists(here: State, graph: ox.NamedNode) -> bool:
    answer = here.store.query(Query(f"ASK {{ GRAPH {graph} {{ ?s ?p ?o }} }}", RESULT_FORMATS[2], own=True))
    return answer.read().strip() == b"true"


def _query(asked: Asked, wanted: Format) -> Query:
    text = asked.query or ""
    looks = outline(text)
    query_id = flask.request.headers.get("X-Query-Id", "")
    if query_id and not _QUERY_ID.match(query_id):
        raise UsageError("X-Query-Id is not 128 random bits in hexadecimal.", hint="For example: openssl rand -hex 16")
    return Query(
        text,
        wanted,
        asked.default_graphs,
        asked.named_graphs,
        columns=looks.columns,
        cheap=looks.cheap,
        volatile=looks.volatile,
        seconds=asked.seconds,
        id=query_id if _QUERY_ID.match(query_id) else None,
        gone=flask.request.environ.get("waitress.client_disconnected"),
    )


def _answered(here: State, asked: Asked, answer: Answer, query: Query) -> Response:
    wanted = query.format
    chunks = _csv_variant(answer.chunks, asked) if wanted.suffix == "csv" else answer.chunks
    response = streamed(chunks, wanted)
    response.vary.add("Accept")
    response.headers["X-Dataset-Version"] = answer.version
    if unknown := _unknown(here, query.text):
        response.headers["X-Unknown-Terms"] = "; ".join(_told(term) for term in unknown[:5])
    response.headers["Link"] = f'<{here.settings.url}/sparql>; rel="describedby"'
    if flask.request.method == "POST" or query.volatile:
        response.headers["Cache-Control"] = "no-store"
        return response
    return with_validators(response, answer.version, wanted.suffix, repr(asked), repr(asked.parameters))


def _unknown(here: State, text: str) -> list[UnknownTerm]:
    return unknown_terms(text, here.corpus.space, here.terms) if len(text) <= _HINTED else []


def _told(term: UnknownTerm) -> str:
    """An unknown term for a header, which holds ASCII only."""
    near = f", nearest {term.nearest}" if term.nearest else ""
    told = f"{term.written} (line {term.line}, column {term.column}{near})"
    return told.encode("ascii", "backslashreplace").decode().replace("\n", " ").replace("\r", " ")


def _csv_variant(chunks: Iterator[bytes], asked: Asked) -> Iterator[bytes]:
    """CSV as asked: `header=absent` leaves out the first line (RFC 4180), `bom=1` begins it as Excel likes it."""
    if asked.parameters.get("bom") in ("1", "true"):
        yield b"\xef\xbb\xbf"
    if asked.parameters.get("header") == "absent":
        head = b""
        for chunk in chunks:
            head += chunk
            if b"\n" in head:
                yield head.partition(b"\n")[2]
                break
    yield from chunks


def _no_query(here: State) -> Response:
    offered = (GRAPH_FORMATS[0], HTML, *GRAPH_FORMATS[1:])
    wanted = format_wanted(offered)
    if wanted is HTML:
        response = page(
            "sparql.html", query=_starter(here), questions=[q for q in here.corpus.questions if q.rows is not None]
        )
        response.vary.add("Accept")
        return response
    dataset = read_dataset(here.store, here.corpus.space.base)
    body = write(service_description(dataset, here.settings.url, here.settings.query_deadline), wanted)
    response = flask.Response(body, content_type=wanted.content_type)
    response.vary.add("Accept")
    return with_validators(response, here.store.version, wanted.suffix, "service description")


def _wrong(here: State, asked: Asked, error: QueryError) -> Response:
    """The error with the query beside it, for browsers; for other clients it goes the way of all errors."""
    text = asked.query or ""
    if len(text) <= _HINTED:
        error = hinted(error, text)
        error.caret = caret(text, error.line, error.column or 1) if error.line else None
    offered = (*RESULT_FORMATS, *GRAPH_FORMATS, TEXT, HTML)
    wants_page = asked.format in (None, "html") and format_wanted(offered, asked.format) is HTML
    if not wants_page:
        raise error
    status = here.status_of(error)
    response = page("sparql.html", status, query=text, error=error, questions=())
    response.headers["Cache-Control"] = "no-store"
    response.vary.add("Accept")
    return response


def _as_page(here: State, asked: Asked, form: guard.Form) -> Response:
    text = asked.query or ""
    if form.gives_graph:
        answer = here.store.query(_query(asked, GRAPH_FORMATS[0]))
        body = _at_most(answer.chunks, _SHOWN_BYTES)
        shown: dict[str, object] = {"turtle": body.decode("utf-8", "ignore"), "cut": len(body) >= _SHOWN_BYTES}
    elif form is guard.Form.ASK:
        answer = here.store.query(_query(asked, by_name("csv")))
        shown = {"boolean": answer.read().strip() == b"true"}
    else:
        answer = here.store.query(_query(asked, by_name("tsv")))
        shown = {"table": _table(here, *_lines(answer.chunks))}
    shown["unknown"] = _unknown(here, text)
    response = page("sparql.html", 200, query=text, questions=(), shown=shown)
    response.vary.add("Accept")
    if outline(text).volatile:
        response.headers["Cache-Control"] = "no-store"
        return response
    language = flask.request.headers.get("Accept-Language", "")
    return with_validators(response, answer.version, "html", repr(asked), language)


def _at_most(chunks: Iterator[bytes], size: int) -> bytes:
    found = bytearray()
    for chunk in chunks:
        found += chunk
        if len(found) >= size:
            break
    return bytes(found[:size])


def _lines(chunks: Iterator[bytes]) -> tuple[bytes, bool]:
    """The first whole rows of an answer in TSV, and whether there are more."""
    found = _at_most(chunks, _SHOWN_TABLE_BYTES)
    if len(found) < _SHOWN_TABLE_BYTES:
        return found, False
    head, newline, rows = found.partition(b"\n")
    rows = rows[: rows.rfind(b"\n") + 1]
    if not rows:
        raise QueryError("A value is too long for a page.", hint="Ask for another format, such as JSON or CSV.")
    return head + newline + rows, True


def _table(here: State, lines: bytes, cut: bool) -> dict[str, object]:
    """The first rows as a page shows them: things by their label, with a link; `cut` where there are more."""
    results = ox.parse_query_results(lines, format=ox.QueryResultsFormat.TSV)
    if not isinstance(results, ox.QuerySolutions):
        raise TypeError("a SELECT query without a table")
    names = [v.value for v in results.variables]
    shown: list[list[object]] = []
    most = max(1, min(_SHOWN_ROWS, _SHOWN_CELLS // max(1, len(names))))
    for solution in results:
        if len(shown) == most:
            cut = True
            break
        shown.append([solution[name] for name in names])
    labels = here.labels()
    labels.look_up({t.value for row in shown for t in row if isinstance(t, ox.NamedNode)})
    terms = (ox.NamedNode, ox.Literal, ox.BlankNode)
    cells = [[show(t, labels) if isinstance(t, terms) else None for t in row] for row in shown]
    return {"names": names, "rows": cells, "cut": cut}


def _starter(here: State) -> str:
    """A query that works on any graph directory, for people to begin with."""
    return (
        "PREFIX skos: <http://www.w3.org/2004/02/skos/core#>\n\n"
        "SELECT ?thing ?label\nWHERE {\n  ?thing a ?class ; skos:prefLabel ?label\n"
        f'  FILTER(STRSTARTS(STR(?thing), "{here.corpus.space.things}"))\n}}\nORDER BY ?label\nLIMIT 20\n'
    )
