"""`/{kind}/`: a table that works without a script, the same as data, and nothing that is asked can hurt."""

from __future__ import annotations

import csv
import io
import json
import re
import threading
import time
from datetime import date, datetime
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import flask
import openpyxl
import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient
from hypothesis import example, given
from hypothesis import strategies as st

from bsrgraph.browse import shelf
from bsrgraph.corpus import Corpus
from bsrgraph.iris import BSR, PREFIXES, RDF_TYPE
from bsrgraph.read import rows
from bsrgraph.settings import Settings
from bsrgraph.store.connect import in_memory
from bsrgraph.store.port import Answer, Change, Query, Store
from bsrgraph.web.app import create_app

from .crowd import ID, crowd

BROWSER = {"Accept": "text/html"}
PROJECTS = 110
URL = "http://127.0.0.1:8000"
STATES = (
    "",
    "country=swe,nor&sort=-amount",
    "fund=erdf&amount=1000000..&columns=amount,country,start-date,amount:total-budget,participations",
    "q=fj&sort=-name",
    "role=not-stated&currency=SEK",
)


@pytest.fixture(scope="module")
def app(corpus: Corpus) -> flask.Flask:
    """The shipped graph with an invented crowd, served."""
    return create_app(Settings(graph=str(corpus.root)), in_memory([*corpus.quads(), *crowd(PROJECTS)]))


@pytest.fixture(scope="module")
def web(app: flask.Flask) -> FlaskClient:
    """Somebody who asks."""
    return app.test_client()


@pytest.fixture(scope="module")
def alps(alpine: Corpus, alpine_store: Store) -> FlaskClient:
    """The alpine graph, served."""
    return create_app(Settings(graph=str(alpine.root)), alpine_store).test_client()


def page(web: FlaskClient, path: str, **headers: str) -> str:
    """A page."""
    response = web.get(path, headers={**BROWSER, **headers})
    assert response.status_code == 200, response.text
    assert response.mimetype == "text/html"
    return response.text


def named(html: str) -> list[str]:
    """The paths of the things in the rows of a page."""
    return re.findall(r'<th scope="row"[^>]*><a href="([^"]+)"', html)


def options(html: str, name: str) -> dict[str, int]:
    """The values of a filter, each with its count."""
    found = re.findall(rf'name="{name}" value="([^"]+)"[^>]*> <span[^>]*>[^<]*</span> <span class="count">(\d+)<', html)
    return {value: int(count) for value, count in found}


def data(web: FlaskClient, query: str = "", kind: str = "project") -> dict[str, Any]:
    """The table as JSON."""
    response = web.get(f"/{kind}.json?{query}")
    assert response.status_code == 200, response.text
    found: dict[str, Any] = json.loads(response.data)
    return found


def iris(told: dict[str, Any]) -> list[str]:
    """The things of a table in JSON."""
    return [row["iri"] for row in told["rows"]]


# -- addresses --------------------------------------------------------------


def test_a_kind_leads_to_its_table_and_what_is_none_to_near_ones(web: FlaskClient) -> None:
    response = web.get("/project?country=swe", headers=BROWSER)
    assert (response.status_code, response.headers["Location"]) == (308, f"{URL}/project/?country=swe")
    for path in ("/projects/", "/projekt", "/projects.csv", "/Project/"):
        response = web.get(path, headers=BROWSER)
        assert response.status_code == 404, path
        assert 'href="/project/"' in response.text, path
    assert web.get("/nothing-like-it").status_code == 404
    assert web.get("/project/stardust").status_code == 404


def test_no_other_address_is_taken(app: flask.Flask) -> None:
    routes = app.url_map.bind("localhost")
    fixed = [r for r in app.url_map.iter_rules() if not r.arguments and "GET" in (r.methods or ())]
    assert len(fixed) > 8
    for rule in fixed:
        assert routes.match(rule.rule)[0] == rule.endpoint
    for path in ("/void.ttl", "/catalog.ttl", "/search.json", "/sparql", "/openapi.json"):
        assert not routes.match(path)[0].startswith("browse."), path
    assert routes.match("/project/")[0] == "browse.table"


