"""The page of one named graph: what it states, and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import pyoxigraph as ox

from bsrgraph.errors import NotFound
from bsrgraph.pages.documents import NAMING
from bsrgraph.pages.labels import Label, Labels
from bsrgraph.pages.provenance import Evidence, Origin, read_origins, read_provenance
from bsrgraph.pages.values import Value, show
from bsrgraph.read import query_text, rows
from bsrgraph.store.port import Store

__all__ = ["GraphPage", "Statement", "graph_page"]

_SHOWN, _FEW = 200, 12


class Statement(NamedTuple):
    """Subject, property and value as a page shows them."""

    subject: Value
    property: Label
    value: Value


@dataclass(frozen=True, slots=True)
class GraphPage:
    """Everything that the page of a named graph says; where it has `more` statements, `query` asks for all."""

    iri: str
    title: Label
    evidence: Evidence
    statements: tuple[Statement, ...]
    origins: tuple[Origin, ...]
    more: bool
    query: str

    @property
    def told(self) -> Statement | None:
        """The statement that says most, where there are few."""
        return self.statements[0] if len(self.statements) <= _FEW else None

    def origins_of(self, evidence: Iterable[Evidence]) -> dict[str, Origin]:
        """IRI → source, for those of `evidence`."""
        wanted = {s.iri for e in evidence for s in e.sources}
        return {o.source.iri: o for o in self.origins if o.source.iri in wanted}


def graph_page(store: Store, labels: Labels, iri: str) -> GraphPage:
    """The page of the named graph `iri`.

    Raises:
        NotFound: there is no such graph.

    """
    found = rows(store, query_text("statements", graph=ox.NamedNode(iri), limit=_SHOWN + 1))
    if not found:
        raise NotFound(f"There is no graph {iri}.")
    more = len(found) > _SHOWN
    # What a thing is and is called comes last: it is seldom the news.
    found = sorted(found[:_SHOWN], key=lambda r: (r["property"].value in NAMING, *map(str, r.values())))
    terms = [row[name] for row in found for name in ("subject", "property", "value")]
    labels.look_up(t.value for t in terms if isinstance(t, ox.NamedNode))
    statements = tuple(
        Statement(show(row["subject"], labels), labels.of(row["property"].value), show(row["value"], labels))
        for row in found
    )
    query = query_text("this_graph", graph=ox.NamedNode(iri))
    evidence = read_provenance(store, labels, [iri])[iri]
    return GraphPage(iri, labels.of(iri), evidence, statements, read_origins(store, labels, [evidence]), more, query)
