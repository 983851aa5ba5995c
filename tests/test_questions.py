"""A question's file is the only place where it is written: header, rows and query are read as they stand."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from bsrgraph.errors import GraphDirectoryError
from bsrgraph.iris import BSR, RDF_TYPE, Space
from bsrgraph.questions import Question, described, read_question

HEADER = """\
#+ number: 7
#+ title: Bells of a valley
#+ question: Which bells ring?
#+ level: easy
#+ audience: journalist
#+ answer: Two of them,
#+ answer: and the third is cracked.
"""
QUERY = "# A comment of the query.\nSELECT ?a ?b { ?a ?p ?b }\n"


@pytest.fixture
def read(tmp_path):
    """Reads a question from this text."""

    def from_text(text: str) -> Question:
        path = tmp_path / "bells-of-a-valley.rq"
        path.write_text(text, encoding="utf-8")
        return read_question(path)

    return from_text


def test_a_question_is_read_with_its_rows(read):
    found = read(HEADER + "#+ row: first | 1\n#+ row:  second |  \n#+ row: a|b | c\n\n" + QUERY)
    assert found == Question(
        name="bells-of-a-valley",
        number=7,
        title="Bells of a valley",
        question="Which bells ring?",
        level="easy",
        audience="journalist",
        answer="Two of them, and the third is cracked.",
        rows=(("first", "1"), ("second", ""), ("a|b", "c")),
        text=QUERY,
    )


def test_a_row_with_only_empty_cells_is_a_row(read):
    assert read(HEADER + "#+ row: | \n" + QUERY).rows == (("|",),)
    assert read(HEADER + "#+ row:  | \n" + QUERY).rows == (("", ""),)
    assert read(HEADER + "#+ row:\n" + QUERY).rows == (("",),)


def test_no_rows_is_an_answer_that_is_stated(read):
    assert read(HEADER + "#+ rows: none\n" + QUERY).rows == ()


def test_a_question_that_runs_elsewhere_has_no_rows(read):
    assert read(HEADER + "#+ runs: elsewhere\n" + QUERY).rows is None


@pytest.mark.parametrize("key", ["number", "title", "question", "level", "audience", "answer"])
def test_a_header_without_a_part_is_refused_with_the_part(read, key):
    header = "".join(line + "\n" for line in HEADER.splitlines() if not line.startswith(f"#+ {key}:"))
    with pytest.raises(GraphDirectoryError, match=rf"bells-of-a-valley\.rq: its header has no {key}\."):
        read(header + "#+ rows: none\n" + QUERY)


def test_a_header_that_states_no_answer_is_refused(read):
    with pytest.raises(GraphDirectoryError, match="states no rows, nor `rows: none`"):
        read(HEADER + QUERY)


@pytest.mark.parametrize("text", ["", QUERY, "#+ number\n" + QUERY])
def test_a_file_without_a_header_is_refused(read, text):
    with pytest.raises(GraphDirectoryError, match="its header has no number, title"):
        read(text)


def test_a_number_that_is_none_is_refused_with_the_file(read):
    with pytest.raises(GraphDirectoryError, match=r"bells-of-a-valley\.rq"):
        read(HEADER.replace("number: 7", "number: seven") + "#+ rows: none\n" + QUERY)


@pytest.mark.parametrize("name", ["corpus", "alpine"])
def test_the_questions_of_a_directory_are_in_the_order_of_their_numbers(name, request):
    questions = request.getfixturevalue(name).questions
    assert [q.number for q in questions] == sorted(q.number for q in questions)
    assert questions
    for question in questions:
        assert "#+" not in question.text
        assert question.text.endswith("\n")


def test_questions_are_things_of_the_graph_in_a_graph_of_their_own(read):
    question = read(HEADER + "#+ rows: none\n" + QUERY)
    quads = list(described((question,), Space("https://example.org/alpine/")))
    graph = ox.NamedNode("https://example.org/alpine/evidence/reference/questions")
    assert {q.graph_name for q in quads} == {graph}
    assert ox.Quad(graph, ox.NamedNode(RDF_TYPE), ox.NamedNode(BSR + "ReferenceGraph"), graph) in quads
    thing = "https://example.org/alpine/id/question/bells-of-a-valley"
    said = {
        q.predicate.value.rpartition("/")[2].rpartition("#")[2]: q.object.value
        for q in quads
        if q.subject.value == thing
    }
    assert said == {
        "type": "http://www.w3.org/ns/shacl#SPARQLExecutable",
        "prefLabel": question.title,
        "description": question.question,
        "abstract": question.answer,
        "select": QUERY,
    }


def test_without_questions_nothing_is_said():
    assert list(described((), Space("https://example.org/alpine/"))) == []
