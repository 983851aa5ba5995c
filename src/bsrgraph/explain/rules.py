"""What a rule allows, read off its shape, so that the nearest allowed value can be named."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import pyoxigraph as ox

from bsrgraph.iris import PREFIXES

__all__ = ["Allowed", "Rules"]

_SH, _RDF = PREFIXES["sh"], PREFIXES["rdf"]
_DEEP = 6


@dataclass(frozen=True, slots=True)
class Allowed:
    """What the values of a property may be: of these classes, of these datatypes, or one of these.

    `marks` are a property and a value that they must have themselves, as codes have their list.
    """

    classes: tuple[str, ...] = ()
    datatypes: tuple[str, ...] = ()
    values: tuple[ox.NamedNode | ox.Literal, ...] = ()
    marks: tuple[tuple[str, ox.NamedNode], ...] = ()


@dataclass(slots=True)
class _Found:
    classes: dict[str, None] = field(default_factory=dict)
    datatypes: dict[str, None] = field(default_factory=dict)
    values: dict[ox.NamedNode | ox.Literal, None] = field(default_factory=dict)
    marks: dict[tuple[str, ox.NamedNode], None] = field(default_factory=dict)


class Rules:
    """The shapes of one graph, by subject and predicate."""

    def __init__(self, quads: Iterable[ox.Quad]) -> None:
        self._objects: dict[tuple[object, str], list[object]] = {}
        for quad in quads:
            self._objects.setdefault((quad.subject, quad.predicate.value), []).append(quad.object)

    def allowed(self, rule: str) -> Allowed:
        """What the shape with this IRI lets its values be, whatever else it asks of them."""
        found = _Found()
        try:
            self._read(ox.NamedNode(rule), found, _DEEP)
        except ValueError:
            return Allowed()
        return Allowed(tuple(found.classes), tuple(found.datatypes), tuple(found.values), tuple(found.marks))

    def _of(self, node: object, name: str) -> list[object]:
        return self._objects.get((node, _SH + name), [])

    def _read(self, shape: object, found: _Found, deep: int) -> None:
        if deep == 0:
            return
        found.classes |= dict.fromkeys(o.value for o in self._of(shape, "class") if isinstance(o, ox.NamedNode))
        found.datatypes |= dict.fromkeys(o.value for o in self._of(shape, "datatype") if isinstance(o, ox.NamedNode))
        for listed in self._of(shape, "in"):
            found.values |= dict.fromkeys(o for o in self._items(listed) if isinstance(o, ox.NamedNode | ox.Literal))
        for name in ("or", "xone", "and"):
            for listed in self._of(shape, name):
                for inner in self._items(listed):
                    self._read(inner, found, deep - 1)
        for inner in self._of(shape, "node"):
            self._read(inner, found, deep - 1)
            for part in self._of(inner, "property"):
                paths, values = self._of(part, "path"), self._of(part, "hasValue")
                if paths and values and isinstance(paths[0], ox.NamedNode) and isinstance(values[0], ox.NamedNode):
                    found.marks[paths[0].value, values[0]] = None

    def _items(self, node: object) -> list[object]:
        found: list[object] = []
        while (first := self._objects.get((node, _RDF + "first"))) and len(found) < 1000:
            found.append(first[0])
            node = next(iter(self._objects.get((node, _RDF + "rest"), ())), None)
        return found
