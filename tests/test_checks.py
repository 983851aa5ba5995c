"""What a graph directory promises of itself holds, and a promise that is broken is told."""

from __future__ import annotations

import shutil
from decimal import Decimal, InvalidOperation
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib

from bsrgraph import checks
from bsrgraph.corpus import Corpus
from bsrgraph.errors import GraphDirectoryError
from bsrgraph.formats import by_name
from bsrgraph.questions import Question
from bsrgraph.read import rdflib_graph
from bsrgraph.store.connect import in_memory
from bsrgraph.store.port import Query, Store

ROOT = Path(__file__).resolve().parents[1]
ALPINE = ROOT / "tests" / "graphs" / "alpine"
QUESTIONS = [
    pytest.param(directory, question, id=f"{directory.name}-{question.name}")
    for directory in (ROOT, ALPINE)
    for question in Corpus(directory).questions
]
PLAIN = [
    p
    for p in QUESTIONS
    if isinstance(question := p.values[1], Question) and question.rows is not None and "GRAPH" not in question.text
]


@pytest.fixture(scope="module")
def stores(store: Store, alpine_store: Store) -> dict[Path, Store]:
    """The store of each graph directory."""
    return {ROOT: store, ALPINE: alpine_store}


@pytest.fixture(scope="module")
def judges(stores: dict[Path, Store]) -> dict[Path, rdflib.Graph]:
    """The same triples in rdflib, read out of each store."""
    everything = Query("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }", by_name("nt"))
    return {
        directory: rdflib_graph(ox.parse(store.query(everything).read(), format=ox.RdfFormat.N_TRIPLES))
        for directory, store in stores.items()
    }


@pytest.mark.parametrize(("directory", "question"), QUESTIONS)
def test_a_question_has_its_stated_answer(stores: dict[Path, Store], directory: Path, question: Question) -> None:
    (outcome,) = checks.answers(stores[directory], [question])
    assert outcome.faults == ()


def by_value(cell: str) -> object:
    """A number as its value, anything else as its words."""
    try:
        return Decimal(cell)
    except InvalidOperation:
        return " ".join(cell.split())


@pytest.mark.parametrize(("directory", "question"), PLAIN)
def test_another_engine_gives_the_same_answer_in_the_same_order(
    judges: dict[Path, rdflib.Graph], directory: Path, question: Question
) -> None:
    """The independent judge is rdflib, for the questions that do not ask for the graph of a statement."""
    found = judges[directory].query(question.text)
    cells = [[by_value("" if term is None else str(term)) for term in row] for row in found]
    assert cells == [[by_value(cell) for cell in row] for row in question.rows or ()]


def test_both_directories_are_asked_and_judged() -> None:
    """The two lists above are not empty by accident."""
    assert len(QUESTIONS) > 25
    assert {p.values[0] for p in PLAIN} == {ROOT, ALPINE}
    assert len(PLAIN) > 10


def test_questions_are_numbered_once_and_the_number_of_rows_is_no_accident(corpus: Corpus) -> None:
    numbers = [q.number for q in corpus.questions]
    assert numbers == sorted(set(numbers))
    assert [q.name for q in corpus.questions if q.rows is None] == ["amounts-in-the-eu-knowledge-graph"]


def test_every_rule_of_the_shipped_shapes_has_both_examples_and_they_hold(corpus: Corpus) -> None:
    """Some hundred and seventy rules: the valid file breaks nothing, the invalid one breaks this rule."""
    outcomes = list(checks.examples(corpus))
    assert {o.name: o.faults for o in outcomes if not o.kept} == {}
    folders = {p.name for p in (corpus.root / "shapes" / "examples").iterdir()}
    assert {o.name for o in outcomes} == folders


