"""What somebody sends to be checked or proposed, read whole and strictly: a raw body, a file of a form, a pasted text.

Werkzeug cuts chunked bodies at its limit; half a file in N-Triples is a valid file. So the body is read here.
"""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, field
from typing import IO

import flask
from werkzeug.datastructures import FileStorage
from werkzeug.formparser import FormDataParser
from werkzeug.http import parse_options_header

from bsrgraph.contribute.check import Sent
from bsrgraph.contribute.table import TABLES, is_table
from bsrgraph.errors import ContentError, UnknownFormat, UsageError
from bsrgraph.formats import FORMATS, Format, by_media_type, by_name
from bsrgraph.web.protocol import read_body

__all__ = ["FORM_TYPES", "RDF_TYPES", "TABLE_TYPES", "Upload", "read_form", "read_lists", "read_upload"]

_FORM, _MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
FORM_TYPES = (_FORM, _MULTIPART)
RDF_TYPES = tuple(f.media_type for f in FORMATS if f.rdf is not None)
TABLE_TYPES = tuple(f.media_type for f in TABLES)
_MOST_PARTS = 40


@dataclass(frozen=True, slots=True)
class Upload:
    """What came: the file or text if there was one, and the fields beside it, of the form and of the address."""

    sent: Sent | None
    fields: dict[str, str] = field(default_factory=dict)

    def required(self) -> Sent:
        """The file or text.

        Raises:
            UsageError: there was none.

        """
        if self.sent is None:
            hint = "With curl: --data-binary @mine.ttl -H 'Content-Type: text/turtle'."
            raise UsageError("There is nothing to read: no file and no text.", hint=hint)
        return self.sent


def read_upload(limit: int) -> Upload:
    """What the current request sends: RDF as its body, or a form with `file`, or with `text` and `format`.

    Raises:
        UnknownFormat: it is of a type, charset or coding that is not read here.
        TooLarge: it is larger than `limit` bytes.
        ContentError: it is shorter than announced, or no form.

    """
    media_type, options = parse_options_header(flask.request.headers.get("Content-Type", ""))
    asked = {name: values[0] for name, values in flask.request.args.to_dict(flat=False).items()}
    if media_type in FORM_TYPES:
        fields, file = _form(media_type, options, limit)
        return Upload(_of_form(fields, file), {**asked, **fields})
    form = _read_here(media_type)
    if form is None:
        raise UnknownFormat(
            f"{media_type or 'A body without Content-Type'} is not read here.",
            hint=f"Send {', '.join((*RDF_TYPES, *TABLE_TYPES))}, or a form with a file.",
        )
    charset = options.get("charset", "utf-8").lower().replace("_", "-")
    if charset not in ("utf-8", "utf8"):
        raise UnknownFormat(f"The charset {charset[:40]} is not read here.", hint="Send UTF-8.")
    coding = flask.request.headers.get("Content-Encoding", "identity").lower()
    if coding not in ("identity", "", "gzip"):
        raise UnknownFormat(f"The coding {coding[:40]} is not read here.", hint="Send it as it is, or with gzip.")
    data = read_body(limit, packed=coding == "gzip")
    name, kind = asked.get("name", "sent")[:200], asked.get("kind", "")
    return Upload(Sent(data, name, form, packed=coding == "gzip", kind=kind), asked)


def _read_here(media_type: str) -> Format | None:
    table = next((f for f in TABLES if f.media_type == media_type), None)
    found = table or by_media_type(media_type)
    return found if found is not None and (found in TABLES or found.rdf is not None) else None


def read_form(limit: int) -> dict[str, str]:
    """The fields of a request that sends no file: of the address, of a form, or of a JSON object.

    Raises:
        UnknownFormat: the body is of another type.
        UsageError: the JSON is no object of texts.

    """
    asked = {name: values[0] for name, values in flask.request.args.to_dict(flat=False).items()}
    media_type, options = parse_options_header(flask.request.headers.get("Content-Type", ""))
    if media_type in FORM_TYPES:
        return {**asked, **_form(media_type, options, limit)[0]}
    body = read_body(limit)
    if not body:
        return asked
    if media_type != "application/json":
        raise UnknownFormat(f"{media_type or 'A body without Content-Type'} is not read here.", hint="Send JSON.")
    try:
        told = json.loads(body)
    except ValueError as error:
        raise UsageError(f"This is no JSON: {error}") from error
    if not isinstance(told, dict) or not all(isinstance(v, str) for v in told.values()):
        raise UsageError("This is no JSON object of texts.", hint='Send {"comment": "…"}.')
    return {**asked, **told}


def read_lists(limit: int) -> dict[str, list[str]]:
    """The fields of a form in which a name may come several times.

    Raises:
        UnknownFormat: the body is no form.

    """
    media_type, options = parse_options_header(flask.request.headers.get("Content-Type", ""))
    if media_type not in FORM_TYPES:
        raise UnknownFormat(
            "This takes the form of the page only.",
            hint="Send triples with a token to /contributions; see /contribute.",
        )
    return _parsed(media_type, options, limit)[0]


def _form(media_type: str, options: dict[str, str], limit: int) -> tuple[dict[str, str], FileStorage | None]:
    fields, file = _parsed(media_type, options, limit)
    return {name: values[0] for name, values in fields.items()}, file


def _parsed(media_type: str, options: dict[str, str], limit: int) -> tuple[dict[str, list[str]], FileStorage | None]:
    body = read_body(limit)
    parser = FormDataParser(_in_memory, max_form_memory_size=None, max_form_parts=_MOST_PARTS, silent=False)
    try:
        _stream, fields, files = parser.parse(io.BytesIO(body), media_type, len(body), options)
    except (ValueError, OSError) as error:
        raise ContentError(f"This is no {media_type}: {error}") from error
    found = files.get("file")
    return dict(fields.lists()), found if found and found.filename else None


def _in_memory(*_told: object, **_more: object) -> IO[bytes]:
    """Where a file of a form is kept; the whole body is in memory already."""
    return io.BytesIO()


def _of_form(fields: dict[str, str], file: FileStorage | None) -> Sent | None:
    named = fields.get("format", "").strip()
    if file is not None:
        name = (file.filename or "").replace("\\", "/").rpartition("/")[2][:200]
        # What the form says of a text says nothing of a file that has a suffix of its own.
        form = _rdf(named) if named and not is_table(None, name) else None
        return Sent(file.stream.read(), name, form, packed=name.endswith(".gz"), kind=fields.get("kind", ""))
    text = fields.get("text", "")
    return Sent(text.encode("utf-8", "replace"), "pasted", _rdf(named or "ttl")) if text.strip() else None


def _rdf(name: str) -> Format:
    try:
        form = by_name(name)
    except UsageError as error:
        raise UnknownFormat(error.message, hint=error.hint) from error
    if form.rdf is None:
        raise UnknownFormat(f"{form.label} holds no triples.")
    return form
