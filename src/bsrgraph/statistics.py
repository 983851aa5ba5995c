"""How much there is of everything in one version: exact, by grouped queries that each scan once.

`counts()` is for pages that say how often a term is used; it takes half a second on a million triples. `statistics()`
is everything that VoID can say; it takes some seconds there, so it is kept as a file for as long as the version.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from bsrgraph.derived import DerivedFiles, Maker, once_a_version
from bsrgraph.iris import LAYERS
from bsrgraph.read import Row, query_text, rows
from bsrgraph.store.port import Store, Version

__all__ = [
    "ClassUse",
    "Counts",
    "LayerUse",
    "Links",
    "PropertyUse",
    "Statistics",
    "counts",
    "statistics",
    "statistics_maker",
]

_FILE = "statistics.json"


@dataclass(frozen=True, slots=True)
class Counts:
    """How often each term is used in the union of all graphs, and how many things there are of each kind."""

    classes: Mapping[str, int]
    properties: Mapping[str, int]
    kinds: Mapping[str, int]
    examples: Mapping[str, str]
    """Kind → IRI of one thing of it."""

    def of(self, term: str) -> int:
        """How often a term is used: a class by its things, a property by its triples; 0 where it is not."""
        return self.classes.get(term, 0) + self.properties.get(term, 0)


@dataclass(frozen=True, slots=True)
class PropertyUse:
    """A property: its triples, and how many different subjects and objects they have."""

    iri: str
    triples: int
    subjects: int
    objects: int


@dataclass(frozen=True, slots=True)
class ClassUse:
    """A class: how many things it has, and the properties that they have."""

    iri: str
    entities: int
    properties: tuple[PropertyUse, ...]


@dataclass(frozen=True, slots=True)
class LayerUse:
    """The named graphs of one class; a triple counts as a statement once for each graph that has it."""

    name: str
    graphs: int
    statements: int


@dataclass(frozen=True, slots=True)
class Links:
    """How many triples lead by one property to the things of one namespace."""

    property: str
    namespace: str
    triples: int


@dataclass(frozen=True, slots=True)
class Statistics:
    """The whole; triples, subjects, objects, classes and properties are those of the union of all graphs."""

    triples: int
    subjects: int
    objects: int
    statements: int
    graphs: int
    layers: tuple[LayerUse, ...]
    classes: tuple[ClassUse, ...]
    properties: tuple[PropertyUse, ...]
    links: tuple[Links, ...]


@once_a_version
def counts(store: Store) -> Counts:
    """How often each term is used, counted once a version."""
    kinds = rows(store, query_text("count_kinds"))
    return Counts(
        {row["class"].value: _number(row, "entities") for row in rows(store, query_text("count_classes"))},
        {row["property"].value: _number(row, "triples") for row in rows(store, query_text("count_uses"))},
        {row["kind"].value: _number(row, "things") for row in kinds if "kind" in row},
        {row["kind"].value: row["example"].value for row in kinds if "example" in row},
    )


def statistics(store: Store, files: DerivedFiles) -> Statistics:
    """Everything counted, once a version; a store without versions is counted once."""
    if not store.version:
        return _counted(store)

    def write(path: Path) -> None:
        path.write_text(json.dumps(asdict(_count(store))), encoding="utf-8")

    return _read(files.file(store.version, _FILE, write))


def statistics_maker(store: Store, files: DerivedFiles) -> Maker[Statistics]:
    """What has each version counted while others are answered."""

    def kept(version: Version) -> Statistics | None:
        if not version:
            return _counted(store)
        path = files.root / version / _FILE
        return _read(path) if path.is_file() else None

    return Maker(store, kept, lambda: statistics(store, files))


@lru_cache(maxsize=8)
def _read(path: Path) -> Statistics:
    """What a file says: its version is part of its path, so that it never says anything else."""
    kept = json.loads(path.read_text(encoding="utf-8"))
    return Statistics(
        triples=kept["triples"],
        subjects=kept["subjects"],
        objects=kept["objects"],
        statements=kept["statements"],
        graphs=kept["graphs"],
        layers=tuple(LayerUse(**row) for row in kept["layers"]),
        classes=tuple(ClassUse(row["iri"], row["entities"], _uses(row["properties"])) for row in kept["classes"]),
        properties=_uses(kept["properties"]),
        links=tuple(Links(**row) for row in kept["links"]),
    )


def _uses(kept: Iterable[Mapping[str, Any]]) -> tuple[PropertyUse, ...]:
    return tuple(PropertyUse(**row) for row in kept)


@once_a_version
def _counted(store: Store) -> Statistics:
    return _count(store)


def _count(store: Store) -> Statistics:
    (whole,) = rows(store, query_text("count_whole"))
    (named,) = rows(store, query_text("count_statements"))
    entities = rows(store, query_text("count_classes"))
    partitions: defaultdict[str, list[PropertyUse]] = defaultdict(list)
    for row in rows(store, query_text("count_partitions")):
        partitions[row["class"].value].append(_use(row))
    classes = (ClassUse(c, _number(row, "entities"), _most(partitions[c])) for row in entities if (c := _iri(row)))
    links = (
        Links(row["property"].value, row["namespace"].value, _number(row, "triples"))
        for row in rows(store, query_text("count_links"))
        if "namespace" in row
    )
    return Statistics(
        triples=_number(whole, "triples"),
        subjects=_number(whole, "subjects"),
        objects=_number(whole, "objects"),
        statements=_number(named, "statements"),
        graphs=_number(named, "graphs"),
        layers=_layers(store),
        classes=tuple(sorted(classes, key=lambda c: (-c.entities, c.iri))),
        properties=_most(map(_use, rows(store, query_text("count_properties")))),
        links=tuple(sorted(links, key=lambda link: (-link.triples, link.namespace, link.property))),
    )


def _layers(store: Store) -> tuple[LayerUse, ...]:
    text = query_text("count_layers", layers=map(ox.NamedNode, LAYERS))
    found = {row["layer"].value: row for row in rows(store, text) if "layer" in row}
    return tuple(
        LayerUse(name, _number(found.get(iri, {}), "graphs"), _number(found.get(iri, {}), "statements"))
        for iri, name in LAYERS.items()
    )


def _iri(row: Row) -> str | None:
    """The class of a row; what is typed with a blank node or a text counts as a triple only."""
    return row["class"].value if isinstance(row["class"], ox.NamedNode) else None


def _use(row: Row) -> PropertyUse:
    return PropertyUse(row["property"].value, *(_number(row, name) for name in ("triples", "subjects", "objects")))


def _most(uses: Iterable[PropertyUse]) -> tuple[PropertyUse, ...]:
    """The most used first."""
    return tuple(sorted(uses, key=lambda use: (-use.triples, use.iri)))


def _number(row: Row, name: str) -> int:
    return int(row[name].value) if name in row else 0
