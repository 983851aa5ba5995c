"""A span matches its text exactly, counts characters, and notices any change to them."""

from __future__ import annotations

import hashlib
import random

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bsrgraph.errors import UsageError
from bsrgraph.evidence import Span, check, spans
from bsrgraph.formats import by_name
from bsrgraph.parse import statements

SOURCE = "https://example.org/alpine/id/source/village-gazette"
TEXT = "Nebeltal — 🐐 & Hütten: the bells ring.\nCafé"
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=2)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _span(text: str, start: int, end: int, source: str = SOURCE) -> Span:
    return Span(f"https://example.org/g/{start}-{end}", source, start, end, _digest(text[start:end]))


def _provenance(span: Span, *, without: str = "") -> str:
    """Turtle that states `span`, but for one property."""
    selector = "".join(
        f"<http://www.w3.org/ns/oa#{name}> {value} ; "
        for name, value in (("start", span.start), ("end", span.end))
        if name != without
    )
    parts = {
        "wasDerivedFrom": f"<http://www.w3.org/ns/prov#wasDerivedFrom> <{span.source}>",
        "hasSelector": f"<http://www.w3.org/ns/oa#hasSelector> [ {selector} ]",
        "spanSha256": f'<https://w3id.org/bsrgraph/ontology#spanSha256> "{span.digest}"',
    }
    return f"<{span.graph}> " + " ; ".join(text for name, text in parts.items() if name != without) + " .\n"


def _quads(turtle: str) -> list[ox.Quad]:
    return [s.quad for s in statements(turtle.encode(), by_name("ttl"))]


def test_spans_are_read_from_provenance_in_the_order_of_the_text():
    stated = [_span(TEXT, 23, 27), _span(TEXT, 0, 8), _span(TEXT, 0, 8, "https://example.org/a")]
    stated[2] = Span(
        "https://example.org/g/other", *[getattr(stated[2], n) for n in ("source", "start", "end", "digest")]
    )
    assert spans(_quads("".join(map(_provenance, stated)))) == [stated[2], stated[1], stated[0]]


@pytest.mark.parametrize("without", ["wasDerivedFrom", "hasSelector", "spanSha256", "start", "end"])
def test_a_graph_without_a_part_of_its_span_has_none(without):
    assert spans(_quads(_provenance(_span(TEXT, 0, 8), without=without) + _provenance(_span(TEXT, 9, 10)))) == [
        _span(TEXT, 9, 10)
    ]


@pytest.mark.parametrize(
    ("start", "end", "words"), [(0, 8, "Nebeltal"), (11, 12, "🐐"), (15, 21, "Hütten"), (39, 43, "Café")]
)
def test_characters_are_counted_and_not_bytes(start, end, words):
    assert TEXT[start:end] == words
    found = check([Span("g", SOURCE, start, end, _digest(words))], TEXT.encode())
    assert [c.matches for c in found] == [True]


@given(TEXTS, st.data())
def test_any_span_of_any_text_matches_it(text, data):
    """Also over line ends, and with characters of more than one code unit."""
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    assert check([_span(text, start, end)], text.encode())[0].matches


@given(TEXTS, st.data())
def test_a_character_that_changed_inside_the_span_is_noticed_and_one_outside_is_not(text, data):
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    place = data.draw(st.integers(0, len(text) - 1))
    other = "x" if text[place] != "x" else "y"
    changed = text[:place] + other + text[place + 1 :]
    assert check([_span(text, start, end)], changed.encode())[0].matches == (not start <= place < end)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Nebeltal is here", "have changed"),
        ("short", "it ends at character 21, the text has only 5"),
        ("", "has only 0"),
    ],
)
def test_what_does_not_match_says_why(text, reason):
    found = check([_span(TEXT, 15, 21)], text.ljust(21)[: len(text) if len(text) < 16 else 21].encode())
    assert reason in found[0].reason
    assert not found[0].matches


@pytest.mark.parametrize(("start", "end"), [(5, 5), (6, 5), (-1, 3)])
def test_a_span_of_nothing_matches_nothing(start, end):
    span = Span("g", SOURCE, start, end, _digest(TEXT[start:end]))
    assert check([span], TEXT.encode())[0].reason == f"characters {start} to {end} are no span"


def test_a_text_that_is_not_utf_8_is_refused():
    with pytest.raises(UsageError, match=r"not UTF-8 \(byte 2\)"):
        check([_span(TEXT, 0, 8)], b"ab\xff")


def test_of_several_documents_one_is_to_be_named():
    stated = [_span(TEXT, 0, 8), _span(TEXT, 15, 21, "https://example.org/other")]
    with pytest.raises(UsageError, match="Several documents") as wrong:
        check(stated, TEXT.encode())
    assert SOURCE in (wrong.value.hint or "")
    assert "https://example.org/other" in (wrong.value.hint or "")
    assert [c.span for c in check(stated, TEXT.encode(), SOURCE)] == stated[:1]


def test_a_document_without_spans_is_told_with_those_that_have_some():
    with pytest.raises(UsageError, match=r"No span of https://example\.org/none") as wrong:
        check([_span(TEXT, 0, 8)], TEXT.encode(), "https://example.org/none")
    assert SOURCE in (wrong.value.hint or "")


def test_without_spans_there_is_nothing_to_check():
    assert check([], TEXT.encode()) == []


def test_the_small_graph_states_no_spans(alpine):
    assert spans(alpine.quads()) == []


def test_every_span_of_the_shipped_graph_matches_its_document(corpus, seed):
    found = check(spans(corpus.quads()), seed)
    assert [c for c in found if not c.matches] == []
    assert len(found) == 66


def test_a_changed_character_in_the_document_breaks_the_spans_that_hold_it_and_no_others(corpus, seed):
    text = seed.decode("utf-8")
    stated = spans(corpus.quads())
    chosen = random.Random(0)
    for place in chosen.sample(range(len(text)), 40):
        changed = text[:place] + ("x" if text[place] != "x" else "y") + text[place + 1 :]
        broken = {c.span for c in check(stated, changed.encode()) if not c.matches}
        assert broken == {s for s in stated if s.start <= place < s.end}


def test_a_character_too_many_at_the_beginning_breaks_every_span(corpus, seed):
    """Unless the text repeats itself there, which this one does not."""
    assert not any(c.matches for c in check(spans(corpus.quads()), b"x" + seed))


def test_the_document_is_described_by_its_length_and_digest(corpus, seed):
    """The source says of itself how long it is and what its bytes hash to."""
    stated = {
        q.predicate.value.rpartition("#")[2]: q.object.value for q in corpus.quads() if q.subject.value == SEED_SOURCE
    }
    assert stated["characters"] == str(len(seed.decode("utf-8")))
    assert stated["textSha256"] == hashlib.sha256(seed).hexdigest()


SEED_SOURCE = "https://w3id.org/bsrgraph/id/source/regio-bsr-stars-stardust-en"
