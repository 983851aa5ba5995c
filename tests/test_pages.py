"""A page says what the graph says, in the order of the shapes, each value with its evidence, and silence as silence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pytest
import rdflib
from rdflib.namespace import RDFS, SH

from bsrgraph.corpus import Corpus
from bsrgraph.errors import NotFound
from bsrgraph.pages import Labels, Resource, graph_page, home, layout, resource
from bsrgraph.pages.values import Fact, Table, Value
from bsrgraph.read import rdflib_graph
from bsrgraph.store.port import Store

BASE = "https://w3id.org/bsrgraph/"
ALP = "https://example.org/alpine/"


@pytest.fixture(scope="module")
def pages(corpus: Corpus, store: Store) -> Pages:
    """Pages of the shipped graph."""
    return Pages(corpus, store)


@pytest.fixture(scope="module")
def alpine_pages(alpine: Corpus, alpine_store: Store) -> Pages:
    """Pages of the alpine graph."""
    return Pages(alpine, alpine_store)


class Pages:
    """Reads pages of one graph."""

    def __init__(self, corpus: Corpus, store: Store) -> None:
        self.corpus, self.store = corpus, store

    def of(self, name: str, *languages: str, page: int = 1, size: int = 50) -> Resource:
        """The page of the thing called `kind/slug`."""
        labels = Labels(self.store, self.corpus.space, languages)
        return resource(
            self.store, layout(self.store), labels, self.corpus.space, self.corpus.space.things + name, page, size
        )

    def things(self) -> Iterator[str]:
        """Every thing that has a page here, as `kind/slug`."""
        quads = (s.quad for source in self.corpus.data for s in source.statements)
        prefix = self.corpus.space.things
        yield from sorted(
            {q.subject.value.removeprefix(prefix) for q in quads if str(q.subject).startswith(f"<{prefix}")}
        )


def facts(page: Resource) -> dict[str, Fact]:
    """Every fact of a page by its name."""
    return {fact.name: fact for section in page.sections for fact in section.facts}


def table(page: Resource, name: str) -> Table:
    """A table of a page by its name."""
    (found,) = [t for section in page.sections for t in section.tables if t.name == name]
    return found


def texts(values: Iterable[Value]) -> list[str]:
    """What a reader sees of some values."""
    return [v.text for v in values]


# -- order ------------------------------------------------------------------


def test_facts_stand_in_the_groups_and_the_order_of_the_shapes(pages: Pages) -> None:
    """Held against an independent reading of the shapes."""
    shapes = rdflib_graph(s.quad for source in pages.corpus.shapes for s in source.statements)
    for name in ("programme/bsr-stars", "project/stardust", "country/nor", "organisation/vinnova"):
        page = pages.of(name)
        sections = [s.name for s in page.sections if s.name != "Further facts"]
        assert sections == sorted(sections, key=lambda s: group_order(shapes, s))
        for section in page.sections[: len(sections)]:
            orders = [shape_order(shapes, f.iri, f.name, section.name) for f in section.facts]
            assert orders == sorted(orders), section.name


def group_order(shapes: rdflib.Graph, name: str) -> float:
    """The sh:order of the group with this label."""
    (group,) = shapes.subjects(RDFS.label, rdflib.Literal(name, lang="en"))
    return float(str(shapes.value(group, SH.order)))


def shape_order(shapes: rdflib.Graph, path: str, name: str, group: str) -> float:
    """The least sh:order of the property shapes of that name in that group with that path, either way."""
    return min(
        float(str(shapes.value(shape, SH.order)))
        for shape in shapes.subjects(SH.name, rdflib.Literal(name, lang="en"))
        if rdflib.URIRef(path)
        in (shapes.value(shape, SH.path), shapes.value(shapes.value(shape, SH.path), SH.inversePath))
        and rdflib.Literal(group, lang="en") in shapes.objects(shapes.value(shape, SH.group), RDFS.label)
    )


def test_an_alpine_page_is_laid_out_by_alpine_shapes(alpine_pages: Pages) -> None:
    page = alpine_pages.of("initiative/hay-paths", "de")
    assert page.title.text == "Heuwege"
    assert [(s.name, [f.name for f in s.facts]) for s in page.sections] == [
        ("Description", ["Valley", "Craft", "Aim", "Begin"]),
        ("Money", ["Grants"]),
    ]
    said = facts(page)
    assert texts(said["Valley"].values) == ["Nebeltal"]
    assert texts(said["Begin"].values) == ["2024-05"]
    assert texts(said["Grants"].values) == ["Zuschuss von 18 500 EUR für Heuwege"]
    assert page.not_stated == ("Continues",)


def test_what_no_shape_lays_out_is_shown_as_further_facts(alpine_pages: Pages) -> None:
    page = alpine_pages.of("craft/hay-making")
    assert [s.name for s in page.sections] == ["Further facts"]
    assert "Crafts" in texts(v for f in page.sections[0].facts for v in f.values)


def test_the_engine_names_no_kind_property_or_code_of_the_shipped_graph(graph_dir: Path) -> None:
    """What it knows is the vocabulary of evidence; the rest is read from the directory."""
    own = {"EvidenceGraph", "CuratedGraph", "ReferenceGraph", "ContributedGraph"}
    own |= {"hedge", "line", "spanSha256", "kind", "check", "roundedTo", "notStated", "preferredType", "withheld"}
    own |= {"canonicalSha256", "software"}
    files = [p for p in (graph_dir / "src" / "bsrgraph").rglob("*") if p.suffix in (".py", ".rq", ".html")]
    assert len(files) > 40
    for path in files:
        text = path.read_text(encoding="utf-8")
        named = re.findall(r'\bbsr:(\w+)|\bBSR \+ "(\w+)"', text)
        assert {a or b for a, b in named} <= own, path.name
        assert not re.search(r"bsr-stars|stardust|w3id\.org/bsrgraph/id", text, re.IGNORECASE), path.name


def test_the_first_page_counts_every_kind_in_the_order_of_its_shape(pages: Pages, alpine_pages: Pages) -> None:
    def kinds(of: Pages, *languages: str) -> list[tuple[str, int]]:
        labels = Labels(of.store, of.corpus.space, languages)
        return [(k.name.text, k.count) for k in home(of.store, layout(of.store), labels).kinds]

    assert kinds(alpine_pages, "it") == [("Iniziativa", 2), ("Valle", 3), ("Contributo", 2)]
    shipped = kinds(pages)
    shapes = ["Programme", "Project", "Pilot", "Unresolved initiative", "Organisation", "Country", "Region", "Fund"]
    assert [name for name, _ in shipped if name in shapes] == shapes
    assert {"Country": 10, "Pilot": 5, "Programme": 1}.items() <= dict(shipped).items()


def test_the_first_page_links_to_the_first_things_of_each_kind(alpine_pages: Pages) -> None:
    labels = Labels(alpine_pages.store, alpine_pages.corpus.space, ["de"])
    valleys = home(alpine_pages.store, layout(alpine_pages.store), labels).kinds[1]
    assert [t.label.text for t in valleys.things] == ["Echotal", "Glockental", "Nebeltal"]
    assert [t.href for t in valleys.things] == [f"/doc/valley/{n}" for n in ("echotal", "glockental", "nebeltal")]


# -- evidence ---------------------------------------------------------------


def test_each_value_has_its_own_evidence_down_to_the_characters(pages: Pages) -> None:
    countries = {v.text: v for v in facts(pages.of("programme/bsr-stars"))["Countries"].values}
    assert len(countries) == 10
    (norway,) = countries["Norway"].evidence
    assert norway.graph.iri == f"{BASE}evidence/regio-bsr-stars-stardust/f13h"
    assert norway.graph.href == "/evidence/regio-bsr-stars-stardust/f13h"
    assert norway.layer == "evidence"
    assert (norway.line, norway.start, norway.end) == (8, 563, 569)
    assert [s.iri for s in norway.sources] == [f"{BASE}id/source/regio-bsr-stars-stardust-en"]
    assert [h.label.text for h in norway.hedges] == ["asserted"]
    assert re.fullmatch("[0-9a-f]{64}", norway.digest)
    assert countries["Sweden"].evidence[0].start != 563


def test_what_several_sources_say_has_the_evidence_of_each(pages: Pages) -> None:
    strategy = facts(pages.of("programme/bsr-stars"))["Part of strategy"].values[0]
    assert {e.start is None for e in strategy.evidence} == {True, False}
    assert len({s.iri for e in strategy.evidence for s in e.sources}) == 2


def test_both_classes_of_a_contradiction_are_shown_with_who_says_so(pages: Pages) -> None:
    classes = {v.text: v.evidence for v in pages.of("programme/bsr-stars").classes}
    assert set(classes) == {"Programme", "Project"}
    assert [e.line for e in classes["Programme"]] == [8]
    assert sorted(e.line or 0 for e in classes["Project"]) == [20, 26]


def test_quoted_speech_names_its_speaker(pages: Pages) -> None:
    planned = facts(pages.of("programme/bsr-stars"))["Planned actions"].values
    for value in planned:
        (evidence,) = value.evidence
        assert {h.label.text for h in evidence.hedges} == {"quoted", "planned"}
        assert [s.label.text for s in evidence.speakers] == ["Karin Nygård Skalman"]


def test_what_editors_concluded_is_told_from_what_a_source_says(pages: Pages) -> None:
    (resolved,) = facts(pages.of("unresolved/regio-6-5-million-project"))["Taken to be"].values
    (evidence,) = resolved.evidence
    assert (resolved.text, evidence.layer) == ("StarDust", "curated")
    assert evidence.note
    assert evidence.speakers
    assert len(evidence.sources) == 4


def test_disagreeing_amounts_stand_side_by_side(pages: Pages) -> None:
    amounts = table(pages.of("project/stardust"), "Amounts")
    column = amounts.columns.index("Amount")
    assert [texts(row.cells[column]) for row in amounts.rows] == [["6500000"], ["6512000"], ["6549220"]]
    assert len({e.graph.iri for row in amounts.rows for e in row.evidence}) >= 3


@pytest.mark.parametrize(("name", "other"), [("programme/bsr-stars", "StarDust"), ("project/stardust", "BSR Stars")])
def test_a_joint_figure_is_on_both_pages_and_names_the_other_thing(pages: Pages, name: str, other: str) -> None:
    counts = table(pages.of(name), "Counts and measures")
    besides, value = counts.columns.index("About, besides this"), counts.columns.index("Value")
    joint = [row for row in counts.rows if texts(row.cells[value]) == ["800"]]
    assert [texts(row.cells[besides]) for row in joint] == [[other]]
    alone = [row for row in counts.rows if row.thing.iri.endswith(("bsr-stars-countries", "stardust-pilots"))]
    assert [texts(row.cells[besides]) for row in alone] == [[]]


def test_a_table_and_a_fact_are_linked_from_the_thing_they_point_to(pages: Pages) -> None:
    """Inverses are shown though they are asserted one way only."""
    assert "StarDust" in texts(facts(pages.of("pilot/marchain"))["Pilot of"].values)
    assert "BSR Stars" in texts(facts(pages.of("country/nor"))["Involved in"].values)
    assert "MarChain" in texts(facts(pages.of("project/stardust"))["Pilots"].values)


# -- silence ----------------------------------------------------------------


def test_what_the_shape_has_room_for_and_no_source_says_is_named(pages: Pages) -> None:
    stardust = pages.of("project/stardust")
    assert {"Countries", "Part of strategy", "Projects"} <= set(stardust.not_stated)
    assert not {"Pilots", "Themes", "Start"} & set(stardust.not_stated)
    assert not set(facts(stardust)) & set(stardust.not_stated)
    assert not {"Name", "Other names"} & set(stardust.not_stated)


def test_silence_is_read_from_the_shapes_of_each_graph(alpine_pages: Pages) -> None:
    assert alpine_pages.of("initiative/bridges-and-walls").not_stated == ("Begin",)
    assert alpine_pages.of("valley/echotal").not_stated == ()


# -- languages --------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "name"), [("sv", "Norge"), ("lv", "Norvēģija"), ("is", "Noregur"), ("xx", "Norway")]
)
def test_names_are_in_the_reader_s_language_where_there_is_one(pages: Pages, language: str, name: str) -> None:
    page = pages.of("country/nor", language)
    assert page.title.text == name
    assert page.title.language == (language if language != "xx" else "en")
    assert name in texts(facts(pages.of("programme/bsr-stars", language))["Countries"].values)


def test_the_first_language_with_a_name_counts(pages: Pages) -> None:
    assert pages.of("country/swe", "xx", "lv", "sv").title.text == "Zviedrija"
    assert pages.of("project/stardust", "lv").title.language == "en"


def test_a_page_lists_every_name_with_its_language(pages: Pages) -> None:
    names = {v.language: v.text for v in pages.of("country/swe").names}
    assert len(names) == 11
    assert (names["sv"], names["lv"], names["en"]) == ("Sverige", "Zviedrija", "Sweden")


def test_a_thing_without_a_name_is_called_by_its_iri(pages: Pages) -> None:
    labels = Labels(pages.store, pages.corpus.space, [])
    assert labels.of("https://example.org/nobody").text == "https://example.org/nobody"
    assert labels.of("http://www.w3.org/2004/02/skos/core#inventedHere").text == "skos:inventedHere"
    assert labels.of(f"{BASE}id/project/%C3%A9t%C3%A9").text == "project/été"


def test_links_lead_to_pages_here_to_the_web_or_nowhere(pages: Pages) -> None:
    labels = Labels(pages.store, pages.corpus.space, [])
    assert labels.link(f"{BASE}id/project/stardust").href == "/doc/project/stardust"
    assert labels.link("https://example.org/x").href == "https://example.org/x"
    assert labels.link("javascript:alert(1)").href is None
    assert labels.link("data:text/html,x").href is None


# -- incoming links ---------------------------------------------------------


def walk(of: Pages, name: str, size: int) -> list[Sequence[tuple[str, str]]]:
    """The incoming links of a thing, page by page, as (property, IRI)."""
    found = []
    number, more = 1, True
    while more:
        page = of.of(name, page=number, size=size)
        assert page.page == number
        found.append([(prop, link.iri) for prop, links in page.incoming for link in links])
        number, more = number + 1, page.more
    return found


def test_incoming_links_come_in_pages_that_miss_and_repeat_nothing(pages: Pages) -> None:
    """The list of themes has no shape for what points to it, so that all its codes are incoming links."""
    name = "hedge/asserted"
    whole = walk(pages, name, 1000)
    assert len(whole) == 1
    assert len(whole[0]) > 50
    parts = walk(pages, name, 7)
    assert [len(p) for p in parts[:-1]] == [7] * (len(parts) - 1)
    together = [link for part in parts for link in part]
    assert sorted(together) == sorted(set(together)) == sorted(whole[0])


def test_the_last_page_says_that_it_is_the_last(pages: Pages) -> None:
    count = len(walk(pages, "hedge/asserted", 1000)[0])
    assert pages.of("hedge/asserted", size=count - 1).more
    assert not pages.of("hedge/asserted", size=count).more
    beyond = pages.of("hedge/asserted", page=count + 2, size=1)
    assert (beyond.incoming, beyond.more) == ((), False)


# -- every page -------------------------------------------------------------


def test_every_thing_of_both_graphs_has_a_page_with_evidence_for_every_value(pages: Pages, alpine_pages: Pages) -> None:
    count = 0
    for of in (pages, alpine_pages):
        for name in of.things():
            if name.startswith("region/") and not name.startswith("region/pl"):
                continue  # hundreds of one make
            page = of.of(name)
            count += 1
            shown = [v for section in page.sections for fact in section.facts for v in fact.values]
            shown += [v for s in page.sections for t in s.tables for r in t.rows for cell in r.cells for v in cell]
            assert all(v.evidence for v in [*shown, *page.classes, *page.names]), name
    assert count > 150


def test_what_is_not_known_has_no_page(pages: Pages) -> None:
    with pytest.raises(NotFound):
        pages.of("project/nothing")
    with pytest.raises(NotFound):
        graph_page(pages.store, Labels(pages.store, pages.corpus.space, []), f"{BASE}evidence/nothing/f01")


def test_the_page_of_a_statement_says_what_it_states_and_where(pages: Pages) -> None:
    labels = Labels(pages.store, pages.corpus.space, ["sv"])
    page = graph_page(pages.store, labels, f"{BASE}evidence/regio-bsr-stars-stardust/f13h")
    assert [(s.text, p.text, o.text) for s, p, o in page.statements] == [("BSR Stars", "involves country", "Norge")]
    assert (page.evidence.start, page.evidence.end, page.evidence.layer) == (563, 569, "evidence")
