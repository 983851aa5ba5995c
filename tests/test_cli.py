"""The command line: stdout is data, stderr is talk, and the exit code says how it went."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import click
import pyoxigraph as ox
import pytest
from click.testing import CliRunner, Result

import bsrgraph
from bsrgraph.cli import main
from bsrgraph.settings import SETTINGS

ALP = "https://example.org/alpine/"
PROLOGUE = f"""@prefix alp: <{ALP}ontology#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
"""
GOOD = f"""{PROLOGUE}<{ALP}id/initiative/fog-bells> a alp:Initiative ; skos:prefLabel "Fog Bells"@en ;
  alp:takesPlaceIn <{ALP}id/valley/echotal> ; alp:aim "bells in fog"@en .
"""
NAMES = f'SELECT ?name WHERE {{ ?v a <{ALP}ontology#Valley> ; <http://www.w3.org/2004/02/skos/core#prefLabel> ?name FILTER(LANG(?name) = "it") }} ORDER BY ?name'  # noqa: E501 -- one line, as it is typed
ITALIAN = ["Val Campanella", "Val Nebbiosa", "Valle dell’Eco"]


@pytest.fixture(autouse=True)
def in_a_directory_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No settings file, state or environment of the checkout counts."""
    monkeypatch.chdir(tmp_path)
    for setting in SETTINGS:
        monkeypatch.delenv(f"BSRGRAPH_{setting.name.upper()}", raising=False)


@pytest.fixture
def alpine(alpine_dir: Path) -> list[str]:
    """What chooses the alpine graph."""
    return ["--graph", str(alpine_dir)]


