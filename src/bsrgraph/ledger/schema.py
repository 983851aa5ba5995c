"""The tables of the ledger, as migrations: each is run once, in order, in the transaction that opens an older ledger.

A migration that has been released is never changed; what must change is a further one. `PRAGMA user_version` counts
those that have been run.
"""

from __future__ import annotations

__all__ = ["MIGRATIONS"]

_LOADED_FILES = """
CREATE TABLE IF NOT EXISTS loaded_file (
    graph  TEXT PRIMARY KEY,
    path   TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    at     TEXT NOT NULL
) STRICT;
"""

# One row an attempt: after it was declined or taken back, the same triples may be proposed again under the same id.
# `accepted_version` and `withdrawn_version` are null until the store has followed the decision.
_CONTRIBUTIONS = """
CREATE TABLE contribution (
    id         TEXT NOT NULL,
    attempt    INTEGER NOT NULL,
    state      TEXT NOT NULL
        CHECK (state IN ('proposed', 'accepted', 'declined', 'superseded', 'reverted', 'erased')),
    digest     TEXT NOT NULL,
    media_type TEXT NOT NULL,
    file_name  TEXT NOT NULL,
    packed     INTEGER NOT NULL,
    size       INTEGER NOT NULL,
    triples    INTEGER NOT NULL,
    warnings   INTEGER NOT NULL,
    proposer   TEXT NOT NULL,
    source     TEXT NOT NULL,
    comment    TEXT NOT NULL,
    proposed_at       TEXT NOT NULL,
    supersedes        TEXT,
    reviewer          TEXT,
    decision          TEXT,
    decided_at        TEXT,
    software          TEXT,
    accepted_version  TEXT,
    withdrawer        TEXT,
    reason            TEXT,
    withdrawn_at      TEXT,
    withdrawn_version TEXT,
    superseded_by     TEXT,
    PRIMARY KEY (id, attempt)
) STRICT;
CREATE UNIQUE INDEX contribution_live ON contribution (id) WHERE state IN ('proposed', 'accepted');
CREATE INDEX contribution_state ON contribution (state, proposed_at);

CREATE TABLE content (
    id      TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    data    BLOB NOT NULL,
    report  TEXT NOT NULL,
    quads   TEXT NOT NULL,
    PRIMARY KEY (id, attempt)
) STRICT;

CREATE TABLE change (
    number       INTEGER PRIMARY KEY AUTOINCREMENT,
    at           TEXT NOT NULL,
    version      TEXT NOT NULL,
    what         TEXT NOT NULL,
    actor        TEXT NOT NULL,
    contribution TEXT,
    added        INTEGER NOT NULL,
    removed      INTEGER NOT NULL,
    note         TEXT NOT NULL
) STRICT;

CREATE TABLE audit (
    number  INTEGER PRIMARY KEY AUTOINCREMENT,
    at      TEXT NOT NULL,
    actor   TEXT NOT NULL,
    origin  TEXT NOT NULL,
    what    TEXT NOT NULL,
    subject TEXT NOT NULL
) STRICT;
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END;
CREATE TRIGGER audit_is_not_cut BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END;

CREATE TABLE token (
    id         TEXT PRIMARY KEY,
    name       TEXT NOT NULL,
    role       TEXT NOT NULL CHECK (role IN ('contributor', 'reviewer', 'admin')),
    hash       TEXT NOT NULL UNIQUE,
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    revoked_at TEXT
) STRICT;

CREATE TABLE session (
    hash       TEXT PRIMARY KEY,
    token      TEXT NOT NULL,
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL
) STRICT;

-- An erased contribution is here until nothing under the state directory holds it any more.
CREATE TABLE to_purge (id TEXT PRIMARY KEY, stored INTEGER NOT NULL) STRICT;
"""

MIGRATIONS: tuple[str, ...] = (_LOADED_FILES, _CONTRIBUTIONS)
