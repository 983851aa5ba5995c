"""What cannot be rebuilt, in one SQLite file beside the generations: which files were loaded under which graph.

An answer of success means that it is on disk: WAL with `synchronous = FULL`.
"""

from __future__ import annotations

import datetime
import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bsrgraph.errors import StoreError

__all__ = ["Ledger", "LoadedFile", "describe_file", "file_digest"]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS loaded_file (
    graph  TEXT PRIMARY KEY,
    path   TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    at     TEXT NOT NULL
) STRICT;
"""


@dataclass(frozen=True, slots=True)
class LoadedFile:
    """A file that was loaded as the named graph `graph`, with its SHA-256 and when (UTC, ISO 8601)."""

    graph: str
    path: str
    sha256: str
    at: str

    def fault(self) -> str | None:
        """What is wrong with the file now, None if it is still the one that was loaded."""
        path = Path(self.path)
        if not path.is_file():
            return f"{self.path} is missing (it was loaded as {self.graph})"
        if file_digest(path) != self.sha256:
            return f"{self.path} has changed since it was loaded as {self.graph}"
        return None


def describe_file(graph: str, path: Path) -> LoadedFile:
    """The file at `path` as it is now, to be loaded as `graph`."""
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    return LoadedFile(graph, str(path.resolve()), file_digest(path), now)


def file_digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class Ledger:
    """The ledger at `path`, made if need be."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"The state directory {path.parent} cannot be used: {error}") from error
        with self._open() as connection:
            connection.executescript(_SCHEMA)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            with closing(sqlite3.connect(self._path, timeout=10)) as connection:
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA synchronous = FULL")
                with connection:
                    yield connection
        except sqlite3.Error as error:
            raise StoreError(f"The ledger {self._path} cannot be used: {error}") from error

    def note_file(self, file: LoadedFile) -> None:
        """Notes that this file is the content of its graph, instead of any file before it."""
        with self._open() as connection:
            row = (file.graph, file.path, file.sha256, file.at)
            connection.execute("INSERT OR REPLACE INTO loaded_file VALUES (?, ?, ?, ?)", row)

    def files(self) -> list[LoadedFile]:
        """The loaded files, by graph."""
        with self._open() as connection:
            return [LoadedFile(*row) for row in connection.execute("SELECT * FROM loaded_file ORDER BY graph")]
