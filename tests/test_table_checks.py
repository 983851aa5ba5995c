"""Tables at every door: checked by cell, proposed, accepted as the triples that they meant, and taken back."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bsrgraph.cli import main
from bsrgraph.corpus import Corpus
from bsrgraph.ledger import Actor, Ledger, Role
from bsrgraph.load import load_directory
from bsrgraph.settings import Settings
from bsrgraph.store.memory import MemoryStore
from bsrgraph.web.app import create_app

ID = "https://w3id.org/bsrgraph/id/"
ROOT = Actor("Root", Role.ADMIN, "here")
GOOD = "prefLabel@en,basedIn,homepage\nHarbour Office,Sweden,https://example.org/\nQuay Office,lva,\n"
CSV = "text/csv"


class Door:
    """A server over the shipped graph, and tokens for it."""

    def __init__(self, corpus: Corpus, folder: Path) -> None:
        self.store, self.ledger = MemoryStore(), Ledger(folder / "ledger.db")
        load_directory(self.store, corpus, self.ledger)
        app = create_app(Settings(graph=str(corpus.root)), self.store, self.ledger)
        self.checker = app.extensions["bsrgraph"].checker
        self.web: FlaskClient = app.test_client()
        secrets = {
            role: self.ledger.access.add(role.value, role, 1, ROOT)[1] for role in (Role.CONTRIBUTOR, Role.REVIEWER)
        }
        self.headers = {role: {"Authorization": f"Bearer {secret}"} for role, secret in secrets.items()}

    def check(self, text: str, query: str) -> TestResponse:
        """A table checked."""
        return self.web.post(f"/validate{query}", data=text.encode(), headers={"Content-Type": CSV})


@pytest.fixture(scope="module")
def door(corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """One server for all."""
    made = Door(corpus, tmp_path_factory.mktemp("tables"))
    yield made
    made.checker.close()


def test_a_wrong_date_in_row_7_is_told_with_its_cell_and_what_to_write(door: Door) -> None:
    rows = "".join(f"Harbour {n},2010-01-0{n}\n" for n in range(1, 6)) + "Harbour 6,17.9.2010\n"
    answer = door.check("prefLabel@en,startDate\n" + rows, "?kind=project")
    assert answer.status_code == 200
    assert answer.json["conforms"] is False
    (found,) = [f for f in answer.json["findings"] if f["severity"] == "Violation"]
    assert (found["row"], found["cell"], found["suggestion"]) == (7, "B7", "2010-09-17")
    assert found["message"] == "“17.9.2010” is no date as the graph writes it."


def test_what_the_shapes_say_of_a_table_names_its_row(door: Door) -> None:
    table = "prefLabel@en,startDate,endDate\nHarbour Lights,2013-01-01,2012-01-01\n"
    answer = door.check(table, "?kind=project")
    (found,) = [f for f in answer.json["findings"] if f["severity"] == "Violation"]
    assert found["row"] == 2
    assert found["cell"]


def test_the_kind_is_what_the_file_is_named_after_or_what_has_its_columns(door: Door) -> None:
    assert door.check(GOOD, "?name=organisation.csv").json["conforms"] is True
    assert door.check("participant,participatesIn\nVINNOVA,StarDust\n", "").json["counts"]["new"] >= 0
    unsaid = door.check("prefLabel@en\nHarbour\n", "")
    assert unsaid.status_code == 400
    assert "organisation" in unsaid.json["hint"]
    assert door.check(GOOD, "?kind=organization").status_code == 400


def test_a_workbook_is_checked_like_a_table(door: Door) -> None:
    book = openpyxl.Workbook()
    for row in csv.reader(io.StringIO(GOOD)):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    answer = door.web.post(
        "/validate", data={"file": (io.BytesIO(out.getvalue()), "organisation.xlsx"), "format": "ttl"}
    )
    assert answer.json["conforms"] is True, answer.text
    bad = door.web.post("/validate", data={"file": (io.BytesIO(b"PK\x03\x04"), "organisation.xlsx")})
    assert bad.status_code == 400


def test_a_table_goes_in_means_the_same_when_it_is_decided_and_comes_out(door: Door) -> None:
    headers = {**door.headers[Role.CONTRIBUTOR], "Content-Type": CSV}
    answer = door.web.post("/contributions?name=organisation.csv", data=GOOD.encode(), headers=headers)
    assert answer.status_code == 201, answer.text
    identifier = answer.json["id"]
    # A second Sweden comes meanwhile: read again, the table would be ambiguous.
    double = "prefLabel@en\nSweden\n"
    other = door.web.post("/contributions?kind=region&accept_warnings=1", data=double.encode(), headers=headers)
    reviewer = {**door.headers[Role.REVIEWER], "Content-Type": "application/json"}
    assert door.web.post(f"/contributions/{other.json['id']}/accept", headers=reviewer).status_code == 200
    done = door.web.post(f"/contributions/{identifier}/accept", headers=reviewer)
    assert done.status_code == 200, done.text
    shown = door.web.get("/doc/organisation/harbour-office.nt").text
    assert f"<{ID}country/swe>" in shown
    file = door.web.get(f"/contributions/{identifier}/file")
    assert file.data == GOOD.encode()
    for found in (identifier, other.json["id"]):
        assert (
            door.web.post(f"/contributions/{found}/revert", data='{"comment": "x"}', headers=reviewer).status_code
            == 200
        )
    assert door.web.get("/doc/organisation/harbour-office").status_code == 404


def test_a_table_that_says_nothing_is_told(door: Door) -> None:
    assert door.check("prefLabel@en,basedIn\n", "?kind=organisation").status_code == 400


def test_the_command_line_writes_templates_and_checks_tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run = CliRunner().invoke
    made = run(main, ["template", "organisation", "-o", "organisation.csv"])
    assert made.exit_code == 0, made.output
    header = Path("organisation.csv").read_text(encoding="utf-8-sig").strip().split(",")
    filled = [{"prefLabel@en": "Harbour Office", "basedIn": "Swedn"}.get(name, "") for name in header]
    with Path("organisation.csv").open("a", encoding="utf-8") as file:
        csv.writer(file).writerow(filled)
    told = run(main, ["validate", "organisation.csv", "--format", "json"])
    assert told.exit_code == 1, told.output
    found = [f for f in json.loads(told.stdout)["findings"] if f["severity"] == "Violation"]
    assert [(f["row"], f["suggestion"]) for f in found] == [(2, "Sweden")]
    assert run(main, ["template", "organization"]).exit_code == 2


def test_a_real_list_tells_its_defects_by_row(door: Door, reference_dir: Path) -> None:
    found = json.loads((reference_dir / "real" / "interreg-2021-2027-swedish-partners.json").read_bytes())
    roles = {"LP": "lead-partner", "PP": "partner", "AP": "associated-partner"}
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["participant+organisation@sv", "participatesIn+project@sv", "role", "from", "until"])
    for row in found:
        names = ("organisationsnamn", "projektnamn", "organisationsroll", "startdatum", "slutdatum")
        organisation, project, role, begin, end = (row[n] or "" for n in names)
        writer.writerow([organisation, project, roles.get(role, role), begin, end])
    answer = door.check(out.getvalue(), "?kind=participation")
    assert answer.status_code == 200, answer.text[:500]
    findings = answer.json["findings"]
    new = [f for f in findings if f["state"] == "new"]
    assert all(f["row"] for f in new), [f for f in new if not f["row"]][:3]
    expected = {
        n for n, row in enumerate(found, 2) if row["startdatum"] and (row["slutdatum"] or "9") < row["startdatum"]
    }
    told = {f["row"] for f in new if f["code"] == "shacl" and "end" in f["message"].lower()}
    assert expected <= told, (expected, told)
    repeated = {f["row"] for f in new if f["code"] in ("duplicate-row", "same-links")}
    assert len(repeated) == 6
    nobody = {f["row"] for f in new if f["rule"] and f["rule"].endswith("#ParticipantStated")}
    without = {n for n, row in enumerate(found, 2) if not row["organisationsnamn"]}
    assert len(without) == 17
    assert without <= nobody | repeated
