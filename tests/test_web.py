"""What the server answers, URL by URL, over the shipped graph and over the alpine one."""

from __future__ import annotations

import csv
import io
import itertools
import json
import re
import shutil
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit
from xml.etree import ElementTree

import pyoxigraph as ox
import pytest
import rdflib
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bsrgraph.corpus import Corpus
from bsrgraph.iris import PREFIXES, XSD
from bsrgraph.pages.values import Fact, Value
from bsrgraph.settings import Settings
from bsrgraph.store.connect import in_memory
from bsrgraph.store.port import Change, Store
from bsrgraph.web.app import create_app

BASE = "https://w3id.org/bsrgraph/"
ALP = "https://example.org/alpine/"
HERE = "https://data.example.org"
TEN = "SELECT ?c WHERE { ?c a <https://w3id.org/bsrgraph/ontology#Country> }"
GRAPH_TYPES = {
    "ttl": "text/turtle",
    "nt": "application/n-triples",
    "jsonld": "application/ld+json",
    "rdf": "application/rdf+xml",
    "trig": "application/trig",
}
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


def client_of(corpus: Corpus, store: Store) -> FlaskClient:
    """A client of a server over this graph, reached at an address that is not the one bound."""
    return create_app(Settings(graph=str(corpus.root), base_url=HERE), store).test_client()


@pytest.fixture(scope="module")
def web(corpus: Corpus, store: Store) -> FlaskClient:
    """The shipped graph, served."""
    return client_of(corpus, store)


@pytest.fixture(scope="module")
def alpine_web(alpine: Corpus, alpine_store: Store) -> FlaskClient:
    """The alpine graph, served."""
    return client_of(alpine, alpine_store)


