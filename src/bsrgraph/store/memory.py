"""A store in this process's memory: for one-off commands, and as the double in tests. It has no limits."""

from __future__ import annotations

import contextlib
import io
import os
import threading
from collections.abc import Generator, Iterator
from typing import IO

import pyoxigraph as ox

from bsrgraph.store.evaluate import evaluate, with_union
from bsrgraph.store.port import Answer, Change, Query, Version

__all__ = ["MemoryStore", "answer_here"]

_CHUNK = 64 * 1024


def answer_here(store: ox.Store, query: Query) -> Iterator[bytes]:
    """The answer of an open store, evaluated in this process; raises as `evaluate` does."""
    if query.streamed:
        return _as_it_comes(store, query)
    output = io.BytesIO()
    _evaluate(store, query, output)
    return iter((output.getvalue(),))


def _evaluate(store: ox.Store, query: Query, output: IO[bytes]) -> None:
    dataset = (query.default_graphs, query.named_graphs)
    evaluate(store, query.text, query.format.suffix, output, *dataset, query.columns)


def _as_it_comes(store: ox.Store, query: Query) -> Iterator[bytes]:
    """The answer through a pipe, so that no more of it is in memory than the pipe holds.

    It is evaluated and written in one thread: results of the engine must not be touched from another.
    """
    reading, writing = os.pipe()
    failed: list[Exception] = []

    def write() -> None:
        try:
            with os.fdopen(writing, "wb", _CHUNK) as output:
                _evaluate(store, query, output)
        except Exception as error:
            # Raised below, in the thread that waits, without the frames of this one: they hold results.
            error.__cause__ = error.__context__ = None
            failed.append(error.with_traceback(None))

    def chunks() -> Generator[bytes, None, None]:
        with os.fdopen(reading, "rb") as answer:
            while chunk := answer.read1(_CHUNK):
                yield chunk
        writer.join()
        if failed:
            raise failed[0]

    writer = threading.Thread(target=write, name="streamed query", daemon=True)
    writer.start()
    return _begun(chunks())


def _begun(chunks: Generator[bytes, None, None]) -> Iterator[bytes]:
    """The chunks, of which the first is there already, so that it is known whether the query can be answered."""
    first = next(chunks, b"")

    def all_chunks() -> Iterator[bytes]:
        with contextlib.closing(chunks):
            yield first
            yield from chunks

    return all_chunks()


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
        return Answer(query.format, self.version, answer_here(self._store, query))

    def apply(self, change: Change) -> Version:
        """Makes the next version, all or nothing."""
        removed = set(change.remove)
        kept = () if change.anew else (q for q in self._store if _stays(q, removed))
        fresh = ox.Store()
        fresh.bulk_extend(with_union([*kept, *change.quads()]))
        self._store, self._number, self._notes = fresh, self._number + 1, dict(change.notes)
        return self.version

    def forget_past(self) -> None:
        """There is no past here."""

    def stop(self, query_id: str) -> bool:  # noqa: ARG002 -- queries here end before anybody can stop them
        """Nothing runs long enough to be stopped."""
        return False

    def close(self) -> None:
        """Nothing to give back."""


def _stays(quad: ox.Quad, removed: set[str]) -> bool:
    return isinstance(quad.graph_name, ox.NamedNode) and quad.graph_name.value not in removed
