"""The page of one named graph: what it states, and why."""

from __future__ import annotations

from dataclasses import dataclass

import pyoxigraph as ox

from bsrgraph.errors import NotFound
from bsrgraph.pages.labels import Label, Labels
from bsrgraph.pages.provenance import Evidence, read_provenance
from bsrgraph.pages.resource import show
from bsrgraph.pages.values import Value
from bsrgraph.read import query_text, rows
from bsrgraph.store.port import Store

__all__ = ["GraphPage", "graph_page"]


@dataclass(frozen=True, slots=True)
class GraphPage:
    """Everything that the page of a named graph says; at most 500 of its statements."""

    iri: str
    title: Label
    evidence: Evidence
    statements: tuple[tuple[Value, Label, Value], ...]


def graph_page(store: Store, labels: Labels, iri: str) -> GraphPage:
    """The page of the named graph `iri`.

    Raises:
        NotFound: there is no such graph.

    """
    found = rows(store, query_text("statements", graph=ox.NamedNode(iri)))
    if not found:
        raise NotFound(f"There is no graph {iri}.")
    terms = [row[name] for row in found for name in ("subject", "property", "value")]
    labels.look_up(t.value for t in terms if isinstance(t, ox.NamedNode))
    statements = tuple(
        (show(row["subject"], labels), labels.of(row["property"].value), show(row["value"], labels)) for row in found
    )
    return GraphPage(iri, labels.of(iri), read_provenance(store, labels, [iri])[iri], statements)