class Html(HTMLParser):
    """A page as its elements and its text."""

    def __init__(self, response: TestResponse) -> None:
        super().__init__()
        assert response.mimetype == "text/html"
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(response.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Notes an element."""
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        """Notes some text."""
        self.words.append(data)

    @property
    def text(self) -> str:
        """All text of the page, white space folded."""
        return " ".join(" ".join(self.words).split())

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """The attributes of every element of that name."""
        return [attributes for name, attributes in self.elements if name == tag]


def ask(client: FlaskClient, query: str, **parameters: str) -> TestResponse:
    """A query by GET."""
    return client.get("/sparql", query_string={"query": query, **parameters})


def bindings(response: TestResponse, name: str) -> list[str]:
    """The values of one variable in a JSON answer."""
    assert response.status_code == 200, response.text
    return [row[name]["value"] for row in json.loads(response.data)["results"]["bindings"]]


def is_problem(response: TestResponse, status: int) -> dict[str, object]:
    """The body of an error in its one shape (RFC 9457)."""
    assert response.status_code == status, response.text
    assert response.mimetype == "application/problem+json"
    body = json.loads(response.data)
    assert isinstance(body, dict)
    assert body["status"] == status
    assert {"type", "title", "detail"} <= set(body)
    assert "Traceback" not in response.text
    return body


# -- the first page ---------------------------------------------------------


def test_the_first_page_shows_what_is_here(web: FlaskClient, corpus: Corpus) -> None:
    page = Html(web.get("/", headers={"Accept": BROWSER}))
    assert corpus.title in page.text
    assert "Country 10" in page.text
    assert "/doc/country/nor" in {a.get("href") for a in page.all("a")}
    for question in corpus.questions[:6]:
        assert question.question in page.text


def test_the_first_page_of_another_graph_is_about_that_graph(alpine_web: FlaskClient) -> None:
    page = Html(alpine_web.get("/?lang=it"))
    assert "Alpine example" in page.text
    assert "Val Campanella" in page.text
    assert "Baltic" not in page.text


def test_the_questions_of_the_first_page_lead_to_their_answers(alpine_web: FlaskClient) -> None:
    links = [a["href"] or "" for a in Html(alpine_web.get("/")).all("a")]
    (question,) = [link for link in links if link.startswith("/sparql?")]
    page = Html(alpine_web.get(question, headers={"Accept": BROWSER}))
    assert "18 500" in page.text


def test_health_is_plain(web: FlaskClient) -> None:
    response = web.get("/healthz")
    assert (response.status_code, response.mimetype, response.text) == (200, "text/plain", "ok\n")


# -- /sparql ----------------------------------------------------------------


def test_a_query_is_answered_by_get_by_form_and_by_body(web: FlaskClient) -> None:
    answers = [
        ask(web, TEN),
        web.post("/sparql", data={"query": TEN}),
        web.post("/sparql", data=TEN, content_type="application/sparql-query"),
        web.post("/sparql", data=TEN.encode(), content_type="application/sparql-query; charset=utf-8"),
    ]
    for response in answers:
        assert response.mimetype == "application/sparql-results+json"
        assert len(bindings(response, "c")) == 10


def test_a_table_comes_in_four_formats_that_say_the_same(web: FlaskClient) -> None:
    query = (
        "SELECT ?country ?name WHERE { ?country a <https://w3id.org/bsrgraph/ontology#Country> ; "
        '<http://www.w3.org/2004/02/skos/core#prefLabel> ?name FILTER(LANG(?name) = "lv") } ORDER BY ?name'
    )
    names = bindings(ask(web, query), "name")
    assert (names[0], names[-1], len(names)) == ("Dānija", "Zviedrija", 10)

    as_csv = web.get("/sparql", query_string={"query": query}, headers={"Accept": "text/csv"})
    table = list(csv.DictReader(io.StringIO(as_csv.text)))
    assert as_csv.content_type == "text/csv; charset=utf-8"
    assert [row["name"] for row in table] == names
    assert table[0]["country"] == f"{BASE}id/country/dnk"

    as_tsv = ask(web, query, format="tsv")
    assert as_tsv.mimetype == "text/tab-separated-values"
    assert as_tsv.text.splitlines()[0] == "?country\t?name"
    assert as_tsv.text.splitlines()[1] == f'<{BASE}id/country/dnk>\t"Dānija"@lv'

    as_xml = ask(web, query, format="application/sparql-results+xml")
    literals = ElementTree.fromstring(as_xml.data).iter("{http://www.w3.org/2005/sparql-results#}literal")
    assert [literal.text for literal in literals] == names


def test_ask_is_answered_in_json_and_xml(web: FlaskClient) -> None:
    assert json.loads(ask(web, "ASK { ?s ?p ?o }").data)["boolean"] is True
    assert b">false<" in ask(web, "ASK { <urn:a> <urn:b> <urn:c> }", format="xml").data


@pytest.mark.parametrize("suffix", sorted(GRAPH_TYPES))
def test_triples_come_in_every_graph_format(web: FlaskClient, suffix: str) -> None:
    query = f"CONSTRUCT WHERE {{ <{BASE}id/country/nor> <{PREFIXES['skos']}prefLabel> ?name }}"
    for response in (
        ask(web, query, format=suffix),
        web.get("/sparql", query_string={"query": query}, headers={"Accept": GRAPH_TYPES[suffix]}),
    ):
        assert response.mimetype == GRAPH_TYPES[suffix]
        found = {(q.subject, q.object) for q in ox.parse(response.data, format=rdf_format(suffix))}
        assert len(found) == 11
        assert (ox.NamedNode(f"{BASE}id/country/nor"), ox.Literal("Norvēģija", language="lv")) in found


def rdf_format(suffix: str) -> ox.RdfFormat:
    """The format with this suffix."""
    found = ox.RdfFormat.from_extension(suffix)
    assert found is not None
    return found


def test_without_accept_tables_are_json_and_triples_turtle(web: FlaskClient) -> None:
    assert ask(web, TEN).mimetype == "application/sparql-results+json"
    assert ask(web, "CONSTRUCT WHERE { ?s a ?c }").mimetype == "text/turtle"
    assert ask(web, f"DESCRIBE <{BASE}id/country/nor>").mimetype == "text/turtle"


def test_the_dataset_of_the_protocol_decides_what_is_seen(web: FlaskClient) -> None:
    graph = f"{BASE}evidence/regio-bsr-stars-stardust/f13h"
    everything = "SELECT ?s ?p ?o WHERE { ?s ?p ?o }"
    (norway,) = bindings(ask(web, everything, **{"default-graph-uri": graph}), "o")
    assert norway == f"{BASE}id/country/nor"
    two = web.get(
        "/sparql",
        query_string=[
            ("query", everything),
            ("default-graph-uri", graph),
            ("default-graph-uri", graph.replace("f13h", "f13j")),
        ],
    )
    assert len(bindings(two, "o")) == 2
    graphs = "SELECT DISTINCT ?g WHERE { GRAPH ?g { ?s ?p ?o } }"
    assert len(bindings(ask(web, graphs), "g")) > 113
    assert bindings(ask(web, graphs, **{"named-graph-uri": graph}), "g") == [graph]
    assert bindings(ask(web, everything, **{"named-graph-uri": graph}), "o") == []
    posted = web.post("/sparql", data={"query": everything, "default-graph-uri": graph})
    assert bindings(posted, "o") == [norway]
    in_url = web.post(
        "/sparql", query_string={"default-graph-uri": graph}, data=everything, content_type="application/sparql-query"
    )
    assert bindings(in_url, "o") == [norway]


def test_the_protocol_s_dataset_beats_the_query_s(web: FlaskClient) -> None:
    graph = f"{BASE}evidence/regio-bsr-stars-stardust/f13h"
    query = f"SELECT ?o FROM <{graph.replace('f13h', 'f13j')}> WHERE {{ ?s ?p ?o }}"
    assert bindings(ask(web, query), "o") == [f"{BASE}id/country/swe"]
    assert bindings(ask(web, query, **{"default-graph-uri": graph}), "o") == [f"{BASE}id/country/nor"]


def test_a_dataset_that_is_no_iri_is_told(web: FlaskClient) -> None:
    assert "default-graph-uri" in str(is_problem(ask(web, TEN, **{"default-graph-uri": "no iri"}), 400)["detail"])


def test_exactly_one_query_is_asked_for(web: FlaskClient) -> None:
    is_problem(web.get("/sparql", query_string=[("query", TEN), ("query", TEN)]), 400)
    is_problem(web.post("/sparql", query_string={"query": TEN}, data={"query": TEN}), 400)
    is_problem(ask(web, ""), 400)
    is_problem(ask(web, " \n"), 400)
    is_problem(web.post("/sparql", data=b"", content_type="application/sparql-query"), 400)
    is_problem(web.post("/sparql", data={"other": "1"}), 400)


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        ({"method": "GET", "query_string": {"update": "DROP ALL"}}, 400),
        ({"method": "POST", "data": {"update": "DROP ALL"}}, 403),
        ({"method": "POST", "data": "DROP ALL", "content_type": "application/sparql-update"}, 403),
        ({"method": "GET", "query_string": {"query": "DROP ALL"}}, 400),
        ({"method": "GET", "query_string": {"query": "INSERT DATA { <urn:a> <urn:b> <urn:c> }"}}, 400),
        ({"method": "POST", "data": "DELETE WHERE { ?s ?p ?o }", "content_type": "application/sparql-query"}, 400),
        ({"method": "GET", "query_string": {"query": "LOAD <http://127.0.0.1:9/x>"}}, 400),
    ],
)
def test_an_update_is_refused_and_changes_nothing(web: FlaskClient, request_: dict[str, object], status: int) -> None:
    assert is_problem(web.open("/sparql", **request_), status)["detail"]
    assert len(bindings(ask(web, TEN), "c")) == 10
    assert json.loads(ask(web, "ASK { <urn:a> <urn:b> <urn:c> }").data)["boolean"] is False


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * WHERE { SERVICE <http://127.0.0.1:9/sparql> { ?s ?p ?o } }",
        "SELECT * WHERE { service silent<http://127.0.0.1:9/sparql>{ ?s ?p ?o } }",
        "SELECT * WHERE { ?s ?p ?o FILTER EXISTS { SERVICE ?s { ?a ?b ?c } } }",
        "BASE <http://127.0.0.1:9/> SELECT * WHERE { {SELECT * WHERE {SERVICE <x> { ?s ?p ?o }}} }",
    ],
)
def test_no_query_makes_the_server_call_another(web: FlaskClient, query: str) -> None:
    assert "SERVICE" in str(is_problem(ask(web, query), 400))


def test_a_syntax_error_has_its_line_and_column(web: FlaskClient) -> None:
    body = is_problem(ask(web, "SELECT *\nWHERE { ?s ?p ?o\n  FILTR(?o > 1) }"), 400)
    assert body["line"] == 3
    assert isinstance(body["column"], int)
    assert 3 <= body["column"] <= len("  FILTR(?o > 1) }")


def test_a_syntax_error_is_shown_to_people_under_their_query(web: FlaskClient) -> None:
    response = web.get("/sparql", query_string={"query": "SELECT * WHERE {\n ?s ?p }"}, headers={"Accept": BROWSER})
    assert response.status_code == 400
    page = Html(response)
    assert "line 2" in page.text
    assert "^" in page.text
    assert "SELECT * WHERE {" in page.text


def test_an_unknown_function_is_the_user_s_mistake(web: FlaskClient) -> None:
    assert "urn:nothing" in str(is_problem(ask(web, "SELECT (<urn:nothing>(1) AS ?x) WHERE {}"), 400)["detail"])


def test_a_person_gets_the_answer_as_a_table(web: FlaskClient) -> None:
    query = f"SELECT ?country ?n WHERE {{ VALUES (?country ?n) {{ (<{BASE}id/country/nor> 1234567) }} }}"
    response = web.get("/sparql", query_string={"query": query, "lang": "sv"}, headers={"Accept": BROWSER})
    page = Html(response)
    assert "1 row" in page.text
    assert "Norge" in page.text
    assert "1 234 567" in page.text
    assert "/doc/country/nor" in {a.get("href") for a in page.all("a")}
    assert [t for t, _ in page.elements if t == "table"] == ["table"]


def test_a_person_gets_triples_and_booleans_too(web: FlaskClient) -> None:
    construct = f"CONSTRUCT WHERE {{ <{BASE}id/country/nor> ?p ?o }}"
    assert "Norvēģija" in Html(web.get("/sparql", query_string={"query": construct, "format": "html"})).text
    assert "true" in Html(web.get("/sparql", query_string={"query": "ASK {}", "format": "html"})).text


def test_a_person_without_a_query_gets_a_page_with_one_that_works(alpine_web: FlaskClient) -> None:
    page = Html(alpine_web.get("/sparql", headers={"Accept": BROWSER}))
    assert len(page.all("textarea")) == 1
    query = page.text[page.text.index("PREFIX skos") : page.text.index("LIMIT 20") + 8]
    assert len(bindings(ask(alpine_web, query), "thing")) > 5


def test_what_is_not_acceptable_is_a_406_that_lists_what_there_is(web: FlaskClient) -> None:
    for response in (
        web.get("/sparql", query_string={"query": TEN}, headers={"Accept": "image/png"}),
        web.get("/sparql", query_string={"query": TEN}, headers={"Accept": "text/turtle"}),
        ask(web, TEN, format="ttl"),
        ask(web, "CONSTRUCT WHERE { ?s ?p ?o }", format="csv"),
        web.get("/doc/country/nor?format=csv"),
        web.get("/doc/country/nor", headers={"Accept": "image/png, */*;q=0"}),
    ):
        assert "text/" in str(is_problem(response, 406)["hint"])
    is_problem(ask(web, TEN, format="docx"), 400)
    is_problem(web.get("/doc/country/nor?format=docx"), 400)


def test_a_body_of_another_kind_is_a_415_and_another_method_a_405_with_allow(web: FlaskClient) -> None:
    is_problem(web.post("/sparql", data="{}", content_type="application/json"), 415)
    response = web.put("/sparql", data=TEN)
    is_problem(response, 405)
    assert {"GET", "POST"} <= set(re.split(r",\s*", response.headers["Allow"]))


def test_bytes_that_are_no_text_are_the_user_s_mistake(web: FlaskClient) -> None:
    is_problem(web.post("/sparql", data=b"ASK \xff{}", content_type="application/sparql-query"), 400)


# -- /id and /doc -----------------------------------------------------------

THINGS = [("web", "project/stardust", BASE), ("alpine_web", "initiative/hay-paths", ALP)]


@pytest.mark.parametrize(("fixture", "name", "base"), THINGS)
@pytest.mark.parametrize("accept", ["text/turtle", BROWSER, None])
def test_a_thing_answers_303_to_its_document(
    request: pytest.FixtureRequest, fixture: str, name: str, base: str, accept: str | None
) -> None:
    client = request.getfixturevalue(fixture)
    for method in ("GET", "HEAD"):
        response = client.open(f"/id/{name}", method=method, headers={"Accept": accept} if accept else {})
        assert response.status_code == 303
        assert response.headers["Location"] == f"{HERE}/doc/{name}"
        assert "Accept" in response.headers["Vary"]
        followed = client.get(f"/doc/{name}", headers={"Accept": accept} if accept else {})
        assert followed.status_code == 200
        assert "Accept" in followed.headers["Vary"]


def test_a_redirect_keeps_the_query_and_ignores_the_host_header(web: FlaskClient) -> None:
    response = web.get("/id/project/stardust?format=ttl", headers={"Host": "evil.example"})
    assert response.headers["Location"] == f"{HERE}/doc/project/stardust?format=ttl"


@pytest.mark.parametrize("suffix", sorted(GRAPH_TYPES))
@pytest.mark.parametrize(("fixture", "name", "base"), THINGS)
def test_a_document_is_there_in_every_format_and_speaks_of_the_thing(
    request: pytest.FixtureRequest, fixture: str, name: str, base: str, suffix: str
) -> None:
    client = request.getfixturevalue(fixture)
    by_suffix = client.get(f"/doc/{name}.{suffix}", headers={"Accept": "text/html"})
    by_accept = client.get(f"/doc/{name}", headers={"Accept": GRAPH_TYPES[suffix]})
    by_format = client.get(f"/doc/{name}", query_string={"format": suffix}, headers={"Accept": "text/html"})
    sets = []
    for response in (by_suffix, by_accept, by_format):
        assert response.status_code == 200
        assert response.mimetype == GRAPH_TYPES[suffix]
        sets.append(list(ox.parse(response.data, format=rdf_format(suffix))))
    assert len({len(s) for s in sets}) == 1
    thing, document = ox.NamedNode(f"{base}id/{name}"), ox.NamedNode(f"{HERE}/doc/{name}")
    said = {(q.subject, q.predicate.value.replace("#", "/").rpartition("/")[2]) for q in sets[0]}
    assert {(thing, "type"), (thing, "prefLabel")} <= said
    assert {(document, "primaryTopic"), (document, "license")} <= said
    topics = {q.object for q in sets[0] if q.subject == document and q.predicate.value.endswith("primaryTopic")}
    assert topics == {thing}


@pytest.mark.parametrize(("suffix", "parser"), [("ttl", "turtle"), ("nt", "nt"), ("rdf", "xml"), ("jsonld", "json-ld")])
def test_another_library_reads_the_same_triples(web: FlaskClient, suffix: str, parser: str) -> None:
    graph = rdflib.Graph().parse(data=web.get(f"/doc/pilot/marchain.{suffix}").data, format=parser)
    ours = set(ox.parse(web.get("/doc/pilot/marchain.nt").data, format=ox.RdfFormat.N_TRIPLES))
    assert len(graph) == len(ours)
    pilot = rdflib.URIRef(f"{BASE}id/pilot/marchain")
    assert (rdflib.URIRef(f"{BASE}id/project/stardust"), rdflib.URIRef(f"{BASE}ontology#hasPilot"), pilot) in graph


def test_a_description_says_why_and_names_the_neighbours(web: FlaskClient) -> None:
    found = list(ox.parse(web.get("/doc/programme/bsr-stars.nt").data, format=ox.RdfFormat.N_TRIPLES))
    said = {(q.subject.value, q.predicate.value, q.object.value) for q in found if isinstance(q.subject, ox.NamedNode)}
    assert (f"{BASE}id/country/nor", f"{PREFIXES['skos']}prefLabel", "Norvēģija") in said
    evidence = f"{BASE}evidence/regio-bsr-stars-stardust/f13h"
    source = f"{BASE}id/source/regio-bsr-stars-stardust-en"
    assert (evidence, f"{PREFIXES['prov']}wasDerivedFrom", source) in said
    assert (f"{HERE}/doc/programme/bsr-stars", f"{PREFIXES['prov']}wasDerivedFrom", evidence) in said


def test_without_accept_a_document_is_turtle_and_for_a_browser_a_page(web: FlaskClient) -> None:
    assert web.get("/doc/project/stardust").mimetype == "text/turtle"
    assert web.get("/doc/project/stardust", headers={"Accept": "*/*"}).mimetype == "text/turtle"
    assert web.get("/doc/project/stardust", headers={"Accept": BROWSER}).mimetype == "text/html"
    mixed = web.get("/doc/project/stardust", headers={"Accept": "text/html;q=0.5, application/ld+json"})
    assert mixed.mimetype == "application/ld+json"


def test_a_page_shows_values_evidence_and_silence(web: FlaskClient) -> None:
    page = Html(web.get("/doc/programme/bsr-stars.html?lang=en"))
    for words in ("BSR Stars", "Norway", "19 000 000", "characters 563–569", "line 8", "quoted", "concluded"):
        assert words in page.text
    assert "Not stated in the sources" in page.text
    assert "/evidence/regio-bsr-stars-stardust/f13h" in {a.get("href") for a in page.all("a")}


def test_the_language_of_a_page_is_chosen_and_marked(web: FlaskClient) -> None:
    swedish = Html(web.get("/doc/country/nor?lang=sv", headers={"Accept": BROWSER, "Accept-Language": "lv"}))
    assert {"lang": "sv", "dir": "auto"} in swedish.all("h1")
    latvian = Html(web.get("/doc/country/nor", headers={"Accept": BROWSER, "Accept-Language": "xx, lv;q=0.5"}))
    assert "Norvēģija" in latvian.text
    turtle = web.get("/doc/country/nor.ttl", headers={"Accept-Language": "lv"})
    assert turtle.data == web.get("/doc/country/nor.ttl").data


def test_incoming_links_are_paged(web: FlaskClient) -> None:
    first = Html(web.get("/doc/hedge/asserted.html"))
    assert [a["href"] for a in first.all("a") if a.get("rel") == "next"] == ["/doc/hedge/asserted?page=2#incoming"]
    second = Html(web.get("/doc/hedge/asserted?page=2", headers={"Accept": BROWSER}))
    assert [a["href"] for a in second.all("a") if a.get("rel") == "prev"] == ["/doc/hedge/asserted?page=1#incoming"]
    for odd in ("0", "-3", "x", ""):
        assert web.get(f"/doc/hedge/asserted?page={odd}", headers={"Accept": BROWSER}).status_code == 200


@pytest.mark.parametrize(
    "path",
    ["/id/project/nothing", "/doc/project/nothing", "/doc/project/nothing.ttl", "/evidence/nothing/f01", "/nowhere"],
)
def test_what_is_not_known_is_a_404_for_programs_and_for_people(web: FlaskClient, path: str) -> None:
    is_problem(web.get(path, headers={"Accept": "text/turtle"}), 404)
    response = web.get(path, headers={"Accept": BROWSER})
    assert response.status_code == 404
    assert [t for t, _ in Html(response).elements if t == "h1"] == ["h1"]


@pytest.mark.parametrize("name", ["a%20b", "%3Cx%3E", "a%22b", "a%0Ab", "..%2F..%2Fetc", "%C3%28", "%00", "a{b}"])
def test_a_name_that_cannot_be_an_iri_is_a_404_and_no_fault_of_ours(web: FlaskClient, name: str) -> None:
    assert web.get(f"/doc/project/{name}").status_code == 404
    assert web.get(f"/id/project/{name}").status_code == 404
    assert web.get(f"/evidence/{name}").status_code == 404


# -- /evidence --------------------------------------------------------------


def test_a_statement_has_a_page_and_rdf(web: FlaskClient) -> None:
    path = "/evidence/regio-bsr-stars-stardust/f13h"
    page = Html(web.get(path, headers={"Accept": BROWSER}))
    assert "characters 563 to 569" in page.text
    assert "Norway" in page.text
    for suffix, media_type in GRAPH_TYPES.items():
        response = web.get(f"{path}.{suffix}")
        assert response.mimetype == media_type
        quads = list(ox.parse(response.data, format=rdf_format(suffix)))
        assert f"{BASE}id/country/nor" in {q.object.value for q in quads if isinstance(q.object, ox.NamedNode)}
        assert "563" in {q.object.value for q in quads if isinstance(q.object, ox.Literal)}


def test_the_provenance_of_a_source_has_a_page_in_both_graphs(web: FlaskClient, alpine_web: FlaskClient) -> None:
    assert web.get("/evidence/regio-bsr-stars-stardust", headers={"Accept": BROWSER}).status_code == 200
    page = Html(alpine_web.get("/evidence/village-gazette/a04", headers={"Accept": BROWSER}))
    assert "Village gazette of Nebeltal" in page.text
    assert alpine_web.get("/evidence/regio-bsr-stars-stardust").status_code == 404


# -- every page -------------------------------------------------------------


def hygiene(response: TestResponse) -> list[str]:
    """The local links of a page that runs nothing, loads nothing from elsewhere and is well headed."""
    page = Html(response)
    assert [t for t, _ in page.elements if t == "h1"] == ["h1"]
    assert len(page.all("title")) == 1
    assert page.all("html")[0]["lang"] == "en"
    assert not {"style", "iframe", "object", "embed", "base"} & {t for t, _ in page.elements}
    for script in page.all("script"):
        # Files of ours, and data for search engines, which no browser runs.
        assert (script.get("src") or "").startswith("/static/") or script.get("type") == "application/ld+json"
    links = []
    for tag, attributes in page.elements:
        assert not [a for a in attributes if a.startswith("on") or a in ("style", "srcdoc", "formaction")]
        for name in ("href", "src", "action", "poster", "data", "srcset"):
            target = attributes.get(name)
            if target is None:
                continue
            assert urlsplit(target).scheme in ("", "http", "https", "mailto"), target
            if urlsplit(target).netloc:
                assert (tag, name) == ("a", "href"), f"<{tag} {name}={target}> leaves this origin"
            elif not target.startswith("#"):
                assert target.startswith("/"), target
                links.append(target)
    return links


def crawl(client: FlaskClient) -> dict[str, TestResponse]:
    """Every page and twin that can be reached from the first page."""
    todo, seen = ["/"], dict[str, TestResponse]()
    while todo:
        path = todo.pop().partition("#")[0]
        if path not in seen:
            seen[path] = client.get(path, headers={"Accept": BROWSER})
            assert seen[path].status_code == 200, path
            if seen[path].mimetype == "text/html":
                todo += hygiene(seen[path])
            seen[path].close()
    return seen


def test_every_link_of_the_alpine_site_leads_somewhere_and_every_page_is_clean(alpine_web: FlaskClient) -> None:
    seen = crawl(alpine_web)
    pages = [path for path, response in seen.items() if response.mimetype == "text/html"]
    assert {"/doc/initiative/hay-paths", "/doc/valley/echotal", "/evidence/village-gazette/a04"} <= set(pages)
    assert len(pages) > 25
    # The same page in another language has the same twins.
    assert len(seen) > 5 * len([path for path in pages if "?" not in path])


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/sparql",
        "/doc/programme/bsr-stars",
        "/doc/project/stardust",
        "/doc/country/nor",
        "/doc/hedge/asserted",
        "/evidence/reference/regions",
        "/evidence/curated/preferred-type-bsr-stars",
        "/nowhere",
        "/sparql?query=SELEC",
    ],
)
def test_pages_of_the_shipped_graph_are_clean(web: FlaskClient, path: str) -> None:
    assert "/sparql" in hygiene(web.get(path, headers={"Accept": BROWSER}))


def answers(client: FlaskClient) -> Iterator[TestResponse]:
    """One of every kind of answer."""
    for path, accept in itertools.product(
        ["/", "/healthz", "/static/site.css", "/doc/project/stardust", "/nowhere", "/id/project/stardust", "/sparql"],
        [BROWSER, "text/turtle", "image/png"],
    ):
        yield client.get(path, headers={"Accept": accept})
        yield client.head(path, headers={"Accept": accept})
    yield ask(client, TEN)
    yield ask(client, "SELEC")
    yield client.post("/sparql", data={"query": TEN})
    yield client.put("/sparql")
    yield client.options("/sparql")
    etag = client.get("/doc/project/stardust.ttl").headers["ETag"]
    yield client.get("/doc/project/stardust.ttl", headers={"If-None-Match": etag})


def test_security_headers_are_on_every_kind_of_answer(web: FlaskClient) -> None:
    statuses = set()
    for response in answers(web):
        statuses.add(response.status_code)
        policy = response.headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'self'" in policy
        assert "unsafe" not in policy
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Referrer-Policy"]
        response.close()
    assert {200, 303, 304, 400, 404, 405, 406} <= statuses


def test_what_is_read_may_be_read_from_every_origin(web: FlaskClient) -> None:
    for path in ("/doc/project/stardust.ttl", "/id/project/stardust", "/nowhere", f"/sparql?query={quote(TEN)}"):
        response = web.get(path, headers={"Origin": "https://elsewhere.example"})
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in response.headers


def test_head_says_what_get_says(web: FlaskClient) -> None:
    for path in ("/doc/project/stardust.ttl", "/doc/project/stardust.html", f"/sparql?query={quote(TEN)}"):
        get, head = web.get(path), web.head(path)
        assert (head.status_code, head.content_type, head.data) == (200, get.content_type, b"")
        assert head.headers["ETag"] == get.headers["ETag"]


def test_an_unchanged_answer_is_a_304_without_a_body(web: FlaskClient) -> None:
    for path in ("/doc/project/stardust.ttl", "/doc/project/stardust.html", f"/sparql?query={quote(TEN)}"):
        etag = web.get(path).headers["ETag"]
        assert re.fullmatch(r'"[^"]+"', etag), "a strong one"
        again = web.get(path, headers={"If-None-Match": etag})
        assert (again.status_code, again.data) == (304, b"")
        assert again.headers["ETag"] == etag
        assert web.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


def test_no_two_representations_share_an_etag(web: FlaskClient) -> None:
    path = "/doc/country/nor"
    found = [web.get(f"{path}.{suffix}").headers["ETag"] for suffix in [*GRAPH_TYPES, "html"]]
    found += [web.get(f"{path}.html?lang={tag}").headers["ETag"] for tag in ("sv", "lv")]
    found += [web.get(f"{path}.html", headers={"Accept-Language": "is"}).headers["ETag"]]
    found += [web.get("/doc/country/swe.ttl").headers["ETag"]]
    found += [ask(web, TEN, format=suffix).headers["ETag"] for suffix in ("json", "csv")]
    assert len(found) == len(set(found))


def test_a_change_of_the_graph_is_seen_at_once_under_another_etag(alpine: Corpus, tmp_path: Path) -> None:
    """The version of the data is part of every ETag, and nothing of the version before is kept."""
    store = in_memory(alpine.quads())
    client = client_of(alpine, store)
    before = {suffix: client.get(f"/doc/valley/echotal.{suffix}") for suffix in [*GRAPH_TYPES, "html"]}
    changed = Corpus(Path(shutil.copytree(alpine.root, tmp_path / "changed")))
    file = changed.root / "data" / "reference" / "valleys.trig"
    file.write_text(file.read_text(encoding="utf-8").replace("1420", "1421"), encoding="utf-8")
    store.apply(Change(changed.quads, anew=True))
    for suffix, old in before.items():
        new = client.get(f"/doc/valley/echotal.{suffix}", headers={"If-None-Match": old.headers["ETag"]})
        assert new.status_code == 200
        assert new.headers["ETag"] != old.headers["ETag"]
        assert "1421" in new.text.replace("\u202f", "")


def test_a_document_links_to_its_twins_its_thing_and_its_licence(web: FlaskClient) -> None:
    for suffix in [*GRAPH_TYPES, "html"]:
        links = web.get(f"/doc/country/nor.{suffix}").headers["Link"]
        for other in {*GRAPH_TYPES, "html"} - {suffix}:
            assert f'</doc/country/nor.{other}>; rel="alternate"' in links
        assert f'<{BASE}id/country/nor>; rel="describes"' in links
        assert '<https://creativecommons.org/licenses/by/4.0/>; rel="license"' in links


# -- hostile and odd data ---------------------------------------------------

NASTY = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{7*7}}</title><!--"


@pytest.fixture(scope="module")
def hostile(alpine_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """The alpine graph with markup in every place where a stranger's text can stand, and with odd IRIs."""
    root = Path(shutil.copytree(alpine_dir, tmp_path_factory.mktemp("hostile") / "graph"))
    text = json.dumps(NASTY)
    graph = f"{ALP}evidence/village-gazette/a66"
    (root / "data" / "sources" / "hostile.trig").write_text(
        f"""@prefix alp: <{ALP}ontology#> . @prefix skos: <{PREFIXES["skos"]}> .
@prefix dcterms: <{PREFIXES["dcterms"]}> . @prefix bsr: <https://w3id.org/bsrgraph/ontology#> .
@prefix prov: <{PREFIXES["prov"]}> . @prefix schema: <https://schema.org/> .
<{graph}> {{
  <{ALP}id/initiative/nasty> a alp:Initiative ; skos:prefLabel {text}@en ; alp:aim {text}@de , {text} ;
    alp:takesPlaceIn <{ALP}id/valley/echotal> ; skos:notation {text}^^alp:code ;
    schema:url <javascript:alert(3)> , <data:text/html,x> , <https://example.org/%3Cscript%3E> ;
    alp:unknown{"x" * 30} "y" .
  <{ALP}id/initiative/größe> a alp:Initiative ; skos:prefLabel "Größe"@de .
  <{ALP}id/initiative/plan.ttl> a alp:Initiative ; skos:prefLabel "Plan with a dot"@en .
}}
<{ALP}evidence/village-gazette> {{
  <{graph}> a bsr:EvidenceGraph ; dcterms:description {text}@en ; prov:wasDerivedFrom <{ALP}id/source/nasty> .
  <{ALP}id/source/nasty> a bsr:SourceDocument ; skos:prefLabel {text}@en .
}}
""",
        encoding="utf-8",
    )
    queries = root / "data" / "queries"
    question = (queries / "grants.rq").read_text(encoding="utf-8")
    question = re.sub(r"(#\+ (?:question|answer|title):).*", lambda m: f"{m.group(1)} {NASTY}", question)
    (queries / "nasty.rq").write_text(question.replace("number: 1", "number: 2"), encoding="utf-8")
    corpus = Corpus(root)
    return client_of(corpus, in_memory(corpus.quads()))


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/doc/initiative/nasty",
        "/doc/valley/echotal",
        "/doc/source/nasty",
        "/evidence/village-gazette/a66",
        "/evidence/village-gazette",
        "/sparql?query=" + quote("SELECT * WHERE { ?s ?p ?o FILTER(CONTAINS(STR(?o), 'script')) }"),
        "/sparql?query=" + quote("CONSTRUCT WHERE { ?s ?p ?o }"),
        "/sparql?query=" + quote("SELECT " + NASTY),
        "/sparql?query=" + quote(f'SELECT ("{NASTY}" AS ?x) WHERE {{}}'.replace("\"'", "'")),
        "/doc/initiative/" + quote(NASTY, safe=""),
        "/" + quote(NASTY, safe=""),
        "/doc/initiative/nasty?lang=" + quote(NASTY),
        "/doc/initiative/nasty?page=" + quote(NASTY),
        "/doc/initiative/nasty?format=" + quote(NASTY),
    ],
)
def test_text_of_strangers_stays_text(hostile: FlaskClient, path: str) -> None:
    response = hostile.get(path, headers={"Accept": BROWSER})
    assert response.status_code < 500
    assert response.mimetype == "text/html"
    hygiene(response)
    assert "49" not in Html(response).all("title")
    ours = r'<script (?:type="application/ld\+json">[^<]*|(?:type="module"|defer) src="/static/[\w./-]+">)</script>'
    assert "<script" not in re.sub(ours, "", response.text).lower()
    assert "<img src=x" not in response.text


