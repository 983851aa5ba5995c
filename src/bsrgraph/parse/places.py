"""From an offset in a document's bytes to a line and a column, both counted from 1, columns in characters."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate

__all__ = ["Lines"]

_CONTINUATION = bytes(range(0x80, 0xC0))
_STRIDE = 4096


class Lines:
    """The lines of a document in UTF-8."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        starts = [0]
        at = data.find(b"\n")
        while at >= 0:
            starts.append(at + 1)
            at = data.find(b"\n", at + 1)
        self._starts = starts
        self._counted: dict[int, list[int]] = {}

    def place(self, offset: int) -> tuple[int, int]:
        """The line and column of the character that begins at `offset`."""
        line, column = self.end(offset)
        return line, column + 1

    def end(self, offset: int) -> tuple[int, int]:
        """The line and column of the character that ends before `offset`; column 0 before the first of a line."""
        line = bisect_right(self._starts, offset)
        start = self._starts[line - 1]
        if offset - start <= _STRIDE:
            return line, self._characters(start, offset)
        # Some write a whole document in one line; counting from its beginning each time would take for ever.
        before = self._counted.get(line) or self._counted.setdefault(line, self._strides(line))
        whole = (offset - start) // _STRIDE
        return line, before[whole] + self._characters(start + whole * _STRIDE, offset)

    def _characters(self, start: int, end: int) -> int:
        """Without the bytes that continue a character, each byte is one, wherever a piece is cut."""
        return len(self._data[start:end].translate(None, _CONTINUATION))

    def _strides(self, line: int) -> list[int]:
        start = self._starts[line - 1]
        end = self._starts[line] if line < len(self._starts) else len(self._data)
        pieces = (self._characters(at, min(at + _STRIDE, end)) for at in range(start, end, _STRIDE))
        return list(accumulate(pieces, initial=0))

    def text(self, line: int) -> str:
        """A line without its end; empty where there is none."""
        if not 1 <= line <= len(self._starts):
            return ""
        end = self._starts[line] if line < len(self._starts) else len(self._data)
        return self._data[self._starts[line - 1] : end].decode("utf-8", "replace").rstrip("\r\n")
