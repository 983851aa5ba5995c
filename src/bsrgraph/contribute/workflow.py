"""A contribution's life: proposed, accepted or declined, taken back, replaced, erased.

The ledger is written first and the store follows, so that whatever ends the program in between loses nothing that was
acknowledged and applies nothing by half. What is answered with success is on disk in both.
"""

from __future__ import annotations

import logging
import unicodedata
from dataclasses import dataclass

import pyoxigraph as ox

from bsrgraph import report as reports
from bsrgraph.contribute.check import Checked, Checker, Sent
from bsrgraph.contribute.table import TABLES, is_table
from bsrgraph.contributed import as_nquads, graphs_of
from bsrgraph.corpus import Corpus
from bsrgraph.derived import DerivedFiles
from bsrgraph.errors import Conflict, ContributionRefused, NotAllowed, StoreError, UsageError
from bsrgraph.findings import Report, Severity, State
from bsrgraph.follow import follow
from bsrgraph.formats import by_media_type
from bsrgraph.ledger import LIVE, Actor, Contribution, ContributionState, Ledger, Proposal, Role, conflict
from bsrgraph.load import make_anew
from bsrgraph.store.port import Store

__all__ = ["Proposed", "Workflow", "as_sent"]

_log = logging.getLogger("bsrgraph.contribute")
_PATIENCE = 30.0
"""Seconds that a decision waits for another one."""
_LONGEST = 4000


@dataclass(frozen=True, slots=True)
class Proposed:
    """What came of proposing: the contribution, whether it is new, and the report on it."""

    contribution: Contribution
    new: bool
    report: Report


class Workflow:
    """What can be done with contributions to one store; `files` are those made from its versions."""

    def __init__(
        self, corpus: Corpus, store: Store, ledger: Ledger, checker: Checker, files: DerivedFiles | None = None
    ) -> None:
        self.corpus = corpus
        self.store = store
        self._files = files
        self.ledger = ledger
        self.checker = checker

    def propose(
        self,
        sent: Sent,
        by: Actor,
        *,
        source: str = "",
        comment: str = "",
        supersedes: str | None = None,
        accept_warnings: bool = False,
    ) -> Proposed:
        """Checks what was sent and keeps it as a proposal; while the same triples are live, it is that contribution.

        Raises:
            ContributionRefused: it breaks rules, or it has Warnings and `accept_warnings` is not set.
            ContentError: it is not what it is said to be.
            NotAllowed: it is to replace a proposal of somebody else.
            Conflict: what it is to replace is neither proposed nor accepted.
            Gone: the same triples were erased.

        """
        _require(by, Role.CONTRIBUTOR, "propose")
        source, comment = _clean(source, "source"), _clean(comment, "comment")
        checked = self.checker.check(sent, without=self._going(supersedes))
        known = self._live(checked.digest[:16])
        if known is not None:
            return Proposed(known, False, checked.report)
        warnings = _require_sound(checked, accept_warnings)
        if supersedes is not None:
            self._require_own(supersedes, by)
        proposal = Proposal(
            checked.digest,
            sent.data,
            sent.form.media_type if sent.form else "",
            _clean(sent.name, "file name"),
            sent.packed,
            reports.as_json(checked.report),
            as_nquads(checked.quads, graphs_of(self.corpus.space, checked.id)[0]),
            len(checked.quads),
            warnings,
            source,
            comment,
            supersedes,
        )
        contribution, new = self.ledger.contributions.propose(proposal, by)
        _log.info("proposed %s new=%s triples=%d", contribution.id, new, contribution.triples)
        return Proposed(contribution, new, checked.report)

    def accept(self, identifier: str, by: Actor, comment: str = "") -> Contribution:
        """Checks the contribution against the graph as it is now, and applies all of it as a new version.

        Raises:
            Conflict: somebody has decided already.
            ContributionRefused: it breaks rules in the graph as it is now; it stays proposed.
            StoreError: the version could not be made; it stays proposed.

        """
        _require(by, Role.REVIEWER, "accept")
        comment = _clean(comment, "comment")
        contributions = self.ledger.contributions
        with self.ledger.deciding(_PATIENCE):
            follow(self.store, self.corpus, self.ledger)
            found = contributions.get(identifier)
            if found.state is not ContributionState.PROPOSED:
                raise conflict(found, "accepted")
            checked = self._checked_again(found)
            decided = contributions.accept(found, by, comment, reports.as_json(checked.report))
            try:
                follow(self.store, self.corpus, self.ledger)
            except StoreError:
                contributions.take_back_acceptance(decided, by)
                raise
        _log.info("accepted %s version=%s", identifier, self.store.version)
        return contributions.get(identifier)

    def decline(self, identifier: str, by: Actor, comment: str) -> Contribution:
        """Declines the contribution; the comment tells its proposer why.

        Raises:
            Conflict: somebody has decided already.

        """
        _require(by, Role.REVIEWER, "decline")
        if not (comment := _clean(comment, "comment")):
            raise UsageError("Say in a comment why it is declined.")
        contributions = self.ledger.contributions
        return contributions.decline(contributions.get(identifier), by, comment)

    def revert(self, identifier: str, by: Actor, reason: str) -> Contribution:
        """Takes an accepted contribution back: exactly its graph goes, as a new version.

        Raises:
            Conflict: it is not accepted, or a file of the graph directory states it.

        """
        _require(by, Role.REVIEWER, "revert")
        if not (reason := _clean(reason, "reason")):
            raise UsageError("Say in a comment why it is taken back.")
        contributions = self.ledger.contributions
        with self.ledger.deciding(_PATIENCE):
            self._require_ours(identifier)
            contributions.withdraw(contributions.get(identifier), by, reason)
            follow(self.store, self.corpus, self.ledger)
        return contributions.get(identifier)

    def erase(self, identifier: str, by: Actor, reason: str) -> Contribution:
        """Removes what the contribution says from the ledger, the store, its earlier versions and derived files.

        A tombstone stays: when it was erased, by whom and why. Backups made before are not touched.

        Raises:
            Conflict: a file of the graph directory states it.
            Gone: it was erased before.
            StoreError: the store could not be made anew; it is tried again at the next start.

        """
        _require(by, Role.ADMIN, "erase")
        if not (reason := _clean(reason, "reason")):
            raise UsageError("Say why it is erased; the reason stays readable for everybody.")
        with self.ledger.deciding(_PATIENCE):
            self._require_ours(identifier)
            erased = self.ledger.contributions.erase(identifier, by, reason)
            self._purge()
        return erased

    def finish_erasures(self) -> None:
        """Finishes what an erasure could not, because the program was ended in the middle of it."""
        if self.ledger.contributions.to_purge():
            with self.ledger.deciding(_PATIENCE):
                self._purge()

    def _purge(self) -> None:
        pending = self.ledger.contributions.to_purge()
        if any(pending.values()):
            follow(self.store, self.corpus, self.ledger)
            # Table files are shared with earlier versions and still hold what is no longer stated, so all are left.
            version = make_anew(self.store, self.corpus, self.ledger)
            self.store.forget_past()
            if self._files is not None:
                self._files.forget_past(version)
        self.ledger.scrub()
        self.ledger.contributions.note_purged(pending)

    def _live(self, identifier: str) -> Contribution | None:
        found = self.ledger.contributions.find(identifier)
        return found if found is not None and found.state in LIVE else None

    def _going(self, identifier: str | None) -> str | None:
        """The graph that goes when what replaces this contribution is accepted."""
        old = self.ledger.contributions.find(identifier) if identifier is not None else None
        accepted = old is not None and old.state is ContributionState.ACCEPTED
        return graphs_of(self.corpus.space, old.id)[0] if old is not None and accepted else None

    def _checked_again(self, found: Contribution) -> Checked:
        content = self.ledger.contributions.content(found)
        sent = as_sent(found, content.data)
        if is_table(sent.form, sent.name):
            # Names in a table may mean something else by now; what was proposed are the triples.
            triples = (q.triple for q in ox.parse(content.quads.encode(), format=ox.RdfFormat.N_QUADS))
            sent = Sent(ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b"", f"{found.file_name}.nt")
        checked = self.checker.check(sent, without=self._going(found.supersedes))
        if not checked.conforms:
            raise ContributionRefused(
                "It no longer agrees with the graph as it is now.",
                checked.report,
                hint="Decline it with the report, or propose a version that does.",
            )
        if checked.digest != found.digest:
            raise Conflict(
                "Read again, the file gives other triples than those that were proposed.", hint="Ask for it anew."
            )
        return checked

    def _require_own(self, identifier: str, by: Actor) -> None:
        old = self.ledger.contributions.get(identifier)
        if old.state is ContributionState.PROPOSED and old.proposer != by.name:
            _require(by, Role.REVIEWER, f"replace a proposal of {old.proposer}")

    def _require_ours(self, identifier: str) -> None:
        graph = graphs_of(self.corpus.space, identifier)[0]
        if graph in self.corpus.graphs:
            raise Conflict(f"A file of the graph directory states {graph}.", hint="Remove the file first.")


