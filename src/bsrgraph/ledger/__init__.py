"""What cannot be rebuilt, in one SQLite file beside the generations: contributions, who may do what, what was done.

An answer of success means that it is on disk: WAL with `synchronous = FULL`. There is one writer at a time, and
readers are never blocked. What is deleted is overwritten.
"""

from bsrgraph.ledger.access import Access, Actor, Role, Session, Token
from bsrgraph.ledger.contributions import Contributions
from bsrgraph.ledger.database import now
from bsrgraph.ledger.deciding import conflict
from bsrgraph.ledger.files import LoadedFile, describe_file, file_digest
from bsrgraph.ledger.history import AuditEntry, ChangeEntry
from bsrgraph.ledger.ledger import Ledger
from bsrgraph.ledger.states import LIVE, Content, Contribution, ContributionState, Key, Proposal, as_fields, digest_of

__all__ = [
    "LIVE",
    "Access",
    "Actor",
    "AuditEntry",
    "ChangeEntry",
    "Content",
    "Contribution",
    "ContributionState",
    "Contributions",
    "Key",
    "Ledger",
    "LoadedFile",
    "Proposal",
    "Role",
    "Session",
    "Token",
    "as_fields",
    "conflict",
    "describe_file",
    "digest_of",
    "file_digest",
    "now",
]
