"""The SPARQL 1.1 Service Description of the endpoint."""

from __future__ import annotations

import pyoxigraph as ox

from bsrgraph.formats import GRAPH_FORMATS, RESULT_FORMATS
from bsrgraph.iris import PREFIXES, RDF_TYPE

__all__ = ["service_description"]

_FORMATS = "http://www.w3.org/ns/formats/"
_FORMAT_NAMES = {
    "json": "SPARQL_Results_JSON",
    "xml": "SPARQL_Results_XML",
    "csv": "SPARQL_Results_CSV",
    "tsv": "SPARQL_Results_TSV",
    "ttl": "Turtle",
    "nt": "N-Triples",
    "jsonld": "JSON-LD",
    "rdf": "RDF_XML",
    "trig": "TriG",
}


def service_description(endpoint: str, dataset: str, title: str, licence: str | None, deadline: int) -> list[ox.Triple]:
    """The description of the endpoint at the URL `endpoint` (SPARQL 1.1 Service Description section 3)."""
    service, data, default = ox.NamedNode(endpoint), ox.NamedNode(dataset), ox.BlankNode("default")
    description = ox.BlankNode("dataset")
    triples: list[ox.Triple] = []

    def say(
        subject: ox.NamedNode | ox.BlankNode, prefix: str, name: str, value: ox.NamedNode | ox.BlankNode | ox.Literal
    ) -> None:
        predicate = RDF_TYPE if name == "type" else PREFIXES[prefix] + name
        triples.append(ox.Triple(subject, ox.NamedNode(predicate), value))

    def sd(name: str) -> ox.NamedNode:
        return ox.NamedNode(PREFIXES["sd"] + name)

    say(service, "sd", "type", sd("Service"))
    say(service, "sd", "endpoint", service)
    say(service, "sd", "supportedLanguage", sd("SPARQL11Query"))
    say(service, "sd", "feature", sd("UnionDefaultGraph"))
    for form in (*RESULT_FORMATS, *GRAPH_FORMATS):
        say(service, "sd", "resultFormat", ox.NamedNode(_FORMATS + _FORMAT_NAMES[form.suffix]))
    say(service, "sd", "defaultDataset", description)
    say(description, "sd", "type", sd("Dataset"))
    say(description, "sd", "defaultGraph", default)
    say(default, "sd", "type", sd("Graph"))
    comment = "The union of all named graphs, as a set: a triple that several graphs state is one triple."
    say(default, "dcterms", "description", ox.Literal(comment, language="en"))
    say(description, "dcterms", "isPartOf", data)
    say(data, "dcterms", "title", ox.Literal(title, language="en"))
    if licence:
        say(data, "dcterms", "license", ox.NamedNode(licence))
    limit = f"A query may take {deadline} seconds; all limits are at /limits."
    say(service, "dcterms", "description", ox.Literal(limit, language="en"))
    return triples
