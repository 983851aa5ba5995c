"""SPARQL 1.1 as W3C tests it, asked over HTTP of an application over a store on disk.

The default graph of this program is the union of all graphs; that of W3C's tests is not. So a test's default
graph is loaded as a named graph, and the request names the dataset, as the protocol has it (section 2.1.4).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient

from bsrgraph.formats import by_name
from bsrgraph.parse import statements
from bsrgraph.read import all_quads
from bsrgraph.settings import Settings
from bsrgraph.store.embedded import EmbeddedStore
from bsrgraph.store.port import Change
from bsrgraph.web.app import create_app

from .manifests import Case, params, sparql_cases
from .results import Result, Table, read, read_file, same

EVALUATED = (
    "aggregates",
    "bind",
    "bindings",
    "cast",
    "construct",
    "csv-tsv-res",
    "exists",
    "functions",
    "grouping",
    "json-res",
    "negation",
    "project-expression",
    "property-path",
    "subquery",
)
UPDATES = (
    "add",
    "basic-update",
    "clear",
    "copy",
    "delete",
    "delete-data",
    "delete-insert",
    "delete-where",
    "drop",
    "move",
    "syntax-update-1",
    "syntax-update-2",
    "update-silent",
)
FEDERATED = ("service", "syntax-fed")

_GRAPH_VARIABLE = "the engine joins the variable of GRAPH ?g into a MINUS, and leaves it out of VALUES and sub-selects"
FAILURES = {
    "aggregates/agg-empty-group-count-graph": _GRAPH_VARIABLE,
    "bindings/graph": _GRAPH_VARIABLE,
    "negation/graph-minus": _GRAPH_VARIABLE,
    "functions/bnode01": "BNODE(text) gives the same blank node in every solution",
    "csv-tsv-res/tsv03": "the store keeps an xsd:negativeInteger as the xsd:integer of the same value",
}
"""Test → why it fails. Exactly these do: one that passes unexpectedly fails the run."""

DEFAULT_GRAPH = "https://w3c.github.io/default-graph"
CASES = [c for group in (*EVALUATED, "syntax-query") for c in sparql_cases(group)]


def of_kind(*kinds: str) -> list[Case]:
    """The cases of the query suites that are of one of these kinds."""
    return [c for c in CASES if c.kinds & set(kinds)]


class Endpoint:
    """An application over a store on disk, whose data are those of one test at a time."""

    def __init__(self, state: Path, graph: Path) -> None:
        self.store = EmbeddedStore(state, Settings(graph=str(graph), state=str(state), workers=1))
        self.client: FlaskClient = create_app(Settings(graph=str(graph)), self.store).test_client()
        self._loaded: object = None

    def load(self, case: Case) -> None:
        """Makes a test's data the next version of the store, unless they are there already."""
        if self._loaded != (case.data, case.graphs):
            self.store.apply(Change(lambda: self._quads(case), anew=True))
            self._loaded = (case.data, case.graphs)

    def _quads(self, case: Case) -> Iterator[ox.Quad]:
        default = [(path, DEFAULT_GRAPH) for path in case.data]
        for number, (path, graph) in enumerate([*default, *((p, case.base + p.name) for p in case.graphs)]):
            for statement in statements(path.read_bytes(), by_name(path.suffix), case.base + path.name):
                subject, predicate, object_ = (_apart(t, number) for t in statement.quad.triple)
                yield ox.Quad(subject, predicate, object_, ox.NamedNode(graph))

    def ask(self, case: Case, suffix: str) -> bytes:
        """The answer to a test's query over its dataset."""
        text = with_base(case)
        arguments = [("query", text), ("format", suffix)]
        if "FROM" not in text:
            arguments += [("default-graph-uri", DEFAULT_GRAPH)]
            arguments += [("named-graph-uri", case.base + path.name) for path in case.graphs]
        response = self.client.post("/sparql", data=arguments_of(arguments), content_type=FORM)
        assert response.status_code == 200, response.text
        return response.data


FORM = "application/x-www-form-urlencoded"


def arguments_of(pairs: list[tuple[str, str]]) -> bytes:
    """Parameters as a form."""
    return urlencode(pairs).encode()


def query(case: Case) -> Path:
    """The file of a test's query."""
    assert case.action is not None
    return case.action


def with_base(case: Case) -> str:
    """A test's query, and before it what the suite leaves unsaid: relative IRIs are relative to its own address."""
    return f"BASE <{case.base + query(case).name}>\n" + query(case).read_text(encoding="utf-8")


