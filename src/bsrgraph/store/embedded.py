"""The default adapter: generations on disk, a read-only snapshot in this process, children for strangers' queries."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import pyoxigraph as ox

from bsrgraph.errors import StoreBusy, StoreError
from bsrgraph.settings import Settings
from bsrgraph.store.cache import AnswerCache
from bsrgraph.store.evaluate import with_union
from bsrgraph.store.generations import Generation, Generations
from bsrgraph.store.memory import answer_here
from bsrgraph.store.port import Answer, Change, Query, Version
from bsrgraph.store.workers import Workers

__all__ = ["EmbeddedStore"]

_ATTEMPTS = 4


class EmbeddedStore:
    """A store under the state directory `state`; readers notice a new generation by whomever it was made."""

    def __init__(self, state: Path, settings: Settings) -> None:
        self._generations = Generations(state)
        self._settings = settings
        self._workers: Workers | None = None
        self._cache = AnswerCache(settings.cache_size, settings.cache_size // 16)
        self._lock = threading.Lock()
        self._stamp = (-1, -1)
        self._generation: Generation | None = None
        self._snapshot: ox.Store | None = None

    def _look(self) -> tuple[Generation | None, ox.Store]:
        """The current generation and its snapshot; opens the new one when `current` has changed."""
        for attempt in range(_ATTEMPTS):
            stamp = self._generations.stamp()
            with self._lock:
                if stamp == self._stamp and self._snapshot is not None:
                    return self._generation, self._snapshot
                generation = self._generations.current()
                try:
                    self._snapshot = ox.Store() if generation is None else _opened(generation)
                except StoreError:
                    # Where writers are quick, a version may go between being named and being opened.
                    if stamp == self._generations.stamp() or attempt == _ATTEMPTS - 1:
                        raise
                    continue
                self._generation, self._stamp = generation, stamp
                return generation, self._snapshot
        raise StoreError("The store changes faster than it can be opened.")

    @property
    def version(self) -> Version:
        """The number of the generation, with the name of the store."""
        generation = self._look()[0]
        return self._named(generation)

    def _named(self, generation: Generation | None) -> Version:
        return Version(f"{self._generations.id}-{generation.number if generation else 0}")

    @property
    def notes(self) -> dict[str, str]:
        """What was kept with the current generation."""
        generation = self._look()[0]
        return dict(generation.notes) if generation else {}

    def query(self, query: Query) -> Answer:
        """The answer to `query`: our own here, a stranger's from the cache or from a child."""
        for _ in range(_ATTEMPTS - 1):
            try:
                return self._answer(query)
            except StoreBusy:
                raise
            except StoreError:
                # The version may have been pruned while the query waited for its place.
                if self._generations.stamp() == self._stamp:
                    raise
        return self._answer(query)

    def _answer(self, query: Query) -> Answer:
        generation, snapshot = self._look()
        version = self._named(generation)
        if query.own:
            return Answer(query.format, version, answer_here(snapshot, query))
        key = self._cache.digest(
            version, query.text, query.format.suffix, query.default_graphs, query.named_graphs, query.columns
        )
        kept = self._cache.get(key)
        if kept is not None:
            return Answer(query.format, version, iter((kept,)), cached=True)
        chunks = self._pool().answer(query, generation.store if generation else None)
        return Answer(query.format, version, chunks if query.volatile else self._cache.keeping(key, chunks))

    def _pool(self) -> Workers:
        """The children, started when the first stranger asks."""
        with self._lock:
            if self._workers is None:
                self._workers = Workers(self._settings)
            return self._workers

    def warm(self) -> None:
        """Starts the children now, so that the first query does not wait for them."""
        self._pool()

    def apply(self, change: Change) -> Version:
        """Makes the next generation, all or nothing, and returns once it is on disk and current."""
        with self._generations.writing():
            base = None if change.anew else self._generations.current()
            made = datetime.now(UTC).isoformat(timespec="seconds") if change.made is None else change.made
            notes = {**(dict(base.notes) if base else {}), **change.notes, "made": made}
            fresh = self._generations.make(lambda store: _fill(store, change), notes, base)
        return self._named(fresh)

    def forget_past(self) -> None:
        """Drops every generation but the current one, pinned ones too."""
        with self._generations.writing():
            self._generations.forget_past()

    def stop(self, query_id: str) -> bool:
        """Stops the query with this id; False if none is running."""
        return self._workers is not None and self._workers.stop(query_id)

    @property
    def counts(self) -> dict[str, int]:
        """Idle and busy children, and how many have been started and killed."""
        return self._workers.counts if self._workers else {}

    def close(self) -> None:
        """Ends the children."""
        if self._workers is not None:
            self._workers.close()


def _opened(generation: Generation) -> ox.Store:
    try:
        return ox.Store.read_only(str(generation.store))
    except OSError as error:
        raise StoreError(
            f"Version {generation.number} of the store cannot be opened: {error}",
            hint="`bsrgraph rebuild` makes it anew from the graph directory.",
        ) from error


def _fill(store: ox.Store, change: Change) -> None:
    if change.anew:
        store.bulk_extend(with_union(change.quads()))
        return
    for iri in change.remove:
        _remove_graph(store, ox.NamedNode(iri))
    store.extend(list(with_union(change.quads())))


def _remove_graph(store: ox.Store, graph: ox.NamedNode) -> None:
    """Removes a graph; a triple of it stays in the union only while another graph states it."""
    gone = list(store.quads_for_pattern(None, None, None, graph))
    store.remove_graph(graph)
    for quad in gone:
        if not _stated(store.quads_for_pattern(quad.subject, quad.predicate, quad.object, None)):
            store.remove(ox.Quad(quad.subject, quad.predicate, quad.object))


def _stated(quads: Iterable[ox.Quad]) -> bool:
    return any(isinstance(q.graph_name, ox.NamedNode) for q in quads)
