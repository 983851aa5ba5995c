"""Sixty ways in which a contribution goes wrong: each is answered as it should be, and nothing of it stays."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from bsrgraph.cli import main
from bsrgraph.corpus import Corpus
from bsrgraph.formats import by_name
from bsrgraph.ledger import Actor, Ledger, Role
from bsrgraph.load import load_directory
from bsrgraph.settings import Settings
from bsrgraph.store.memory import MemoryStore
from bsrgraph.store.port import Query
from bsrgraph.web.app import create_app

MOST = 60
BASE = "https://w3id.org/bsrgraph/"
STRANGE = Query(f"SELECT ?g WHERE {{ ?g a <{BASE}ontology#ContributedGraph> }}", by_name("csv"), own=True)
ROOT = Actor("Root", Role.ADMIN, "here")


class Door:
    """A server over the shipped graph, and whoever sends it something."""

    def __init__(self, corpus: Corpus, folder: Path) -> None:
        self.store, self.ledger = MemoryStore(), Ledger(folder / "ledger.db")
        load_directory(self.store, corpus, self.ledger)
        app = create_app(Settings(graph=str(corpus.root), changes_a_minute=10_000), self.store, self.ledger)
        self.checker = app.extensions["bsrgraph"].checker
        self.web: FlaskClient = app.test_client()
        secret = self.ledger.access.add("Maja", Role.CONTRIBUTOR, 1, ROOT)[1]
        self.headers = {"Authorization": f"Bearer {secret}", "Accept": "application/json"}


@pytest.fixture(scope="module")
def door(corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """One server for all."""
    made = Door(corpus, tmp_path_factory.mktemp("bad"))
    yield made
    made.checker.close()


@pytest.fixture(scope="session")
def rows(badinput_dir: Path) -> list[dict[str, str]]:
    """What is wrong with each file, and what it is to be answered with."""
    with (badinput_dir / "index.tsv").open(encoding="utf-8") as index:
        return list(csv.DictReader(index, delimiter="\t"))


def test_there_are_sixty(rows: list[dict[str, str]]) -> None:
    assert 60 <= len(rows) <= MOST, "each has a test of its own below"


@pytest.mark.parametrize("number", range(MOST))
def test_what_is_wrong_is_answered_as_it_should_be_and_leaves_nothing(
    door: Door, badinput_dir: Path, rows: list[dict[str, str]], number: int
) -> None:
    row = rows[number % len(rows)]
    media_type, _, coding = row["media_type"].partition(";")
    headers = {**door.headers, "Content-Type": media_type}
    if coding:
        headers["Content-Encoding"] = "gzip"
    before = door.ledger.contributions.counts()
    answer = door.web.post("/contributions", data=(badinput_dir / row["file"]).read_bytes(), headers=headers)
    wanted = row["expected_status"].split("|")
    status = str(answer.status_code)
    told = f"{row['file']} ({row['what_is_wrong']}): {status}, wanted {wanted}: {answer.text[:500]}"
    assert status in wanted or ("2xx" in wanted and status in ("200", "201")), told
    if answer.status_code >= 400:
        assert door.ledger.contributions.counts() == before, told
        assert answer.mimetype == "application/problem+json", told
        assert answer.json["detail"], told
        assert "Traceback" not in answer.text
    good = door.web.get("/healthz")
    assert good.status_code == 200
    assert not door.store.query(STRANGE).read().split()[1:], "nothing of it is in the graph"


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state directory for the command line, with the shipped graph in it."""
    folder = tmp_path_factory.mktemp("state")
    assert CliRunner().invoke(main, ["load", "--state", str(folder)]).exit_code == 0
    return folder


@pytest.mark.long
@pytest.mark.parametrize("number", range(MOST))
def test_the_command_line_tells_the_same_and_keeps_nothing(
    state: Path, badinput_dir: Path, rows: list[dict[str, str]], number: int
) -> None:
    row = rows[number % len(rows)]
    file = badinput_dir / row["file"]
    listed = ["inbox", "--state", str(state), "--format", "json"]
    before = CliRunner().invoke(main, listed).stdout
    proposed = CliRunner().invoke(main, ["contribute", str(file), "--state", str(state)])
    told = f"{row['file']} ({row['what_is_wrong']}): {proposed.exit_code}: {proposed.output[:500]}"
    wanted = row["expected_status"].split("|")
    # A file has no media type on the command line: what is readable under an unknown one is read.
    if "2xx" not in wanted and row["expected_status"] != "415":
        assert proposed.exit_code in (1, 3), told
        assert "Traceback" not in proposed.output
        assert len(proposed.output) > 20, told
        assert CliRunner().invoke(main, listed).stdout == before


def test_after_all_that_a_good_contribution_is_taken(door: Door) -> None:
    body = f"""<{BASE}id/organisation/harbour-institute> a <{BASE}ontology#Organisation> ;
      <http://www.w3.org/2004/02/skos/core#prefLabel> "Harbour Institute"@en ;
      <{BASE}ontology#basedIn> <{BASE}id/country/swe> ."""
    answer = door.web.post("/contributions", data=body, headers={**door.headers, "Content-Type": "text/turtle"})
    assert answer.status_code == 201, answer.text