def test_every_kind_of_the_graph_has_a_table_and_is_linked(web: FlaskClient, alps: FlaskClient) -> None:
    for client in (web, alps):
        linked = set(re.findall(r'<li><a href="(/[^"/]+/)"', page(client, "/")))
        assert len(linked) >= 3
        for path in linked:
            assert named(page(client, path)), path
    assert 'href="/project/"' in page(web, "/doc/project/stardust")


def test_a_form_is_led_to_the_one_address_of_what_it_asks(web: FlaskClient) -> None:
    form = (
        "form=1&q=&country=swe&country=fin&amount.min=5&amount.max=&sort=-amount&size=&columns=country&columns=amount"
    )
    response = web.get(f"/project/?{form}", headers=BROWSER)
    expected = f"{URL}/project/?country=fin,swe&amount=5..&columns=country,amount&sort=-amount"
    assert (response.status_code, response.headers["Location"]) == (303, expected)
    html = page(web, response.headers["Location"].removeprefix(URL))
    assert f'<link rel="canonical" href="{expected.removeprefix(URL)}">'.replace("&", "&amp;") in html


def test_a_form_without_a_change_asks_for_the_table_itself(web: FlaskClient) -> None:
    html = page(web, "/project/")
    form = html[html.index('<form class="filters"') :]
    ticked = re.findall(r'name="(columns)" value="([^"]+)" checked', form)
    assert len(ticked) > 3
    response = web.get("/project/", query_string=[("form", "1"), ("q", ""), *ticked], headers=BROWSER)
    assert response.headers["Location"] == f"{URL}/project/"


def test_a_copy_in_files_has_what_files_can_answer(corpus: Corpus, store: Store) -> None:
    app = create_app(Settings(graph=str(corpus.root), table_page_size=3), store, copied=True)
    html = page(app.test_client(), "/project/")
    assert 'href="/project/?page=2"' in html
    assert "/project.csv" in html
    assert not re.search(r'class="filters"|/sparql|href="[^"]*(sort|columns)=', html)


def test_every_control_says_what_is_in_force(web: FlaskClient) -> None:
    html = page(web, "/project/?country=swe&amount=5..10&sort=-amount&q=fj&participant=crowd-1&size=7&lang=sv")
    form = html[html.index('<form class="filters"') :]
    assert 'name="country" value="swe" checked' in form
    assert 'name="amount.min" value="5"' in form
    assert 'name="amount.max" value="10"' in form
    assert '<option value="-amount" selected>' in form
    assert 'name="q" value="fj"' in form
    assert 'name="participant" value="crowd-1" checked' in form
    assert '<input type="hidden" name="lang" value="sv">' in form
    assert '<option value="7" selected>' in form
    many = page(web, "/organisation/?participates-in=crowd-1")
    assert '<input type="hidden" name="participates-in" value="crowd-1">' in many, "too many to list"


def test_a_filter_in_force_can_be_taken_away(web: FlaskClient) -> None:
    asked = "country=swe,nor&amount=5..&q=1&role=not-stated"
    html = page(web, f"/project/?{asked}")
    chips = [unescape(c) for c in re.findall(r'<li><a href="([^"]+)"><span class="visually-hidden">Remove', html)]
    assert chips == [
        "/project/?country=swe,nor&amount=5..&role=not-stated".replace("swe,nor", "nor,swe"),
        "/project/?q=1&country=swe&amount=5..&role=not-stated",
        "/project/?q=1&country=nor&amount=5..&role=not-stated",
        "/project/?q=1&country=nor,swe&role=not-stated",
        "/project/?q=1&country=nor,swe&amount=5..",
    ]
    now = set(iris(data(web, asked)))
    wider = [set(iris(data(web, urlsplit(chip).query))) for chip in (chips[0], *chips[3:])]
    assert all(found >= now for found in wider)
    assert len(set().union(*wider)) > len(now)


