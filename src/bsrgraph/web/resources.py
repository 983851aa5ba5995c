"""`/id/…`, `/doc/…`, `/evidence/…`: Linked Data (Cool URIs for the Semantic Web, section 4.2)."""

from __future__ import annotations

import flask
import pyoxigraph as ox
from werkzeug.wrappers import Response

from bsrgraph.errors import NotFound
from bsrgraph.formats import FORMATS, GRAPH_FORMATS, HTML
from bsrgraph.pages import graph_page, resource
from bsrgraph.read import query_text, rows
from bsrgraph.store.port import Query
from bsrgraph.web.respond import format_wanted, page, with_validators
from bsrgraph.web.state import State, state

__all__ = ["blueprint"]

blueprint = flask.Blueprint("resources", __name__)

_OFFERED = (*GRAPH_FORMATS, HTML)
_SUFFIXES = {f.suffix for f in FORMATS}


@blueprint.get("/id/<kind>/<path:slug>")
def thing(kind: str, slug: str) -> Response:
    """303 to the document about the thing; the format is chosen there."""
    here = state()
    _require(here, here.corpus.space.thing(kind, slug))
    target = here.settings.url + flask.url_for("resources.document", kind=kind, slug=slug)
    query = flask.request.query_string.decode("ascii", "ignore")
    response = flask.redirect(target + (f"?{query}" if query else ""), 303)
    response.headers["Vary"] = "Accept"
    return response


@blueprint.get("/doc/<kind>/<path:slug>")
def document(kind: str, slug: str) -> Response:
    """The page of a thing, or its description as RDF."""
    here = state()
    slug, suffix = _suffix(here, here.corpus.space.thing(kind, slug), slug)
    iri = here.corpus.space.thing(kind, slug)
    wanted = format_wanted(_OFFERED, suffix)
    _require(here, iri)
    path = flask.url_for("resources.document", kind=kind, slug=slug)
    if wanted is not HTML:
        return _rdf(here, "describe", iri, path, wanted.suffix)
    number = max(1, flask.request.args.get("page", 1, type=int))
    found = resource(here.store, here.layout, here.labels(), iri, number, here.settings.incoming_page_size)
    response = page("resource.html", resource=found, kind=kind, path=path, formats=GRAPH_FORMATS)
    return _finished(here, response, path, iri, "html")


@blueprint.get("/evidence/<path:name>")
def evidence(name: str) -> Response:
    """The page of a named graph, or its statements as RDF."""
    here = state()
    bare, suffix = _suffix(here, here.corpus.space.evidence + name, name)
    iri = here.corpus.space.evidence + bare
    wanted = format_wanted(_OFFERED, suffix)
    _require(here, iri)
    path = flask.url_for("resources.evidence", name=bare)
    if wanted is not HTML:
        return _rdf(here, "describe_graph", iri, path, wanted.suffix)
    found = graph_page(here.store, here.labels(), iri)
    response = page("graph.html", named_graph=found, path=path, formats=GRAPH_FORMATS)
    return _finished(here, response, path, iri, "html")


def _suffix(here: State, iri: str, name: str) -> tuple[str, str | None]:
    """The name without its suffix, and the suffix; a dot that belongs to a known thing is no suffix."""
    stem, dot, suffix = name.rpartition(".")
    if dot and suffix in _SUFFIXES and not _known(here, iri):
        return stem, suffix
    return name, None


def _known(here: State, iri: str) -> bool:
    try:
        node = ox.NamedNode(iri)
    except ValueError:
        return False
    return bool(rows(here.store, query_text("exists", thing=node)))


def _require(here: State, iri: str) -> None:
    if not _known(here, iri):
        raise NotFound(f"Nothing is known of {iri}.")


def _rdf(here: State, name: str, iri: str, path: str, suffix: str) -> Response:
    form = next(f for f in GRAPH_FORMATS if f.suffix == suffix)
    document_iri = ox.NamedNode(here.settings.url + path)
    terms = {"licence": ox.NamedNode(licence)} if (licence := here.corpus.licence) else {}
    text = query_text(name, thing=ox.NamedNode(iri), document=document_iri, **terms)
    answer = here.store.query(Query(text, form))
    response = flask.Response(answer.chunks, content_type=form.content_type)
    return _finished(here, response, path, iri, suffix)


def _finished(here: State, response: flask.Response, path: str, iri: str, suffix: str) -> Response:
    """Adds the headers that every representation of a document has."""
    links = [f'<{path}.{f.suffix}>; rel="alternate"; type="{f.media_type}"' for f in _OFFERED if f.suffix != suffix]
    links.append(f'<{iri}>; rel="describes"')
    if here.corpus.licence:
        links.append(f'<{here.corpus.licence}>; rel="license"')
    response.headers["Link"] = ", ".join(links)
    response.headers["Vary"] = "Accept, Accept-Language" if suffix == "html" else "Accept"
    key = flask.request.full_path + flask.request.headers.get("Accept-Language", "")
    return with_validators(response, here.store.version, suffix, iri, key)
