"""The syntaxes of RDF 1.1, and JSON-LD 1.1, as W3C tests them, by the parser that reads what is contributed."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from pathlib import Path

import pyoxigraph as ox
import pytest

from bsrgraph.errors import ContentError
from bsrgraph.formats import by_name
from bsrgraph.parse import Statement, statements

from .manifests import Case, json_ld_cases, params, rdf_cases

SYNTAXES = ("rdf-turtle", "rdf-trig", "rdf-n-triples", "rdf-n-quads", "rdf-xml")

_REMOTE = "a context in another document is refused, as nothing is fetched"
_DIRECTION = "a base direction is refused: where it is kept, it is RDF 1.2"
_DOTS = "the parser leaves /./ and /../ in a base as they are"
_XML = "the parser keeps the namespaces around an XML literal, and does not canonicalise it"
REMOTE = ("tc031", "tc034", "te126", "te127", "te128", "tso05", "tso06", "tso08", "tso09", "tso11")
FAILURES = {
    "rdf-xml/xml-canon-test001": _XML,
    "rdf-xml/xml-canon-test002": _XML,
    **{f"toRdf/{name}": _REMOTE for name in REMOTE},
    **{f"toRdf/{name}": _DIRECTION for name in ("tdi02", "tdi04", "tdi05", "tdi06")},
    **{f"toRdf/{name}": _DOTS for name in ("t0122", "t0123", "te062", "te091")},
    "toRdf/tc013": "the parser forgets a type's context inside an index",
    "toRdf/tli12": "a @base that is no IRI is refused; JSON-LD would leave its list items out",
}
"""Test → why it fails. Exactly these do: one that passes unexpectedly fails the run."""

RDF_CASES = [c for group in SYNTAXES for c in rdf_cases(group)]


def is_ours(case: Case) -> bool:
    """Whether a test of JSON-LD is of what a document says by itself, to a processor of version 1.1.

    The others set the mode 1.0, or give options beside the document. The file of `ter56` is not in the suite.
    """
    old = "json-ld-1.0" in (case.facts.get("specVersion"), case.facts.get("processingMode"))
    beside = case.facts.keys() & {"expandContext", "rdfDirection", "produceGeneralizedRdf"}
    return not old and not beside and case.action is not None and case.action.is_file()


JSON_LD_CASES = list(filter(is_ours, json_ld_cases()))


def read(case: Case) -> list[Statement]:
    """The statements of a test's file, in the format that its name says."""
    assert case.action is not None
    base = case.facts.get("base", case.base)
    return list(statements(case.action.read_bytes(), by_name(case.action.suffix), base))


def canonical(quads: Iterable[ox.Quad]) -> set[ox.Quad]:
    """The quads with their blank nodes named by what is said of them."""
    dataset = ox.Dataset(quads)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    return set(dataset)


def expected(case: Case) -> set[ox.Quad]:
    """What a test expects, which the suite says in N-Triples or N-Quads."""
    assert case.result is not None
    return canonical(ox.parse(case.result.read_bytes(), format=ox.RdfFormat.N_QUADS))


def require_places(found: list[Statement], path: Path) -> None:
    """Places lie in the file, statements begin before they end, and where order counts it is that of the file."""
    lines = path.read_bytes().decode("utf-8").split("\n")
    for statement in found:
        assert 1 <= statement.line <= len(lines)
        assert 0 <= statement.column <= len(lines[statement.line - 1])
        assert statement.begins is not None
        assert (1, 1) <= statement.begins <= (statement.line, statement.column)
    places = [(s.line, s.column) for s in found]
    assert places == sorted(places) or path.suffix == ".jsonld"
    if path.suffix in (".nt", ".nq"):
        full = [n for n, line in enumerate(lines, 1) if line.strip() and not line.strip().startswith("#")]
        assert [line for line, _ in places] == full


def test_the_suites_are_there(conformance_dir: Path) -> None:
    """Without the suites this says so; with them, that there is as much in them as there was."""
    assert len(RDF_CASES) >= 992
    assert len(JSON_LD_CASES) >= 440


def is_negative(case: Case) -> bool:
    """Whether a test is of what must be refused."""
    return any("Negative" in kind for kind in case.kinds)


@pytest.mark.parametrize("case", params(itertools.filterfalse(is_negative, RDF_CASES), FAILURES))
def test_a_document_that_is_right_is_read(case: Case) -> None:
    assert case.action is not None
    found = read(case)
    if case.result is not None:
        assert canonical(s.quad for s in found) == expected(case)
    require_places(found, case.action)


@pytest.mark.parametrize("case", params(filter(is_negative, [*RDF_CASES, *JSON_LD_CASES]), FAILURES))
def test_a_document_that_is_wrong_is_refused(case: Case) -> None:
    with pytest.raises(ContentError):
        read(case)


@pytest.mark.parametrize("case", params(itertools.filterfalse(is_negative, JSON_LD_CASES), FAILURES))
def test_a_json_ld_document_is_read(case: Case) -> None:
    assert case.action is not None
    found = read(case)
    if case.result is not None:
        assert canonical(s.quad for s in found) == expected(case)
    require_places(found, case.action)


@pytest.mark.parametrize("case", [c for c in JSON_LD_CASES if c.name.partition("/")[2] in REMOTE], ids=lambda c: c.name)
def test_a_context_in_another_document_is_refused_as_such(case: Case) -> None:
    """And with a word on what to do; the parser is given nothing that could fetch it."""
    with pytest.raises(ContentError, match="nothing is fetched") as caught:
        read(case)
    assert caught.value.hint is not None
