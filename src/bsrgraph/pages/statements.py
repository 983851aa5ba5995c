"""What an ontology and its shapes state, read once a version and asked in memory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

import pyoxigraph as ox

from bsrgraph.derived import once_a_version
from bsrgraph.iris import PREFIXES, RDF_TYPE
from bsrgraph.read import Term, quads, query_text, rows
from bsrgraph.store.port import Store

__all__ = ["Statements", "vocabularies"]

_FIRST, _REST, _NIL = (PREFIXES["rdf"] + name for name in ("first", "rest", "nil"))
_LONGEST_LIST = 1000
"""A list that is longer is a circle, or nothing that a page could show."""


class Statements:
    """Some statements, found by subject and by what they point to."""

    def __init__(self, statements: Iterable[ox.Quad]) -> None:
        self._values: defaultdict[Term, defaultdict[str, list[Term]]] = defaultdict(lambda: defaultdict(list))
        self._subjects: defaultdict[tuple[str, Term], list[Term]] = defaultdict(list)
        self._graphs: defaultdict[tuple[Term, str, Term], list[str]] = defaultdict(list)
        for quad in sorted(statements, key=str):
            subject, name, value = quad.subject, quad.predicate.value, quad.object
            if isinstance(subject, ox.Triple) or isinstance(value, ox.Triple):
                continue
            if (subject, name, value) not in self._graphs:
                self._values[subject][name].append(value)
                self._subjects[name, value].append(subject)
            if isinstance(quad.graph_name, ox.NamedNode):
                self._graphs[subject, name, value].append(quad.graph_name.value)

    def __iter__(self) -> Iterator[Term]:
        """Everything that something is said of."""
        return iter(self._values)

    def __contains__(self, subject: Term) -> bool:
        return subject in self._values

    def properties(self, subject: Term) -> Sequence[str]:
        """The properties that something has."""
        return tuple(self._values.get(subject, ()))

    def all(self, subject: Term, name: str) -> Sequence[Term]:
        """The values of a property, in a stable order."""
        return self._values[subject][name] if subject in self._values and name in self._values[subject] else ()

    def one(self, subject: Term, name: str) -> Term | None:
        """The value of a property, the first of several; None without any."""
        return next(iter(self.all(subject, name)), None)

    def literals(self, subject: Term, name: str) -> list[ox.Literal]:
        """Those values of a property that are texts, numbers or dates."""
        return [v for v in self.all(subject, name) if isinstance(v, ox.Literal)]

    def iris(self, subject: Term, name: str) -> list[str]:
        """Those values of a property that have IRIs."""
        return [v.value for v in self.all(subject, name) if isinstance(v, ox.NamedNode)]

    def number(self, subject: Term, name: str, otherwise: float) -> float:
        """The value of a property as a number."""
        try:
            return float(self.literals(subject, name)[0].value)
        except (IndexError, ValueError):
            return otherwise

    def subjects(self, name: str, value: Term) -> Sequence[Term]:
        """What points to `value` by a property."""
        return self._subjects.get((name, value), ())

    def classes(self, subject: Term) -> set[str]:
        """The IRIs of the classes that something is said to be of."""
        return set(self.iris(subject, RDF_TYPE))

    def graphs(self, subject: Term, name: str, value: Term) -> Sequence[str]:
        """The graphs that state it."""
        return self._graphs.get((subject, name, value), ())

    def around(self, term: ox.NamedNode) -> Iterator[ox.Quad]:
        """The statements about a term, and those by which other things with IRIs point to it."""
        for (subject, name, value), graphs in self._graphs.items():
            if isinstance(subject, ox.NamedNode) and term in (subject, value):
                yield from (ox.Quad(subject, ox.NamedNode(name), value, ox.NamedNode(g)) for g in graphs)

    def items(self, head: Term) -> list[Term]:
        """The items of an RDF list, as far as it is one."""
        found: list[Term] = []
        while head in self and head != ox.NamedNode(_NIL) and len(found) < _LONGEST_LIST:
            item, rest = self.one(head, _FIRST), self.one(head, _REST)
            if item is None or rest is None:
                break
            found.append(item)
            head = rest
        return found


@once_a_version
def vocabularies(store: Store) -> dict[str, Statements]:
    """Canonical prefix → what the graphs of its ontology and its shapes state."""
    graphs: defaultdict[str, list[ox.NamedNode]] = defaultdict(list)
    for row in rows(store, query_text("vocabulary_graphs")):
        if isinstance(graph := row["graph"], ox.NamedNode):
            graphs[row["base"].value].append(graph)
    return {base: Statements(quads(rows(store, query_text("vocabulary", graphs=g)))) for base, g in graphs.items()}
