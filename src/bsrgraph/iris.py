"""Namespaces, prefixes, and the way between an IRI and the path of its page.

Two things must not be mixed up. The *engine's vocabulary* (`BSR`: evidence graphs, spans, hedges, kinds)
is the same for every graph directory. The *canonical prefix* of the things belongs to the graph directory
(`Space`), so that another region publishes under its own name with the same program.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote

__all__ = ["BSR", "LAYERS", "PREFIXES", "RDF_TYPE", "XSD", "Space", "compact", "is_link"]

BSR = "https://w3id.org/bsrgraph/ontology#"
"""Namespace of the engine's vocabulary, and of the ontology that is shipped with it."""

LAYERS = {
    BSR + "EvidenceGraph": "evidence",
    BSR + "CuratedGraph": "curated",
    BSR + "ReferenceGraph": "reference",
    BSR + "ContributedGraph": "contributed",
}
"""Class of a named graph → what the graphs of that class are called together; every graph has one of them."""

XSD = "http://www.w3.org/2001/XMLSchema#"
RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"

PREFIXES: dict[str, str] = {
    "bsr": BSR,
    "bsrsh": "https://w3id.org/bsrgraph/shapes#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcterms": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "oa": "http://www.w3.org/ns/oa#",
    "org": "http://www.w3.org/ns/org#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "https://schema.org/",
    "sd": "http://www.w3.org/ns/sparql-service-description#",
    "sh": "http://www.w3.org/ns/shacl#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "spdx": "http://spdx.org/rdf/terms#",
    "time": "http://www.w3.org/2006/time#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "vann": "http://purl.org/vocab/vann/",
    "void": "http://rdfs.org/ns/void#",
    "xsd": XSD,
}
"""Prefixes that every writer here declares and that hints propose; `schema:` is https, as schema.org says."""

_LOCAL_NAME = re.compile(r"[A-Za-z_][\w-]*\Z")
_SEGMENT = re.compile(r"[\w.~-]+\Z")
_LINKABLE = re.compile(r"(?:https?://|mailto:)[^\s<>\"{}|\\^`]+\Z", re.IGNORECASE)


def is_link(iri: str) -> bool:
    """Whether a page may make a link of `iri`: http, https and mailto only, never javascript or data."""
    return _LINKABLE.match(iri) is not None


def compact(iri: str, prefixes: dict[str, str] = PREFIXES) -> str:
    """`iri` as a prefixed name where a well-known prefix fits, else in angle brackets."""
    for prefix, namespace in prefixes.items():
        if iri.startswith(namespace) and _LOCAL_NAME.match(iri[len(namespace) :]):
            return f"{prefix}:{iri[len(namespace) :]}"
    return f"<{iri}>"


@dataclass(frozen=True, slots=True)
class Space:
    """The canonical IRIs of one graph directory: everything under `base`, which ends with a slash."""

    base: str

    @property
    def things(self) -> str:
        """The prefix of all things: ``{base}id/``."""
        return self.base + "id/"

    @property
    def evidence(self) -> str:
        """The prefix of all evidence graphs: ``{base}evidence/``."""
        return self.base + "evidence/"

    @property
    def contributions(self) -> str:
        """The prefix of the graphs of contributions: ``{base}contribution/``."""
        return self.base + "contribution/"

    @property
    def ontology(self) -> str:
        """The namespace of the directory's own terms: ``{base}ontology#``."""
        return self.base + "ontology#"

    @property
    def shapes(self) -> str:
        """The namespace of the directory's shapes: ``{base}shapes#``."""
        return self.base + "shapes#"

    def thing(self, kind: str, slug: str) -> str:
        """The IRI of the thing with this kind and slug, as read from a decoded path."""
        return f"{self.things}{kind}/{slug}"

    def split(self, iri: str) -> tuple[str, str] | None:
        """(kind, slug) of a thing's IRI, or None where `iri` is not one of ours."""
        kind, slash, slug = iri.removeprefix(self.things).partition("/")
        ours = iri.startswith(self.things) and slash and _SEGMENT.match(kind) and _SEGMENT.match(unquote(slug))
        return (kind, slug) if ours else None

    def owns(self, iri: str) -> bool:
        """Whether `iri` is under the canonical prefix."""
        return iri.startswith(self.base)

    def path(self, iri: str) -> str | None:
        """The local path that answers for `iri`; None for the IRIs of others, and for what would name a host."""
        if not self.owns(iri):
            return None
        rest, hash_, fragment = iri[len(self.base) :].partition("#")
        kind, _, name = rest.partition("/")
        if not kind and rest:
            return None
        if kind == "id" and name:
            rest = f"doc/{name}"
        return "/" + quote(rest, safe="/~") + (hash_ + quote(fragment) if hash_ else "")