def run(*arguments: str, stdin: str | None = None) -> Result:
    """One call, in this process."""
    result = CliRunner().invoke(main, arguments, input=stdin)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def really(*arguments: str, stdin: str = "", **environ: str) -> subprocess.CompletedProcess[str]:
    """One call, in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", "from bsrgraph.cli import main; main(prog_name='bsrgraph')", *arguments],
        input=stdin,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        env={**os.environ, "PYTHONUTF8": "1", "PYTHONPATH": str(Path(bsrgraph.__file__).parents[1]), **environ},
        check=False,
    )


def sent(text: str, name: str = "mine.ttl") -> str:
    """A file that somebody wants checked."""
    Path(name).write_text(text, encoding="utf-8")
    return name


# -- query ------------------------------------------------------------------


def test_a_query_is_answered_on_stdout_as_csv(alpine: list[str]) -> None:
    result = run("query", *alpine, NAMES)
    assert result.exit_code == 0
    assert [row["name"] for row in csv.DictReader(io.StringIO(result.stdout))] == ITALIAN
    assert result.stderr == ""


def test_a_query_comes_from_a_file_or_from_stdin(alpine: list[str]) -> None:
    file = sent(NAMES, "names.rq")
    for result in (run("query", *alpine, "--file", file), run("query", *alpine, "--file", "-", stdin=NAMES)):
        assert result.exit_code == 0
        assert [row["name"] for row in csv.DictReader(io.StringIO(result.stdout))] == ITALIAN


def test_a_query_through_a_real_pipe(alpine: list[str]) -> None:
    done = really("query", *alpine, "--file", "-", "--format", "json", stdin=NAMES)
    assert (done.returncode, done.stderr) == (0, "")
    assert [b["name"]["value"] for b in json.loads(done.stdout)["results"]["bindings"]] == ITALIAN


def test_a_question_of_the_graph_can_be_asked_as_its_file_stands(alpine: list[str], alpine_dir: Path) -> None:
    result = run("query", *alpine, "--file", str(alpine_dir / "data" / "queries" / "grants.rq"))
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert [row["name"] for row in rows] == ["Bridges and Walls", "Hay Paths"]


def test_triples_come_as_turtle_where_the_format_cannot_hold_them(alpine: list[str]) -> None:
    construct = f"CONSTRUCT WHERE {{ <{ALP}id/valley/echotal> ?p ?o }}"
    for arguments in (["query", *alpine, construct], ["query", *alpine, "--format", "nt", construct]):
        triples = list(ox.parse(run(*arguments).stdout, format=ox.RdfFormat.TURTLE))
        assert len(triples) == 6


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["SELECT *\nWHERE { ?s ?p }"], "bsrgraph:2:"),
        (["SELECT * WHERE { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }"], "SERVICE"),
        (["DROP ALL"], "bsrgraph"),
        ([], "argument"),
        (["--format", "docx", "ASK {}"], "docx"),
        (["--file", "missing.rq"], "missing.rq"),
        (["--nonsense"], "--nonsense"),
    ],
)
def test_a_wrong_query_is_exit_2_and_says_why_on_stderr(alpine: list[str], arguments: list[str], told: str) -> None:
    result = run("query", *alpine, *arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert told in result.stderr
    assert "Traceback" not in result.stderr


def test_a_query_is_given_once(alpine: list[str]) -> None:
    assert run("query", *alpine, "--file", sent(NAMES, "names.rq"), NAMES).exit_code == 2


def test_a_directory_that_is_no_graph_is_exit_3(tmp_path: Path) -> None:
    for command in (["query", NAMES], ["validate"], ["questions", "check"], ["shapes", "check"], ["get", "/"]):
        result = run(command[0], *command[1:2], "--graph", str(tmp_path), *command[2:])
        assert result.exit_code == 3, command
        assert "ontology" in result.stderr


# -- validate ---------------------------------------------------------------


def test_a_good_file_is_exit_0(alpine: list[str]) -> None:
    result = run("validate", *alpine, sent(GOOD))
    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1] == "Conforms: 0 Violations, 0 Warnings, 0 Infos."


def test_a_violation_is_exit_1_with_its_place_and_what_to_write_instead(alpine: list[str]) -> None:
    result = run("validate", *alpine, sent(GOOD.replace("a alp:Initiative", "a alp:Initative")))
    assert result.exit_code == 1
    assert "mine.ttl:3:" in result.stdout
    assert "Initiative" in result.stdout
    assert result.stdout.splitlines()[-1].startswith("Does not conform: ")


def test_a_warning_is_told_and_is_exit_0(alpine: list[str]) -> None:
    result = run("validate", *alpine, sent(GOOD.replace(' ; alp:aim "bells in fog"@en', "")))
    assert result.exit_code == 0
    assert "Warning: " in result.stdout
    assert result.stdout.splitlines()[-1] == "Conforms: 0 Violations, 1 Warning, 0 Infos."


@pytest.mark.parametrize(("name", "text"), [("mine.ttl", "<a> <b>"), ("mine.ttl", ""), ("mine.docx", "x")])
def test_a_file_that_cannot_be_read_is_exit_3_and_no_report(alpine: list[str], name: str, text: str) -> None:
    result = run("validate", *alpine, sent(text, name))
    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr.startswith(("bsrgraph: ", "mine."))


def test_a_file_that_is_not_there_or_an_option_that_is_none_is_exit_2(alpine: list[str]) -> None:
    assert run("validate", *alpine, "missing.ttl").exit_code == 2
    assert run("validate", *alpine, "--context", "some", sent(GOOD)).exit_code == 2
    assert run("validate", *alpine, "--format", "docx", sent(GOOD)).exit_code == 2


def test_without_files_the_graph_itself_is_checked(alpine: list[str]) -> None:
    result = run("validate", *alpine)
    assert result.exit_code == 0
    assert result.stdout == "Conforms: 0 Violations, 0 Warnings, 0 Infos.\n"


def test_alone_a_file_may_not_lean_on_the_graph(alpine: list[str]) -> None:
    assert run("validate", *alpine, "--context", "graph", sent(GOOD)).exit_code == 0
    alone = run("validate", *alpine, "--context", "none", sent(GOOD))
    assert alone.exit_code == 1
    assert f"{ALP}id/valley/echotal" in alone.stdout


def test_several_files_are_checked_as_one_contribution(alpine: list[str]) -> None:
    first = sent(GOOD.replace("fog-bells", "first").replace("valley/echotal", "valley/new"), "first.ttl")
    second = sent(f'{PROLOGUE}<{ALP}id/valley/new> a alp:Valley ; skos:prefLabel "New"@en .', "second.ttl")
    assert run("validate", *alpine, first).exit_code == 1
    assert run("validate", *alpine, first, second).exit_code == 0


def test_the_report_comes_as_json(alpine: list[str]) -> None:
    result = run("validate", *alpine, "--format", "json", sent(GOOD.replace('"Fog Bells"@en', '"Fog Bells"')))
    report = json.loads(result.stdout)
    assert result.exit_code == 1
    assert report["conforms"] is False
    assert report["counts"] == {"new": 1, "fixed": 0, "existing": 0}
    (finding,) = report["findings"]
    assert (finding["severity"], finding["state"], finding["code"]) == ("Violation", "new", "shacl")
    assert finding["rule"] == f"{ALP}shapes#Initiative-prefLabel"
    assert (finding["file"], finding["line"]) == ("mine.ttl", 3)
    assert finding["message"]


def test_the_report_comes_as_a_shacl_report(alpine: list[str]) -> None:
    result = run("validate", *alpine, "--format", "ttl", sent(GOOD.replace('"Fog Bells"@en', '"Fog Bells"')))
    sh = "http://www.w3.org/ns/shacl#"
    said = {(q.predicate.value, q.object.value) for q in ox.parse(result.stdout, format=ox.RdfFormat.TURTLE)}
    assert {
        (sh + "conforms", "false"),
        (sh + "resultSeverity", sh + "Violation"),
        (sh + "focusNode", f"{ALP}id/initiative/fog-bells"),
        (sh + "sourceShape", f"{ALP}shapes#Initiative-prefLabel"),
        (sh + "value", "Fog Bells"),
    } <= said


def test_the_exit_codes_are_those_of_the_process(alpine: list[str]) -> None:
    good, bad = sent(GOOD), sent(GOOD.replace("echotal", "nowhere"), "bad.ttl")
    assert really("validate", *alpine, good).returncode == 0
    found = really("validate", *alpine, bad)
    assert (found.returncode, found.stderr) == (1, "")
    assert "bad.ttl:4:" in found.stdout
    assert really("validate", *alpine, "missing.ttl").returncode == 2
    assert really("validate", *alpine, sent("<a>", "broken.ttl")).returncode == 3


# -- evidence check ---------------------------------------------------------

TEXT = "Ein Fest im Tal. 🎉 Die Glocken läuten um zehn.\n"
SPANS = {"b01": "Fest", "b02": "🎉", "b03": "läuten um zehn"}


@pytest.fixture
def with_spans(alpine_dir: Path, tmp_path: Path) -> list[str]:
    """The alpine graph with a source whose spans are known; offsets count characters, not bytes."""
    root = Path(shutil.copytree(alpine_dir, tmp_path / "spans"))
    graphs = "".join(
        f"""  <{ALP}evidence/leaflet/{name}> a bsr:EvidenceGraph ; prov:wasDerivedFrom <{ALP}id/source/leaflet> ;
    bsr:spanSha256 "{hashlib.sha256(span.encode()).hexdigest()}" ;
    oa:hasSelector [ a oa:TextPositionSelector ; oa:start {TEXT.index(span)} ; oa:end {TEXT.index(span) + len(span)} ] .
