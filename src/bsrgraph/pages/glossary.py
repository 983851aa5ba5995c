"""The ontology of a graph directory as pages show it: every term with its definition, its rules and its use."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from functools import cached_property

import pyoxigraph as ox

from bsrgraph.derived import once_a_version
from bsrgraph.iris import BSR, PREFIXES, Space, compact
from bsrgraph.pages.labels import Label, Labels, Link
from bsrgraph.pages.statements import Statements
from bsrgraph.pages.vocabulary import CodeList, Header, Mapping, Reused, Term, Usage
from bsrgraph.read import Term as Node
from bsrgraph.read import query_text, rows
from bsrgraph.statistics import counts
from bsrgraph.store.port import Store

__all__ = ["Glossary", "usage"]

_OWL, _RDF, _RDFS, _SKOS = (PREFIXES[p] for p in ("owl", "rdf", "rdfs", "skos"))
_DCTERMS, _VANN = PREFIXES["dcterms"], PREFIXES["vann"]
_CLASSES = {_OWL + "Class", _RDFS + "Class"}
_NAMES = (_RDFS + "label", _SKOS + "prefLabel")
_MAPPINGS = tuple(_SKOS + f"{kind}Match" for kind in ("exact", "close", "broad", "narrow", "related"))
_LAST = 1e9


@once_a_version
def usage(store: Store) -> dict[str, Usage]:
    """IRI of each class and property in use → how much it is used."""
    used = counts(store)
    wider = {row["class"].value: int(row["things"].value) for row in rows(store, query_text("count_with_subclasses"))}
    return {
        term: Usage(used.classes.get(term, 0), used.properties.get(term, 0), wider.get(term, 0))
        for term in used.classes.keys() | used.properties.keys() | wider.keys()
    }


class Glossary:
    """The terms among `said`, for one reader; `orders` are the places of classes, where their shapes have some."""

    def __init__(
        self,
        said: Statements,
        labels: Labels,
        space: Space,
        used: dict[str, Usage] | None = None,
        orders: dict[str, float] | None = None,
    ) -> None:
        self._said, self._labels, self._space = said, labels, space
        self._used, self._orders = used or {}, orders or {}
        self.header = self._header(space.ontology.rstrip("#"))
        self._prefixes = {self.header.prefix or "this": space.ontology} | PREFIXES
        labels.look_up(
            iri
            for term in self._own
            for name in said.properties(term)
            for iri in [term.value, name, *said.iris(term, name)]
        )

    @cached_property
    def _own(self) -> list[ox.NamedNode]:
        return [s for s in self._said if isinstance(s, ox.NamedNode) and s.value.startswith(self._space.ontology)]

    def short(self, iri: str) -> str:
        """An IRI as a prefixed name, where there is a prefix."""
        return compact(iri, self._prefixes)

    def header_of_shapes(self) -> Header:
        """What the graph of shapes says of itself."""
        return self._header(self._space.shapes.rstrip("#"))

    def _header(self, iri: str) -> Header:
        node = ox.NamedNode(iri)

        def texts(name: str) -> str:
            return next((v.value for v in self._said.literals(node, name)), "")

        def links(name: str) -> tuple[Link, ...]:
            return tuple(self._labels.link(i) for i in self._said.iris(node, name))

        self._labels.look_up([i for n in self._said.properties(node) for i in self._said.iris(node, n)])
        return Header(
            iri,
            self._best(node, _DCTERMS + "title", *_NAMES) or Label(iri),
            self._best(node, _DCTERMS + "description", _RDFS + "comment"),
            texts(_OWL + "versionInfo"),
            next(iter(self._said.iris(node, _OWL + "versionIRI")), ""),
            next(iter(self._said.iris(node, _OWL + "priorVersion")), ""),
            texts(_VANN + "preferredNamespacePrefix"),
            texts(_VANN + "preferredNamespaceUri"),
            next(iter(links(_DCTERMS + "license")), None),
            links(_DCTERMS + "creator"),
            texts(_DCTERMS + "created"),
            texts(_DCTERMS + "modified"),
        )

    @cached_property
    def classes(self) -> tuple[Term, ...]:
        """The classes, each after its superclass; beside each other in the order of their shapes."""
        own = [s for s in self._own if self._said.classes(s) & _CLASSES]
        own.sort(key=lambda s: (self._orders.get(s.value, _LAST), self._title(s).text.casefold()))
        found: dict[Node, Term] = {}

        def add(term: ox.NamedNode, depth: int) -> None:
            if term not in found:
                found[term] = self.term(term, depth)
                for sub in own:
                    if term in self._said.all(sub, _RDFS + "subClassOf"):
                        add(sub, depth + 1)

        tops = [s for s in own if not any(t in own for t in self._said.all(s, _RDFS + "subClassOf"))]
        for term in (*tops, *own):
            add(term, 0)
        return tuple(found.values())

    @cached_property
    def properties(self) -> tuple[Term, ...]:
        """Every other term, by name."""
        found = [self.term(s) for s in self._own if not self._said.classes(s) & _CLASSES]
        return tuple(sorted(found, key=lambda t: (t.title.text.casefold(), t.iri)))

    def find(self, anchor: str) -> Term | None:
        """The term with this local name."""
        return next((t for t in (*self.classes, *self.properties) if t.anchor == anchor), None)

    def near(self, anchor: str) -> tuple[tuple[str, str], ...]:
        """Terms whose names are like `anchor`: label and path."""
        names = {t.anchor: t for t in (*self.classes, *self.properties)}
        folded = {name.lower(): name for name in names}
        found = [names[folded[n]] for n in difflib.get_close_matches(anchor.lower(), folded, n=5)]
        return tuple((t.title.text, self._space.path(t.iri) or "") for t in found)

    def term(self, term: ox.NamedNode, depth: int = 0) -> Term:
        """One term."""
        is_class = bool(self._said.classes(term) & _CLASSES)
        wider = _RDFS + ("subClassOf" if is_class else "subPropertyOf")
        definition = self._best(term, _SKOS + "definition", _RDFS + "comment", _DCTERMS + "description")
        names = [Label(n.value, n.language or "") for p in _NAMES for n in self._said.literals(term, p)]
        inverse = _OWL + "inverseOf"
        return Term(
            term.value,
            term.value.removeprefix(self._space.ontology),
            self.short(term.value),
            is_class,
            self._title(term),
            tuple(sorted(names, key=lambda n: n.language)),
            self._links(v for v in self._said.classes(term)),
            definition,
            self._notes(term, _SKOS + "scopeNote", _RDFS + "comment", besides=definition),
            next((e.value for e in self._said.literals(term, _SKOS + "example")), ""),
            self._links(self._said.iris(term, wider)),
            self._links(s.value for s in self._said.subjects(wider, term)),
            self._links([*self._said.iris(term, inverse), *(s.value for s in self._said.subjects(inverse, term))]),
            self._mappings(term),
            self._used.get(term.value, Usage()),
            depth,
            any(v.value in ("true", "1") for v in self._said.literals(term, _OWL + "deprecated")),
        )

    def _title(self, term: ox.NamedNode) -> Label:
        return self._best(term, *_NAMES) or Label(term.value.removeprefix(self._space.ontology))

    def _best(self, term: Node, *names: str) -> Label | None:
        found = (self._labels.best(self._said.literals(term, n)) for n in names)
        return next((label for label in found if label), None)

    def _notes(self, term: Node, *names: str, besides: Label | None = None) -> tuple[Label, ...]:
        notes = (self._labels.best(self._said.literals(term, n)) for n in names)
        return tuple(note for note in notes if note and note != besides)

    def _links(self, iris: Iterable[str]) -> tuple[Link, ...]:
        found = [self._labels.link(i) for i in dict.fromkeys(iris)]
        return tuple(sorted(found, key=lambda link: (link.label.text.casefold(), link.iri)))

    def _mappings(self, term: ox.NamedNode) -> tuple[Mapping, ...]:
        return tuple(
            Mapping(self._labels.link(name), self.foreign(other), self._alignment(term, name, other))
            for name in _MAPPINGS
            for other in self._said.iris(term, name)
        )

    def _alignment(self, term: Node, name: str, other: str) -> Label:
        stating = self._said.graphs(term, name, ox.NamedNode(other))
        titles = (self._best(ox.NamedNode(g), _DCTERMS + "title") for g in stating)
        return next((title for title in titles if title), Label(""))

    def foreign(self, iri: str) -> Link:
        """A term of another vocabulary, by its prefixed name or the last part of its IRI where it has no label."""
        link = self._labels.link(iri)
        if link.label.text != iri:
            return link
        short = self.short(iri)
        last = iri.rstrip("/").rpartition("#")[2].rpartition("/")[2]
        return Link(iri, Label(last if short.startswith("<") else short), link.href, link.local)

    @cached_property
    def lists(self) -> tuple[CodeList, ...]:
        """The code lists, by name, with their codes."""
        schemes = self._said.subjects(_RDF + "type", ox.NamedNode(_SKOS + "ConceptScheme"))
        members = {s: [c.value for c in self._said.subjects(_SKOS + "inScheme", s)] for s in schemes}
        self._labels.look_up(i for s, codes in members.items() for i in (s.value, *codes))
        found = [
            CodeList(
                "list-" + scheme.value.rpartition("/")[2].rpartition("#")[2],
                self._labels.link(scheme.value),
                self._best(scheme, _SKOS + "definition", _DCTERMS + "description"),
                self._links(codes),
            )
            for scheme, codes in members.items()
        ]
        return tuple(sorted(found, key=lambda f: f.link.label.text.casefold()))

    @cached_property
    def reused(self) -> tuple[tuple[str, tuple[Reused, ...]], ...]:
        """The terms of other vocabularies that something is said of, by namespace."""
        said = self._said
        foreign = sorted(
            s.value
            for s in said
            if isinstance(s, ox.NamedNode)
            and not self._space.owns(s.value)
            and any(said.literals(s, n) for n in (*_NAMES, _SKOS + "scopeNote"))
        )
        self._labels.look_up(foreign)
        spaces: dict[str, list[Reused]] = {}
        for iri in foreign:
            notes = self._notes(ox.NamedNode(iri), _SKOS + "scopeNote", _SKOS + "definition")
            found = Reused(iri, self.short(iri), self.foreign(iri), notes, self._used.get(iri, Usage()))
            spaces.setdefault(iri[: max(iri.rfind("#"), iri.rfind("/")) + 1], []).append(found)
        return tuple((space, tuple(terms)) for space, terms in sorted(spaces.items(), key=_by_prefix))

    @cached_property
    def graphs(self) -> Sequence[Link]:
        """The graphs that this is said in, the ontology first."""
        found = [s.value for s in self._said if self._is_graph(s)]
        self._labels.look_up(found)
        return tuple(self._labels.link(g) for g in sorted(found))

    def _is_graph(self, subject: Node) -> bool:
        reference = BSR + "ReferenceGraph" in self._said.classes(subject)
        return reference and isinstance(subject, ox.NamedNode) and self._space.owns(subject.value)


def _by_prefix(entry: tuple[str, list[Reused]]) -> tuple[bool, str]:
    """Namespaces that have a prefix here come first."""
    prefix = next((p for p, space in PREFIXES.items() if space == entry[0]), "")
    return (not prefix, prefix or entry[0])
