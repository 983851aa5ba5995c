"""One check behind every door: its report, what would be stored, and the name that the same triples always have."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from bsrgraph.contribute.check import Checker, Sent
from bsrgraph.corpus import Corpus
from bsrgraph.settings import Settings
from bsrgraph.store.port import Store

PROLOGUE = """\
@prefix alp: <https://example.org/alpine/ontology#> .
@prefix initiative: <https://example.org/alpine/id/initiative/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix valley: <https://example.org/alpine/id/valley/> .
"""
GOOD = """initiative:fog-bells a alp:Initiative ;
  skos:prefLabel "Fog Bells"@en ;
  alp:takesPlaceIn valley:echotal ;
  alp:aim "bells that are heard in fog"@en .
"""


@pytest.fixture(scope="module")
def checker(alpine: Corpus, alpine_store: Store) -> Checker:
    """Checks against the alpine graph, which is small."""
    return Checker(alpine, alpine_store, Settings(graph=str(alpine.root)))


def test_a_good_contribution_conforms_and_says_what_would_be_stored(checker: Checker) -> None:
    checked = checker.check(Sent((PROLOGUE + GOOD).encode()))
    assert checked.conforms
    assert len(checked.quads) == len(checked.statements) == 4
    assert {q.graph_name for q in checked.quads} == {ox.DefaultGraph()}


def test_the_same_triples_have_the_same_name_however_they_are_written(checker: Checker) -> None:
    """And other triples have another."""
    part = GOOD.replace(" .\n", " ; skos:note [ skos:example 'a' ] , [ skos:example 'b' ] .\n")
    turned = GOOD.replace(" .\n", " ; skos:note _:two , _:one . _:one skos:example 'a' . _:two skos:example 'b' .\n")
    first, second = (checker.check(Sent((PROLOGUE + body).encode())) for body in (part, turned))
    assert first.digest == second.digest
    assert set(first.quads) == set(second.quads)
    assert not any(isinstance(t, ox.BlankNode) for q in first.quads for t in (q.subject, q.object))
    assert checker.check(Sent((PROLOGUE + GOOD).encode())).id != first.id


def test_a_graph_of_its_own_is_refused_where_it_would_be_stored(checker: Checker) -> None:
    body = (PROLOGUE + "<https://example.org/alpine/evidence/mine> {\n" + GOOD + "}").encode()
    refused = checker.check(Sent(body, "sent.trig"))
    assert refused.refused
    assert not refused.conforms
    assert [(f.code, f.line) for f in refused.report.findings] == [("named-graph", 6)]
    assert not checker.check(Sent(body, "sent.trig"), named=True).refused
