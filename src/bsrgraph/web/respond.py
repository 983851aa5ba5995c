"""An answer, a page or an error → HTTP: headers, negotiation, compression, one shape for every error."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import zlib
from collections.abc import Iterator, Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlsplit

import flask
from werkzeug.datastructures import LanguageAccept
from werkzeug.wrappers import Response

from bsrgraph import report as reports
from bsrgraph.errors import BsrgraphError, ContributionRefused, NotAcceptable, Unauthenticated
from bsrgraph.findings import Report
from bsrgraph.formats import HTML, JSON, TEXT, Format, negotiate
from bsrgraph.version import VERSION

__all__ = [
    "SECURITY_HEADERS",
    "as_document",
    "as_json",
    "as_told",
    "format_wanted",
    "host",
    "languages",
    "page",
    "problem",
    "streamed",
    "unchanged",
    "with_validators",
]

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'; object-src 'none'"
    ),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
_LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*\Z")
_PROBLEM = Format("json", "application/problem+json", "JSON", "page")
_WORTH_PACKING = 1024


def format_wanted(offered: Sequence[Format], name: str | None = None) -> Format:
    """The format of the answer: by `name` (a suffix), else `?format=`, else the Accept header."""
    name = name if name is not None else flask.request.args.get("format")
    accept = flask.request.headers.getlist("Accept")
    return negotiate(", ".join(accept) if accept else None, offered, name)


def languages() -> list[str]:
    """The reader's languages, best first: `?lang=`, else Accept-Language; primary subtags count too."""
    asked = flask.request.args.get("lang", "")
    tags = [asked] if _LANGUAGE_TAG.match(asked) else []
    accepted: LanguageAccept = flask.request.accept_languages
    tags += [tag for tag, quality in accepted if quality > 0 and _LANGUAGE_TAG.match(tag)]
    wider = [part for tag in tags for part in (tag.lower(), tag.partition("-")[0].lower())]
    # Norwegian is asked for as such, and written in one of its two forms.
    return list(dict.fromkeys(part for tag in wider for part in ((tag, "nb", "nn") if tag == "no" else (tag,))))


def host(address: str) -> str:
    """The host of an address, for links that lead elsewhere; the address where it has none."""
    return urlsplit(address).netloc.removeprefix("www.") or address


def page(template: str, status: int = 200, **values: Any) -> flask.Response:  # noqa: ANN401 -- handed to the template as they are
    """A page from its template."""
    response = flask.make_response(flask.render_template(template, **values), status)
    response.headers["Content-Type"] = HTML.content_type
    return response


def as_document(
    response: Response, path: str, iri: str, licence: str | None, wanted: Format, offered: Sequence[Format]
) -> None:
    """Adds what every representation of the document at `path` about `iri` links to: its twins, `iri`, the licence."""
    links = [f'<{path}.{f.suffix}>; rel="alternate"; type="{f.media_type}"' for f in offered if f is not wanted]
    links.append(f'<{quote(iri, safe=":/#?&=+,;@~!$()*%")}>; rel="describes"')
    if licence:
        links.append(f'<{licence}>; rel="license"')
    response.headers["Link"] = ", ".join(links)
    response.vary.update(("Accept", "Accept-Language"))


def as_json(value: object) -> flask.Response:
    """A value as JSON, its members in their order."""
    body = json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")
    return flask.Response(body, content_type=JSON.content_type)


def streamed(chunks: Iterator[bytes], form: Format) -> flask.Response:
    """An answer as it comes; compressed where the client takes gzip and there is more than a little of it."""
    first = next(chunks, b"")
    response = flask.Response(content_type=form.content_type)
    # Werkzeug would otherwise read the whole of it into memory to learn its length.
    response.implicit_sequence_conversion = False
    if len(first) < _WORTH_PACKING or not _takes_gzip():
        second = next(chunks, None) if len(first) < 64 * 1024 else b""
        if second is None:
            response.set_data(first)
        else:
            response.response = _all(first, second, chunks)
    else:
        response.response = _packed(first, chunks)
        response.headers["Content-Encoding"] = "gzip"
    return response


