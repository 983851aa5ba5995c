"""The contributions in the ledger: which there are, what they consist of, and what the store is to hold of them.

`accepted_version` and `withdrawn_version` are empty until the store has followed the decision.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from bsrgraph.ledger.access import Actor
from bsrgraph.ledger.database import Database
from bsrgraph.ledger.deciding import Deciding, find, get, gone
from bsrgraph.ledger.history import note, note_change
from bsrgraph.ledger.states import COLUMNS, Content, Contribution, ContributionState, Key, from_row

__all__ = ["Contributions"]

_WITHDRAWN = "state IN ('superseded', 'reverted', 'erased')"
_APPLIED = "accepted_version IS NOT NULL AND withdrawn_version IS NULL"
"""What the store holds, as far as the ledger knows."""
_COMING = "state = 'accepted' AND accepted_version IS NULL"
_LATEST = "attempt = (SELECT max(attempt) FROM contribution AS other WHERE other.id = contribution.id)"


class Contributions(Deciding):
    """The contributions of one ledger."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._database = database

    def get(self, identifier: str) -> Contribution:
        """The latest attempt at the contribution.

        Raises:
            NotFound: there is none of that id.

        """
        with self._database.reading() as connection:
            return get(connection, identifier)

    def find(self, identifier: str) -> Contribution | None:
        """The latest attempt at the contribution, if there is one."""
        with self._database.reading() as connection:
            return find(connection, identifier)

    def attempts(self, identifier: str) -> list[Contribution]:
        """All attempts, first to last."""
        return self._select("id = ? ORDER BY attempt", identifier)

    def latest(
        self, states: Sequence[ContributionState] = (), *, limit: int = 50, offset: int = 0, oldest_first: bool = False
    ) -> list[Contribution]:
        """The latest attempts in these states (none named: in any), newest first."""
        where = f"state IN ({', '.join('?' * len(states))})" if states else "1"
        order = "" if oldest_first else " DESC"
        text = f"{where} AND {_LATEST} ORDER BY rowid{order} LIMIT ? OFFSET ?"
        return self._select(text, *(s.value for s in states), limit, offset)

    def counts(self) -> dict[ContributionState, int]:
        """How many there are in each state."""
        with self._database.reading() as connection:
            found = connection.execute(f"SELECT state, count(*) FROM contribution WHERE {_LATEST} GROUP BY state")
            counted = {ContributionState(state): int(count) for state, count in found}
        return {state: counted.get(state, 0) for state in ContributionState}

    def content(self, contribution: Contribution) -> Content:
        """What the contribution consists of.

        Raises:
            Gone: it was erased.

        """
        with self._database.reading() as connection:
            found = connection.execute(
                "SELECT data, report, quads FROM content WHERE id = ? AND attempt = ?", contribution.key
            ).fetchone()
        if found is None:
            raise gone(contribution)
        return Content(*found)

    def accepted_quads(self) -> Iterator[tuple[Contribution, str]]:
        """Every accepted contribution with its N-Quads, in the order of the ids."""
        with self._database.reading() as connection:
            found = connection.execute(
                f"SELECT {COLUMNS}, quads FROM contribution JOIN content USING (id, attempt)"
                " WHERE state = 'accepted' ORDER BY id"
            )
            for row in found:
                told = dict(row)
                quads = told.pop("quads")
                yield from_row(told), quads

    def of_keys(self, keys: Iterable[Key]) -> list[tuple[Contribution, str]]:
        """The contributions with these keys, each with its N-Quads."""
        chosen = [found for key in sorted(keys) for found in self._select("id = ? AND attempt = ?", *key)]
        return [(found, self.content(found).quads) for found in chosen]

    def accepted(self) -> set[Key]:
        """The keys of what is accepted: what the store is to hold."""
        return self._keys("state = 'accepted'")

    def applied(self) -> set[Key]:
        """The keys of what the store held when it last followed the ledger."""
        return self._keys(_APPLIED)

    def _keys(self, where: str) -> set[Key]:
        with self._database.reading() as connection:
            found = connection.execute(f"SELECT id, attempt FROM contribution WHERE {where}")
            return {(row["id"], row["attempt"]) for row in found}

    def _select(self, where: str, *values: str | int) -> list[Contribution]:
        with self._database.reading() as connection:
            found = connection.execute(f"SELECT {COLUMNS} FROM contribution WHERE {where}", values)
            return [from_row(dict(row)) for row in found]

    def note_applied(self, version: str) -> None:
        """Notes that the store holds, as of `version`, what is accepted and nothing that is not."""
        going = f"{_WITHDRAWN} AND {_APPLIED}"
        with self._database.writing() as connection:
            came, went = (
                [from_row(dict(r)) for r in connection.execute(f"SELECT {COLUMNS} FROM contribution WHERE {where}")]
                for where in (_COMING, going)
            )
            connection.execute(f"UPDATE contribution SET accepted_version = ? WHERE {_COMING}", (version,))
            connection.execute(f"UPDATE contribution SET withdrawn_version = ? WHERE {going}", (version,))
            for one in went:
                actor, said = one.withdrawer or "", one.reason or ""
                note_change(connection, version, one.state.value, actor, one.id, removed=one.triples, comment=said)
            for one in came:
                actor = one.reviewer or ""
                note_change(connection, version, "accepted", actor, one.id, added=one.triples, comment=one.comment)

    def take_back_acceptance(self, contribution: Contribution, by: Actor) -> None:
        """Makes what was accepted a proposal again, because the store could not follow."""
        with self._database.writing() as connection:
            connection.execute(
                "UPDATE contribution SET state = 'proposed', reviewer = NULL, decision = NULL, decided_at = NULL"
                f" WHERE id = ? AND attempt = ? AND {_COMING}",
                contribution.key,
            )
            connection.execute(
                "UPDATE contribution SET state = 'accepted', withdrawer = NULL, reason = NULL, withdrawn_at = NULL,"
                f" superseded_by = NULL WHERE superseded_by = ? AND state = 'superseded' AND {_APPLIED}",
                (contribution.id,),
            )
            note(connection, by.name, by.origin, "acceptance taken back: not stored", contribution.id)

    def to_purge(self) -> dict[str, bool]:
        """What was erased and may still be held somewhere, and whether the store may hold it."""
        with self._database.reading() as connection:
            return {row["id"]: bool(row["stored"]) for row in connection.execute("SELECT * FROM to_purge")}

    def note_purged(self, identifiers: Iterable[str]) -> None:
        """Notes that nothing holds these any more."""
        with self._database.writing() as connection:
            connection.executemany("DELETE FROM to_purge WHERE id = ?", [(i,) for i in identifiers])
