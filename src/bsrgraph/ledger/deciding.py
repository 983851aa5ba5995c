"""The steps of a contribution's life, each one transaction with its audit line.

The ledger decides and the store follows: what is accepted or taken back here is not yet so in the store.
"""

from __future__ import annotations

import sqlite3

from bsrgraph.errors import Conflict, Gone, NotFound
from bsrgraph.ledger.access import Actor
from bsrgraph.ledger.database import Database, now
from bsrgraph.ledger.history import note
from bsrgraph.ledger.states import COLUMNS, LIVE, Contribution, ContributionState, Proposal, from_row
from bsrgraph.version import VERSION

__all__ = ["Deciding", "conflict", "find", "get", "gone"]

_OF_PROPOSAL = ("digest", "media_type", "file_name", "packed", "triples", "warnings", "source", "comment", "supersedes")


class Deciding:
    """What changes the contributions of one ledger."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def propose(self, proposal: Proposal, by: Actor) -> tuple[Contribution, bool]:
        """The contribution, and whether it is new: while the same triples are proposed or accepted, it is not.

        Where it replaces one that is only proposed, that is superseded at once; where it replaces an accepted one,
        that is when this one is accepted.

        Raises:
            Gone: the same triples were erased.
            NotFound: what it is to replace is not there.
            Conflict: what it is to replace is neither proposed nor accepted, or is this one.

        """
        with self._database.writing() as connection:
            last = find(connection, proposal.id)
            if last is not None and last.state is ContributionState.ERASED:
                raise gone(last)
            if last is not None and last.state in LIVE:
                return last, False
            attempt = last.attempt + 1 if last else 1
            if proposal.supersedes is not None:
                _require_replaceable(get(connection, proposal.supersedes), proposal)
            row: dict[str, str | int | None] = {
                **{name: getattr(proposal, name) for name in _OF_PROPOSAL},
                "id": proposal.id,
                "attempt": attempt,
                "state": ContributionState.PROPOSED.value,
                "size": len(proposal.data),
                "proposer": by.name,
                "proposed_at": now(),
            }
            places = ", ".join(f":{name}" for name in row)
            connection.execute(f"INSERT INTO contribution ({', '.join(row)}) VALUES ({places})", row)
            content = (proposal.id, attempt, proposal.data, proposal.report, proposal.quads)
            connection.execute("INSERT INTO content VALUES (?, ?, ?, ?, ?)", content)
            note(connection, by.name, by.origin, "proposed", proposal.id)
            _supersede(connection, proposal.supersedes, ContributionState.PROPOSED, proposal.id, by)
            return get(connection, proposal.id), True

    def accept(self, contribution: Contribution, by: Actor, comment: str, report: str) -> Contribution:
        """Decides that it is accepted, and keeps the report of the check before that; the store is to follow.

        Raises:
            Conflict: somebody has decided already.

        """
        with self._database.writing() as connection:
            _decide(connection, contribution, ContributionState.ACCEPTED, by, comment)
            where = "WHERE id = ? AND attempt = ?"
            software = f"bsrgraph {VERSION}"
            connection.execute(f"UPDATE contribution SET software = ? {where}", (software, *contribution.key))
            connection.execute(f"UPDATE content SET report = ? {where}", (report, *contribution.key))
            _supersede(connection, contribution.supersedes, ContributionState.ACCEPTED, contribution.id, by)
            return get(connection, contribution.id)

    def decline(self, contribution: Contribution, by: Actor, comment: str) -> Contribution:
        """Decides that it is not accepted.

        Raises:
            Conflict: somebody has decided already.

        """
        with self._database.writing() as connection:
            _decide(connection, contribution, ContributionState.DECLINED, by, comment)
            return get(connection, contribution.id)

    def withdraw(self, contribution: Contribution, by: Actor, reason: str) -> Contribution:
        """Decides that it is taken back; the store is to follow.

        Raises:
            Conflict: it is not accepted.

        """
        with self._database.writing() as connection:
            changed = connection.execute(
                "UPDATE contribution SET state = 'reverted', withdrawer = ?, reason = ?, withdrawn_at = ?"
                " WHERE id = ? AND attempt = ? AND state = 'accepted'",
                (by.name, reason, now(), *contribution.key),
            ).rowcount
            if not changed:
                raise conflict(get(connection, contribution.id), "reverted")
            note(connection, by.name, by.origin, "reverted", contribution.id)
            return get(connection, contribution.id)

    def erase(self, identifier: str, by: Actor, reason: str) -> Contribution:
        """Blanks what it says, in every attempt; the store, and files made from it, are to follow.

        Raises:
            NotFound: there is none of that id.
            Gone: it was erased before.

        """
        with self._database.writing() as connection:
            last = get(connection, identifier)
            if last.state is ContributionState.ERASED:
                raise gone(last)
            stored = connection.execute(
                "SELECT 1 FROM contribution WHERE id = ? AND (accepted_version IS NOT NULL OR state = 'accepted')",
                (identifier,),
            ).fetchone()
            connection.execute("DELETE FROM content WHERE id = ?", (identifier,))
            connection.execute(
                "UPDATE contribution SET state = 'erased', file_name = '', source = '', comment = '', decision = NULL,"
                " withdrawer = ?, reason = ?, withdrawn_at = ? WHERE id = ?",
                (by.name, reason, now(), identifier),
            )
            connection.execute("UPDATE change SET note = '' WHERE contribution = ?", (identifier,))
            connection.execute("INSERT INTO to_purge VALUES (?, ?)", (identifier, int(stored is not None)))
            note(connection, by.name, by.origin, "erased", identifier)
            return get(connection, identifier)


def find(connection: sqlite3.Connection, identifier: str) -> Contribution | None:
    """The latest attempt at the contribution, if there is one."""
    found = connection.execute(
        f"SELECT {COLUMNS} FROM contribution WHERE id = ? ORDER BY attempt DESC LIMIT 1", (identifier,)
    ).fetchone()
    return from_row(dict(found)) if found else None


def get(connection: sqlite3.Connection, identifier: str) -> Contribution:
    """The latest attempt at the contribution.

    Raises:
        NotFound: there is none of that id.

    """
    found = find(connection, identifier)
    if found is None:
        raise NotFound(f"There is no contribution {identifier[:100]}.")
    return found


def gone(found: Contribution) -> Gone:
    """What is told of a contribution that was erased: when and why, nothing of what it said."""
    return Gone(f"Contribution {found.id} was erased on {(found.withdrawn_at or '')[:10]}: {found.reason}")


def _decide(
    connection: sqlite3.Connection, contribution: Contribution, state: ContributionState, by: Actor, comment: str
) -> None:
    changed = connection.execute(
        "UPDATE contribution SET state = ?, reviewer = ?, decision = ?, decided_at = ?"
        " WHERE id = ? AND attempt = ? AND state = 'proposed'",
        (state.value, by.name, comment, now(), *contribution.key),
    ).rowcount
    if not changed:
        raise conflict(get(connection, contribution.id), state.value)
    note(connection, by.name, by.origin, state.value, contribution.id)


def _supersede(connection: sqlite3.Connection, old: str | None, state: ContributionState, new: str, by: Actor) -> None:
    """Ends what the contribution `new` replaces, where that is in the given state."""
    if old is None:
        return
    changed = connection.execute(
        "UPDATE contribution SET state = 'superseded', superseded_by = ?, withdrawer = ?, withdrawn_at = ?"
        " WHERE id = ? AND state = ?",
        (new, by.name, now(), old, state.value),
    ).rowcount
    if changed:
        note(connection, by.name, by.origin, "superseded", old)


def _require_replaceable(old: Contribution, proposal: Proposal) -> None:
    if old.id == proposal.id:
        raise Conflict(f"Contribution {old.id} would replace itself: it has the same triples.")
    if old.state not in LIVE:
        raise conflict(old, "superseded")


def conflict(found: Contribution, wanted: str) -> Conflict:
    """Why a contribution cannot be `wanted` any more: what has become of it, by whom and when."""
    who, when = (found.withdrawer or found.reviewer), (found.withdrawn_at or found.decided_at)
    told = (f" by {who}" if who else "") + (f" at {when}" if when else "")
    return Conflict(
        f"Contribution {found.id} is {found.state.value}{told}; it cannot be {wanted}.",
        hint="Look at it again before you decide.",
    )
