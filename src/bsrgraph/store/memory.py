"""A store in this process's memory: for one-off commands, and as the double in tests. It has no limits."""

from __future__ import annotations

import io

import pyoxigraph as ox

from bsrgraph.store.evaluate import evaluate, with_union
from bsrgraph.store.port import Answer, Change, Query, Version

__all__ = ["MemoryStore", "answer_here"]


def answer_here(store: ox.Store, query: Query) -> bytes:
    """The whole answer of an open store, evaluated in this process; raises as `evaluate` does."""
    output = io.BytesIO()
    dataset = (query.default_graphs, query.named_graphs)
    evaluate(store, query.text, query.format.suffix, output, *dataset, query.columns)
    return output.getvalue()


class MemoryStore:
    """The default graph of a query is the union of all named graphs; each change is a new version."""

    def __init__(self) -> None:
        self._store = ox.Store()
        self._number = 0
        self._notes: dict[str, str] = {}

    @property
    def version(self) -> Version:
        """The number of changes so far."""
        return Version(f"memory-{self._number}")

    @property
    def notes(self) -> dict[str, str]:
        """What the last change noted."""
        return self._notes

    def query(self, query: Query) -> Answer:
        """The answer to `query`, evaluated here and now."""
        return Answer(query.format, self.version, iter((answer_here(self._store, query),)))

    def apply(self, change: Change) -> Version:
        """Makes the next version, all or nothing."""
        removed = set(change.remove)
        kept = () if change.anew else (q for q in self._store if _stays(q, removed))
        fresh = ox.Store()
        fresh.bulk_extend(with_union([*kept, *change.quads()]))
        self._store, self._number, self._notes = fresh, self._number + 1, dict(change.notes)
        return self.version

    def stop(self, query_id: str) -> bool:  # noqa: ARG002 -- queries here end before anybody can stop them
        """Nothing runs long enough to be stopped."""
        return False

    def close(self) -> None:
        """Nothing to give back."""


def _stays(quad: ox.Quad, removed: set[str]) -> bool:
    return isinstance(quad.graph_name, ox.NamedNode) and quad.graph_name.value not in removed
