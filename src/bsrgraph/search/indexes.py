"""The index of the store's version: made when it is first asked for, renewed while the one before still answers."""

from __future__ import annotations

import logging
import threading
import time
from pathlib import Path

from bsrgraph.derived import DerivedFiles
from bsrgraph.errors import StoreBusy, StoreError
from bsrgraph.iris import Space
from bsrgraph.search.build import build
from bsrgraph.search.index import Index
from bsrgraph.store.port import Store

__all__ = ["Indexes"]

_log = logging.getLogger("bsrgraph.search")
_FILE = "search-1.db"
"""The number goes up with every change to how an index is written."""
_PATIENCE = 1.0
"""Seconds that a request waits for a new index before the one before answers."""
_WAIT = 10.0
"""Seconds that it waits where there is no index yet."""
_AGE = 3600.0
"""Seconds after which the index of a store that names no version is made anew."""


class Indexes:
    """The indexes of one store; the things are those of `space`, the files are kept with the others of a version."""

    def __init__(self, store: Store, space: Space, files: DerivedFiles) -> None:
        self._store = store
        self._space = space
        self._files = files
        self._lock = threading.Lock()
        self._index: Index | None = None
        self._made = 0.0
        self._making: threading.Thread | None = None
        self._failure: Exception | None = None

    def warm(self) -> None:
        """Begins to make the index of the current version, so that the first search need not wait for all of it."""
        with self._lock:
            if self._index is None:
                self._begin()

    def _begin(self) -> threading.Thread:
        if self._making is None or not self._making.is_alive():
            self._failure = None
            self._making = threading.Thread(target=self._make, name="search index", daemon=True)
            self._making.start()
        return self._making

    def current(self, *, briefly: bool = False) -> Index:
        """The index of the current version, or of the one before while the current one's takes more than a moment.

        `briefly` is for who can do without it.

        Raises:
            StoreError: the store cannot be read, and there is no index yet.
            StoreBusy: there is none yet, and the first one takes longer than a request should wait.

        """
        with self._lock:
            if self._index is not None and self._is_fresh(self._index):
                return self._index
            # One whose file has gone, because its version is too old or was to be forgotten, answers no more.
            known = self._index if self._index is not None and self._index.is_there else None
            making = self._begin()
        making.join(_PATIENCE if briefly or known is not None else _WAIT)
        with self._lock:
            found = self._index
        if found is not None and found.is_there:
            return found
        if making.is_alive():
            raise StoreBusy("The index for searching is being made.", hint="Try again in a moment.", retry_after=5)
        raise self._failure or StoreError("The index for searching was not made.")

    def _is_fresh(self, index: Index) -> bool:
        version = self._store.version
        current = index.version == version and (bool(version) or time.monotonic() - self._made < _AGE)
        return current and index.is_there

    def _make(self) -> None:
        version = self._store.version
        began = time.monotonic()
        try:
            index = Index(self._files.file(version, _FILE, self._write), version, self._files)
        except Exception as error:  # told to whom waits for it, and logged
            _log.warning("the search index of %s could not be made: %s", version or "the store", error)
            with self._lock:
                self._failure = error
            return
        _log.info("search index of %s open after %.1f s", version or "the store", time.monotonic() - began)
        with self._lock:
            self._index, self._made = index, time.monotonic()

    def _write(self, path: Path) -> None:
        build(path, self._store, self._space)
