"""`/shapes…`: what must hold, at the IRIs of the namespace, with examples of what keeps and what breaks it."""

from __future__ import annotations

from dataclasses import replace

import flask
from werkzeug.wrappers import Response

from bsrgraph.errors import NotFound
from bsrgraph.formats import DOCUMENT_FORMATS, HTML, by_name
from bsrgraph.pages.rules import ShapeSection
from bsrgraph.pages.turtle import examples_of
from bsrgraph.web.documented import documented
from bsrgraph.web.kept import kept
from bsrgraph.web.respond import format_wanted, page, with_validators
from bsrgraph.web.state import state
from bsrgraph.web.vocabulary import FILTER, OFFERED, SUFFIX, Reader, as_rdf, document_format, finished, split_name

__all__ = ["blueprint"]

blueprint = flask.Blueprint("shapes", __name__)


@blueprint.get("/shapes")
@documented(*OFFERED, takes=FILTER)
@kept
def shapes() -> Response:
    """Every rule in plain words, or the shapes as RDF."""
    return _shapes(None)


@blueprint.get("/shapes.<suffix>")
@documented(*OFFERED, takes={"suffix": SUFFIX})
@kept
def shapes_as(suffix: str) -> Response:
    """The same in the format of the suffix."""
    return _shapes(suffix)


def _shapes(suffix: str | None) -> Response:
    here = state()
    iri = here.corpus.space.shapes.rstrip("#")
    wanted = document_format(suffix)
    if wanted is not HTML:
        return as_rdf(here, iri, "/shapes", wanted)
    read = Reader(here)
    asked = flask.request.args.get("q", "")[:200]
    response = page(
        "shapes.html",
        header=read.glossary.header_of_shapes(),
        sections=_matching(read.rules.sections, asked),
        alone=[s.shape for s in _matching([ShapeSection(r, (), ()) for r in read.rules.alone], asked)],
        groups=() if asked else read.rules.groups,
        asked=asked,
        path="/shapes",
        formats=DOCUMENT_FORMATS,
    )
    return finished(here, response, "/shapes", iri, wanted)


def _matching(sections: tuple[ShapeSection, ...] | list[ShapeSection], asked: str) -> list[ShapeSection]:
    """The sections with those of their rules that hold the words asked for."""
    words = asked.casefold().split()
    found = []
    for section in sections:
        fitting = tuple(r for r in section.rules if all(w in r.text for w in words))
        if fitting or not words or all(w in section.shape.text for w in words):
            found.append(replace(section, rules=fitting))
    return found


@blueprint.get("/shapes/<name>")
@documented(HTML, takes={"name": "local name of a shape"})
@kept
def shape(name: str) -> Response:
    """A shape with its rules, each with a valid and an invalid example."""
    here = state()
    stem, suffix = split_name(name)
    read = Reader(here)
    found = read.rules.find(stem)
    if found is None:
        raise NotFound(f"There is no shape “{stem[:200]}”.", read.rules.near(stem))
    format_wanted((HTML,), suffix)
    rules = found.rules or (found.shape,)
    examples = {r.anchor: examples_of(here.corpus.examples.get(r.anchor, {})) for r in rules}
    response = page("shape.html", found=found, rules=rules, examples=examples)
    response.vary.update(("Accept-Language",))
    key = flask.request.full_path + flask.request.headers.get("Accept-Language", "")
    return with_validators(response, here.store.version, "shape", key)


@blueprint.get("/shapes/examples/<name>/<any(valid, invalid):which>.ttl")
@documented(by_name("ttl"), takes={"name": "local name of a shape", "which": "`valid` or `invalid`"})
def example(name: str, which: str) -> Response:
    """An example of a shape as a whole file of Turtle, to be tried."""
    here = state()
    text = here.corpus.examples.get(name, {}).get(which)
    if text is None:
        raise NotFound(f"There is no {which} example of “{name[:200]}”.")
    form = format_wanted((by_name("ttl"),))
    response = flask.Response(text, content_type=form.content_type)
    return with_validators(response, here.corpus.digest, "example", name, which)
