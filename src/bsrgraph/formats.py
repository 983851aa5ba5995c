"""One table of the formats that are read and written, and the choice among them.

`negotiate()` follows RFC 9110 section 12.5.1 with Werkzeug's parser: q-values, ``q=0``, wildcards,
specificity. An absent Accept header, and a tie, go to the format listed first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import pyoxigraph as ox
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from bsrgraph.errors import NotAcceptable, UsageError

__all__ = [
    "DOCUMENT_FORMATS",
    "FORMATS",
    "GRAPH_FORMATS",
    "HTML",
    "JSON",
    "RESULT_FORMATS",
    "SARIF",
    "TEXT",
    "XLSX",
    "Format",
    "by_media_type",
    "by_name",
    "negotiate",
]

Family = Literal["graph", "dataset", "results", "page"]


@dataclass(frozen=True, slots=True)
class Format:
    """A format: its suffix is its name in URLs (`?format=ttl`, `/doc/….ttl`) and on the command line."""

    suffix: str
    media_type: str
    label: str
    family: Family
    rdf: ox.RdfFormat | None = None
    results: ox.QueryResultsFormat | None = None

    @property
    def content_type(self) -> str:
        """The Content-Type header; text formats say their charset, the others are UTF-8 by definition."""
        return f"{self.media_type}; charset=utf-8" if self.media_type.startswith("text/") else self.media_type


TURTLE = Format("ttl", "text/turtle", "Turtle", "graph", rdf=ox.RdfFormat.TURTLE)
HTML = Format("html", "text/html", "HTML", "page")
JSON = Format("json", "application/json", "JSON", "page")
XLSX = Format("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "Excel", "page")
SARIF = Format("sarif", "application/sarif+json", "SARIF", "page")
TEXT = Format("txt", "text/plain", "plain text", "page")

# The order within a family is the order of preference when a client has none.
FORMATS: tuple[Format, ...] = (
    Format("json", "application/sparql-results+json", "SPARQL JSON", "results", results=ox.QueryResultsFormat.JSON),
    Format("xml", "application/sparql-results+xml", "SPARQL XML", "results", results=ox.QueryResultsFormat.XML),
    Format("csv", "text/csv", "CSV", "results", results=ox.QueryResultsFormat.CSV),
    Format("tsv", "text/tab-separated-values", "TSV", "results", results=ox.QueryResultsFormat.TSV),
    TURTLE,
    Format("nt", "application/n-triples", "N-Triples", "graph", rdf=ox.RdfFormat.N_TRIPLES),
    Format("jsonld", "application/ld+json", "JSON-LD", "graph", rdf=ox.RdfFormat.JSON_LD),
    Format("rdf", "application/rdf+xml", "RDF/XML", "graph", rdf=ox.RdfFormat.RDF_XML),
    Format("trig", "application/trig", "TriG", "dataset", rdf=ox.RdfFormat.TRIG),
    Format("nq", "application/n-quads", "N-Quads", "dataset", rdf=ox.RdfFormat.N_QUADS),
    HTML,
)

RESULT_FORMATS: tuple[Format, ...] = tuple(f for f in FORMATS if f.family == "results")
GRAPH_FORMATS: tuple[Format, ...] = tuple(f for f in FORMATS if f.rdf is not None and f.suffix != "nq")
DOCUMENT_FORMATS: tuple[Format, ...] = tuple(f for f in FORMATS if f.rdf is not None)
"""The formats of documents about things, whose statements keep their graphs."""

_SYNONYMS: dict[str, str] = {
    "application/json": "application/sparql-results+json",
    "application/xml": "application/sparql-results+xml",
    "text/xml": "application/sparql-results+xml",
    "application/x-turtle": "text/turtle",
    "application/xhtml+xml": "text/html",
}


def by_media_type(media_type: str) -> Format | None:
    """The format with this media type; parameters such as charset are ignored, `text/plain` is nobody's."""
    bare = media_type.partition(";")[0].strip().lower()
    bare = _SYNONYMS.get(bare, bare)
    return next((f for f in FORMATS if f.media_type == bare), None)


def by_name(name: str) -> Format:
    """The format with this suffix or media type.

    Raises:
        UsageError: there is none.

    """
    found = next((f for f in FORMATS if f.suffix == name.lower().lstrip(".")), None) or by_media_type(name)
    if found is None:
        raise UsageError(f"There is no format “{name}”.", hint="There is: " + ", ".join(f.suffix for f in FORMATS))
    return found


def negotiate(accept: str | None, offered: Sequence[Format], name: str | None = None) -> Format:
    """The offered format that a request wants: by `name` (a suffix or media type), else by its Accept header.

    Raises:
        UsageError: `name` is no format at all.
        NotAcceptable: the format wanted is not on offer.

    """
    media_types = tuple(f.media_type for f in offered)
    if name is not None:
        wanted = next((f for f in offered if f.suffix == name.lower()), None) or by_name(name)
        if wanted not in offered:
            raise NotAcceptable(f"There is no {wanted.label} of this.", media_types)
        return wanted
    if accept is None or not accept.strip():
        return offered[0]
    by_type = {f.media_type: f for f in offered}

    def named(media_type: str) -> str:
        return media_type if media_type in by_type else _SYNONYMS.get(media_type, media_type)

    # `;charset=utf-8` and `;profile=…` ask for what is given anyway, or cannot be told from it.
    ranges = [(named(r.partition(";")[0].strip().lower()), q) for r, q in parse_accept_header(accept, MIMEAccept)]
    best = MIMEAccept(ranges).best_match(by_type)
    if best is None:
        raise NotAcceptable(f"Nothing here is acceptable as “{accept}”.", media_types)
    return by_type[best]
