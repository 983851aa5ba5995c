"""What the graph knows of names and addresses, for cells of tables and fields of forms."""

from __future__ import annotations

from collections.abc import Sequence

import pyoxigraph as ox

from bsrgraph.read import query_text, rows
from bsrgraph.search import Indexes, find
from bsrgraph.store.port import Store
from bsrgraph.tables import Candidate

__all__ = ["Naming"]

_CANDIDATES = 8


class Naming:
    """Looks names and addresses up for one table or form, each once; without an index nothing has a name."""

    def __init__(self, store: Store, indexes: Indexes | None) -> None:
        self._store = store
        self._indexes = indexes
        self._names: dict[tuple[str, tuple[str, ...]], list[Candidate]] = {}
        self._described: dict[str, bool] = {}

    def names(self, text: str, kinds: Sequence[str]) -> list[Candidate]:
        """The things of these kinds that `text` may name, best first."""
        asked = (text, tuple(kinds))
        if self._indexes is None:
            return []
        if asked not in self._names:
            found = find(self._indexes.current(), text, kinds, _CANDIDATES)
            self._names[asked] = [Candidate(m.iri, m.name, m.score) for m in found]
        return self._names[asked]

    def described(self, iri: str) -> bool:
        """Whether the graph says anything of `iri`."""
        if iri not in self._described:
            try:
                node = ox.NamedNode(iri)
            except ValueError:
                return False
            self._described[iri] = bool(rows(self._store, query_text("exists", thing=node)))
        return self._described[iri]