def test_hostile_text_is_shown_as_it_is(hostile: FlaskClient) -> None:
    page = Html(hostile.get("/doc/initiative/nasty", headers={"Accept": BROWSER}))
    assert " ".join(NASTY.split()) in page.text


def test_only_web_and_mail_addresses_become_links(hostile: FlaskClient) -> None:
    page = Html(hostile.get("/doc/initiative/nasty", headers={"Accept": BROWSER}))
    targets = {a.get("href") or "" for a in page.all("a")}
    assert "https://example.org/%3Cscript%3E" in targets
    assert not any(t.startswith(("javascript:", "data:")) for t in targets)
    assert "javascript:alert(3)" in page.text


@pytest.mark.parametrize("suffix", sorted(GRAPH_TYPES))
def test_hostile_text_survives_every_format_unchanged(hostile: FlaskClient, suffix: str) -> None:
    quads = ox.parse(hostile.get(f"/doc/initiative/nasty.{suffix}").data, format=rdf_format(suffix))
    assert NASTY in {q.object.value for q in quads if isinstance(q.object, ox.Literal)}


def test_a_name_that_is_not_ascii_reaches_the_same_thing_however_it_is_written(hostile: FlaskClient) -> None:
    for path in ("/doc/initiative/größe", "/doc/initiative/gr%C3%B6%C3%9Fe"):
        response = hostile.get(path, headers={"Accept": "application/n-triples"})
        assert response.status_code == 200
        subjects = {q.subject.value for q in ox.parse(response.data, format=ox.RdfFormat.N_TRIPLES)}
        assert f"{ALP}id/initiative/größe" in subjects
    redirect = hostile.get("/id/initiative/gr%C3%B6%C3%9Fe")
    assert redirect.status_code == 303
    assert unquote(redirect.headers["Location"]) == f"{HERE}/doc/initiative/größe"


