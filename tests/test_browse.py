"""A table shows the right things with the right counts, held against a judge that knows the triples only."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bsrgraph.browse import Asked, Choice, KindTable, Reader, Seen, browse, kind_table, order, question, shelf
from bsrgraph.browse.columns import RESERVED
from bsrgraph.browse.flat import safe
from bsrgraph.browse.names import fold, folded
from bsrgraph.browse.tables import Tables
from bsrgraph.corpus import Corpus
from bsrgraph.errors import NotFound, StoreError, UsageError
from bsrgraph.guard import Limits, check
from bsrgraph.iris import BSR, RDF_TYPE, XSD
from bsrgraph.pages import Label, Labels, layout
from bsrgraph.read import rows
from bsrgraph.store.connect import in_memory
from bsrgraph.store.port import Answer, Change, Query, Store, Version

from .crowd import BASE, CURRENCY, ID, Judge, Place, Wanted, at_least, crowd, same_day, up_to

PROJECTS = 70
ALP = "https://example.org/alpine/"
_FIGURE = {"via": BSR + "about", "part": BSR + "FinancialFigure"}
_PARTICIPATION = {"via": BSR + "participatesIn", "part": BSR + "Participation"}
PLACES = {
    "country": Place(BSR + "involvesCountry"),
    "fund": Place(BSR + "fundedBy"),
    "start-date": Place(BSR + "startDate"),
    "amount": Place(BSR + "amount", **_FIGURE),
    "currency": Place(BSR + "currency", **_FIGURE),
    "figure-kind": Place(BSR + "figureKind", **_FIGURE),
    "from-fund": Place(BSR + "fromFund", **_FIGURE),
    "role": Place(BSR + "role", **_PARTICIPATION),
    "participant": Place(BSR + "participant", **_PARTICIPATION),
}
VALUES = {
    "country": {s: ID + f"country/{s}" for s in ("swe", "fin", "nor", "est", "lva")},
    "fund": {s: ID + f"fund/{s}" for s in ("erdf", "enpi")},
    "currency": {s: CURRENCY + s for s in ("EUR", "SEK")},
    "figure-kind": {s: ID + f"figure-kind/{s}" for s in ("total-budget", "fund-contribution")},
    "from-fund": {s: ID + f"fund/{s}" for s in ("erdf", "enpi")},
    "role": {s: ID + f"role/{s}" for s in ("partner", "lead-partner")},
    "participant": {f"crowd-{i}": ID + f"organisation/crowd-{i}" for i in range(4)},
}
RANGES = {
    "amount": {
        "1000000..": at_least("1000000"),
        "..5": up_to("5"),
        "1000000": lambda v: Decimal(v) == 1_000_000,
        "999999.99..1000000": lambda v: Decimal("999999.99") <= Decimal(v) <= 1_000_000,
        "12345678901234567.5": lambda v: Decimal(v) == Decimal("12345678901234567.5"),
    },
    "start-date": {
        "2010": same_day("2010", "2010"),
        "2010-09..": same_day("2010-09", "9999"),
        "..2010-08": same_day("0000", "2010-08"),
        "2010-09-18..2012": same_day("2010-09-18", "2012"),
    },
}
State = tuple[str, dict[str, Wanted]]


class Tabled:
    """The tables of one graph."""

    def __init__(self, corpus: Corpus, store: Store) -> None:
        self.corpus, self.store = corpus, store

    def table(self, kind: str, limit: int = 10**6) -> KindTable:
        """The table of a kind."""
        return kind_table(self.store, layout(self.store), self.corpus.space, kind, limit)

    def seen(self, kind: str, *languages: str) -> Seen:
        """The table of a kind as a reader sees it."""
        return Seen(self.table(kind), Labels(self.store, self.corpus.space, languages), languages)

    def asked(self, kind: str, query: str) -> Asked:
        """What a query string asks of a table."""

        def exists(iri: str) -> bool:
            return bool(rows(self.store, f"SELECT * {{ {ox.NamedNode(iri)} ?p ?o }} LIMIT 1") if ":" in iri else [])

        return Reader(self.table(kind), self.corpus.space, exists, 1000).read(parse_qsl(query, keep_blank_values=True))

    def chosen(self, kind: str, query: str, *languages: str) -> list[str]:
        """The IRIs of the things that a query string asks for, in order."""
        table, asked = self.table(kind), self.asked(kind, query)
        places = Choice(table, asked.words, asked.conditions).in_order(
            order(table, asked.sort, self.seen(kind, *languages))
        )
        return [table.terms[table.things[p]].value for p in places]

    def counts(self, kind: str, query: str) -> dict[str, tuple[dict[str, int], int]]:
        """Listed column → what each value (by its IRI), and silence, counts."""
        table, asked = self.table(kind), self.asked(kind, query)
        choice = Choice(table, asked.words, asked.conditions)
        return {
            name: ({table.terms[n].value: c for n, c in choice.counts(cells).items() if c}, choice.silent(cells))
            for name, cells in table.columns.items()
            if cells.is_listed
        }


@pytest.fixture(scope="module")
def crowded(corpus: Corpus) -> Tabled:
    """The shipped ontology and shapes over an invented crowd."""
    return Tabled(corpus, in_memory([*corpus.quads(), *crowd(PROJECTS)]))


@pytest.fixture(scope="module")
def judge(crowded: Tabled) -> Judge:
    """The judge over the same triples."""
    return Judge(_triples(crowded.store), BSR + "Project", PLACES)


@pytest.fixture(scope="module")
def shipped(corpus: Corpus, store: Store) -> Tabled:
    """The shipped graph."""
    return Tabled(corpus, store)


@pytest.fixture(scope="module")
def alps(alpine: Corpus, alpine_store: Store) -> Tabled:
    """The alpine graph."""
    return Tabled(alpine, alpine_store)


def _triples(store: Store) -> list[tuple[str, str, str]]:
    return [(r["s"].value, r["p"].value, r["o"].value) for r in rows(store, "SELECT ?s ?p ?o { ?s ?p ?o }")]


def _part(draw: st.DrawFn, column: str) -> tuple[str, Wanted]:
    choices = RANGES.get(column) or {t: _equal(iri) for t, iri in VALUES[column].items()}
    tokens = draw(st.lists(st.sampled_from(sorted(choices)), max_size=3, unique=True))
    silent = draw(st.booleans()) if tokens else True
    text = ",".join([*tokens, "not-stated"] if silent else tokens)
    return f"{column}={text}", Wanted(tuple(choices[t] for t in tokens), silent)


def _equal(iri: str) -> Callable[[str], bool]:
    return lambda value: value == iri


@st.composite
def states(draw: st.DrawFn) -> State:
    """A query string, and the same as conditions for the judge."""
    columns = draw(st.lists(st.sampled_from(sorted(PLACES)), max_size=4, unique=True))
    parts = {column: _part(draw, column) for column in columns}
    return "&".join(text for text, _ in parts.values()), {column: wanted for column, (_, wanted) in parts.items()}


# -- right things, right counts ---------------------------------------------


@given(states())
def test_the_things_shown_are_those_that_meet_the_conditions(crowded: Tabled, judge: Judge, state: State) -> None:
    query, wanted = state
    found = crowded.chosen("project", query)
    assert len(found) == len(set(found))
    assert set(found) == judge.chosen(wanted)


@given(states())
@settings(max_examples=25)
def test_counts_are_those_of_the_tables_that_a_click_would_show(crowded: Tabled, judge: Judge, state: State) -> None:
    query, wanted = state
    counts = crowded.counts("project", query)
    for column in set(VALUES) - {"participant"}:
        of, silent = counts[column]
        values = {v for thing in judge.things for v in judge.values(thing, column)}
        assert of == {v: n for v in values if (n := judge.count(column, v, wanted))}, column
        assert silent == judge.count(column, None, wanted), column


def test_an_alpine_table_filters_by_alpine_columns(alps: Tabled) -> None:
    hay, bridges = (ALP + f"id/initiative/{s}" for s in ("hay-paths", "bridges-and-walls"))
    assert alps.chosen("initiative", "") == [bridges, hay]
    assert alps.chosen("initiative", "valley=nebeltal&craft=hay-making") == [hay]
    assert alps.chosen("initiative", "valley=glockental,nebeltal&sort=-amount") == [hay, bridges]
    assert alps.chosen("initiative", "amount=..10000") == [bridges]
    assert alps.chosen("initiative", "amount=..10000&currency=EUR") == []
    assert alps.chosen("initiative", "begins=not-stated") == [bridges]
    assert alps.chosen("valley", "initiative=hay-paths&elevation=1000..") == [ALP + "id/valley/nebeltal"]
    assert alps.counts("initiative", "currency=CHF")["craft"][0] == {
        ALP + "id/craft/dry-stone-walling": 1,
        ALP + "id/craft/timber-building": 1,
    }


def test_conditions_on_an_amount_are_met_by_one_amount(crowded: Tabled, judge: Judge) -> None:
    """Some project has a large amount, and another amount from the fund, and is not chosen."""
    together = set(crowded.chosen("project", "amount=1000000..&from-fund=erdf"))
    apart = set(crowded.chosen("project", "amount=1000000..")) & set(crowded.chosen("project", "from-fund=erdf"))
    assert together < apart
    assert apart - together


def test_amounts_of_one_sort_have_a_column_of_their_own(crowded: Tabled, judge: Judge) -> None:
    part = Wanted((lambda v: v == ID + "figure-kind/total-budget",))
    wanted = {"amount": Wanted((at_least("1000001"),)), "figure-kind": part}
    assert set(crowded.chosen("project", "amount:total-budget=1000001..")) == judge.chosen(wanted)


def test_names_are_found_without_accents_and_case_in_any_language(crowded: Tabled) -> None:
    for q in ("laka", "ŁĄKA", "łąka", "fjord", "bArke"):
        word = folded(q)
        names = crowded.table("project").found_by
        assert crowded.chosen("project", f"q={q}"), q
        assert len(crowded.chosen("project", f"q={q}")) == sum(word in n for n in names)
    both = set(crowded.chosen("project", "q=reed+1"))
    assert both == set(crowded.chosen("project", "q=reed")) & set(crowded.chosen("project", "q=1"))
    assert crowded.chosen("project", "q=å 4") == crowded.chosen("project", "q=a+4")


@given(st.text())
def test_folding_keeps_the_length_and_changes_nothing_twice(text: str) -> None:
    assert len(folded(text)) == len(text)
    assert all(len(fold(c)) == 1 for c in text)


# -- sorting ----------------------------------------------------------------


@pytest.mark.parametrize("sort", ["amount", "-amount", "start-date", "-start-date", "-amount:total-budget"])
def test_things_are_sorted_by_their_least_or_greatest_value_and_silence_is_last(
    crowded: Tabled, judge: Judge, sort: str
) -> None:
    down, column = sort.startswith("-"), sort.removeprefix("-")
    found = crowded.chosen("project", f"sort={sort}")
    table = crowded.table("project")
    cells = table.columns[column]
    places = {table.terms[n].value: p for p, n in enumerate(table.things)}
    keys = [[cells.measures[n] for n in cells.of_things[places[iri]]] for iri in found]
    if ":" not in column:
        plain = [sorted(judge.values(iri, column)) for iri in found]
        assert [sorted(map(Decimal, p)) if column == "amount" else p for p in plain] == [sorted(k) for k in keys]
    stated = [max(k) if down else min(k) for k in keys if k]
    assert stated == sorted(stated, reverse=down)
    assert [bool(k) for k in keys] == [True] * len(stated) + [False] * (len(keys) - len(stated))


def test_names_are_sorted_in_the_language_of_the_reader(crowded: Tabled) -> None:
    for language in ("en", "sv"):
        seen = crowded.seen("project", language)
        names = {
            crowded.table("project").terms[n].value: s.text
            for n, s in zip(crowded.table("project").things, seen.things, strict=True)
        }
        found = [folded(names[iri]) for iri in crowded.chosen("project", "", language)]
        assert found == sorted(found)
        assert any(n.startswith("a ") for n in found) == (language == "sv")
        assert crowded.chosen("project", "sort=-name", language)[::-1] == crowded.chosen("project", "", language)


def test_what_points_here_is_sorted_by_how_many_do(crowded: Tabled) -> None:
    countries = crowded.chosen("country", "sort=-involved-in")
    judge = Judge(_triples(crowded.store), BSR + "Country", {})
    many = [len(judge.pointing[iri, BSR + "involvesCountry"]) for iri in countries]
    assert many == sorted(many, reverse=True)
    assert many[0] > many[-1]


# -- columns ----------------------------------------------------------------


@pytest.mark.parametrize("which", ["shipped", "alps"])
def test_every_kind_has_a_table_whose_columns_have_names_of_their_own(
    which: str, request: pytest.FixtureRequest
) -> None:
    tabled: Tabled = request.getfixturevalue(which)
    kinds = set(layout(tabled.store).kinds.values())
    assert len(kinds) > 5
    for kind in kinds:
        table = tabled.table(kind)
        assert not RESERVED & table.columns.keys()
        assert all(re.fullmatch(r"[a-z0-9][a-z0-9.-]*(:.+)?", name) for name in table.columns), kind
        found = browse(table, tabled.seen(kind), Label(kind), tabled.asked(kind, ""), f"/{kind}/", 25)
        assert found.total == found.all == len(table)
        assert len(found.rows) == min(25, len(table))


def test_columns_are_called_after_the_kind_of_their_values(shipped: Tabled, alps: Tabled) -> None:
    project = shipped.table("project").columns
    for name in (
        "country",
        "theme",
        "fund",
        "funding-programme",
        "period",
        "role",
        "amount",
        "figure-kind",
        "currency",
    ):
        assert name in project, name
    assert {"part-of-strategy", "flagship-of", "contributes-to-goals-of"} <= project.keys(), "three are of one kind"
    assert {"from-fund", "through-programme"} <= project.keys(), "the project's own come first"
    assert {"organisation-type", "based-in", "role"} <= shipped.table("organisation").columns.keys()
    assert {"valley", "craft", "aim", "begins", "grants", "amount", "currency", "awarded"} <= alps.table(
        "initiative"
    ).columns.keys()
    assert "definition" in alps.table("craft").columns, "codes of this graph have no shape"


def test_stated_figures_stand_side_by_side_with_their_currency_and_sort(shipped: Tabled) -> None:
    table, seen = shipped.table("project"), shipped.seen("project")
    place = [table.terms[n].value for n in table.things].index(ID + "programme/bsr-stars")
    told = [(s.value.text, s.unit, s.notes[0][1].text) for s in seen.cell(table.columns["amount"], place)]
    assert told == [("5000000", "EUR", "fund contribution"), ("19000000", "EUR", "total investment")]


def test_values_of_several_kinds_are_told_apart(corpus: Corpus) -> None:
    """A region and a country with one slug."""
    region, graph = ox.NamedNode(ID + "region/swe"), ox.NamedNode(BASE + "evidence/test")
    works, kind = ox.NamedNode(BSR + "operatesIn"), ox.NamedNode(RDF_TYPE)
    extra = [
        ox.Quad(region, kind, ox.NamedNode(BSR + "Region"), graph),
        ox.Quad(ox.NamedNode(ID + "project/stardust"), works, region, graph),
        ox.Quad(ox.NamedNode(ID + "project/bsr-cbp"), works, ox.NamedNode(ID + "country/swe"), graph),
    ]
    tabled = Tabled(corpus, in_memory([*corpus.quads(), *extra]))
    assert tabled.chosen("project", "operates-in=country/swe") == [ID + "project/bsr-cbp"]
    assert tabled.chosen("project", "operates-in=region/swe") == [ID + "project/stardust"]
    assert tabled.chosen("project", f"operates-in={ID}region/swe") == [ID + "project/stardust"]
    with pytest.raises(UsageError):
        tabled.asked("project", "operates-in=swe")


# -- addresses --------------------------------------------------------------


@given(
    states(),
    st.sampled_from(["", "amount", "-name", "-participations"]),
    st.sampled_from([(), ("country",), ("amount", "role")]),
    st.text(alphabet="aåØ .+&=%,#é", max_size=8),
)
def test_a_state_has_one_address_that_asks_for_it(
    crowded: Tabled, state: State, sort: str, columns: tuple[str, ...], q: str
) -> None:
    told = f"{state[0]}&sort={sort}&columns={','.join(columns)}"
    asked = crowded.asked("project", told)
    asked = Asked(" ".join(q.split()), asked.conditions, asked.columns, asked.sort, 2, 50, "sv")
    again = crowded.asked("project", asked.query())
    assert again == asked
    assert again.query() == asked.query()


def test_the_address_is_readable_and_its_order_does_not_matter(crowded: Tabled) -> None:
    asked = crowded.asked(
        "project", "page=2&amount=1000000..&sort=-amount&fund=erdf&country=swe&country=fin&nonsense=1"
    )
    assert asked.query() == "country=fin,swe&fund=erdf&amount=1000000..&sort=-amount&page=2"


def test_the_two_boxes_of_a_form_are_a_range(crowded: Tabled) -> None:
    asked = crowded.asked("project", "amount.min=1 000&amount.max=&q=&country=&start-date.max=2012")
    assert asked.query() == "start-date=..2012&amount=1000.."


@pytest.mark.parametrize(
    ("query", "hint"),
    [
        ("country=sweden", "swe"),
        ("country=sve", "swe"),
        ("amount=much", "1000000.."),
        ("amount=..", "1000000.."),
        ("amount=1e9", "1000000.."),
        ("start-date=2010-13", "2010-09"),
        ("sort=ammount", "amount"),
        ("columns=country,funds", "fund"),
        ("page=0", "from 1"),
        ("page=x", "from 1"),
        ("size=100000", "to 1000"),
        ("has-objective=growth", "q"),
    ],
)
def test_what_a_parameter_cannot_mean_is_told_with_what_it_can(crowded: Tabled, query: str, hint: str) -> None:
    with pytest.raises(UsageError) as error:
        crowded.asked("project", query)
    assert hint in (error.value.hint or "")


def test_a_thing_that_is_no_value_here_is_met_by_nothing(crowded: Tabled) -> None:
    assert crowded.chosen("project", "fund=norwegian-funding") == []
    assert len(crowded.chosen("project", "fund=norwegian-funding,erdf")) > 0


def test_there_is_no_page_after_the_last(crowded: Tabled) -> None:
    table, seen = crowded.table("project"), crowded.seen("project")
    with pytest.raises(NotFound):
        browse(table, seen, Label("x"), crowded.asked("project", "page=99"), "/project/", 25)


# -- the same as SPARQL -----------------------------------------------------


def _asked_in_sparql(tabled: Tabled, kind: str, query: str, columns: Sequence[str]) -> tuple[list[Any], list[Any]]:
    """The rows of the table and those of its query, each as (IRI, name, the values of each column)."""
    table, seen = tabled.table(kind), tabled.seen(kind, "en")
    asked, cells = tabled.asked(kind, query), [tabled.table(kind).columns[c] for c in columns]
    text = question(table, seen, asked, cells)
    check(text, Limits())
    told = []
    for row in rows(tabled.store, text):
        values = [v for k, v in row.items() if k not in ("thing", "name")]
        told.append((row["thing"].value, row["name"].value, sorted(p for v in values for p in v.value.split(" | "))))
    expected = []
    places = {table.terms[n].value: p for p, n in enumerate(table.things)}
    for iri in tabled.chosen(kind, query, "en"):
        place = places[iri]
        texts = [t for c in cells for t in set(_texts(tabled, c, place))]
        expected.append((iri, seen.thing(place).label.text, sorted(texts)))
    return expected, told


def _texts(tabled: Tabled, cells: Any, place: int) -> list[str]:
    """What the query says of a cell: IRIs, texts and numbers, amounts with their currency."""
    if cells.unit is None:
        return [cells.term(n).value for n in cells.of_things[place]]
    places = cells.of_thing(place) if cells.links else [place]
    pairs = [(n, u) for at in places for n in cells.values[at] for u in cells.unit.values[at]]
    return [f"{cells.terms[n].value} {cells.terms[u].value.rpartition('/')[2]}" for n, u in pairs]


@given(
    states(),
    st.sampled_from(["", "-amount", "start-date", "participations", "-name"]),
    st.sampled_from(["", "fjord", "= +", "(a1", "n"]),
)
@settings(max_examples=25)
def test_the_query_gives_the_same_things_with_the_same_values(crowded: Tabled, state: State, sort: str, q: str) -> None:
    query = f"{state[0]}&sort={sort}&q={q.replace('+', '%2B')}"
    columns = ("country", "start-date", "amount", "role", "participations", "amount:total-budget")
    expected, told = _asked_in_sparql(crowded, "project", query, columns)
    assert sorted(told) == sorted(expected)
    column = sort.removeprefix("-")
    if column not in ("", "name"):
        cells = crowded.table("project").columns[column]
        places = {crowded.table("project").terms[n].value: p for p, n in enumerate(crowded.table("project").things)}
        best = max if sort.startswith("-") else min

        def key(iri: str) -> Any:
            return best((cells.measures[n] for n in cells.of_things[places[iri]]), default=None)  # type: ignore[type-var]

        assert [key(iri) for iri, _, _ in told] == [key(iri) for iri, _, _ in expected]


@pytest.mark.parametrize("which", ["shipped", "alps"])
def test_every_kind_can_be_asked_for_in_sparql(which: str, request: pytest.FixtureRequest) -> None:
    tabled: Tabled = request.getfixturevalue(which)
    for kind in sorted(set(layout(tabled.store).kinds.values())):
        table = tabled.table(kind)
        columns = [name for name, cells in table.columns.items() if cells.type not in ("none", "text")][:8]
        expected, told = _asked_in_sparql(tabled, kind, "", columns)
        assert sorted(told) == sorted(expected), kind


# -- reading ----------------------------------------------------------------


class Counting:
    """A store that counts what it is asked."""

    def __init__(self, store: Store) -> None:
        self.store, self.asked = store, 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)

    def query(self, query: Query) -> Answer:
        """Asks the store."""
        self.asked += 1
        return self.store.query(query)


def _queries(corpus: Corpus, projects: int) -> tuple[int, int]:
    counting = Counting(in_memory([*corpus.quads(), *crowd(projects)]))
    tabled = Tabled(corpus, counting)  # type: ignore[arg-type]
    found = []
    for query in ("", "country=swe&amount=5..&sort=-amount&size=500"):
        counting.asked = 0
        table = tabled.table("project")
        browse(table, tabled.seen("project"), Label("Project"), tabled.asked("project", query), "/project/", 500)
        found.append(counting.asked)
    return found[0], found[1]


def test_more_rows_take_no_more_queries(corpus: Corpus) -> None:
    few, many = _queries(corpus, 10), _queries(corpus, 300)
    assert few == many
    assert many[1] <= 2, "what is in memory is not asked for again"


def test_a_table_is_as_old_as_the_store(corpus: Corpus) -> None:
    store = in_memory(corpus.quads())
    tabled = Tabled(corpus, store)
    before = tabled.chosen("project", "")
    store.apply(Change(lambda: [*corpus.quads(), *crowd(5)], anew=True))
    assert len(tabled.chosen("project", "")) == len(before) + 5


def test_a_table_is_of_one_version_though_the_graph_changes_while_it_is_read(corpus: Corpus) -> None:
    class Changing(Counting):
        def query(self, query: Query) -> Answer:
            if self.asked == 12:
                self.store.apply(Change(lambda: [*corpus.quads(), *crowd(5)], anew=True))
            return super().query(query)

    tabled = Tabled(corpus, Changing(in_memory(corpus.quads())))  # type: ignore[arg-type]
    layout(tabled.store)
    table = tabled.table("project")
    assert len(table) == 4 + 5
    assert table.version == tabled.store.version


def test_the_table_before_answers_while_a_new_one_is_read(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf, "_PATIENCE", 0.01)
    free = threading.Event()
    free.set()

    class Slow(Counting):
        def query(self, query: Query) -> Answer:
            assert free.wait(20)
            return super().query(query)

    tabled = Tabled(corpus, Slow(in_memory(corpus.quads())))  # type: ignore[arg-type]
    before, kinds = tabled.table("project"), layout(tabled.store)
    tabled.store.apply(Change(lambda: [*corpus.quads(), *crowd(5)], anew=True))
    free.clear()
    again = kind_table(tabled.store, kinds, corpus.space, "project", 10**6)
    assert again is before
    assert again.version != tabled.store.version
    free.set()
    monkeypatch.setattr(shelf, "_PATIENCE", 20)
    assert len(tabled.table("project")) == len(before) + 5


def test_a_store_without_versions_is_read_anew_after_a_while(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    class Nameless(Counting):
        version = ""

        def query(self, query: Query) -> Answer:
            answer = super().query(query)
            return Answer(answer.format, Version(""), answer.chunks)

    inner = in_memory(corpus.quads())
    tabled = Tabled(corpus, Nameless(inner))  # type: ignore[arg-type]
    before = tabled.table("project")
    inner.apply(Change(lambda: [*corpus.quads(), *crowd(5)], anew=True))
    assert tabled.table("project") is before
    monkeypatch.setattr(shelf, "_AGE", 0)
    assert len(tabled.table("project")) == len(before) + 5


def test_a_graph_that_changes_all_the_time_is_told_so(corpus: Corpus) -> None:
    class Changing(Counting):
        def query(self, query: Query) -> Answer:
            answer = super().query(query)
            return Answer(answer.format, Version(f"{answer.version}-{self.asked}"), answer.chunks)

    with pytest.raises(StoreError, match="faster"):
        Tabled(corpus, Changing(in_memory(corpus.quads()))).table("project")  # type: ignore[arg-type]


def test_tables_that_would_be_too_large_are_refused(corpus: Corpus, store: Store) -> None:
    tabled = Tabled(corpus, in_memory(corpus.quads()))
    with pytest.raises(StoreError, match="larger than"):
        tabled.table("project", limit=100)
    needed = 20_000
    for kind in sorted(set(layout(store).kinds.values())):
        assert tabled.table(kind, limit=needed).kind == kind, "what was read for others makes room"


@given(
    st.lists(
        st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12), max_size=6
    )
)
def test_texts_come_back_as_they_are(texts: list[str]) -> None:
    """Also with tabs, ends of lines, and what looks like a node without a name."""
    subject, predicate = ox.NamedNode("urn:s"), ox.NamedNode("urn:p")
    texts = [t for text in texts for t in (text, f"_:{text}", f"\t{text}\n")]
    store = in_memory(ox.Quad(subject, predicate, ox.Literal(t), ox.NamedNode("urn:g")) for t in texts)
    tables = Tables(store, store.version, 1000)
    assert sorted(tables.terms[n].value for n in tables.values("urn:p").values) == sorted(set(texts))


# -- texts for spreadsheets -------------------------------------------------


@given(st.text())
def test_no_text_is_a_formula(text: str) -> None:
    told = safe(text)
    assert told.endswith(text)
    assert told.lstrip(" ")[:1] not in tuple("=+@\t\r\n") or not told.strip(" ")
    if told.lstrip(" ").startswith("-"):
        Decimal(told)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=2))
def test_numbers_stay_as_they_are(number: Decimal) -> None:
    assert safe(f"{number:f}") == f"{number:f}"


def test_what_begins_a_formula_is_marked() -> None:
    for risky in ("=1+1", "+1+1", "-1+1", "@A1", "\t=1", "＝1+1", " =1+1", "-2 | 3"):
        assert safe(risky) == "'" + risky
    for harmless in ("-5", "-5.25", "7 | -8", "BSR", "", "2010-09"):
        assert safe(harmless) == harmless


# -- pictures ---------------------------------------------------------------


def test_countries_are_a_map_and_amounts_a_chart_in_one_currency(crowded: Tabled, alps: Tabled) -> None:
    def page(tabled: Tabled, kind: str, query: str) -> Any:
        return browse(tabled.table(kind), tabled.seen(kind), Label(kind), tabled.asked(kind, query), f"/{kind}/", 25)

    countries = page(crowded, "country", "")
    assert "Sweden" in countries.map
    assert "outline" not in crowded.table("country").columns
    assert not page(crowded, "project", "").map
    chart = page(crowded, "project", "sort=-amount").chart
    assert "EUR" in chart
    assert "SEK" not in chart
    assert page(crowded, "project", "").currencies == ("EUR", "SEK")
    assert page(alps, "initiative", "").currencies == ("CHF", "EUR")
    assert not page(alps, "initiative", "").chart, "one amount in each currency is nothing to compare"


def test_dates_that_are_no_numbers_do_not_break_a_column(corpus: Corpus) -> None:
    """A property with numbers and texts is text; one with a year before Christ still sorts."""
    graph, stardust = ox.NamedNode(BASE + "evidence/test"), ox.NamedNode(ID + "project/stardust")
    extra = [
        ox.Quad(
            stardust,
            ox.NamedNode(BSR + "startDate"),
            ox.Literal("-0044-03", datatype=ox.NamedNode(XSD + "gYearMonth")),
            graph,
        ),
        ox.Quad(stardust, ox.NamedNode(BSR + "endDate"), ox.Literal("soon", language="en"), graph),
    ]
    tabled = Tabled(corpus, in_memory([*corpus.quads(), *extra]))
    assert tabled.chosen("project", "sort=start-date")[0] == stardust.value
    assert tabled.table("project").columns["end-date"].type == "text"
