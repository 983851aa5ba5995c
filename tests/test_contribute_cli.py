"""Contributing on the command line: the id on stdout, talk on stderr, and the exit code says how it went."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pyoxigraph as ox
import pytest
from click.testing import CliRunner, Result

from bsrgraph.cli import main
from bsrgraph.settings import SETTINGS

ALP = "https://example.org/alpine/"
GOOD = f"""@prefix alp: <{ALP}ontology#> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<{ALP}id/initiative/fog-bells> a alp:Initiative ; skos:prefLabel "Fog Bells"@en ;
  alp:takesPlaceIn <{ALP}id/valley/echotal> ; alp:aim "bells in fog"@en .
"""


@pytest.fixture(autouse=True)
def alpine(tmp_path: Path, alpine_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The alpine graph, in a directory of its own."""
    monkeypatch.chdir(tmp_path)
    for setting in SETTINGS:
        monkeypatch.delenv(f"BSRGRAPH_{setting.name.upper()}", raising=False)
    monkeypatch.setenv("BSRGRAPH_GRAPH", str(alpine_dir))
    Path("mine.ttl").write_text(GOOD, encoding="utf-8")


def run(*arguments: str, stdin: str | None = None) -> Result:
    """One call."""
    result = CliRunner().invoke(main, arguments, input=stdin)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def proposed(*more: str) -> str:
    """The id of a proposal of the good file."""
    result = run("contribute", "mine.ttl", *more)
    assert result.exit_code == 0, result.output
    return result.stdout.strip()


def answer(query: str) -> str:
    """What the graph answers."""
    return run("query", query).stdout


FOG = f"SELECT ?aim WHERE {{ <{ALP}id/initiative/fog-bells> <{ALP}ontology#aim> ?aim }}"


def test_a_contribution_goes_in_and_out_again(tmp_path: Path) -> None:
    identifier = proposed("--as", "Maja", "--source", "https://example.org/bells", "-m", "seen on the way")
    assert re.fullmatch("[0-9a-f]{16}", identifier)
    assert run("inbox").stdout.split()[:2] == [identifier, "proposed"]
    assert "bells in fog" not in answer(FOG)
    assert run("accept", identifier, "--as", "Olli").exit_code == 0
    assert "bells in fog" in answer(FOG)
    assert run("inbox").stdout == ""
    assert "Maja" in run("inbox", "--all").stdout
    assert run("rebuild", "--check").exit_code == 0
    assert run("revert", identifier, "-m", "it was another valley").exit_code == 0
    assert "bells in fog" not in answer(FOG)
    assert run("rebuild", "--check").exit_code == 0


def test_the_same_again_gives_the_same_id() -> None:
    first = proposed()
    again = run("contribute", "-", stdin="# the same\n" + GOOD)
    assert again.exit_code == 0
    assert again.stdout.strip() == first
    assert "already" in again.stderr


def test_what_does_not_conform_is_1_with_the_report_and_nothing_is_kept() -> None:
    Path("mine.ttl").write_text(GOOD.replace("alp:Initiative", "alp:Initative"), encoding="utf-8")
    result = run("contribute", "mine.ttl")
    assert result.exit_code == 1
    assert "mine.ttl:2" in result.stdout
    assert "Initiative" in result.stdout
    assert run("inbox").stdout == ""


def test_what_cannot_be_read_is_3_with_its_line() -> None:
    Path("mine.ttl").write_text(GOOD + "oops", encoding="utf-8")
    result = run("contribute", "mine.ttl")
    assert result.exit_code == 3
    assert "mine.ttl:4" in result.stderr


def test_one_replaces_another() -> None:
    first = proposed()
    run("accept", first)
    Path("mine.ttl").write_text(GOOD.replace("bells in fog", "horns in fog"), encoding="utf-8")
    second = run("supersede", first, "mine.ttl").stdout.strip()
    assert run("accept", second).exit_code == 0
    assert "horns in fog" in answer(FOG)
    assert "bells in fog" not in answer(FOG)
    states = {c["id"]: c["state"] for c in json.loads(run("inbox", "--all", "--format", "json").stdout)}
    assert states == {first: "superseded", second: "accepted"}


