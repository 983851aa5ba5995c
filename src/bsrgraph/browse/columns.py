"""Which columns the table of a kind can have, what they are called in addresses, and what is in them.

Read from the shapes: a slot of the class is a column; where other things point here by a slot and carry numbers or
are named by the shape as its parts (amounts, participations, grants), their slots are columns too. Nothing here knows
a kind or a property.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from bsrgraph.derived import once_a_version
from bsrgraph.iris import BSR, LAYERS, PREFIXES, RDF_TYPE, XSD
from bsrgraph.pages.layout import Layout, Slot
from bsrgraph.read import query_text, rows
from bsrgraph.store.port import Store

__all__ = ["RESERVED", "Column", "Part", "columns_of", "slug"]

RESERVED = frozenset({"bom", "columns", "form", "format", "iri", "lang", "name", "page", "q", "size", "sort", "thing"})
"""Names that no column may have in an address."""
_NUMBERS = {XSD + "decimal", XSD + "integer"}
_LEFT_OUT = {
    *(PREFIXES["skos"] + name for name in ("prefLabel", "altLabel", "exactMatch", "closeMatch")),
    PREFIXES["rdfs"] + "label",
    PREFIXES["foaf"] + "name",
    BSR + "notStated",
    BSR + "withheld",
}
"""Names, which are the first column; and what is said of silence."""


@dataclass(frozen=True, slots=True)
class Part:
    """Things of the class `iri` that point to the things of the table by `via`: amounts, participations.

    Where `code` is given, only those that have it as the value of the property before it: the amounts of one kind.
    """

    via: str
    iri: str
    kind: str
    label: str
    code: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """One column: the values of `property` (or what has it, if `inverse`), of the thing or of its parts.

    `name` is its name in addresses; `counts` says that how many parts there are is the value; `codes` that the values
    are of a code list, `required` that there must be one, `measure` that it is the number that a part is there for,
    `specific` that what points here by the property points to nothing else.
    """

    name: str
    label: str
    description: str
    group: str
    property: str
    inverse: bool = False
    part: Part | None = None
    counts: bool = False
    codes: bool = False
    required: bool = False
    measure: bool = False
    specific: bool = False
    further: bool = False


@dataclass(frozen=True, slots=True)
class _Rule:
    """What a property shape says of its values."""

    classes: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    datatypes: frozenset[str] = frozenset()
    least: int = 0

    @property
    def is_measure(self) -> bool:
        """Whether it is a number that must be there."""
        return bool(self.datatypes) and self.datatypes <= _NUMBERS and self.least > 0


@once_a_version
def _rules(store: Store) -> dict[str, _Rule]:
    found: defaultdict[str, defaultdict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for row in rows(store, query_text("table_shapes")):
        for name, term in row.items():
            if name != "shape":
                found[row["shape"].value][name].add(term.value)
    return {
        shape: _Rule(
            frozenset(said["class"]),
            frozenset(said["kind"]),
            frozenset(said["datatype"]),
            max((int(n) for n in said["least"]), default=0),
        )
        for shape, said in found.items()
    }


def slug(text: str) -> str:
    """`text` as it stands in an address: `involvesCountry` and “Involves country” are `involves-country`."""
    plain = unicodedata.normalize("NFKD", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", text))
    return re.sub(r"[^a-z0-9]+", "-", plain.encode("ascii", "ignore").decode().lower()).strip("-")


def columns_of(store: Store, layout: Layout, classes: Iterable[str], further: Sequence[str] = ()) -> list[Column]:
    """The columns for things of these classes, in the order of their shapes, each with a name of its own.

    `further` are properties that things have without a shape that says so.
    """
    classes = set(classes)
    reader = _Reader(layout, _rules(store), classes)
    slots = layout.slots(classes)
    direct = [reader.direct(s) for s in slots if s.property not in _LEFT_OUT and not reader.is_part(s)]
    parts = [reader.parts(s) for s in slots if reader.is_part(s)]
    known = {s.property for s in slots if not s.inverse} | _LEFT_OUT | {RDF_TYPE}
    rest = [_Named(Column("", "", "", "", p, further=True), (slug(_local(p)),)) for p in further if p not in known]
    kind = Column("", "Class", "What it is stated to be.", "", RDF_TYPE, further=True)
    return _named([[*direct, *rest, _Named(kind, ("class",))], *parts])


@dataclass(frozen=True, slots=True)
class _Named:
    """A column and the names that it may have, the best first."""

    column: Column
    names: tuple[str, ...]


class _Reader:
    def __init__(self, layout: Layout, rules: dict[str, _Rule], classes: set[str]) -> None:
        self._layout = layout
        self._rules = rules
        pointing = [s for s in layout.slots(layout.kinds) if not s.inverse]
        self._specific = {s.property for s in pointing if self._rule(s).classes and self._rule(s).classes <= classes}

    def _rule(self, slot: Slot) -> _Rule:
        return self._rules.get(slot.shape, _Rule())

    def _kind(self, slot: Slot) -> str:
        """The one kind that the values of a slot are of, or nothing."""
        rule = self._rule(slot)
        classes = {slot.part} if slot.part else rule.classes
        kinds = {self._layout.kinds.get(c, "") for c in classes} | rule.kinds
        return kinds.pop() if len(kinds) == 1 else ""

    def _class(self, slot: Slot) -> str | None:
        classes = self._rule(slot).classes
        return slot.part or (next(iter(classes)) if len(classes) == 1 else None)

    def is_part(self, slot: Slot) -> bool:
        """Whether what points here is a part: it must lead to a whole, and has a number or the class the shape says."""
        part = self._class(slot) if slot.inverse else None
        if part is None or part in LAYERS or part not in self._layout.kinds:
            return False
        inner = [self._rule(s) for s in self._layout.slots([part]) if not s.inverse]
        leads = any(rule.least and rule.classes for rule in inner)
        return leads and (slot.part is not None or any(rule.is_measure for rule in inner))

    def _column(self, slot: Slot, part: Part | None = None) -> Column:
        rule = self._rule(slot)
        return Column(
            "",
            slot.name,
            slot.description,
            slot.group,
            slot.property,
            slot.inverse,
            part,
            codes=bool(rule.kinds),
            required=rule.least > 0,
            measure=rule.is_measure and not slot.inverse,
            specific=slot.inverse and slot.property in self._specific,
        )

    def direct(self, slot: Slot) -> _Named:
        """The column of a slot of the thing itself."""
        own = slug(slot.name) if slot.inverse else slug(_local(slot.property))
        return _Named(self._column(slot), (self._kind(slot), own))

    def parts(self, slot: Slot) -> list[_Named]:
        """How many parts there are, and the columns of their slots that are numbers, dates, or things of a kind."""
        iri = self._class(slot) or ""
        part = Part(slot.property, iri, self._layout.kinds[iri], slot.name)
        how_many = replace(self._column(slot), part=part, counts=True)
        found = [_Named(how_many, (slug(slot.name), part.kind + "s"))]
        for inner in self._layout.slots([iri]):
            if inner.inverse or inner.property in {slot.property, *_LEFT_OUT} or not self._is_worth(inner):
                continue
            kind, own = self._kind(inner), slug(_local(inner.property))
            column = replace(self._column(inner, part), group=slot.group)
            found.append(_Named(column, (kind, own, f"{part.kind}.{kind or own}", f"{part.kind}.{own}")))
        return found

    def _is_worth(self, slot: Slot) -> bool:
        """Whether a slot of a part is told in the table of the whole: not so its notes and technicalities."""
        rule = self._rule(slot)
        if rule.datatypes <= _NUMBERS and rule.datatypes:
            return rule.is_measure
        return bool(rule.classes or rule.kinds or (rule.datatypes - _TEXTS) or (rule.least and not rule.datatypes))


_TEXTS = {PREFIXES["rdf"] + "langString", XSD + "string"}


def _local(iri: str) -> str:
    return re.split(r"[#/]", iri.rstrip("#/"))[-1]


def _named(levels: list[list[_Named]]) -> list[Column]:
    """The columns with their names: the things' own columns choose first, and a name that two want goes to neither."""
    taken = set(RESERVED)
    found: list[Column] = []
    for level in levels:
        wanted = Counter(names[0] for _, names in ((n.column, n.names) for n in level))
        for named in level:
            free = (n for n in named.names if n and n not in taken and not (n == named.names[0] and wanted[n] > 1))
            name = next(free, None) or next(
                n for i in range(2, 10_000) if (n := f"{named.names[-1] or 'column'}-{i}") not in taken
            )
            taken.add(name)
            found.append(replace(named.column, name=name))
    return found
