"""What is looked for is found: without accents, with typing errors, in every language, the likeliest first."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bsrgraph.corpus import Corpus
from bsrgraph.derived import DerivedFiles
from bsrgraph.errors import QuerySyntaxError, StoreBusy, StoreError
from bsrgraph.iris import PREFIXES, RDF_TYPE, Space
from bsrgraph.read import query_text, rows, streamed_rows
from bsrgraph.search import Index, Indexes, Match, find, look
from bsrgraph.search.fold import fold, forms
from bsrgraph.settings import Settings
from bsrgraph.store.connect import in_memory
from bsrgraph.store.embedded import EmbeddedStore
from bsrgraph.store.port import Change, Store

BASE = "https://example.org/"
SPACE = Space(BASE)
SKOS, OWL = PREFIXES["skos"], PREFIXES["owl"]
GRAPH = ox.NamedNode(BASE + "graph")


def node(local: str) -> ox.NamedNode:
    """A thing of this space, or a term of a vocabulary."""
    return ox.NamedNode(local if ":" in local else f"{BASE}id/{local}")


def quad(subject: str, predicate: str, value: str | ox.Literal) -> ox.Quad:
    """A statement."""
    return ox.Quad(
        node(subject), ox.NamedNode(predicate), value if isinstance(value, ox.Literal) else node(value), GRAPH
    )


def called(thing: str, *names: str, language: str = "en") -> list[ox.Quad]:
    """Preferred names of a thing."""
    return [quad(thing, SKOS + "prefLabel", ox.Literal(name, language=language)) for name in names]


def pointed_at(thing: str, times: int) -> list[ox.Quad]:
    """Statements that point to a thing."""
    return [quad(f"link/{thing.replace('/', '-')}-{n}", BASE + "about", thing) for n in range(times)]


def index_of(quads: Iterable[ox.Quad]) -> Index:
    """The index of a store of these quads."""
    return Indexes(in_memory(list(quads)), SPACE, DerivedFiles()).current()


def things_called(*names: str) -> Index:
    """An index of one thing a name: thing/0, thing/1, …."""
    return index_of(q for n, name in enumerate(names) for q in called(f"thing/{n}", name))


def iris(matches: Iterable[Match]) -> list[str]:
    """The things found, as `kind/slug`."""
    return [match.iri.removeprefix(f"{BASE}id/") for match in matches]


@pytest.fixture(scope="module")
def shipped(corpus: Corpus, store: Store) -> Index:
    """The names of the shipped graph."""
    return Indexes(store, corpus.space, DerivedFiles()).current()


# -- folding ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Nygard", "Nygård"),
        ("Nygaard", "Nygård"),
        ("lodz", "Łódź"),
        ("ŁÓDŹ", "Łódź"),
        ("Aro", "Ærø"),
        ("aero", "Ærø"),
        ("Aeroe", "Ærø"),
        ("Arhus", "Århus"),
        ("Aarhus", "Århus"),
        ("Århus", "Aarhus"),
        ("Strasse", "Straße"),
        ("STRASSE", "straße"),
        ("Munchen", "München"),
        ("Muenchen", "München"),
        ("thorshofn", "Þórshöfn"),
        ("Sudureyri", "Suðureyri"),
        ("Djuric", "Đurić"),
        ("istanbul", "İstanbul"),
        ("ISPARTA", "Isparta"),
        ("diyarbakir", "Diyarbakır"),
        ("oeuvre", "Œuvre"),
        ("Gdansk", "Gdańsk"),
        ("Rezekne", "Rēzekne"),
        ("Siauliai", "Šiauliai"),
        ("laquila", "L’Aquila"),
        ("bsrstars", "BSR Stars"),
        ("star dust", "StarDust"),
        ("videnssamling", "viden­s­sam­ling"),
        ("ελλαδα", "Ελλάδα"),
        ("ёлка", "Елка"),
        ("ﬁnland", "Finland"),
        ("Finland", "Ｆｉｎｌａｎｄ"),
    ],
)
def test_a_name_is_found_as_people_type_it(typed: str, name: str) -> None:
    index = things_called("Something else", name, "Another thing")
    assert iris(find(index, typed))[:1] == ["thing/1"]


def test_folding_keeps_what_tells_words_apart() -> None:
    assert fold("  Baltic–Sea\u00a0Region (2007/2013) ") == "baltic sea region 2007 2013"
    assert forms("Ærø") == ("aero", "aeroe", "aro")
    assert fold("☂") == "☂"


@given(st.text())
def test_folding_takes_any_text_and_is_done_after_once(text: str) -> None:
    once = fold(text)
    assert fold(once) == once
    assert "\0" not in once
    once.encode()


# -- what is found ----------------------------------------------------------


def test_a_typing_error_finds_the_thing_first(shipped: Index, corpus: Corpus) -> None:
    assert find(shipped, "stardst")[0].iri == corpus.space.thing("project", "stardust")
    assert find(shipped, "Nygard", kinds=["person"])[0].label == "Karin Nygård Skalman"
    assert find(shipped, "univeristy of tu")[0].label == "University of Turku"


def test_every_name_in_every_language_finds_its_thing(shipped: Index, corpus: Corpus, store: Store) -> None:
    places = {"things": ox.Literal(corpus.space.things), "terms": ox.Literal(corpus.space.ontology)}
    named = rows(store, query_text("search_names", **places))
    assert len(named) > 1500
    for row in named[::3]:
        found = find(shipped, row["name"].value, limit=50)
        mine = [m for m in found if m.iri == row["thing"].value]
        assert mine, row
        assert mine[0].how == "exact"
        assert found[0].how == "exact"


def test_the_order_is_exact_then_beginning_then_words_then_alike() -> None:
    index = things_called("New harbour", "Harbour lights", "Harbor", "Harbour", "Grand Harbours of Europe")
    found = find(index, "harbour")
    assert [m.how for m in found] == ["exact", "prefix", "words", "words", "like"]
    assert iris(found)[:2] == ["thing/3", "thing/1"]
    assert iris(found)[-1] == "thing/2"


def test_what_much_points_to_is_first_among_equals() -> None:
    quads = [q for n in range(6) for q in called(f"thing/{n}", f"Harbour {'abcdef'[n]}")]
    index = index_of([*quads, *pointed_at("thing/4", 5), *pointed_at("thing/2", 3)])
    assert iris(find(index, "harb"))[:2] == ["thing/4", "thing/2"]
    same = index_of([*called("thing/a", "Riga"), *called("thing/b", "Riga"), *pointed_at("thing/b", 1)])
    assert iris(find(same, "riga")) == ["thing/b", "thing/a"]


def test_likeness_is_one_for_the_same_name_only() -> None:
    index = things_called("Malmö", "Malmo", "Malmö Harbour")
    found = {m.label: m.score for m in find(index, "malmö")}
    assert found["Malmö"] == 1
    assert 0.98 <= found["Malmo"] < 1
    assert found["Malmö Harbour"] <= 0.96
    assert all(0 <= score <= 1 for score in found.values())


def test_a_thing_is_found_once_by_its_best_name_in_the_language_of_the_reader() -> None:
    quads = [*called("country/swe", "Sweden"), *called("country/swe", "Sverige", language="sv")]
    quads += called("country/swe", "Sverige", language="da")
    index = index_of(quads)
    found = find(index, "sverige", languages=["sv"])
    assert [(m.label, m.language) for m in found] == [("Sverige", "sv")]
    assert [m.language for m in find(index, "sverige", languages=["da"])] == ["da"]


def test_only_things_of_the_kinds_asked_for(shipped: Index) -> None:
    assert {k for m in find(shipped, "s", kinds=["country"], limit=50) for k in m.kinds} == {"country"}
    assert find(shipped, "Sweden", kinds=["pilot"]) == []
    assert find(shipped, "Sweden", kinds=["no-such-kind"]) == []
    both = look(shipped, "l", kinds=["country", "pilot"])
    assert {k for m in both.matches for k in m.kinds} == {"country", "pilot", "project"}


def test_a_thing_is_of_the_kinds_of_its_superclasses_too(shipped: Index) -> None:
    assert find(shipped, "MarChain", kinds=["project"])[0].kinds == ("pilot", "project")


def test_the_counts_of_kinds_are_right(shipped: Index) -> None:
    everything = look(shipped, "s")
    assert everything.total > len(everything.matches)
    for kind, count in everything.kinds.items():
        assert look(shipped, "s", kinds=[kind]).total == count


def test_the_iri_of_a_thing_finds_it(shipped: Index, corpus: Corpus) -> None:
    iri = corpus.space.thing("country", "swe")
    assert [m.iri for m in find(shipped, iri)] == [iri]
    assert find(shipped, iri, kinds=["pilot"]) == []


def test_what_was_withdrawn_is_not_found() -> None:
    gone = quad("thing/0", OWL + "deprecated", ox.Literal(True))
    assert find(index_of([*called("thing/0", "Riga"), gone]), "Riga") == []


def test_only_things_and_terms_are_found() -> None:
    other = "https://elsewhere.example/thing"
    quads = [*called(other, "Riga"), *called("thing/1", "Riga"), quad("thing/1", RDF_TYPE, other)]
    assert iris(find(index_of(quads), "Riga")) == ["thing/1"]


def test_another_graph_is_searched_as_well(alpine: Corpus, alpine_store: Store) -> None:
    index = Indexes(alpine_store, alpine.space, DerivedFiles()).current()
    assert "valley" in index.kinds
    labels = {m.label for m in find(index, "valley", limit=50)}
    assert labels


# -- any name, any slip -----------------------------------------------------

NAMES = st.lists(
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=40), min_size=1, max_size=8
)
LETTERS = "abcdefghijklmnoprstuvzåäöøæłß"
WORDS = st.text(st.sampled_from(LETTERS), min_size=2, max_size=12)
PHRASES = st.lists(WORDS, min_size=1, max_size=4).map(" ".join).filter(lambda name: len(name) >= 6)


@given(NAMES)
@example(["A", "a", "Á", "?", "!", " ", "_", "☂ ☂", "C++", "C#", "'", "\u200b"])
def test_any_name_finds_its_thing_first_or_among_equals(names: list[str]) -> None:
    index = things_called(*names)
    for number, name in enumerate(names):
        if not fold(name):
            continue  # nothing of it can be seen
        found = find(index, name, limit=20)
        mine = [m for m in found if m.iri == f"{BASE}id/thing/{number}"]
        assert mine, name
        assert mine[0].score == found[0].score == 1


def slip(name: str, kind: str, place: int, letter: str) -> str:
    """The name with one character left out, put in, changed or swapped with the next."""
    place %= len(name) - (kind == "swapped")
    if kind == "left out":
        return name[:place] + name[place + 1 :]
    if kind == "put in":
        return name[:place] + letter + name[place:]
    if kind == "changed":
        return name[:place] + letter + name[place + 1 :]
    return name[:place] + name[place + 1] + name[place] + name[place + 2 :]


SLIPS = st.tuples(
    st.sampled_from(["left out", "put in", "changed", "swapped"]), st.integers(0, 80), st.sampled_from(LETTERS)
)


@given(st.lists(PHRASES, min_size=1, max_size=12, unique_by=fold), st.lists(SLIPS, min_size=10, max_size=10))
def test_any_one_slip_in_a_name_still_finds_its_thing(names: list[str], slips: list[tuple[str, int, str]]) -> None:
    index = things_called(*names)
    for number, name in enumerate(names):
        for each in slips:
            typed = slip(name, *each)
            assert f"thing/{number}" in iris(find(index, typed)), (name, typed)


def test_every_slip_in_the_names_of_the_shipped_graph_finds_the_thing(shipped: Index, corpus: Corpus) -> None:
    for kind, slug, name in (
        ("pilot", "active-for-life", "Active for Life"),
        ("project", "bsr-innonet", "BSR InnoNet"),
        ("person", "karin-nygard-skalman", "Karin Nygård Skalman"),
        ("period", "2007-2013", "2007-2013"),
    ):
        iri = corpus.space.thing(kind, slug)
        for how in ("left out", "changed", "swapped"):
            for place in range(len(name) - 1):
                typed = slip(name, how, place, "x")
                assert iri in [m.iri for m in find(shipped, typed)], typed


@given(st.text() | st.text(st.sampled_from("\"*^:(){}+- ANDORNEAR'\\\0\ud800é")))
@example('" OR words:*')
@example("NEAR(a b)")
@example("first : a")
@example("\ud800\udfff")
@example("a\0b")
@example("x" * 10_000)
@example("word " * 2_000)
@example("%_")
@example("^")
@example("-")
def test_nothing_that_is_asked_can_hurt(shipped: Index, text: str) -> None:
    found = look(shipped, text)
    assert all(0 <= m.score <= 1 for m in found.matches)
    assert len({m.iri for m in found.matches}) == len(found.matches) <= found.total


# -- the index of a version -------------------------------------------------


def test_a_new_version_is_searched_as_soon_as_it_is_there() -> None:
    store = in_memory(called("thing/0", "Riga"))
    indexes = Indexes(store, SPACE, DerivedFiles())
    assert iris(find(indexes.current(), "Riga")) == ["thing/0"]
    assert indexes.current() is indexes.current()
    store.apply(Change(lambda: called("thing/1", "Tallinn")))
    assert iris(find(indexes.current(), "Tallinn")) == ["thing/1"]


class Slow:
    """A store whose answers wait until they may come."""

    def __init__(self, inner: Store, may: threading.Event) -> None:
        self._inner = inner
        self.may = may

    def __getattr__(self, name: str) -> object:
        if name == "query":
            self.may.wait(10)
        return getattr(self._inner, name)


def test_the_index_before_answers_while_a_new_one_takes_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bsrgraph.search.indexes._PATIENCE", 0.01)
    may = threading.Event()
    may.set()
    store = Slow(in_memory(called("thing/0", "Riga")), may)
    indexes = Indexes(store, SPACE, DerivedFiles())  # type: ignore[arg-type]
    first = indexes.current()
    may.clear()
    store.apply(Change(lambda: called("thing/1", "Tallinn")))  # type: ignore[operator]
    assert indexes.current() is first
    may.set()
    until = time.monotonic() + 10
    while indexes.current() is first and time.monotonic() < until:
        time.sleep(0.01)
    assert iris(find(indexes.current(), "Tallinn")) == ["thing/1"]


def test_the_first_index_is_not_waited_for_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bsrgraph.search.indexes._WAIT", 0.01)
    may = threading.Event()
    indexes = Indexes(Slow(in_memory(called("thing/0", "Riga")), may), SPACE, DerivedFiles())  # type: ignore[arg-type]
    with pytest.raises(StoreBusy):
        indexes.current()
    may.set()
    until = time.monotonic() + 10
    while time.monotonic() < until:
        with contextlib.suppress(StoreBusy):
            assert iris(find(indexes.current(), "Riga")) == ["thing/0"]
            return
    pytest.fail("it never came")


def test_names_that_were_to_be_forgotten_are_forgotten_at_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    may, files = threading.Event(), DerivedFiles(tmp_path)
    may.set()
    store = Slow(in_memory(called("person/0", "Secret Name")), may)
    indexes = Indexes(store, SPACE, files)  # type: ignore[arg-type]
    assert find(indexes.current(), "Secret Name")
    monkeypatch.setattr("bsrgraph.search.indexes._WAIT", 0.01)
    may.clear()
    store.apply(Change(lambda: called("thing/1", "Tallinn"), anew=True))  # type: ignore[operator]
    files.forget_past(store.version)  # type: ignore[arg-type]
    with pytest.raises(StoreBusy):
        indexes.current()
    may.set()


def test_a_store_that_cannot_be_read_is_said_to_be_so_and_tried_again() -> None:
    class Broken:
        version = "x-1"
        broken = True

        def query(self, query: object) -> object:
            if self.broken:
                raise StoreError("out of reach")
            return in_memory(called("thing/0", "Riga")).query(query)  # type: ignore[arg-type]

    store = Broken()
    indexes = Indexes(store, SPACE, DerivedFiles())  # type: ignore[arg-type]
    with pytest.raises(StoreError, match="out of reach"):
        indexes.current()
    store.broken = False
    assert iris(find(indexes.current(), "Riga")) == ["thing/0"]


def test_a_store_without_versions_is_read_again_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    class Unversioned:
        version = ""
        inner = in_memory(called("thing/0", "Riga"))

        def query(self, query: object) -> object:
            return self.inner.query(query)  # type: ignore[arg-type]

    store = Unversioned()
    indexes = Indexes(store, SPACE, DerivedFiles())  # type: ignore[arg-type]
    first = indexes.current()
    store.inner.apply(Change(lambda: called("thing/1", "Tallinn")))
    assert indexes.current() is first
    monkeypatch.setattr("bsrgraph.search.indexes._AGE", 0.0)
    assert iris(find(indexes.current(), "Tallinn")) == ["thing/1"]


def test_an_index_whose_file_has_gone_is_made_again(tmp_path: Path) -> None:
    indexes = Indexes(in_memory(called("thing/0", "Riga")), SPACE, DerivedFiles(tmp_path))
    assert iris(find(indexes.current(), "Riga")) == ["thing/0"]
    for path in tmp_path.rglob("search-*.db"):
        path.unlink()
    assert iris(find(indexes.current(), "Riga")) == ["thing/0"]
    assert len(list(tmp_path.rglob("search-*.db"))) == 1


def test_an_index_can_be_made_before_it_is_asked_for(tmp_path: Path) -> None:
    indexes = Indexes(in_memory(called("thing/0", "Riga")), SPACE, DerivedFiles(tmp_path))
    indexes.warm()
    until = time.monotonic() + 10
    while not list(tmp_path.rglob("search-*.db")) and time.monotonic() < until:
        time.sleep(0.01)
    assert len(list(tmp_path.rglob("search-*.db"))) == 1


def test_a_file_that_is_no_index_is_said_to_be_unreadable(tmp_path: Path) -> None:
    path = tmp_path / "search.db"
    path.write_bytes(b"no database at all, but long enough to look like one" * 100)
    with pytest.raises(StoreError, match="cannot be read"):
        Index(path, "x", DerivedFiles(tmp_path))


def test_many_threads_search_at_once(shipped: Index) -> None:
    failed: list[Exception] = []

    def ask() -> None:
        try:
            for text in ("stardst", "Nygard", "sweden", "zzz"):
                find(shipped, text)
        except Exception as error:
            failed.append(error)

    asking = [threading.Thread(target=ask) for _ in range(12)]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join()
    assert failed == []


# -- rows as they come ------------------------------------------------------


@pytest.fixture(params=["in memory", "on disk"])
def many(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A store of more than a pipe holds."""
    store = in_memory([]) if request.param == "in memory" else EmbeddedStore(tmp_path, Settings())
    store.apply(Change(lambda: [q for n in range(3000) for q in called(f"thing/{n}", f"Number {n}")], anew=True))
    yield store
    store.close()


def test_rows_come_one_by_one_and_are_the_same(many: Store) -> None:
    text = "SELECT ?s ?o WHERE { ?s ?p ?o }"
    assert sorted(map(str, streamed_rows(many, text))) == sorted(map(str, rows(many, text)))


def test_who_stops_reading_leaves_no_thread_behind(many: Store) -> None:
    found = streamed_rows(many, "SELECT * WHERE { ?s ?p ?o }")
    next(found)
    del found
    until = time.monotonic() + 10
    while any(t.name == "streamed query" for t in threading.enumerate()) and time.monotonic() < until:
        time.sleep(0.01)
    assert not any(t.name == "streamed query" for t in threading.enumerate())


def test_a_query_that_cannot_be_read_is_refused_before_the_first_row(many: Store) -> None:
    with pytest.raises(QuerySyntaxError):
        next(streamed_rows(many, "SELECT WHERE"))
