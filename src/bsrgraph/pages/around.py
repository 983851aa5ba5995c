"""What a thing is connected with, as a picture: its links and those that lead to it, parts passed through."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from markupsafe import Markup

from bsrgraph.draw import Edge, Node, network
from bsrgraph.iris import PREFIXES, Space
from bsrgraph.pages.labels import Label, Link
from bsrgraph.pages.layout import Layout
from bsrgraph.pages.values import Section, Table, TableRow, Value

__all__ = ["around", "edges"]

_MOST = 24
_LIST = PREFIXES["skos"] + "ConceptScheme"


def around(iri: str, title: Label, sections: Iterable[Section], layout: Layout, space: Space) -> Markup:
    """A picture of the things around `iri`; empty where there are fewer than two."""
    # A code list says how its codes are named too, but codes and their lists are no neighbours.
    kinds = {k for named, k in layout.kinds.items() if not named.startswith(space.things) and named != _LIST}
    found = list(edges(Node(iri, title.text, language=title.language), sections, kinds, space))
    return (
        network(f"What is around {title.text}", found, found[0].source, limit=_MOST) if len(found) > 1 else Markup("")
    )


def edges(middle: Node, sections: Iterable[Section], kinds: set[str], space: Space) -> Iterator[Edge]:
    """The links of a page to things of a kind; `middle` is the source of every one, whatever way the statement goes.

    A part such as an amount or a participation is no neighbour: what it leads to is, under the name of its code.
    """
    for section in sections:
        for fact in section.facts:
            for value in fact.values:
                if value.link and _is_thing(value.link, kinds, space) and value.link.iri != middle.key:
                    yield Edge(middle, fact.name, _node(value))
        for table in section.tables:
            for row in table.rows:
                for value in _beyond(row, kinds, space):
                    if value.link and value.link.iri != middle.key:
                        yield Edge(middle, _role(table, row, kinds, space), _node(value))


def _node(value: Value) -> Node:
    link = value.link
    return Node(link.iri if link else value.text, value.text, link.href if link else None, value.language)


def _is_thing(link: Link, kinds: set[str], space: Space) -> bool:
    named = space.split(link.iri)
    return link.local and named is not None and named[0] in kinds


def _beyond(row: TableRow, kinds: set[str], space: Space) -> list[Value]:
    return [v for cell in row.cells for v in cell if v.link and _is_thing(v.link, kinds, space)]


def _role(table: Table, row: TableRow, kinds: set[str], space: Space) -> str:
    """What a row makes of the things that it leads to: its one code, such as the role, else the name of its table."""
    codes = [v for cell in row.cells for v in cell if v.link and v.link.local and not _is_thing(v.link, kinds, space)]
    return codes[0].text if len(codes) == 1 else table.name
