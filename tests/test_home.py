"""The first page: what is here by kind, where on a map, how much in a chart, questions with answers; in any graph."""

from __future__ import annotations

import re
from collections import Counter
from decimal import Decimal
from xml.etree import ElementTree

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient

from bsrgraph.corpus import Corpus
from bsrgraph.iris import BSR, PREFIXES, RDF_TYPE, XSD
from bsrgraph.pages import Home, Labels, home, layout
from bsrgraph.pages.money import amounts, money_chart
from bsrgraph.pages.places import places
from bsrgraph.settings import Settings
from bsrgraph.store.connect import in_memory
from bsrgraph.store.port import Store
from bsrgraph.web.app import create_app

BROWSER = {"Accept": "text/html"}
ALP = "https://example.org/alpine/"
CURRENCY = "http://publications.europa.eu/resource/authority/currency/"


def home_of(corpus: Corpus, store: Store, *languages: str) -> Home:
    """The first page of a graph."""
    return home(store, layout(store), Labels(store, corpus.space, languages))


def client_of(corpus: Corpus, store: Store) -> FlaskClient:
    """A client of a server over this graph."""
    return create_app(Settings(graph=str(corpus.root), base_url="https://data.example.org"), store).test_client()


def triples(corpus: Corpus) -> list[tuple[str, str, str]]:
    """Everything that is loaded, each triple once."""
    found = {q.triple for q in corpus.quads()}
    return [(str(t.subject).strip("<>"), t.predicate.value, str(t.object).strip("<>")) for t in found]