def test_a_dot_in_a_name_is_no_suffix_where_a_thing_has_that_name(hostile: FlaskClient) -> None:
    page = Html(hostile.get("/doc/initiative/plan.ttl", headers={"Accept": BROWSER}))
    assert "Plan with a dot" in page.text
    turtle = hostile.get("/doc/initiative/plan.ttl.ttl", headers={"Accept": BROWSER})
    assert turtle.mimetype == "text/turtle"
    assert b"Plan with a dot" in turtle.data


def test_what_differs_each_time_is_neither_kept_nor_tagged(web: FlaskClient) -> None:
    text = "SELECT (STRUUID() AS ?id) (NOW() AS ?now) WHERE {}"
    first, second = ask(web, text, format="csv"), ask(web, text, format="csv")
    assert first.data != second.data
    for answer in (first, ask(web, text, format="html")):
        assert "ETag" not in answer.headers
        assert answer.headers["Cache-Control"] == "no-store"


def test_every_answer_may_be_read_by_a_page_of_another_origin(web: FlaskClient) -> None:
    for method in ("GET", "PUT", "DELETE", "PATCH"):
        for path in ("/sparql", "/doc/project/stardust", "/nowhere", "/sparql/running/abc"):
            assert web.open(path, method=method).headers["Access-Control-Allow-Origin"] == "*"


