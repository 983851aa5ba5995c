"""`/openapi.json` tells of every route that there is, of nothing else, and the truth."""

from __future__ import annotations

import json
from typing import Any

import flask
import pytest
from flask.testing import FlaskClient
from schemathesis.specs.openapi.definitions import OPENAPI_31_VALIDATOR

from bsrgraph.corpus import Corpus
from bsrgraph.formats import HTML, JSON
from bsrgraph.settings import Settings
from bsrgraph.store.port import Store
from bsrgraph.web.app import create_app
from bsrgraph.web.documented import documented, routes, whole

METHODS = {"get", "post", "put", "patch", "delete"}


@pytest.fixture(scope="module")
def app(corpus: Corpus, store: Store) -> flask.Flask:
    """The shipped graph, served."""
    return create_app(Settings(graph=str(corpus.root)), store)


@pytest.fixture(scope="module")
def told(app: flask.Flask) -> dict[str, Any]:
    """The document, as a client reads it."""
    document = json.loads(app.test_client().get("/openapi.json").data)
    assert isinstance(document, dict)
    return document


def operations(told: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    """Path, method and operation."""
    return [(p, m, o) for p, item in told["paths"].items() for m, o in item.items() if m in METHODS]


def test_the_document_is_openapi_31(told: dict[str, Any]) -> None:
    assert told["openapi"] == "3.1.0"
    assert [f"{e.instance_path}: {e.message}" for e in OPENAPI_31_VALIDATOR.iter_errors(told)] == []
    assert OPENAPI_31_VALIDATOR.is_valid({"openapi": "3.1.0"}) is False


def test_every_route_is_told_and_nothing_else(app: flask.Flask, told: dict[str, Any]) -> None:
    there = {
        (route.path, method.lower())
        for route in routes(app)
        for rule in app.url_map.iter_rules()
        if rule.rule == route.rule
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert {(path, method) for path, method, _ in operations(told)} == there
    assert len(there) > 10


def test_every_route_says_what_it_gives(told: dict[str, Any]) -> None:
    """A view without `@documented(…)` fails here: see CONTRIBUTING."""
    silent = [
        f"{method} {path}"
        for path, method, operation in operations(told)
        if not operation["summary"] or not any(status < "400" for status in operation["responses"])
    ]
    assert silent == []


def test_every_parameter_is_explained(told: dict[str, Any]) -> None:
    parameters = [(path, p) for path, _, o in operations(told) for p in o["parameters"]]
    assert [f"{path}: {p['name']}" for path, p in parameters if p["description"] in ("", p["name"])] == []
    named = {(path, p["name"]) for path, p in parameters}
    assert {("/doc/{kind}/{slug}", "slug"), ("/doc/{kind}/{slug}", "lang"), ("/sparql", "timeout")} <= named


def test_the_names_of_operations_differ(told: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, _, operation in operations(told)]
    assert len(set(names)) == len(names)


def test_a_route_is_declared_in_a_line_beside_it(corpus: Corpus, store: Store) -> None:
    app = create_app(Settings(graph=str(corpus.root)), store)

    @app.get("/echo/<word>")
    @documented(HTML, JSON, takes={"word": "what to say", "times": whole("how often", 1, 3)}, answers={410: "Said."})
    def echo(word: str) -> str:
        """Says a word."""
        return word

    client: FlaskClient = app.test_client()
    operation = json.loads(client.get("/openapi.json").data)["paths"]["/echo/{word}"]["get"]
    assert operation["summary"] == "Says a word."
    assert {p["name"]: p["in"] for p in operation["parameters"]} == {
        "word": "path",
        "times": "query",
        "format": "query",
        "lang": "query",
    }
    assert set(operation["responses"]) == {"200", "304", "400", "404", "406", "410", "503"}
    assert set(operation["responses"]["200"]["content"]) == {"text/html", "application/json"}


def test_the_document_has_an_etag_and_names_this_server(app: flask.Flask, told: dict[str, Any]) -> None:
    client = app.test_client()
    first = client.get("/openapi.json")
    assert first.mimetype == "application/json"
    assert client.get("/openapi.json", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    assert told["servers"] == [{"url": "http://127.0.0.1:8000"}]
