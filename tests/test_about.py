"""People learn who answers for the graph and what is noted of them; crawlers find every page and nothing else."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit
from urllib.robotparser import RobotFileParser
from xml.etree import ElementTree

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient

from bsrgraph import sitemap as sitemaps
from bsrgraph.catalogue import citation, read_credits, read_dataset
from bsrgraph.corpus import Corpus
from bsrgraph.derived import DerivedFiles
from bsrgraph.iris import BSR, RDF_TYPE, Space
from bsrgraph.settings import Settings
from bsrgraph.sitemap import sitemap
from bsrgraph.store.connect import in_memory
from bsrgraph.store.port import Store
from bsrgraph.version import VERSION
from bsrgraph.web.app import create_app

HERE = "https://data.example.org"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
DCTERMS = "http://purl.org/dc/terms/"


def client_of(corpus: Corpus, store: Store, **settings: object) -> FlaskClient:
    """A client of a server over this graph."""
    chosen = Settings(graph=str(corpus.root), base_url=HERE, **settings)  # type: ignore[arg-type]
    return create_app(chosen, store).test_client()


@pytest.fixture(scope="module")
def web(corpus: Corpus, store: Store) -> FlaskClient:
    """The shipped graph, served."""
    return client_of(corpus, store)


@pytest.fixture(scope="module")
def alpine_web(alpine: Corpus, alpine_store: Store) -> FlaskClient:
    """The alpine graph, served."""
    return client_of(alpine, alpine_store)


def text_of(client: FlaskClient, path: str) -> str:
    """The text of a page, white space folded."""
    response = client.get(path)
    assert response.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", response.text).split())


# -- about ------------------------------------------------------------------


def test_about_says_who_answers_and_on_what_terms(web: FlaskClient, corpus: Corpus, store: Store) -> None:
    text = text_of(web, "/about")
    assert corpus.description in text
    assert "publisher Editors of bsrgraph" in text
    assert "licence of the data CC BY 4.0" in text
    assert f"bsrgraph {VERSION}" in text
    assert store.version in text


def test_about_names_what_reference_data_is_made_from_with_its_terms(web: FlaskClient) -> None:
    text = text_of(web, "/about")
    for owed in (
        "© European Union (Eurostat) and EuroGeographics",
        "Unicode Licence",
        "Made with Natural Earth",
        "CC0 1.0",
    ):
        assert owed in text


def test_about_of_another_graph_is_about_that_graph(alpine_web: FlaskClient) -> None:
    text = text_of(alpine_web, "/about")
    assert "publisher Editors of the alpine graph" in text
    assert "Baltic" not in text
    assert "Eurostat" not in text


def test_about_says_what_is_noted_and_how_long_or_that_nobody_has_said(alpine: Corpus, alpine_store: Store) -> None:
    silent = text_of(client_of(alpine, alpine_store), "/about")
    assert "has not been stated" in silent
    assert "contact not stated" in silent
    told = text_of(client_of(alpine, alpine_store, log_days=14, contact="mailto:desk@example.org"), "/about")
    assert "kept for 14 days" in told
    assert "one for 12 hours at most" in told
    assert "contact desk@example.org" in told


def test_pages_that_are_read_give_no_cookie_as_about_says(web: FlaskClient) -> None:
    assert "no cookies on the pages that you read" in text_of(web, "/about")
    for path in ("/", "/about", "/catalog", "/void", "/dump/", "/doc/project/stardust", "/search?q=a", "/sparql"):
        response = web.get(path, headers={"Accept": "text/html"})
        assert (response.status_code, response.headers.getlist("Set-Cookie")) == (200, []), path


def test_only_an_address_becomes_a_link(alpine: Corpus, alpine_store: Store) -> None:
    odd = client_of(alpine, alpine_store, contact="javascript:alert(1)")
    assert 'href="javascript' not in odd.get("/about").text
    assert odd.get("/catalog.ttl").status_code == 200


def test_a_contact_of_the_server_is_in_the_catalogue(alpine: Corpus, alpine_store: Store) -> None:
    found = client_of(alpine, alpine_store, contact="mailto:desk@example.org").get("/catalog.ttl").text
    assert "vcard:hasEmail <mailto:desk@example.org>" in found


def test_a_citation_has_author_year_title_version_and_address(store: Store) -> None:
    found = citation(read_dataset(store, "https://w3id.org/bsrgraph/"), "abc-7", "2026-11-25T08:00:00+00:00")
    assert found.text == "Editors of bsrgraph (2026). BSR graph, version abc-7. https://w3id.org/bsrgraph/"
    fields = dict(re.findall(r"^  (\w+) = \{(.*)\},?$", found.bibtex, re.MULTILINE))
    assert found.bibtex.startswith("@misc{bsr-graph,\n")
    assert fields == {
        "title": "{BSR graph}",
        "author": "{Editors of bsrgraph}",
        "year": "2026",
        "version": "abc-7",
        "url": "https://w3id.org/bsrgraph/",
    }


def test_what_a_title_holds_does_not_break_bibtex() -> None:
    base = ox.NamedNode("https://example.org/")
    title = ox.Literal("50% of {A} & B_c \\ #1", language="en")
    store = in_memory([ox.Quad(base, ox.NamedNode(DCTERMS + "title"), title, base)])
    found = citation(read_dataset(store, base.value), "", "")
    assert r"{50\% of \{A\} \& B\_c \textbackslash{} \#1}" in found.bibtex
    assert "author" not in found.bibtex


def test_credits_are_the_sources_of_reference_data_only(store: Store) -> None:
    named = {credit.source.rpartition("/")[2] for credit in read_credits(store)}
    assert {"eurovoc", "natural-earth", "wikidata"} <= named
    assert "mita-stardust" not in named


# -- crawlers ---------------------------------------------------------------


def addresses(client: FlaskClient, path: str) -> list[str]:
    """The addresses of a sitemap or an index."""
    response = client.get(path)
    assert response.mimetype == "application/xml"
    return [loc.text or "" for loc in ElementTree.fromstring(response.data).iter(f"{MAP}loc")]


def test_the_sitemap_has_every_thing_once_under_its_page(alpine_web: FlaskClient, alpine_store: Store) -> None:
    found = addresses(alpine_web, "/sitemap.xml")
    assert len(set(found)) == len(found)
    assert {f"{HERE}/", f"{HERE}/about", f"{HERE}/catalog", f"{HERE}/doc/valley/echotal"} <= set(found)


def test_every_address_of_the_sitemap_answers_with_a_page(alpine_web: FlaskClient) -> None:
    for address in addresses(alpine_web, "/sitemap.xml"):
        response = alpine_web.get(urlsplit(address).path, headers={"Accept": "text/html"})
        assert (response.status_code, response.mimetype) == (200, "text/html"), address


def test_a_large_sitemap_comes_in_parts_under_an_index(
    alpine: Corpus, alpine_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sitemaps, "_MOST", 7)
    client = client_of(alpine, alpine_store)
    parts = addresses(client, "/sitemap.xml")
    assert parts == [f"{HERE}/sitemap-{number}.xml" for number in range(1, len(parts) + 1)]
    found = [address for part in parts for address in addresses(client, urlsplit(part).path)]
    assert max(len(addresses(client, urlsplit(part).path)) for part in parts) == 7
    assert f"{HERE}/doc/valley/echotal" in found
    assert len(set(found)) == len(found) > 14
    assert client.get(f"/sitemap-{len(parts) + 1}.xml").status_code == 404
    assert client.get("/sitemap-0.xml").status_code == 404


def test_names_that_xml_and_addresses_cannot_hold_are_written_so_that_they_can(tmp_path: Path) -> None:
    base = "https://example.org/"
    kind, thing = ox.NamedNode(base + "ontology#Thing"), ox.NamedNode(base + "id/thing/t%C3%A5g&'")
    plain = ox.NamedNode(base + "id/thing/tåg")
    quads = [
        ox.Quad(kind, ox.NamedNode(BSR + "kind"), ox.Literal("thing"), kind),
        ox.Quad(thing, ox.NamedNode(RDF_TYPE), kind, kind),
        ox.Quad(plain, ox.NamedNode(RDF_TYPE), kind, kind),
    ]
    found = sitemap(in_memory(quads), DerivedFiles(tmp_path), Space(base), HERE, ["/"], "2026-11-25T08:00:00+00:00")
    tree = ElementTree.parse(found.parts[0])
    assert all((loc.text or "").isascii() for loc in tree.iter(f"{MAP}loc"))
    assert f"{HERE}/doc/thing/t%C3%A5g" in [loc.text for loc in tree.iter(f"{MAP}loc")]
    assert {lastmod.text for lastmod in tree.iter(f"{MAP}lastmod")} == {"2026-11-25T08:00:00+00:00"}


def test_crawlers_may_read_pages_and_not_ask_questions(web: FlaskClient) -> None:
    lines = web.get("/robots.txt").text.splitlines()
    assert f"Sitemap: {HERE}/sitemap.xml" in lines
    rules = RobotFileParser()
    rules.parse(lines)
    for path in ("/", "/about", "/doc/project/stardust", "/doc/project/stardust.ttl", "/contributions", "/sparql"):
        assert rules.can_fetch("*", HERE + path), path
    for path in ("/graphs?default", "/sparql/running/1", "/contribute", "/reconcile", "/suggest?q=a", "/inbox"):
        assert not rules.can_fetch("*", HERE + path), path
    # Python's reader knows no wildcards; RFC 9309 section 2.2.3 does.
    assert "Disallow: /*?" in lines


def test_the_first_page_leads_programs_on(web: FlaskClient) -> None:
    links = web.get("/").headers["Link"]
    for target, relation in (
        ("/openapi.json", "service-desc"),
        ("/void", "describedby"),
        ("/catalog.ttl", "describedby"),
    ):
        assert f'<{target}>; rel="{relation}"' in links
        assert web.get(target).status_code == 200


def test_every_page_leads_to_about_and_to_the_files(web: FlaskClient) -> None:
    page = web.get("/doc/project/stardust.html").text
    assert 'href="/about"' in page
    assert 'href="/dump/"' in page
