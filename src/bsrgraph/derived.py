"""What is made once for each version of the data: values in memory, and files under the state directory.

All of it can be made again from the store at any time; nothing here needs a backup.
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import shutil
import tempfile
import threading
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Generic, TypeVar

from bsrgraph.errors import BsrgraphError
from bsrgraph.store.port import Store, Version

__all__ = ["DerivedFiles", "Maker", "once_a_version"]

_log = logging.getLogger("bsrgraph.derived")
_WAIT = 8.0
_BRIEF = 1.0
"""Seconds that a request waits for what is being made: it needs it, or could do without."""

_Made = TypeVar("_Made")
_KEPT = 5
"""Versions whose files are kept: as many as the store keeps of itself."""


def once_a_version(make: Callable[[Store], _Made]) -> Callable[[Store], _Made]:
    """`make`, called anew only when the store has another version; the last value of each store is kept."""
    known: weakref.WeakKeyDictionary[Store, tuple[Version, _Made]] = weakref.WeakKeyDictionary()
    lock, making = threading.Lock(), threading.RLock()

    def kept(store: Store, version: Version) -> tuple[Version, _Made] | None:
        with lock:
            found = known.get(store)
        return found if found is not None and found[0] == version else None

    def made(store: Store) -> _Made:
        # Read before the value is made: a version that comes meanwhile is then seen by the next call.
        version = store.version
        if found := kept(store, version):
            return found[1]
        with making:  # of those who ask at once, one makes it
            if found := kept(store, version):
                return found[1]
            value = make(store)
            with lock:
                known[store] = (version, value)
        return value

    return made


class Maker(Generic[_Made]):
    """Has something made in a thread of its own, one version at a time, so that no request waits for minutes.

    `kept` gives what has been made of a version, `make` makes it of the current one.
    """

    def __init__(self, store: Store, kept: Callable[[Version], _Made | None], make: Callable[[], object]) -> None:
        self._store = store
        self._kept = kept
        self._made = make
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._failure: BsrgraphError | None = None

    def current(self, *, briefly: bool = False) -> _Made | None:
        """That of the current version; None if it is not made after a wait that people bear.

        `briefly` is for who can do without it.

        Raises:
            BsrgraphError: it could not be made; the next call tries again.

        """
        version = self._store.version
        found = self._kept(version)
        if found is not None:
            return found
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._failure = None
                self._thread = threading.Thread(target=self._make, name="derived", daemon=True)
                self._thread.start()
            thread = self._thread
        thread.join(_BRIEF if briefly else _WAIT)
        found = self._kept(version)
        if found is None and self._failure is not None:
            raise self._failure
        return found

    def _make(self) -> None:
        try:
            self._made()
        except BsrgraphError as error:
            _log.warning("what a version needs could not be made: %s", error.message)
            self._failure = error


class DerivedFiles:
    """Files under `root`, in a folder for each version; without a root, in a folder that goes with this object."""

    def __init__(self, root: Path | None = None) -> None:
        self.root = root or Path(tempfile.mkdtemp(prefix="bsrgraph-"))
        if root is None:
            weakref.finalize(self, shutil.rmtree, self.root, ignore_errors=True)

    def file(self, version: Version, name: str, make: Callable[[Path], None]) -> Path:
        """The file `name` of `version`; where it is not there yet, `make` writes it to the path that it is given.

        A file has its name only when it is whole. Where several ask at once, in this process or in others, one makes
        it and the others wait for it.
        """
        folder = self.root / (version or "unversioned")
        path = folder / name
        if path.exists() and version:
            return path
        with self._making(folder, name):
            if not (path.exists() and version):
                half = folder / f"{name}.{os.getpid()}.{threading.get_ident()}.tmp"
                try:
                    make(half)
                    half.replace(path)
                finally:
                    half.unlink(missing_ok=True)
        return path

    def forget_past(self, current: Version) -> None:
        """Removes the files of every version but `current`."""
        for folder in self.root.glob("*/"):
            if folder.name != current:
                shutil.rmtree(folder, ignore_errors=True)

    @contextlib.contextmanager
    def _making(self, folder: Path, name: str) -> Iterator[None]:
        if not folder.is_dir():
            folder.mkdir(parents=True, exist_ok=True)
            self._prune(folder)
        with (folder / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _prune(self, newest: Path) -> None:
        folders = sorted((p for p in self.root.iterdir() if p.is_dir() and p != newest), key=_age, reverse=True)
        for folder in folders[_KEPT - 1 :]:
            shutil.rmtree(folder, ignore_errors=True)


def _age(path: Path) -> float:
    with contextlib.suppress(FileNotFoundError):  # another process prunes too
        return path.stat().st_mtime
    return 0.0