def bars_of(chart: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """What a chart says: label, then value and note of each bar."""
    tree = ElementTree.fromstring(f"<div>{chart}</div>")
    found = []
    for item in tree.findall("figure/ol/li"):
        values = [
            ("".join(v.itertext()), "".join(n.itertext()))
            for bar in item.findall("ul/li")
            for v in bar.iter("span")
            if v.get("class") == "bar-value"
            for n in [next((s for s in bar.iter("span") if s.get("class") == "bar-note"), ElementTree.Element("x"))]
        ]
        found.append(("".join(item.find("span").itertext()), values))
    return found


# -- money ------------------------------------------------------------------


def test_the_chart_shows_what_each_source_gives_of_one_initiative_side_by_side(corpus: Corpus, store: Store) -> None:
    chart = str(home_of(corpus, store).money).replace("\u202f", " ")
    assert bars_of(chart) == [
        ("BSR Stars", [("EUR 19 000 000", "total investment"), ("EUR 5 000 000", "fund contribution")]),
        (
            "StarDust",
            [
                ("EUR 6 549 220", "total budget"),
                ("EUR 6 512 000", "total budget"),
                ("EUR 6 500 000", "total budget"),
            ],
        ),
        ("Unnamed project of EUR 6.5 million", [("EUR 6 500 000", "unspecified")]),
    ]
    assert 'href="/doc/project/stardust"' in chart
    assert 'href="/doc/figure/stardust-total-budget-mita"' in chart


def test_the_chart_of_another_graph_is_made_from_its_own_shapes(alpine: Corpus, alpine_store: Store) -> None:
    """Two grants in two currencies are never in one chart; the greater decides."""
    chart = str(home_of(alpine, alpine_store, "de").money).replace("\u202f", " ")
    assert bars_of(chart) == [("Heuwege", [("EUR 18 500", "")])]
    assert "and 1 more amount" in chart
    found = amounts(alpine_store)
    assert [(a.amount, a.currency.removeprefix(CURRENCY)) for a in found] == [
        (Decimal("18500"), "EUR"),
        (Decimal("7250.5"), "CHF"),
    ]


def test_without_amounts_or_outlines_there_is_no_picture(alpine: Corpus) -> None:
    left = [q for q in alpine.quads() if "Grant" not in str(q)]
    page = client_of(alpine, in_memory(left)).get("/", headers=BROWSER).text
    assert "How much" not in page
    assert ">Where<" not in page
    assert "What is here" in page


def test_a_joint_amount_is_one_bar_for_both(alpine: Corpus) -> None:
    grant = ox.NamedNode(f"{ALP}id/grant/joint")
    said = [
        (RDF_TYPE, ox.NamedNode(ALP + "ontology#Grant")),
        (ALP + "ontology#amount", ox.Literal("90000", datatype=ox.NamedNode(XSD + "decimal"))),
        (ALP + "ontology#currency", ox.NamedNode(CURRENCY + "EUR")),
        (ALP + "ontology#grantTo", ox.NamedNode(f"{ALP}id/initiative/hay-paths")),
        (ALP + "ontology#grantTo", ox.NamedNode(f"{ALP}id/initiative/bridges-and-walls")),
    ]
    more = [ox.Quad(grant, ox.NamedNode(p), o, ox.NamedNode(ALP + "g")) for p, o in said]
    store = in_memory([*alpine.quads(), *more])
    (first, *_) = bars_of(str(money_chart(store, Labels(store, alpine.space, []))).replace("\u202f", " "))
    assert first == ("Bridges and Walls and Hay Paths", [("EUR 90 000", "")])


# -- places -----------------------------------------------------------------


def test_the_map_counts_what_each_country_is_involved_in(corpus: Corpus, store: Store) -> None:
    """Held against a count over the files."""
    said = triples(corpus)
    initiatives = Counter(o for _, p, o in said if p == BSR + "involvesCountry")
    drawn = {s for s, p, _ in said if p.endswith("#outline") and "/country/" in s and "/id/" in s}
    found = places(store)
    assert set(found.rings) == drawn
    assert found.numbers == {c: n for c, n in initiatives.items() if c in drawn}
    assert found.counted is not None
    assert found.counted.name == "Involved in"
    assert 'aria-label="Norway: 1"' in home_of(corpus, store).map
    assert 'aria-label="Norge: 1"' in home_of(corpus, store, "sv").map


def test_each_country_of_the_map_leads_to_its_page(corpus: Corpus, store: Store) -> None:
    hrefs = set(re.findall(r'href="(/doc/country/\w+)"', home_of(corpus, store).map))
    assert len(hrefs) == 10


# -- the page ---------------------------------------------------------------


@pytest.mark.parametrize("graph", ["shipped", "alpine"])
def test_the_first_page_leads_to_tables_answers_files_and_the_licence(
    graph: str, corpus: Corpus, store: Store, alpine: Corpus, alpine_store: Store
) -> None:
    of, at = (corpus, store) if graph == "shipped" else (alpine, alpine_store)
    client = client_of(of, at)
    response = client.get("/", headers=BROWSER)
    assert len(response.data) < 100_000
    hrefs = set(re.findall(r'href="([^"#]+)"', response.text))
    for kind in home_of(of, at).kinds:
        assert f"/{kind.kind}/" in hrefs
        assert client.get(f"/{kind.kind}/", headers=BROWSER).status_code == 200
    assert {"/dump/", "/catalog", "/sparql", of.licence} <= hrefs
    assert at.version in response.text
    assert response.text.count("<summary>") == min(6, len(of.questions))
    for question in of.questions[:6]:
        assert question.answer[:30].replace("'", "&#39;") in response.text


def test_the_search_box_of_the_first_page_is_told_from_that_of_every_page(corpus: Corpus, store: Store) -> None:
    page = client_of(corpus, store).get("/", headers=BROWSER).text
    assert page.count('role="search"') == 2
    assert 'aria-label="In all names"' in page
    assert "Find a programme, a project, a unresolved" not in page


def test_a_kind_of_thousands_is_counted_but_not_sorted(corpus: Corpus) -> None:
    graph = ox.NamedNode("https://example.org/g")
    many = [
        ox.Quad(
            ox.NamedNode(f"{corpus.space.things}strategy/s{n}"),
            ox.NamedNode(RDF_TYPE),
            ox.NamedNode(BSR + "Strategy"),
            graph,
        )
        for n in range(2000)
    ]
    found = home_of(corpus, in_memory([*corpus.quads(), *many]))
    (strategies,) = [k for k in found.kinds if k.kind == "strategy"]
    assert (strategies.count, strategies.things) == (2002, ())


def test_hostile_names_stay_names(alpine: Corpus) -> None:
    nasty = "</svg><script>alert(1)</script>"
    valley = ox.NamedNode(f"{ALP}id/valley/echotal")
    label = ox.Quad(
        valley, ox.NamedNode(PREFIXES["skos"] + "prefLabel"), ox.Literal(nasty, language="sv"), ox.NamedNode(ALP + "g")
    )
    craft = ox.NamedNode(f"{ALP}id/initiative/hay-paths")
    other = ox.Quad(
        craft, ox.NamedNode(PREFIXES["skos"] + "prefLabel"), ox.Literal(nasty, language="sv"), ox.NamedNode(ALP + "g")
    )
    page = client_of(alpine, in_memory([*alpine.quads(), label, other])).get("/?lang=sv", headers=BROWSER).text
    assert "alert(1)" in page
    assert "<script>" not in page