"""
        for name, span in SPANS.items()
    )
    (root / "data" / "sources" / "leaflet.trig").write_text(
        f"""@prefix bsr: <https://w3id.org/bsrgraph/ontology#> . @prefix prov: <http://www.w3.org/ns/prov#> .
@prefix oa: <http://www.w3.org/ns/oa#> .
<{ALP}evidence/leaflet> {{
  <{ALP}id/source/leaflet> a bsr:SourceDocument .
{graphs}}}
""",
        encoding="utf-8",
    )
    return ["--graph", str(root)]


def test_every_span_is_held_against_the_text_and_the_last_line_sums_up(with_spans: list[str]) -> None:
    result = run("evidence", "check", *with_spans, sent(TEXT, "leaflet.txt"))
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[-1] == "3 of 3 spans match the text."
    assert [line.split()[:2] for line in lines[:-1]] == [["ok", f"{ALP}evidence/leaflet/{name}"] for name in SPANS]


def test_a_changed_text_is_exit_1_and_names_what_differs(with_spans: list[str]) -> None:
    result = run("evidence", "check", *with_spans, "-", stdin=TEXT.replace("zehn", "neun"))
    assert result.exit_code == 1
    assert result.stdout.splitlines()[-1] == "2 of 3 spans match the text."
    assert [line.split()[1] for line in result.stdout.splitlines() if line.startswith("DIFFERS")] == [
        f"{ALP}evidence/leaflet/b03"
    ]


def test_a_text_that_is_not_utf_8_or_a_source_without_spans_is_exit_2(with_spans: list[str], alpine: list[str]) -> None:
    Path("latin.txt").write_bytes(TEXT.encode("utf-16"))
    assert run("evidence", "check", *with_spans, "latin.txt").exit_code == 2
    other = run("evidence", "check", *with_spans, "--source", "urn:other", sent(TEXT))
    assert other.exit_code == 2
    assert f"{ALP}id/source/leaflet" in other.stderr
    assert run("evidence", "check", *alpine, sent(TEXT)).exit_code == 1, "no span at all is no proof"


def test_all_66_statements_of_the_page_match_its_text(graph_dir: Path, seed: bytes) -> None:
    Path("seed.txt").write_bytes(seed)
    done = really("evidence", "check", "--graph", str(graph_dir), "seed.txt")
    assert done.returncode == 0
    assert done.stdout.splitlines()[-1] == "66 of 66 spans match the text."


# -- get, questions, shapes, settings, help -----------------------------------


def test_get_prints_what_the_server_would_answer(alpine: list[str]) -> None:
    found = run("get", *alpine, "/doc/valley/echotal", "-a", "application/n-triples")
    assert found.exit_code == 0
    triples = list(ox.parse(found.stdout, format=ox.RdfFormat.N_TRIPLES))
    assert f"{ALP}id/valley/echotal" in {t.subject.value for t in triples if isinstance(t.subject, ox.NamedNode)}
    assert run("get", *alpine, "/healthz").stdout == "ok\n"
    missing = run("get", *alpine, "/doc/valley/nowhere")
    assert missing.exit_code == 1
    assert json.loads(missing.stdout)["status"] == 404


def test_questions_check_sums_up_and_fails_on_a_wrong_answer(alpine: list[str], alpine_dir: Path) -> None:
    kept = run("questions", "check", *alpine)
    assert kept.exit_code == 0
    assert kept.stdout.splitlines() == ["ok      grants", "1 of 1 questions have their stated answer."]
    root = Path(shutil.copytree(alpine_dir, "copy"))
    file = root / "data" / "queries" / "grants.rq"
    file.write_text(file.read_text(encoding="utf-8").replace("| 18500 |", "| 1 |"), encoding="utf-8")
    broken = run("questions", "check", "--graph", str(root))
    assert broken.exit_code == 1
    assert "DIFFERS grants" in broken.stdout
    assert broken.stdout.splitlines()[-1] == "0 of 1 questions have their stated answer."


def test_shapes_check_tells_rules_without_examples(alpine: list[str]) -> None:
    result = run("shapes", "check", *alpine)
    assert result.exit_code == 1
    assert "ok      Grant-amount" in result.stdout
    assert "DIFFERS Grant-grantTo" in result.stdout
    assert result.stdout.splitlines()[-1].startswith("2 of ")


def test_settings_shows_each_with_its_value_and_where_that_came_from(monkeypatch: pytest.MonkeyPatch) -> None:
    sent("threads = 3\n", "bsrgraph.toml")
    monkeypatch.setenv("BSRGRAPH_PORT", "9001")
    result = run("settings")
    assert result.exit_code == 0
    for setting in SETTINGS:
        assert f"{setting.name} = " in result.stdout
        assert setting.metadata["help"] in result.stdout
    lines = result.stdout.splitlines()
    assert "port = 9001  (environment BSRGRAPH_PORT)" in lines
    assert "threads = 3  (file bsrgraph.toml)" in lines
    assert "host = '127.0.0.1'  (default)" in lines


def test_a_setting_that_cannot_be_is_exit_2_and_says_what_it_takes() -> None:
    done = really("settings", BSRGRAPH_PORT="many")
    assert (done.returncode, done.stdout) == (2, "")
    assert "BSRGRAPH_PORT" in done.stderr
    assert "whole number" in done.stderr


def commands(command: click.Command = main, before: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every command and group, as typed."""
    yield before
    if isinstance(command, click.Group):
        for name, inner in sorted(command.commands.items()):
            yield from commands(inner, (*before, name))


@pytest.mark.parametrize("command", list(commands()), ids=lambda c: " ".join(c) or "bsrgraph")
@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_help_says_what_it_does_and_what_the_exit_codes_mean(command: tuple[str, ...], flag: str) -> None:
    result = run(*command, flag)
    assert result.exit_code == 0
    assert " ".join(result.stdout.split()).endswith(
        "Exit codes: 0 done, 1 does not hold, 2 wrong call, 3 could not be done."
    )
    assert len(result.stdout.splitlines()[2].strip()) > 20


def test_an_unknown_command_is_exit_2() -> None:
    assert really("serv").returncode == 2


def test_the_version_is_the_package_s() -> None:
    try:
        version = metadata.version("bsrgraph")
    except metadata.PackageNotFoundError:
        pytest.skip("the package is on the path, but not installed")
    assert version in run("--version").stdout