def as_sent(contribution: Contribution, data: bytes) -> Sent:
    """The bytes of a contribution, said to be what they were said to be when they were sent."""
    table = next((f for f in TABLES if f.media_type == contribution.media_type), None)
    form = table or by_media_type(contribution.media_type)
    return Sent(data, contribution.file_name, form, contribution.packed)


def _require(by: Actor, role: Role, what: str) -> None:
    if not by.role.includes(role):
        raise NotAllowed(
            f"{by.name} may not {what}: that takes the role {role.value}.", hint="Ask whoever runs this server for it."
        )


def _require_sound(checked: Checked, accept_warnings: bool) -> int:
    """How many new Warnings it has, which somebody has accepted."""
    fresh = [f for f in checked.report.findings if f.state is State.NEW]
    wrong = sum(f.severity is Severity.VIOLATION for f in fresh)
    if not checked.conforms:
        many = "1 finding has" if wrong == 1 else f"{wrong} findings have"
        raise ContributionRefused(
            f"It is not taken as it is: {many} to be mended. Nothing was stored.", checked.report, hint=fresh[0].message
        )
    warnings = sum(f.severity is Severity.WARNING for f in fresh)
    if warnings and not accept_warnings:
        raise ContributionRefused(
            f"It has {warnings} Warning{'' if warnings == 1 else 's'}. Nothing was stored.",
            checked.report,
            hint="Read them; send it again with accept_warnings=1 if it is right all the same.",
        )
    return warnings


def _clean(text: str, what: str) -> str:
    """A text that people wrote about a contribution: without white space around it, and fit for every format."""
    text = text.replace("\r\n", "\n").strip()
    if len(text) > _LONGEST:
        raise UsageError(f"The {what} has more than {_LONGEST:,} characters.")
    if any(unicodedata.category(c) in ("Cc", "Cs", "Cn") and c not in "\t\n" for c in text):
        raise UsageError(f"The {what} holds a control character.")
    return unicodedata.normalize("NFC", text)
