"""What was done: the audit log (who, what, when, from where), which only grows, and the changes of the graph."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from bsrgraph.ledger.database import Database, now

__all__ = ["AuditEntry", "ChangeEntry", "History", "Revision", "note", "note_change"]

_TOLD = {"reverted": "taken back", "superseded": "replaced"}


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One thing that somebody did: `origin` is from where, `subject` the contribution or token."""

    number: int
    at: str
    actor: str
    origin: str
    what: str
    subject: str


@dataclass(frozen=True, slots=True)
class ChangeEntry:
    """One change of the graph: the version that it made, what was done by whom, and how many triples it took.

    `what` is `accepted`, `reverted`, `superseded`, `erased` or `loaded`; `note` is a comment for readers.
    """

    number: int
    at: str
    version: str
    what: str
    actor: str
    contribution: str | None
    added: int
    removed: int
    note: str

    @property
    def title(self) -> str:
        """The change in a few words."""
        if self.contribution is None:
            return "The graph was loaded"
        return f"Contribution {self.contribution} was {_TOLD.get(self.what, self.what)}"


@dataclass(frozen=True, slots=True)
class Revision:
    """A number that grows with everything that is written down, and when that last was; empty for never."""

    number: int
    at: str


def note(connection: sqlite3.Connection, actor: str, origin: str, what: str, subject: str) -> None:
    """Adds a line to the audit log, in the transaction of what it tells."""
    row = (now(), actor, origin, what, subject)
    connection.execute("INSERT INTO audit (at, actor, origin, what, subject) VALUES (?, ?, ?, ?, ?)", row)


def note_change(
    connection: sqlite3.Connection,
    version: str,
    what: str,
    actor: str,
    contribution: str | None = None,
    *,
    added: int = 0,
    removed: int = 0,
    comment: str = "",
) -> None:
    """Adds a change of the graph, once the store has made it."""
    row = (now(), version, what, actor, contribution, added, removed, comment)
    connection.execute(
        "INSERT INTO change (at, version, what, actor, contribution, added, removed, note)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        row,
    )


class History:
    """The audit log and the changes of one ledger, for reading."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def audit(self, limit: int = 100) -> list[AuditEntry]:
        """The last lines of the audit log, newest first."""
        with self._database.reading() as connection:
            found = connection.execute("SELECT * FROM audit ORDER BY number DESC LIMIT ?", (limit,))
            return [AuditEntry(**row) for row in found]

    def changes(self, limit: int = 50, before: int | None = None) -> list[ChangeEntry]:
        """The last changes of the graph, newest first; with `before`, those that are older than that number."""
        with self._database.reading() as connection:
            found = connection.execute(
                "SELECT * FROM change WHERE number < ? ORDER BY number DESC LIMIT ?", (before or 2**62, limit)
            )
            return [ChangeEntry(**row) for row in found]

    def revision(self) -> Revision:
        """How far it has come: fit for an ETag and a Last-Modified."""
        with self._database.reading() as connection:
            numbers, moments = [0], [""]
            for table in ("audit", "change"):
                found = connection.execute(f"SELECT number, at FROM {table} ORDER BY number DESC LIMIT 1").fetchone()
                if found is not None:
                    numbers.append(found["number"])
                    moments.append(found["at"])
        return Revision(sum(numbers), max(moments))
