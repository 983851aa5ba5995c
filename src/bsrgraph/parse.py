"""Bytes → quads with positions.

The one parser at the door is pyoxigraph's, never lenient. Positions come from that same parser: it is fed one
word at a time, and whatever it has read when it yields a triple is where that triple's object ends.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, cast

import pyoxigraph as ox

from bsrgraph.errors import ContentError, TooLarge, UnknownFormat
from bsrgraph.formats import Format

__all__ = ["Statement", "require_plain", "statements", "unpacked"]

# With the white space after it, so that the parser sees at once that a name or a number has ended.
_WORD = re.compile(rb"\s*\S+\s?|\s+\Z")
_AFTER_OBJECT = b" \t\r\n\f\v;,.])}"
_READ_AT_ONCE = 16 * 1024
_DEEPEST = 60
_MOST_UNPACKED = 32 * 2**20
_LONGEST_LITERAL = 256_000
_BRACKETS = re.compile(rb"[\[{(\]})]")
_JSON_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_DOCTYPE = re.compile(rb"<!DOCTYPE", re.IGNORECASE)
_CONTINUATION = bytes(range(0x80, 0xC0))


@dataclass(frozen=True, slots=True)
class Statement:
    """A quad as sent, and the line (from 1) and column (from 1, in characters) where its object ends."""

    quad: ox.Quad
    line: int
    column: int


class _Words:
    """A file that gives one word per `read()` and knows how far it has been read."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.position = 0
        self._end = 0
        self._line = 1
        self._column = 0
        self._counted = 0

    def read(self, size: int = -1) -> bytes:
        # A word longer than the parser asks for comes in pieces; its position is then its last piece's.
        # The parser ends the process if it is given more than it asks for.
        end = min(self.position + (size if size > 0 else _READ_AT_ONCE), len(self._data))
        if match := _WORD.match(self._data, self.position, end):
            end = match.end()
        piece = self._data[self.position : end]
        word = piece.rstrip(_AFTER_OBJECT)
        if word.lstrip():
            self._end = self.position + len(word)
        self.position = end
        return piece

    def place(self) -> tuple[int, int]:
        """Line and column of the end of the last word read; punctuation only tells that it has ended."""
        passed = self._data[self._counted : self._end]
        if newlines := passed.count(b"\n"):
            self._line += newlines
            self._column = 0
            passed = passed[passed.rindex(b"\n") + 1 :]
        # Without the bytes that continue a character, each byte is one, wherever a piece was cut.
        self._column += len(passed.translate(None, _CONTINUATION))
        self._counted = self._end
        return self._line, self._column


def statements(data: bytes, form: Format, base: str | None = None) -> Iterator[Statement]:
    """The statements of `data` in its order.

    Raises:
        ContentError: not UTF-8, or not what `form` says (line and column of the first fault).
        UnknownFormat: `form` holds no RDF.

    """
    if form.rdf is None:
        raise UnknownFormat(f"{form.label} holds no triples that can be read.", hint="Send Turtle, for example.")
    data = data.removeprefix(b"\xef\xbb\xbf")
    _require_utf8(data)
    _require_harmless(data, form)
    words = _Words(data)
    try:
        for quad in ox.parse(cast(IO[bytes], words), format=form.rdf, base_iri=base):
            line, column = words.place()
            require_plain(quad, line, column)
            yield Statement(quad, line, column)
    except SyntaxError as error:
        raise _explained(error, data, form) from error
    except (ValueError, OSError) as error:
        raise ContentError(f"This is not {form.label}: {error}") from error


def unpacked(data: bytes) -> bytes:
    """Gzip bytes, unpacked, and never more than a limit of them.

    Raises:
        ContentError: it is no gzip, it breaks off, or it grows past 32 MiB.

    """
    unpacker = zlib.decompressobj(wbits=31)
    try:
        found = unpacker.decompress(data, _MOST_UNPACKED + 1)
    except zlib.error as error:
        raise ContentError(f"This is no gzip file: {error}") from error
    if len(found) > _MOST_UNPACKED:
        raise TooLarge(f"Unpacked, it has more than {_MOST_UNPACKED:,} bytes.")
    if not unpacker.eof:
        raise ContentError("The gzip file breaks off.")
    return found


def _require_harmless(data: bytes, form: Format) -> None:
    """Refuses what ends or fills the parser's process: deep nesting, entities that grow."""
    if form.suffix == "rdf" and (match := _DOCTYPE.search(data)):
        line = data.count(b"\n", 0, match.start()) + 1
        raise ContentError(
            "A DOCTYPE, and the entities it could define, are not accepted.", line=line, hint="Leave the DOCTYPE out."
        )
    if form.suffix != "jsonld":
        return
    depth = 0
    bare = _JSON_STRING.sub(lambda m: b" " * len(m.group()), data)
    for match in _BRACKETS.finditer(bare):
        depth += 1 if match.group() in b"[{(" else -1
        if depth > _DEEPEST:
            line = data.count(b"\n", 0, match.start()) + 1
            hint = "Give inner things an @id and put them beside each other."
            raise ContentError(f"It is nested more than {_DEEPEST} levels deep.", line=line, hint=hint)


def require_plain(quad: ox.Quad, line: int | None = None, column: int | None = None) -> None:
    """Refuses what RDF 1.1 does not have, and literals past the limit.

    Raises:
        ContentError: a triple term, a base direction, or a literal of more than 256,000 characters.

    """
    if isinstance(quad.object, ox.Literal) and len(quad.object.value) > _LONGEST_LITERAL:
        message = f"A text has more than {_LONGEST_LITERAL:,} characters."
        raise ContentError(message, line=line, column=column, hint="Link to long texts.")
    literal = quad.object if isinstance(quad.object, ox.Literal) else None
    if isinstance(quad.subject, ox.Triple) or isinstance(quad.object, ox.Triple) or (literal and literal.direction):
        raise ContentError(
            "Triple terms and base directions are RDF 1.2, which is not accepted here.",
            line=line,
            column=column,
            hint="Write plain RDF 1.1 statements.",
        )


def _require_utf8(data: bytes) -> None:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ContentError(
            f"The file is not UTF-8: byte 0x{data[error.start]:02x} in line {line}.",
            line=line,
            hint="Save it as UTF-8 and send it again.",
        ) from error


def _explained(error: SyntaxError, data: bytes, form: Format) -> ContentError:
    message = re.sub(r"^Parser error at line \d+ (column \d+|between columns \d+ and (column )?\d+): ", "", error.msg)
    message = re.sub(r"^Parser error (at|between) line .*?: ", "", message)
    line = error.lineno
    if "LoadDocumentCallback" in message:
        return ContentError(
            "Its @context is in another document, and nothing is fetched from elsewhere.",
            line=line,
            hint="Write the context itself into the file.",
        )
    if line is None:
        return ContentError(f"This is not {form.label}: {message}")
    lines = data.split(b"\n")
    shown = lines[line - 1].decode("utf-8", "replace").strip()[:120] if line <= len(lines) else ""
    return ContentError(
        f"This is not {form.label}: {message}",
        line=line,
        column=error.offset,
        hint=f"The line reads: {shown}" if shown else None,
    )
