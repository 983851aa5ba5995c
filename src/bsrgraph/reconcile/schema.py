"""Types and properties of the service: the kinds of the graph, and the places of their shapes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bsrgraph.derived import once_a_version
from bsrgraph.iris import Space
from bsrgraph.pages import layout
from bsrgraph.pages.layout import Slot
from bsrgraph.search.fold import fold
from bsrgraph.store.port import Store

__all__ = ["Property", "Schema", "begins", "identified", "schema"]


@dataclass(frozen=True, slots=True)
class Property:
    """A place of a shape; its `id` begins with `^` where things point to the entity by the property."""

    id: str
    name: str
    description: str

    @property
    def iri(self) -> str:
        """The IRI of the property itself."""
        return self.id.removeprefix("^")

    @property
    def is_inverse(self) -> bool:
        """Whether things point to the entity by it."""
        return self.id.startswith("^")


@dataclass(frozen=True, slots=True)
class Schema:
    """Kind → the classes or code lists that have it; kind → its properties; and every property once."""

    classes: dict[str, tuple[str, ...]]
    of_kind: dict[str, tuple[Property, ...]]
    properties: dict[str, Property]

    def kind(self, type_id: str) -> str | None:
        """The kind that an identifier of a type names: the kind itself, or the IRI of its class."""
        if type_id in self.classes:
            return type_id
        return next((kind for kind, classes in self.classes.items() if type_id in classes), None)


@once_a_version
def schema(store: Store) -> Schema:
    """The types and properties of the store's version, types in the order of their shapes."""
    found = layout(store)
    ordered = sorted(found.kinds.items(), key=lambda item: (found.orders.get(item[0], 1e9), item[1], item[0]))
    classes: dict[str, tuple[str, ...]] = {}
    for iri, kind in ordered:
        classes[kind] = (*classes.get(kind, ()), iri)
    of_kind = {kind: _distinct(found.slots(iris)) for kind, iris in classes.items()}
    every = {p.id: p for properties in of_kind.values() for p in properties}
    return Schema(classes, of_kind, dict(sorted(every.items(), key=lambda item: (item[1].name.lower(), item[0]))))


def _distinct(slots: Iterable[Slot]) -> tuple[Property, ...]:
    """Each property once; what points here by one property from several places of the shape is one as well."""
    found: dict[str, list[Slot]] = {}
    for slot in slots:
        found.setdefault(("^" if slot.inverse else "") + slot.property, []).append(slot)
    return tuple(Property(id_, _named(same), same[0].description) for id_, same in found.items())


def _named(same: list[Slot]) -> str:
    names = dict.fromkeys(slot.name for slot in same if slot.name)
    return ", ".join(names) or same[0].property.replace("#", "/").rpartition("/")[2]


def begins(name: str, prefix: str) -> bool:
    """Whether a name, or a word of it, begins so."""
    asked, words = fold(prefix), fold(name)
    return not asked or words.startswith(asked) or f" {asked}" in words


def identified(space: Space, identifier: str) -> str:
    """The IRI of an entity: as it is, or after the prefix of all things."""
    text = identifier.strip()
    return text if ":" in text else space.things + text.lstrip("/")
