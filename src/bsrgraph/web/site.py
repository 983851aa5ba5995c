"""The first page, the limits, and what keeps a deployment informed."""

from __future__ import annotations

import flask
from werkzeug.wrappers import Response

from bsrgraph.errors import StoreError
from bsrgraph.formats import HTML, JSON, TEXT
from bsrgraph.iris import XSD
from bsrgraph.pages import home
from bsrgraph.settings import SETTINGS
from bsrgraph.version import VERSION
from bsrgraph.web.documented import documented
from bsrgraph.web.kept import kept_beside
from bsrgraph.web.respond import format_wanted, page, with_validators
from bsrgraph.web.state import state

__all__ = ["about_this_copy", "blueprint"]

blueprint = flask.Blueprint("site", __name__)

_QUESTIONS, _CHANGES = 6, 3
_FOR_PROGRAMS = (
    '</openapi.json>; rel="service-desc"; type="application/json", </void>; rel="describedby"; type="text/turtle", '
    '</catalog.ttl>; rel="describedby"; type="text/turtle", </sparql>; rel="service"'
)
"""Where a program that has only this address goes on from (RFC 8631)."""


def _newest_change() -> str:
    """Names the last change; it is written down a moment after the version is there."""
    return "".join(str(change.number) for change in state().last_changes(1))


@blueprint.get("/")
@documented(HTML)
@kept_beside(_newest_change)
def first_page() -> Response:
    """What is here, by kind, with example questions."""
    here = state()
    format_wanted((HTML,))
    found = home(here.store, here.layout, here.labels())
    response = page(
        "home.html",
        home=found,
        questions=here.corpus.questions[:_QUESTIONS],
        address=here.settings.url + "/",
        version=here.store.version,
        made=here.store.notes.get("made", ""),
        software=VERSION,
        integer=XSD + "integer",
        changes=here.last_changes(_CHANGES),
    )
    response.vary.update(("Accept-Language",))
    response.headers["Link"] = _FOR_PROGRAMS
    language = flask.request.headers.get("Accept-Language", "")
    return with_validators(response, here.store.version, "home", language, _newest_change())


@blueprint.get("/limits")
@documented(HTML, JSON)
def limits() -> Response:
    """Every limit that a client can meet."""
    here = state()
    told = [(s.name, getattr(here.settings, s.name), s.metadata["help"]) for s in SETTINGS if s.metadata["limit"]]
    if format_wanted((HTML, JSON)) is HTML:
        response = page("limits.html", limits=told)
    else:
        response = flask.jsonify({name: {"value": value, "what": what} for name, value, what in told})
    response.vary.add("Accept")
    return with_validators(response, here.store.version, response.content_type or "", repr(told))


@blueprint.get("/healthz")
@documented(TEXT)
def healthz() -> Response:
    """200 as long as the process answers."""
    return flask.Response("ok\n", content_type="text/plain; charset=utf-8", headers={"Cache-Control": "no-store"})


@blueprint.get("/readyz")
@documented(TEXT)
def readyz() -> Response:
    """200 once a version of the graph is open."""
    if not state().store.notes:
        raise StoreError("No version of the graph is open yet.")
    return flask.Response("ready\n", content_type="text/plain; charset=utf-8", headers={"Cache-Control": "no-store"})


def about_this_copy() -> Response:
    """What a site of files lacks, and what has it; only such a site has this page."""
    return page("copy.html", version=state().store.version)
