"""Has the dumps made while others are answered."""

from __future__ import annotations

import logging
import threading

from bsrgraph.derived import DerivedFiles
from bsrgraph.dumps.files import Dumps
from bsrgraph.dumps.make import kept_dumps, make_dumps
from bsrgraph.errors import BsrgraphError, NotFound
from bsrgraph.store.port import Store

__all__ = ["DumpMaker"]

_log = logging.getLogger("bsrgraph.dumps")
_WAIT = 8.0
"""Seconds that a request waits for files that are being written."""


class DumpMaker:
    """Has the dumps of the current version made in a thread of its own, one version at a time."""

    def __init__(self, store: Store, files: DerivedFiles) -> None:
        self._store = store
        self._files = files
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._failure: BsrgraphError | None = None

    def current(self) -> Dumps | None:
        """The dumps of the current version; None if they are not all written after a wait that people bear.

        Raises:
            NotFound: the store names no versions.
            StoreError: they could not be written; the next call tries again.

        """
        version = self._store.version
        if not version:
            raise NotFound("A store that names no versions has no dumps; its endpoint has everything.")
        if found := kept_dumps(self._files, version):
            return found
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._failure = None
                self._thread = threading.Thread(target=self._make, name="dumps", daemon=True)
                self._thread.start()
            thread = self._thread
        thread.join(_WAIT)
        found = kept_dumps(self._files, version)
        if found is None and self._failure is not None:
            raise self._failure
        return found

    def _make(self) -> None:
        try:
            make_dumps(self._store, self._files)
        except BsrgraphError as error:
            _log.warning("dumps could not be made: %s", error.message)
            self._failure = error
