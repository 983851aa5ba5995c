"""What the pages of the ontology and of the shapes share: what they read, in which format, with which headers."""

from __future__ import annotations

import flask
from werkzeug.wrappers import Response

from bsrgraph.catalogue import Parameter
from bsrgraph.description import describe_graph, write
from bsrgraph.errors import NotFound
from bsrgraph.formats import DOCUMENT_FORMATS, FORMATS, HTML, Format
from bsrgraph.pages import Glossary, Rulebook, usage, vocabularies
from bsrgraph.web.respond import as_document, format_wanted, with_validators
from bsrgraph.web.state import State

__all__ = ["FILTER", "OFFERED", "SUFFIX", "Reader", "as_rdf", "document_format", "finished", "split_name"]

OFFERED = (*DOCUMENT_FORMATS, HTML)
"""The formats of a document, the page among them."""
SUFFIX = Parameter("the format", {"enum": [form.suffix for form in OFFERED]})
FILTER = {"q": "only those whose name or definition holds these words"}
_SUFFIXES = {f.suffix for f in OFFERED}


class Reader:
    """What one request reads: the vocabulary of the version, the reader's names, terms and rules."""

    def __init__(self, here: State) -> None:
        found = vocabularies(here.store).get(here.corpus.space.base)
        if found is None:
            raise NotFound("The store holds no ontology; `bsrgraph rebuild` loads the graph directory.")
        self.said, self.labels = found, here.labels()
        orders = here.layout.orders
        self.glossary = Glossary(found, self.labels, here.corpus.space, usage(here.store), orders)
        self.rules = Rulebook(found, self.labels, here.corpus.space)


def split_name(name: str) -> tuple[str, str | None]:
    """A name and the format that its suffix asks for, where it is one."""
    stem, dot, suffix = name.rpartition(".")
    return (stem, suffix) if dot and suffix in {f.suffix for f in FORMATS} else (name, None)


def document_format(suffix: str | None) -> Format:
    """The format; a client that takes anything gets the page, since these are no things but documents."""
    if suffix is not None and suffix not in _SUFFIXES:
        raise NotFound(f"There is no format “{suffix[:50]}” of this.")
    if suffix is None and not flask.request.args.get("format"):
        accepted = flask.request.headers.get("Accept", "").strip()
        if accepted in ("", "*/*"):
            return HTML
    return format_wanted(OFFERED, suffix)


def as_rdf(here: State, iri: str, path: str, wanted: Format) -> Response:
    """What the graph `iri` states, in the document at `path`."""
    quads = describe_graph(here.store, iri, here.settings.url + path, here.corpus.licence)
    response = flask.Response(write(quads, wanted), content_type=wanted.content_type)
    return finished(here, response, path, iri, wanted)


def finished(here: State, response: flask.Response, path: str, iri: str, wanted: Format) -> Response:
    """Adds the headers that every representation of the document at `path` about `iri` has."""
    as_document(response, path, iri, here.corpus.licence, wanted, OFFERED)
    key = flask.request.full_path + flask.request.headers.get("Accept-Language", "")
    return with_validators(response, here.store.version, wanted.suffix, iri, here.corpus.digest, key)
