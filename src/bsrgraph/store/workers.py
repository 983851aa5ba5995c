"""Strangers' queries: each in a child, until a deadline that covers the sending too, stopped when nobody waits."""

from __future__ import annotations

import contextlib
import json
import logging
import threading
import time
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from pathlib import Path

from bsrgraph import errors
from bsrgraph.children import Child, ChildDied, ChildFailed, Deadline, Pool
from bsrgraph.settings import Settings
from bsrgraph.store.port import Query

__all__ = ["Workers"]

_log = logging.getLogger("bsrgraph.query")
_FIRST_TRY = 1.0
"""Seconds that a query which looks cheap gets in the place that is kept for such."""

_KINDS = {
    "QuerySyntaxError": errors.QuerySyntaxError,
    "QueryError": errors.QueryError,
}


class Workers:
    """A pool of query children with the limits of the settings; one of its places is kept for cheap queries."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        arguments = [str(settings.worker_memory), str(settings.result_limit)]
        self._pool = Pool(lambda: Child("bsrgraph.store.query_child", arguments), settings.workers)
        self._running: dict[str, Child] = {}
        self._lock = threading.Lock()

    def answer(self, query: Query, store: Path) -> Iterator[bytes]:
        """The chunks of the answer, from the generation at `store`; the first is there when this returns.

        Raises:
            QueryError, QueryTimeout, QueryStopped, StoreBusy: as `Store.query` says.

        """
        seconds = min(query.seconds or self._settings.query_deadline, self._settings.query_deadline_cap)
        end = time.monotonic() + seconds
        if query.cheap and self._settings.workers > 1:
            try:
                return self._started(query, store, min(end, time.monotonic() + _FIRST_TRY), seconds, reserve=0)
            except errors.QueryTimeout:
                if time.monotonic() >= end:
                    raise
        reserve = 1 if self._settings.workers > 1 else 0
        return self._started(query, store, end, seconds, reserve)

    def _started(self, query: Query, store: Path, end: float, seconds: float, reserve: int) -> Iterator[bytes]:
        """Runs the query up to its first chunk, and gives that back at the head of the rest."""
        chunks = self._run(query, store, end, seconds, reserve)
        first = next(chunks, b"")

        def all_chunks() -> Iterator[bytes]:
            with contextlib.closing(chunks):
                yield first
                yield from chunks

        return all_chunks()

    def _run(self, query: Query, store: Path, end: float, seconds: float, reserve: int) -> Generator[bytes, None, None]:
        wait = min(self._settings.queue_wait, end - time.monotonic())
        with ExitStack() as stack:
            child = stack.enter_context(self._pool.lease(wait, reserve))
            if child is None:
                raise errors.StoreBusy(
                    "All places for queries are taken.", hint="Try again in a few seconds.", retry_after=2
                )
            stack.enter_context(self._known_as(query.id, child))
            try:
                yield from child.ask(_request(query, store), end, query.gone)
            except Deadline as error:
                raise errors.QueryTimeout(
                    f"The query was not answered within {seconds:g} seconds.",
                    hint="Ask for less: name a thing, a kind or a property, or add LIMIT.",
                ) from error
            except ChildFailed as error:
                raise _told(error.payload) from error
            except ChildDied as error:
                if error.asked:
                    raise errors.QueryStopped("The query was stopped.") from error
                _log.warning("a query ended its worker: %s", error)
                raise errors.QueryTooLarge(
                    "The query needs more memory than a query may have.",
                    hint="Ask for less at a time: fewer rows before grouping or sorting, or no cross product.",
                ) from error

    @contextlib.contextmanager
    def _known_as(self, query_id: str | None, child: Child) -> Iterator[None]:
        if query_id is None:
            yield
            return
        with self._lock:
            self._running[query_id] = child
        try:
            yield
        finally:
            with self._lock:
                self._running.pop(query_id, None)

    def stop(self, query_id: str) -> bool:
        """Stops the query with this id; False if none is running."""
        with self._lock:
            child = self._running.get(query_id)
            if child is not None:
                child.stop()
        return child is not None

    @property
    def counts(self) -> dict[str, int]:
        """Idle and busy children, and how many have been started and killed."""
        return self._pool.counts

    def close(self) -> None:
        """Ends every child."""
        self._pool.close()


def _request(query: Query, store: Path) -> bytes:
    request = {
        "store": str(store),
        "text": query.text,
        "suffix": query.format.suffix,
        "default_graphs": query.default_graphs,
        "named_graphs": query.named_graphs,
        "columns": query.columns,
    }
    return json.dumps(request).encode()


def _told(payload: bytes) -> errors.BsrgraphError:
    """The error that a child gives an account of."""
    account = json.loads(payload)
    kind = _KINDS.get(account["kind"])
    if kind is None:
        return errors.StoreError(f"The store cannot be read: {account['message']}")
    return kind(account["message"], line=account["line"], column=account["column"], hint=account["hint"])
