"""What documents state: the named graphs that are drawn from one, in the order of its characters."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from bsrgraph.iris import PREFIXES, RDF_TYPE
from bsrgraph.pages.labels import Label, Labels
from bsrgraph.pages.provenance import Evidence
from bsrgraph.pages.values import Statement, Value, show
from bsrgraph.read import Row, Term

__all__ = ["NAMING", "statements"]

NAMING = (RDF_TYPE, PREFIXES["skos"] + "prefLabel", PREFIXES["skos"] + "altLabel")
"""What a thing is and is called is seldom what a document is read for."""
_SUBJECTS, _TRIPLES = 3, 6
"""Of how many things, and how much of each, a page shows of one statement."""


def statements(stated: Iterable[Row], drawn: Iterable[Evidence], labels: Labels) -> Iterator[Statement]:
    """The graphs of `drawn` with what rows of ?graph, ?subject, ?property and ?value say that they state."""
    by_graph: defaultdict[str, list[Row]] = defaultdict(list)
    for row in stated:
        by_graph[row["graph"].value].append(row)
    for evidence in sorted(drawn, key=lambda e: e.place):
        by_subject: defaultdict[Term, list[Row]] = defaultdict(list)
        for row in sorted(by_graph[evidence.graph.iri], key=_order):
            by_subject[row["subject"]].append(row)
        yield Statement(
            evidence,
            tuple((show(s, labels), _said(found, labels)) for s, found in list(by_subject.items())[:_SUBJECTS]),
            len(by_subject) > _SUBJECTS or any(len(found) > _TRIPLES for found in by_subject.values()),
        )


def _said(found: list[Row], labels: Labels) -> tuple[tuple[Label, Value], ...]:
    telling = [row for row in found if row["property"].value not in NAMING] or found
    return tuple((labels.of(row["property"].value), show(row["value"], labels)) for row in telling[:_TRIPLES])


def _order(row: Row) -> tuple[bool, str, str]:
    return row["property"].value in NAMING, str(row["property"]), str(row["value"])
