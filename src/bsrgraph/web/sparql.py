"""`/sparql`: the SPARQL 1.1 Protocol's query operation, and a page to try it."""

from __future__ import annotations

from dataclasses import dataclass

import flask
import pyoxigraph as ox
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from bsrgraph import guard
from bsrgraph.errors import QueryError, QueryRefused, UnknownFormat, UsageError
from bsrgraph.formats import GRAPH_FORMATS, HTML, RESULT_FORMATS
from bsrgraph.pages import show
from bsrgraph.store.port import Query
from bsrgraph.web.respond import format_wanted, page, with_validators
from bsrgraph.web.state import State, state

__all__ = ["blueprint"]

blueprint = flask.Blueprint("sparql", __name__)

_FORM = "application/x-www-form-urlencoded"
_QUERY = "application/sparql-query"
_UPDATE = "application/sparql-update"
_SHOWN_ROWS = 1000


@dataclass(frozen=True, slots=True)
class _Asked:
    """The protocol's parameters, read once (SPARQL 1.1 Protocol section 2.1)."""

    query: str | None
    default_graphs: tuple[str, ...] | None
    named_graphs: tuple[str, ...] | None


@blueprint.route("/sparql", methods=["GET", "POST"])
def sparql() -> Response:
    """Answers a query, or shows the page to write one."""
    here = state()
    asked = _read_request()
    if asked.query is None:
        if format_wanted((*RESULT_FORMATS, *GRAPH_FORMATS, HTML)) is HTML:
            return page("sparql.html", query=_starter(here), table=None, error=None)
        raise UsageError("There is no query.", hint="Send it as the parameter `query`.")
    try:
        return _answer(here, asked)
    except QueryError as error:
        if format_wanted((*RESULT_FORMATS, *GRAPH_FORMATS, HTML)) is HTML:
            return page("sparql.html", 400, query=asked.query, table=None, error=error)
        raise


def _answer(here: State, asked: _Asked) -> Response:
    text = asked.query or ""
    form = guard.check(text, _limits(here))
    wanted = format_wanted((*(GRAPH_FORMATS if form.gives_graph else RESULT_FORMATS), HTML))
    if wanted is HTML:
        return _as_page(here, asked, form)
    answer = here.store.query(Query(text, wanted, asked.default_graphs, asked.named_graphs))
    response = flask.Response(answer.chunks, content_type=wanted.content_type)
    response.headers["Vary"] = "Accept"
    if flask.request.method != "GET":
        return response
    return with_validators(response, answer.version, wanted.suffix, str(asked))


def _as_page(here: State, asked: _Asked, form: guard.Form) -> Response:
    text = asked.query or ""
    wanted = GRAPH_FORMATS[0] if form.gives_graph else RESULT_FORMATS[0]
    body = here.store.query(Query(text, wanted, asked.default_graphs, asked.named_graphs)).read()
    if form.gives_graph:
        return page("sparql.html", query=text, table=None, error=None, turtle=body.decode())
    results = ox.parse_query_results(body, format=ox.QueryResultsFormat.JSON)
    if isinstance(results, ox.QueryBoolean):
        return page("sparql.html", query=text, table=None, error=None, boolean=bool(results))
    table = _table(here, results) if isinstance(results, ox.QuerySolutions) else None
    return page("sparql.html", query=text, table=table, error=None)


def _table(here: State, results: ox.QuerySolutions) -> dict[str, object]:
    """The first rows as a page shows them: things by their label, with a link."""
    names = [v.value for v in results.variables]
    rows = [[solution[name] for name in names] for solution in results]
    shown = rows[:_SHOWN_ROWS]
    labels = here.labels()
    labels.look_up({t.value for row in shown for t in row if isinstance(t, ox.NamedNode)})
    cells = [[None if t is None or isinstance(t, ox.Triple) else show(t, labels) for t in row] for row in shown]
    return {"names": names, "rows": cells, "total": len(rows)}


def _limits(here: State) -> guard.Limits:
    s = here.settings
    return guard.Limits(
        s.query_text_limit,
        s.query_nesting_limit,
        s.query_operator_limit,
        s.query_pattern_limit,
        s.query_list_limit,
        s.query_path_limit,
    )


def _read_request() -> _Asked:
    request = flask.request
    values: MultiDict[str, str] = MultiDict(request.args)
    if request.method == "POST":
        media_type = request.mimetype
        if media_type == _FORM:
            values = MultiDict([*request.args.items(multi=True), *request.form.items(multi=True)])
        elif media_type == _QUERY:
            values.add("query", _body())
        elif media_type == _UPDATE:
            raise QueryRefused("Updates are not accepted here.", hint="Propose changes as contributions.")
        else:
            raise UnknownFormat(
                f"A query cannot be sent as {media_type or 'nothing'}.", hint=f"Send {_FORM} or {_QUERY}."
            )
    if "update" in values:
        raise QueryRefused("Updates are not accepted here.", hint="Propose changes as contributions.")
    queries = values.getlist("query")
    if len(queries) > 1:
        raise UsageError("There is more than one query in this request.", hint="Send exactly one.")
    if queries and not queries[0].strip():
        raise UsageError("The query is empty.")
    return _Asked(
        queries[0] if queries else None, _graphs(values, "default-graph-uri"), _graphs(values, "named-graph-uri")
    )


def _body() -> str:
    try:
        return flask.request.get_data(cache=False).decode("utf-8")
    except UnicodeDecodeError as error:
        raise UsageError("The query is not UTF-8.") from error


def _graphs(values: MultiDict[str, str], name: str) -> tuple[str, ...] | None:
    found = tuple(values.getlist(name))
    for iri in found:
        try:
            ox.NamedNode(iri)
        except ValueError as error:
            raise UsageError(f"{name} is not an IRI: {iri[:200]}") from error
    return found or None


def _starter(here: State) -> str:
    """A query that works on any graph directory, for people to begin with."""
    return (
        "PREFIX skos: <http://www.w3.org/2004/02/skos/core#>\n\n"
        "SELECT ?thing ?label\nWHERE {\n  ?thing a ?class ; skos:prefLabel ?label\n"
        f'  FILTER(STRSTARTS(STR(?thing), "{here.corpus.space.things}"))\n}}\nORDER BY ?label\nLIMIT 20\n'
    )
