"""One ledger as a whole: its parts, the lock of those who decide, copies of it."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bsrgraph.errors import StoreBusy
from bsrgraph.ledger.access import Access
from bsrgraph.ledger.contributions import Contributions
from bsrgraph.ledger.database import Database
from bsrgraph.ledger.files import LoadedFile
from bsrgraph.ledger.history import History, note_change

__all__ = ["Ledger"]

_LOOK_AGAIN = 0.01


class Ledger:
    """The ledger at `path`, made if need be.

    Raises:
        StoreError: it cannot be used, or a newer version of the program has made it.

    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._database = Database(path)
        self.contributions = Contributions(self._database)
        self.access = Access(self._database)
        self.history = History(self._database)

    @contextmanager
    def deciding(self, wait: float | None = None) -> Iterator[None]:
        """Held by the one who changes what the store is to hold, until the store has followed.

        Without `wait`, seconds, it is waited for as long as it takes. A process that ends lets go of it.

        Raises:
            StoreBusy: it did not come free in time.

        """
        end = None if wait is None else time.monotonic() + wait
        with self.path.with_name("deciding").open("w") as lock:
            while True:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | (0 if end is None else fcntl.LOCK_NB))
                    break
                except BlockingIOError:
                    if end is not None and time.monotonic() > end:
                        raise StoreBusy("The graph is being changed by somebody else.") from None
                    time.sleep(_LOOK_AGAIN)
            yield

    def note_file(self, file: LoadedFile) -> None:
        """Notes that this file is the content of its graph, instead of any file before it."""
        with self._database.writing() as connection:
            row = (file.graph, file.path, file.sha256, file.at)
            connection.execute("INSERT OR REPLACE INTO loaded_file VALUES (?, ?, ?, ?)", row)

    def files(self) -> list[LoadedFile]:
        """The loaded files, by graph."""
        with self._database.reading() as connection:
            found = connection.execute("SELECT * FROM loaded_file ORDER BY graph")
            return [LoadedFile(*row) for row in found]

    @property
    def is_empty(self) -> bool:
        """Whether nothing would be lost with it: no contributions, no tokens, no loaded files."""
        return not (self.contributions.latest(limit=1) or self.access.tokens() or self.files())

    def note_load(self, version: str, what: str) -> None:
        """Notes that files were loaded, which made this version."""
        with self._database.writing() as connection:
            note_change(connection, version, "loaded", "", comment=what)

    def scrub(self) -> None:
        """Leaves nothing in the ledger's files of what has been deleted.

        Raises:
            StoreBusy: somebody reads an older state of it.

        """
        self._database.scrub()

    def copy_to(self, path: Path) -> None:
        """Copies one whole state of the ledger to `path` while others read and write."""
        self._database.copy_to(path)

    def copy_from(self, path: Path) -> None:
        """Makes the ledger what the copy at `path` is, in one transaction."""
        self._database.copy_from(path)

    def close_for_good(self) -> None:
        """Leaves everything in the one file, none of it beside; nobody may have it open."""
        self._database.settle()

    @staticmethod
    def require_sound(path: Path) -> None:
        """Reads every page of the ledger at `path`, which stays as it is.

        Raises:
            StoreError: it is damaged, or no ledger.

        """
        Database.require_sound(path)
