"""`/validate`: every file gets its report or the reason why there is none, and nothing of it is kept."""

from __future__ import annotations

import base64
import csv
import gzip
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bsrgraph.corpus import Corpus
from bsrgraph.settings import Settings
from bsrgraph.store.connect import in_memory
from bsrgraph.web.app import create_app

BSR = "https://w3id.org/bsrgraph/ontology#"
ID = "https://w3id.org/bsrgraph/id/"
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
GOOD = f"""@prefix bsr: <{BSR}> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<{ID}organisation/harbour-institute> a bsr:Organisation ;
    skos:prefLabel "Harbour Institute"@en ;
    bsr:basedIn <{ID}country/swe> .
"""
BAD = GOOD.replace("bsr:basedIn", "bsr:basdIn")
MOST = 60


@pytest.fixture(scope="module")
def web(corpus: Corpus) -> Iterator[FlaskClient]:
    """A client of the shipped graph."""
    app = create_app(Settings(graph=str(corpus.root)), in_memory(corpus.quads()))
    yield app.test_client()
    app.extensions["bsrgraph"].checker.close()


def sent(web: FlaskClient, data: bytes | str, query: str = "", **headers: str) -> TestResponse:
    """A file sent as Turtle, unless a header says otherwise."""
    named = {"Content-Type": "text/turtle", "Accept": "application/json"}
    named |= {name.replace("_", "-"): value for name, value in headers.items()}
    return web.post(f"/validate{query}", data=data, headers=named)


def findings(answer: TestResponse) -> list[dict[str, object]]:
    """The findings of an answer, which says whether it conforms."""
    told = answer.get_json()
    assert isinstance(told["conforms"], bool)
    return list(told["findings"])


