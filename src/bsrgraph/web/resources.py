"""`/id/…`, `/doc/…`, `/evidence/…`: Linked Data (Cool URIs for the Semantic Web, section 4.2)."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, unquote

import flask
import pyoxigraph as ox
from werkzeug.wrappers import Response

from bsrgraph.browse.columns import columns_of
from bsrgraph.description import describe, describe_graph, write
from bsrgraph.errors import Gone, NotFound, StoreError
from bsrgraph.formats import DOCUMENT_FORMATS, FORMATS, HTML, Format
from bsrgraph.iris import PREFIXES
from bsrgraph.languages import autonym
from bsrgraph.pages import Resource, alignment, graph_page, json_ld, resource, summary
from bsrgraph.read import query_text, rows
from bsrgraph.search import near_iri, nearest
from bsrgraph.web.documented import documented, whole
from bsrgraph.web.kept import kept
from bsrgraph.web.kinds import kind_names
from bsrgraph.web.respond import as_document, format_wanted, languages, page, with_validators
from bsrgraph.web.state import State, state

__all__ = ["blueprint"]

blueprint = flask.Blueprint("resources", __name__)

_OFFERED = (*DOCUMENT_FORMATS, HTML)
_SUFFIXES = {f.suffix for f in FORMATS}
_DEPRECATED = PREFIXES["owl"] + "deprecated"
_REPLACED = PREFIXES["dcterms"] + "isReplacedBy"
_NEAR = 5
_KIND = "the kind of thing, as in its IRI"
_SLUG = "the name of the thing within its kind; in documents, `.ttl` and the like after it choose the format"
_MERGED = "The thing was merged into another, whose address is in Location."
_WITHDRAWN = "The thing has been withdrawn."


@blueprint.get("/id/<kind>/<path:slug>")
@documented(
    takes={"kind": _KIND, "slug": _SLUG},
    answers={303: "The document about the thing is at Location.", 301: _MERGED, 410: _WITHDRAWN},
)
@kept
def thing(kind: str, slug: str) -> Response:
    """303 to the document about the thing; 301 where it was merged, 410 where it was withdrawn."""
    here = state()
    iri = _known_iri(here, here.corpus.space.thing(kind, slug))
    _require_current(here, iri)
    query = flask.request.query_string.decode("latin-1")
    response = flask.redirect(_url(here, iri) + (f"?{query}" if query else ""), 303)
    response.vary.update(("Accept", "Accept-Language"))
    return response


@blueprint.get("/doc/<kind>/<path:slug>")
@documented(
    *_OFFERED,
    takes={"kind": _KIND, "slug": _SLUG, "page": whole("which page of the things that point to this one")},
    answers={301: _MERGED, 410: _WITHDRAWN},
)
@kept
def document(kind: str, slug: str) -> Response:
    """The page of a thing, or its description as RDF."""
    here = state()
    iri, suffix = _named(here, here.corpus.space.thing(kind, slug))
    wanted = format_wanted(_OFFERED, suffix)
    _require_current(here, iri)
    path = here.corpus.space.path(iri) or flask.request.path
    number = min(max(1, flask.request.args.get("page", 1, type=int)), 1_000_000)
    if wanted is HTML:
        found = resource(
            here.store, here.layout, here.labels(), here.corpus.space, iri, number, here.settings.incoming_page_size
        )
        response = page(
            "resource.html",
            resource=found,
            kind=kind,
            kind_name=kind_names(here).of(kind),
            path=path,
            **_beside(here, found, path, number),
        )
    else:
        quads = describe(here.store, iri, here.settings.url + path, here.corpus.licence, number)
        response = flask.Response(write(quads, wanted), content_type=wanted.content_type)
    return _finished(here, response, path, iri, wanted)


@blueprint.get("/evidence/<path:name>")
@documented(*_OFFERED, takes={"name": "source, or source/fact, as in the IRI of the graph"})
@kept
def evidence(name: str) -> Response:
    """The page of a named graph, or its statements as RDF."""
    here = state()
    iri, suffix = _named(here, here.corpus.space.evidence + name)
    wanted = format_wanted(_OFFERED, suffix)
    path = here.corpus.space.path(iri) or flask.request.path
    if wanted is HTML:
        found = graph_page(here.store, here.labels(), iri)
        response = page("graph.html", named_graph=found, path=path, formats=DOCUMENT_FORMATS)
    else:
        quads = describe_graph(here.store, iri, here.settings.url + path, here.corpus.licence)
        response = flask.Response(write(quads, wanted), content_type=wanted.content_type)
    return _finished(here, response, path, iri, wanted)


def _beside(here: State, found: Resource, path: str, number: int) -> dict[str, Any]:
    """What the page of a thing has beside its facts: addresses, queries, what machines read."""
    thing = ox.NamedNode(found.iri)
    kind = (here.corpus.space.split(found.iri) or ("", ""))[0]
    corrected = here.schema.kinds if here.workflow else {}

    def listed(via: str) -> str:
        return query_text("these_things", thing=thing, via=ox.NamedNode(via))

    def in_language(tag: str) -> str:
        return f"{path}?lang={quote(tag)}" + (f"&page={number}" if number > 1 else "")

    def tables(via: str, of: str) -> list[tuple[str, str]]:
        return list(_tables(here, found.iri, via, of)) if of else []

    return {
        "formats": DOCUMENT_FORMATS,
        "address": here.settings.url + path,
        "in_language": in_language,
        "autonym": autonym,
        "summary": summary(found),
        "data": json_ld(found, here.layout, alignment(here.store), here.corpus.space, here.settings.url + path),
        "query": query_text("this_thing", thing=thing),
        "listed": listed,
        "tables": tables,
        "correct": f"/contribute/{kind}?about={quote(found.iri, safe='')}" if kind in corrected else "",
    }


def _tables(here: State, iri: str, via: str, of: str) -> Iterator[tuple[str, str]]:
    """The tables of the kinds under the class `of`, filtered to what leads to `iri` by `via`: kind and address."""
    names = kind_names(here)
    kinds = {kind for c in here.layout.below(of) if (kind := here.layout.kinds.get(c))}
    for kind in sorted(kinds):
        found = columns_of(here.store, here.layout, [names.classes[kind]])
        column = next((c.name for c in found if c.property == via and not c.inverse and c.part is None), None)
        if column:
            yield names.of(kind).text, f"/{kind}/?{column}={quote(iri, safe=':/')}"


def _url(here: State, iri: str) -> str:
    return here.settings.url + (here.corpus.space.path(iri) or "/")


def _named(here: State, iri: str) -> tuple[str, str | None]:
    """The IRI that a path names, and the suffix; a dot that belongs to a known thing is no suffix."""
    stem, dot, suffix = iri.rpartition(".")
    if dot and suffix in _SUFFIXES and not _is_known(here, iri):
        return _known_iri(here, stem), suffix
    return _known_iri(here, iri), None


def _known_iri(here: State, iri: str) -> str:
    """The IRI as the graph has it: as it is, or with what is not ASCII percent-encoded.

    Raises:
        NotFound: nothing is known of it; with the nearest names there are.

    """
    for candidate in dict.fromkeys((iri, quote(iri, safe=":/#?&=+,;@~!$'()*%"))):
        if _is_known(here, candidate):
            return candidate
    raise NotFound(f"Nothing is known of {iri[:500]}.", _nearest(here, iri))


def _is_known(here: State, iri: str) -> bool:
    try:
        node = ox.NamedNode(iri)
    except ValueError:
        return False
    return bool(rows(here.store, query_text("exists", thing=node)))


def _nearest(here: State, iri: str) -> tuple[tuple[str, str], ...]:
    """Things of the same kind whose IRI or name is like the one asked for: label and path."""
    found = here.corpus.space.split(iri.rstrip("/"))
    if found is None:
        return ()
    try:
        index = here.indexes.current(briefly=True)
    except StoreError:  # what there is not is not found with or without names near it
        return ()
    kind = next(iter(difflib.get_close_matches(found[0].lower(), index.kinds, n=1)), "")
    slug = unquote(found[1])
    near = near_iri(index, here.corpus.space.thing(kind, ""), slug.lower(), _NEAR, languages())
    if len(near) < _NEAR:
        near += nearest(index, slug, [kind] if kind else (), _NEAR, languages())
    told = {match.iri: (match.name, here.corpus.space.path(match.iri) or "") for match in near}
    return tuple(told.values())[:_NEAR]


def _require_current(here: State, iri: str) -> None:
    """Redirects from a thing that was merged into another; refuses one that was withdrawn."""
    said = rows(here.store, query_text("current", thing=ox.NamedNode(iri)))
    deprecated = any(r["property"].value == _DEPRECATED and r["value"].value in ("true", "1") for r in said)
    if not deprecated:
        return
    other = next((r["value"].value for r in said if r["property"].value == _REPLACED), None)
    if other is None:
        raise Gone(f"{iri} has been withdrawn.")
    target = here.settings.url + "/id/" + other.removeprefix(here.corpus.space.things)
    flask.abort(flask.redirect(target if here.corpus.space.owns(other) else other, 301))


def _finished(here: State, response: flask.Response, path: str, iri: str, wanted: Format) -> Response:
    """Adds the headers that every representation of a document has."""
    as_document(response, path, iri, here.corpus.licence, wanted, _OFFERED)
    key = flask.request.full_path + flask.request.headers.get("Accept-Language", "")
    return with_validators(response, here.store.version, wanted.suffix, iri, key)
