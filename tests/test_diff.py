"""What a contribution would change, told in the words of the graph, whatever graph that is."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

from bsrgraph.contribute.diff import Diff, diff
from bsrgraph.corpus import Corpus
from bsrgraph.derived import DerivedFiles
from bsrgraph.pages import Labels, layout
from bsrgraph.search import Index, Indexes
from bsrgraph.store.port import Store

BSR = "https://w3id.org/bsrgraph/"
ALP = "https://example.org/alpine/"
PREFIXES = f"""@prefix bsr: <{BSR}ontology#> . @prefix alp: <{ALP}ontology#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix eur: <http://publications.europa.eu/resource/authority/currency/> .
"""


@pytest.fixture(scope="module")
def index(corpus: Corpus, store: Store, tmp_path_factory: pytest.TempPathFactory) -> Index:
    """All names of the shipped graph."""
    return Indexes(store, corpus.space, DerivedFiles(tmp_path_factory.mktemp("derived"))).current()


def quads(body: str, base: str) -> list[ox.Quad]:
    """Statements, with IRIs of things relative to the graph's own."""
    return list(ox.parse((PREFIXES + body).encode(), format=ox.RdfFormat.TURTLE, base_iri=f"{base}id/"))


def changed(corpus: Corpus, store: Store, body: str, index: Index | None = None, **more: object) -> Diff:
    """What the statements would change."""
    labels = Labels(store, corpus.space, ["en"])
    return diff(store, layout(store), labels, quads(body, corpus.space.base), index=index, **more)  # type: ignore[arg-type]


def lines(found: Diff) -> dict[tuple[str, str, str], str]:
    """(thing, property, value) → how it stands."""
    return {(t.thing.label.text, x.property.text, x.value.text): x.standing for t in found.things for x in t.lines}


FIGURE = (
    '<figure/another> a bsr:FinancialFigure ; skos:prefLabel "Another total"@en ; bsr:about <programme/bsr-stars> ; '
)
TOTAL = FIGURE + "bsr:currency eur:EUR ; bsr:figureKind <figure-kind/total-investment> ; "


def test_what_is_new_and_what_is_stated_already_are_told_apart(corpus: Corpus, store: Store) -> None:
    found = changed(
        corpus,
        store,
        '<project/new> a bsr:Project ; skos:prefLabel "New one"@en .'
        "<project/stardust> a bsr:Project ; bsr:involvesCountry <country/nor> .",
    )
    assert {t.thing.label.text: t.new for t in found.things} == {"New one": True, "StarDust": False}
    told = lines(found)
    assert told["New one", "type", "Project"] == "new"
    assert told["StarDust", "type", "Project"] == "known"
    known = next(x for t in found.things for x in t.lines if x.standing == "known")
    assert known.value.evidence, "it says who states it already"
    assert found.conflicts == 0


def test_a_second_figure_of_the_same_is_found_beside_the_first(corpus: Corpus, store: Store) -> None:
    """“BSR Stars: a second total investment”, which no single statement shows."""
    found = changed(corpus, store, TOTAL + 'bsr:amount "21000000"^^xsd:decimal .')
    (rival,) = found.rivals
    assert rival.about.label.text == "BSR Stars"
    assert [label.text for label in rival.same] == ["total investment", "euro"]
    assert (rival.value.text, rival.other.text) == ("21000000", "19000000")
    assert found.conflicts == 1


@pytest.mark.parametrize(
    "rest",
    [
        'bsr:figureKind <figure-kind/total-investment> ; bsr:currency eur:EUR ; bsr:amount "19000000.0"^^xsd:decimal .',
        'bsr:figureKind <figure-kind/fund-contribution> ; bsr:currency eur:EUR ; bsr:amount "21000000"^^xsd:decimal .',
        'bsr:figureKind <figure-kind/total-investment> ; bsr:currency eur:SEK ; bsr:amount "21000000"^^xsd:decimal .',
        "bsr:figureKind <figure-kind/total-investment> ; bsr:currency eur:EUR ; "
        'bsr:amount "18900000"^^xsd:decimal ; bsr:roundedTo 100000 .',
        "bsr:figureKind <figure-kind/total-investment> ; bsr:currency eur:EUR .",
    ],
    ids=["same value", "another kind", "another currency", "within the rounding", "no value"],
)
def test_figures_that_can_both_be_right_are_no_conflict(corpus: Corpus, store: Store, rest: str) -> None:
    assert [r for r in changed(corpus, store, FIGURE + rest).rivals if r.other.text == "19000000"] == []


