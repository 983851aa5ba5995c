"""`/ontology…`, `/context.jsonld`: what may be said, at the IRIs of the namespace."""

from __future__ import annotations

import flask
import pyoxigraph as ox
from werkzeug.wrappers import Response

from bsrgraph.description import describe_known, write
from bsrgraph.errors import NotFound
from bsrgraph.formats import DOCUMENT_FORMATS, HTML, JSON, Format, by_name
from bsrgraph.pages import Glossary, graph_page
from bsrgraph.pages.classes import class_diagram
from bsrgraph.pages.rules import Rule
from bsrgraph.pages.statements import Statements
from bsrgraph.pages.termpage import term_page
from bsrgraph.pages.turtle import shown
from bsrgraph.pages.vocabulary import Header, Term
from bsrgraph.read import query_text, rows
from bsrgraph.web.documented import documented
from bsrgraph.web.kept import kept
from bsrgraph.web.respond import format_wanted, page, with_validators
from bsrgraph.web.state import State, state
from bsrgraph.web.vocabulary import FILTER, OFFERED, SUFFIX, Reader, as_rdf, document_format, finished, split_name

__all__ = ["blueprint"]

blueprint = flask.Blueprint("terms", __name__)

_JSONLD = by_name("jsonld")


@blueprint.get("/ontology")
@documented(*OFFERED, takes=FILTER)
@kept
def ontology() -> Response:
    """Every term of the ontology with its definition, rules and use, or the ontology as RDF."""
    return _ontology(None)


@blueprint.get("/ontology.<suffix>")
@documented(*OFFERED, takes={"suffix": SUFFIX})
@kept
def ontology_as(suffix: str) -> Response:
    """The same in the format of the suffix."""
    return _ontology(suffix)


def _ontology(suffix: str | None) -> Response:
    here = state()
    iri = here.corpus.space.ontology.rstrip("#")
    wanted = document_format(suffix)
    if wanted is not HTML:
        return as_rdf(here, iri, "/ontology", wanted)
    read = Reader(here)
    return finished(here, _ontology_page(here, read.glossary, "/ontology", read), "/ontology", iri, wanted)


def _ontology_page(
    here: State, glossary: Glossary, path: str, read: Reader | None = None, current: Header | None = None
) -> flask.Response:
    """The page of the terms; an earlier one (`current` is the header of the later) is shown without their use."""
    asked = flask.request.args.get("q", "")[:200]
    picture = class_diagram(read.said, glossary, read.labels, "Classes and their links") if read and not asked else None
    return page(
        "ontology.html",
        glossary=glossary,
        classes=_filtered(glossary.classes, asked),
        properties=_filtered(glossary.properties, asked),
        rules=_rules(read) if read else {},
        picture=picture,
        asked=asked,
        current=current,
        versions=here.corpus.versions,
        path=path,
        formats=DOCUMENT_FORMATS,
    )


def _rules(read: Reader) -> dict[str, tuple[Rule, ...]]:
    """Term → the rules for the things of a class, or for the values of a property."""
    classes = {t.iri: read.rules.of_class([t.iri]) for t in read.glossary.classes}
    return classes | {t.iri: read.rules.of_property(t.iri) for t in read.glossary.properties}


def _filtered(terms: tuple[Term, ...], asked: str) -> tuple[Term, ...]:
    words = asked.casefold().split()
    return tuple(t for t in terms if all(w in t.text for w in words))


@blueprint.get("/ontology/term/<path:name>")
@documented(*OFFERED, takes={"name": "local name of a term; `.ttl` and the like after it choose the format"})
@kept
def term(name: str) -> Response:
    """Everything about one term, or its description as RDF."""
    here = state()
    stem, suffix = split_name(name)
    read = Reader(here)
    found = term_page(here.store, read.glossary, read.rules, here.layout, read.labels, stem)
    wanted = document_format(suffix)
    path, iri = found.term.path, found.term.iri
    if wanted is HTML:
        example = shown(found.term.example)
        response = page("term.html", found=found, example=example, path=path, formats=DOCUMENT_FORMATS)
    else:
        # Not every thing that uses it: that may be the whole graph.
        around = read.said.around(ox.NamedNode(iri))
        quads = describe_known(around, iri, here.settings.url + path, here.corpus.licence)
        response = flask.Response(write(quads, wanted), content_type=wanted.content_type)
    return finished(here, response, path, iri, wanted)


