"""The dataset for search engines: schema.org's Dataset as JSON-LD, for the head of a page."""

from __future__ import annotations

from typing import Any

from bsrgraph.catalogue.dataset import Dataset
from bsrgraph.dumps import Dumps

__all__ = ["schema_dataset"]


def schema_dataset(dataset: Dataset, url: str, version: str, made: str, dumps: Dumps | None) -> dict[str, Any]:
    """What the server at `url` says of the dataset to search engines; what nobody states is left out."""
    told: dict[str, Any] = {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "@id": dataset.iri.value,
        "identifier": dataset.iri.value,
        "url": f"{url}/",
        "name": dataset.text("dcterms:title") or dataset.iri.value,
        "description": dataset.text("dcterms:description"),
        "keywords": list(dataset.texts("dcat:keyword")),
        "license": next((licence.value for licence in dataset.iris("dcterms:license")), None),
        "creator": _people(dataset, "dcterms:creator") or _people(dataset, "dcterms:publisher"),
        "publisher": _people(dataset, "dcterms:publisher"),
        "version": version,
        "datePublished": dataset.text("dcterms:issued"),
        "dateModified": made[:10],
        "isAccessibleForFree": True,
        "temporalCoverage": "/".join(filter(None, dataset.period())),
        "spatialCoverage": [
            {"@type": "Place", "@id": place.value, "name": name}
            for place in dataset.iris("dcterms:spatial")
            if (name := dataset.label(place))
        ],
        "includedInDataCatalog": {"@type": "DataCatalog", "url": f"{url}/catalog"},
        "distribution": _files(url, dumps),
    }
    return {name: value for name, value in told.items() if value not in (None, "", [])}


def _people(dataset: Dataset, name: str) -> list[dict[str, str]]:
    return [
        {"@type": "Organization", "@id": agent.value, "name": dataset.label(agent) or agent.value}
        for agent in dataset.iris(name)
    ]


def _files(url: str, dumps: Dumps | None) -> list[dict[str, str]]:
    return [
        {
            "@type": "DataDownload",
            "name": dump.name,
            "contentUrl": f"{url}/dump/{dump.name}",
            "encodingFormat": dump.format.media_type,
            **({"contentSize": f"{dump.size} B", "sha256": dump.sha256} if dump.sha256 else {}),
        }
        for dump in (dumps.files if dumps else ())
        if not dump.layer
    ]
