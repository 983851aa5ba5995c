"""How the directory's own terms are said in schema.org: read from its alignments, which are SKOS mappings.

Only mappings that keep the meaning count: exact and close ones, and broad ones, which say less but nothing false.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from bsrgraph.derived import once_a_version
from bsrgraph.iris import PREFIXES
from bsrgraph.pages.layout import Layout
from bsrgraph.read import query_text, rows
from bsrgraph.store.port import Store

__all__ = ["Alignment", "alignment"]

_ORDER = tuple(PREFIXES["skos"] + name for name in ("exactMatch", "closeMatch", "broadMatch"))


@dataclass(frozen=True, slots=True)
class Alignment:
    """Term → name in schema.org, for the terms of one version of the graph; and which property is which's inverse."""

    names: dict[str, str]
    inverses: dict[str, str]

    def property(self, iri: str, *, inverse: bool = False) -> str | None:
        """What schema.org calls a property, or (`inverse`) what leads the other way."""
        return self.names.get(self.inverses.get(iri, "") if inverse else iri)

    def type_of(self, layout: Layout, classes: Iterable[str]) -> str:
        """What schema.org calls the nearest of these classes and their superclasses; Thing if it has no word."""
        level, seen = sorted(classes), set[str]()
        while level:
            found = next((self.names[c] for c in level if c in self.names), None)
            if found:
                return found
            seen.update(level)
            level = sorted({above for c in level for above in layout.above(c)} - seen)
        return "Thing"


@once_a_version
def alignment(store: Store) -> Alignment:
    """The alignment of the store's version, read once a version."""
    ranked: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
    inverses: dict[str, str] = {}
    for row in rows(store, query_text("alignment")):
        term, value = row["term"].value, row["value"].value
        if "relation" not in row:
            inverses |= {term: value, value: term}
        elif value.startswith(PREFIXES["schema"]) and row["relation"].value in _ORDER:
            name = value.removeprefix(PREFIXES["schema"])
            ranked[term].append((_ORDER.index(row["relation"].value), name))
    return Alignment({term: min(found)[1] for term, found in ranked.items()}, inverses)
