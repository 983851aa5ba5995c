"""The page of one term: what it means, what the rules say of it, and where the graph uses it."""

from __future__ import annotations

from dataclasses import dataclass

import pyoxigraph as ox

from bsrgraph.errors import NotFound
from bsrgraph.pages.glossary import Glossary
from bsrgraph.pages.labels import Labels, Link
from bsrgraph.pages.layout import Layout
from bsrgraph.pages.rules import Rule, Rulebook
from bsrgraph.pages.values import Value, show
from bsrgraph.pages.vocabulary import Term
from bsrgraph.read import query_text, rows
from bsrgraph.store.port import Store

__all__ = ["TermPage", "term_page"]

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class TermPage:
    """Everything that the page of a term says; a use is a thing, or a thing and a value of the property."""

    term: Term
    above: tuple[Link, ...]
    rules: tuple[Rule, ...]
    uses: tuple[tuple[Link, Value | None], ...]


def term_page(
    store: Store, glossary: Glossary, rulebook: Rulebook, layout: Layout, labels: Labels, anchor: str
) -> TermPage:
    """The page of the term with the local name `anchor`.

    Raises:
        NotFound: the ontology has no such term; with those whose names are like it.

    """
    term = glossary.find(anchor)
    if term is None:
        raise NotFound(f"The ontology has no term “{anchor[:200]}”.", glossary.near(anchor))
    if term.is_class:
        above = layout.supers([term.iri])
        below = {c.iri for c in glossary.classes if term.iri in layout.supers([c.iri])}
        text = query_text("uses_of_class", classes=map(ox.NamedNode, sorted(below)), limit=_SHOWN)
        rules = rulebook.of_class(above)
    else:
        above = {s.iri for s in term.supers}
        text = query_text("uses_of_property", property=ox.NamedNode(term.iri), limit=_SHOWN)
        rules = rulebook.of_property(term.iri)
    found = rows(store, text)
    labels.look_up(v.value for row in found for v in row.values() if isinstance(v, ox.NamedNode))
    uses = [(labels.link(row["thing"].value), show(row["value"], labels) if "value" in row else None) for row in found]
    wider = sorted(above - {term.iri} - {s.iri for s in term.supers})
    return TermPage(term, tuple(map(labels.link, wider)), rules, tuple(uses))