def test_the_alpine_rules_that_have_examples_hold_and_the_others_are_told(alpine: Corpus) -> None:
    outcomes = {o.name: o.faults for o in checks.examples(alpine)}
    folders = {p.name for p in (alpine.root / "shapes" / "examples").iterdir()}
    assert len(folders) == 2
    for name, faults in outcomes.items():
        assert faults == (() if name in folders else ("valid.ttl is missing", "invalid.ttl is missing"))
    assert folders < set(outcomes)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the alpine directory, to be broken."""
    return Path(shutil.copytree(ALPINE, tmp_path / "alpine"))


def fault_of_the_question(directory: Path) -> str:
    """What is wrong with the answer to the one question of a directory."""
    corpus = Corpus(directory)
    (outcome,) = checks.answers(in_memory(corpus.quads()), corpus.questions)
    assert not outcome.kept
    return "; ".join(outcome.faults)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("| 18500 | EUR", "| 18501 | EUR", "row 2"),
        ("#+ row: Hay Paths | 18500 | EUR | 2024-03-15\n", "", "2 rows, stated are 1"),
        ("ORDER BY ?name", "ORDER BY DESC(?name)", "row 1"),
        ("| CHF | 2025", "| CHF", "row 1"),
        ('lang(?label) = "en"', 'lang(?label) = "xx"', "0 rows, stated are 2"),
    ],
)
def test_an_answer_that_differs_is_told_with_its_row(copy: Path, old: str, new: str, told: str) -> None:
    file = copy / "data" / "queries" / "grants.rq"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
    assert told in fault_of_the_question(copy)


def test_a_wrong_fact_is_found_by_the_question_that_asks_for_it(copy: Path) -> None:
    file = copy / "data" / "sources" / "village-gazette.trig"
    file.write_text(file.read_text(encoding="utf-8").replace('"18500.00"', '"18600.00"'), encoding="utf-8")
    assert "18600" in fault_of_the_question(copy)


@pytest.mark.parametrize("key", ["number", "title", "question", "level", "audience", "answer"])
def test_a_question_without_a_part_of_its_header_is_refused(copy: Path, key: str) -> None:
    file = copy / "data" / "queries" / "grants.rq"
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    file.write_text("".join(line for line in lines if not line.startswith(f"#+ {key}:")), encoding="utf-8")
    with pytest.raises(GraphDirectoryError, match=key):
        _ = Corpus(copy).questions


def test_a_question_that_states_neither_rows_nor_none_is_refused(copy: Path) -> None:
    file = copy / "data" / "queries" / "grants.rq"
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    file.write_text("".join(line for line in lines if not line.startswith("#+ row:")), encoding="utf-8")
    with pytest.raises(GraphDirectoryError, match="no rows"):
        _ = Corpus(copy).questions


@pytest.mark.parametrize("example", ["valid", "invalid"])
def test_a_missing_example_is_told_by_name(copy: Path, example: str) -> None:
    (copy / "shapes" / "examples" / "Grant-amount" / f"{example}.ttl").unlink()
    outcome = next(o for o in checks.examples(Corpus(copy)) if o.name == "Grant-amount")
    assert outcome.faults == (f"{example}.ttl is missing",)


def test_an_example_that_does_not_show_what_it_should_is_told(copy: Path) -> None:
    folder = copy / "shapes" / "examples" / "Grant-amount"
    valid, invalid = folder / "valid.ttl", folder / "invalid.ttl"
    good, bad = valid.read_bytes(), invalid.read_bytes()
    valid.write_bytes(bad)
    invalid.write_bytes(good)
    outcome = next(o for o in checks.examples(Corpus(copy)) if o.name == "Grant-amount")
    assert any(fault.startswith("valid.ttl: ") for fault in outcome.faults)
    assert "invalid.ttl does not break it" in outcome.faults


def test_cells_are_compared_by_value_and_not_by_spelling() -> None:
    assert checks.same_cells(["19000000.00", "a  b"], ["19000000", "a b"])
    assert not checks.same_cells(["19000000.01"], ["19000000"])
    assert not checks.same_cells(["1", "2"], ["1"])
    assert not checks.same_cells(["Norway"], ["Norwey"])
