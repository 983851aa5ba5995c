"""Files that give a parser one piece at a time and know how far it has read."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bsrgraph.parse.places import Lines

__all__ = ["Pieces", "Words"]

# With the white space after it, so that the parser sees at once that a name or a number has ended.
_WORD = re.compile(rb"\s*\S+\s?|\s+\Z")
_TAG = re.compile(rb"<[^>]*>\s?|[^<]+")
_AFTER_OBJECT = b" \t\r\n\f\v;,.])}"
_READ_AT_ONCE = 16 * 1024


class Words:
    """A document that gives one word per `read()`, or one tag where there are `tags`."""

    def __init__(self, data: bytes, lines: Lines, *, tags: bool = False) -> None:
        self._data = data
        self._word = _TAG if tags else _WORD
        self._lines = lines
        self._position = 0
        self.end = 0
        """The offset where the last word ends; punctuation after it only tells that it has ended."""

    def read(self, size: int = -1) -> bytes:
        """The next word, or what of it may be given at a time."""
        # A word longer than the parser asks for comes in pieces; its position is then its last piece's.
        # The parser ends the process if it is given more than it asks for.
        end = min(self._position + (size if size > 0 else _READ_AT_ONCE), len(self._data))
        if match := self._word.match(self._data, self._position, end):
            end = match.end()
        piece = self._data[self._position : end]
        word = piece.rstrip(_AFTER_OBJECT)
        if word.lstrip():
            self.end = self._position + len(word)
        self._position = end
        return piece

    def place(self) -> tuple[int, int]:
        """Line and column of the end of the last word read."""
        return self._lines.end(self.end)


class Pieces:
    """A document that gives one of its pieces per `read()`; `given` is how many have been given whole."""

    def __init__(self, pieces: Sequence[bytes]) -> None:
        self._pieces = pieces
        self._done = 0
        self.given = 0

    def read(self, size: int = -1) -> bytes:
        """The next piece, or what of it may be given at a time; the end is an empty one."""
        if self.given == len(self._pieces):
            return b""
        piece = self._pieces[self.given]
        end = self._done + (size if size > 0 else _READ_AT_ONCE)
        part = piece[self._done : end]
        if end >= len(piece):
            self.given, self._done = self.given + 1, 0
        else:
            self._done = end
        return part
