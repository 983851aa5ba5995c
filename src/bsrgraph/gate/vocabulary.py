"""What the graph knows: its terms, and which things it describes and types."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import pyoxigraph as ox

from bsrgraph.iris import BSR, RDF_TYPE, Space

__all__ = ["Vocabulary", "local"]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What the graph knows: its terms, and of the things that are asked about those that it describes and types.

    `near` finds the thing whose IRI is most like one that there is not.
    """

    space: Space
    terms: frozenset[str]
    described: frozenset[str]
    typed: frozenset[str]
    near: Callable[[str], str | None] | None = None

    @classmethod
    def of(cls, space: Space, ontology: Iterable[ox.Quad], quads: Iterable[ox.Quad]) -> Vocabulary:
        """The vocabulary of a graph: terms are what the ontology graphs describe."""
        terms = frozenset(q.subject.value for q in ontology if isinstance(q.subject, ox.NamedNode))
        described, typed = _subjects(quads)
        return cls(space, terms, described | terms, typed | terms)

    def with_(self, quads: Iterable[ox.Quad]) -> Vocabulary:
        """The same, and what `quads` describe and type."""
        described, typed = _subjects(quads)
        return replace(self, described=self.described | described, typed=self.typed | typed)

    def nearest(self, term: str) -> str | None:
        """The known term most like `term`: first by local name, whatever its namespace."""
        wanted = local(term)
        by_name: dict[str, str] = {}
        for known in sorted(self.terms, key=lambda t: (not t.startswith(BSR), t)):
            if not known.startswith(self.space.things):
                by_name.setdefault(local(known), known)
        # Of other vocabularies there are many terms that nobody here has heard of, and few that are misspelt.
        ours = self.space.owns(term) or term.startswith(BSR.removesuffix("#"))
        found = difflib.get_close_matches(wanted, list(by_name), n=1, cutoff=0.6 if ours else 0.75)
        return by_name[found[0]] if found else None

    def nearest_thing(self, iri: str) -> str | None:
        """The described thing of the same kind whose name is most like that of `iri`."""
        if self.near is not None:
            return self.near(iri)
        kind, slug = self.space.split(iri) or ("", "")
        alike = {s[1]: d for d in sorted(self.described) if (s := self.space.split(d)) and s[0] == kind}
        near = difflib.get_close_matches(slug, alike, n=1, cutoff=0.6)
        return alike[near[0]] if near else None


def _subjects(quads: Iterable[ox.Quad]) -> tuple[frozenset[str], frozenset[str]]:
    described: set[str] = set()
    typed: set[str] = set()
    for quad in quads:
        if isinstance(quad.subject, ox.NamedNode):
            described.add(quad.subject.value)
            if quad.predicate.value == RDF_TYPE:
                typed.add(quad.subject.value)
    return frozenset(described), frozenset(typed)


def local(term: str) -> str:
    """The last part of an IRI."""
    return term.replace("/", "#").rpartition("#")[2]
