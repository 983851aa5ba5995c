"""`create_app()`: the application, its blueprints, and what is the same for every answer."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import flask
import pyoxigraph as ox
from werkzeug.exceptions import HTTPException

from bsrgraph import errors
from bsrgraph.contribute.check import Checker
from bsrgraph.contribute.workflow import Workflow
from bsrgraph.corpus import Corpus, packaged
from bsrgraph.derived import DerivedFiles
from bsrgraph.dumps import dump_maker
from bsrgraph.export import is_live
from bsrgraph.ledger import Ledger
from bsrgraph.load import load_directory
from bsrgraph.pages import grouped
from bsrgraph.search import Indexes
from bsrgraph.settings import Settings
from bsrgraph.statistics import statistics_maker
from bsrgraph.store.cache import AnswerCache
from bsrgraph.store.connect import connect
from bsrgraph.store.port import Store
from bsrgraph.tables import Schema
from bsrgraph.web import (
    about,
    browse,
    catalogue,
    changes,
    contribute,
    contributions,
    dumps,
    forms,
    login,
    reconcile,
    resources,
    search,
    shapes,
    site,
    sparql,
    terms,
    validate,
)
from bsrgraph.web.assets import asset, serve_asset
from bsrgraph.web.limiter import Limiter
from bsrgraph.web.respond import SECURITY_HEADERS, host, problem
from bsrgraph.web.state import State, state

__all__ = ["create_app"]

_log = logging.getLogger("bsrgraph.web")
_NAVIGATION = (
    ("Contents", "/"),
    ("Ontology", "/ontology"),
    ("Query", "/sparql"),
    ("Data", "/dump/"),
    ("Check", "/validate"),
)
"""What every page leads to."""
_CONTRIBUTING = (("Contribute", "/contribute"), ("Changes", "/changes"))
"""What pages lead to besides, where contributions are taken."""
_BLUEPRINTS = (
    *(site, about, validate, catalogue, dumps, search, reconcile, sparql, terms, shapes),
    *(contributions, contribute, forms, login, changes, resources, browse),
)
_EXPOSED = (
    "ETag, Link, Content-Location, Retry-After, Accept-Ranges, Content-Range, Repr-Digest, X-Dataset-Version, "
    "X-Unknown-Terms"
)


def create_app(
    settings: Settings, store: Store | None = None, ledger: Ledger | None = None, *, copied: bool = False
) -> flask.Flask:
    """The application over `store`; without one, over the store of the settings, brought up to the graph directory.

    Contributions to a given store are kept in `ledger`; without one, in one that goes with the application.
    With `copied`, pages are made to be kept as files: without what only a running server can answer.

    Raises:
        GraphDirectoryError: the graph directory cannot be read.
        StoreError: the state directory cannot be used.

    """
    app = flask.Flask("bsrgraph", root_path=str(Path(__file__).parent), static_folder=None)
    corpus = Corpus(Path(settings.graph) if settings.graph else packaged())
    files = DerivedFiles(None if store or settings.store else Path(settings.state) / "derived")
    if store is None:
        store = connect(settings)
        if not settings.store:
            ledger = Ledger(Path(settings.state) / "ledger.db")
            load_directory(store, corpus, ledger)
    indexes = Indexes(store, corpus.space, files)
    checker = Checker(corpus, store, settings, indexes)
    workflow = None if settings.store else _workflow(corpus, store, ledger, checker, files)
    app.extensions["bsrgraph"] = _state(settings, corpus, store, files, indexes, checker, workflow)
    app.config["MAX_CONTENT_LENGTH"] = settings.body_limit
    # Werkzeug would redirect a path with `//` to the host that the request names, whatever that is.
    app.url_map.merge_slashes = False
    navigation = _NAVIGATION + (_CONTRIBUTING if workflow else ())
    _prepare_templates(app, corpus, [n for n in navigation if not (copied and is_live(n[1]))], copied=copied)
    for module in _BLUEPRINTS:
        app.register_blueprint(module.blueprint)
    app.add_url_rule("/static/<path:filename>", "static", serve_asset)
    if copied:
        app.add_url_rule("/about-this-copy", "about_this_copy", site.about_this_copy)
    app.register_error_handler(errors.BsrgraphError, _failed)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _unexpected)
    app.after_request(_with_headers)
    return app


def _state(
    settings: Settings,
    corpus: Corpus,
    store: Store,
    files: DerivedFiles,
    indexes: Indexes,
    checker: Checker,
    workflow: Workflow | None,
) -> State:
    return State(
        settings,
        corpus,
        store,
        _pages(settings),
        files,
        indexes,
        dump_maker(store, files),
        statistics_maker(store, files),
        Limiter(settings.changes_a_minute),
        Schema(corpus),
        checker,
        workflow,
        _terms(corpus),
    )


def _prepare_templates(
    app: flask.Flask, corpus: Corpus, navigation: Sequence[tuple[str, str]], *, copied: bool
) -> None:
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    app.jinja_env.filters |= {"grouped": grouped, "host": host}
    app.jinja_env.globals |= {"asset": asset, "graph": corpus, "copied": copied, "site_nav": navigation}


def _workflow(corpus: Corpus, store: Store, ledger: Ledger | None, checker: Checker, files: DerivedFiles) -> Workflow:
    ledger = ledger or Ledger(files.root / "ledger.db")
    workflow = Workflow(corpus, store, ledger, checker, files)
    workflow.finish_erasures()
    return workflow


def _pages(settings: Settings) -> AnswerCache:
    return AnswerCache(settings.cache_size, settings.cache_size // 16)


def _terms(corpus: Corpus) -> dict[str, str]:
    """IRI → local name of every term that the ontology describes."""
    subjects = {s.quad.subject for source in corpus.ontology for s in source.statements}
    return {s.value: s.value.rpartition("#")[2] for s in subjects if isinstance(s, ox.NamedNode) and "#" in s.value}


def _failed(error: errors.BsrgraphError) -> flask.Response:
    status = state().status_of(error)
    if status >= 500 and not isinstance(error, errors.QueryError | errors.StoreBusy | errors.Unsupported):
        _log.error("%s", error.message, exc_info=error)
    return problem(error, status)


def _http_error(error: HTTPException) -> flask.Response:
    if error.response is not None:
        return flask.make_response(error.response)
    if error.code is not None and error.code < 400:
        return flask.make_response(error.get_response(flask.request.environ))
    response = problem(errors.BsrgraphError(error.description or error.name), error.code or 500)
    for name, value in error.get_headers(flask.request.environ):
        if name in ("Allow", "Content-Range"):
            response.headers[name] = value
    return response


def _unexpected(error: Exception) -> flask.Response:
    """The edge: a fault of ours is logged whole, and told without its insides."""
    _log.error("unexpected error", exc_info=error)
    return problem(errors.BsrgraphError("Something went wrong here; it is logged."), 500)


def _with_headers(response: flask.Response) -> flask.Response:
    if response.status_code == 200 and "ETag" in response.headers:
        made = state().store.notes.get("made")
        if made and response.last_modified is None and flask.request.endpoint != "static":
            response.last_modified = datetime.fromisoformat(made)
        response.make_conditional(flask.request)
    for name, value in SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
    if flask.g.get("private"):
        response.headers["Cache-Control"] = "no-store"
        response.vary.update(("Cookie", "Authorization"))
    else:
        response.headers.setdefault("Access-Control-Allow-Origin", "*")
        response.headers.setdefault("Access-Control-Expose-Headers", _EXPOSED)
    if flask.request.method == "OPTIONS" and response.status_code == 200:
        response.status_code = 204
        response.set_data(b"")
        response.headers["Access-Control-Allow-Methods"] = response.headers.get("Allow", "GET, HEAD, OPTIONS")
        response.headers["Access-Control-Allow-Headers"] = "Accept, Content-Type, Range, X-Query-Id"
        response.headers["Access-Control-Max-Age"] = "86400"
    return response
