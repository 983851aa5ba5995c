"""`/search` and `/suggest`: what a reader sees, what a program gets, and that nothing that is asked can hurt."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import Any
from urllib.parse import quote

import jsonschema
import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient
from hypothesis import example, given
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from bsrgraph.corpus import Corpus
from bsrgraph.iris import PREFIXES
from bsrgraph.search import marked
from bsrgraph.settings import Settings
from bsrgraph.store.connect import in_memory
from bsrgraph.store.port import Change, Store
from bsrgraph.web.app import create_app

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
JSON = {"Accept": "application/json"}


@pytest.fixture(scope="module")
def web(corpus: Corpus, store: Store) -> FlaskClient:
    """The shipped graph, served."""
    return create_app(Settings(graph=str(corpus.root)), store).test_client()


@pytest.fixture(scope="module")
def told(web: FlaskClient) -> dict[str, Any]:
    """What the server says of its routes."""
    document: dict[str, Any] = json.loads(web.get("/openapi.json").data)
    return document


def body(response: TestResponse) -> dict[str, Any]:
    """An answer in JSON."""
    assert response.status_code == 200, response.text
    assert response.mimetype == "application/json"
    found: dict[str, Any] = json.loads(response.data)
    return found


def search(web: FlaskClient, q: str, **parameters: Any) -> dict[str, Any]:
    """`/search` as JSON."""
    return body(web.get("/search", query_string={"q": q, **parameters}, headers=JSON))


def text_of(response: TestResponse) -> str:
    """The text of a page, white space folded."""
    assert response.status_code == 200, response.text
    assert response.mimetype == "text/html"
    return " ".join(re.sub(r"<[^>]*>", "", response.text).split())


@pytest.mark.parametrize("path", ["/search?q=norg", "/search?q=zzzz", "/search", "/suggest?q=norg", "/suggest"])
def test_the_answer_has_the_shape_that_is_published(web: FlaskClient, told: dict[str, Any], path: str) -> None:
    operation = told["paths"][path.partition("?")[0]]["get"]
    schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
    jsonschema.validate(body(web.get(path, headers=JSON)), schema)


def test_a_journalist_finds_the_project_by_a_wrong_name(web: FlaskClient) -> None:
    response = web.get("/search?q=stardst", headers=BROWSER)
    first = re.search(r'<ol class="results".*?<a href="([^"]+)"[^>]*>(.*?)</a>', response.text, re.DOTALL)
    assert first is not None
    assert first.groups() == ("/doc/project/stardust", "<mark>StarDust</mark>")
    assert web.get("/doc/project/stardust", headers=BROWSER).status_code == 200
    assert search(web, "stardst")["results"][0]["name"] == "StarDust"
    assert body(web.get("/suggest?q=stardst"))["results"][0]["path"] == "/doc/project/stardust"


def test_a_name_in_another_language_is_shown_beside_the_one_in_the_readers(web: FlaskClient) -> None:
    english = web.get("/search?q=szwecja", headers={**BROWSER, "Accept-Language": "en"})
    assert "Sweden Country also called Szwecja pl" in text_of(english)
    assert '<span lang="pl" dir="auto"><mark>Szwecja</mark></span>' in english.text
    polish = text_of(web.get("/search?q=szwecja&lang=pl", headers=BROWSER))
    assert "also called" not in polish
    assert search(web, "szwecja", lang="fi")["results"][0]["name"] == "Ruotsi"


def test_a_code_is_told_from_a_name(web: FlaskClient) -> None:
    assert "Sweden Country known as SE" in text_of(web.get("/search?q=SE", headers=BROWSER))


def test_facets_count_and_choose_kinds(web: FlaskClient) -> None:
    found = search(web, "stardust")
    for facet in found["facets"]:
        chosen = search(web, "stardust", kind=facet["kind"])
        assert chosen["total"] == facet["count"]
        assert chosen["facets"] == found["facets"]
        assert all(facet["kind"] in result["kinds"] for result in chosen["results"])
    page = web.get("/search?q=stardust&kind=project&kind=source", headers=BROWSER)
    chosen_first = re.findall(r'<a href="([^"]+)" aria-current="true">', page.text)
    assert [path.rpartition("=")[2] for path in chosen_first] == ["source", "project"], "what is chosen comes first"
    assert 'name="kind" value="source"' in page.text


def test_pages_follow_each_other_without_a_gap(web: FlaskClient) -> None:
    first = search(web, "e")
    assert first["pages"] > 2
    assert first["total"] > 20 * first["pages"] - 20
    seen = [r["iri"] for n in range(first["pages"]) for r in search(web, "e", page=n + 1)["results"]]
    assert len(set(seen)) == len(seen) > 40
    assert search(web, "e", page=999)["page"] == first["pages"]
    assert search(web, "e", page="x")["page"] == 1
    page = web.get("/search?q=e&page=2", headers=BROWSER)
    assert '<ol class="results" start="21">' in page.text
    assert 'rel="prev"' in page.text
    assert 'rel="next"' in page.text


def test_where_nothing_is_found_the_nearest_names_are_told(web: FlaskClient) -> None:
    text = text_of(web.get("/search?q=Swodem", headers=BROWSER))
    assert "Nothing here is called “Swodem”" in text
    assert "Sweden" in text
    assert search(web, "Swodem")["nearest"][0]["name"] == "Sweden"
    assert len(search(web, "Swodem")["nearest"]) < 4, "what is half as near is not told"
    assert "No name comes near" in text_of(web.get("/search?q=%E2%88%80%E2%88%81", headers=BROWSER))
    other = text_of(web.get("/search?q=sweden&kind=pilot", headers=BROWSER))
    assert "Nothing here is called “sweden” among Pilot" in other.replace("pilot", "Pilot")
    assert "among all kinds of things" in other


def test_without_a_question_the_page_says_what_to_do(web: FlaskClient) -> None:
    assert "Type a name" in text_of(web.get("/search", headers=BROWSER))
    assert search(web, "  ")["total"] == 0


def test_the_twins_of_the_page_say_the_same(web: FlaskClient) -> None:
    found = search(web, "norg")
    for suffix, delimiter in (("csv", ","), ("tsv", "\t")):
        response = web.get(f"/search.{suffix}?q=norg")
        rows = list(csv.DictReader(io.StringIO(response.text, newline=""), delimiter=delimiter))
        assert [row["iri"] for row in rows] == [r["iri"] for r in found["results"]]
        assert list(rows[0]) == list(found["results"][0])
        assert web.get(f"/search?q=norg&format={suffix}").data == response.data
    assert web.get("/search.json?q=norg").json == found
    assert web.get("/search.ttl?q=norg").status_code == 406
    page = web.get("/search?q=norg", headers=BROWSER)
    assert 'href="/search.csv?q=norg"' in page.text
    assert '</search.json?q=norg>; rel="alternate"' in page.headers["Link"]


def test_an_answer_has_an_etag_until_the_data_changes(corpus: Corpus) -> None:
    store = in_memory(corpus.quads())
    web = create_app(Settings(graph=str(corpus.root)), store).test_client()
    first = web.get("/suggest?q=Hamn")
    tag = {"If-None-Match": first.headers["ETag"]}
    assert web.get("/suggest?q=Hamn", headers=tag).status_code == 304
    assert {"Accept", "Accept-Language"} <= {v.strip() for v in first.headers["Vary"].split(",")}
    thing = ox.NamedNode(corpus.space.thing("project", "hamnljus"))
    name = ox.Quad(thing, ox.NamedNode(PREFIXES["skos"] + "prefLabel"), ox.Literal("Hamnljus"), thing)
    store.apply(Change(lambda: [name]))
    again = web.get("/suggest?q=Hamn", headers=tag)
    assert again.status_code == 200
    assert body(again)["results"][0]["name"] == "Hamnljus"


def test_suggestions_are_at_most_as_many_as_asked_for(web: FlaskClient) -> None:
    assert len(body(web.get("/suggest?q=s&limit=3"))["results"]) == 3
    assert len(body(web.get("/suggest?q=s&limit=9999"))["results"]) == 50
    assert len(body(web.get("/suggest?q=s&limit=-1"))["results"]) == 1
    assert body(web.get("/suggest?q=s&kind=country&limit=50"))["results"][0]["kinds"] == ["country"]
    assert web.get("/suggest?q=s").headers["Access-Control-Allow-Origin"] == "*"


def test_another_graph_is_searched_as_well(alpine: Corpus, alpine_store: Store) -> None:
    web = create_app(Settings(graph=str(alpine.root)), alpine_store).test_client()
    found = search(web, "nebltal")["results"]
    assert found[0]["iri"] == alpine.space.thing("valley", "nebeltal")
    assert "Nebeltal" in text_of(web.get("/search?q=nebltal", headers=BROWSER))


def test_a_page_that_there_is_not_names_what_comes_near(web: FlaskClient) -> None:
    for path, near in {
        "/doc/project/stardst": "/doc/project/stardust",
        "/doc/country/sweden": "/doc/country/swe",
        "/doc/contry/swe": "/doc/country/swe",
        "/doc/person/nyg%C3%A5rd": "/doc/person/karin-nygard-skalman",
    }.items():
        response = web.get(path, headers=JSON)
        assert response.status_code == 404
        assert near in [p for _, p in json.loads(response.data)["near"]], path
    assert "near" not in json.loads(web.get("/doc/zzzzz/qqqqq", headers=JSON).data)


@given(st.text() | st.text(st.sampled_from("\"*^:(){}+- ANDORNEAR'\\\0<>&%é")))
@example("\0")
@example("<script>alert(1)</script>")
@example('"><img src=x onerror=alert(1)>')
@example("x" * 10_000)
@example("åäö " * 2_500)
@example("' OR 1=1 --")
@example("AND OR NOT NEAR(")
def test_nothing_that_is_asked_is_an_error(web: FlaskClient, text: str) -> None:
    query = quote(text.encode("utf-8", "surrogatepass"))
    for path in (f"/search?q={query}", f"/suggest?q={query}&kind={query}", f"/search?q=a&kind={query}"):
        response = web.get(path, headers=BROWSER if path.startswith("/search") else JSON)
        assert response.status_code == 200, path
    assert "<script>alert" not in response.text
    assert "<img src=x" not in web.get(f"/search?q={query}", headers=BROWSER).text


@pytest.mark.parametrize("query", ["%ff%fe", "%ED%A0%80", "%00", "%", "%zz", "a%00b"])
def test_bytes_that_are_no_text_are_no_error_of_ours(web: FlaskClient, query: str) -> None:
    assert web.get(f"/search?q={query}").status_code == 200
    assert web.get(f"/suggest?q={query}").status_code == 200


@pytest.mark.parametrize(
    ("text", "query", "shown"),
    [
        ("Karin Nygård Skalman", "nygard", "Karin [Nygård] Skalman"),
        ("StarDust", "star", "[Star]Dust"),
        ("StarDust", "stardst", "[StarDust]"),
        ("Łódzkie", "lodz", "[Łódz]kie"),
        ("Straße der Ostsee", "strass", "[Straß]e der Ostsee"),
        ("Clean Water", "water clean", "[Clean] [Water]"),
        ("<b>", "b", "<[b]>"),
    ],
)
def test_what_matched_is_marked(text: str, query: str, shown: str) -> None:
    assert "".join(f"[{part}]" if on else part for part, on in marked(text, query)) == shown


@given(st.text(), st.text())
def test_marking_changes_no_letter(text: str, query: str) -> None:
    assert "".join(part for part, _ in marked(text, query)) == text