@blueprint.get("/ontology/<path:name>")
@documented(*OFFERED, takes={"name": "a version, or the name of a graph such as that of the code lists"})
@kept
def part(name: str) -> Response:
    """A version of the ontology, or a graph beside it: code lists, notes on reused terms, mappings."""
    here = state()
    stem, suffix = split_name(name)
    iri = f"{here.corpus.space.base}ontology/{stem}"
    path = here.corpus.space.path(iri) or "/ontology"
    read = Reader(here)
    if iri == read.glossary.header.version_iri:
        return _current(here, read, path, document_format(suffix))
    if stem in here.corpus.versions:
        return _earlier(here, read, stem, document_format(suffix))
    is_graph = _is_graph(here, iri)
    if not is_graph and stem != "reused":
        raise NotFound(f"There is no version and no graph “{stem[:200]}” of the ontology.", _parts(here, read))
    wanted = document_format(suffix)
    if wanted is not HTML:
        return as_rdf(here, iri, path, wanted)
    if stem == "reused":
        formats = DOCUMENT_FORMATS if is_graph else ()
        response = page("reused.html", glossary=read.glossary, path=path, formats=formats)
    else:
        found = graph_page(here.store, read.labels, iri)
        response = page("graph.html", named_graph=found, above="/ontology", path=path, formats=DOCUMENT_FORMATS)
    return finished(here, response, path, iri, wanted)


def _current(here: State, read: Reader, path: str, wanted: Format) -> Response:
    """The current version at its own IRI: what `/ontology` gives until the next version comes."""
    iri = here.corpus.space.ontology.rstrip("#")
    if wanted is not HTML:
        return as_rdf(here, iri, path, wanted)
    return finished(here, _ontology_page(here, read.glossary, path, read), path, iri, wanted)


def _earlier(here: State, read: Reader, version: str, wanted: Format) -> Response:
    """An earlier version, as its file says."""
    quads, path = here.corpus.version(version), f"/ontology/{version}"
    iri = f"{here.corpus.space.base}ontology/{version}"
    if wanted is HTML:
        glossary = Glossary(Statements(quads), read.labels, here.corpus.space, orders=here.layout.orders)
        response = _ontology_page(here, glossary, path, current=read.glossary.header)
    else:
        response = flask.Response(write(quads, wanted), content_type=wanted.content_type)
    return finished(here, response, path, iri, wanted)


def _parts(here: State, read: Reader) -> tuple[tuple[str, str], ...]:
    """The versions and graphs that there are: name and path."""
    space, header = here.corpus.space, read.glossary.header
    current = [(f"version {header.version}, the current one", space.path(header.version_iri) or "/ontology")]
    earlier = [(f"version {v}", f"/ontology/{v}") for v in here.corpus.versions]
    graphs = [(g.label.text, g.href or "") for g in read.glossary.graphs if g.iri.startswith(space.base + "ontology/")]
    return (*current, *earlier, *graphs)


@blueprint.get("/context.jsonld")
@documented(_JSONLD, JSON, answers={404: "This graph has no JSON-LD context."})
def context() -> Response:
    """The JSON-LD context in which the terms have short names."""
    here = state()
    if here.corpus.context is None:
        raise NotFound("This graph has no JSON-LD context.")
    form = format_wanted((_JSONLD, JSON))
    response = flask.Response(here.corpus.context, content_type=form.content_type)
    response.vary.add("Accept")
    return with_validators(response, here.corpus.digest, "context", form.suffix)


def _is_graph(here: State, iri: str) -> bool:
    try:
        node = ox.NamedNode(iri)
    except ValueError:
        return False
    return bool(rows(here.store, query_text("is_graph", graph=node)))
