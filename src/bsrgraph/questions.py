"""Questions that users ask, kept as files: SPARQL under a header of `#+ key: value` lines.

A question's file is the only place where it is written: the page of examples, the tests of its answer and its
description in the graph (`sh:SPARQLExecutable`, SHACL Advanced Features section 5) are made from it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from bsrgraph.errors import GraphDirectoryError
from bsrgraph.iris import BSR, PREFIXES, RDF_TYPE, Space

__all__ = ["Question", "described", "read_question"]

_LINE = re.compile(r"#\+ (\w+):[ \t]?(.*)")
_REQUIRED = ("number", "title", "question", "level", "audience", "answer")


@dataclass(frozen=True, slots=True)
class Question:
    """A question, its answer in words, and the query; `rows` is the exact answer, None where it runs elsewhere.

    A cell is a literal's text or an IRI in full, empty where unbound. Numbers are compared by value.
    """

    name: str
    number: int
    title: str
    question: str
    level: str
    audience: str
    answer: str
    rows: tuple[tuple[str, ...], ...] | None
    text: str


def read_question(path: Path) -> Question:
    """The question in the file at `path`.

    Raises:
        GraphDirectoryError: its header lacks something.

    """
    text = path.read_text(encoding="utf-8")
    header: dict[str, list[str]] = {}
    for line in text.splitlines():
        if match := _LINE.match(line):
            header.setdefault(match.group(1), []).append(match.group(2))
    missing = [key for key in _REQUIRED if key not in header]
    if missing:
        raise GraphDirectoryError(f"{path}: its header has no {', '.join(missing)}.")
    if not header["number"][0].isdecimal():
        raise GraphDirectoryError(f"{path}: its number is “{header['number'][0]}”, which is none.")
    elsewhere = header.get("runs") == ["elsewhere"]
    rows = tuple(tuple(cell.strip() for cell in row.split(" | ")) for row in header.get("row", ()))
    if not rows and not elsewhere and header.get("rows") != ["none"]:
        raise GraphDirectoryError(f"{path}: its header states no rows, nor `rows: none`.")
    one = {key: " ".join(values) for key, values in header.items()}
    query = text[text.rindex("#+") :].partition("\n")[2].strip() + "\n"
    return Question(
        path.stem,
        int(header["number"][0]),
        one["title"],
        one["question"],
        one["level"],
        one["audience"],
        one["answer"],
        None if elsewhere else rows,
        query,
    )


def described(questions: tuple[Question, ...], space: Space) -> Iterator[ox.Quad]:
    """The questions as things of the graph, in a reference graph of their own."""
    graph = ox.NamedNode(space.evidence + "reference/questions")

    def say(subject: ox.NamedNode, predicate: str, object_: ox.NamedNode | ox.Literal) -> ox.Quad:
        return ox.Quad(subject, ox.NamedNode(predicate), object_, graph)

    if questions:
        yield say(graph, RDF_TYPE, ox.NamedNode(BSR + "ReferenceGraph"))
    for question in questions:
        thing = ox.NamedNode(space.thing("question", question.name))
        yield say(thing, RDF_TYPE, ox.NamedNode(PREFIXES["sh"] + "SPARQLExecutable"))
        yield say(thing, PREFIXES["skos"] + "prefLabel", ox.Literal(question.title, language="en"))
        yield say(thing, PREFIXES["dcterms"] + "description", ox.Literal(question.question, language="en"))
        yield say(thing, PREFIXES["dcterms"] + "abstract", ox.Literal(question.answer, language="en"))
        yield say(thing, PREFIXES["sh"] + "select", ox.Literal(question.text))
