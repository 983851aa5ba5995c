"""A backup is whole or not there, is read again, and brings back what was, also while others write."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bsrgraph.backup import back_up, restore, verified
from bsrgraph.contribute.check import Checker, Sent
from bsrgraph.contribute.workflow import Workflow
from bsrgraph.corpus import Corpus
from bsrgraph.derived import DerivedFiles
from bsrgraph.errors import Conflict, Gone, StoreError, Unauthenticated, UsageError
from bsrgraph.ledger import Actor, Ledger, Proposal, Role
from bsrgraph.load import difference, everything, load_directory, load_file
from bsrgraph.read import query_text, rows
from bsrgraph.settings import Settings
from bsrgraph.store.connect import in_memory
from bsrgraph.store.embedded import EmbeddedStore

ALP = "https://example.org/alpine/"
ROOT = Actor("Root", Role.ADMIN, "here")


Place = Callable[[Corpus, Path], Workflow]


@pytest.fixture(scope="session")
def place(alpine_children: Callable[[Checker], Checker]) -> Place:
    """The workflow over a store in a state directory."""

    def made(corpus: Corpus, state: Path) -> Workflow:
        store, ledger = EmbeddedStore(state, Settings()), Ledger(state / "ledger.db")
        load_directory(store, corpus, ledger)
        checker = alpine_children(Checker(corpus, store, Settings()))
        return Workflow(corpus, store, ledger, checker, DerivedFiles(state / "derived"))

    return made


@pytest.fixture
def here(alpine: Corpus, tmp_path: Path, place: Place) -> Iterator[Workflow]:
    """The alpine graph with one accepted contribution and a loaded file."""
    workflow = place(alpine, tmp_path / "state")
    (tmp_path / "extra.nt").write_text("<urn:a> <urn:b> <urn:c> .\n", encoding="utf-8")
    load_file(workflow.store, alpine, workflow.ledger, tmp_path / "extra.nt", "https://example.org/extra", None)
    accepted(workflow, "ash")
    yield workflow
    workflow.store.close()


def accepted(workflow: Workflow, name: str) -> str:
    """The id of a contribution that was proposed and accepted."""
    text = f"""@prefix alp: <{ALP}ontology#> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
    <{ALP}id/initiative/{name}> a alp:Initiative ; skos:prefLabel "{name}"@en ;
      alp:takesPlaceIn <{ALP}id/valley/echotal> ; alp:aim "bells"@en ."""
    found = workflow.propose(Sent(text.encode(), f"{name}.ttl"), ROOT).contribution
    return workflow.accept(found.id, ROOT).id


def held(workflow: Workflow) -> set[str]:
    """The ids of the contributions that the store holds."""
    return {row["graph"].value.rpartition("/")[2] for row in rows(workflow.store, query_text("contributed"))}


def is_as_the_ledger_says(workflow: Workflow) -> bool:
    """Whether the store equals files and ledger."""
    return difference(workflow.store, in_memory(everything(workflow.corpus, workflow.ledger))) == (0, 0)


def test_a_backup_brings_everything_to_another_machine(
    here: Workflow, alpine: Corpus, tmp_path: Path, place: Place
) -> None:
    """Even a loaded file that is not there."""
    _token, secret = here.ledger.access.add("Maja", Role.REVIEWER, 30, ROOT)
    back_up(alpine, here.ledger, tmp_path / "backup")
    (tmp_path / "extra.nt").unlink()
    there = place(alpine, tmp_path / "elsewhere")
    restore(there, tmp_path / "backup", ROOT, force=False)
    assert held(there) == held(here)
    assert is_as_the_ledger_says(there)
    assert there.ledger.access.token_of(secret).name == "Maja"
    assert difference(there.store, here.store) == (0, 0)
    assert load_directory(there.store, alpine, there.ledger) is False
    there.store.close()


def test_a_backup_is_a_moment_of_a_ledger_that_goes_on(here: Workflow, alpine: Corpus, tmp_path: Path) -> None:
    """Under load: each copy holds a beginning of what was written, without a gap."""
    stop = threading.Event()
    written: list[str] = []

    def write() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            proposal = Proposal(f"{number:064x}"[::-1], b"x" * 20_000, "", "a.ttl", False, "{}", "", 1, 0)
            written.append(here.ledger.contributions.propose(proposal, ROOT)[0].id)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(4):
            back_up(alpine, here.ledger, tmp_path / f"backup{number}")
    finally:
        stop.set()
        writer.join()
    sizes = []
    for number in range(4):
        copy = Ledger(tmp_path / f"backup{number}" / "ledger.db").contributions.latest(limit=10**6, oldest_first=True)
        assert [c.id for c in copy[1:]] == written[: len(copy) - 1]
        sizes.append(len(copy))
    assert sizes == sorted(sizes)
    assert sizes[-1] > 2, "something was written meanwhile"


def test_what_was_decided_since_is_lost_only_when_that_is_wanted(
    here: Workflow, alpine: Corpus, tmp_path: Path
) -> None:
    first = held(here)
    back_up(alpine, here.ledger, tmp_path / "backup")
    accepted(here, "birch")
    version = here.store.version
    with pytest.raises(Conflict, match="would be lost"):
        restore(here, tmp_path / "backup", ROOT, force=False)
    assert here.store.version == version
    restore(here, tmp_path / "backup", ROOT, force=True)
    assert held(here) == first
    assert here.store.version != version
    assert is_as_the_ledger_says(here)


def test_what_was_erased_or_revoked_since_does_not_come_back(here: Workflow, alpine: Corpus, tmp_path: Path) -> None:
    _token, secret = here.ledger.access.add("Maja", Role.REVIEWER, 30, ROOT)
    session = here.ledger.access.open_session(here.ledger.access.add("Olli", Role.ADMIN, 30, ROOT)[1], 3600, "here")
    back_up(alpine, here.ledger, tmp_path / "backup")
    identifier = held(here).pop()
    here.erase(identifier, ROOT, "asked for")
    here.ledger.access.revoke("Maja", ROOT)
    restore(here, tmp_path / "backup", ROOT, force=True)
    assert held(here) == set()
    with pytest.raises(Gone, match="asked for"):
        accepted(here, "ash")
    with pytest.raises(Unauthenticated, match="revoked"):
        here.ledger.access.token_of(secret)
    assert here.ledger.access.session_of(session) is None
    assert not [p for p in (tmp_path / "state").rglob("*") if p.is_file() and b'"bells"' in p.read_bytes()]


def test_readers_go_on_while_a_ledger_is_restored(here: Workflow, alpine: Corpus, tmp_path: Path) -> None:
    back_up(alpine, here.ledger, tmp_path / "backup")
    stop = threading.Event()
    faults: list[Exception] = []

    def read() -> None:
        while not stop.is_set():
            try:
                assert here.ledger.contributions.latest()
            except (StoreError, AssertionError) as error:
                faults.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    for _ in range(5):
        restore(here, tmp_path / "backup", ROOT, force=True)
    stop.set()
    reader.join()
    assert faults == []


def test_a_backup_is_not_written_over_anything(here: Workflow, alpine: Corpus, tmp_path: Path) -> None:
    (tmp_path / "backup").mkdir()
    with pytest.raises(UsageError, match="already"):
        back_up(alpine, here.ledger, tmp_path / "backup")


def test_a_backup_that_cannot_be_whole_is_not_there(here: Workflow, alpine: Corpus, tmp_path: Path) -> None:
    (tmp_path / "extra.nt").write_text("changed", encoding="utf-8")
    before = sorted(tmp_path.iterdir())
    with pytest.raises(StoreError, match="has changed"):
        back_up(alpine, here.ledger, tmp_path / "backup")
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("damage", ["ledger", "file", "manifest", "missing"])
def test_a_damaged_backup_is_told_before_anything_is_done(
    here: Workflow, alpine: Corpus, tmp_path: Path, damage: str
) -> None:
    backup = tmp_path / "backup"
    manifest = back_up(alpine, here.ledger, backup)
    assert verified(backup) == manifest
    assert {p.name for p in backup.iterdir()} == {"ledger.db", "files", "manifest.json"}
    copied = next((backup / "files").iterdir())
    if damage == "ledger":
        data = bytearray((backup / "ledger.db").read_bytes())
        data[5000] ^= 0xFF
        (backup / "ledger.db").write_bytes(data)
    elif damage == "file":
        copied.write_bytes(b"other")
    elif damage == "manifest":
        (backup / "manifest.json").write_text(json.dumps({"made": "long ago"}), encoding="utf-8")
    else:
        copied.unlink()
    version = here.store.version
    with pytest.raises((StoreError, UsageError)):
        restore(here, backup, ROOT, force=True)
    assert here.store.version == version
