"""What there is, for programs: `/openapi.json`."""

from __future__ import annotations

import hashlib

import flask
from werkzeug.wrappers import Response

from bsrgraph.catalogue import openapi
from bsrgraph.formats import JSON
from bsrgraph.web.documented import documented, routes
from bsrgraph.web.respond import format_wanted, with_validators
from bsrgraph.web.state import state

__all__ = ["blueprint"]

blueprint = flask.Blueprint("catalogue", __name__)


@blueprint.get("/openapi.json")
@documented(JSON, schema={"type": "object", "required": ["openapi", "paths"]})
def description() -> Response:
    """Every path, parameter, format and status, as OpenAPI 3.1."""
    here = state()
    format_wanted((JSON,))
    corpus = here.corpus
    told = openapi(list(routes(flask.current_app)), corpus.title, here.settings.url, corpus.licence, {})
    response = flask.jsonify(told)
    digest = hashlib.sha256(response.get_data()).hexdigest()
    return with_validators(response, here.store.version, "openapi", digest)
