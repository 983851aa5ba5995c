"""What a contribution is: its states, one attempt at it as a value, what is proposed, and what it consists of.

::

    proposed ──accept──▶ accepted ──revert──▶ reverted
       │  │                 │
       │  └─ supersede ─────┴──────────────▶ superseded
       └────decline───▶ declined                            any of them ──erase──▶ erased

While it is proposed or accepted, proposing it again gives the same one. After it was declined, superseded or reverted
it may be proposed anew, as a further attempt under the same id. What was erased stays so.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from enum import Enum
from typing import Any

__all__ = [
    "COLUMNS",
    "LIVE",
    "Content",
    "Contribution",
    "ContributionState",
    "Key",
    "Proposal",
    "digest_of",
    "from_row",
]

Key = tuple[str, int]
"""Names one attempt: the id and its number."""


class ContributionState(Enum):
    """What has become of a contribution."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    SUPERSEDED = "superseded"
    REVERTED = "reverted"
    ERASED = "erased"


LIVE = (ContributionState.PROPOSED, ContributionState.ACCEPTED)
"""In these, the same triples are not proposed again."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What somebody proposes: `digest` is the RDFC-1.0 SHA-256 of its triples, `quads` what would be accepted."""

    digest: str
    data: bytes
    media_type: str
    file_name: str
    packed: bool
    report: str
    quads: str
    triples: int
    warnings: int
    source: str = ""
    comment: str = ""
    supersedes: str | None = None

    @property
    def id(self) -> str:
        """The first 16 hexadecimal digits of the digest."""
        return self.digest[:16]


@dataclass(frozen=True, slots=True)
class Content:
    """What a contribution consists of: the bytes as sent, the report on them as JSON, its quads as N-Quads."""

    data: bytes
    report: str
    quads: str


@dataclass(frozen=True, slots=True)
class Contribution:
    """One attempt at one contribution. `decision` is the reviewer's comment, `reason` that of who took it back.

    `software` names the program that checked it before it was accepted.
    """

    id: str
    attempt: int
    state: ContributionState
    digest: str
    media_type: str
    file_name: str
    packed: bool
    size: int
    triples: int
    warnings: int
    proposer: str
    source: str
    comment: str
    proposed_at: str
    supersedes: str | None
    reviewer: str | None
    decision: str | None
    decided_at: str | None
    software: str | None
    accepted_version: str | None
    withdrawer: str | None
    reason: str | None
    withdrawn_at: str | None
    withdrawn_version: str | None
    superseded_by: str | None

    @property
    def key(self) -> Key:
        """Id and attempt."""
        return (self.id, self.attempt)


COLUMNS = ", ".join(f.name for f in fields(Contribution))
"""What a row of the table `contribution` has, as SQL."""


def from_row(row: Mapping[str, Any]) -> Contribution:
    """The contribution that a row of the table `contribution` tells."""
    return Contribution(**{**row, "state": ContributionState(row["state"]), "packed": bool(row["packed"])})


def as_fields(contribution: Contribution) -> dict[str, str | int | bool | None]:
    """The contribution as names and plain values, for JSON."""
    return {**asdict(contribution), "state": contribution.state.value}


def digest_of(keys: Iterable[Key]) -> str:
    """One digest for a set of accepted attempts, as it is noted with the version of the store that holds them."""
    return hashlib.sha256("\n".join(f"{i} {n}" for i, n in sorted(keys)).encode()).hexdigest()
