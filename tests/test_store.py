"""What every store promises, held against the one in memory and the one on disk, and what only the latter can."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

import bsrgraph
from bsrgraph import errors
from bsrgraph.formats import by_name
from bsrgraph.guard import check
from bsrgraph.outline import outline
from bsrgraph.settings import Settings
from bsrgraph.store.cache import AnswerCache
from bsrgraph.store.embedded import EmbeddedStore
from bsrgraph.store.memory import MemoryStore
from bsrgraph.store.port import Change, Query, Store

EX = "https://example.org/"
JSON = by_name("json")
SMALL = Settings(workers=3, query_deadline=20, query_deadline_cap=20, queue_wait=10, worker_memory=500 * 2**20)
ALL = "SELECT ?s ?p ?o WHERE { ?s ?p ?o } ORDER BY ?s ?p ?o"
CROSS = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l ."
FOR_EVER = f"SELECT (COUNT(*) AS ?n) WHERE {{ {CROSS} }}"
BOMB = f"SELECT * WHERE {{ {CROSS} }} ORDER BY ?l ?a"
ENDLESS = f"SELECT * WHERE {{ {CROSS} }}"


def node(name: str) -> ox.NamedNode:
    """A thing of the example."""
    return ox.NamedNode(EX + name)


def quad(subject: str, object_: str | int, graph: str = "g", predicate: str = "p") -> ox.Quad:
    """`subject` p `object_` in a graph; a number is a literal."""
    value = node(object_) if isinstance(object_, str) else ox.Literal(object_)
    return ox.Quad(node(subject), node(predicate), value, node(graph))


def change(*quads: ox.Quad, remove: Iterable[str] = (), anew: bool = False, **notes: str) -> Change:
    """A change that removes graphs and adds quads."""
    return Change(lambda: quads, tuple(EX + name for name in remove), anew, notes)


def asked(store: Store, text: str, *, suffix: str = "json", **more: object) -> bytes:
    """A stranger's query, as the web asks it."""
    looks = outline(text)
    form = by_name(suffix)
    return store.query(Query(text, form, columns=looks.columns, cheap=looks.cheap, **more)).read()  # type: ignore[arg-type]


def rows(answer: bytes) -> list[tuple[str, ...]]:
    """The values of a JSON answer, row by row, without the example's prefix."""
    told = json.loads(answer)
    names = told["head"]["vars"]
    found = [{name: value["value"] for name, value in row.items()} for row in told["results"]["bindings"]]
    return [tuple(row.get(name, "").removeprefix(EX) for name in names) for row in found]


