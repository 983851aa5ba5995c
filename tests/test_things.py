"""The page of a thing: where sources differ, dates, neighbours, sources, languages, what machines read; hubs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from urllib.parse import parse_qs, urlsplit

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from bsrgraph.corpus import Corpus
from bsrgraph.draw import Entry, Node
from bsrgraph.iris import BSR, PREFIXES, RDF_TYPE, XSD
from bsrgraph.pages import Labels, Resource, alignment, layout, resource
from bsrgraph.pages.around import edges
from bsrgraph.pages.conflicts import differences
from bsrgraph.pages.times import entries
from bsrgraph.pages.values import Difference, Fact, Section, Value
from bsrgraph.read import rows
from bsrgraph.settings import Settings
from bsrgraph.store.connect import in_memory
from bsrgraph.store.memory import MemoryStore
from bsrgraph.store.port import Answer, Change, Query, Store
from bsrgraph.web.app import create_app

BROWSER = {"Accept": "text/html"}
THIN = "\u202f"
HEAVIEST = 100_000


def page_of(corpus: Corpus, store: Store, name: str, *languages: str) -> Resource:
    """The page of the thing called `kind/slug`."""
    labels = Labels(store, corpus.space, languages)
    return resource(store, layout(store), labels, corpus.space, corpus.space.things + name)


def client_of(corpus: Corpus, store: Store) -> FlaskClient:
    """A client of a server over this graph."""
    return create_app(Settings(graph=str(corpus.root), base_url="https://data.example.org"), store).test_client()


@pytest.fixture(scope="module")
def web(corpus: Corpus, store: Store) -> FlaskClient:
    """The shipped graph, served."""
    return client_of(corpus, store)


@pytest.fixture(scope="module")
def alpine_web(alpine: Corpus, alpine_store: Store) -> FlaskClient:
    """The alpine graph, served."""
    return client_of(alpine, alpine_store)


class Html(HTMLParser):
    """The elements of a page, its text, and what its data blocks hold."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.blocks: list[str] = []
        self.words: list[str] = []
        self._in_block = False
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keeps an element."""
        self.elements.append((tag, {k: v or "" for k, v in attrs}))
        self._in_block = tag == "script"

    def handle_endtag(self, tag: str) -> None:
        """Leaves a data block."""
        self._in_block = False

    def handle_data(self, data: str) -> None:
        """Keeps text, of data blocks apart."""
        (self.blocks if self._in_block else self.words).append(data)

    @property
    def text(self) -> str:
        """All text outside data blocks."""
        return " ".join(" ".join(self.words).split())

    def all(self, tag: str) -> list[dict[str, str]]:
        """The attributes of every such element."""
        return [attributes for name, attributes in self.elements if name == tag]


def html(client: FlaskClient, path: str) -> Html:
    """A page as a browser gets it."""
    response = client.get(path, headers=BROWSER)
    assert response.status_code == 200, path
    return Html(response.text)


# -- where sources differ ---------------------------------------------------


def by_name(page: Resource) -> dict[str, Difference]:
    """The differences on a page."""
    return {": ".join((d.name, ", ".join(label.text for label in d.about))).strip(": "): d for d in page.differences}


def test_three_budgets_stand_side_by_side_with_what_differs_and_who_says_so(corpus: Corpus, store: Store) -> None:
    found = by_name(page_of(corpus, store, "project/stardust"))
    budget = found["Amounts: total budget, euro"]
    assert [c.value.text for c in budget.claims] == ["6500000", "6512000", "6549220"]
    assert [int(c.rounded_to) for c in budget.claims] == [100000, 0, 0]
    assert [s.iri.rpartition("/")[2] for c in budget.claims for e in c.evidence for s in e.sources] == [
        "utu-stardust",
        "interreg-no-stardust",
        "mita-stardust",
    ]
    assert [c.thing.href for c in budget.claims if c.thing][1] == "/doc/figure/stardust-total-budget-interreg-no"
    assert budget.gap.replace(THIN, " ") == "6 512 000 and 6 549 220 are 37 220 apart, 0.6 % of the greater."
    assert [f.replace(THIN, " ") for f in budget.fits] == [
        "6 500 000 is rounded to 100 000, and goes with 6 512 000 and 6 549 220."
    ]


def test_dates_differ_by_days_and_by_years_and_the_less_exact_go_with_others(corpus: Corpus, store: Store) -> None:
    start = by_name(page_of(corpus, store, "project/stardust"))["Start"]
    assert [c.value.text for c in start.claims] == ["2010-09", "2010-09-16", "2010-09-17", "2011"]
    assert "are 1 year apart" in start.gap
    assert "2010-09-16 and 2010-09-17 are 1 day apart." in start.gap
    assert start.fits == ("2010-09 is less exact, and goes with 2010-09-16 and 2010-09-17.",)


def test_where_sources_agree_nothing_is_said_to_differ(
    corpus: Corpus, store: Store, alpine: Corpus, alpine_store: Store
) -> None:
    assert page_of(corpus, store, "programme/bsr-stars").differences == ()
    assert page_of(alpine, alpine_store, "initiative/hay-paths").differences == ()


@pytest.mark.parametrize(
    ("a", "b", "datatype", "gap"),
    [
        ("2012-02-28", "2012-03-01", "date", "2012-02-28 and 2012-03-01 are 2 days apart."),
        ("2009-12-31", "2010-01-01", "date", "2009-12-31 and 2010-01-01 are 1 day apart."),
        ("2010-11", "2012-01", "gYearMonth", "2010-11 and 2012-01 are 14 months apart."),
        ("1990", "2024", "gYear", "1990 and 2024 are 34 years apart."),
        ("9", "10", "integer", "9 and 10 are 1 apart, 10 % of the greater."),
        ("19000000", "19000001", "decimal", "19 000 000 and 19 000 001 are 1 apart, less than 0.1 % of the greater."),
        ("0.5", "0", "decimal", "0 and 0.5 are 0.5 apart, 100 % of the greater."),
        ("true", "false", "boolean", "false and true cannot both be right."),
    ],
)
def test_how_far_apart_two_values_are_is_said_in_words(a: str, b: str, datatype: str, gap: str) -> None:
    values = tuple(Value(text, "", XSD + datatype, None) for text in (a, b))
    (found,) = differences([Section("x", (Fact("x:p", "p", "", values),), ())])
    assert found.gap.replace(THIN, " ") == gap


@given(st.lists(st.tuples(st.text(max_size=30), st.sampled_from(["date", "decimal", "gYear", "integer"])), max_size=5))
def test_values_that_are_no_values_still_have_a_difference(found: list[tuple[str, str]]) -> None:
    values = tuple(Value(text, "", XSD + datatype, None) for text, datatype in found)
    assert len(differences([Section("x", (Fact("x:p", "p", "", values),), ())])) <= 1


def test_a_page_shows_the_difference_and_leads_to_it_from_the_facts(web: FlaskClient) -> None:
    page = html(web, "/doc/project/stardust")
    assert "6 512 000 and 6 549 220 are 37 220 apart" in page.text.replace(THIN, " ")
    assert {"class": "tag conflict", "href": "#differ"} in page.all("a")
    assert {"id": "differ"} in page.all("h2")


# -- dates ------------------------------------------------------------------


def test_every_claim_of_a_period_is_on_the_timeline_with_its_source(corpus: Corpus, store: Store) -> None:
    found = list(entries(page_of(corpus, store, "project/stardust").sections, alignment(store)))
    spans = {(e.start, e.end, e.note_href) for e in found if e.end is not None}
    assert spans == {
        ("2010-09", "2013-12", "/doc/source/itbaltic-stardust"),
        ("2010-09", "2013-12", "/doc/source/mita-stardust"),
        ("2010-09-16", "2013-12-15", "/doc/source/up2europe-stardust"),
        ("2010-09-17", "2013-12-16", "/doc/source/interreg-no-stardust"),
        ("2011", "2013", "/doc/source/utu-stardust"),
    }
    assert {e.label for e in found} == {"Start to end"}


def test_dates_without_a_known_meaning_are_moments(alpine: Corpus, alpine_store: Store) -> None:
    found = list(entries(page_of(alpine, alpine_store, "grant/hay-paths-2024").sections, alignment(alpine_store)))
    assert [(e.label, e.start, e.end) for e in found] == [("Awarded", "2024-03-15", None)]


def test_the_timeline_stands_where_the_dates_are(corpus: Corpus, store: Store) -> None:
    sections = page_of(corpus, store, "project/stardust").sections
    assert [s.name for s in sections if s.when] == ["When"]
    assert not any(s.when for s in page_of(corpus, store, "fund/erdf").sections)


# -- neighbours -------------------------------------------------------------


def test_what_is_around_a_thing_is_things_and_no_codes(corpus: Corpus, store: Store) -> None:
    page = page_of(corpus, store, "project/stardust")
    kinds = {k for c, k in layout(store).kinds.items() if not c.startswith(corpus.space.things)}
    found = {(e.label, e.target.label) for e in edges(Node(page.iri, "x"), page.sections, kinds, corpus.space)}
    assert {("Pilots", "MarChain"), ("lead partner", "VINNOVA"), ("partner", "Innovation Norway")} <= found
    assert not {"exactly", "partner", "total budget", "StarDust", "clean technologies"} & {name for _, name in found}
    assert "MarChain" in page.around
    assert 'href="/doc/pilot/marchain"' in page.around
    assert not re.search("/doc/(?:theme|comparator|measure|role|figure)/", page.around)


def test_a_fund_is_a_neighbour_through_the_amounts_that_came_from_it(corpus: Corpus, store: Store) -> None:
    page = page_of(corpus, store, "programme/bsr-stars")
    kinds = {"fund"}
    found = [(e.label, e.target.label) for e in edges(Node(page.iri, "x"), page.sections, kinds, corpus.space)]
    assert ("Amounts", "European Regional Development Fund") in found


# -- sources ----------------------------------------------------------------


@pytest.mark.parametrize("name", ["project/stardust", "programme/bsr-stars", "country/swe", "pilot/marchain"])
def test_the_numbers_beside_values_are_those_of_the_list_of_sources(corpus: Corpus, store: Store, name: str) -> None:
    page = page_of(corpus, store, name)
    assert [o.number for o in page.origins] == list(range(1, len(page.origins) + 1))
    numbers = {o.source.iri: str(o.number) for o in page.origins}
    for section in page.sections:
        for fact in section.facts:
            for value in fact.values:
                stated = [e for e in value.evidence if e.layer == "evidence"]
                cited = page.cited(value.evidence).split(", ")
                assert {numbers[s.iri] for e in stated for s in e.sources} == {c for c in cited if c.isdigit()}
                assert ("editors" in cited) == any(e.layer == "curated" for e in value.evidence)
                assert cited != [""]


def test_a_source_of_a_page_can_be_read_where_it_stands(web: FlaskClient) -> None:
    page = html(web, "/doc/project/stardust")
    outside = [a["href"] for a in page.all("a") if a.get("class") == "outside"]
    assert any("interreg.no" in address for address in outside)
    assert all(urlsplit(address).scheme in ("http", "https") for address in outside)


def test_a_document_lists_what_it_states_in_the_order_of_its_characters(corpus: Corpus, store: Store) -> None:
    page = page_of(corpus, store, "source/regio-bsr-stars-stardust-en")
    assert len(page.statements) == 66
    starts = [s.evidence.start for s in page.statements]
    assert starts == sorted(s for s in starts if s is not None)
    norway = next(s for s in page.statements if s.evidence.graph.iri.endswith("/f13h"))
    ((subject, said),) = norway.said
    assert (subject.text, said[0][0].text, said[0][1].text) == ("BSR Stars", "involves country", "Norway")
    undated = page_of(corpus, store, "source/interreg-no-stardust").statements
    assert [s.evidence.start for s in undated] == [None] * len(undated)
    assert len(undated) > 3


def test_a_statement_of_a_document_shows_its_place_and_leads_to_it(web: FlaskClient) -> None:
    page = html(web, "/doc/source/regio-bsr-stars-stardust-en")
    assert "line 8, characters 563–569" in page.text
    assert "/evidence/regio-bsr-stars-stardust/f13h" in {a.get("href") for a in page.all("a")}
    versions = html(web, "/doc/source/regio-bsr-stars-stardust")
    assert "/doc/source/regio-bsr-stars-stardust-en" in {a.get("href") for a in versions.all("a")}


# -- languages --------------------------------------------------------------


def test_a_page_offers_the_languages_that_the_thing_has_names_in(web: FlaskClient) -> None:
    page = html(web, "/doc/country/swe?lang=lv")
    offered = {a["hreflang"]: a["href"] for a in page.all("a") if "hreflang" in a}
    assert len(offered) == 11
    assert offered["sv"] == "/doc/country/swe?lang=sv"
    assert [a["hreflang"] for a in page.all("a") if a.get("aria-current") == "true"] == ["lv"]
    heads = {a["hreflang"]: a["href"] for a in page.all("link") if "hreflang" in a}
    assert heads == offered
    assert "latviešu" in page.text
    assert not [a for a in html(web, "/doc/project/stardust").all("a") if "hreflang" in a]


def test_switching_the_language_keeps_the_page_of_links(web: FlaskClient) -> None:
    page = html(web, "/doc/hedge/asserted?page=2")
    assert {a["href"] for a in page.all("a") if "hreflang" in a} <= {
        f"/doc/hedge/asserted?lang={tag}&page=2" for tag in ("en", "de", "sv")
    }


# -- what machines read -----------------------------------------------------


def told(client: FlaskClient, path: str) -> dict[str, object]:
    """The data block of a page."""
    (block,) = html(client, path).blocks
    found = json.loads(block)
    assert isinstance(found, dict)
    return found


def test_a_thing_is_told_in_the_words_of_schema_org(web: FlaskClient) -> None:
    stardust = told(web, "/doc/project/stardust")
    assert stardust["@context"] == "https://schema.org"
    assert stardust["@id"] == "https://w3id.org/bsrgraph/id/project/stardust"
    assert (stardust["@type"], stardust["name"]) == ("Project", "StarDust")
    assert stardust["url"] == "https://data.example.org/doc/project/stardust"
    assert stardust["startDate"] == ["2010-09", "2010-09-16", "2010-09-17", "2011"]
    assert {"@id": "https://w3id.org/bsrgraph/id/pilot/marchain", "name": "MarChain", "@type": "Project"} in stardust[
        "hasPart"
    ]
    sweden = told(web, "/doc/country/swe?lang=sv")
    assert (sweden["@type"], sweden["name"]) == ("Country", "Sverige")
    assert "http://www.wikidata.org/entity/Q34" in sweden["sameAs"]
    assert "Zviedrija" in sweden["alternateName"]


def test_what_is_asserted_from_the_other_end_is_told_too(web: FlaskClient) -> None:
    assert told(web, "/doc/pilot/marchain")["isPartOf"]["name"] == "StarDust"


def test_a_mapping_that_changes_the_meaning_is_not_used(web: FlaskClient) -> None:
    """A cooperation programme is only related to what schema.org calls a project."""
    assert told(web, "/doc/programme/bsr-stars")["@type"] != "FundingScheme"
    assert "funding" not in told(web, "/doc/project/stardust")


def test_without_an_alignment_a_thing_is_a_thing(alpine_web: FlaskClient) -> None:
    found = told(alpine_web, "/doc/initiative/hay-paths?lang=it")
    assert (found["@type"], found["name"]) == ("Thing", "Sentieri del fieno")
    assert set(found) == {"@context", "@id", "@type", "name", "url", "alternateName"}


def test_a_page_describes_itself_to_those_who_link_to_it(web: FlaskClient) -> None:
    page = html(web, "/doc/project/stardust")
    metas = {m.get("name") or m.get("property"): m.get("content") for m in page.all("meta")}
    assert metas["og:title"] == "StarDust"
    assert metas["og:url"] == "https://data.example.org/doc/project/stardust"
    assert metas["description"] == metas["og:description"]
    assert metas["description"].startswith("StarDust. Project. Focus: Trying out policy support")
    assert len(metas["description"]) <= 300
    assert {"rel": "canonical", "href": "/doc/project/stardust"} in page.all("link")


def test_query_this_asks_for_the_facts_of_the_page_with_their_graphs(web: FlaskClient, store: Store) -> None:
    page = html(web, "/doc/project/stardust")
    (link,) = [a["href"] for a in page.all("a") if a["href"].startswith("/sparql?")]
    query = parse_qs(urlsplit(link).query)["query"][0]
    found = rows(store, query)
    assert {r["graph"].value for r in found} >= {"https://w3id.org/bsrgraph/evidence/utu-stardust/x06"}
    assert "2011" in {r["value"].value for r in found}
    assert web.get(link, headers=BROWSER).status_code == 200


# -- hostile texts ----------------------------------------------------------

HOSTILE = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=60),
    st.sampled_from(
        [
            "</script><script>alert(1)</script>",
            "<!--<script>",
            "]]></svg><img src=x onerror=alert(1)>",
            '" autofocus onfocus="alert(1)',
            "{{7*7}}{% raw %}",
            "\u2028</title>\u2029",
            "‮txt.exe",
            "a" * 500,
        ]
    ),
)
ODD_DATES = st.one_of(HOSTILE, st.sampled_from(["2010-13-45", "99999999", "-0044", "2010-09-16Z", "0000"]))
ODD_NUMBERS = st.one_of(HOSTILE, st.sampled_from(["NaN", "INF", "1e999999999", "-0", "9" * 400]))


ODD = ox.NamedNode("https://example.org/g")


class Changing:
    """A client of the alpine graph to which statements are added, other ones each time."""

    def __init__(self, alpine: Corpus) -> None:
        self.store = in_memory(alpine.quads())
        self.client = client_of(alpine, self.store)

    def with_(self, quads: list[ox.Quad]) -> FlaskClient:
        """The client, once these statements are in the graph in place of the ones before."""
        self.store.apply(Change(lambda: quads, remove=[ODD.value]))
        return self.client


@pytest.fixture(scope="module")
def changing(alpine: Corpus) -> Changing:
    """The alpine graph, to be added to."""
    return Changing(alpine)


@settings(max_examples=25, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(label=HOSTILE, text=HOSTILE, date=ODD_DATES, amount=ODD_NUMBERS)
def test_whatever_a_literal_holds_a_page_runs_nothing_and_says_it(
    changing: Changing, label: str, text: str, date: str, amount: str
) -> None:
    alp, thing = "https://example.org/alpine/ontology#", ox.NamedNode("https://example.org/alpine/id/initiative/odd")
    grant, graph = ox.NamedNode("https://example.org/alpine/id/grant/odd"), ODD
    said = [
        (thing, RDF_TYPE, ox.NamedNode(alp + "Initiative")),
        (thing, PREFIXES["skos"] + "prefLabel", ox.Literal(label, language="en")),
        (thing, PREFIXES["skos"] + "altLabel", ox.Literal(text, language="de")),
        (thing, alp + "aim", ox.Literal(text, language="sv")),
        (thing, alp + "begins", ox.Literal(date, datatype=ox.NamedNode(XSD + "gYear"))),
        (thing, alp + "begins", ox.Literal("2024-05", datatype=ox.NamedNode(XSD + "gYearMonth"))),
        (thing, alp + "takesPlaceIn", ox.NamedNode("https://example.org/alpine/id/valley/echotal")),
        (thing, alp + "usesCraft", ox.NamedNode("javascript:alert(1)")),
        (grant, RDF_TYPE, ox.NamedNode(alp + "Grant")),
        (grant, PREFIXES["skos"] + "prefLabel", ox.Literal(label, language="en")),
        (grant, alp + "grantTo", thing),
        (grant, alp + "amount", ox.Literal(amount, datatype=ox.NamedNode(XSD + "decimal"))),
        (grant, alp + "amount", ox.Literal("7", datatype=ox.NamedNode(XSD + "decimal"))),
        (graph, RDF_TYPE, ox.NamedNode(BSR + "EvidenceGraph")),
        (graph, BSR + "line", ox.Literal(text)),
        (graph, PREFIXES["prov"] + "wasDerivedFrom", ox.Literal(text)),
        (graph, PREFIXES["dcterms"] + "description", ox.Literal(text)),
    ]
    client = changing.with_([ox.Quad(s, ox.NamedNode(p), o, graph) for s, p, o in said])
    for path in ("/doc/initiative/odd", "/doc/grant/odd", "/doc/valley/echotal"):
        page = html(client, path)
        assert_runs_nothing(page)
        (block,) = page.blocks
        assert isinstance(json.loads(block), dict)
        assert path == "/doc/valley/echotal" or json.loads(block)["name"] == label


def assert_runs_nothing(page: Html) -> None:
    """No script but data, no handler, no style, no link but to here, the web and mail; ids only once."""
    assert {"script", "style", "iframe", "object", "embed", "base"} & {t for t, _ in page.elements} <= {"script"}
    for script in page.all("script"):
        assert script == {"type": "application/ld+json"} or script["src"].startswith("/static/")
    for _, attributes in page.elements:
        assert not [a for a in attributes if a.startswith("on") or a in ("style", "srcdoc", "formaction", "autofocus")]
        for name in ("href", "src", "action"):
            target = attributes.get(name, "#")
            assert re.match(r"(?:https?://|mailto:)|/(?![/\\])|[#?]", target), target
    ids = [a["id"] for _, a in page.elements if "id" in a]
    assert len(ids) == len(set(ids))


# -- hubs -------------------------------------------------------------------


class Counting(MemoryStore):
    """A store that counts what it is asked."""

    asked = 0

    def query(self, query: Query) -> Answer:
        """The answer, counted."""
        self.asked += 1
        return super().query(query)


def counting(quads: Iterable[ox.Quad]) -> Counting:
    """A counting store of these quads."""
    quads = list(quads)
    store = Counting()
    store.apply(Change(lambda: quads, anew=True))
    return store


def crowd(corpus: Corpus, count: int) -> list[ox.Quad]:
    """Projects of one country, and participations of one organisation in them, each in a graph of its own."""
    things, said = corpus.space.things, []
    source = ox.NamedNode(f"{things}source/crowd")
    provenance = ox.NamedNode(f"{corpus.space.evidence}crowd")
    for n in range(count):
        graph = ox.NamedNode(f"{corpus.space.evidence}crowd/{n}")
        project, part = ox.NamedNode(f"{things}project/p{n}"), ox.NamedNode(f"{things}participation/p{n}")
        for s, p, o in (
            (project, RDF_TYPE, ox.NamedNode(BSR + "Project")),
            (project, PREFIXES["skos"] + "prefLabel", ox.Literal(f"Project {n}", language="en")),
            (project, BSR + "involvesCountry", ox.NamedNode(f"{things}country/swe")),
            (part, RDF_TYPE, ox.NamedNode(BSR + "Participation")),
            (part, BSR + "participant", ox.NamedNode(f"{things}organisation/vinnova")),
            (part, BSR + "participatesIn", project),
        ):
            said.append(ox.Quad(s, ox.NamedNode(p), o, graph))
        said.append(ox.Quad(graph, ox.NamedNode(RDF_TYPE), ox.NamedNode(BSR + "EvidenceGraph"), provenance))
        said.append(ox.Quad(graph, ox.NamedNode(PREFIXES["prov"] + "wasDerivedFrom"), source, provenance))
    said.append(ox.Quad(source, ox.NamedNode(RDF_TYPE), ox.NamedNode(BSR + "SourceDocument"), provenance))
    return said


@pytest.mark.parametrize("path", ["/doc/country/swe", "/doc/organisation/vinnova", "/doc/source/crowd"])
def test_a_hub_costs_as_many_queries_as_any_page_and_says_how_much_it_leaves_out(corpus: Corpus, path: str) -> None:
    known = list(corpus.quads())
    asked, texts = [], []
    for count in (3, 500):
        store = counting([*known, *crowd(corpus, count)])
        client = client_of(corpus, store)
        client.get("/doc/fund/erdf", headers=BROWSER)
        store.asked = 0
        response = client.get(path, headers=BROWSER)
        asked.append(store.asked)
        texts.append(Html(response.text).text)
        assert len(response.data) < HEAVIEST
    # One more for each list that is cut: how long it is.
    assert asked[0] <= asked[1] <= asked[0] + 2
    assert asked[1] <= 24
    left = [int(n) for n in re.findall(r"and (\d+) more", texts[1])]
    assert any(395 <= n < 500 for n in left), left


def test_what_is_left_out_of_a_list_is_one_query_away(corpus: Corpus) -> None:
    store = in_memory([*corpus.quads(), *crowd(corpus, 60)])
    page = html(client_of(corpus, store), "/doc/country/swe")
    asked = [parse_qs(urlsplit(a["href"]).query)["query"][0] for a in page.all("a") if a["href"].startswith("/sparql?")]
    found = [rows(store, text) for text in asked if "involvesCountry" in text]
    assert [len(f) for f in found] == [62]
    assert {"subject", "name"} == set(found[0][0])


def test_what_is_left_out_leads_to_the_table_of_its_kind(corpus: Corpus) -> None:
    client = client_of(corpus, in_memory([*corpus.quads(), *crowd(corpus, 60)]))
    for path, table, count in (
        ("/doc/organisation/vinnova", "/participation/?participant=", 62),
        ("/doc/country/swe", "/project/?country=", 61),
    ):
        (address,) = {a["href"] for a in html(client, path).all("a") if a["href"].startswith(table)}
        found = client.get(address.replace("/?", ".csv?"), follow_redirects=True)
        assert len(found.text.splitlines()) == count + 1, address


def test_the_values_of_one_property_are_cut_as_well(corpus: Corpus) -> None:
    thing, graph = ox.NamedNode(f"{corpus.space.things}project/stardust"), ox.NamedNode("https://example.org/g")
    many = [
        ox.Quad(thing, ox.NamedNode(BSR + "hasFocus"), ox.Literal(f"focus {n}", language="en"), graph)
        for n in range(90)
    ]
    page = page_of(corpus, in_memory([*corpus.quads(), *many]), "project/stardust")
    focus = next(f for s in page.sections for f in s.facts if f.name == "Focus")
    assert len(focus.values) == 40
    assert focus.more == "52"


# -- statements -------------------------------------------------------------


def test_the_page_of_a_statement_is_called_by_what_it_states(web: FlaskClient) -> None:
    page = html(web, "/evidence/regio-bsr-stars-stardust/f13h")
    assert "BSR Stars involves country Norway" in page.text
    assert "/doc/source/regio-bsr-stars-stardust-en" in {a.get("href") for a in page.all("a")}
    assert [a["href"] for a in page.all("a") if a.get("class") == "outside"] == []
    other = html(web, "/evidence/utu-stardust/x06")
    assert any("utu.fi" in a["href"] for a in other.all("a") if a.get("class") == "outside")


def test_a_named_graph_of_any_size_has_a_page_of_readable_weight(corpus: Corpus) -> None:
    graph = ox.NamedNode(f"{corpus.space.evidence}big")
    project = ox.NamedNode(f"{corpus.space.things}project/stardust")
    many = [
        ox.Quad(project, ox.NamedNode(BSR + "hasFocus"), ox.Literal(f"focus {n}", language="en"), graph)
        for n in range(3000)
    ]
    client = client_of(corpus, in_memory([*corpus.quads(), *many]))
    response = client.get("/evidence/big", headers=BROWSER)
    assert len(response.data) < HEAVIEST
    assert "and more" in Html(response.text).text


def test_an_outline_is_drawn_where_it_is_stated(web: FlaskClient, corpus: Corpus, store: Store) -> None:
    page = html(web, "/doc/country/swe")
    assert next(a["class"] for a in page.all("figure")) == "draw map"
    assert "MULTIPOLYGON" in page.text
    facts = [f for s in page_of(corpus, store, "project/stardust").sections for f in s.facts]
    assert not any(f.picture for f in facts)


# -- every page -------------------------------------------------------------

KINDS = ("programme", "project", "pilot", "unresolved", "country", "fund", "source", "person", "figure", "strategy")


def test_no_page_weighs_more_than_a_tenth_of_a_megabyte_and_headings_are_in_order(
    corpus: Corpus, web: FlaskClient
) -> None:
    things = corpus.space.things
    subjects = {str(s.quad.subject)[1:-1].removeprefix(things) for d in corpus.data for s in d.statements}
    names = sorted(n for n in subjects if n.partition("/")[0] in KINDS)
    assert len(names) > 60
    for name in names:
        response = web.get(f"/doc/{name}", headers=BROWSER)
        assert len(response.data) < HEAVIEST, name
        page = Html(response.text)
        levels = [int(t[1]) for t, _ in page.elements if re.fullmatch("h[1-6]", t)]
        assert levels[0] == 1
        assert all(b <= a + 1 for a, b in pairwise(levels)), name
        assert_runs_nothing(page)


def test_an_entry_of_a_timeline_and_a_section_are_plain_values() -> None:
    """They can be compared and changed like any other value."""
    assert replace(Entry("a", "2010"), end="2011") == Entry("a", "2010", "2011")