def test_pages_have_every_thing_once(web: FlaskClient) -> None:
    path, found = "/project/?size=9&sort=-start-date", list[str]()
    while path:
        html = page(web, path)
        found += named(html)
        following = re.search(r'<a rel="next" href="([^"]+)"', html)
        path = unescape(following.group(1)) if following else ""
    assert found == ["/doc/" + iri.removeprefix(ID) for iri in iris(data(web, "sort=-start-date"))]
    assert len(found) == len(set(found)) == PROJECTS + 4
    assert web.get("/project/?size=9&page=99", headers=BROWSER).status_code == 404


def test_heads_sort_both_ways(web: FlaskClient) -> None:
    head = re.compile(
        r'<th scope="col"[^>]*?(?: aria-sort="(\w+)")?(?: class="numeric")?><a href="([^"]+)"[^>]*>Amount'
    )
    html = page(web, "/project/?columns=amount")
    found = head.search(html)
    assert found
    assert (found.group(1), unescape(found.group(2))) == (None, "/project/?columns=amount&sort=-amount")
    found = head.search(page(web, "/project/?columns=amount&sort=-amount"))
    assert found
    assert (found.group(1), unescape(found.group(2))) == ("descending", "/project/?columns=amount&sort=amount")


def test_counts_on_a_page_are_what_a_click_gives(web: FlaskClient) -> None:
    told = options(page(web, "/project/?country=swe&amount=1000000.."), "country")
    assert set(told) >= {"swe", "nor", "not-stated"}
    for value, count in told.items():
        assert data(web, f"amount=1000000..&country={value}")["total"] == str(count), value


def test_names_are_in_the_language_of_the_reader(web: FlaskClient, alps: FlaskClient) -> None:
    assert "Schweden" in page(web, "/country/", **{"Accept-Language": "de"})
    assert "Sverige" in page(web, "/country/?lang=sv", **{"Accept-Language": "de"})
    html = page(alps, "/initiative/?lang=de")
    assert 'lang="de" dir="auto">Stege und Mauern</a>' in html
    assert data(alps, "lang=it", "valley")["rows"][0]["name"] == "Val Campanella"


# -- the same as data -------------------------------------------------------


@pytest.mark.parametrize("query", STATES)
def test_every_format_has_the_same_rows_in_the_same_order(web: FlaskClient, query: str) -> None:
    told = data(web, query)
    assert told["total"] == str(len(told["rows"]))
    table = list(csv.reader(io.StringIO(web.get(f"/project.csv?{query}").data.decode(), newline="")))
    lines = [line.split("\t") for line in web.get(f"/project.tsv?{query}").data.decode().splitlines()]
    assert table[0] == lines[0]
    assert [row[0] for row in table[1:]] == [row[0] for row in lines[1:]] == iris(told)
    assert all(len(row) == len(table[0]) for row in [*table, *lines])
    for column in told["columns"]:
        at = table[0].index(column["name"])
        for row, cells in zip(told["rows"], table[1:], strict=True):
            texts = [str(v.get("name", v.get("value"))) for v in row["values"][column["name"]]]
            assert [t.removeprefix("'") for t in cells[at].split(" | ")] == (texts or [""]) or "North | South" in cells[
                at
            ]
            currencies = [v["currency"] for v in row["values"][column["name"]] if "currency" in v]
            if currencies:
                assert cells[at + 1] == " | ".join(currencies)
    shown = named(page(web, f"/project/?{query}&size=200"))
    assert ["/doc/" + iri.removeprefix(ID) for iri in iris(told)] == shown
    for suffix in ("ttl", "nt", "jsonld", "rdf"):
        response = web.get(f"/project.{suffix}?{query}")
        form = ox.RdfFormat.from_media_type(response.mimetype)
        assert form is not None
        triples = {q.triple for q in ox.parse(response.data, format=form)}
        projects = {t.subject.value for t in triples if t.object == ox.NamedNode(BSR + "Project")}
        assert projects == set(iris(told)), suffix


