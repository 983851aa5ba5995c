"""An answer, a page or an error → HTTP: headers, negotiation, one shape for every error."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from http import HTTPStatus
from typing import Any

import flask
from werkzeug.datastructures import LanguageAccept
from werkzeug.wrappers import Response

from bsrgraph.errors import BsrgraphError
from bsrgraph.formats import HTML, Format, negotiate
from bsrgraph.iris import XSD

__all__ = ["SECURITY_HEADERS", "format_wanted", "grouped", "languages", "page", "problem", "with_validators"]

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'; object-src 'none'"
    ),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
_LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*\Z")
_JSON_PROBLEM = Format("json", "application/problem+json", "JSON", "page")
_TEXT = Format("txt", "text/plain", "plain text", "page")


def format_wanted(offered: Sequence[Format], suffix: str | None = None) -> Format:
    """The format of the answer: by suffix, else `?format=`, else the Accept header (surface: “Everywhere”)."""
    name = suffix if suffix is not None else flask.request.args.get("format")
    return negotiate(flask.request.headers.get("Accept"), offered, name)


def languages() -> list[str]:
    """The reader's languages, best first: `?lang=`, else Accept-Language; primary subtags count too."""
    asked = flask.request.args.get("lang", "")
    tags = [asked] if _LANGUAGE_TAG.match(asked) else []
    accepted: LanguageAccept = flask.request.accept_languages
    tags += [tag for tag, quality in accepted if quality > 0 and _LANGUAGE_TAG.match(tag)]
    wider = [part for tag in tags for part in (tag.lower(), tag.partition("-")[0].lower())]
    return list(dict.fromkeys(wider))


def grouped(text: str, datatype: str) -> str:
    """A number as people read it: digits in groups of three, no empty decimals; other text as it is."""
    if datatype not in (XSD + "decimal", XSD + "integer"):
        return text
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    digits = f"{number:,f}" if number % 1 else f"{number:,.0f}"
    return digits.replace(",", "\u202f")


def page(template: str, status: int = 200, **values: Any) -> flask.Response:  # noqa: ANN401 -- handed to the template as they are
    """A page from its template."""
    response = flask.make_response(flask.render_template(template, **values), status)
    response.headers["Content-Type"] = HTML.content_type
    return response


def with_validators(response: flask.Response, *parts: str) -> Response:
    """Adds a strong ETag made of everything that the bytes depend on, and answers 304 where it matches."""
    response.set_etag(hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32])
    response.headers["Cache-Control"] = "no-cache"
    return response.make_conditional(flask.request)


def problem(error: BsrgraphError, status: int) -> flask.Response:
    """An error as `application/problem+json` (RFC 9457), a page or plain text, whichever the client reads."""
    title = HTTPStatus(status).phrase
    details: dict[str, object] = {
        name: value for name in ("line", "column", "hint", "near") if (value := getattr(error, name, None))
    }
    wanted = _error_format()
    if wanted is HTML:
        return page("error.html", status, title=title, status_code=status, error=error, details=details)
    if wanted is _TEXT:
        lines = [f"{status} {title}: {error.message}", *(f"{name}: {value}" for name, value in details.items())]
        body = "\n".join(lines) + "\n"
    else:
        body = json.dumps(
            {"type": "about:blank", "title": title, "status": status, "detail": error.message, **details},
            ensure_ascii=False,
        )
    response = flask.make_response(body, status)
    response.headers["Content-Type"] = wanted.content_type
    return response


def _error_format() -> Format:
    """HTML for browsers, text for those who ask for text, JSON for every other client."""
    accept = flask.request.accept_mimetypes
    best = accept.best_match(["application/problem+json", "application/json", "text/html", "text/plain"])
    if best == "text/html" and accept["text/html"] > accept["application/json"]:
        return HTML
    return _TEXT if best == "text/plain" else _JSON_PROBLEM
