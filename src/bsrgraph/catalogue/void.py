"""The VoID description of the dataset (W3C Interest Group Note, 3 March 2011), with everything counted."""

from __future__ import annotations

from collections.abc import Iterable

import pyoxigraph as ox

from bsrgraph.catalogue.dataset import Dataset
from bsrgraph.catalogue.told import Node, Told, english, link, typed, w3c_format
from bsrgraph.dumps import Dumps
from bsrgraph.formats import DOCUMENT_FORMATS
from bsrgraph.statistics import Counts, LayerUse, PropertyUse, Statistics

__all__ = ["void_description"]

_OF_DATASET = ("dcterms:title", "dcterms:description", "dcterms:license", "dcterms:publisher", "dcterms:creator")
_LAYERS = {
    "evidence": "What sources say, a named graph for each statement.",
    "curated": "What editors conclude.",
    "reference": "Reference data, the ontology, and where everything comes from.",
    "contributed": "What others contributed.",
}


def void_description(
    dataset: Dataset, found: Statistics, counts: Counts, url: str, made: str, dumps: Dumps | None
) -> list[ox.Quad]:
    """The description that the server at `url` gives of the dataset, whose version was made at `made`."""
    told, data, document = Told(), dataset.iri, link(f"{url}/void")
    told.say(document, "a", "void:DatasetDescription")
    told.say(document, "dcterms:title", english(f"VoID description of {dataset.text('dcterms:title') or data.value}"))
    told.say(document, "foaf:primaryTopic", data)
    told.say(document, "dcterms:license", *dataset.values("dcterms:license"))
    told.say(data, "a", "void:Dataset")
    for name in (*_OF_DATASET, "dcterms:issued"):
        told.say(data, name, *dataset.values(name))
    if made:
        told.say(data, "dcterms:modified", typed(made, "dateTime"))
    told.say(data, "foaf:homepage", link(f"{url}/"))
    told.say(data, "rdfs:seeAlso", link(f"{url}/catalog"))
    told.say(data, "void:sparqlEndpoint", link(f"{url}/sparql"))
    told.say(data, "void:uriSpace", *(dataset.values("void:uriSpace") or (ox.Literal(f"{data.value}id/"),)))
    told.say(data, "void:feature", *(link(w3c_format(f)) for f in DOCUMENT_FORMATS))
    told.say(data, "void:exampleResource", *(link(iri) for iri in sorted(counts.examples.values())))
    told.say(data, "void:vocabulary", *(link(space) for space in _vocabularies(found)))
    if dumps is not None:
        whole = [f for f in dumps.files if not f.layer]
        told.say(data, "void:dataDump", *(link(f"{url}/dump/{f.name}") for f in whole))
    _sizes(told, dataset, found)
    for layer in found.layers:
        _layer(told, data, layer, url, dumps)
    _linksets(told, data, found, url)
    return told.quads


def _sizes(told: Told, dataset: Dataset, found: Statistics) -> None:
    data = dataset.iri
    told.say(data, "void:triples", found.triples)
    told.say(data, "void:distinctSubjects", found.subjects)
    told.say(data, "void:distinctObjects", found.objects)
    told.say(data, "void:classes", len(found.classes))
    told.say(data, "void:properties", len(found.properties))
    for use in found.classes:
        part = told.part(data, "void:classPartition", "void:Dataset")
        told.say(part, "void:class", link(use.iri))
        told.say(part, "void:entities", use.entities)
        _properties(told, part, use.properties)
    _properties(told, data, found.properties)


def _properties(told: Told, whole: Node, uses: Iterable[PropertyUse]) -> None:
    for use in uses:
        part = told.part(whole, "void:propertyPartition", "void:Dataset")
        told.say(part, "void:property", link(use.iri))
        told.say(part, "void:triples", use.triples)
        told.say(part, "void:distinctSubjects", use.subjects)
        told.say(part, "void:distinctObjects", use.objects)


def _layer(told: Told, data: ox.NamedNode, layer: LayerUse, url: str, dumps: Dumps | None) -> None:
    """The named graphs of one class; a triple counts once for each of them that has it."""
    node = link(f"{url}/void#{layer.name}")
    told.say(data, "void:subset", node)
    told.say(node, "a", "void:Dataset")
    told.say(node, "dcterms:title", english(layer.name))
    told.say(node, "dcterms:description", english(f"{_LAYERS[layer.name]} {layer.graphs:,} named graphs."))
    told.say(node, "void:triples", layer.statements)
    if dumps is not None:
        told.say(node, "void:dataDump", *(link(f"{url}/dump/{f.name}") for f in dumps.files if f.layer == layer.name))


def _linksets(told: Told, data: ox.NamedNode, found: Statistics, url: str) -> None:
    """One linkset for each property that leads into each namespace of others (VoID section 5)."""
    outside = [links for links in found.links if not links.namespace.startswith(data.value)]
    targets: dict[str, ox.NamedNode] = {}
    for number, links in enumerate(outside, 1):
        node = link(f"{url}/void#links-{number}")
        target = targets.setdefault(links.namespace, link(f"{url}/void#target-{len(targets) + 1}"))
        told.say(data, "void:subset", node)
        told.say(node, "a", "void:Linkset")
        told.say(node, "void:subjectsTarget", data)
        told.say(node, "void:objectsTarget", target)
        told.say(node, "void:linkPredicate", link(links.property))
        told.say(node, "void:triples", links.triples)
        told.say(target, "a", "void:Dataset")
        told.say(target, "void:uriSpace", ox.Literal(links.namespace))


def _vocabularies(found: Statistics) -> list[str]:
    """The namespaces of the classes and properties in use."""
    terms = [*(use.iri for use in found.classes), *(use.iri for use in found.properties)]
    return sorted({iri[: max(iri.rfind("#"), iri.rfind("/")) + 1] for iri in terms})