def test_triples_are_those_of_the_graph(web: FlaskClient, app: flask.Flask) -> None:
    response = web.get("/project.nt?country=swe&columns=country,amount,role,amounts,pilot,basis-of")
    triples = [q.triple for q in ox.parse(response.data, format=ox.RdfFormat.N_TRIPLES)]
    assert len(triples) > 100
    store: Store = app.extensions["bsrgraph"].store
    there = {(str(r["s"]), str(r["p"]), str(r["o"])) for r in rows(store, "SELECT ?s ?p ?o { ?s ?p ?o }")}
    own = [t for t in triples if t.predicate.value != PREFIXES["dcterms"] + "license"]
    assert [t for t in own if (str(t.subject), str(t.predicate), str(t.object)) not in there] == []
    assert {BSR + "involvesCountry", BSR + "about", BSR + "currency", BSR + "figureKind", BSR + "role", RDF_TYPE} <= {
        t.predicate.value for t in own
    }


def test_what_points_here_is_told_from_its_own_end(web: FlaskClient) -> None:
    sweden, stated = ox.NamedNode(ID + "country/swe"), ox.NamedNode(BSR + "involvesCountry")
    response = web.get("/country.nt?columns=involved-in")
    triples = {q.triple for q in ox.parse(response.data, format=ox.RdfFormat.N_TRIPLES)}
    assert ox.Triple(ox.NamedNode(ID + "programme/bsr-stars"), stated, sweden) in triples
    assert not [t for t in triples if t.predicate == stated and t.subject == sweden]


def test_codes_are_in_their_list(web: FlaskClient) -> None:
    text = web.get("/theme.ttl").text
    assert len(iris(data(web, "", "theme"))) == text.count("skos:inScheme <https://w3id.org/bsrgraph/id/scheme/theme>")


def test_a_workbook_has_types_and_says_where_it_is_from(web: FlaskClient) -> None:
    response = web.get("/project.xlsx?columns=start-date,amount:total-budget,participations&sort=-start-date")
    assert response.headers["Content-Disposition"].startswith("attachment; filename=")
    book = openpyxl.load_workbook(io.BytesIO(response.data))
    sheet = book["project"]
    assert sheet.freeze_panes == "C2"
    head, *body = [[c.value for c in row] for row in sheet.iter_rows()]
    assert head == [
        "Address",
        "Name",
        "Start",
        "Amount: total budget",
        "Amount: total budget: currency",
        "Participations",
    ]
    kinds = {type(row[2]) for row in body}
    assert kinds <= {date, datetime, str, type(None)}
    assert kinds & {date, datetime}
    assert {type(row[3]) for row in body} >= {int, float}
    assert all(isinstance(row[5], int) for row in body)
    formulas = [c for row in sheet.iter_rows() for c in row if c.data_type == "f"]
    assert formulas == []
    assert any(str(c.value).startswith("=SUM(A1)") for row in sheet.iter_rows() for c in row), "a text, as it is"
    about = {row[0]: row[1] for row in book["About"].iter_rows(values_only=True)}
    assert about["address"].startswith(f"{URL}/project/?columns=")
    assert about["licence"] == "https://creativecommons.org/licenses/by/4.0/"
    assert about["version"]


def test_the_same_table_is_the_same_bytes(corpus: Corpus, web: FlaskClient) -> None:
    other = create_app(Settings(graph=str(corpus.root)), in_memory([*corpus.quads(), *crowd(PROJECTS)])).test_client()
    for suffix in ("xlsx", "csv", "json", "ttl", "rdf"):
        first = web.get(f"/project.{suffix}?q=1&bom=0")
        time.sleep(1.1 if suffix == "xlsx" else 0)
        second = other.get(f"/project.{suffix}?q=1&bom=0")
        assert first.data == second.data, suffix


def test_nothing_in_a_file_of_text_is_a_formula(web: FlaskClient) -> None:
    for suffix, between in (("csv", ","), ("tsv", "\t")):
        text = web.get(f"/project.{suffix}").data.decode()
        cells = [c for row in csv.reader(io.StringIO(text, newline=""), delimiter=between) for c in row]
        assert any(c.startswith("'=SUM") for c in cells)
        assert any(c.startswith("'-Wave") for c in cells)
        assert [
            c for c in cells if c[:1] in ("=", "+", "@") or (c[:1] == "-" and not re.fullmatch(r"-[\d.]+", c))
        ] == []