def test_sparql_12_is_refused_with_its_place(web: FlaskClient) -> None:
    for text in ("SELECT (<<( <http://x/a> <http://x/b> 1 )>> AS ?t) WHERE {}", 'ASK { ?s ?p "x"@en--ltr }'):
        answer = ask(web, text, format="json")
        assert answer.status_code == 400
        assert "1.2" in answer.get_json()["detail"]
        assert answer.get_json()["line"] == 1


def test_near_names_are_found_in_another_case_and_kind(web: FlaskClient) -> None:
    for path in ("/id/project/STARDUST", "/id/Project/stardust", "/id/projects/stardust/"):
        near = web.get(path, headers={"Accept": "application/json"}).get_json()["near"]
        assert ["StarDust", "/doc/project/stardust"] in near
    assert (
        "near: StarDust /doc/project/stardust" in web.get("/id/project/stardst", headers={"Accept": "text/plain"}).text
    )


def test_a_norwegian_reader_gets_norwegian_names(web: FlaskClient) -> None:
    assert "<h1" in (page := web.get("/doc/country/swe.html", headers={"Accept-Language": "no"}).text)
    assert "Sverige" in page.partition("</h1>")[0]


def test_an_unknown_term_is_named_with_the_nearest_to_every_client(web: FlaskClient) -> None:
    text = "PREFIX bsr: <https://w3id.org/bsrgraph/ontology#>\nSELECT ?x WHERE { ?x a bsr:Projet }"
    told = ask(web, text, format="json").headers["X-Unknown-Terms"]
    assert told == "bsr:Projet (line 2, column 24, nearest https://w3id.org/bsrgraph/ontology#Project)"
    assert "X-Unknown-Terms" not in ask(web, text.replace("Projet", "Project"), format="json").headers


