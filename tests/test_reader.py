"""What strangers send is read in a child: as it would be read here, and whatever it is, here nothing happens."""

from __future__ import annotations

import dataclasses
import hashlib
import time
from collections.abc import Iterator

import pyoxigraph as ox
import pytest

from bsrgraph.errors import ContentError, TooLarge
from bsrgraph.formats import by_name
from bsrgraph.parse import Reader, statements
from bsrgraph.settings import Settings

TURTLE, N_TRIPLES, JSON_LD = by_name("ttl"), by_name("nt"), by_name("jsonld")
SETTINGS = Settings(checkers=1, parse_deadline=3, canonical_deadline=1, worker_memory=400 * 2**20, triple_limit=20_000)
CLIQUE = "".join(f"_:b{i} <x:p> _:b{j} .\n" for i in range(14) for j in range(14) if i != j)


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    """One child, and one more that is warm."""
    found = Reader(SETTINGS)
    yield found
    found.close()


def test_a_child_reads_what_would_be_read_here(reader: Reader, graph_dir) -> None:
    """Every file of the graph: the same statements with the same places."""
    for path in sorted((graph_dir / "data").rglob("*.t*")):
        data, form = path.read_bytes(), by_name(path.suffix)
        assert _told(reader.read(data, form).statements) == _told(statements(data, form)), path


def _told(found) -> list[tuple[object, ...]]:
    """Statements without the names of blank nodes, which are new each time."""
    return [(*(None if isinstance(t, ox.BlankNode) else t for t in s.quad), s.line, s.column, s.begins) for s in found]


def test_the_canonical_form_is_that_of_the_specification(reader: Reader) -> None:
    """RDFC-1.0: blank nodes c14n0, c14n1, …, lines sorted, each once; texts are in normal form C."""
    data = '<x:s> <x:p> _:z , "e\u0301" , "b" . _:z <x:p> "a" . <x:s> <x:p> "b" .'
    assert reader.read(data.encode(), TURTLE).canonical == (
        b'<x:s> <x:p> "b" .\n<x:s> <x:p> "\xc3\xa9" .\n<x:s> <x:p> _:c14n0 .\n_:c14n0 <x:p> "a" .\n'
    )


def test_other_names_of_blank_nodes_and_another_order_are_the_same_canonical_form(reader: Reader) -> None:
    one = reader.read(b'<x:s> <x:p> _:a, _:b . _:a <x:q> "1" . _:b <x:q> "2" .', TURTLE).canonical
    two = reader.read(b'_:v <x:q> "2" . <x:s> <x:p> _:v, [ <x:q> "1" ] .', TURTLE).canonical
    assert hashlib.sha256(one or b"").digest() == hashlib.sha256(two or b"").digest()


def test_a_fault_is_told_as_it_would_be_here(reader: Reader) -> None:
    data = "<x:s> <x:p> “a” .".encode()
    with pytest.raises(ContentError) as there:
        reader.read(data, TURTLE)
    with pytest.raises(ContentError) as here:
        list(statements(data, TURTLE))
    for name in ("message", "line", "column", "hint", "caret"):
        assert getattr(there.value, name) == getattr(here.value, name)


@pytest.mark.parametrize(
    ("data", "form", "message"),
    [
        ("<x:s> <x:p> " + " , ".join(map(str, range(20_001))) + " .", TURTLE, "more than 20,000 triples"),
        ("<x:s> <x:p> " + " , ".join(f"_:b{n}" for n in range(10_001)) + " .", TURTLE, "more than 10,000 blank nodes"),
        (f"<x:s> <x:p> <x:{'a' * 2_048}> .", TURTLE, "An IRI has 2,050 characters; the limit is 2,048"),
        (f"<x:s> <x:p> '{'a' * 256_001}' .", TURTLE, "more than 256,000 characters"),
        ("<x:s> <x:p> " + "[ <x:p> " * 20_000 + "1" + "]" * 20_000 + " .", TURTLE, "more than 60 levels"),
        ("<x:s> <x:p> " + "( " * 20_000 + ")" * 20_000 + " .", TURTLE, "more than 60 levels"),
        ("<x:s> <x:p> " + "<<( <x:s> <x:p> " * 20_000, TURTLE, "more than 60 levels"),
        ('{"x:p":' * 20_000 + "1" + "}" * 20_000, JSON_LD, "more than 60 levels"),
        ("<a>" * 20_000 + "</a>" * 20_000, by_name("rdf"), "more than 60 levels"),
    ],
    ids=["triples", "blank nodes", "iri", "literal", "brackets", "lists", "triple terms", "objects", "elements"],
)
def test_each_limit_says_what_it_is_and_where_it_is_met(reader: Reader, data: str, form, message: str) -> None:
    with pytest.raises(TooLarge, match=message) as wrong:
        reader.read(data.encode(), form)
    assert wrong.value.line == 1
    assert wrong.value.hint


def test_blank_nodes_that_no_one_can_tell_apart_end_a_child_and_nothing_else(reader: Reader) -> None:
    """Naming them would take for ever; what was read is there all the same."""
    started = time.monotonic()
    found = reader.read(CLIQUE.encode(), N_TRIPLES)
    assert found.canonical is None
    assert len(found.statements) == 14 * 13
    assert time.monotonic() - started < 30
    assert reader.read(b"<x:s> <x:p> 1 .", TURTLE).canonical


def test_what_takes_too_long_or_too_much_is_refused_and_the_next_file_is_read() -> None:
    data = b'<x:s> <x:p> "1" .\n' * 400_000
    for settings, why in (
        (dataclasses.replace(SETTINGS, parse_deadline=1, triple_limit=10**6), "within 1 s"),
        (dataclasses.replace(SETTINGS, parse_deadline=60, worker_memory=150 * 2**20, triple_limit=10**6), "memory"),
    ):
        reader = Reader(settings)
        try:
            with pytest.raises(TooLarge, match=why):
                reader.read(data, N_TRIPLES)
            assert len(reader.read(b"<x:s> <x:p> 1 .", TURTLE).statements) == 1
        finally:
            reader.close()