def _all(first: bytes, second: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield second
    yield from rest


def _packed(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(level=5, wbits=31)
    yield packer.compress(first)
    for chunk in rest:
        yield packer.compress(chunk)
    yield packer.flush()


def _takes_gzip() -> bool:
    return flask.request.accept_encodings["gzip"] > 0


def with_validators(response: Response, *parts: str) -> Response:
    """Compresses a whole answer where it pays, and adds a strong ETag; the application answers 304 where it matches.

    `parts` name everything that the bytes depend on, the version of the data first; without one there is no ETag.
    """
    if not response.is_streamed and len(response.get_data()) > _WORTH_PACKING and _takes_gzip():
        response.set_data(gzip.compress(response.get_data(), 5, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    response.vary.add("Accept-Encoding")
    response.headers["Cache-Control"] = "no-cache"
    if not parts[0]:
        return response
    response.set_etag(_tag(response.headers.get("Content-Encoding", ""), *parts))
    return response


def unchanged(*parts: str) -> Response | None:
    """A 304, if the client has the answer already that is made of `parts`, so that it need not be made again."""
    known = flask.request.if_none_match
    if not parts[0]:
        return None
    tag = next((t for coding in ("", "gzip") if known.contains(t := _tag(coding, *parts))), None)
    if tag is None:
        return None
    response = Response(status=304, headers={"Vary": "Accept, Accept-Encoding", "Cache-Control": "no-cache"})
    response.set_etag(tag)
    return response


def _tag(*parts: str) -> str:
    return hashlib.sha256("\0".join((VERSION, *parts)).encode()).hexdigest()[:32]


def as_told(report: Report) -> dict[str, object]:
    """A report for a page: its members, and beside them the line that each finding is in, and names."""
    told = json.loads(reports.as_json(report))
    findings = [{**f, "excerpt": g.excerpt} for f, g in zip(told["findings"], report.findings, strict=True)]
    return {**told, "findings": findings, "names": report.labels}


def problem(error: BsrgraphError, status: int, report: Report | None = None) -> flask.Response:
    """An error as `application/problem+json` (RFC 9457), a page or plain text, whichever the client reads.

    What was found wrong with something sent, by its `report`, is told with it.
    """
    title = HTTPStatus(status).phrase
    details: dict[str, object] = {
        name: value for name in ("line", "column", "caret", "hint", "near") if (value := getattr(error, name, None))
    }
    if isinstance(error, ContributionRefused) and isinstance(error.report, Report):
        report = error.report
    if report is not None:
        details |= {**json.loads(reports.as_json(report)), "conforms": False}
    wanted = _error_format()
    if wanted is HTML:
        response = page("error.html", status, title=title, status_code=status, error=error, details=details)
    else:
        if wanted is TEXT:
            lines = [f"{status} {title}: {error.message}"]
            lines += [f"{name}: {value}" for name, value in details.items() if isinstance(value, str | int)]
            lines += [f"near: {label} {path}" for label, path in getattr(error, "near", ())]
            body = "\n".join(lines) + "\n"
        else:
            told = {"type": "about:blank", "title": title, "status": status, "detail": error.message, **details}
            body = json.dumps(told, ensure_ascii=False)
        response = flask.make_response(body.encode("utf-8", "replace"), status)
        response.headers["Content-Type"] = (_PROBLEM if wanted is JSON else wanted).content_type
    response.headers["Cache-Control"] = "no-store"
    response.vary.add("Accept")
    if isinstance(error, Unauthenticated):
        asked = "Authorization" in flask.request.headers
        response.headers["WWW-Authenticate"] = 'Bearer realm="contributions"' + ', error="invalid_token"' * asked
    if retry := getattr(error, "retry_after", None):
        response.headers["Retry-After"] = str(retry)
    return response


def _error_format() -> Format:
    """HTML for browsers, text for those who ask for text, JSON for every other client."""
    try:
        return negotiate(flask.request.headers.get("Accept"), (JSON, HTML, TEXT))
    except NotAcceptable:
        return JSON
