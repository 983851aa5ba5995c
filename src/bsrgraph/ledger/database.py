"""The SQLite file of the ledger: opened for each piece of work, brought to the newest schema, one writer at a time."""

from __future__ import annotations

import datetime
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from bsrgraph.errors import StoreBusy, StoreError
from bsrgraph.ledger.schema import MIGRATIONS

__all__ = ["Database", "now"]

_WAIT = 10.0
"""Seconds that a writer waits for another one."""


def now() -> str:
    """The time as it is written everywhere in the ledger: UTC, to the second, as an xsd:dateTime."""
    return datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Database:
    """The file at `path`, made if need be.

    Raises:
        StoreError: it cannot be used, or a newer version of the program has made it.

    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            # It holds what was not accepted, and from where people came.
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        except OSError as error:
            raise StoreError(f"The state directory {path.parent} cannot be used: {error}") from error
        self._migrate()

    def _migrate(self) -> None:
        with self._opened() as connection:
            done = _schema_version(connection)
            if done == len(MIGRATIONS):
                return
            if done > len(MIGRATIONS):
                raise StoreError(
                    f"The ledger {self.path} was made by a newer version of bsrgraph.",
                    hint="Install that version, or restore a backup made before it.",
                )
        with self.writing() as connection:
            # Another process may have done it between the two looks.
            for number in range(_schema_version(connection), len(MIGRATIONS)):
                for statement in _statements(MIGRATIONS[number]):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {number + 1}")

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        try:
            with closing(sqlite3.connect(self.path, timeout=_WAIT, isolation_level=None)) as connection:
                connection.row_factory = sqlite3.Row
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA synchronous = FULL")
                connection.execute("PRAGMA secure_delete = ON")
                yield connection
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                raise StoreBusy("The ledger is being written by others.", hint="Try again in a few seconds.") from error
            raise self._unusable(error) from error
        except sqlite3.Error as error:
            raise self._unusable(error) from error

    def _unusable(self, error: sqlite3.Error) -> StoreError:
        return StoreError(
            f"The ledger {self.path} cannot be used: {error}",
            hint="If it is damaged, move it away and restore a backup: `bsrgraph restore DIR`.",
        )

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection that sees one state of the ledger, whatever others write meanwhile."""
        with self._opened() as connection:
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                connection.execute("ROLLBACK")

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction of the one writer: on disk when the block ends, undone where it raises."""
        with self._opened() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def scrub(self) -> None:
        """Leaves nothing in the file, or beside it, of what has been deleted.

        Raises:
            StoreBusy: somebody reads an older state of it.

        """
        with self._opened() as connection:
            if connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
                raise StoreBusy(
                    "Somebody still reads what is to be erased.", hint="It is tried again at the next start."
                )

    def copy_to(self, path: Path) -> None:
        """Copies one whole state of the ledger to `path` while others read and write."""
        with self._opened() as connection, closing(sqlite3.connect(path)) as target:
            connection.backup(target)

    def copy_from(self, path: Path) -> None:
        """Makes the ledger what the copy at `path` is, in one transaction."""
        with closing(sqlite3.connect(path)) as source, self._opened() as connection:
            source.backup(connection)
        self._migrate()

    def settle(self) -> None:
        """Leaves everything in the one file, none of it beside; nobody may have it open."""
        with self._opened() as connection:
            connection.execute("PRAGMA journal_mode = DELETE")

    @staticmethod
    def require_sound(path: Path) -> None:
        """Reads every page of the file at `path`, which stays as it is.

        Raises:
            StoreError: it is damaged, or no ledger.

        """
        try:
            with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
                found = connection.execute("PRAGMA integrity_check").fetchone()[0]
                connection.execute("SELECT count(*) FROM contribution").fetchone()
        except sqlite3.Error as error:
            raise StoreError(f"{path} is no sound ledger: {error}") from error
        if found != "ok":
            raise StoreError(f"{path} is damaged: {found}")


def _schema_version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _statements(script: str) -> Iterator[str]:
    """The statements of a script; `executescript` would end the transaction that they are to be run in."""
    text = ""
    for line in script.splitlines(keepends=True):
        text += line
        if sqlite3.complete_statement(text):
            yield text
            text = ""
