"""What the things of a table are called, in every language, and how names are compared: without accents and case."""

from __future__ import annotations

import unicodedata
from array import array
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache

import pyoxigraph as ox

from bsrgraph.iris import PREFIXES
from bsrgraph.pages.labels import Label
from bsrgraph.read import Term

__all__ = ["NAMING", "Names", "fold", "folded"]

NAMING = (
    PREFIXES["skos"] + "prefLabel",
    PREFIXES["rdfs"] + "label",
    PREFIXES["foaf"] + "name",
    PREFIXES["dcterms"] + "title",
)
"""The properties that name a thing, the best first; what else it can be found by has no place here."""
_STROKES = str.maketrans("øłđħŧıØŁĐĦŦ", "oldhtioldht")
"""Letters that are others with a stroke, which Unicode does not take apart."""


@lru_cache(8192)
def fold(letter: str) -> str:
    """A letter without its accents and case; always one letter, so that a pattern can be written letter by letter."""
    plain = unicodedata.normalize("NFKD", letter.translate(_STROKES))[:1].lower()
    return plain if len(plain) == 1 else letter


def folded(text: str) -> str:
    """A text without accents and case, as long as it was."""
    return "".join(map(fold, text))


class Names:
    """Number of a term → its names; the best for a reader is chosen by language, then by the order of properties."""

    def __init__(self, terms: Sequence[Term]) -> None:
        self.terms = terms
        self.languages: set[str] = set()
        """The languages that something is named in."""
        self._said: defaultdict[int, list[tuple[int, str, str]]] = defaultdict(list)
        self._found_by: defaultdict[int, list[str]] = defaultdict(list)

    def add(self, rows: Iterable[array[int]]) -> None:
        """Takes what a query for names answers: subjects, properties and names, side by side."""
        places: dict[int, int] = {}
        for subject, property_, number in zip(*rows, strict=True):
            name = self.terms[number]
            if not isinstance(name, ox.Literal):
                continue
            if property_ not in places:
                iri = self.terms[property_].value
                places[property_] = NAMING.index(iri) if iri in NAMING else -1
            if places[property_] >= 0:
                self._said[subject].append((places[property_], name.language or "", name.value))
                self.languages.add(name.language or "")
            self._found_by[subject].append(name.value)

    def __contains__(self, number: int) -> bool:
        return number in self._said

    def best(self, number: int, languages: Sequence[str]) -> Label | None:
        """The name for readers of these languages, best first; None where there is none at all."""

        def rank(said: tuple[int, str, str]) -> tuple[int, int, str]:
            place, language, text = said
            return languages.index(language) if language in languages else len(languages), place, text

        said = self._said.get(number)
        if not said:
            return None
        _, language, text = said[0] if len(said) == 1 else min(said, key=rank)
        return Label(text, language)

    def said(self, number: int) -> list[tuple[str, str, str]]:
        """All its names: property, language and text."""
        return [(NAMING[place], language, text) for place, language, text in sorted(set(self._said.get(number, ())))]

    def all(self, number: int) -> list[str]:
        """Everything that the thing can be found by."""
        return self._found_by.get(number, [])
