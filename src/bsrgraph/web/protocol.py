"""The parameters of the SPARQL 1.1 Protocol (section 2.1), read once from the bytes of a request.

Werkzeug replaces bytes that are not UTF-8 and cuts chunked bodies at a limit; half a query, or another one,
would then be answered as if it had been asked. So query string and body are read here, strictly.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

import flask
import pyoxigraph as ox
from werkzeug.http import parse_options_header

from bsrgraph.catalogue import Parameter
from bsrgraph.errors import ContentError, TooLarge, UnknownFormat, UpdateRefused, UsageError

__all__ = ["BODIES", "PARAMETERS", "Asked", "read_body", "read_fields", "read_request"]

_FORM = "application/x-www-form-urlencoded"
_QUERY = "application/sparql-query"
_UPDATE = "application/sparql-update"
_MOST_PARAMETERS = 1000
_IRIS = {"type": "array", "items": {"type": "string", "format": "iri"}}
_SPARQL = {"type": "string", "examples": ["SELECT * WHERE { ?s ?p ?o } LIMIT 5"]}
PARAMETERS = {
    "query": Parameter("a query in SPARQL 1.1; without one, the service is described", _SPARQL),
    "default-graph-uri": Parameter("graphs whose union is the default graph, instead of what the query says", _IRIS),
    "named-graph-uri": Parameter("named graphs, instead of what the query says", _IRIS),
    "timeout": Parameter("seconds to wait at most", {"type": "number", "exclusiveMinimum": 0, "maximum": 999_999}),
    "header": Parameter("`absent`: CSV without its first line", {"type": "string", "enum": ["present", "absent"]}),
    "bom": Parameter("`1`: CSV that begins with a byte order mark", {"type": "string", "enum": ["0", "1"]}),
}
"""What can be asked for, for `/openapi.json`."""
BODIES = {
    _FORM: {"type": "object", "required": ["query"], "properties": {n: p.schema for n, p in PARAMETERS.items()}},
    _QUERY: _SPARQL,
}
"""How a query can be sent with POST."""
_REFUSED = "Updates are not accepted here; changes come as contributions, see /contribute."


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request asks: the query (None if it asks none), its dataset, and how the answer is wanted."""

    query: str | None
    default_graphs: tuple[str, ...] | None
    named_graphs: tuple[str, ...] | None
    seconds: float | None
    format: str | None
    parameters: dict[str, str] = field(default_factory=dict, compare=False)


def read_request(body_limit: int) -> Asked:
    """The parameters of the current request.

    Raises:
        UsageError: repeated, empty, malformed or undecodable parameters.
        UpdateRefused: it is an update.
        UnknownFormat: a POST with another media type than the protocol's two.
        TooLarge: the body is larger than the limit.

    """
    pairs = _pairs(flask.request.query_string, "The query string")
    direct: str | None = None
    if flask.request.method == "POST":
        media_type, options = parse_options_header(flask.request.headers.get("Content-Type", ""))
        _require_utf8(options.get("charset", "utf-8"))
        if media_type == _FORM:
            pairs += _pairs(read_body(body_limit), "The form")
        elif media_type == _QUERY:
            direct = _text(read_body(body_limit), "The query")
        elif media_type == _UPDATE:
            raise UpdateRefused(_REFUSED)
        else:
            raise UnknownFormat(
                f"A query cannot be sent as {media_type or 'nothing'}.", hint=f"Send {_FORM} or {_QUERY}."
            )
    return _asked(pairs, direct)


