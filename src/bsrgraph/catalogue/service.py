"""The SPARQL 1.1 Service Description of the endpoint."""

from __future__ import annotations

import pyoxigraph as ox

from bsrgraph.catalogue.dataset import Dataset
from bsrgraph.catalogue.told import Told, english, link, w3c_format
from bsrgraph.formats import GRAPH_FORMATS, RESULT_FORMATS

__all__ = ["service_description"]

_UNION = "The union of all named graphs, as a set: a triple that several graphs state is one triple."


def service_description(dataset: Dataset, url: str, deadline: int) -> list[ox.Quad]:
    """The description of the endpoint of the server at `url` (SPARQL 1.1 Service Description section 3)."""
    told, service, data = Told(), link(f"{url}/sparql"), dataset.iri
    told.say(service, "a", "sd:Service")
    told.say(service, "sd:endpoint", service)
    told.say(service, "sd:supportedLanguage", "sd:SPARQL11Query")
    told.say(service, "sd:feature", "sd:UnionDefaultGraph")
    told.say(service, "sd:resultFormat", *(link(w3c_format(f)) for f in (*RESULT_FORMATS, *GRAPH_FORMATS)))
    limit = f"A query may take {deadline} seconds; all limits are at {url}/limits."
    told.say(service, "dcterms:description", english(limit))
    description = told.part(service, "sd:defaultDataset", "sd:Dataset")
    default = told.part(description, "sd:defaultGraph", "sd:Graph")
    told.say(default, "dcterms:description", english(_UNION))
    told.say(description, "dcterms:isPartOf", data)
    for name in ("dcterms:title", "dcterms:license"):
        told.say(data, name, *dataset.values(name))
    # Where everything else about it is said: what it holds, and how to get all of it.
    told.say(data, "void:sparqlEndpoint", service)
    told.say(data, "rdfs:seeAlso", link(f"{url}/void"), link(f"{url}/catalog"))
    return told.quads
