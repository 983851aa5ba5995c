"""The catalogue: DCAT 3 in the application profile of the European data portals (DCAT-AP 3.0).

What is said of the dataset is what the graph directory says; the rest is what this server knows of itself. Things
that others have named (licences, languages, themes) are given their class, as the profile's ranges ask for.
"""

from __future__ import annotations

import pyoxigraph as ox

from bsrgraph.catalogue.dataset import Dataset
from bsrgraph.catalogue.told import Told, english, link, typed
from bsrgraph.dumps import Dump, Dumps
from bsrgraph.read import Term

__all__ = ["catalogue"]

_EU = "http://publications.europa.eu/resource/authority/"
_IANA = "https://www.iana.org/assignments/media-types/"
_FILE_TYPES = {
    "trig": "RDF_TRIG",
    "nq": "RDF_N_QUADS",
    "nt": "RDF_N_TRIPLES",
    "jsonld": "JSON_LD",
}
_RANGES = {
    "dcterms:license": "dcterms:LicenseDocument",
    "dcterms:language": "dcterms:LinguisticSystem",
    "dcterms:spatial": "dcterms:Location",
    "dcterms:temporal": "dcterms:PeriodOfTime",
    "dcterms:accessRights": "dcterms:RightsStatement",
    "dcterms:accrualPeriodicity": "dcterms:Frequency",
    "dcterms:conformsTo": "dcterms:Standard",
    "dcterms:publisher": "foaf:Agent",
    "dcterms:creator": "foaf:Agent",
    "dcat:contactPoint": "vcard:Kind",
    "dcat:theme": "skos:Concept",
}
"""Property of the dataset → the class that the profile wants its values to be of."""
_TEXTS = ("dcterms:title", "dcterms:description", "dcterms:issued", "dcterms:identifier", "dcat:keyword")
_SPARQL = "https://www.w3.org/TR/sparql11-protocol/"
_THEMES = link(f"{_EU}data-theme")


def catalogue(
    dataset: Dataset, url: str, version: str, made: str, dumps: Dumps | None, contact: str = ""
) -> list[ox.Quad]:
    """The catalogue of the server at `url`, which has one dataset, of this version, made at `made`.

    `contact` is an address of whoever runs the server, for a dataset that states none.
    """
    told, data, all_of_it = Told(), dataset.iri, link(f"{dataset.iri.value}catalog")
    title = dataset.text("dcterms:title") or data.value
    told.say(all_of_it, "a", "dcat:Catalog")
    told.say(all_of_it, "dcterms:title", english(f"Catalogue of {title}"))
    told.say(all_of_it, "dcterms:description", english(f"What is published of {title}, and in which ways."))
    told.say(all_of_it, "dcterms:language", link(f"{_EU}language/ENG"))
    told.say(link(f"{_EU}language/ENG"), "a", "dcterms:LinguisticSystem")
    told.say(all_of_it, "foaf:homepage", link(f"{url}/"))
    told.say(link(f"{url}/"), "a", "foaf:Document")
    for name in ("dcterms:publisher", "dcterms:license", "dcterms:spatial", "dcterms:issued"):
        told.say(all_of_it, name, *dataset.values(name))
    if made:
        told.say(all_of_it, "dcterms:modified", typed(made, "dateTime"))
    if any(theme.value.startswith(f"{_THEMES.value}/") for theme in dataset.iris("dcat:theme")):
        told.say(all_of_it, "dcat:themeTaxonomy", _THEMES)
        told.say(_THEMES, "a", "skos:ConceptScheme")
        told.say(_THEMES, "dcterms:title", english("Data theme"))
    told.say(all_of_it, "dcat:dataset", data)
    _dataset(told, dataset, url, version, made)
    if contact and not dataset.values("dcat:contactPoint"):
        point = told.part(data, "dcat:contactPoint", "vcard:Kind")
        told.say(point, "vcard:fn", english(f"Contact for {title}"))
        told.say(point, "vcard:hasEmail" if contact.startswith("mailto:") else "vcard:hasURL", link(contact))
    for dump in dumps.files if dumps else ():
        _distribution(told, dataset, dump, url)
    _services(told, dataset, all_of_it, url)
    return told.quads


def _dataset(told: Told, dataset: Dataset, url: str, version: str, made: str) -> None:
    data = dataset.iri
    told.say(data, "a", "dcat:Dataset", "void:Dataset")
    for name in _TEXTS:
        told.say(data, name, *dataset.values(name))
    for name, kind in _RANGES.items():
        for value in dataset.values(name):
            _value(told, dataset, name, value, kind)
    if not dataset.values("dcterms:identifier"):
        told.say(data, "dcterms:identifier", ox.Literal(data.value))
    if made:
        told.say(data, "dcterms:modified", typed(made, "dateTime"))
    told.say(data, "dcat:version", ox.Literal(version) if version else None)
    told.say(data, "dcat:landingPage", link(f"{url}/"))
    told.say(data, "foaf:page", link(f"{url}/about"))
    told.say(link(f"{url}/about"), "a", "foaf:Document")
    told.say(data, "void:sparqlEndpoint", link(f"{url}/sparql"))
    told.say(data, "rdfs:seeAlso", link(f"{url}/void"))


