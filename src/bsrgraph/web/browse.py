"""`/{kind}/`: the table of a kind with filters, and the same table as data at `/{kind}.csv` and the like."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import flask
import pyoxigraph as ox
from werkzeug.wrappers import Response

from bsrgraph import guard
from bsrgraph.browse import (
    Asked,
    Cells,
    Choice,
    Flat,
    KindTable,
    Reader,
    Seen,
    as_csv,
    as_json,
    as_tsv,
    as_xlsx,
    browse,
    default_columns,
    kind_table,
    order,
    question,
    triples,
)
from bsrgraph.catalogue import Parameter
from bsrgraph.description import write
from bsrgraph.errors import NotFound, QueryError, UsageError
from bsrgraph.formats import GRAPH_FORMATS, HTML, JSON, RESULT_FORMATS, XLSX, Format
from bsrgraph.pages import Label
from bsrgraph.read import query_text, rows
from bsrgraph.web.documented import documented, whole
from bsrgraph.web.kept import kept
from bsrgraph.web.kinds import kind_names
from bsrgraph.web.respond import format_wanted, languages, page, streamed, unchanged, with_validators
from bsrgraph.web.state import State, state

__all__ = ["blueprint"]

blueprint = flask.Blueprint("browse", __name__)

_CSV, _TSV = (next(f for f in RESULT_FORMATS if f.suffix == suffix) for suffix in ("csv", "tsv"))
_TRIPLES = tuple(f for f in GRAPH_FORMATS if f.family == "graph")
_TWINS = (_CSV, XLSX, _TSV, JSON, *_TRIPLES)
_OFFERED = (HTML, *_TWINS)
_WORKBOOK_ROWS = 20_000
"""Rows of a workbook, which takes a third of a second for each thousand."""
_LONGEST_LINK = 16_000
"""Characters of a query that is put into a link."""
_NEAR = 5
_AT_A_TIME = 500
"""Things in one piece of a document of triples."""
_TAKES: dict[str, str | Parameter] = {
    "q": "words that must be in the names of a thing, whatever their accents and case",
    "columns": "the columns to show, by name, with commas between them",
    "sort": "the column to sort by, with `-` before it from the greatest down",
    "page": whole("which page of the table"),
    "size": whole("rows on a page"),
    "bom": "1 for a byte order mark before CSV, as Excel wants it",
}
_STATE = "Every other parameter that is the name of a column is a condition on it: see docs/http.md."


@dataclass(frozen=True, slots=True)
class _Request:
    """What was asked of which table, by whom."""

    here: State
    table: KindTable
    seen: Seen
    asked: Asked
    title: Label


@blueprint.get("/<kind>/")
@documented(
    *_OFFERED,
    takes={"kind": f"the kind of things. {_STATE}", **_TAKES},
    answers={303: "The address that a form meant."},
)
@kept
def table(kind: str) -> Response:
    """The things of a kind as a table: filtered, sorted, page by page, or all of it as data."""
    return _answer(_known(state(), kind), format_wanted(_OFFERED))


@blueprint.get("/<name>")
@documented(
    *_OFFERED,
    takes={"name": f"the kind of things with the suffix of a format, as in `project.csv`. {_STATE}", **_TAKES},
    answers={308: "The table of that kind is at Location."},
)
@kept
def twin(name: str) -> Response:
    """The table of a kind as data: every row that was asked for, in the order that was asked for."""
    here = state()
    kind, dot, suffix = name.rpartition(".")
    if not dot or name in kind_names(here).classes or suffix not in {f.suffix for f in _OFFERED}:
        query = flask.request.query_string.decode("latin-1")
        address = f"{here.settings.url}/{_known(here, name)}/" + (f"?{query}" if query else "")
        return flask.redirect(address, 308)
    return _answer(_known(here, kind), format_wanted(_OFFERED, suffix))


def _known(here: State, kind: str) -> str:
    """The kind.

    Raises:
        NotFound: there is none of that name; with the kinds that are called nearly so.

    """
    kinds = kind_names(here)
    if kind in kinds.classes:
        return kind
    near = difflib.get_close_matches(kind.lower().rstrip("s"), kinds.classes, n=_NEAR, cutoff=0.5)
    near += [k for k in sorted(kinds.classes) if k not in near and len(kind) > 2 and k.startswith(kind.lower()[:3])]
    told = tuple((kinds.of(k).text, f"/{k}/") for k in near[:_NEAR])
    raise NotFound(f"There is nothing at /{kind[:200]}, and no kind of that name.", told)


@blueprint.app_template_global()
def table_of(kind: str) -> str:
    """The path of the table of a kind, empty where the graph has no such kind."""
    return f"/{kind}/" if kind in kind_names(state()).classes else ""


def _read(kind: str) -> _Request:
    here = state()
    found = kind_table(here.store, here.layout, here.corpus.space, kind, here.settings.table_values_limit)
    labels = here.labels()
    seen = Seen(found, labels, languages())
    reader = Reader(found, here.corpus.space, lambda iri: _is_there(here, iri), 10 * here.settings.table_page_size)
    asked = reader.read(flask.request.args.items(multi=True))
    return _Request(here, found, seen, asked, kind_names(here).of(kind))


def _is_there(here: State, iri: str) -> bool:
    try:
        node = ox.NamedNode(iri)
    except ValueError:
        return False
    return bool(rows(here.store, query_text("exists", thing=node)))


def _answer(kind: str, wanted: Format) -> Response:
    request = _read(kind)
    here, asked = request.here, request.asked
    if flask.request.args.get("form") and wanted is HTML:
        # A form sends every box that is ticked, also those that are without being asked for.
        columns = () if asked.columns == default_columns(request.table) else asked.columns
        query = replace(asked, columns=columns, page=1).query()
        return flask.redirect(f"{here.settings.url}/{kind}/" + (f"?{query}" if query else ""), 303)
    given = (flask.request.query_string.decode("latin-1"), flask.request.headers.get("Accept-Language", ""))
    parts = (request.table.version, wanted.suffix, kind, *given)
    response = unchanged(*parts) or (_page(request) if wanted is HTML else _data(request, wanted))
    links = [f'<{_address(request, f)}>; rel="alternate"; type="{f.media_type}"' for f in _OFFERED if f is not wanted]
    if here.corpus.licence:
        links.append(f'<{here.corpus.licence}>; rel="license"')
    response.headers["Link"] = ", ".join(links)
    response.vary.update(("Accept", "Accept-Language"))
    if response.status_code != 304:
        response = with_validators(response, *parts)
    if request.table.version != here.store.version:
        # The table of the version before, while that of the current one is being read: not to be kept under its name.
        response.headers["Cache-Control"] = "no-store"
    return response


def _address(request: _Request, form: Format) -> str:
    """The path of the table in a format, with what was asked of it."""
    query = request.asked.query(paged=form is HTML)
    path = f"/{request.table.kind}/" if form is HTML else f"/{request.table.kind}.{form.suffix}"
    return f"{path}?{query}" if query else path


def _page(request: _Request) -> flask.Response:
    here, kind = request.here, request.table.kind
    found = browse(
        request.table, request.seen, request.title, request.asked, f"/{kind}/", here.settings.table_page_size
    )
    columns = request.asked.columns or default_columns(request.table)
    text = question(request.table, request.seen, request.asked, [request.table.columns[name] for name in columns])
    return page(
        "browse.html",
        table=found,
        twins=[(f, _address(request, f)) for f in _TWINS],
        default_size=here.settings.table_page_size,
        canonical=_address(request, HTML),
        question=text if _fits(here, text) else "",
        addresses=list(_addresses(request, found.pages)),
    )


def _fits(here: State, text: str) -> bool:
    """Whether the endpoint would take the query, and a link can hold it."""
    try:
        guard.check(text, here.limits)
    except QueryError:
        return False
    return len(text) <= _LONGEST_LINK


def _addresses(request: _Request, pages: int) -> Iterator[tuple[str, str]]:
    """The pages beside this one: `prev` and `next`."""
    for rel, number in (("prev", request.asked.page - 1), ("next", request.asked.page + 1)):
        if 1 <= number <= pages:
            yield rel, _address(replace(request, asked=replace(request.asked, page=number)), HTML)


def _data(request: _Request, wanted: Format) -> flask.Response:
    found, asked, here = request.table, request.asked, request.here
    choice = Choice(found, asked.words, asked.conditions)
    most = here.settings.table_rows_limit
    most = min(most, _WORKBOOK_ROWS) if wanted is XLSX else most
    if len(choice) > most:
        raise UsageError(
            f"These are {len(choice)} rows; at most {most} are given at once.",
            hint="Narrow the table, take everything from /dump/, or ask at /sparql.",
        )
    places = choice.in_order(order(found, asked.sort, request.seen))
    columns = [found.columns[name] for name in asked.columns or default_columns(found)]
    flat = Flat(found, request.seen, places, columns)
    if wanted.rdf is not None:
        response = streamed(_graph(request, places, columns, wanted), wanted)
    elif wanted is XLSX:
        response = flask.Response(as_xlsx(flat, _about(request, len(choice))), content_type=wanted.content_type)
    else:
        chunks = {
            _CSV: lambda: as_csv(flat, mark=flask.request.args.get("bom") in ("1", "true")),
            _TSV: lambda: as_tsv(flat),
            JSON: lambda: as_json(flat, dict(_about(request, len(choice)))),
        }[wanted]()
        response = streamed(chunks, wanted)
    name = "-".join(re.findall(r"[A-Za-z0-9.]+", f"{found.kind} {asked.query(paged=False)}"))[:80].strip("-.")
    as_file = "attachment" if wanted in (_CSV, _TSV, XLSX) else "inline"
    response.headers["Content-Disposition"] = f'{as_file}; filename="{name}.{wanted.suffix}"'
    return response


def _graph(request: _Request, places: Sequence[int], columns: Sequence[Cells], wanted: Format) -> Iterator[bytes]:
    """The table as triples; piece by piece where documents of the format can stand after each other."""
    address, licence = request.here.settings.url + _address(request, wanted), request.here.corpus.licence
    piece = _AT_A_TIME if wanted.suffix in ("ttl", "nt") else max(1, len(places))
    for first in range(0, max(1, len(places)), piece):
        some = places[first : first + piece]
        said = triples(request.table, some, columns, address, licence if first == 0 else None)
        yield write((ox.Quad(t.subject, t.predicate, t.object) for t in said), wanted)


def _about(request: _Request, total: int) -> list[tuple[str, str]]:
    """Where the rows come from, for files that people pass on."""
    here = request.here
    told = [
        ("title", request.title.text),
        ("from", here.corpus.title),
        ("address", here.settings.url + _address(request, HTML)),
        ("version", str(request.table.version)),
        ("licence", here.corpus.licence or ""),
        ("total", str(total)),
    ]
    return [(name, value) for name, value in told if value]