def test_excel_gets_its_mark_if_it_asks(web: FlaskClient) -> None:
    assert web.get("/project.csv?bom=1").data.startswith(b"\xef\xbb\xbfiri,")
    assert web.get("/project.csv").data.startswith(b"iri,")


def test_large_tables_are_refused_and_not_cut(corpus: Corpus, store: Store) -> None:
    client = create_app(Settings(graph=str(corpus.root), table_rows_limit=3), store).test_client()
    response = client.get("/project.csv")
    assert response.status_code == 400
    assert "at most 3" in response.text
    assert client.get("/project.csv?country=swe").status_code == 200


def test_the_query_of_a_page_is_answered_by_the_endpoint(web: FlaskClient) -> None:
    html = page(web, "/project/?country=swe&amount=1000000..&from-fund=erdf,not-stated&sort=-amount&q=fj")
    found = re.search(r'<a href="(/sparql\?query=[^"]+)">open as SPARQL', html)
    assert found
    response = web.get(unescape(found.group(1)), headers={"Accept": "application/sparql-results+json"})
    assert response.status_code == 200, response.text
    things = [row["thing"]["value"] for row in json.loads(response.data)["results"]["bindings"]]
    assert things
    expected = iris(data(web, "country=swe&amount=1000000..&from-fund=erdf,not-stated&sort=-amount&q=fj"))
    assert sorted(things) == sorted(expected)
    assert parse_qs(urlsplit(unescape(found.group(1))).query)["query"][0].startswith("PREFIX ")


# -- HTTP -------------------------------------------------------------------


def test_a_table_has_the_headers_of_everything_else(web: FlaskClient) -> None:
    first = web.get("/project/?country=swe", headers=BROWSER)
    assert first.headers["ETag"]
    assert {"Accept", "Accept-Language"} <= {v.strip() for v in first.headers["Vary"].split(",")}
    assert '</project.csv?country=swe>; rel="alternate"; type="text/csv"' in first.headers["Link"]
    assert (
        web.get("/project/?country=swe", headers={**BROWSER, "If-None-Match": first.headers["ETag"]}).status_code == 304
    )
    assert web.head("/project.csv").status_code == 200
    assert web.get("/project/", headers={"Accept": "text/csv"}).mimetype == "text/csv"
    assert web.get("/project/?format=json").mimetype == "application/json"
    assert web.get("/project/", headers={"Accept": "application/pdf"}).status_code == 406
    assert web.get("/project.nq").status_code == 404
    assert web.get("/project/").mimetype == "text/html"


def test_a_table_of_the_version_before_is_not_kept_as_the_new_one(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelf, "_PATIENCE", 0.01)
    free = threading.Event()
    free.set()

    class Slow:
        def __init__(self, store: Store) -> None:
            self.store = store

        def __getattr__(self, name: str) -> Any:
            return getattr(self.store, name)

        def query(self, query: Query) -> Answer:
            assert "Every value of one property" not in query.text or free.wait(20)
            return self.store.query(query)

    store = Slow(in_memory(corpus.quads()))
    client = create_app(Settings(graph=str(corpus.root)), store).test_client()  # type: ignore[arg-type]
    first = client.get("/project/", headers=BROWSER)
    store.apply(Change(lambda: [*corpus.quads(), *crowd(5)], anew=True))
    free.clear()
    between = client.get("/project/", headers=BROWSER)
    assert named(between.text) == named(first.text)
    assert between.headers["Cache-Control"] == "no-store"
    assert between.headers["ETag"] == first.headers["ETag"]
    free.set()
    monkeypatch.setattr(shelf, "_PATIENCE", 20)
    assert len(named(page(client, "/project/"))) == len(named(first.text)) + 5