def _value(told: Told, dataset: Dataset, name: str, value: Term, kind: str) -> None:
    """A value of the dataset, with its class, its name where the profile asks for one, and its parts."""
    told.say(dataset.iri, name, value)
    if isinstance(value, ox.Literal):
        return
    label = dataset.label(value)
    if kind == "skos:Concept":
        # A concept must have a name; one that the graph has no name for stays an address.
        if label:
            told.say(value, "a", kind)
            told.say(value, "skos:prefLabel", english(label))
        return
    told.say(value, "a", kind)
    if kind == "foaf:Agent":
        told.say(value, "foaf:name", ox.Literal(label or _last(value)))
    for part in ("dcat:startDate", "dcat:endDate", "vcard:fn", "vcard:hasEmail", "vcard:hasURL"):
        told.say(value, part, *dataset.of(value, part))
    if name == "dcterms:spatial":
        # Portals know places by the authority tables of the European Union.
        for same in dataset.of(value, "skos:exactMatch"):
            if isinstance(same, ox.NamedNode) and same.value.startswith(_EU):
                told.say(dataset.iri, name, same)
                told.say(same, "a", kind)


def _last(thing: Term) -> str:
    return str(thing.value).rstrip("/#").rpartition("/")[2]


def _distribution(told: Told, dataset: Dataset, dump: Dump, url: str) -> None:
    node = link(f"{dataset.iri.value}catalog#{dump.name}")
    what = f"the {dump.layer} graphs" if dump.layer else "everything"
    graphs = "each triple once" if dump.suffix == "nt" else "with named graphs"
    told.say(dataset.iri, "dcat:distribution", node)
    told.say(node, "a", "dcat:Distribution")
    told.say(node, "dcterms:title", english(dump.name))
    told.say(node, "dcterms:description", english(f"{what.capitalize()} in {dump.format.label}, {graphs}."))
    told.say(node, "dcat:accessURL", link(f"{url}/dump/"))
    told.say(node, "dcat:downloadURL", link(f"{url}/dump/{dump.name}"))
    _media_type(told, node, "dcat:mediaType", dump.format.media_type)
    if dump.packed:
        _media_type(told, node, "dcat:compressFormat", "application/gzip")
    file_type = link(f"{_EU}file-type/{_FILE_TYPES[dump.suffix]}")
    told.say(node, "dcterms:format", file_type)
    told.say(file_type, "a", "dcterms:MediaTypeOrExtent")
    told.say(node, "dcterms:license", *dataset.values("dcterms:license"))
    if not dump.sha256:
        return
    told.say(node, "dcat:byteSize", typed(dump.size, "nonNegativeInteger"))
    checksum = told.part(node, "spdx:checksum", "spdx:Checksum")
    told.say(checksum, "spdx:algorithm", "spdx:checksumAlgorithm_sha256")
    told.say(checksum, "spdx:checksumValue", typed(dump.sha256, "hexBinary"))


def _media_type(told: Told, node: ox.NamedNode, predicate: str, media_type: str) -> None:
    told.say(node, predicate, link(_IANA + media_type))
    told.say(link(_IANA + media_type), "a", "dcterms:MediaType")


def _services(told: Told, dataset: Dataset, all_of_it: ox.NamedNode, url: str) -> None:
    """The endpoint, which is a way to the data as well as the files, and the pages with their data."""
    data, endpoint, site = dataset.iri, link(f"{url}/sparql"), link(f"{url}/catalog#site")
    title = dataset.text("dcterms:title") or data.value
    for service, name, what, description in (
        (endpoint, "SPARQL endpoint", "Answers queries in SPARQL 1.1; updates are not accepted.", f"{url}/sparql"),
        (site, "Linked Data", "A page and RDF for every thing, under its address.", f"{url}/openapi.json"),
    ):
        told.say(all_of_it, "dcat:service", service)
        told.say(service, "a", "dcat:DataService")
        told.say(service, "dcterms:title", english(f"{name} of {title}"))
        told.say(service, "dcterms:description", english(what))
        told.say(service, "dcat:endpointURL", endpoint if service == endpoint else link(f"{url}/"))
        told.say(service, "dcat:endpointDescription", link(description))
        told.say(service, "dcat:servesDataset", data)
        for stated in ("dcterms:license", "dcterms:publisher", "dcterms:accessRights", "dcat:contactPoint"):
            told.say(service, stated, *dataset.values(stated))
    told.say(endpoint, "dcterms:conformsTo", link(_SPARQL))
    told.say(link(_SPARQL), "a", "dcterms:Standard")
    way = link(f"{data.value}catalog#sparql")
    told.say(data, "dcat:distribution", way)
    told.say(way, "a", "dcat:Distribution")
    told.say(way, "dcterms:title", english("SPARQL endpoint"))
    told.say(way, "dcterms:description", english("Any part of it, as the answer to a query."))
    told.say(way, "dcat:accessURL", endpoint)
    told.say(way, "dcat:accessService", endpoint)
    told.say(way, "dcterms:license", *dataset.values("dcterms:license"))
    told.say(way, "dcterms:format", link(f"{_EU}file-type/SPARQLQ"))
    told.say(link(f"{_EU}file-type/SPARQLQ"), "a", "dcterms:MediaTypeOrExtent")