def test_a_mistake_is_shown_with_a_caret_to_every_client(web: FlaskClient) -> None:
    answer = ask(web, "SELECT ?x\nWHERE { ?x a bsr:Project }", format="json").get_json()
    assert answer["caret"] == "WHERE { ?x a bsr:Project }\n             ^"


def test_only_figures_that_cannot_both_be_right_are_said_to_differ(web: FlaskClient) -> None:
    """6 512 000 and 6 549 220 cannot; 6.5 million, rounded to 100 000, goes with either."""
    rows = web.get("/doc/project/stardust.html").text.split("<tr>")
    marked = {
        name: "sources differ" in row
        for name in ("6 512 000", "6 549 220", "EUR 6.5 million")
        for row in rows
        if f"total budget of EUR {name.removeprefix('EUR ')}" in row
    }
    assert marked == {"6 512 000": True, "6 549 220": True, "EUR 6.5 million": False}


def test_dates_that_agree_on_their_common_precision_do_not_differ(web: FlaskClient) -> None:
    """StarDust's sources start it in two years; those of BSR Stars say one thing each."""
    assert 'Start <a class="tag conflict"' in web.get("/doc/project/stardust.html").text
    assert "sources differ" not in web.get("/doc/programme/bsr-stars.html").text
    day, month, year = (
        Value(text, "", XSD + name, None)
        for text, name in (("2010-09-17", "date"), ("2010-09", "gYearMonth"), ("2011", "gYear"))
    )
    assert not Fact("x:start", "Start", "", (day, month)).differs
    assert Fact("x:start", "Start", "", (day, month, year)).differs
