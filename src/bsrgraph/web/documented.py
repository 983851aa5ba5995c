"""What a route says of itself for `/openapi.json`, declared beside the route.

::

    @blueprint.get("/suggest")
    @documented(JSON, takes={"q": "the beginning of a name", "limit": whole("most suggestions", 1, 50)})
    def suggest() -> Response:
        ...

The first line of the view's docstring is the summary; `format`, `lang` and the usual errors follow from the formats.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

import flask

from bsrgraph.catalogue import Documented, Parameter, Route
from bsrgraph.formats import Format

__all__ = ["documented", "routes", "whole"]

_View = TypeVar("_View", bound=Callable[..., Any])
_SAID = "__documented__"
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def documented(
    *formats: Format,
    takes: Mapping[str, str | Parameter] | None = None,
    answers: Mapping[int, str] | None = None,
    sends: Mapping[str, Any] | None = None,
    schema: Mapping[str, Any] | None = None,
) -> Callable[[_View], _View]:
    """Declares the `formats` of a view's 200, and what else is not the same for every route.

    `takes`: parameter of the query or place of the path → what it is; `answers`: further status → what it means;
    `sends`: media type of a request body → its JSON Schema ({} for anything); `schema`: that of the answer in JSON.
    """
    parameters = {name: p if isinstance(p, Parameter) else Parameter(p) for name, p in (takes or {}).items()}
    said = Documented(formats, parameters, answers or {}, sends or {}, schema)

    def say(view: _View) -> _View:
        setattr(view, _SAID, said)
        return view

    return say


def whole(description: str, least: int = 1, most: int | None = None) -> Parameter:
    """A parameter that is a whole number."""
    schema: dict[str, Any] = {"type": "integer", "minimum": least}
    return Parameter(description, schema if most is None else {**schema, "maximum": most})


def routes(app: flask.Flask) -> Iterator[Route]:
    """Every route of the application with what it says of itself; what says nothing is there all the same."""
    rules = list(app.url_map.iter_rules())
    ways = Counter(rule.endpoint for rule in rules)
    for rule in rules:
        view = app.view_functions[rule.endpoint]
        blueprint, name = rule.endpoint.rpartition(".")[0], rule.endpoint.replace(".", "_")
        if ways[rule.endpoint] > 1:
            # One view under several paths is several operations, each with a name of its own.
            name += re.sub(r"\W+", "_", rule.rule).rstrip("_")
        said = getattr(view, _SAID, Documented())
        for method in _METHODS:
            if method in (rule.methods or ()):
                yield Route(rule.rule, method, name, view.__doc__ or "", said, blueprint or "assets")
