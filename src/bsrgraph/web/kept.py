"""Keeps finished answers for as long as the data has the version that they were made from."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

import flask
from werkzeug.wrappers import Response

from bsrgraph.web.state import state

__all__ = ["kept", "kept_beside"]

_Parameters = ParamSpec("_Parameters")
_View = Callable[_Parameters, Response]
_NEGOTIATED = ("Accept", "Accept-Language", "Accept-Encoding")
_WORTH_KEEPING = (200, 303)


def kept(view: _View[_Parameters]) -> _View[_Parameters]:
    """A view whose answer depends on nothing but the version, the URL and the headers of negotiation."""
    return kept_beside(lambda: "")(view)


def kept_beside(other: Callable[[], str]) -> Callable[[_View[_Parameters]], _View[_Parameters]]:
    """Decorates a view whose answer depends on something `other` besides, which names what it depends on."""

    def decorate(view: _View[_Parameters]) -> _View[_Parameters]:
        @wraps(view)
        def answer(*args: _Parameters.args, **kwargs: _Parameters.kwargs) -> Response:
            here = state()
            if not here.store.version:
                return view(*args, **kwargs)
            headers = [flask.request.headers.get(name, "") for name in _NEGOTIATED]
            # `full_path` would be one text for `/x?y?` and for `/x%3Fy`.
            asked = (flask.request.path, flask.request.query_string)
            key = here.answers.digest(here.store.version, other(), *asked, *headers)
            found = here.answers.get(key)
            if found is not None:
                head, _, body = found.partition(b"\n")
                status, fields = json.loads(head)
                return flask.Response(body, status, fields)
            response = view(*args, **kwargs)
            is_last = "no-store" not in response.headers.get("Cache-Control", "")
            if response.status_code in _WORTH_KEEPING and is_last and not response.is_streamed:
                head = json.dumps([response.status_code, list(response.headers)]).encode()
                here.answers.put(key, head + b"\n" + response.get_data())
            return response

        return answer

    return decorate
