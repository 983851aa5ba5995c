"""Whatever is asked within `/openapi.json`, the answer is one that it declares, and never a fault of ours.

Schemathesis makes the requests: parameters of every kind there could be, bodies of every declared media type.
"""

from __future__ import annotations

import os
from typing import Any

import flask
import pytest
import schemathesis
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from bsrgraph.catalogue import openapi
from bsrgraph.corpus import Corpus
from bsrgraph.formats import JSON
from bsrgraph.settings import Settings
from bsrgraph.store.embedded import EmbeddedStore
from bsrgraph.store.port import Change
from bsrgraph.web.app import create_app
from bsrgraph.web.documented import documented, routes

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = 25 if os.environ.get("BSRGRAPH_LONG") == "1" else 5
PLAIN = {"Accept-Encoding": "identity"}
"""The client of the tests unpacks nothing."""
ANYTHING = hypothesis_settings(
    max_examples=EXAMPLES, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


@pytest.fixture(scope="module")
def app(alpine: Corpus, tmp_path_factory: pytest.TempPathFactory) -> flask.Flask:
    """The alpine graph, served from a store on disk; what is not foreseen is answered, not raised."""
    # On a busy machine a child may take its time to start: here the queue is no reason for a 503.
    settings = Settings(graph=str(alpine.root), queue_wait=60, query_deadline=60, query_deadline_cap=60)
    store = EmbeddedStore(tmp_path_factory.mktemp("state"), settings)
    store.apply(Change(alpine.quads, anew=True))
    made = create_app(settings, store)
    made.config["PROPAGATE_EXCEPTIONS"] = False
    return made


def there(app: flask.Flask, path: str) -> dict[str, Any]:
    """Places in a path, filled so that there is something: what is made up seldom leads anywhere."""
    version = app.extensions["bsrgraph"].store.version
    known = {"kind": "valley", "slug": "echotal", "version": version, "number": 1, "name": "village-gazette"}
    if path.startswith("/dump/"):
        known["name"] = "all.nq.gz"
    return {name: value for name, value in known.items() if f"{{{name}}}" in path}


def wrong(app: flask.Flask) -> list[str]:
    """Every operation with an answer that it does not declare, and what that was."""
    found = []
    for result in schemathesis.openapi.from_wsgi("/openapi.json", app).get_all_operations():
        operation = result.ok()

        @ANYTHING
        @given(case=operation.as_strategy(), real=st.booleans())
        def ask(case: Any, real: bool) -> None:
            if real and case.path_parameters:
                case.path_parameters.update(there(app, case.operation.path))
            case.validate_response(case.call(headers=PLAIN), checks=CHECKS)

        try:
            ask()
        except (Exception, FailureGroup) as error:
            causes = getattr(error, "exceptions", [error])
            found.append(f"{operation.method} {operation.path}: " + "; ".join(str(c)[:300] for c in causes))
    return found


def test_every_answer_is_one_that_is_declared(app: flask.Flask) -> None:
    assert wrong(app) == []


def test_an_answer_that_is_not_declared_is_found(alpine: Corpus) -> None:
    """The judge itself: another status, another media type, a fault."""
    app = flask.Flask("judged", static_folder=None)

    @app.get("/openapi.json")
    def description() -> Any:
        return openapi([r for r in routes(app) if r.path != "/openapi.json"], "judged", "http://localhost", None, {})

    @app.get("/status")
    @documented(JSON)
    def status() -> Any:
        """Has gone, and does not say that it may."""
        return {}, 410

    @app.get("/type")
    @documented(JSON)
    def media_type() -> str:
        """Is no JSON."""
        return "<p>text</p>"

    @app.get("/fault")
    @documented(JSON)
    def fault() -> Any:
        """Fails."""
        return {}, 500

    @app.get("/right")
    @documented(JSON)
    def right() -> Any:
        """Is as it says."""
        return {}

    assert [w.partition(":")[0] for w in wrong(app)] == ["get /fault", "get /status", "get /type"]
