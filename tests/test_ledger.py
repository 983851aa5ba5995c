"""The ledger: migrations, who may do what, one writer and readers that never wait."""

from __future__ import annotations

import re
import sqlite3
import stat
import threading
import time
from pathlib import Path

import pytest

from bsrgraph.errors import Conflict, NotFound, StoreBusy, StoreError, Unauthenticated, UsageError
from bsrgraph.ledger import Actor, ContributionState, Ledger, Proposal, Role, describe_file, now
from bsrgraph.ledger.schema import MIGRATIONS

ROOT = Actor("Root", Role.ADMIN, "here")


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """An empty ledger."""
    return Ledger(tmp_path / "ledger.db")


def proposal(number: int, **more: str) -> Proposal:
    """A proposal with a digest of its own."""
    return Proposal(f"{number:064x}"[::-1], b"data", "text/turtle", "a.ttl", False, "{}", "", 3, 0, **more)


# -- schema -----------------------------------------------------------------


def test_the_first_ledgers_are_brought_up_to_date_and_keep_their_files(tmp_path: Path) -> None:
    """Before there were migrations, the ledger had one table and no number."""
    path = tmp_path / "ledger.db"
    connection = sqlite3.connect(path)
    connection.executescript(MIGRATIONS[0])
    connection.execute("INSERT INTO loaded_file VALUES ('urn:g', '/a.nt', 'ab', '2026-01-01T00:00:00Z')")
    connection.commit()
    connection.close()
    ledger = Ledger(path)
    assert [f.graph for f in ledger.files()] == ["urn:g"]
    assert ledger.contributions.latest() == []
    assert Ledger(path).files() == ledger.files()


def test_a_ledger_of_a_newer_program_is_left_alone(ledger: Ledger) -> None:
    connection = sqlite3.connect(ledger.path)
    connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    connection.close()
    with pytest.raises(StoreError, match="newer version"):
        Ledger(ledger.path)


def test_processes_that_begin_together_make_one_ledger(tmp_path: Path) -> None:
    faults: list[BaseException] = []

    def begin() -> None:
        try:
            Ledger(tmp_path / "ledger.db").access.tokens()
        except StoreError as error:
            faults.append(error)

    threads = [threading.Thread(target=begin) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []


def test_what_is_no_ledger_is_told_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "ledger.db").write_bytes(b"something else entirely" * 100)
    with pytest.raises(StoreError, match="cannot be used") as caught:
        Ledger(tmp_path / "ledger.db")
    assert "restore" in (caught.value.hint or "")


def test_the_ledger_is_for_its_owner_only_and_waits_for_the_disk(ledger: Ledger) -> None:
    ledger.access.add("Maja", Role.CONTRIBUTOR, 1, ROOT)
    assert stat.S_IMODE(ledger.path.stat().st_mode) == 0o600
    with ledger._database.reading() as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
        assert connection.execute("PRAGMA synchronous").fetchone()[0] == 2, "FULL"
        assert connection.execute("PRAGMA secure_delete").fetchone()[0] == 1


# -- readers and writers ----------------------------------------------------


def test_a_reader_is_never_blocked_and_sees_one_state(ledger: Ledger) -> None:
    ledger.contributions.propose(proposal(1), ROOT)
    with ledger._database.reading() as connection:
        before = connection.execute("SELECT count(*) FROM contribution").fetchone()[0]
        with ledger._database.writing() as writer:
            writer.execute("UPDATE contribution SET comment = 'being written'")
            assert ledger.contributions.latest()[0].comment == ""
        ledger.contributions.propose(proposal(2), ROOT)
        assert connection.execute("SELECT count(*) FROM contribution").fetchone()[0] == before == 1
    assert len(ledger.contributions.latest()) == 2


def test_what_raises_in_the_middle_has_not_happened(ledger: Ledger) -> None:
    def half() -> None:
        with ledger._database.writing() as connection:
            connection.execute("INSERT INTO to_purge VALUES ('x', 1)")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half()
    assert ledger.contributions.to_purge() == {}


