"""What may be said of a thing of some kind, field by field, as the shapes of a graph directory have it.

A field is a property shape with a plain path, seen by somebody who fills in a form or a column: what it is called,
what goes into it, and whether it may be left out. Nothing here knows a kind or a property.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import pyoxigraph as ox

from bsrgraph.corpus import Corpus
from bsrgraph.iris import BSR, PREFIXES, compact

__all__ = ["Choice", "Field", "Kind", "Schema"]

_SH, _SKOS, _RDFS, _RDF = (PREFIXES[p] for p in ("sh", "skos", "rdfs", "rdf"))
_NAMES = (_SKOS + "prefLabel", _SKOS + "altLabel", _RDFS + "label", _SKOS + "notation")
_LAST = 1e9
_NO_END = 10**9


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a list that a field is chosen from, and everything that it is called."""

    term: ox.NamedNode | ox.Literal
    name: str
    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class Field:
    """One property, for somebody who fills it in.

    `name` is its header in tables and its name in forms. A value is one of `choices` where there are any, else a
    thing of one of `kinds`, an address (`link`), or a literal of one of `datatypes`; `language` means a text with a
    language tag. `pattern` and `least` are what SHACL asks of a value besides.
    """

    name: str
    path: str
    label: str
    description: str
    message: str
    group: str
    datatypes: tuple[str, ...]
    kinds: tuple[str, ...]
    choices: tuple[Choice, ...]
    language: bool
    link: bool
    required: bool
    several: bool
    pattern: str = ""
    least: str = ""

    @property
    def is_name(self) -> bool:
        """Whether it holds what the thing is called."""
        return self.path == _SKOS + "prefLabel"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of thing that can be contributed, with its fields in the order of the shapes."""

    name: str
    iri: str
    label: str
    description: str
    fields: tuple[Field, ...]

    def field(self, name: str) -> Field | None:
        """The field of that header: its name, its label, a prefixed name or an IRI, in whatever case."""
        wanted = " ".join(name.split()).casefold()
        for known in self.fields:
            if wanted in {t.casefold() for t in (known.name, known.label, known.path, compact(known.path))}:
                return known
        return None


class Schema:
    """The kinds of a graph directory and their fields."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus
        self._said: defaultdict[object, defaultdict[str, list[ox.NamedNode | ox.BlankNode | ox.Literal]]] = defaultdict(
            lambda: defaultdict(list)
        )
        self._with_value: defaultdict[tuple[str, object], list[ox.NamedNode]] = defaultdict(list)
        for quad in (s.quad for source in corpus.sources for s in source.statements):
            if not isinstance(quad.object, ox.Triple):
                self._said[quad.subject][quad.predicate.value].append(quad.object)
            if isinstance(quad.subject, ox.NamedNode):
                self._with_value[quad.predicate.value, quad.object].append(quad.subject)

    @cached_property
    def kinds(self) -> dict[str, Kind]:
        """Every kind whose class a shape lays out, by its name in IRIs, in the order of the shapes."""
        shapes: defaultdict[str, list[object]] = defaultdict(list)
        for subject, said in list(self._said.items()):
            for target in said.get(_SH + "targetClass", ()):
                shapes[target.value].append(subject)
        found: list[tuple[float, Kind]] = []
        for iri, kind in self._classes().items():
            own = [s for s in shapes.get(iri, ()) if self._one(s, _SH + "order") and self._said[s][_SH + "property"]]
            members = [p for c in self._supers(iri) for s in shapes.get(c, ()) for p in self._said[s][_SH + "property"]]
            fields = self._fields(members)
            if own and fields:
                label = self._text(ox.NamedNode(iri), _RDFS + "label") or kind
                found.append(
                    (self._order(own[0]), Kind(kind, iri, label, self._text(own[0], _SH + "description"), fields))
                )
        return {kind.name: kind for _, kind in sorted(found, key=lambda f: f[0])}

    def _classes(self) -> dict[str, str]:
        return {
            s.value: said[BSR + "kind"][0].value
            for s, said in list(self._said.items())
            if isinstance(s, ox.NamedNode) and said.get(BSR + "kind") and s.value != BSR + "kind"
        }

    def _supers(self, iri: str) -> list[str]:
        todo, done = [iri], dict[str, None]()
        while todo:
            if (current := todo.pop()) not in done:
                done[current] = None
                todo += [c.value for c in self._said[ox.NamedNode(current)].get(_RDFS + "subClassOf", ())]
        return list(done)

    def _fields(self, shapes: Iterable[object]) -> tuple[Field, ...]:
        by_property: dict[str, Field] = {}
        names: set[str] = set()
        for shape in sorted(dict.fromkeys(shapes), key=self._place):
            path = self._one(shape, _SH + "path")
            if not isinstance(path, ox.NamedNode) or path.value in by_property:
                continue
            local = path.value.replace("/", "#").rpartition("#")[2]
            by_property[path.value] = self._field(
                shape, path.value, local if local not in names else compact(path.value)
            )
            names.add(local)
        return tuple(by_property.values())

    def _place(self, shape: object) -> tuple[float, float, str]:
        group = self._one(shape, _SH + "group")
        return (self._order(group) if group else _LAST, self._order(shape), str(shape))

    def _order(self, shape: object) -> float:
        order = self._one(shape, _SH + "order")
        return float(order.value) if isinstance(order, ox.Literal) else _LAST

    def _field(self, shape: object, property_: str, name: str) -> Field:
        asked = [shape, *self._alternatives(shape)]
        datatypes = tuple(dict.fromkeys(t.value for a in asked for t in self._said[a].get(_SH + "datatype", ())))
        nodes = [n for a in asked for n in self._said[a].get(_SH + "node", ())]
        classes = [c.value for a in (*asked, *nodes) for c in self._said[a].get(_SH + "class", ())]
        choices = tuple(self._choices(shape, nodes))
        node_kinds = {k.value for a in asked for k in self._said[a].get(_SH + "nodeKind", ())}
        group = self._one(shape, _SH + "group")
        return Field(
            name,
            property_,
            self._text(shape, _SH + "name") or name,
            self._text(shape, _SH + "description"),
            self._text(shape, _SH + "message"),
            self._text(group, _RDFS + "label") if group else "",
            tuple(t for t in datatypes if t != _RDF + "langString"),
            self._kinds_of(classes),
            choices,
            _RDF + "langString" in datatypes,
            _SH + "IRI" in node_kinds,
            self._number(shape, _SH + "minCount", 0) > 0,
            self._number(shape, _SH + "maxCount", _NO_END) > 1,
            self._text(shape, _SH + "pattern"),
            self._text(shape, _SH + "minInclusive") or self._text(shape, _SH + "minExclusive"),
        )

    def _alternatives(self, shape: object) -> Iterator[object]:
        for word in ("or", "xone", "and"):
            for head in self._said[shape].get(_SH + word, ()):
                yield from self._list(head)

    def _list(self, head: object) -> Iterator[ox.NamedNode | ox.BlankNode | ox.Literal]:
        while head in self._said and (first := self._one(head, _RDF + "first")) is not None:
            yield first
            head = self._one(head, _RDF + "rest")

    def _choices(self, shape: object, nodes: Iterable[object]) -> Iterator[Choice]:
        """The values of a list: those that the shape lists, or those that a node shape tells by one of their values."""
        listed = [t for head in self._said[shape].get(_SH + "in", ()) for t in self._list(head)]
        for node in nodes:
            for rule in self._said[node].get(_SH + "property", ()):
                path, value = self._one(rule, _SH + "path"), self._one(rule, _SH + "hasValue")
                if isinstance(path, ox.NamedNode) and value is not None:
                    listed += sorted(self._with_value[path.value, value], key=str)
        for term in dict.fromkeys(listed):
            if isinstance(term, ox.Literal):
                yield Choice(term, term.value, frozenset({term.value}))
            elif isinstance(term, ox.NamedNode):
                names = {v.value for n in _NAMES for v in self._said[term].get(n, ())}
                yield Choice(term, self._called(term), frozenset(names))

    def _called(self, term: ox.NamedNode) -> str:
        return next((t for n in _NAMES[:3] if (t := self._text(term, n))), compact(term.value).strip("<>"))

    def _kinds_of(self, classes: Iterable[str]) -> tuple[str, ...]:
        """The kinds of the classes and of all that are below them."""
        wanted, known = set(classes), self._classes()
        return tuple(dict.fromkeys(k for c, k in sorted(known.items()) if wanted & set(self._supers(c))))

    def _one(self, subject: object, name: str) -> ox.NamedNode | ox.BlankNode | ox.Literal | None:
        return next(iter(self._said[subject].get(name, ())), None) if subject in self._said else None

    def _text(self, subject: object, name: str) -> str:
        """What is said in English, or without a language."""
        said = self._said[subject].get(name, ()) if subject in self._said else ()
        found = [v for v in said if isinstance(v, ox.Literal) and v.language in (None, "en")]
        return found[0].value if found else ""

    def _number(self, subject: object, name: str, default: int) -> int:
        found = self._one(subject, name)
        return int(found.value) if isinstance(found, ox.Literal) else default
