"""What there is, for programs and for people: `/void`, `/catalog`, `/openapi.json`."""

from __future__ import annotations

import hashlib

import flask
from werkzeug.wrappers import Response

from bsrgraph.catalogue import Dataset, catalogue, openapi, read_dataset, schema_dataset, void_description
from bsrgraph.description import write
from bsrgraph.dumps import Dumps, coming_dumps
from bsrgraph.formats import GRAPH_FORMATS, HTML, JSON, Format
from bsrgraph.iris import is_link
from bsrgraph.web.documented import documented, routes
from bsrgraph.web.respond import format_wanted, page, with_validators
from bsrgraph.web.state import State, state

__all__ = ["blueprint"]

blueprint = flask.Blueprint("catalogue", __name__)

_SUFFIXES = "<any(ttl, nt, jsonld, rdf, trig, html):suffix>"
_SUFFIX = {"suffix": "the format"}
_SHOWN = 200
_LISTED = ("dcterms:publisher", "dcterms:spatial", "dcterms:language", "dcat:theme")


@blueprint.get("/void")
@blueprint.get(f"/void.{_SUFFIXES}")
@documented(*GRAPH_FORMATS, HTML, takes=_SUFFIX)
def void(suffix: str | None = None) -> Response:
    """The VoID description: what is in the graph, counted by class, property, layer and link."""
    here = state()
    wanted = format_wanted((*GRAPH_FORMATS, HTML), suffix)
    version, dumps = here.store.version, _dumps(here, wanted)
    if wanted is HTML:
        labels, found = here.labels(), here.statistics
        classes, properties = found.classes[:_SHOWN], found.properties[:_SHOWN]
        labels.look_up([*(use.iri for use in classes), *(use.iri for use in properties)])
        response: Response = page("void.html", found=found, labels=labels, shown=_SHOWN, formats=GRAPH_FORMATS)
    else:
        told = void_description(_dataset(here), here.statistics, here.counts, here.settings.url, _made(here), dumps)
        response = flask.Response(write(told, wanted), content_type=wanted.content_type)
    return _finished(here, response, "/void", wanted, (version, "void", _written(dumps)))


@blueprint.get("/.well-known/void")
@documented(answers={302: "The VoID description is at Location."})
def well_known() -> Response:
    """The way to the VoID description that programs know (VoID section 7.2)."""
    query = flask.request.query_string.decode("latin-1")
    return flask.redirect(f"{state().settings.url}/void" + (f"?{query}" if query else ""), 302)


@blueprint.get("/catalog")
@blueprint.get(f"/catalog.{_SUFFIXES}")
@documented(HTML, *GRAPH_FORMATS, takes=_SUFFIX)
def catalog(suffix: str | None = None) -> Response:
    """The catalogue in DCAT-AP 3: the dataset, its files with their digests, and the services."""
    here = state()
    wanted = format_wanted((HTML, *GRAPH_FORMATS), suffix)
    version, dumps, dataset = here.store.version, _dumps(here, wanted), _dataset(here)
    if wanted is HTML:
        labels = here.labels()
        shown = {name.partition(":")[2]: [v.value for v in dataset.iris(name)] for name in _LISTED}
        labels.look_up(iri for iris in shown.values() for iri in iris)
        schema = schema_dataset(dataset, here.settings.url, version, _made(here), dumps)
        response: Response = page(
            "catalog.html",
            dataset=dataset,
            dumps=dumps,
            triples=sum(here.counts.properties.values()),
            labels=labels,
            links={name: [labels.link(iri) for iri in iris] for name, iris in shown.items()},
            schema=schema,
            version=version,
            made=_made(here),
            url=here.settings.url,
            formats=GRAPH_FORMATS,
        )
    else:
        contact = here.settings.contact if is_link(here.settings.contact) else ""
        told = catalogue(dataset, here.settings.url, version, _made(here), dumps, contact)
        response = flask.Response(write(told, wanted), content_type=wanted.content_type)
    return _finished(here, response, "/catalog", wanted, (version, "catalog", _written(dumps)))


@blueprint.get("/openapi.json")
@documented(JSON, schema={"type": "object", "required": ["openapi", "paths"]})
def description() -> Response:
    """Every path, parameter, format and status, as OpenAPI 3.1."""
    here = state()
    format_wanted((JSON,))
    corpus = here.corpus
    told = openapi(list(routes(flask.current_app)), corpus.title, here.settings.url, corpus.licence, _examples(here))
    response = flask.jsonify(told)
    digest = hashlib.sha256(response.get_data()).hexdigest()
    return with_validators(response, here.store.version, "openapi", digest)


def _dataset(here: State) -> Dataset:
    return read_dataset(here.store, here.corpus.space.base)


def _made(here: State) -> str:
    return here.store.notes.get("made", "")


def _dumps(here: State, wanted: Format) -> Dumps | None:
    """The files, of which size and digest are not told until they are written; a page hardly waits for them."""
    version = here.store.version
    return (here.dumps.current(briefly=wanted is HTML) or coming_dumps(version)) if version else None


def _written(dumps: Dumps | None) -> str:
    return str(dumps is not None and all(f.sha256 for f in dumps.files))


def _examples(here: State) -> dict[str, str]:
    """A thing that there is, for the places in paths."""
    found = sorted(filter(None, map(here.corpus.space.split, here.counts.examples.values())))
    return dict(zip(("kind", "slug"), found[0], strict=True)) if found else {}


def _finished(here: State, response: Response, path: str, wanted: Format, parts: tuple[str, str, str]) -> Response:
    links = [f'<{path}.{f.suffix}>; rel="alternate"; type="{f.media_type}"' for f in (*GRAPH_FORMATS, HTML)]
    if here.corpus.licence:
        links.append(f'<{here.corpus.licence}>; rel="license"')
    response.headers["Link"] = ", ".join(links)
    response.vary.update(("Accept", "Accept-Language"))
    key = flask.request.full_path + flask.request.headers.get("Accept-Language", "")
    return with_validators(response, *parts, wanted.suffix, here.settings.url, key)