def test_what_was_decided_already_is_told_and_not_done_again() -> None:
    identifier = proposed()
    assert run("decline", identifier, "-m", "no source", "--as", "Olli").exit_code == 0
    result = run("accept", identifier)
    assert result.exit_code == 3
    assert "declined by Olli" in result.stderr


def test_a_decision_without_a_reason_is_a_wrong_call() -> None:
    identifier = proposed()
    for command in ("decline", "revert", "erase"):
        assert run(command, identifier).exit_code == 2
    assert run("decline", identifier, "-m", "  ").exit_code == 2


def test_an_export_can_become_a_file_of_the_graph_directory(alpine_dir: Path) -> None:
    identifier = proposed("--as", "Maja")
    run("accept", identifier, "--as", "Olli")
    text = run("export", identifier).stdout
    quads = list(ox.parse(text, format=ox.RdfFormat.TRIG))
    assert {q.graph_name.value.removeprefix(ALP) for q in quads} == {
        f"contribution/{identifier}",
        f"evidence/contribution-{identifier}",
    }
    assert text == run("export", identifier).stdout
    shutil.copytree(alpine_dir, "graph")
    Path("graph/data/exported.trig").write_text(text, encoding="utf-8")
    assert run("validate", "--graph", "graph").exit_code == 0
    assert run("load", "--graph", "graph").exit_code == 0
    assert run("rebuild", "--check", "--graph", "graph").exit_code == 0


def test_one_contribution_is_shown_whole() -> None:
    identifier = proposed("-m", "seen on the way")
    shown = run("inbox", identifier).stdout
    assert "comment: seen on the way" in shown
    assert "bells in fog" in shown
    told = json.loads(run("inbox", identifier, "--format", "json").stdout)
    assert told["report"]["conforms"] is True
    assert run("inbox", "0" * 16).exit_code == 3


def test_what_was_erased_is_gone() -> None:
    identifier = proposed()
    run("accept", identifier)
    assert run("erase", identifier, "-m", "asked for").exit_code == 0
    assert "bells in fog" not in answer(FOG)
    for command in (["export", identifier], ["inbox", identifier], ["contribute", "mine.ttl"]):
        result = run(*command)
        assert result.exit_code == 3
        assert "erased" in result.stderr


def test_a_token_is_printed_once_and_listed_without_its_secret() -> None:
    made = run("token", "add", "Maja Exempel", "--role", "reviewer", "--days", "2")
    secret = made.stdout.strip()
    assert secret.startswith("bsrgraph_")
    listed = run("token", "list").stdout
    assert "Maja Exempel" in listed
    assert "reviewer" in listed
    assert secret not in listed
    assert run("token", "add", "Maja Exempel").exit_code == 3
    assert run("token", "revoke", "Maja Exempel").exit_code == 0
    assert "revoked" in run("token", "list").stdout
    assert run("token", "revoke", "Maja Exempel").exit_code == 3


def test_a_backup_is_restored() -> None:
    identifier = proposed()
    run("accept", identifier)
    assert run("backup", "kept").exit_code == 0
    assert run("backup", "kept").exit_code == 2
    run("revert", identifier, "-m", "no")
    refused = run("restore", "kept")
    assert refused.exit_code == 3
    assert "--force" in refused.stderr
    assert run("restore", "kept", "--force").exit_code == 0
    assert "bells in fog" in answer(FOG)
    assert run("rebuild", "--check").exit_code == 0
    assert run("restore", "kept", "--state", "elsewhere").exit_code == 0
    assert "bells in fog" in run("query", FOG, "--state", "elsewhere").stdout


def test_a_store_on_another_server_takes_no_contributions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BSRGRAPH_STORE", "http://127.0.0.1:9/sparql")
    result = run("contribute", "mine.ttl")
    assert result.exit_code == 2
    assert "another server" in result.stderr
