"""`create_app()`, and the one table from errors to statuses."""

from __future__ import annotations

import logging
from pathlib import Path

import flask
from werkzeug.exceptions import HTTPException

from bsrgraph import errors
from bsrgraph.corpus import Corpus, packaged
from bsrgraph.settings import Settings
from bsrgraph.store.connect import connect
from bsrgraph.store.port import Store, Version
from bsrgraph.web import resources, site, sparql
from bsrgraph.web.respond import SECURITY_HEADERS, grouped, problem
from bsrgraph.web.state import State

__all__ = ["STATUS", "create_app"]

_log = logging.getLogger("bsrgraph.web")

STATUS: dict[type[errors.BsrgraphError], int] = {
    errors.NotFound: 404,
    errors.NotAcceptable: 406,
    errors.UnknownFormat: 415,
    errors.ContentError: 400,
    errors.QueryError: 400,
    errors.UsageError: 400,
    errors.StoreError: 503,
}
"""Error → status; the first row that an error is an instance of counts."""


def create_app(settings: Settings, store: Store | None = None) -> flask.Flask:
    """The application over `store`; without one, over a store made from the graph directory of the settings.

    Raises:
        GraphDirectoryError: the graph directory cannot be read.

    """
    app = flask.Flask("bsrgraph", root_path=str(Path(__file__).parent))
    corpus = Corpus(Path(settings.graph) if settings.graph else packaged())
    if store is None:
        store = connect()
        store.load(corpus.quads(), Version(corpus.digest[:16]))
    app.extensions["bsrgraph"] = State(settings, corpus, store)
    app.config["MAX_CONTENT_LENGTH"] = settings.body_limit
    app.config["MAX_FORM_MEMORY_SIZE"] = settings.body_limit
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    app.jinja_env.filters["grouped"] = grouped
    app.jinja_env.globals["graph"] = corpus
    for module in (site, sparql, resources):
        app.register_blueprint(module.blueprint)
    app.register_error_handler(errors.BsrgraphError, _failed)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _unexpected)
    app.after_request(_with_headers)
    return app


def _failed(error: errors.BsrgraphError) -> flask.Response:
    status = next((s for kind, s in STATUS.items() if isinstance(error, kind)), 500)
    if status >= 500:
        _log.error("%s", error.message, exc_info=error)
    return problem(error, status)


def _http_error(error: HTTPException) -> flask.Response:
    response = problem(errors.BsrgraphError(error.description or error.name), error.code or 500)
    for name, value in error.get_headers():
        if name == "Allow":
            response.headers[name] = value
    return response


def _unexpected(error: Exception) -> flask.Response:
    """The edge: a fault of ours is logged whole, and told without its insides."""
    _log.error("unexpected error", exc_info=error)
    return problem(errors.BsrgraphError("Something went wrong here; it is logged."), 500)


def _with_headers(response: flask.Response) -> flask.Response:
    for name, value in SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
    if flask.request.method in ("GET", "HEAD", "OPTIONS"):
        response.headers.setdefault("Access-Control-Allow-Origin", "*")
        response.headers.setdefault("Access-Control-Expose-Headers", "ETag, Link")
    return response
