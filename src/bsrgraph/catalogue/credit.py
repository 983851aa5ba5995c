"""How the dataset is cited, and whom it owes what."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pyoxigraph as ox

from bsrgraph.catalogue.dataset import Dataset
from bsrgraph.read import query_text, rows
from bsrgraph.store.port import Store

__all__ = ["Citation", "Credit", "citation", "read_credits"]

_SPECIAL = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
_SPECIAL |= {sign: f"\\{sign}" for sign in "{}%&#_$"}


@dataclass(frozen=True, slots=True)
class Citation:
    """A reference to one version of the dataset, for a list of references and for BibTeX."""

    text: str
    bibtex: str


@dataclass(frozen=True, slots=True)
class Credit:
    """A source of reference data: its IRI, address and terms; what is not stated is empty."""

    source: str
    url: str
    licence: str
    description: str


def citation(dataset: Dataset, version: str, made: str) -> Citation:
    """How to cite the `version` made at `made`, with no more than is stated."""
    title = dataset.text("dcterms:title") or dataset.iri.value
    authors = [name for agent in dataset.iris("dcterms:creator") if (name := dataset.label(agent))]
    authors = authors or [name for agent in dataset.iris("dcterms:publisher") if (name := dataset.label(agent))]
    year = (made or dataset.text("dcterms:issued"))[:4]
    by = " and ".join(authors)
    head = f"{by} ({year}). " if by and year else f"{by}. " if by else ""
    text = f"{head}{title}{f', version {version}' if version else ''}. {dataset.iri.value}"
    fields = {
        "title": f"{{{_tex(title)}}}",
        "author": " and ".join(f"{{{_tex(author)}}}" for author in authors),
        "year": year,
        "version": _tex(version),
        "url": dataset.iri.value,
    }
    lines = [f"  {name} = {{{value}}}" for name, value in fields.items() if value]
    key = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-") or "dataset"
    return Citation(text, f"@misc{{{key},\n" + ",\n".join(lines) + "\n}")


def _tex(text: str) -> str:
    return "".join(_SPECIAL.get(sign, sign) for sign in text)


def read_credits(store: Store) -> list[Credit]:
    """What the reference data is taken from, each source once."""
    found: dict[str, Credit] = {}
    for row in rows(store, query_text("credits")):
        if isinstance(row["source"], ox.NamedNode):
            said = (row[name].value if name in row else "" for name in ("url", "licence", "description"))
            found.setdefault(row["source"].value, Credit(row["source"].value, *said))
    return list(found.values())
