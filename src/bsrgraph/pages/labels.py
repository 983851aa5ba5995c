"""What things are called, in the reader's language where there is a name in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

import pyoxigraph as ox

from bsrgraph.iris import Space, compact, is_link
from bsrgraph.read import query_text, rows
from bsrgraph.store.port import Store

__all__ = ["Label", "Labels", "Link"]

_PAGES = ("id/", "evidence/", "contribution/", "ontology", "shapes")
"""The parts of the canonical space that have a page."""


@dataclass(frozen=True, slots=True)
class Label:
    """A name and its language tag, empty where the name has none."""

    text: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A thing as a page shows it: its name, and where a click leads (None where it must not lead anywhere)."""

    iri: str
    label: Label
    href: str | None
    local: bool


class Labels:
    """The names of things for one reader, looked up in one query for many things at once."""

    def __init__(self, store: Store, space: Space, languages: Sequence[str]) -> None:
        self._store = store
        self._space = space
        self._languages = [*languages, "en", ""]
        self._found: dict[str, Label] = {}

    def look_up(self, iris: Iterable[str]) -> None:
        """Reads the names of all `iris` that are not known yet."""
        wanted = sorted(set(iris) - self._found.keys())
        best: dict[str, tuple[int, int, str]] = {}
        order = ("prefLabel", "label", "name", "title")
        text = query_text("labels", things=[ox.NamedNode(i) for i in wanted])
        for row in rows(self._store, text) if wanted else ():
            label = row["label"]
            if not isinstance(label, ox.Literal):
                continue
            place = order.index(row["property"].value.replace("#", "/").rpartition("/")[2])
            candidate = (self._rank(label), place, label.value)
            iri = row["thing"].value
            if iri not in best or candidate < best[iri]:
                best[iri] = candidate
                self._found[iri] = Label(label.value, label.language or "")
        for iri in wanted:
            self._found.setdefault(iri, Label(self._fallback(iri)))

    def learn(self, iri: str, names: Iterable[Label]) -> None:
        """Gives a thing one of these names where the store has none for it, the best for the reader."""
        ranks = {language: rank for rank, language in reversed(list(enumerate(self._languages)))}
        best = min(names, key=lambda n: (ranks.get(n.language, len(ranks)), n.text), default=None)
        if best is not None and self.of(iri) == Label(self._fallback(iri)):
            self._found[iri] = best

    def _fallback(self, iri: str) -> str:
        """An IRI without a name: its last part for ours, a prefixed name or the IRI itself for others."""
        if self._space.owns(iri):
            rest = iri[len(self._space.base) :]
            return unquote(rest.partition("#")[2] or rest.partition("/")[2] or iri)
        short = compact(iri)
        return iri if short.startswith("<") else short

    def know(self, iri: str, label: Label | None) -> None:
        """Takes a name that was read elsewhere; None where it was seen that there is none."""
        self._found.setdefault(iri, label or Label(self._fallback(iri)))

    def _rank(self, text: ox.Literal) -> int:
        language = text.language or ""
        return self._languages.index(language) if language in self._languages else len(self._languages)

    def best(self, texts: Iterable[ox.Literal]) -> Label | None:
        """The text in the reader's best language; None where there is none at all."""
        found = min(texts, key=lambda t: (self._rank(t), t.value), default=None)
        return Label(found.value, found.language or "") if found is not None else None

    def of(self, iri: str) -> Label:
        """The name of a thing, looked up if need be."""
        if iri not in self._found:
            self.look_up([iri])
        return self._found[iri]

    def link(self, iri: str) -> Link:
        """The thing as a link: to its page if it has one here, to the web if that is safe, else nowhere."""
        rest = iri.removeprefix(self._space.base)
        local = self._space.owns(iri) and rest.startswith(_PAGES)
        href = self._space.path(iri) if local else iri if is_link(iri) and not self._space.owns(iri) else None
        return Link(iri, self.of(iri), href, local)
