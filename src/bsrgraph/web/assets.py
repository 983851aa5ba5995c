"""Style sheets, scripts and icons: under a name with a digest of their bytes, to be kept for ever, and under their own.

They are read and packed once, when the application is made.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import flask
from werkzeug.wrappers import Response

from bsrgraph.errors import NotFound
from bsrgraph.formats import Format
from bsrgraph.web.documented import documented

__all__ = ["Asset", "asset", "read_assets", "serve_asset"]

_FOLDER = Path(__file__).parent / "static"
_DIGITS = 12
_HASHED = re.compile(rf"(?P<stem>.+)\.(?P<digest>[0-9a-f]{{{_DIGITS}}})(?P<suffix>\.[^./]+)\Z")
_MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}
_FOR_EVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Asset:
    """One file: its bytes, plain and packed, and what they are."""

    body: bytes
    packed: bytes
    media_type: str
    digest: str


@cache
def read_assets(folder: Path = _FOLDER) -> Mapping[str, Asset]:
    """Name, relative to `folder` → the file; what begins with a dot is none of the pages' business."""
    paths = (p for p in sorted(folder.rglob("*")) if p.is_file() and not p.name.startswith("."))
    return {p.relative_to(folder).as_posix(): _read(p) for p in paths}


def _read(path: Path) -> Asset:
    body = path.read_bytes()
    media_type = _MEDIA_TYPES.get(path.suffix, "application/octet-stream")
    return Asset(body, gzip.compress(body, 9, mtime=0), media_type, hashlib.sha256(body).hexdigest()[:_DIGITS])


def asset(name: str) -> str:
    """The path of an asset, for templates; empty where it is not there, as in a checkout without `vendor/`."""
    found = read_assets().get(name)
    if found is None:
        return ""
    stem, dot, suffix = name.rpartition(".")
    return f"/static/{stem}.{found.digest}{dot}{suffix}"


@documented(Format("", "*/*", "a file", "page"), takes={"filename": "name of a script, sheet or icon"})
def serve_asset(filename: str) -> Response:
    """An asset; by its hashed name it never changes, by its own it is asked for anew each time.

    A page that was made by another version of the program names another digest: it gets the file as it is now, which
    is better than none, and must not keep it.
    """
    hashed = _HASHED.match(filename)
    found = read_assets().get(filename)
    if found is None and hashed is not None:
        found = read_assets().get(hashed["stem"] + hashed["suffix"])
    if found is None:
        raise NotFound(f"There is no asset {filename[:200]}.")
    packed = flask.request.accept_encodings["gzip"] > 0 and len(found.packed) < len(found.body)
    response = flask.Response(found.packed if packed else found.body, content_type=found.media_type)
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    response.vary.add("Accept-Encoding")
    response.set_etag(found.digest + ("-gzip" if packed else ""))
    same = hashed is not None and hashed["digest"] == found.digest
    response.headers["Cache-Control"] = _FOR_EVER if same else "no-cache"
    return response
