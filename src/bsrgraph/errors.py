"""Every way to fail, as one tree; no HTTP here (the web's status table is in `web.app`).

::

    BsrgraphError
    ├── UsageError             the caller asked for something that cannot be asked for
    │   ├── SettingError       a setting has a value that it cannot have
    │   ├── Unsupported        this server has no such thing, by its settings
    │   └── NotAcceptable      none of the representations there are is acceptable
    ├── GraphDirectoryError    a graph directory is not one, or a file of it cannot be read
    ├── ContentError           bytes that are not what they are said to be (line, column)
    │   ├── TooLarge           they are more than a limit allows
    │   └── UnknownFormat      a media type or suffix that nothing here reads
    ├── QueryError             a query that cannot be answered (line, column)
    │   ├── QuerySyntaxError   it is not SPARQL 1.1
    │   ├── QueryRefused       it is SPARQL, but not for strangers: SERVICE, update, a limit
    │   │   └── UpdateRefused  it is an update
    │   ├── QueryTooLarge      it needs more memory than a query may have
    │   ├── QueryTimeout       it was not answered in time
    │   └── QueryStopped       somebody stopped it
    ├── ContributionRefused    a contribution that breaks rules, or whose Warnings nobody has seen (its report)
    ├── AccessError            whoever asks may not do it
    │   ├── Unauthenticated    it takes a token, and there is none that counts
    │   ├── NotAllowed         the token's role is not enough
    │   └── TooManyRequests    the token has been used too often (seconds to wait)
    ├── Conflict               somebody else was first, or the thing is past that
    ├── Gone                   there was something, and it has been withdrawn
    ├── NotFound               nothing of that name (with the nearest names)
    └── StoreError             the store cannot do it now
        └── StoreBusy          too many others are being answered
"""

from __future__ import annotations

__all__ = [
    "AccessError",
    "BsrgraphError",
    "Conflict",
    "ContentError",
    "ContributionRefused",
    "Gone",
    "GraphDirectoryError",
    "NotAcceptable",
    "NotAllowed",
    "NotFound",
    "QueryError",
    "QueryRefused",
    "QueryStopped",
    "QuerySyntaxError",
    "QueryTimeout",
    "QueryTooLarge",
    "SettingError",
    "StoreBusy",
    "StoreError",
    "TooLarge",
    "TooManyRequests",
    "Unauthenticated",
    "UnknownFormat",
    "Unsupported",
    "UpdateRefused",
    "UsageError",
]


class BsrgraphError(Exception):
    """What went wrong, in a sentence; `hint` says what to do about it."""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(BsrgraphError):
    """The caller asked for something that cannot be asked for."""


class SettingError(UsageError):
    """A setting has a value that it cannot have."""


class Unsupported(UsageError):
    """There is no such thing here, by the settings: contributions to another server's store, for example."""


class NotAcceptable(UsageError):
    """None of the representations there are is acceptable; `offered` lists their media types."""

    def __init__(self, message: str, offered: tuple[str, ...]) -> None:
        super().__init__(message, hint="There is: " + ", ".join(offered))
        self.offered = offered


class GraphDirectoryError(BsrgraphError):
    """A graph directory is not one, or a file of it cannot be read."""


class _Placed(BsrgraphError):
    """An error with a place: lines and columns count from 1, columns in characters; `file` where it is one.

    `caret` is the line with a mark under the column.
    """

    file: str | None = None
    caret: str | None = None

    def __init__(
        self, message: str, *, line: int | None = None, column: int | None = None, hint: str | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.line = line
        self.column = column


class ContentError(_Placed):
    """Bytes that are not what they are said to be."""


class TooLarge(ContentError):
    """The bytes are more than a limit allows."""


class UnknownFormat(ContentError):
    """A media type or suffix that nothing here reads."""


class QueryError(_Placed):
    """A query that cannot be answered."""


class QuerySyntaxError(QueryError):
    """The query is not SPARQL 1.1."""


class QueryRefused(QueryError):
    """The query is SPARQL, but not for strangers: SERVICE, an update, or past a limit."""


class UpdateRefused(QueryRefused):
    """It is an update; changes come as contributions."""


class QueryTooLarge(QueryError):
    """The query needs more memory than a query may have."""


class QueryTimeout(QueryError):
    """The query was not answered in time."""


class QueryStopped(QueryError):
    """Somebody stopped the query."""


class ContributionRefused(BsrgraphError):
    """A contribution is not taken: it breaks rules, or it has Warnings that nobody has accepted; `report` says all."""

    def __init__(self, message: str, report: object, *, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.report = report


class AccessError(BsrgraphError):
    """Whoever asks may not do it."""


class Unauthenticated(AccessError):
    """It takes a token, and there is none that counts: none sent, unknown, expired or revoked."""


class NotAllowed(AccessError):
    """The role of the token is not enough."""


class TooManyRequests(AccessError):
    """The token has been used too often; worth another try after `retry_after` seconds."""

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message, hint=f"Try again in {retry_after} seconds.")
        self.retry_after = retry_after


class Conflict(BsrgraphError):
    """Somebody else was first, or what was to be changed is past that."""


class Gone(BsrgraphError):
    """There was something of that name, and it has been withdrawn."""


class NotFound(BsrgraphError):
    """Nothing of that name; `near` holds (label, page path) of the nearest things there are."""

    def __init__(self, message: str, near: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(message)
        self.near = near


class StoreError(BsrgraphError):
    """The store cannot do it now."""


class StoreBusy(StoreError):
    """Too many others are being answered; worth another try after `retry_after` seconds."""

    def __init__(self, message: str, *, hint: str | None = None, retry_after: int = 2) -> None:
        super().__init__(message, hint=hint)
        self.retry_after = retry_after
