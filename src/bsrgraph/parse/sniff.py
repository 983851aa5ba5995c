"""What bytes look like, when they are not what they are said to be."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bsrgraph.errors import ContentError, UnknownFormat
from bsrgraph.formats import Format

__all__ = ["IllFormed", "Looks", "at_once", "require_readable", "when_it_failed"]


class IllFormed(ContentError):
    """It is not even JSON, or not even XML: then it may be something else altogether."""


@dataclass(frozen=True, slots=True)
class Looks:
    """What it looks like, as in “this looks like …”, and what to do about it."""

    like: str
    hint: str


_HTML = Looks("an HTML page", "Was it saved from a browser? Download the data itself, not the page about it.")
_GZIP = Looks("gzip", "Send it with `Content-Encoding: gzip`, or give its name the ending .gz.")
_ZIP = Looks("a ZIP archive, such as an Excel or Word file", "Unpack it, or save the table as CSV.")
_PDF = Looks("a PDF", "Send the data as a file of its own.")
_UTF_16 = Looks("text in UTF-16", "Save it as UTF-8 and send it again.")
_XML = Looks("RDF/XML", "Send it as application/rdf+xml, or give its name the ending .rdf.")
_JSON = Looks("JSON-LD", "Send it as application/ld+json, or give its name the ending .jsonld.")
_TURTLE = Looks("Turtle", "Send it as text/turtle, or give its name the ending .ttl.")
_TRIG = Looks("TriG, which has named graphs", "Send it as application/trig, or give its name the ending .trig.")
_SPARQL = Looks("a SPARQL query or update", "Send the triples themselves, without INSERT DATA { … }.")
_N3 = Looks("rules in Notation3", "Rules are not followed here. Send the triples that they would give.")
_CSV = Looks("a table", "Send it as text/csv, by the template of a kind of thing.")

_AT_ONCE: tuple[tuple[re.Pattern[bytes], Looks], ...] = (
    (re.compile(rb"\x1f\x8b"), _GZIP),
    (re.compile(rb"PK\x03\x04"), _ZIP),
    (re.compile(rb"%PDF-"), _PDF),
    (re.compile(rb"\xff\xfe|\xfe\xff|[\x01-\x7f]\0[\x01-\x7f]\0|\0[\x01-\x7f]\0[\x01-\x7f]"), _UTF_16),
    (re.compile(rb"\s*+(?:<!--.{0,2000}?-->\s*+)?(?:<!doctype\s++html|<html)[\s>]", re.IGNORECASE | re.DOTALL), _HTML),
)
_PROLOGUE = rb"(?:\s++|#[^\n]*+|@?(?:prefix|base)\b[^\n]{0,2000}?>\s*+\.?)*+"
_WHEN_FAILED: tuple[tuple[str, re.Pattern[bytes], Looks], ...] = (
    ("ttl trig nt nq jsonld", re.compile(rb"\s*+(?:<\?xml\b|<rdf:RDF\b)"), _XML),
    ("ttl trig nt nq rdf", re.compile(rb'\s*+[\[{]\s*+(?:"|\{\s*+"|\}|\])'), _JSON),
    (
        "ttl trig nt nq jsonld rdf",
        re.compile(_PROLOGUE + rb"(?:insert|delete|with|load|clear|select|construct|describe|ask)\b(?!:)", re.I),
        _SPARQL,
    ),
    (
        "jsonld rdf nt nq",
        re.compile(rb"\s*+(?:#[^\n]*+\s*+)*+(?:@prefix|@base|prefix\s|base\s)", re.I),
        _TURTLE,
    ),
    ("jsonld rdf", re.compile(rb"\s*+(?:#[^\n]*+\s*+)*+(?:<\w+:[^<>\s]*+>|_:\w+)\s"), _TURTLE),
    ("ttl trig", re.compile(_PROLOGUE + rb"\{(?=[^}]{0,4000}\}\s*+(?:=>|<=))"), _N3),
    ("ttl nt nq", re.compile(_PROLOGUE + rb"(?:graph\s++)?(?:<[^<>\s]++>|[\w.-]*+:[\w.-]*+)?\s*+\{\s", re.I), _TRIG),
)


def at_once(data: bytes) -> Looks | None:
    """What the first bytes leave no doubt of."""
    head = data[:4096]
    return next((looks for pattern, looks in _AT_ONCE if pattern.match(head)), None)


def when_it_failed(data: bytes, form: Format) -> Looks | None:
    """What a document that could not be read as `form` looks like instead."""
    head = data[:16_384]
    for suffixes, pattern, looks in _WHEN_FAILED:
        if form.suffix in suffixes.split() and pattern.match(head):
            return looks
    return _CSV if _is_table(head) else None


def _is_table(head: bytes) -> bool:
    """Whether the first lines have the same number of cells, by one separator."""
    lines = [line for line in head.decode("utf-8", "replace").splitlines() if line.strip()][:4]
    if len(lines) < 2 or re.match(r"\s*[@<\[{#_]", lines[0]):
        return False
    return any(len(counts := {line.count(mark) for line in lines}) == 1 and min(counts) > 0 for mark in ",;\t|")


def require_readable(data: bytes, form: Format) -> bytes:
    """The document without a byte order mark.

    Raises:
        ContentError: it is no text in UTF-8 (with its line), or what nobody calls `form`.

    """
    looks = at_once(data)
    if looks is not None:
        kind = UnknownFormat if looks in (_ZIP, _PDF) else ContentError
        raise kind(f"This looks like {looks.like}, not {form.label}.", line=1, hint=looks.hint)
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _not_utf8(data, error) from error
    return data


def _not_utf8(data: bytes, error: UnicodeDecodeError) -> ContentError:
    start = data.rfind(b"\n", 0, error.start) + 1
    line = data.count(b"\n", 0, error.start) + 1
    column = len(data[start : error.start].decode("utf-8", "replace")) + 1
    if error.end == len(data) and error.reason == "unexpected end of data":
        hint = "The file ends in the middle of a character: was the upload cut short? Send it again."
    else:
        hint = "Save it as UTF-8 and send it again; it may be in ISO 8859-1 or Windows-1252."
    return ContentError(
        f"The file is not UTF-8: byte 0x{data[error.start]:02x} in line {line}.", line=line, column=column, hint=hint
    )