def test_what_conforms_is_told_with_the_version(web: FlaskClient) -> None:
    answer = sent(web, GOOD)
    assert answer.status_code == 200
    assert answer.json["conforms"] is True
    assert answer.json["counts"]["new"] == 0
    assert answer.json["version"] == answer.headers["X-Dataset-Version"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_a_misspelt_property_on_line_14_is_told_with_its_line_and_what_to_write(web: FlaskClient) -> None:
    text = "# harbours\n" * 8 + GOOD.replace(" ;\n    bsr:basedIn", " ;\n\n    bsr:basdIn")
    assert text.splitlines()[13].strip().startswith("bsr:basdIn")
    answer = sent(web, text)
    assert answer.status_code == 200
    found = [f for f in findings(answer) if f["line"] == 14]
    assert found[0]["suggestion"] == "bsr:basedIn"
    assert "bsr:basdIn" in str(found[0]["message"])


def test_an_amount_above_the_total_in_json_ld_is_told_with_its_line(web: FlaskClient) -> None:
    project = {"@id": ID + "project/harbour-light"}
    label = "http://www.w3.org/2004/02/skos/core#prefLabel"
    graph: list[dict[str, object]] = [
        {**project, "@type": BSR + "Project", label: {"@value": "Harbour Light", "@language": "en"}}
    ]
    for kind, amount in (("total-budget", "100.00"), ("fund-contribution", "250.00")):
        graph.append(
            {
                "@id": f"{ID}figure/harbour-light-{kind}",
                "@type": BSR + "FinancialFigure",
                label: {"@value": f"Harbour Light, {kind}", "@language": "en"},
                BSR + "about": project,
                BSR + "figureKind": {"@id": f"{ID}figure-kind/{kind}"},
                BSR + "currency": {"@id": "http://publications.europa.eu/resource/authority/currency/EUR"},
                BSR + "amount": {"@value": amount, "@type": "http://www.w3.org/2001/XMLSchema#decimal"},
            }
        )
    text = json.dumps({"@graph": graph}, indent=1)
    answer = sent(web, text, Content_Type="application/ld+json")
    assert answer.json["conforms"] is False
    # The amount of the contribution is the last member of the last thing.
    line = max(n for n, written in enumerate(text.splitlines(), 1) if f'"{BSR}amount"' in written)
    found = [f for f in findings(answer) if f["line"] == line]
    assert found, findings(answer)
    assert "total" in str(found[0]["message"])


def test_a_file_alone_is_not_held_against_the_graph(web: FlaskClient) -> None:
    assert sent(web, GOOD).json["conforms"]
    assert not sent(web, GOOD, "?context=none").json["conforms"], "alone, nothing says what Sweden is"
    wrong = sent(web, GOOD, "?context=some")
    assert wrong.status_code == 400
    assert findings(wrong)[0]["message"] == "There is no context “some”."


@pytest.mark.parametrize(
    ("name", "begins"),
    [
        ("json", b"{"),
        ("txt", b"sent"),
        ("csv", b"severity,"),
        ("sarif", b"{"),
        ("ttl", b"@prefix"),
        ("jsonld", b"["),
        ("html", b"<!doctype html>"),
    ],
)
def test_the_report_is_there_in_the_format_asked_for(web: FlaskClient, name: str, begins: bytes) -> None:
    answer = sent(web, BAD, f"?format={name}")
    assert answer.status_code == 200
    assert answer.data.startswith(begins), answer.data[:80]
    assert sent(web, GOOD, f"?format={name}").status_code == 200


def test_a_file_of_a_form_and_a_pasted_text_are_read(web: FlaskClient) -> None:
    file = web.post("/validate", data={"file": (io.BytesIO(BAD.encode()), "mine.ttl")})
    assert findings(file)[0]["file"] == "mine.ttl"
    text = web.post("/validate", data={"text": GOOD, "format": "ttl", "context": "graph"})
    assert text.json["conforms"] is True
    packed = sent(web, gzip.compress(GOOD.encode()), Content_Encoding="gzip")
    assert packed.json["conforms"] is True


def test_the_page_works_without_a_script(web: FlaskClient) -> None:
    assert "Each finding says where it is" in web.get("/validate", headers=BROWSER).text
    shown = web.post("/validate", data={"text": BAD, "format": "ttl"}, headers=BROWSER)
    assert shown.status_code == 200
    assert "bsr:basedIn" in shown.text
    assert "basdIn" in shown.text
    wrong = web.post("/validate", data={"text": "<script>alert(1)</script>", "format": "ttl"}, headers=BROWSER)
    assert wrong.status_code == 400
    assert "<script>alert" not in wrong.text
    assert web.post("/validate", data={"text": ""}, headers=BROWSER).status_code == 400


# -- sixty ways in which it goes wrong --------------------------------------


@pytest.fixture(scope="session")
def bad(badinput_dir: Path) -> list[dict[str, str]]:
    """What is wrong with each file, and what it is to be answered with when it is proposed."""
    with (badinput_dir / "index.tsv").open(encoding="utf-8") as index:
        return list(csv.DictReader(index, delimiter="\t"))


@pytest.mark.parametrize("number", range(MOST))
def test_what_is_wrong_is_told_in_a_report_or_instead_of_one(
    web: FlaskClient, badinput_dir: Path, bad: list[dict[str, str]], number: int
) -> None:
    row = bad[number % len(bad)]
    media_type, _, coding = row["media_type"].partition(";")
    headers = {"Content_Type": media_type, **({"Content_Encoding": "gzip"} if coding else {})}
    answer = sent(web, (badinput_dir / row["file"]).read_bytes(), **headers)
    wanted = row["expected_status"].split("|")
    told = f"{row['file']} ({row['what_is_wrong']}): {answer.status_code}, wanted {wanted}: {answer.text[:500]}"
    found = findings(answer)
    if answer.status_code == 200:
        # What is refused when it is proposed has a report that says why.
        assert "2xx" in wanted or ("422" in wanted and not answer.json["conforms"]), told
    else:
        assert str(answer.status_code) in wanted, told
        assert answer.json["conforms"] is False, told
        assert found, told
    assert "Traceback" not in answer.text


# -- the Test Bed -----------------------------------------------------------


def called(web: FlaskClient, **call: object) -> TestResponse:
    """The Test Bed's call."""
    return web.post("/bsr/api/validate", json=call)


def test_the_test_bed_gets_its_report(web: FlaskClient) -> None:
    answer = called(web, contentToValidate=BAD, contentSyntax="text/turtle", reportSyntax="text/turtle")
    assert answer.status_code == 200
    assert answer.mimetype == "text/turtle"
    assert "sh:conforms false" in answer.text.replace('"false"^^xsd:boolean', "false")
    encoded = base64.b64encode(GOOD.encode()).decode()
    told = called(web, contentToValidate=encoded, embeddingMethod="BASE64", reportSyntax="application/json")
    assert told.json["conforms"] is True
    assert called(web, contentToValidate=GOOD).mimetype == "application/rdf+xml"


@pytest.mark.parametrize(
    "call",
    [
        {},
        {"contentToValidate": 3},
        {"contentToValidate": "https://example.org/x.ttl", "embeddingMethod": "URL"},
        {"contentToValidate": "?", "embeddingMethod": "BASE64"},
        {"contentToValidate": GOOD, "externalRules": [{"ruleSet": "x"}]},
        {"contentToValidate": GOOD, "reportSyntax": "text/plain"},
        {"contentToValidate": "no triples"},
    ],
)
def test_a_wrong_call_of_the_test_bed_is_told(web: FlaskClient, call: dict[str, object]) -> None:
    answer = called(web, **call)
    assert answer.status_code == 400
    assert answer.json["conforms"] is False
    assert answer.json["detail"]


def test_a_call_that_is_no_json_or_of_another_syntax_is_told(web: FlaskClient) -> None:
    assert web.post("/bsr/api/validate", data=b"{", content_type="application/json").status_code == 400
    assert web.post("/bsr/api/validate", data=b"[]", content_type="application/json").status_code == 400
    assert called(web, contentToValidate=GOOD, contentSyntax="text/csv").status_code == 415
