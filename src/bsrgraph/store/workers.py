"""Strangers' queries: each in a child, until a deadline that covers the sending too, stopped when nobody waits."""

from __future__ import annotations

import contextlib
import json
import logging
import threading
import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

from bsrgraph import errors
from bsrgraph.children import Child, ChildDied, ChildFailed, Deadline, Pool
from bsrgraph.settings import Settings
from bsrgraph.store.port import Query

__all__ = ["Workers"]

_log = logging.getLogger("bsrgraph.query")
_FIRST_TRY = 1.0
"""Seconds that a query which looks cheap gets in the place that is kept for such."""
_HELD = 1024 * 1024
"""Bytes of its answer that are held back meanwhile."""

_KINDS = {
    "QuerySyntaxError": errors.QuerySyntaxError,
    "QueryError": errors.QueryError,
}


class _Run:
    """A query under way: who stops it must find it, in the queue as well as in its child."""

    def __init__(self, query: Query, store: Path | None, seconds: float) -> None:
        self.query = query
        self.request = _request(query, store)
        self.seconds = seconds
        self.end = time.monotonic() + seconds
        self.child: Child | None = None
        self.stopped = False


class _Hurry:
    """Until when a query may be at work in the place that is kept for cheap ones.

    That is a moment, or its whole time as soon as another place is free, as it is then no longer the last.
    """

    def __init__(self, pool: Pool, end: float) -> None:
        self._pool = pool
        self._end = end
        self._first = min(end, time.monotonic() + _FIRST_TRY)
        self.over = False

    def __call__(self) -> float:
        if not self.over and time.monotonic() >= self._first:
            self.look()
        return self._end if self.over else self._first

    def look(self) -> None:
        """Ends the hurry if another place is free."""
        self.over = self.over or self._pool.has_room


class Workers:
    """A pool of query children with the limits of the settings; one of its places is kept for cheap queries."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        arguments = [str(settings.worker_memory), str(settings.result_limit)]
        self._pool = Pool(lambda: Child("bsrgraph.store.query_child", arguments), settings.workers)
        self._running: dict[str, list[_Run]] = {}
        self._lock = threading.Lock()

    def answer(self, query: Query, store: Path | None) -> Iterator[bytes]:
        """The chunks of the answer, from the generation at `store`; the first is there when this returns.

        Raises:
            QueryError, QueryTimeout, QueryStopped, StoreBusy: as `Store.query` says.

        """
        seconds = min(query.seconds or self._settings.query_deadline, self._settings.query_deadline_cap)
        chunks = self._run(_Run(query, store, seconds))
        first = next(chunks, b"")

        def all_chunks() -> Iterator[bytes]:
            with contextlib.closing(chunks):
                yield first
                yield from chunks

        return all_chunks()

    def _run(self, run: _Run) -> Generator[bytes, None, None]:
        several = self._settings.workers > 1
        with self._known(run):
            if run.query.cheap and several and (yield from self._hurried(run)):
                return
            yield from self._leased(run, lambda: run.end, reserve=1 if several else 0)

    def _hurried(self, run: _Run) -> Generator[bytes, None, bool]:
        """Tries any place, the kept one too; whether that answered.

        Nothing is given out before it is certain that the rest can follow.
        """
        hurry = _Hurry(self._pool, run.end)
        held: list[bytes] = []
        size = 0
        with contextlib.closing(self._leased(run, hurry, reserve=0)) as chunks:
            try:
                for chunk in chunks:
                    held.append(chunk)
                    size += len(chunk)
                    if size > _HELD:
                        hurry.look()
                    if hurry.over:
                        yield from held
                        held.clear()
                    elif size > _HELD:
                        return False
            except errors.QueryTimeout:
                if hurry.over or time.monotonic() >= run.end:
                    raise
                return False
        yield from held
        return True

    def _leased(self, run: _Run, until: Callable[[], float], reserve: int) -> Generator[bytes, None, None]:
        wait = min(self._settings.queue_wait, run.end - time.monotonic())
        with self._pool.lease(wait, reserve) as child:
            if child is None:
                raise errors.StoreBusy(
                    "All places for queries are taken.", hint="Try again in a few seconds.", retry_after=2
                )
            with self._lock:
                run.child = child
            try:
                if run.stopped:
                    raise errors.QueryStopped("The query was stopped.")
                yield from child.ask(run.request, until, run.query.gone)
            except (Deadline, ChildDied, ChildFailed) as error:
                raise _as_error(error, run.seconds) from error
            finally:
                with self._lock:
                    run.child = None

    @contextlib.contextmanager
    def _known(self, run: _Run) -> Iterator[None]:
        """Makes a query findable by its id; a client may have given the same to several."""
        name = run.query.id
        if name is None:
            yield
            return
        with self._lock:
            self._running.setdefault(name, []).append(run)
        try:
            yield
        finally:
            with self._lock:
                self._running[name].remove(run)
                if not self._running[name]:
                    del self._running[name]

    def stop(self, query_id: str) -> bool:
        """Stops every query with this id; False if none is running."""
        with self._lock:
            runs = self._running.get(query_id, [])
            for run in runs:
                run.stopped = True
                if run.child is not None:
                    run.child.stop()
            return bool(runs)

    @property
    def counts(self) -> dict[str, int]:
        """Idle and busy children, and how many have been started and killed."""
        return self._pool.counts

    def close(self) -> None:
        """Ends every child."""
        self._pool.close()


def _request(query: Query, store: Path | None) -> bytes:
    request = {
        "store": "" if store is None else str(store),
        "text": query.text,
        "suffix": query.format.suffix,
        "default_graphs": query.default_graphs,
        "named_graphs": query.named_graphs,
        "columns": query.columns,
    }
    return json.dumps(request).encode()


def _as_error(error: Deadline | ChildDied | ChildFailed, seconds: float) -> errors.BsrgraphError:
    """What a query's own errors say of the way in which its child ended."""
    if isinstance(error, Deadline):
        return errors.QueryTimeout(
            f"The query was not answered within {seconds:g} seconds.",
            hint="Ask for less: name a thing, a kind or a property, or add LIMIT.",
        )
    if isinstance(error, ChildFailed):
        return _told(error.payload)
    if error.asked:
        return errors.QueryStopped("The query was stopped.")
    _log.warning("a query ended its worker: %s", error)
    return errors.QueryTooLarge(
        "The query needs more memory than a query may have.",
        hint="Ask for less at a time: fewer rows before grouping or sorting, or no cross product.",
    )


def _told(payload: bytes) -> errors.BsrgraphError:
    """The error that a child gives an account of."""
    account = json.loads(payload)
    kind = _KINDS.get(account["kind"])
    if kind is None:
        return errors.StoreError(f"The store cannot be read: {account['message']}")
    return kind(account["message"], line=account["line"], column=account["column"], hint=account["hint"])
