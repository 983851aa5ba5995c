"""`/dump/`: everything as files, each with its digest, whole or in ranges; an address for each version beside."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import flask
from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.http import parse_date
from werkzeug.wrappers import Response
from werkzeug.wsgi import wrap_file

from bsrgraph.catalogue import Parameter
from bsrgraph.dumps import DUMPS, Dump, Dumps, kept_dumps, kept_versions
from bsrgraph.errors import Gone, NotFound, StoreBusy
from bsrgraph.formats import HTML, JSON, Format
from bsrgraph.web.documented import documented
from bsrgraph.web.respond import format_wanted, page, with_validators
from bsrgraph.web.state import State, state

__all__ = ["blueprint"]

blueprint = flask.Blueprint("dumps", __name__)

_RETRY_AFTER = 15
_PIECE = 64 * 1024
_RANGE = re.compile(r"bytes=\s*(\d{0,18})-(\d{0,18})\s*\Z", re.IGNORECASE)
_FILES = (Format("gz", "application/gzip", "gzip", "page"), Format("jsonld", "application/ld+json", "JSON-LD", "graph"))
_NAME = Parameter(
    "all graphs, in one of four formats, or those of one layer",
    {"type": "string", "enum": list(DUMPS)},
)
_PART = "A part of the file (Range); with If-Range only of the file that the client knows."
_BEYOND = "The range begins after the end of the file."
_LAYERS = {
    "evidence": "what sources say",
    "curated": "what editors conclude",
    "reference": "reference data, the ontology, and where everything comes from",
    "contributed": "what others contributed",
}
_SCHEMA = {"type": "object", "required": ["version", "files", "versions"]}


@blueprint.get("/dump/")
@documented(HTML, JSON, schema=_SCHEMA)
def listing() -> Response:
    """Everything there is to download: files with format, size and SHA-256, and the versions that are kept."""
    here = state()
    wanted = format_wanted((HTML, JSON))
    found = _current(here)
    versions = kept_versions(here.files)
    if wanted is HTML:
        response: Response = page("dumps.html", dumps=found, versions=versions, layers=_LAYERS, url=here.settings.url)
    else:
        response = flask.jsonify(_told(here, found, versions))
    response.vary.add("Accept")
    return with_validators(response, found.version, wanted.suffix, "dumps", *versions)


@blueprint.get("/dump/<name>")
@documented(*_FILES, takes={"name": _NAME}, answers={206: _PART, 416: _BEYOND})
def current(name: str) -> Response:
    """A file of the current version; its lasting address is in Content-Location."""
    here = state()
    found = _current(here)
    response = _sent(here, found, _known(found, name))
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Content-Location"] = f"/dump/{found.version}/{name}"
    return response


@blueprint.get("/dump/<version>/<name>")
@documented(
    *_FILES,
    takes={"version": "a version of the graph, as in X-Dataset-Version", "name": _NAME},
    answers={206: _PART, 410: "The files of this version are not kept any more.", 416: _BEYOND},
)
def lasting(version: str, name: str) -> Response:
    """A file of one version, which never changes; 410 once the version is not kept any more."""
    here = state()
    found = _current(here) if version == here.store.version else kept_dumps(here.files, version)
    if found is None:
        raise _missing(here, version)
    response = _sent(here, found, _known(found, name))
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


def _current(here: State) -> Dumps:
    if not here.store.version:
        raise NotFound("A store that names no versions has no dumps; its endpoint has everything.")
    found = here.dumps.current()
    if found is None:
        raise StoreBusy(
            "The files of this version are being written.",
            hint="They are there in a moment; a large graph takes a minute for some million statements.",
            retry_after=_RETRY_AFTER,
        )
    return found


def _known(found: Dumps, name: str) -> Dump:
    if dump := found.named(name):
        return dump
    raise NotFound(f"There is no dump {name[:100]}.", tuple((f.name, f"/dump/{f.name}") for f in found.files))


def _missing(here: State, version: str) -> Gone | NotFound:
    """Gone, if this store has had such a version; else there never was one."""
    store, _, number = version.rpartition("-")
    ours, _, latest = here.store.version.rpartition("-")
    if store == ours and number.isdigit() and len(number) < 19 and 0 < int(number) < int(latest):
        return Gone(f"The files of version {version} are not kept any more.")
    return NotFound(f"There is no version {version[:100]}.")


def _told(here: State, found: Dumps, versions: list[str]) -> dict[str, object]:
    url = here.settings.url
    files = [
        {
            "name": f.name,
            "url": f"{url}/dump/{f.name}",
            "lasting_url": f"{url}/dump/{found.version}/{f.name}",
            "media_type": f.format.media_type,
            "compression": "gzip" if f.packed else None,
            "layer": f.layer or None,
            "statements": f.statements,
            "size": f.size,
            "sha256": f.sha256,
        }
        for f in found.files
    ]
    told = {"title": here.corpus.title, "version": found.version, "made": found.made, "licence": here.corpus.licence}
    return {**told, "files": files, "versions": versions}


def _sent(here: State, found: Dumps, dump: Dump) -> Response:
    """The file, a part of it, or a 304 (RFC 9110 sections 13 and 14)."""
    path = found.folder / dump.name
    response = Response(mimetype=dump.media_type, direct_passthrough=True)
    response.set_etag(dump.sha256)
    if found.made:
        response.last_modified = datetime.fromisoformat(found.made)
    digest = base64.b64encode(bytes.fromhex(dump.sha256)).decode()
    response.headers["Repr-Digest"] = f"sha-256=:{digest}:"
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["X-Dataset-Version"] = found.version
    if here.corpus.licence:
        response.headers["Link"] = f'<{here.corpus.licence}>; rel="license"'
    response.make_conditional(flask.request)
    if response.status_code != 200:
        return response
    span = _span(response, dump.size)
    start, end = span or (0, dump.size)
    response.content_length = end - start
    if span:
        response.status_code = 206
        response.headers["Content-Range"] = f"bytes {start}-{end - 1}/{dump.size}"
    if span or "wsgi.file_wrapper" not in flask.request.environ:
        response.response = _part(path, start, end)
    elif flask.request.method == "GET":
        # The server sends an open file without keeping a thread for it.
        response.response = wrap_file(flask.request.environ, path.open("rb"))
    return response


def _span(response: Response, size: int) -> tuple[int, int] | None:
    """The part that is asked for, from a byte to before another; None for all of it.

    Several ranges, and what is no range, are passed over, as the specification allows: the answer is then the whole.
    """
    asked = _RANGE.match(flask.request.headers.get("Range", ""))
    if asked is None or flask.request.method != "GET" or not _still(response):
        return None
    first, last = asked.groups()
    if not first and not last:
        return None
    start = int(first) if first else max(size - int(last), 0)
    end = min(int(last) + 1, size) if first and last else size
    if first and last and int(last) < int(first):
        return None
    if start >= size or (not first and int(last) == 0):
        raise RequestedRangeNotSatisfiable(size)
    return start, end


def _still(response: Response) -> bool:
    """Whether the file is the one that If-Range knows: by its strong ETag, or by exactly its date."""
    known = flask.request.headers.get("If-Range")
    if known is None or known == response.headers["ETag"]:
        return True
    date = parse_date(known)
    return date is not None and date == response.last_modified


def _part(path: Path, start: int, end: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(start)
        left = end - start
        while left and (piece := file.read(min(_PIECE, left))):
            left -= len(piece)
            yield piece
