"""`/search` and `/suggest`: things by their names, as a page with facets and as data."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlencode

import flask
from werkzeug.wrappers import Response

from bsrgraph.catalogue import Parameter
from bsrgraph.formats import HTML, JSON, by_name
from bsrgraph.search import TERM, Found, Match, find, look, marked, nearest
from bsrgraph.web.documented import documented, whole
from bsrgraph.web.kinds import KindNames, kind_names
from bsrgraph.web.respond import as_json, format_wanted, languages, page, with_validators
from bsrgraph.web.state import State, state

__all__ = ["blueprint"]

blueprint = flask.Blueprint("search", __name__)

_OFFERED = (HTML, JSON, by_name("csv"), by_name("tsv"))
_TWINS = _OFFERED[1:]
_SHOWN = 20
_SUGGESTED = 8
_MOST_SUGGESTED = 50
_TEXT = {"type": "string"}
_KINDS = Parameter("only things of this kind, as in their IRIs; may be repeated", {"type": "array", "items": _TEXT})
_RESULT = {
    "type": "object",
    "required": [
        "iri",
        "path",
        "name",
        "language",
        "matched",
        "matched_language",
        "how",
        "score",
        "kind_name",
        "kinds",
    ],
    "properties": {
        "iri": {**_TEXT, "format": "iri"},
        "path": {"type": ["string", "null"], "description": "path of its page on this server"},
        "name": {**_TEXT, "description": "what it is called, in the language of the reader where it has a name in it"},
        "language": {**_TEXT, "description": "language of that name, empty where it has none"},
        "matched": {**_TEXT, "description": "the name that matched"},
        "matched_language": _TEXT,
        "how": {"enum": ["exact", "prefix", "words", "like"]},
        "score": {"type": "number", "minimum": 0, "maximum": 1, "description": "how alike the two texts are"},
        "kind_name": {**_TEXT, "description": "what things of the kind in its IRI are called"},
        "kinds": {"type": "array", "items": _TEXT, "description": "kinds of the thing, as in `kind=`"},
    },
}
_LIST = {"type": "array", "items": _RESULT}
_FACET = {
    "type": "object",
    "required": ["kind", "name", "count"],
    "properties": {"kind": _TEXT, "name": _TEXT, "count": {"type": "integer"}},
}
_SEARCHED = {
    "type": "object",
    "required": ["query", "kinds", "total", "page", "pages", "facets", "results", "nearest"],
    "properties": {
        "query": _TEXT,
        "kinds": {"type": "array", "items": _TEXT, "description": "the kinds asked for"},
        "total": {"type": "integer", "description": "how many things match; the first few hundred can be listed"},
        "page": {"type": "integer", "minimum": 1},
        "pages": {"type": "integer", "minimum": 0},
        "facets": {"type": "array", "items": _FACET, "description": "kinds of all things that match"},
        "results": _LIST,
        "nearest": {**_LIST, "description": "where nothing matches, the names that come nearest"},
    },
}
_SUGGESTIONS = {
    "type": "object",
    "required": ["query", "results"],
    "properties": {"query": _TEXT, "results": _LIST},
}


@blueprint.get("/search")
@documented(
    *_OFFERED,
    takes={"q": "a name, or some of it, in any language", "kind": _KINDS, "page": whole("which twenty results")},
    schema=_SEARCHED,
)
def search() -> Response:
    """Things by their names in any language, without accents and with typing errors."""
    return _search(None)


@blueprint.get("/search.<suffix>")
@documented(
    *_OFFERED,
    takes={
        "suffix": Parameter("the format", {"enum": [form.suffix for form in _OFFERED]}),
        "q": "a name, or some of it, in any language",
        "kind": _KINDS,
        "page": whole("which twenty results"),
    },
    schema=_SEARCHED,
)
def search_as(suffix: str) -> Response:
    """The same in the format of the suffix."""
    return _search(suffix)


@blueprint.get("/suggest")
@documented(
    JSON,
    takes={
        "q": "the beginning of a name, in any language",
        "kind": _KINDS,
        "limit": whole("most suggestions", 1, _MOST_SUGGESTED),
        "lang": "language of the names, as a tag such as `sv`",
    },
    schema=_SUGGESTIONS,
)
def suggest() -> Response:
    """Things whose names begin so, for lists that follow what is typed."""
    here = state()
    format_wanted((JSON,))
    arguments = flask.request.args
    limit = min(max(1, arguments.get("limit", _SUGGESTED, type=int)), _MOST_SUGGESTED)
    index, query, names = here.index, arguments.get("q", ""), kind_names(here)
    results = find(index, query, arguments.getlist("kind"), limit, languages())
    response = as_json({"query": query, "results": [_told(here, match, names) for match in results]})
    return _finished(here, response, index.version)


def _search(suffix: str | None) -> Response:
    here = state()
    wanted = format_wanted(_OFFERED, suffix)
    index, arguments = here.index, flask.request.args
    query, kinds = " ".join(arguments.get("q", "").split()), list(dict.fromkeys(arguments.getlist("kind")))
    found = look(index, query, kinds, languages(), _SHOWN)
    everything = look(index, query, (), languages(), _SHOWN) if kinds else found
    close = nearest(index, query, kinds, 6, languages()) if query and not found.matches else []
    pages = -(-len(found.matches) // _SHOWN)
    number = min(max(1, arguments.get("page", 1, type=int)), max(1, pages))
    shown = found.matches[(number - 1) * _SHOWN : number * _SHOWN]
    names = kind_names(here)
    if wanted is HTML:
        said = _said(query, kinds, found, everything, names)
        response = page(
            "search.html",
            results=[_shown(here, match, query, names) for match in shown],
            near=[_shown(here, match, query, names) for match in close],
            page=number,
            pages=pages,
            first=(number - 1) * _SHOWN + 1,
            **said,
        )
    elif wanted is JSON:
        response = as_json(
            {
                "query": query,
                "kinds": kinds,
                "total": found.total,
                "page": number,
                "pages": pages,
                "facets": _facets(everything, names),
                "results": [_told(here, match, names) for match in shown],
                "nearest": [_told(here, match, names) for match in close],
            }
        )
    else:
        body = _table(here, shown, names, "," if wanted.suffix == "csv" else "\t")
        response = flask.Response(body, content_type=wanted.content_type)
    links = [f'</search.{f.suffix}?{_query(query, kinds)}>; rel="alternate"; type="{f.media_type}"' for f in _OFFERED]
    response.headers["Link"] = ", ".join(link for link, f in zip(links, _OFFERED, strict=True) if f is not wanted)
    return _finished(here, response, index.version, wanted.suffix)


def _said(query: str, kinds: list[str], found: Found, everything: Found, names: KindNames) -> dict[str, Any]:
    facets = [
        {**facet, "href": "/search?" + _query(query, [facet["kind"]]), "on": facet["kind"] in kinds}
        for facet in sorted(_facets(everything, names), key=lambda facet: facet["kind"] not in kinds)
    ]
    return {
        "query": query,
        "kinds": [names.of(kind) for kind in kinds],
        "asked_kinds": kinds,
        "total": found.total,
        "listed": len(found.matches),
        "everything": everything.total,
        "facets": facets,
        "formats": _TWINS,
        "state": _query(query, kinds),
        "all": "/search?" + _query(query, []),
    }


def _query(query: str, kinds: Iterable[str]) -> str:
    return urlencode([("q", query), *(("kind", kind) for kind in kinds)])


def _facets(found: Found, names: KindNames) -> list[dict[str, Any]]:
    """Kinds of what was found, the most frequent first."""
    ordered = sorted(found.kinds.items(), key=lambda item: (-item[1], item[0]))
    return [{"kind": kind, "name": names.of(kind).text, "count": count} for kind, count in ordered]


def _told(here: State, match: Match, names: KindNames) -> dict[str, Any]:
    return {
        "iri": match.iri,
        "path": here.corpus.space.path(match.iri),
        "name": match.name,
        "language": match.name_language,
        "matched": match.label,
        "matched_language": match.language,
        "how": match.how,
        "score": round(match.score, 4),
        "kind_name": names.of(_kind(here, match)).text,
        "kinds": list(match.kinds),
    }


def _kind(here: State, match: Match) -> str:
    """The kind in the IRI of a thing, or that of terms."""
    split = here.corpus.space.split(match.iri)
    return split[0] if split else TERM


def _shown(here: State, match: Match, query: str, names: KindNames) -> dict[str, Any]:
    """A result as the page shows it: the name that matched only where it is another one."""
    other = match.label != match.name
    return {
        "match": match,
        "href": here.corpus.space.path(match.iri),
        "name": marked(match.name, query) if not other else [(match.name, False)],
        "matched": marked(match.label, query) if other else None,
        "kind": names.of(_kind(here, match)),
    }


def _table(here: State, found: Iterable[Match], names: KindNames, delimiter: str) -> str:
    def lines() -> Iterator[list[object]]:
        for match in found:
            told = _told(here, match, names)
            yield [*list(told.values())[:-1], " ".join(match.kinds)]

    output = io.StringIO()
    writer = csv.writer(output, delimiter=delimiter, lineterminator="\r\n" if delimiter == "," else "\n")
    writer.writerow(_RESULT["properties"])
    writer.writerows(lines())
    return output.getvalue()


def _finished(here: State, response: flask.Response, made_from: str, form: str = "json") -> Response:
    """The index may be of the version before; both are in the tag, so that the answer is not kept for longer."""
    response.vary.update(("Accept", "Accept-Language"))
    version = here.store.version and f"{here.store.version} {made_from}"
    asked = flask.request.full_path + flask.request.headers.get("Accept-Language", "")
    return with_validators(response, version, form, asked)
