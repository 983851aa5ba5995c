"""Who may do what: tokens with a role and an expiry, and the sessions of browsers that a token has opened.

A secret is 256 random bits. It is shown once; only its SHA-256 is kept, which is enough for a secret that nobody can
guess (no salt or slow hash would add anything).
"""

from __future__ import annotations

import datetime
import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from bsrgraph.errors import Conflict, NotFound, Unauthenticated, UsageError
from bsrgraph.ledger.database import Database, now
from bsrgraph.ledger.history import note

__all__ = ["Access", "Actor", "Role", "Session", "Token"]

_PREFIX = "bsrgraph_"
"""Lets scanners for lost secrets know one when they see it."""
_LONGEST_NAME = 200


class Role(Enum):
    """What a token allows; each may do what those before it may."""

    CONTRIBUTOR = "contributor"
    REVIEWER = "reviewer"
    ADMIN = "admin"

    def includes(self, other: Role) -> bool:
        """Whether this role may do what the other one may."""
        order = list(Role)
        return order.index(self) >= order.index(other)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something, with which role, and from where: `command line`, or the address of a client."""

    name: str
    role: Role
    origin: str
    token: str = ""


@dataclass(frozen=True, slots=True)
class Token:
    """A token, without its secret. Times are UTC, as xsd:dateTime."""

    id: str
    name: str
    role: Role
    created_at: str
    expires_at: str
    revoked_at: str | None

    @property
    def counts(self) -> bool:
        """Whether it still opens anything."""
        return self.revoked_at is None and self.expires_at > now()


@dataclass(frozen=True, slots=True)
class Session:
    """A browser that is logged in, by which token, until when."""

    token: Token
    expires_at: str


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def _later(seconds: int) -> str:
    try:
        moment = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=seconds)
    except OverflowError as error:
        raise UsageError("That is later than any calendar goes.") from error
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


class Access:
    """The tokens and sessions of one ledger."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, name: str, role: Role, days: int, by: Actor) -> tuple[Token, str]:
        """A new token for `name`, and its secret, which is never shown again.

        Raises:
            UsageError: the name is empty or too long, or the token would have expired already.
            Conflict: there is one of that name that still counts.

        """
        name = " ".join(name.split())
        if not name or len(name) > _LONGEST_NAME or not name.isprintable():
            raise UsageError(f"A token has a name of 1 to {_LONGEST_NAME} characters: it is shown with what it does.")
        if days < 1:
            raise UsageError("A token lasts a day at least.")
        secret = _PREFIX + secrets.token_urlsafe(32)
        token = Token(secrets.token_hex(4), name, role, now(), _later(days * 86400), None)
        with self._database.writing() as connection:
            same = connection.execute(
                "SELECT 1 FROM token WHERE name = ? AND revoked_at IS NULL AND expires_at > ?", (name, now())
            )
            if same.fetchone():
                raise Conflict(f"There is a token for {name} already.", hint="Revoke it first, or choose another name.")
            row = (token.id, name, role.value, _hash(secret), token.created_at, token.expires_at)
            connection.execute("INSERT INTO token VALUES (?, ?, ?, ?, ?, ?, NULL)", row)
            note(connection, by.name, by.origin, f"token added, {role.value}", f"{token.id} {name}")
        return token, secret

    def tokens(self) -> list[Token]:
        """All tokens, also those that no longer count, in the order in which they were made."""
        with self._database.reading() as connection:
            found = connection.execute(f"SELECT {_COLUMNS} FROM token ORDER BY created_at, name")
            return [_token(tuple(row)) for row in found]

    def revoke(self, name: str, by: Actor) -> Token:
        """Ends the token of that id or name, and every session that it has opened.

        Raises:
            NotFound: none of that name still counts.

        """
        with self._database.writing() as connection:
            found = connection.execute(
                f"SELECT {_COLUMNS} FROM token WHERE (id = ? OR name = ?) AND revoked_at IS NULL"
                " ORDER BY expires_at DESC",
                (name, name),
            ).fetchone()
            if found is None:
                raise NotFound(f"There is no token {name} that counts.")
            token = _token(tuple(found))
            connection.execute("UPDATE token SET revoked_at = ? WHERE id = ?", (now(), token.id))
            connection.execute("DELETE FROM session WHERE token = ?", (token.id,))
            note(connection, by.name, by.origin, "token revoked", f"{token.id} {token.name}")
        return token

    def after_restoring(self, revoked: Iterable[str], by: Actor, made: str) -> None:
        """Ends every session, and the tokens that were revoked since the backup of that time was made."""
        with self._database.writing() as connection:
            connection.execute("DELETE FROM session")
            connection.executemany(
                "UPDATE token SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL", [(now(), t) for t in revoked]
            )
            note(connection, by.name, by.origin, "restored", f"backup of {made}")

    def token_of(self, secret: str) -> Token:
        """The token with this secret.

        Raises:
            Unauthenticated: there is none, or it has expired or was revoked.

        """
        with self._database.reading() as connection:
            found = connection.execute(f"SELECT {_COLUMNS} FROM token WHERE hash = ?", (_hash(secret),)).fetchone()
        token = _token(tuple(found)) if found else None
        if token is None:
            raise Unauthenticated("This token is not known here.", hint="Ask whoever runs this server for one.")
        if not token.counts:
            what = "was revoked" if token.revoked_at else f"expired on {token.expires_at[:10]}"
            raise Unauthenticated(f"This token {what}.", hint="Ask whoever runs this server for a new one.")
        return token

    def open_session(self, secret: str, seconds: int, origin: str) -> str:
        """Logs a browser in with a token's secret; the secret of the session, for its cookie.

        Raises:
            Unauthenticated: the token does not count.

        """
        token = self.token_of(secret)
        session = secrets.token_urlsafe(32)
        with self._database.writing() as connection:
            connection.execute("DELETE FROM session WHERE expires_at <= ?", (now(),))
            row = (_hash(session), token.id, now(), min(_later(seconds), token.expires_at))
            connection.execute("INSERT INTO session VALUES (?, ?, ?, ?)", row)
            note(connection, token.name, origin, "logged in", token.id)
        return session

    def session_of(self, secret: str) -> Session | None:
        """The session with this secret, or None: unknown, expired, or its token counts no longer."""
        with self._database.reading() as connection:
            found = connection.execute(
                f"SELECT {', '.join('token.' + c.strip() for c in _COLUMNS.split(','))}, session.expires_at"
                " FROM session JOIN token ON token.id = session.token WHERE session.hash = ?",
                (_hash(secret),),
            ).fetchone()
        if found is None:
            return None
        session = Session(_token(tuple(found)[:-1]), tuple(found)[-1])
        return session if session.token.counts and session.expires_at > now() else None

    def close_session(self, secret: str) -> None:
        """Logs a browser out; a session that there is not is closed already."""
        with self._database.writing() as connection:
            connection.execute("DELETE FROM session WHERE hash = ?", (_hash(secret),))


_COLUMNS = "id, name, role, created_at, expires_at, revoked_at"


def _token(row: tuple[str, str, str, str, str, str | None]) -> Token:
    identifier, name, role, created_at, expires_at, revoked_at = row
    return Token(identifier, name, Role(role), created_at, expires_at, revoked_at)
