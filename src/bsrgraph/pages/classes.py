"""The classes of an ontology and their links as a picture: what the shapes let lead where."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import pyoxigraph as ox
from markupsafe import Markup

from bsrgraph.draw import Box, Line, diagram
from bsrgraph.iris import PREFIXES
from bsrgraph.pages.glossary import Glossary
from bsrgraph.pages.labels import Labels
from bsrgraph.pages.statements import Statements
from bsrgraph.pages.vocabulary import Term
from bsrgraph.read import Term as Node

__all__ = ["class_diagram"]

_SH = PREFIXES["sh"]
_CONCEPT = PREFIXES["skos"] + "Concept"


def class_diagram(said: Statements, glossary: Glossary, labels: Labels, title: str) -> Markup:
    """A box for each class that has no superclass of the directory's own, with its subclasses and its links in it.

    A link is a property whose values the shapes ask to be of certain classes. Classes of other vocabularies are drawn
    where links lead to them. Links to codes lead to lists, not to classes, and are left out.
    """
    roots = _roots(glossary)
    links = {(c, p, t) for c, p, t in _links(said) if t != _CONCEPT}
    reached = {t for c, _, t in links if c in roots and t not in roots}
    foreign = sorted(reached | {c for c, _, t in links if c not in roots and (t in roots or t in reached)})
    roots |= {iri: iri for iri in foreign}
    labels.look_up({p for _, p, _ in links} | set(foreign))
    kinds: defaultdict[str, list[Term]] = defaultdict(list)
    for term in glossary.classes:
        if roots[term.iri] != term.iri:
            kinds[roots[term.iri]].append(term)
    ordered = sorted(links, key=lambda x: (labels.of(x[1]).text.casefold(), labels.of(x[2]).text, x))
    boxes = []
    for iri in dict.fromkeys(roots.values()):
        lines: defaultdict[str, list[str]] = defaultdict(list)
        for source, name, target in ordered:
            if roots.get(source) == iri and target in roots and target not in lines[name]:
                lines[name].append(target)
        link = labels.link(iri)
        subclasses = tuple(
            Line(t.title.text, f"#{t.anchor}", t.title.language, depth=t.depth) for t in kinds.get(iri, ())
        )
        drawn = tuple(_line(labels, roots, name, targets) for name, targets in lines.items())
        boxes.append(Box(iri, link.label.text, _href(link.href), link.label.language, subclasses, drawn))
    return diagram(title, boxes)


def _roots(glossary: Glossary) -> dict[str, str]:
    """Class → the class above it that has no other above."""
    found: dict[str, str] = {}
    top = ""
    for term in glossary.classes:
        top = term.iri if term.depth == 0 else top
        found[term.iri] = top
    return found


def _href(href: str | None) -> str | None:
    """Terms are on the page that the picture is on."""
    return "#" + href.partition("#")[2] if href and href.startswith("/ontology#") else href


def _line(labels: Labels, roots: dict[str, str], name: str, targets: list[str]) -> Line:
    link = labels.link(name)
    told = ", ".join(labels.of(t).text for t in targets)
    return Line(link.label.text, _href(link.href), link.label.language, told, tuple(roots[t] for t in targets))


def _links(said: Statements) -> Iterator[tuple[str, str, str]]:
    """Class, property and class, as the property shapes of the class ask for."""
    for shape in said:
        classes = said.iris(shape, _SH + "targetClass")
        for member in said.all(shape, _SH + "property") if classes else ():
            path = said.one(member, _SH + "path")
            if isinstance(path, ox.NamedNode):
                yield from ((c, path.value, t) for c in classes for t in _targets(said, member))


def _targets(said: Statements, shape: Node) -> set[str]:
    found = set(said.iris(shape, _SH + "class"))
    for head in said.all(shape, _SH + "or"):
        for choice in said.items(head):
            found |= set(said.iris(choice, _SH + "class"))
    return found