def _asked(pairs: list[tuple[str, str]], direct: str | None) -> Asked:
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    if "update" in values:
        if flask.request.method == "POST":
            raise UpdateRefused(_REFUSED)
        raise UsageError("An update is not asked for with GET, and not accepted here at all.")
    queries = [*values.get("query", ()), *([] if direct is None else [direct])]
    if len(queries) > 1:
        raise UsageError("There is more than one query in this request.", hint="Send exactly one.")
    if queries and not queries[0].strip():
        raise UsageError("The query is empty.")
    if not queries and flask.request.method == "POST":
        raise UsageError("There is no query in this request.", hint="Send it as the parameter `query`.")
    for name in ("timeout", "format"):
        if len(values.get(name, ())) > 1:
            raise UsageError(f"The parameter {name} is there more than once.")
    return Asked(
        queries[0] if queries else None,
        _graphs(values, "default-graph-uri"),
        _graphs(values, "named-graph-uri"),
        _seconds(values.get("timeout", [""])[0]),
        values.get("format", [None])[0],
        {name: found[0] for name, found in values.items()},
    )


def read_fields(body_limit: int) -> dict[str, str]:
    """The parameters of the current request, in its query string or as a form; of a repeated one the first.

    Raises:
        UsageError: malformed or undecodable parameters.
        UnknownFormat: a POST with anything but a form.
        TooLarge: the body is larger than the limit.

    """
    pairs = _pairs(flask.request.query_string, "The query string")
    if flask.request.method == "POST":
        media_type, options = parse_options_header(flask.request.headers.get("Content-Type", ""))
        _require_utf8(options.get("charset", "utf-8"))
        if not media_type and not flask.request.content_length:
            return dict(reversed(pairs))
        if media_type != _FORM:
            raise UnknownFormat(f"This cannot be sent as {media_type or 'bytes of no type'}.", hint=f"Send {_FORM}.")
        pairs = _pairs(read_body(body_limit), "The form") + pairs
    return dict(reversed(pairs))


def read_body(limit: int, *, packed: bool = False) -> bytes:
    """The whole body of the current request, and never a part of it; `packed` says that a coding is dealt with.

    Raises:
        TooLarge: it is larger than `limit` bytes.
        ContentError: it is shorter than announced.

    """
    request = flask.request
    if not packed and request.headers.get("Content-Encoding", "identity").lower() not in ("identity", ""):
        raise UnknownFormat("A compressed body is not read here.", hint="Send it without Content-Encoding.")
    announced = request.content_length
    if announced is not None and announced > limit:
        raise TooLarge(f"The body has {announced:,} bytes; the limit is {limit:,}.")
    request.max_content_length = None
    body = request.stream.read(limit + 1)
    if len(body) > limit:
        raise TooLarge(f"The body has more than {limit:,} bytes.")
    if announced is not None and len(body) != announced:
        raise ContentError(f"The body has {len(body):,} bytes, announced were {announced:,}.")
    return body


def _require_utf8(charset: str) -> None:
    if charset.lower().replace("_", "-") not in ("utf-8", "utf8"):
        raise UnknownFormat(f"The charset {charset[:40]} is not read here.", hint="SPARQL is UTF-8.")


def _text(data: bytes, what: str) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(f"{what} is not UTF-8 (byte {error.start + 1}).") from error


def _pairs(data: bytes, what: str) -> list[tuple[str, str]]:
    # WSGI hands bytes over as Latin-1; the escapes in them are UTF-8.
    text = _text(data, what)
    if re.search(r"%(?![0-9A-Fa-f]{2})", text):
        raise UsageError(f"{what} has a % that begins no escape.", hint="A percent sign itself is %25.")
    try:
        return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=_MOST_PARAMETERS)
    except UnicodeDecodeError as error:
        raise UsageError(f"{what} is not UTF-8.") from error
    except ValueError as error:
        raise UsageError(f"{what} has more than {_MOST_PARAMETERS} parameters.") from error


def _graphs(values: dict[str, list[str]], name: str) -> tuple[str, ...] | None:
    found = tuple(values.get(name, ()))
    for iri in found:
        try:
            ox.NamedNode(iri)
        except ValueError as error:
            raise UsageError(f"{name} is not an absolute IRI: {iri[:200]}") from error
    return found or None


def _seconds(text: str) -> float | None:
    if not text:
        return None
    if not re.fullmatch(r"\d{1,6}(\.\d{1,6})?", text) or float(text) <= 0:
        raise UsageError(f"timeout is not a number of seconds: {text[:40]}")
    return float(text)
