"""OpenAPI 3.1: every route with its parameters, its formats and the statuses that it can answer.

What differs from route to route is declared beside the route (`web.documented`); what is the same for all, such as
the shape of an error, `?format=`, and which statuses follow from what a route takes, is added here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from bsrgraph.formats import HTML, JSON, TEXT, Format
from bsrgraph.version import VERSION

__all__ = ["Documented", "Parameter", "Route", "openapi"]

Schema = Mapping[str, Any]

_TEXT: Schema = {"type": "string"}
_PLACE = re.compile(r"<(?:(\w+)(?:\(([^)]*)\))?:)?(\w+)>")
"""A place in a rule: its converter, what the converter is told, and its name."""
_PROBLEM = "application/problem+json"
_LANGUAGE = "language of the names on a page, as a tag such as `sv`; RDF is the same in every language"
_FORMAT = "the format, by suffix or media type, instead of the Accept header"
_MEANT: dict[int, str] = {
    304: "What the client has is still right (If-None-Match, If-Modified-Since).",
    400: "The request is wrong, and the answer says where.",
    404: "There is nothing of that name; the nearest names there are may be told.",
    406: "None of the formats there are is acceptable; the answer lists them.",
    413: "The body is larger than the limit.",
    415: "The body is of a media type or coding that is not read here.",
    503: "It cannot be done now; Retry-After says when to try again.",
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of the query string or a place in the path; `schema` is a JSON Schema."""

    description: str
    schema: Schema = field(default_factory=lambda: _TEXT)
    required: bool = False


@dataclass(frozen=True, slots=True)
class Documented:
    """What a route says of itself beside its docstring.

    `formats` are those of a 200, `answers` the further statuses and what each means, `takes` the parameters (and the
    places in the path that need an explanation of their own), `sends` the media types of the request body.
    """

    formats: tuple[Format, ...] = ()
    takes: Mapping[str, Parameter] = field(default_factory=dict)
    answers: Mapping[int, str] = field(default_factory=dict)
    sends: Mapping[str, Schema] = field(default_factory=dict)
    schema: Schema | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """A rule of the application as Flask writes it, one of its methods, and what is said of it."""

    rule: str
    method: str
    name: str
    documentation: str
    documented: Documented
    tag: str

    @property
    def path(self) -> str:
        """The rule as OpenAPI writes it: `/doc/{kind}/{slug}`."""
        return _PLACE.sub(r"{\3}", self.rule)

    @property
    def places(self) -> dict[str, Schema]:
        """The places in the path, each with the schema that its converter stands for."""
        return {name: _schema(converter, told) for converter, told, name in _PLACE.findall(self.rule)}


def _schema(converter: str, told: str) -> Schema:
    """The JSON Schema of what a converter of Werkzeug lets through."""
    if converter == "any":
        return {"type": "string", "enum": [choice.strip() for choice in told.split(",")]}
    return {"type": "integer", "minimum": 0} if converter == "int" else _TEXT


def openapi(
    routes: Sequence[Route], title: str, server: str, licence: str | None, examples: Mapping[str, str]
) -> dict[str, Any]:
    """The OpenAPI document; `examples` are names of things that there are, for places in paths."""
    paths: dict[str, dict[str, Any]] = {}
    for route in sorted(routes, key=lambda r: (r.path, r.method)):
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, examples)
    info = {
        "title": title,
        "version": VERSION,
        "description": "Every path answers OPTIONS too, and HEAD where it answers GET. Unknown parameters are ignored.",
    }
    if licence:
        info["license"] = {"name": "Licence of the data", "url": licence}  # type: ignore[assignment]
    return {
        "openapi": "3.1.0",
        "info": info,
        "servers": [{"url": server}],
        "tags": [{"name": tag} for tag in sorted({r.tag for r in routes})],
        "paths": paths,
        "components": {"schemas": {"Problem": _problem()}, "responses": _failures(routes)},
    }