def test_what_cannot_be_asked_is_a_400_with_a_hint_and_the_rest_is_ignored(web: FlaskClient) -> None:
    response = web.get("/project/?country=sverige")
    assert response.status_code == 400
    assert "swe" in json.loads(response.data)["hint"]
    assert web.get("/project.csv?sort=cost").status_code == 400
    assert data(web, "utm_source=x&zzz=1")["total"] == data(web)["total"]


ODD = (
    ".. 1.. -0.. ..- not-stated,not-stated swe, ,,, %00 <b> ' \" \\ ( a:b urn:x 2010-99 0000 9999-12-31 NaN 1e5 ٣ - "
    "https://w3id.org/bsrgraph/id/country/swe"
)
HOSTILE = st.text(max_size=30) | st.sampled_from([*ODD.split(), "http://x/ y", "9" * 45, "1.." + "9" * 40])
PARAMETERS = (
    "q country amount amount.min amount.max start-date sort columns page size lang role amount:total-budget class form "
    "participations has-objective note bom currency notation from-fund"
)
NAMES = st.sampled_from(PARAMETERS.split())
PATHS = st.sampled_from(["/project/", "/project.csv", "/project.ttl", "/project.xlsx"])


@given(st.lists(st.tuples(NAMES, HOSTILE), max_size=4), PATHS)
@example([("q", "["), ("sort", "-")], "/project/")
@example([("country", "https://w3id.org/bsrgraph/id/country/swe")], "/project.csv")
@example([("q", "no such name")], "/project/")
def test_nothing_that_is_asked_is_a_fault_of_ours(web: FlaskClient, pairs: list[tuple[str, str]], path: str) -> None:
    response = web.get(path, query_string=pairs, headers=BROWSER)
    assert response.status_code in (200, 303, 400, 404), (pairs, response.status_code)
    if response.mimetype == "text/html":
        assert "<b>" not in re.sub(r"<b(?: lang=\"[^\"]*\" dir=\"auto\")?>(?!<)", "", response.text)
        assert " style=" not in response.text
        assert "<script>" not in response.text


def test_names_and_values_are_escaped(corpus: Corpus) -> None:
    graph, thing = ox.NamedNode(ID + "evidence/x"), ox.NamedNode(ID + "project/x")
    evil = ox.Literal("<script>alert(1)</script>\"'&", language="en")
    extra = [
        ox.Quad(thing, ox.NamedNode(RDF_TYPE), ox.NamedNode(BSR + "Project"), graph),
        ox.Quad(thing, ox.NamedNode(PREFIXES["skos"] + "prefLabel"), evil, graph),
        ox.Quad(thing, ox.NamedNode(BSR + "hasObjective"), evil, graph),
        ox.Quad(thing, ox.NamedNode(BSR + "involvesCountry"), ox.NamedNode("javascript:alert(1)"), graph),
    ]
    client = create_app(Settings(graph=str(corpus.root)), in_memory([*corpus.quads(), *extra])).test_client()
    html = page(client, "/project/?columns=has-objective,country")
    assert "<script>alert" not in html
    assert 'href="javascript' not in html
    assert "&lt;script&gt;" in html


def test_a_page_is_light_however_much_there_is(web: FlaskClient) -> None:
    for path in ("/project/", "/project/?country=swe&role=partner&sort=-amount", "/organisation/", "/figure/"):
        assert len(page(web, path).encode()) < 100_000, path


@pytest.mark.parametrize("kind", ["hedge", "region", "source", "scheme", "unresolved", "grant", "craft", "valley"])
def test_a_table_of_any_kind_answers_in_every_format(web: FlaskClient, alps: FlaskClient, kind: str) -> None:
    client = alps if kind in ("grant", "craft", "valley") else web
    found = re.findall(r'<a href="/[^"./]+\.(\w+)"', page(client, f"/{kind}/"))
    assert set(found) == {"csv", "xlsx", "tsv", "json", "ttl", "nt", "jsonld", "rdf"}
    assert {client.get(f"/{kind}.{suffix}").status_code for suffix in found} == {200}
