"""The outline of an RDF/XML document: which element is where, and what of XML is refused (expat reads it, no DTD)."""

from __future__ import annotations

from bisect import bisect_right
from xml.parsers import expat

from bsrgraph.errors import ContentError
from bsrgraph.parse.limits import too_deep
from bsrgraph.parse.places import Lines
from bsrgraph.parse.sniff import IllFormed

__all__ = ["Outline"]


class Outline:
    """Where the elements of a document begin.

    Raises:
        ContentError: it is no XML with namespaces, or it has a DOCTYPE (line, column).
        TooLarge: it is nested deeper than `deepest`.

    """

    def __init__(self, data: bytes, lines: Lines, deepest: int) -> None:
        self.lines = lines
        self._deepest = deepest
        self._open: list[int] = []
        self._changes: list[tuple[int, int]] = []
        """Offset → where the innermost element begins that is open from there on; -1 where none is."""
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._data = data
        try:
            self._parser.Parse(data, True)
        except expat.ExpatError as error:
            raise self._fault(error) from error

    def begins(self, end: int) -> tuple[int, int] | None:
        """Where the element begins in which something ends at this offset."""
        at = bisect_right(self._changes, (end - 1, len(self._data)))
        start = self._changes[at - 1][1] if at else -1
        return self.lines.place(start) if start >= 0 else None

    def _start(self, _name: str, _attributes: dict[str, str]) -> None:
        at = self._parser.CurrentByteIndex
        self._open.append(at)
        self._changes.append((at, at))
        if len(self._open) > self._deepest:
            raise too_deep(self._deepest, *self.lines.place(at))

    def _end(self, _name: str) -> None:
        self._open.pop()
        after = self._data.find(b">", self._parser.CurrentByteIndex) + 1
        self._changes.append((after, self._open[-1] if self._open else -1))

    def _doctype(self, *_declared: object) -> None:
        raise self._refused(self._parser.CurrentByteIndex)

    def _refused(self, at: int) -> ContentError:
        line, column = self.lines.place(at)
        return ContentError(
            "A DOCTYPE, and the entities it could define, are not accepted.",
            line=line,
            column=column,
            hint="Leave the DOCTYPE out, and write what the entities stand for.",
        )

    def _fault(self, error: expat.ExpatError) -> ContentError:
        at = max(self._parser.ErrorByteIndex, 0)
        if self._data[at : at + 9].lower() == b"<!doctype" or self._data[at - 2 : at + 7].lower() == b"<!doctype":
            return self._refused(at)
        line, column = self.lines.place(at)
        message = expat.ErrorString(error.code)
        hint = None
        if error.code == expat.errors.codes[expat.errors.XML_ERROR_UNBOUND_PREFIX]:
            hint = 'Declare the prefix on rdf:RDF, as in xmlns:skos="http://www.w3.org/2004/02/skos/core#".'
        elif error.code == expat.errors.codes[expat.errors.XML_ERROR_INVALID_TOKEN]:
            hint = "In text, write &lt; for < and &amp; for &."
        elif error.code == expat.errors.codes[expat.errors.XML_ERROR_TAG_MISMATCH]:
            hint = "Each element is closed by the name that it was opened with, the inner one first."
        return IllFormed(f"This is not XML: {message}.", line=line, column=column, hint=hint)