def _operation(route: Route, examples: Mapping[str, str]) -> dict[str, Any]:
    summary, _, rest = route.documentation.partition("\n")
    operation: dict[str, Any] = {"operationId": f"{route.name}_{route.method.lower()}", "summary": summary.strip()}
    if rest.strip():
        operation["description"] = " ".join(rest.split())
    operation["tags"] = [route.tag]
    operation["parameters"] = [*_in_path(route, examples), *_in_query(route)]
    if route.documented.sends and route.method in ("POST", "PUT", "PATCH"):
        content = {media_type: {"schema": schema} for media_type, schema in route.documented.sends.items()}
        operation["requestBody"] = {"content": content, "required": True}
    operation["responses"] = _responses(route)
    return operation


def _in_path(route: Route, examples: Mapping[str, str]) -> list[dict[str, Any]]:
    found = []
    for name, schema in route.places.items():
        known = route.documented.takes.get(name)
        told = known.description if known else name
        if known and schema == _TEXT:
            schema = known.schema
        parameter = {"name": name, "in": "path", "required": True, "description": told, "schema": schema}
        if name in examples:
            parameter["example"] = examples[name]
        found.append(parameter)
    return found


def _in_query(route: Route) -> list[dict[str, Any]]:
    taken = {name: p for name, p in route.documented.takes.items() if name not in route.places}
    formats = route.documented.formats
    if len(formats) > 1 and "format" not in taken:
        names = [n for f in formats for n in (f.suffix, f.media_type)]
        taken["format"] = Parameter(_FORMAT, {"type": "string", "enum": list(dict.fromkeys(names))})
    if HTML in formats and "lang" not in taken:
        taken["lang"] = Parameter(_LANGUAGE)
    return [
        {"name": name, "in": "query", "required": p.required, "description": p.description, "schema": p.schema}
        for name, p in taken.items()
    ]


def _responses(route: Route) -> dict[str, Any]:
    documented = route.documented
    responses: dict[str, Any] = {}
    if documented.formats:
        content = {f.media_type: {"schema": _body(f, documented)} for f in documented.formats}
        responses["200"] = {"description": "What was asked for.", "content": content}
    for status, meaning in documented.answers.items():
        if status >= 400:
            responses[str(status)] = {**_failure(meaning)}
        else:
            responses[str(status)] = {"description": meaning}
    for status in _following(route):
        # A status without a body of ours is described in place; errors are the same everywhere.
        told = {"description": _MEANT[status]} if status < 400 else {"$ref": f"#/components/responses/{status}"}
        responses.setdefault(str(status), told)
    return dict(sorted(responses.items()))


def _body(form: Format, documented: Documented) -> Schema:
    if form is JSON or form.media_type.endswith("+json"):
        return documented.schema if documented.schema is not None else {}
    return _TEXT


def _following(route: Route) -> list[int]:
    """The statuses that follow from what a route takes and gives."""
    found = [400, 503]
    if route.method == "GET" and route.documented.formats:
        found.append(304)
    if len(route.documented.formats) > 1:
        found.append(406)
    if route.places:
        found.append(404)
    if route.documented.sends and route.method != "GET":
        found += [413, 415]
    return found


def _failure(meaning: str) -> dict[str, Any]:
    problem = {"schema": {"$ref": "#/components/schemas/Problem"}}
    pages = {form.media_type: {"schema": _TEXT} for form in (HTML, TEXT)}
    return {"description": meaning, "content": {_PROBLEM: problem, **pages}}


def _failures(routes: Sequence[Route]) -> dict[str, Any]:
    used = sorted({status for route in routes for status in _following(route) if status >= 400})
    return {str(status): _failure(_MEANT[status]) for status in used}


def _problem() -> dict[str, Any]:
    """The shape of every error (RFC 9457)."""
    whole = {"type": "integer", "minimum": 1}
    near = {"type": "array", "items": {"type": "array", "items": _TEXT, "minItems": 2, "maxItems": 2}}
    return {
        "type": "object",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": {"type": "string", "format": "uri-reference"},
            "title": {"type": "string", "examples": [HTTPStatus.BAD_REQUEST.phrase]},
            "status": {"type": "integer", "minimum": 400, "maximum": 599},
            "detail": {**_TEXT, "description": "what is wrong, in a sentence"},
            "hint": {**_TEXT, "description": "what to do about it"},
            "line": {**whole, "description": "line of the text that was sent, from 1"},
            "column": {**whole, "description": "column in characters, from 1"},
            "caret": {**_TEXT, "description": "the line, with a mark under the place"},
            "near": {**near, "description": "label and path of the nearest things there are"},
        },
    }