def _apart(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple, number: int) -> object:
    """The blank nodes of each file are its own."""
    return ox.BlankNode(f"f{number}{term.value}") if isinstance(term, ox.BlankNode) else term


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory, alpine_dir: Path) -> Iterator[Endpoint]:
    """A fresh endpoint; nothing of the graph directory is in its store."""
    found = Endpoint(tmp_path_factory.mktemp("w3c"), alpine_dir)
    yield found
    found.store.close()


def test_the_suites_are_there(conformance_dir: Path) -> None:
    """Without the suites this says so; with them, that there is as much in them as there was."""
    assert len(CASES) >= 338
    assert len(UPDATE_CASES) >= 157


def formats_of(expected: Result, suffix: str) -> tuple[str, ...]:
    """The formats in which a result can be had and compared; what is expected as CSV tells only of CSV."""
    if suffix == "csv":
        return ("csv",)
    if isinstance(expected, bool):
        return ("json", "xml")
    return ("json", "xml", "tsv") if isinstance(expected, Table) else ("ttl", "nt", "rdf", "jsonld")


@pytest.mark.parametrize("case", params(of_kind("QueryEvaluationTest", "CSVResultFormatTest"), FAILURES))
def test_the_answer_is_the_expected_one(endpoint: Endpoint, case: Case) -> None:
    """In every format that can say all of it, whichever the suite has chosen for its expectation."""
    assert case.result is not None
    expected = read_file(case.result, case.base)
    endpoint.load(case)
    for suffix in formats_of(expected, case.result.suffix[1:]):
        answer = endpoint.ask(case, suffix)
        assert same(read(answer, suffix), expected), answer.decode()


@pytest.mark.parametrize("case", params(of_kind("PositiveSyntaxTest11"), FAILURES))
def test_a_query_that_is_right_is_answered(endpoint: Endpoint, case: Case) -> None:
    """One of them calls a function that nobody has; that is a fault of the evaluation, and has no line."""
    response = endpoint.client.get("/sparql", query_string={"query": with_base(case)})
    unknown_function = response.status_code == 400 and "custom function" in response.json["detail"]
    assert response.status_code == 200 or (unknown_function and "line" not in response.json), response.text


@pytest.mark.parametrize("case", params(of_kind("NegativeSyntaxTest11"), FAILURES))
def test_a_query_that_is_wrong_is_refused(endpoint: Endpoint, case: Case) -> None:
    """For its syntax, and not because it cannot be evaluated or asks too much."""
    response = endpoint.client.get("/sparql", query_string={"query": with_base(case)})
    assert response.status_code == 400, response.text
    assert "line" in response.json or "not SPARQL" in response.json["detail"], response.text


@pytest.mark.parametrize("case", params([c for g in FEDERATED for c in sparql_cases(g)], FAILURES))
def test_a_federated_query_is_refused_as_such(endpoint: Endpoint, case: Case) -> None:
    """No other server is asked, by policy; the refusal says so and is not a complaint about syntax."""
    response = endpoint.client.get("/sparql", query_string={"query": query(case).read_bytes()})
    assert response.status_code == 400
    assert "SERVICE" in response.json["detail"]


UPDATE_CASES = [c for group in UPDATES for c in sparql_cases(group)]


@pytest.mark.parametrize("case", params(UPDATE_CASES, FAILURES))
def test_an_update_is_refused_and_changes_nothing(endpoint: Endpoint, case: Case) -> None:
    """By every way in which it could be sent: as a query by GET and POST, as an update by GET and POST, raw."""
    if case.data or case.graphs:
        endpoint.load(case)
    body = query(case).read_bytes()
    before = endpoint.store.version, set(all_quads(endpoint.store))
    client = endpoint.client
    answers = {
        "query by GET": (client.get("/sparql", query_string={"query": body}), {400}),
        "query by POST": (client.post("/sparql", data={"query": body}, content_type=FORM), {400}),
        "raw query": (client.post("/sparql", data=body, content_type="application/sparql-query"), {400}),
        "update by GET": (client.get("/sparql", query_string={"update": body}), {400}),
        "update by POST": (client.post("/sparql", data={"update": body}, content_type=FORM), {403}),
        "raw update": (client.post("/sparql", data=body, content_type="application/sparql-update"), {403}),
    }
    assert {how: (r.status_code, r.text) for how, (r, allowed) in answers.items() if r.status_code not in allowed} == {}
    assert (endpoint.store.version, set(all_quads(endpoint.store))) == before
