"""The first page, and what keeps a deployment informed."""

from __future__ import annotations

import flask

from bsrgraph.pages import home
from bsrgraph.web.respond import page
from bsrgraph.web.state import state

__all__ = ["blueprint"]

blueprint = flask.Blueprint("site", __name__)


@blueprint.get("/")
def first_page() -> flask.Response:
    """What is here, by kind, with example questions."""
    here = state()
    return page("home.html", home=home(here.store, here.layout, here.labels()), questions=here.corpus.questions[:6])


@blueprint.get("/healthz")
def healthz() -> flask.Response:
    """200 as long as the process answers."""
    return flask.Response("ok\n", content_type="text/plain; charset=utf-8")