def test_a_value_that_cannot_be_right_beside_the_others_is_a_conflict(corpus: Corpus, store: Store) -> None:
    found = changed(corpus, store, '<project/stardust> bsr:startDate "2019"^^xsd:gYear .')
    (line,) = found.things[0].lines
    assert line.standing == "conflict"
    assert {"2011", "2010-09"} <= {other.text for other in line.others}
    agreeing = changed(corpus, store, '<programme/bsr-stars> skos:altLabel "Stars of the North"@en .')
    assert set(lines(agreeing).values()) <= {"beside", "new"}


def test_a_new_thing_that_may_be_there_already_is_named(corpus: Corpus, store: Store, index: Index) -> None:
    body = '<project/star-dust> a bsr:Project ; skos:prefLabel "Star Dust"@en .'
    found = changed(corpus, store, body, index)
    assert [link.label.text for link, _ in found.things[0].alike] == ["StarDust"]
    assert found.alike == 1
    assert changed(corpus, store, body.replace("Star Dust", "Quite another thing"), index).alike == 0
    other_kind = body.replace("bsr:Project", "bsr:Organisation")
    assert changed(corpus, store, other_kind, index).alike == 0, "a thing of another kind is another thing"
    there = '<project/stardust> a bsr:Project ; skos:prefLabel "StarDust"@en .'
    assert changed(corpus, store, there, index).alike == 0


def test_what_its_own_graph_states_does_not_count(corpus: Corpus, store: Store) -> None:
    """An accepted contribution is shown against the graph without it."""
    graph = f"{BSR}evidence/regio-bsr-stars-stardust/f13h"
    body = "<programme/bsr-stars> bsr:involvesCountry <country/nor> ."
    assert set(lines(changed(corpus, store, body)).values()) == {"known"}
    assert "known" not in set(lines(changed(corpus, store, body, without=[graph])).values())


def test_what_would_go_is_told(corpus: Corpus, store: Store) -> None:
    before = quads('<project/stardust> bsr:startDate "2011"^^xsd:gYear , "1999"^^xsd:gYear .', BSR)
    found = changed(corpus, store, '<project/stardust> bsr:startDate "1998"^^xsd:gYear .', replaced=before)
    told = lines(found)
    assert told["StarDust", "start date", "1999"] == "gone"
    assert ("StarDust", "start date", "2011") not in told, "others state that too"


def test_a_large_contribution_is_shown_in_part(corpus: Corpus, store: Store) -> None:
    body = "\n".join(f'<project/p{n}> a bsr:Project ; skos:prefLabel "P{n}"@en .' for n in range(80))
    found = changed(corpus, store, body)
    assert (len(found.things), found.hidden) == (50, 30)


def test_another_graph_directory_has_its_own_words(alpine: Corpus, alpine_store: Store) -> None:
    found = changed(
        alpine,
        alpine_store,
        '<grant/again> a alp:Grant ; skos:prefLabel "Again"@en ; alp:grantTo <initiative/hay-paths> ;'
        ' alp:currency eur:EUR ; alp:amount "1"^^xsd:decimal .',
    )
    assert [r.about.label.text for r in found.rivals] == ["Hay Paths"]
    assert [label.text for label in found.rivals[0].same] == ["euro"]


def test_a_new_thing_is_called_what_the_contribution_calls_it_in_the_readers_language(
    corpus: Corpus, store: Store, tmp_path: Path
) -> None:
    labels = Labels(store, corpus.space, ["sv"])
    body = '<project/new> a bsr:Project ; skos:prefLabel "New one"@en , "En ny"@sv .'
    found = diff(store, layout(store), labels, quads(body, BSR))
    assert (found.things[0].thing.label.text, found.things[0].thing.label.language) == ("En ny", "sv")