def happens(condition: Callable[[], bool], seconds: float = 20) -> bool:
    """Whether the condition comes true in time; looked at often, so that a busy machine only makes it later."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return condition()


@pytest.fixture(params=["memory", "embedded"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty store of each kind."""
    made: Store = MemoryStore() if request.param == "memory" else EmbeddedStore(tmp_path / "state", SMALL)
    yield made
    made.close()


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A state directory."""
    return tmp_path / "state"


@pytest.fixture
def embedded(state: Path) -> Iterator[EmbeddedStore]:
    """An empty store on disk."""
    made = EmbeddedStore(state, SMALL)
    yield made
    made.close()


@pytest.fixture
def busy(state: Path) -> Iterator[EmbeddedStore]:
    """A store on disk with enough in it for queries that never end, its children waiting."""
    made = EmbeddedStore(state, SMALL)
    made.apply(change(*(quad(f"s{i % 40}", i) for i in range(2000))))
    made.warm()
    assert happens(lambda: is_whole(made))
    yield made
    made.close()


def is_whole(store: EmbeddedStore) -> bool:
    """Whether nobody works, and every place and the spare have a child."""
    return store.counts["idle"] == SMALL.workers + 1 and not store.counts["busy"]


# -- what both promise ------------------------------------------------------


def test_an_empty_store_answers_and_has_a_version(store: Store) -> None:
    assert rows(asked(store, ALL)) == []
    assert store.version == store.version
    assert store.notes == {}


def test_every_change_is_a_new_version_and_asking_makes_none(store: Store) -> None:
    seen = [store.version]
    for number in range(3):
        version = store.apply(change(quad("a", number)))
        assert store.version == version
        asked(store, ALL)
        seen.append(store.version)
    assert len(set(seen)) == 4


def test_an_answer_names_the_version_that_it_saw(store: Store) -> None:
    version = store.apply(change(quad("a", "b")))
    answer = store.query(Query(ALL, JSON))
    store.apply(change(quad("a", "c")))
    assert answer.version == version
    assert rows(answer.read()) == [("a", "p", "b")]


def test_a_change_is_there_whole_or_not_at_all(store: Store) -> None:
    before = store.apply(change(quad("a", "b"), reason="first"))

    def breaks_off() -> Iterator[ox.Quad]:
        yield quad("half", "made")
        raise ValueError("the file is not what it should be")

    for anew in (False, True):
        with pytest.raises(ValueError, match="not what it should be"):
            store.apply(Change(breaks_off, remove=(EX + "g",), anew=anew, notes={"reason": "second"}))
        assert store.version == before
        assert rows(asked(store, ALL)) == [("a", "p", "b")]
        assert store.notes["reason"] == "first"
    assert store.apply(change(quad("a", "c"))) != before


def test_anew_leaves_nothing_of_before(store: Store) -> None:
    store.apply(change(quad("a", "b")))
    store.apply(change(quad("c", "d"), anew=True))
    assert rows(asked(store, ALL)) == [("c", "p", "d")]


def test_the_default_graph_is_the_union_of_all_graphs_and_a_set(store: Store) -> None:
    store.apply(change(quad("a", 5, "g1"), quad("a", 5, "g2"), quad("a", 7, "g2")))
    assert rows(asked(store, "SELECT (SUM(?o) AS ?sum) (COUNT(*) AS ?n) { ?s ?p ?o }")) == [("12", "2")]
    assert len(rows(asked(store, "SELECT * { GRAPH ?g { ?s ?p ?o } }"))) == 3


def test_a_removed_graph_takes_its_triples_with_it_unless_another_states_them(store: Store) -> None:
    store.apply(change(quad("a", "common", "g1"), quad("a", "common", "g2"), quad("a", "alone", "g1")))
    store.apply(change(remove=["g1"]))
    assert rows(asked(store, ALL)) == [("a", "p", "common")]
    assert rows(asked(store, "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }")) == [("g2",)]
    store.apply(change(remove=["g2", "never-there"]))
    assert rows(asked(store, ALL)) == []


def test_a_graph_is_replaced_by_removing_and_adding_in_one_change(store: Store) -> None:
    store.apply(change(quad("a", "old"), quad("a", "kept")))
    store.apply(change(quad("a", "kept"), quad("a", "new"), remove=["g"]))
    assert rows(asked(store, ALL)) == [("a", "p", "kept"), ("a", "p", "new")]


def test_notes_add_up_until_everything_is_made_anew(store: Store) -> None:
    store.apply(change(directory="one"))
    assert store.notes["directory"] == "one"
    store.apply(change(directory="two"))
    assert store.notes["directory"] == "two"


@pytest.mark.parametrize(
    ("default", "named", "expected"),
    [
        (("g1",), None, {("one",)}),
        (("g1", "g2"), None, {("one",), ("two",)}),
        ((), ("g1",), set()),
        (("nowhere",), None, set()),
    ],
)
def test_an_explicit_dataset_is_all_that_is_seen(
    store: Store, default: tuple[str, ...], named: tuple[str, ...] | None, expected: set[tuple[str]]
) -> None:
    store.apply(change(quad("a", "one", "g1"), quad("a", "two", "g2"), quad("a", "three", "g3")))
    dataset = {
        "default_graphs": tuple(EX + g for g in default) if default else None,
        "named_graphs": None if named is None else tuple(EX + g for g in named),
    }
    assert set(rows(asked(store, "SELECT ?o { ?s ?p ?o }", **dataset))) == expected


def test_named_graphs_are_those_that_are_named(store: Store) -> None:
    store.apply(change(quad("a", "one", "g1"), quad("a", "two", "g2")))
    found = asked(store, "SELECT ?o { GRAPH ?g { ?s ?p ?o } }", named_graphs=(EX + "g2",))
    assert rows(found) == [("two",)]


def test_several_default_graphs_are_merged_into_a_set(store: Store) -> None:
    store.apply(change(quad("a", 5, "g1"), quad("a", 5, "g2"), quad("a", 1, "g3")))
    found = asked(store, "SELECT (SUM(?o) AS ?n) { ?s ?p ?o }", default_graphs=(EX + "g1", EX + "g2"))
    assert rows(found) == [("5",)]


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("SELECT * { ?z ?y ?x }", ["z", "y", "x"]),
        ("SELECT * { ?b ?q ?c . OPTIONAL { ?c ?r ?a } }", ["b", "q", "c", "r", "a"]),
        ("SELECT DISTINCT * { { SELECT ?y ?hidden_not { ?y ?hidden_not ?gone } } }", ["y", "hidden_not"]),
        ("SELECT * { ?z ?y ?x } ORDER BY ?x", ["z", "y", "x"]),
        ("SELECT ?x ?z { ?z ?y ?x }", ["x", "z"]),
    ],
)
def test_the_columns_of_a_star_are_in_the_order_of_the_text(store: Store, text: str, columns: list[str]) -> None:
    store.apply(change(quad("a", "b")))
    assert json.loads(asked(store, text))["head"]["vars"] == columns
    assert asked(store, text, suffix="csv").decode().splitlines()[0] == ",".join(columns)


@pytest.mark.parametrize(
    ("text", "suffix", "error"),
    [
        ("SELECT * WHERE {", "json", errors.QuerySyntaxError),
        ("SELECT (<https://example.org/f>(1) AS ?x) {}", "ttl", errors.QueryError),
        ('ASK { BIND("\\u0001" AS ?x) FILTER(BOUND(?x)) }', "ttl", errors.QueryError),
    ],
)
def test_a_query_that_cannot_be_answered_says_why(
    store: Store, text: str, suffix: str, error: type[errors.QueryError]
) -> None:
    with pytest.raises(error):
        asked(store, text, suffix=suffix)


def test_a_syntax_error_has_its_place(store: Store) -> None:
    with pytest.raises(errors.QuerySyntaxError) as wrong:
        asked(store, "SELECT *\nWHERE { ?s ?p }")
    assert wrong.value.line == 2


@pytest.mark.parametrize("character", ["\\u0001", "\\u000B", "\\uFFFE", "\\u001F"])
def test_what_xml_cannot_hold_is_an_error_and_no_broken_document(store: Store, character: str) -> None:
    with pytest.raises(errors.QueryError, match="XML cannot hold"):
        asked(store, f'SELECT ("a{character}b" AS ?x) {{}}', suffix="xml")
    with pytest.raises(errors.QueryError, match="XML cannot hold"):
        asked(store, f'CONSTRUCT {{ <{EX}a> <{EX}b> "a{character}b" }} {{}}', suffix="rdf")
    assert rows(asked(store, f'SELECT ("a{character}b" AS ?x) {{}}'))[0][0].startswith("a")


def test_nothing_outside_the_store_is_read(store: Store, tmp_path: Path) -> None:
    secret = tmp_path / "secret.ttl"
    secret.write_text(f"<{EX}a> <{EX}b> <{EX}secret> .", encoding="utf-8")
    for clause in (f"FROM <{secret.as_uri()}>", f"FROM NAMED <{secret.as_uri()}>"):
        text = f"SELECT * {clause} {{ {{ ?s ?p ?o }} UNION {{ GRAPH ?g {{ ?s ?p ?o }} }} }}"
        assert rows(asked(store, text)) == []


# -- generations ------------------------------------------------------------


def numbers(state: Path) -> list[int]:
    """The generations that there are."""
    return sorted(int(p.name) for p in (state / "generations").iterdir() if p.name.isdigit())


def half_made(state: Path) -> list[Path]:
    """Everything that is not finished."""
    return list(state.rglob("*.tmp"))


def test_the_version_survives_a_restart_and_names_the_store(state: Path, tmp_path: Path) -> None:
    first, other = EmbeddedStore(state, SMALL), EmbeddedStore(tmp_path / "other", SMALL)
    version = first.apply(change(quad("a", "b"), directory="x"))
    again = EmbeddedStore(state, SMALL)
    assert again.version == version
    assert again.notes["directory"] == "x"
    assert rows(asked(again, ALL, own=True)) == [("a", "p", "b")]
    assert other.apply(change(quad("a", "b"))) != version


def test_the_last_five_generations_are_kept_and_pinned_ones_too(embedded: EmbeddedStore, state: Path) -> None:
    for number in range(3):
        embedded.apply(change(quad("a", number)))
    (state / "pinned").mkdir()
    (state / "pinned" / "000002").touch()
    for number in range(6):
        embedded.apply(change(quad("b", number)))
    assert numbers(state) == [2, 5, 6, 7, 8, 9]


def test_generations_are_counted_beyond_their_six_digits(embedded: EmbeddedStore, state: Path) -> None:
    embedded.apply(change(quad("a", 0)))
    (state / "generations" / "000001").rename(state / "generations" / "999998")
    (state / "current").write_text("999998", encoding="ascii")
    for number in range(1, 8):
        embedded.apply(change(quad("a", number)))
    assert numbers(state) == [1000001, 1000002, 1000003, 1000004, 1000005]
    assert len(rows(asked(embedded, ALL, own=True))) == 8


def test_what_was_half_made_is_swept_by_the_next_writer(embedded: EmbeddedStore, state: Path) -> None:
    embedded.apply(change(quad("a", "b")))
    shutil.copytree(state / "generations" / "000001", state / "generations" / "000002.tmp")
    (state / ".current.4711.tmp").write_text("2", encoding="ascii")
    again = EmbeddedStore(state, SMALL)
    assert rows(asked(again, ALL, own=True)) == [("a", "p", "b")]
    again.apply(change(quad("a", "c")))
    assert half_made(state) == []
    assert numbers(state) == [1, 2]


def test_a_change_that_fails_leaves_nothing_half_made(embedded: EmbeddedStore, state: Path) -> None:
    def breaks_off() -> Iterator[ox.Quad]:
        yield quad("half", "made")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        embedded.apply(Change(breaks_off))
    assert half_made(state) == []
    assert numbers(state) == []


@pytest.mark.parametrize("content", [None, "", "17\0", "not a number", "999999", "-1", "²"])
def test_a_lost_or_damaged_pointer_costs_nothing(state: Path, content: str | None) -> None:
    store = EmbeddedStore(state, SMALL)
    store.apply(change(quad("a", "b"), directory="x"))
    version = store.apply(change(quad("a", "c")))
    pointer = state / "current"
    pointer.unlink()
    if content is not None:
        pointer.write_text(content, encoding="utf-8")
    for found in (store, EmbeddedStore(state, SMALL)):
        assert found.version == version
        assert len(rows(asked(found, ALL, own=True))) == 2
    assert store.apply(change(quad("a", "d"))) != version
    assert len(rows(asked(store, ALL, own=True))) == 3
    assert store.notes["directory"] == "x"


def test_a_generation_that_is_damaged_is_told_and_the_process_lives(embedded: EmbeddedStore, state: Path) -> None:
    embedded.apply(change(quad("a", "b")))
    shutil.rmtree(state / "generations" / "000001" / "store")
    again = EmbeddedStore(state, SMALL)
    with pytest.raises(errors.StoreError, match="cannot be opened") as told:
        asked(again, ALL, own=True)
    assert told.value.hint


def test_a_state_directory_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(errors.StoreError, match="cannot be used"):
        EmbeddedStore(tmp_path / "file", SMALL)


def test_a_generation_is_never_changed_once_it_has_its_name(embedded: EmbeddedStore, state: Path) -> None:
    embedded.apply(change(quad("a", "b")))
    first = state / "generations" / "000001"
    before = {p.name: p.read_bytes() for p in first.rglob("*") if p.is_file()}
    for number in range(3):
        embedded.apply(change(quad("a", number), remove=["g"]))
        asked(embedded, ALL)
    assert {p.name: p.read_bytes() for p in first.rglob("*") if p.is_file()} == before


def test_versions_do_not_grow_by_being_made(embedded: EmbeddedStore, state: Path) -> None:
    sizes = []
    for number in range(1, 31):
        embedded.apply(change(quad("a", number), remove=["g"]))
        files = [p for p in (state / "generations" / f"{number:06d}").rglob("*") if p.is_file()]
        sizes.append((len(files), sum(p.stat().st_size for p in files)))
        assert len([p for p in files if p.name.startswith("LOG")]) <= 1
    assert max(size for _, size in sizes[20:]) < 1_000_000 + sizes[0][1]


# -- several processes ------------------------------------------------------

READER = """
import sys
from bsrgraph.settings import Settings
from bsrgraph.store.embedded import EmbeddedStore
from bsrgraph.store.port import Query
from bsrgraph.formats import by_name
from pathlib import Path
store = EmbeddedStore(Path(sys.argv[1]), Settings(workers=1))
for line in sys.stdin:
    answer = store.query(Query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", by_name("csv"), own=line.strip() == "own"))
    print(answer.version, answer.read().split()[1].decode(), flush=True)
store.close()
"""
WRITER = """
import sys
from bsrgraph.settings import Settings
from bsrgraph.store.embedded import EmbeddedStore
from bsrgraph.store.port import Change
from pathlib import Path
import pyoxigraph as ox
store = EmbeddedStore(Path(sys.argv[1]), Settings())
for number in range(int(sys.argv[3])):
    node = ox.NamedNode(f"https://example.org/{sys.argv[2]}{number}")
    print(store.apply(Change(lambda: [ox.Quad(node, node, node, node)])), flush=True)
"""


def other(program: str, *arguments: str) -> subprocess.Popen[str]:
    """A process of its own that runs `program`."""
    return subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(bsrgraph.__file__).parents[1])},
    )


def test_a_reader_in_another_process_sees_a_change_at_once_whoever_made_it(state: Path) -> None:
    ours = EmbeddedStore(state, SMALL)
    ours.apply(change(quad("a", 0)))
    with other(READER, str(state)) as reader:
        assert reader.stdin is not None
        assert reader.stdout is not None

        def told(how: str) -> list[str]:
            reader.stdin.write(how + "\n")
            reader.stdin.flush()
            return reader.stdout.readline().split()

        assert told("own") == [ours.version, "1"]
        for number in range(1, 4):
            ours.apply(change(quad("a", number)))
            assert told("own") == [ours.version, str(number + 1)]
            assert told("stranger") == [ours.version, str(number + 1)]
        with other(WRITER, str(state), "w", "1") as writer:
            assert writer.stdout is not None
            assert writer.stdout.readline().strip() == ours.version
        assert told("stranger") == [ours.version, "5"]
        reader.stdin.close()
        assert reader.wait(30) == 0


def test_two_writers_at_once_both_succeed_in_turn(state: Path) -> None:
    writers = [other(WRITER, str(state), name, "8") for name in "xy"]
    said = [writer.communicate(timeout=120)[0].split() for writer in writers]
    assert [writer.returncode for writer in writers] == [0, 0]
    assert len({version for versions in said for version in versions}) == 16
    store = EmbeddedStore(state, SMALL)
    assert len(rows(asked(store, ALL, own=True))) == 16
    assert half_made(state) == []


def test_processes_that_begin_together_agree_on_the_name_of_the_store(state: Path) -> None:
    processes = [other(WRITER, str(state), name, "1") for name in "abcd"]
    said = [process.communicate(timeout=120)[0].strip() for process in processes]
    assert len({version.rpartition("-")[0] for version in said}) == 1
    assert sorted(version.rpartition("-")[2] for version in said) == ["1", "2", "3", "4"]


def test_a_query_is_answered_while_versions_come_and_go(state: Path) -> None:
    store = EmbeddedStore(state, SMALL)
    store.apply(change(quad("a", 0)))
    store.warm()
    stop = threading.Event()

    def write() -> None:
        writer = EmbeddedStore(state, SMALL)
        number = 1
        while not stop.is_set():
            writer.apply(change(quad("a", number)))
            number += 1

    writing = threading.Thread(target=write)
    writing.start()
    seen: list[int] = []

    def many_versions_seen() -> bool:
        seen.append(int(rows(asked(store, f"SELECT (COUNT(*) AS ?n) {{ ?s ?p ?o }} #{len(seen)}"))[0][0]))
        return len(seen) >= 60 and seen[-1] > seen[0] + 5

    try:
        assert happens(many_versions_seen, 60)
    finally:
        stop.set()
        writing.join()
        store.close()
    assert seen == sorted(seen)


# -- children ---------------------------------------------------------------

QUERIES = [
    "SELECT * { ?s ?p ?o } ORDER BY ?o LIMIT 50",
    "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
    "SELECT ?s (SUM(?o) AS ?sum) { ?s ?p ?o } GROUP BY ?s ORDER BY ?s",
    f"ASK {{ <{EX}s1> ?p ?o }}",
]


@pytest.mark.parametrize("text", QUERIES)
def test_answers_are_equal_from_a_child_from_the_cache_and_from_this_process(busy: EmbeddedStore, text: str) -> None:
    columns = outline(text).columns
    fresh = busy.query(Query(text, JSON, columns=columns))
    first = fresh.read()
    again = busy.query(Query(text, JSON, columns=columns))
    assert not fresh.cached
    assert again.cached
    assert again.read() == first == asked(busy, text, own=True)
    busy.apply(change(quad("new", 1_000_000)))
    assert not busy.query(Query(text, JSON, columns=columns)).cached


def test_a_cached_answer_is_never_of_another_question(busy: EmbeddedStore) -> None:
    text = "SELECT ?s { ?s ?p 1 }"
    variants: list[dict[str, object]] = [
        {},
        {"default_graphs": (EX + "g",)},
        {"default_graphs": (EX + "other",)},
        {"named_graphs": (EX + "g",)},
        {"suffix": "csv"},
        {"suffix": "xml"},
    ]
    first = [asked(busy, text, **variant) for variant in variants]
    assert [asked(busy, text, **variant) for variant in variants] == first
    assert len(set(first)) == 4  # the two empty ones are equal, and so are the two full ones


def test_a_part_of_an_answer_is_not_kept(busy: EmbeddedStore) -> None:
    text = "SELECT * { ?s ?p ?o . ?a ?b ?c } LIMIT 20000"
    answer = busy.query(Query(text, JSON))
    next(answer.chunks)
    answer.chunks.close()  # type: ignore[attr-defined]
    assert not busy.query(Query(text, JSON)).cached


def test_the_cache_is_bounded_whatever_is_put_into_it() -> None:
    cache = AnswerCache(100_000, 10_000)
    for number in range(10_000):
        key = cache.digest(number, "a long text " * 1000)
        cache.put(key, b"" if number % 2 else b"x" * (number % 5000))
        cache.put(key, b"y")
        assert cache.held <= 100_000
    assert len(cache._answers) <= 200
    assert cache.get(cache.digest(0, "a long text " * 1000)) is None
    cache.put(cache.digest("large"), b"x" * 10_001)
    assert cache.get(cache.digest("large")) is None
    cache.put(cache.digest("kept"), b"x")
    assert cache.get(cache.digest("kept")) == b"x"


def test_an_empty_store_does_not_evaluate_strangers_queries_here(embedded: EmbeddedStore) -> None:
    assert rows(asked(embedded, ALL)) == []
    assert embedded.counts["started"] > 0


def test_a_query_that_never_ends_is_ended_and_others_are_answered(busy: EmbeddedStore) -> None:
    with pytest.raises(errors.QueryTimeout, match=r"0\.5 seconds"):
        asked(busy, FOR_EVER, seconds=0.5)
    assert len(rows(asked(busy, ALL))) == 2000
    assert happens(lambda: is_whole(busy))


def test_nobody_gets_more_time_than_there_is(state: Path) -> None:
    store = EmbeddedStore(state, Settings(workers=1, query_deadline=1, query_deadline_cap=1))
    store.apply(change(*(quad(f"s{i % 40}", i) for i in range(2000))))
    with pytest.raises(errors.QueryTimeout, match="within 1 seconds"):
        asked(store, FOR_EVER, seconds=1000)
    store.close()


def test_the_deadline_covers_the_sending(busy: EmbeddedStore) -> None:
    answer = busy.query(Query(ENDLESS, JSON, seconds=1.0))
    assert next(answer.chunks)
    with pytest.raises(errors.QueryTimeout):
        deque(answer.chunks, maxlen=1)
    assert happens(lambda: is_whole(busy))


def test_an_answer_past_its_limit_breaks_off(state: Path) -> None:
    store = EmbeddedStore(state, Settings(workers=1, result_limit=200_000))
    store.apply(change(*(quad(f"s{i % 40}", i) for i in range(2000))))
    with pytest.raises(errors.QueryError, match="larger than 200,000"):
        asked(store, ENDLESS)
    assert rows(asked(store, "SELECT (1 AS ?x) {}")) == [("1",)]
    assert store.counts["killed"] == 0
    store.close()


def test_a_query_that_eats_memory_ends_its_child_and_nothing_else(busy: EmbeddedStore) -> None:
    answer = busy.query(Query(ENDLESS, JSON))
    next(answer.chunks)
    with pytest.raises(errors.QueryTooLarge):
        asked(busy, BOMB)
    assert next(answer.chunks)  # the other child goes on
    answer.chunks.close()  # type: ignore[attr-defined]
    assert happens(lambda: is_whole(busy))
    assert len(rows(asked(busy, ALL))) == 2000


def test_a_query_is_stopped_by_its_id(busy: EmbeddedStore) -> None:
    name = "0123456789abcdef" * 2
    assert not busy.stop(name)
    told: list[BaseException] = []

    def ask() -> None:
        try:
            asked(busy, FOR_EVER, id=name)
        except errors.QueryStopped as error:
            told.append(error)

    asking = threading.Thread(target=ask)
    asking.start()
    assert happens(lambda: busy.stop(name))
    asking.join(20)
    assert len(told) == 1
    assert not busy.stop(name)
    assert happens(lambda: is_whole(busy))
    assert len(rows(asked(busy, ALL))) == 2000


def test_queries_that_share_an_id_are_all_stopped_and_the_end_of_one_hides_no_other(busy: EmbeddedStore) -> None:
    name = "f" * 32
    one = busy.query(Query(ENDLESS, JSON, id=name))
    with pytest.raises(errors.QuerySyntaxError):
        busy.query(Query("SELECT * {", JSON, id=name))
    assert busy.stop(name)
    with pytest.raises(errors.QueryStopped):
        list(one.chunks)
    assert not busy.stop(name)


def test_a_query_can_be_stopped_while_it_waits_for_a_place(state: Path) -> None:
    store = EmbeddedStore(state, Settings(workers=1, queue_wait=20, query_deadline=20, query_deadline_cap=20))
    store.apply(change(*(quad(f"s{i % 40}", i) for i in range(2000))))
    first = store.query(Query(ENDLESS, JSON))
    told: list[BaseException] = []

    def ask() -> None:
        try:
            asked(store, FOR_EVER, id="a" * 32)
        except errors.QueryStopped as error:
            told.append(error)

    asking = threading.Thread(target=ask)
    asking.start()
    assert happens(lambda: store.stop("a" * 32))
    first.chunks.close()  # type: ignore[attr-defined]
    asking.join(20)
    assert len(told) == 1
    store.close()


def test_a_client_that_has_gone_frees_its_place(busy: EmbeddedStore) -> None:
    began = time.monotonic()
    with pytest.raises(errors.QueryStopped):
        asked(busy, FOR_EVER, gone=lambda: time.monotonic() > began + 0.3)
    assert time.monotonic() - began < 15
    assert happens(lambda: is_whole(busy))


CHEAP = f"SELECT ?o {{ <{EX}s1> <{EX}p> ?o }}"


def test_one_place_is_kept_for_what_looks_cheap(state: Path) -> None:
    store = EmbeddedStore(state, Settings(workers=2, queue_wait=1, query_deadline=20, query_deadline_cap=20))
    store.apply(change(*(quad(f"s{i % 40}", i) for i in range(2000))))
    assert outline(CHEAP).cheap
    assert not outline(FOR_EVER).cheap
    taken = store.query(Query(ENDLESS, JSON))
    with pytest.raises(errors.StoreBusy) as told:
        asked(store, FOR_EVER)
    assert told.value.retry_after > 0
    assert len(rows(asked(store, CHEAP))) == 50
    taken.chunks.close()  # type: ignore[attr-defined]
    store.close()


def test_the_kept_place_is_not_taken_by_what_only_looks_cheap(state: Path) -> None:
    store = EmbeddedStore(state, Settings(workers=2, queue_wait=1, query_deadline=20, query_deadline_cap=20))
    store.apply(change(*(quad(f"s{i % 40}", i) for i in range(2000))))
    looks_cheap = f"SELECT * {{ <{EX}s1> <{EX}p> ?o . {CROSS} }}"
    assert outline(looks_cheap).cheap
    taken = store.query(Query(ENDLESS, JSON))
    with pytest.raises(errors.StoreBusy):
        store.query(Query(looks_cheap, JSON, cheap=True))
    assert len(rows(asked(store, CHEAP))) == 50
    taken.chunks.close()  # type: ignore[attr-defined]
    store.close()


def test_a_cheap_query_with_a_long_answer_has_its_whole_time(busy: EmbeddedStore) -> None:
    text = f"SELECT * {{ <{EX}s1> <{EX}p> ?o . ?a <{EX}p> ?b }}"
    assert outline(text).cheap
    answer = busy.query(Query(text, JSON, cheap=True))
    body = next(answer.chunks)
    time.sleep(1.3)  # longer than a cheap query may hold the last place
    body += b"".join(answer.chunks)
    assert len(rows(body)) == 50 * 2000
    assert busy.counts["killed"] == 0  # it was not begun again


def test_a_cheap_query_is_whole_even_if_it_had_to_be_begun_again(state: Path) -> None:
    store = EmbeddedStore(state, Settings(workers=2, queue_wait=15, query_deadline=20, query_deadline_cap=20))
    store.apply(change(*(quad(f"s{i % 40}", i) for i in range(2000))))
    taken = store.query(Query(ENDLESS, JSON))
    timer = threading.Timer(1.0, taken.chunks.close)  # type: ignore[attr-defined]
    timer.start()
    text = f"SELECT * {{ <{EX}s1> <{EX}p> ?o . ?a <{EX}p> ?b }}"
    assert len(rows(asked(store, text))) == 50 * 2000
    timer.join()
    store.close()


def test_closing_ends_every_child(state: Path) -> None:
    store = EmbeddedStore(state, SMALL)
    store.apply(change(quad("a", "b")))
    asked(store, ALL)
    pool = store._pool()._pool
    assert happens(lambda: is_whole(store))
    pids = [child.pid for child in pool._idle]
    store.close()
    assert not [pid for pid in pids if Path(f"/proc/{pid}").exists()]


def test_what_is_asked_here_is_what_the_guard_lets_through() -> None:
    for text in (ALL, FOR_EVER, BOMB, ENDLESS, CHEAP, *QUERIES):
        check(text)


def test_what_differs_each_time_is_not_kept(embedded: EmbeddedStore) -> None:
    query = Query("SELECT (STRUUID() AS ?id) WHERE {}", by_name("csv"), volatile=True)
    assert embedded.query(query).read() != embedded.query(query).read()
