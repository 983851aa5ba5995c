"""What the graph directory says of itself as a whole: the dataset at the canonical prefix, and nothing made up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pyoxigraph as ox

from bsrgraph.catalogue.told import Node, named
from bsrgraph.read import Term, query_text, rows
from bsrgraph.store.port import Store

__all__ = ["Dataset", "read_dataset"]

_NAMES = ("skos:prefLabel", "foaf:name", "rdfs:label")


@dataclass(frozen=True, slots=True)
class Dataset:
    """The dataset at `iri`, and everything that is said of it, of its nameless parts, and of what those are called."""

    iri: ox.NamedNode
    said: Mapping[Node, Mapping[str, tuple[Term, ...]]]

    def of(self, subject: Node, *names: str) -> tuple[Term, ...]:
        """The values of the first of these properties (prefixed names) that a thing has."""
        facts = self.said.get(subject, {})
        return next((facts[iri] for name in names if (iri := named(name).value) in facts), ())

    def values(self, name: str) -> tuple[Term, ...]:
        """The values of a property of the dataset itself."""
        return self.of(self.iri, name)

    def text(self, name: str) -> str:
        """A text of the dataset in English, or in whatever language it has; empty where there is none."""
        return _best(self.values(name))

    def texts(self, name: str) -> tuple[str, ...]:
        """Every text of a property, each once."""
        return tuple(dict.fromkeys(v.value for v in self.values(name) if isinstance(v, ox.Literal)))

    def iris(self, name: str) -> tuple[ox.NamedNode, ...]:
        """Every thing with a name of its own that a property leads to."""
        return tuple(v for v in self.values(name) if isinstance(v, ox.NamedNode))

    def label(self, thing: Term) -> str:
        """What a thing is called in English, or in whatever language there is; empty where it has no name."""
        return "" if isinstance(thing, ox.Literal) else _best(self.of(thing, *_NAMES))

    def period(self) -> tuple[str, str]:
        """The time that it speaks of, from and until; empty where it does not say."""
        for part in self.values("dcterms:temporal"):
            if not isinstance(part, ox.Literal):
                start, end = (_best(self.of(part, name)) for name in ("dcat:startDate", "dcat:endDate"))
                return start, end
        return "", ""


def read_dataset(store: Store, base: str) -> Dataset:
    """What the store says of the dataset at `base`."""
    said: defaultdict[Node, defaultdict[str, list[Term]]] = defaultdict(lambda: defaultdict(list))
    for row in rows(store, query_text("dataset", dataset=ox.NamedNode(base))):
        subject, values = row["subject"], row["value"]
        if not isinstance(subject, ox.Literal) and values not in said[subject][row["property"].value]:
            said[subject][row["property"].value].append(values)
    ordered = {s: {p: tuple(sorted(v, key=str)) for p, v in facts.items()} for s, facts in said.items()}
    return Dataset(ox.NamedNode(base), ordered)


def _best(values: Iterable[Term]) -> str:
    texts = [v for v in values if isinstance(v, ox.Literal)]
    english = [v.value for v in texts if (v.language or "en") == "en"]
    return min(english or [v.value for v in texts], default="")
