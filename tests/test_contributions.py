"""A contribution's life: every step is whole, follows the ledger, and comes out as a simple model says."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import hypothesis.strategies as st
import pyoxigraph as ox
import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bsrgraph.contribute.check import Checker, Sent
from bsrgraph.contribute.workflow import Workflow
from bsrgraph.contributed import as_trig
from bsrgraph.corpus import Corpus
from bsrgraph.derived import DerivedFiles
from bsrgraph.errors import Conflict, ContributionRefused, Gone, NotAllowed, NotFound, StoreError, UsageError
from bsrgraph.findings import Report
from bsrgraph.ledger import Actor, Contribution, ContributionState, Ledger, Proposal, Role
from bsrgraph.load import difference, everything, load_directory, load_file
from bsrgraph.read import all_quads, query_text, rows
from bsrgraph.settings import Settings
from bsrgraph.store.connect import in_memory
from bsrgraph.store.embedded import EmbeddedStore
from bsrgraph.store.memory import MemoryStore
from bsrgraph.store.port import Change, Store, Version
from bsrgraph.validate import Contributed, Validator

ALP = "https://example.org/alpine/"
MAJA = Actor("Maja", Role.CONTRIBUTOR, "here")
OLLI = Actor("Olli", Role.REVIEWER, "here")
ROOT = Actor("Root", Role.ADMIN, "here")
PROLOGUE = f"""@prefix alp: <{ALP}ontology#> .
@prefix initiative: <{ALP}id/initiative/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix valley: <{ALP}id/valley/> .
"""


def initiative(name: str, aim: str = "bells in fog") -> Sent:
    """A contribution of four triples about an initiative of that name."""
    text = f'initiative:{name} a alp:Initiative ; skos:prefLabel "{name}"@en ; alp:takesPlaceIn valley:echotal ; '
    return Sent((PROLOGUE + text + f'alp:aim "{aim}"@en .\n').encode(), f"{name}.ttl")


Over = Callable[[Corpus, Store, Path], Workflow]


@pytest.fixture(scope="session")
def over(alpine_children: Callable[[Checker], Checker]) -> Over:
    """The workflow over a store that is brought up to a graph directory and to a ledger in a folder."""

    def made(corpus: Corpus, store: Store, folder: Path) -> Workflow:
        ledger = Ledger(folder / "ledger.db")
        load_directory(store, corpus, ledger)
        checker = alpine_children(Checker(corpus, store, Settings()))
        return Workflow(corpus, store, ledger, checker, DerivedFiles(folder / "derived"))

    return made


@pytest.fixture
def workflow(alpine: Corpus, tmp_path: Path, over: Over) -> Workflow:
    """The workflow over the alpine graph in memory."""
    return over(alpine, MemoryStore(), tmp_path)


@pytest.fixture
def on_disk(alpine: Corpus, tmp_path: Path, over: Over) -> Iterator[Workflow]:
    """The workflow over the alpine graph on disk."""
    store = EmbeddedStore(tmp_path, Settings())
    yield over(alpine, store, tmp_path)
    store.close()


def accepted(workflow: Workflow, sent: Sent) -> Contribution:
    """A contribution that was proposed and accepted."""
    return workflow.accept(workflow.propose(sent, MAJA).contribution.id, OLLI, "seen")


def held(workflow: Workflow) -> set[str]:
    """The ids of the contributions that the store holds."""
    found = rows(workflow.store, query_text("contributed"))
    return {row["graph"].value.rpartition("/")[2] for row in found}


def is_as_the_ledger_says(workflow: Workflow) -> bool:
    """Whether the store equals files and ledger."""
    return difference(workflow.store, in_memory(everything(workflow.corpus, workflow.ledger))) == (0, 0)


# -- the model --------------------------------------------------------------

NAMES = ("ash", "birch", "cedar")
LIVE = ("proposed", "accepted")


class Life(RuleBasedStateMachine):
    """Contributions as a dictionary from name to state, and the workflow beside it."""

    corpus: Corpus
    over: Over

    @initialize()
    def begin(self) -> None:
        """An empty ledger over the alpine graph."""
        self.folder = Path(tempfile.mkdtemp())
        self.store = MemoryStore()
        self.workflow = type(self).over(self.corpus, self.store, self.folder)
        self.ids: dict[str, str] = {}
        self.states: dict[str, str] = {}
        self.replaces: dict[str, str] = {}
        self.applied = True

    def teardown(self) -> None:
        """In the end the store equals files and ledger, and every change was told."""
        if hasattr(self, "folder"):
            self.restart()
            assert is_as_the_ledger_says(self.workflow)
            told = self.workflow.ledger.history.changes(limit=1000)
            assert sum(c.added - c.removed for c in told) == 4 * len(self._in("accepted"))
            shutil.rmtree(self.folder)

    def _in(self, *states: str) -> set[str]:
        return {name for name, state in self.states.items() if state in states}

    def _try(self, name: str, allowed: bool, step: object, *arguments: object, **more: object) -> bool:
        """Takes a step and sees that it is done exactly where the model allows it."""
        done = True
        try:
            step(self.ids.get(name, "0" * 16), *arguments, **more)  # type: ignore[operator]
        except (Conflict, NotFound, Gone):
            done = False
        assert done == allowed
        return done

    @rule(name=st.sampled_from(NAMES), old=st.none() | st.sampled_from(NAMES))
    def propose(self, name: str, old: str | None) -> None:
        """Proposes, perhaps in place of another one."""
        state = self.states.get(name)
        replaced = self.ids.get(old, "0" * 16) if old else None
        try:
            found = self.workflow.propose(initiative(name), ROOT, supersedes=replaced)
        except (Conflict, NotFound, Gone):
            stale = old is not None and (old == name or self.states.get(old) not in LIVE)
            assert state == "erased" or (state not in LIVE and stale)
            return
        assert state != "erased"
        assert found.new == (state not in LIVE)
        assert self.ids.setdefault(name, found.contribution.id) == found.contribution.id
        if found.new:
            assert old is None or (old != name and self.states.get(old) in LIVE)
            self.states[name] = "proposed"
            self.replaces.pop(name, None)
            if old is not None:
                self.replaces[name] = old
                if self.states[old] == "proposed":
                    self.states[old] = "superseded"

    def _accepted(self, name: str) -> None:
        self.states[name] = "accepted"
        old = self.replaces.get(name)
        if old is not None and self.states[old] == "accepted":
            self.states[old] = "superseded"

    @rule(name=st.sampled_from(NAMES))
    def accept(self, name: str) -> None:
        """Accepts."""
        if self._try(name, self.states.get(name) == "proposed", self.workflow.accept, OLLI):
            self._accepted(name)
        self.applied = self.applied or name in self.ids

    @rule(name=st.sampled_from(NAMES))
    def decline(self, name: str) -> None:
        """Declines."""
        if self._try(name, self.states.get(name) == "proposed", self.workflow.decline, OLLI, "no"):
            self.states[name] = "declined"

    @rule(name=st.sampled_from(NAMES))
    def revert(self, name: str) -> None:
        """Takes back."""
        if self._try(name, self.states.get(name) == "accepted", self.workflow.revert, OLLI, "wrong"):
            self.states[name] = "reverted"
            self.applied = True

    @rule(name=st.sampled_from(NAMES))
    def erase(self, name: str) -> None:
        """Erases; seldom, for there is no way back."""
        if len(self._in("erased")) == 0 and self.states.get(name) in ("accepted", "reverted"):
            assert self._try(name, True, self.workflow.erase, ROOT, "asked to")
            self.states[name] = "erased"
            self.applied = True

    @precondition(lambda self: self._in("proposed"))
    @rule(data=st.data())
    def accept_and_end(self, data: st.DataObject) -> None:
        """The decision is on disk, and the program ends before the store has followed."""
        name = data.draw(st.sampled_from(sorted(self._in("proposed"))))
        contributions = self.workflow.ledger.contributions
        contributions.accept(contributions.get(self.ids[name]), OLLI, "", "{}")
        self._accepted(name)
        self.applied = False

    @precondition(lambda self: self._in("accepted"))
    @rule(data=st.data())
    def revert_and_end(self, data: st.DataObject) -> None:
        """As above, the other way."""
        name = data.draw(st.sampled_from(sorted(self._in("accepted"))))
        contributions = self.workflow.ledger.contributions
        contributions.withdraw(contributions.get(self.ids[name]), OLLI, "")
        self.states[name] = "reverted"
        self.applied = False

    @rule()
    def restart(self) -> None:
        """Another program begins with what is on disk; the store follows by itself."""
        self.workflow = type(self).over(self.corpus, self.store, self.folder)
        self.workflow.finish_erasures()
        self.applied = True

    @rule()
    def lose_the_store(self) -> None:
        """The store is lost, and made anew from files and ledger."""
        self.store = MemoryStore()
        self.restart()

    @invariant()
    def ledger_and_store_are_as_the_model_says(self) -> None:
        """Whatever happened, the ledger knows each state, and the store holds what is accepted."""
        if not hasattr(self, "workflow"):
            return
        contributions = self.workflow.ledger.contributions
        for name, state in self.states.items():
            assert contributions.get(self.ids[name]).state.value == state
        counts = {state.value: count for state, count in contributions.counts().items() if count}
        assert counts == {state: len(self._in(state)) for state in set(self.states.values())}
        if self.applied:
            assert held(self.workflow) == {self.ids[name] for name in self._in("accepted")}


@pytest.mark.hypothesis
def test_whatever_is_done_ledger_and_store_come_out_as_the_model_says(alpine: Corpus, over: Over) -> None:
    Life.corpus, Life.over = alpine, staticmethod(over)
    long = settings().max_examples > 50
    Life.TestCase.settings = settings(max_examples=100 if long else 12, stateful_step_count=15, deadline=None)
    Life.TestCase("runTest").runTest()


# -- proposing --------------------------------------------------------------


def test_the_same_triples_are_the_same_contribution_however_they_are_written(workflow: Workflow) -> None:
    first = workflow.propose(initiative("ash"), MAJA, source="https://example.org/page", comment=" seen there ")
    lines = initiative("ash").data.decode().replace(" ; ", " ;\n   ").encode()
    again = workflow.propose(Sent(lines, "other.ttl"), OLLI)
    assert (first.new, again.new) == (True, False)
    assert first.contribution == again.contribution
    assert first.contribution.comment == "seen there"
    assert first.contribution.proposer == "Maja"
    assert workflow.ledger.contributions.content(first.contribution).data == initiative("ash").data


def test_what_breaks_a_rule_is_refused_with_its_report_and_nothing_is_stored(workflow: Workflow) -> None:
    sent = Sent(initiative("ash").data.replace(b"alp:Initiative", b"alp:Initative"), "mine.ttl")
    version = workflow.store.version
    with pytest.raises(ContributionRefused) as caught:
        workflow.propose(sent, MAJA)
    assert isinstance(caught.value.report, Report)
    assert not caught.value.report.conforms
    assert workflow.ledger.contributions.latest() == []
    assert workflow.store.version == version


def test_warnings_want_to_be_seen(workflow: Workflow) -> None:
    sent = Sent(
        initiative("ash").data + b"initiative:ash <http://purl.org/dc/terms/relation> valley:echotal .", "a.ttl"
    )
    with pytest.raises(ContributionRefused, match="1 Warning"):
        workflow.propose(sent, MAJA)
    found = workflow.propose(sent, MAJA, accept_warnings=True).contribution
    assert found.warnings == 1


def test_what_was_declined_or_reverted_may_be_tried_again_under_the_same_id(workflow: Workflow) -> None:
    first = workflow.propose(initiative("ash"), MAJA).contribution
    workflow.decline(first.id, OLLI, "not yet")
    second = workflow.propose(initiative("ash"), MAJA)
    assert second.new
    workflow.accept(first.id, OLLI)
    workflow.revert(first.id, OLLI, "it was wrong")
    third = workflow.propose(initiative("ash"), MAJA).contribution
    assert (third.id, third.attempt) == (first.id, 3)
    assert [a.state.value for a in workflow.ledger.contributions.attempts(first.id)] == [
        "declined",
        "reverted",
        "proposed",
    ]


def test_words_beside_a_contribution_are_fit_for_every_format(workflow: Workflow) -> None:
    for comment in ("a\x00b", "a\ud800b", "x" * 5000):
        with pytest.raises(UsageError):
            workflow.propose(initiative("ash"), MAJA, comment=comment)
    assert workflow.ledger.contributions.latest() == []


@pytest.mark.parametrize("step", ["accept", "decline", "revert", "erase"])
def test_a_contributor_proposes_and_decides_nothing(workflow: Workflow, step: str) -> None:
    found = workflow.propose(initiative("ash"), MAJA).contribution
    with pytest.raises(NotAllowed, match=r"reviewer|admin"):
        getattr(workflow, step)(found.id, MAJA, "please")
    assert workflow.ledger.contributions.get(found.id).state is ContributionState.PROPOSED


def test_a_reviewer_does_not_erase(workflow: Workflow) -> None:
    found = workflow.propose(initiative("ash"), MAJA).contribution
    with pytest.raises(NotAllowed, match="admin"):
        workflow.erase(found.id, OLLI, "please")


# -- accepting --------------------------------------------------------------


def test_an_accepted_contribution_is_a_graph_with_its_provenance(workflow: Workflow) -> None:
    proposed = workflow.propose(initiative("ash"), MAJA, source="https://example.org/page", comment="found there")
    found = workflow.accept(proposed.contribution.id, OLLI, "checked")
    assert found.accepted_version == workflow.store.version
    quads = {q for q in all_quads(workflow.store) if found.id in str(q.graph_name)}
    graph, evidence = f"{ALP}contribution/{found.id}", f"{ALP}evidence/contribution-{found.id}"
    assert sum(q.graph_name == ox.NamedNode(graph) for q in quads) == 4
    said = {(q.subject.value, q.predicate.value.rpartition("#")[2], q.object.value) for q in quads}
    assert {
        (graph, "type", "https://w3id.org/bsrgraph/ontology#ContributedGraph"),
        (evidence, "type", "https://w3id.org/bsrgraph/ontology#ReferenceGraph"),
        (graph, "wasDerivedFrom", "https://example.org/page"),
        (graph, "wasAttributedTo", f"{graph}#proposer"),
        (f"{graph}#proposer", "label", "Maja"),
        (f"{graph}#reviewer", "label", "Olli"),
        (graph, "generatedAtTime", found.decided_at),
        (graph, "canonicalSha256", found.digest),
        (graph, "comment", "found there"),
    } <= said
    assert is_as_the_ledger_says(workflow)


@pytest.mark.parametrize("source", ["https://example.org/page", "an old book", ""])
def test_what_is_said_of_a_contribution_breaks_no_rule_of_the_shipped_graph(
    corpus: Corpus, tmp_path: Path, source: str
) -> None:
    contributions = Ledger(tmp_path / "ledger.db").contributions
    proposal = Proposal("ab" * 32, b"", "", "a.ttl", False, "{}", "", 0, 0, source, "a word", None)
    found = contributions.accept(contributions.propose(proposal, MAJA)[0], OLLI, "seen", "{}")
    exported = Contributed.read("exported.trig", as_trig(corpus.space, found, "").encode())
    assert [(f.message, f.focus) for f in Validator(corpus).files([exported], "none").findings] == []


def test_it_is_checked_again_against_the_graph_as_it_is_now(workflow: Workflow) -> None:
    """Two proposals, each fine by itself, that cannot both be true."""
    one = workflow.propose(initiative("ash", "one aim"), MAJA).contribution
    other_name = initiative("ash").data.replace(b'"ash"@en', b'"another ash"@en')
    other = workflow.propose(Sent(other_name, "other.ttl"), MAJA).contribution
    workflow.accept(one.id, OLLI)
    version = workflow.store.version
    with pytest.raises(ContributionRefused, match="no longer agrees"):
        workflow.accept(other.id, OLLI)
    assert workflow.store.version == version
    assert workflow.ledger.contributions.get(other.id).state is ContributionState.PROPOSED


def test_of_reviewers_at_once_one_wins_and_the_others_are_told(on_disk: Workflow) -> None:
    found = on_disk.propose(initiative("ash"), MAJA).contribution
    outcomes: list[str] = []
    begin = threading.Barrier(6)

    def decide(number: int) -> None:
        begin.wait()
        by = Actor(f"reviewer {number}", Role.REVIEWER, "here")
        try:
            on_disk.accept(found.id, by) if number % 2 else on_disk.decline(found.id, by, "no")
            outcomes.append("done")
        except Conflict as error:
            outcomes.append(error.message)

    threads = [threading.Thread(target=decide, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("done") == 1
    assert sum("by reviewer" in told for told in outcomes) == 5
    state = on_disk.ledger.contributions.get(found.id).state
    assert held(on_disk) == ({found.id} if state is ContributionState.ACCEPTED else set())


def test_a_store_that_cannot_follow_leaves_a_proposal(workflow: Workflow, monkeypatch: pytest.MonkeyPatch) -> None:
    """What could not be applied is not accepted, and what it was to replace is still there."""
    old = accepted(workflow, initiative("ash"))
    new = workflow.propose(initiative("birch"), MAJA, supersedes=old.id).contribution

    def full(change: Change) -> Version:
        raise StoreError("The new version cannot be written: no space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(workflow.store, "apply", full)
        with pytest.raises(StoreError):
            workflow.accept(new.id, OLLI)
    states = {c.id: c.state.value for c in workflow.ledger.contributions.latest()}
    assert states == {old.id: "accepted", new.id: "proposed"}
    workflow.accept(new.id, OLLI)
    assert held(workflow) == {new.id}


# -- taking back ------------------------------------------------------------


def test_a_reverted_contribution_takes_exactly_its_graph(workflow: Workflow) -> None:
    before = set(all_quads(workflow.store))
    kept = accepted(workflow, initiative("birch"))
    between = set(all_quads(workflow.store))
    found = accepted(workflow, initiative("ash"))
    workflow.revert(found.id, OLLI, "it was wrong")
    assert set(all_quads(workflow.store)) == between
    workflow.revert(kept.id, OLLI, "that too")
    assert set(all_quads(workflow.store)) == before


def test_what_replaces_an_accepted_one_goes_in_as_the_other_goes_out(workflow: Workflow) -> None:
    old = accepted(workflow, initiative("ash"))
    version = workflow.store.version
    new = workflow.propose(initiative("birch"), MAJA, supersedes=old.id).contribution
    assert held(workflow) == {old.id}
    workflow.accept(new.id, OLLI)
    assert held(workflow) == {new.id}
    assert workflow.store.version != version
    last, before = workflow.ledger.history.changes(limit=2)
    assert {(c.what, c.version) for c in (last, before)} == {
        ("accepted", workflow.store.version),
        ("superseded", workflow.store.version),
    }
    assert workflow.ledger.contributions.get(old.id).superseded_by == new.id


def test_a_proposal_is_replaced_by_its_proposer_or_a_reviewer_only(workflow: Workflow) -> None:
    old = workflow.propose(initiative("ash"), MAJA).contribution
    stranger = Actor("Stranger", Role.CONTRIBUTOR, "here")
    with pytest.raises(NotAllowed, match="Maja"):
        workflow.propose(initiative("birch"), stranger, supersedes=old.id)
    workflow.propose(initiative("birch"), MAJA, supersedes=old.id)
    assert workflow.ledger.contributions.get(old.id).state is ContributionState.SUPERSEDED


def test_what_is_a_file_of_the_graph_directory_is_not_reverted_here(
    alpine_dir: Path, tmp_path: Path, over: Over
) -> None:
    """Once exported into the directory, the file says it."""
    directory = tmp_path / "graph"
    shutil.copytree(alpine_dir, directory)
    workflow = over(Corpus(directory), MemoryStore(), tmp_path)
    found = accepted(workflow, initiative("ash"))
    text = as_trig(workflow.corpus.space, found, workflow.ledger.contributions.content(found).quads)
    (directory / "data" / "exported.trig").write_text(text, encoding="utf-8")
    again = over(Corpus(directory), workflow.store, tmp_path)
    with pytest.raises(Conflict, match="graph directory"):
        again.revert(found.id, OLLI, "no")
    assert is_as_the_ledger_says(again)


def test_what_is_erased_is_in_no_file_of_the_state_directory(on_disk: Workflow, tmp_path: Path) -> None:
    secret = "zanzibar-marzipan"
    kept = accepted(on_disk, initiative("birch"))
    sent = initiative("ash", secret)
    found = on_disk.accept(on_disk.propose(sent, MAJA, comment=f"about {secret}").contribution.id, OLLI, secret)
    (tmp_path / "pinned").mkdir()
    (tmp_path / "pinned" / "000003").touch()
    derived = on_disk._files
    assert derived is not None
    derived.file(on_disk.store.version, "dump", lambda path: path.write_text(secret) and None)
    assert holding(tmp_path, secret), "the search finds it where it is"
    for _ in range(3):  # versions that share table files with the one that holds it
        on_disk.revert(accepted(on_disk, initiative("cedar")).id, OLLI, "no")
    with closing(sqlite3.connect(on_disk.ledger.path)) as another:
        # As long as somebody has it open, SQLite keeps what was written beside the file.
        another.execute("SELECT count(*) FROM audit").fetchone()
        on_disk.erase(found.id, ROOT, "its subject asked for it")
        assert holding(tmp_path, secret) == []
    assert holding(tmp_path, secret) == []
    assert held(on_disk) == {kept.id}
    tombstone = on_disk.ledger.contributions.get(found.id)
    assert (tombstone.state.value, tombstone.withdrawer, tombstone.comment) == ("erased", "Root", "")
    for again in (sent, Sent(sent.data + b"\n# again", "b.ttl")):
        with pytest.raises(Gone, match="its subject asked for it"):
            on_disk.propose(again, MAJA)


def holding(folder: Path, text: str) -> list[Path]:
    """The files under `folder` that hold a text, by itself or packed into something else without compression."""
    return [p for p in folder.rglob("*") if p.is_file() and text.encode() in p.read_bytes()]


def test_an_erasure_that_was_cut_short_is_finished_at_the_next_start(
    alpine: Corpus, tmp_path: Path, over: Over
) -> None:
    secret = "zanzibar-marzipan"
    store = EmbeddedStore(tmp_path, Settings())
    workflow = over(alpine, store, tmp_path)
    found = accepted(workflow, initiative("ash", secret))
    workflow.ledger.contributions.erase(found.id, ROOT, "asked for")
    assert held(workflow) == {found.id}
    again = over(alpine, store, tmp_path)
    again.finish_erasures()
    assert held(again) == set()
    assert holding(tmp_path, secret) == []
    assert again.ledger.contributions.to_purge() == {}
    store.close()


# -- the store follows ------------------------------------------------------


def test_loading_a_file_and_changing_the_directory_keep_what_was_accepted(
    alpine_dir: Path, tmp_path: Path, over: Over
) -> None:
    directory = tmp_path / "graph"
    shutil.copytree(alpine_dir, directory)
    workflow = over(Corpus(directory), MemoryStore(), tmp_path)
    found = accepted(workflow, initiative("ash"))
    extra = tmp_path / "extra.nt"
    extra.write_text("<urn:a> <urn:b> <urn:c> .\n", encoding="utf-8")
    load_file(workflow.store, workflow.corpus, workflow.ledger, extra, "https://example.org/extra", None)
    assert held(workflow) == {found.id}
    assert load_directory(workflow.store, workflow.corpus, workflow.ledger) is False
    (directory / "data" / "reference" / "more.trig").write_text("<urn:g> { <urn:a> <urn:b> <urn:d> }\n")
    corpus = Corpus(directory)
    assert load_directory(workflow.store, corpus, workflow.ledger) is True
    assert held(workflow) == {found.id}
    assert difference(workflow.store, in_memory(everything(corpus, workflow.ledger))) == (0, 0)
    told = [c.what for c in workflow.ledger.history.changes()]
    assert told == ["loaded", "loaded", "accepted", "loaded"]


def test_a_store_that_says_nothing_of_contributions_is_asked_what_it_holds(workflow: Workflow) -> None:
    """However the note was lost, graphs are compared, and what no ledger knows goes."""
    found = accepted(workflow, initiative("ash"))
    graph = ox.NamedNode(f"{ALP}contribution/{'f' * 16}")
    stray = [
        ox.Quad(graph, ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type"), t, graph)
        for t in (ox.NamedNode("https://w3id.org/bsrgraph/ontology#ContributedGraph"),)
    ]
    notes = {name: value for name, value in workflow.store.notes.items() if name != "contributions"}
    workflow.store.apply(Change(lambda: stray, notes={**notes, "contributions": "unknown"}))
    assert held(workflow) == {found.id, "f" * 16}
    assert load_directory(workflow.store, workflow.corpus, workflow.ledger) is True
    assert held(workflow) == {found.id}
    assert is_as_the_ledger_says(workflow)


def test_a_contribution_cannot_be_loaded_over(workflow: Workflow, tmp_path: Path) -> None:
    extra = tmp_path / "extra.nt"
    extra.write_text("<urn:a> <urn:b> <urn:c> .\n", encoding="utf-8")
    with pytest.raises(UsageError, match="name of a contribution"):
        load_file(workflow.store, workflow.corpus, workflow.ledger, extra, f"{ALP}contribution/{'a' * 16}", None)


def test_what_everybody_did_is_written_down_and_cannot_be_changed(workflow: Workflow) -> None:
    found = accepted(workflow, initiative("ash"))
    workflow.revert(found.id, OLLI, "wrong")
    told = [(a.actor, a.origin, a.what, a.subject) for a in reversed(workflow.ledger.history.audit())]
    assert told == [
        ("Maja", "here", "proposed", found.id),
        ("Olli", "here", "accepted", found.id),
        ("Olli", "here", "reverted", found.id),
    ]
    connection = sqlite3.connect(workflow.ledger.path)
    for statement in ("DELETE FROM audit", "UPDATE audit SET actor = 'nobody'"):
        with pytest.raises(sqlite3.DatabaseError, match="only grows"):
            connection.execute(statement)
    connection.close()


def test_an_export_is_stable_and_reads_back_as_what_the_store_holds(workflow: Workflow) -> None:
    found = accepted(workflow, initiative("ash"))
    quads = workflow.ledger.contributions.content(found).quads
    text = as_trig(workflow.corpus.space, found, quads)
    assert text == as_trig(workflow.corpus.space, found, quads)
    back = set(ox.parse(text, format=ox.RdfFormat.TRIG))
    assert back == {q for q in all_quads(workflow.store) if found.id in str(q.graph_name)}


def test_a_correction_is_checked_without_what_it_corrects(workflow: Workflow) -> None:
    """There is one name in a language, which both together would break."""
    old = accepted(workflow, initiative("ash"))
    corrected = Sent(initiative("ash").data.replace(b'"ash"@en', b'"Ash"@en'), "corrected.ttl")
    with pytest.raises(ContributionRefused):
        workflow.propose(corrected, MAJA)
    new = workflow.propose(corrected, MAJA, supersedes=old.id).contribution
    workflow.accept(new.id, OLLI)
    assert held(workflow) == {new.id}
    assert is_as_the_ledger_says(workflow)