def test_writers_take_turns(ledger: Ledger) -> None:
    def write(first: int) -> None:
        for number in range(first, first + 10):
            ledger.contributions.propose(proposal(number), ROOT)

    threads = [threading.Thread(target=write, args=(10 * n,)) for n in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ledger.contributions.counts()[ContributionState.PROPOSED] == 40


def test_the_same_proposed_by_several_at_once_is_one_contribution(ledger: Ledger) -> None:
    begin, found = threading.Barrier(5), list[tuple[str, int, bool]]()

    def propose() -> None:
        begin.wait()
        contribution, new = ledger.contributions.propose(proposal(1), ROOT)
        found.append((*contribution.key, new))

    threads = [threading.Thread(target=propose) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {(identifier, attempt) for identifier, attempt, _ in found} == {(proposal(1).id, 1)}
    assert [new for _, _, new in found].count(True) == 1


def test_who_decides_holds_the_lock_and_others_wait_or_are_told(ledger: Ledger) -> None:
    with ledger.deciding():
        with pytest.raises(StoreBusy), Ledger(ledger.path).deciding(wait=0.05):
            pass
        done = threading.Event()

        def wait() -> None:
            with ledger.deciding(wait=20):
                done.set()

        thread = threading.Thread(target=wait)
        thread.start()
        time.sleep(0.05)
        assert not done.is_set()
    thread.join()
    assert done.is_set()


def test_lists_are_newest_first_by_state_and_page(ledger: Ledger) -> None:
    made = [ledger.contributions.propose(proposal(n), ROOT)[0] for n in range(1, 6)]
    ledger.contributions.decline(made[1], ROOT, "no")
    contributions = ledger.contributions
    assert [c.id for c in contributions.latest()] == [c.id for c in reversed(made)]
    assert [c.id for c in contributions.latest((ContributionState.DECLINED,))] == [made[1].id]
    assert [c.id for c in contributions.latest(limit=2, offset=1)] == [made[3].id, made[2].id]
    assert contributions.latest(oldest_first=True)[0].id == made[0].id
    contributions.propose(proposal(2), ROOT)
    assert len(contributions.latest()) == 5, "an attempt that has been followed by another is not listed"


def test_an_id_without_contribution_is_not_found(ledger: Ledger) -> None:
    with pytest.raises(NotFound):
        ledger.contributions.get("0" * 16)
    assert ledger.contributions.find("0" * 16) is None


def test_every_entry_makes_another_revision(ledger: Ledger) -> None:
    seen = [ledger.history.revision().number]
    found, _ = ledger.contributions.propose(proposal(1), ROOT)
    seen.append(ledger.history.revision().number)
    ledger.contributions.accept(found, ROOT, "", "{}")
    seen.append(ledger.history.revision().number)
    ledger.contributions.note_applied("v1")
    seen.append(ledger.history.revision().number)
    assert seen == sorted(set(seen))


# -- tokens and sessions ----------------------------------------------------


def test_a_token_is_shown_once_and_kept_as_a_digest(ledger: Ledger) -> None:
    token, secret = ledger.access.add("Maja", Role.REVIEWER, 30, ROOT)
    assert re.fullmatch(r"bsrgraph_[\w-]{43}", secret), "256 bits"
    assert ledger.access.token_of(secret) == token
    assert not any(secret.encode() in p.read_bytes() for p in ledger.path.parent.iterdir())
    assert ledger.access.add("Olli", Role.ADMIN, 30, ROOT)[1] != secret


@pytest.mark.parametrize("secret", ["", "bsrgraph_", "no\ud800 token", "x" * 100_000])
def test_what_is_no_token_opens_nothing(ledger: Ledger, secret: str) -> None:
    ledger.access.add("Maja", Role.REVIEWER, 30, ROOT)
    with pytest.raises(Unauthenticated, match="not known"):
        ledger.access.token_of(secret)
    assert ledger.access.session_of(secret) is None


def later(ledger: Ledger, table: str) -> None:
    """Lets the time pass until everything in the table has expired."""
    with ledger._database.writing() as connection:
        connection.execute(f"UPDATE {table} SET expires_at = ?", (now(),))


def test_an_expired_token_opens_nothing_nor_does_its_session(ledger: Ledger) -> None:
    _token, secret = ledger.access.add("Maja", Role.REVIEWER, 1, ROOT)
    session = ledger.access.open_session(secret, 3600, "here")
    assert ledger.access.session_of(session) is not None
    later(ledger, "token")
    with pytest.raises(Unauthenticated, match="expired"):
        ledger.access.token_of(secret)
    with pytest.raises(Unauthenticated):
        ledger.access.open_session(secret, 3600, "here")
    assert ledger.access.session_of(session) is None


def test_a_revoked_token_ends_its_sessions_at_once(ledger: Ledger) -> None:
    token, secret = ledger.access.add("Maja", Role.REVIEWER, 1, ROOT)
    session = ledger.access.open_session(secret, 3600, "here")
    ledger.access.revoke("Maja", ROOT)
    assert ledger.access.session_of(session) is None
    with pytest.raises(Unauthenticated, match="revoked"):
        ledger.access.token_of(secret)
    with pytest.raises(NotFound):
        ledger.access.revoke(token.id, ROOT)


def test_a_session_ends_by_itself_and_by_logging_out(ledger: Ledger) -> None:
    _token, secret = ledger.access.add("Maja", Role.REVIEWER, 1, ROOT)
    first, second = (ledger.access.open_session(secret, 3600, "here") for _ in range(2))
    ledger.access.close_session(first)
    assert ledger.access.session_of(first) is None
    assert ledger.access.session_of(second) is not None
    later(ledger, "session")
    assert ledger.access.session_of(second) is None


def test_a_name_has_one_token_that_counts(ledger: Ledger) -> None:
    ledger.access.add("Maja  Exempel ", Role.CONTRIBUTOR, 1, ROOT)
    with pytest.raises(Conflict, match="already"):
        ledger.access.add("Maja Exempel", Role.ADMIN, 1, ROOT)
    ledger.access.revoke("Maja Exempel", ROOT)
    ledger.access.add("Maja Exempel", Role.REVIEWER, 1, ROOT)
    assert [t.counts for t in ledger.access.tokens()].count(True) == 1


@pytest.mark.parametrize(
    ("name", "days"), [("", 1), ("  ", 1), ("a\x00b", 1), ("a\ud800", 1), ("x" * 300, 1), ("Maja", 0), ("Maja", 10**12)]
)
def test_a_token_that_makes_no_sense_is_not_made(ledger: Ledger, name: str, days: int) -> None:
    with pytest.raises(UsageError):
        ledger.access.add(name, Role.CONTRIBUTOR, days, ROOT)
    assert ledger.access.tokens() == []


def test_a_role_includes_those_before_it() -> None:
    assert [[a.includes(b) for b in Role] for a in Role] == [
        [True, False, False],
        [True, True, False],
        [True, True, True],
    ]


def test_a_loaded_file_is_remembered_by_its_digest(ledger: Ledger, tmp_path: Path) -> None:
    path = tmp_path / "a.nt"
    path.write_text("<urn:a> <urn:b> <urn:c> .", encoding="utf-8")
    ledger.note_file(describe_file("urn:g", path))
    assert ledger.files()[0].fault() is None
    path.write_text("changed", encoding="utf-8")
    assert "has changed" in (ledger.files()[0].fault() or "")
    path.unlink()
    assert "is missing" in (ledger.files()[0].fault() or "")
