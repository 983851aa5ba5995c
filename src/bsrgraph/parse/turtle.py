"""The lexical outline of Turtle and TriG: where statements begin, how deep brackets go, and single tokens.

No second parser: it knows tokens, and only those that pyoxigraph would also pass. Where it can read no token, the
parser finds a fault there too.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from bsrgraph.parse.limits import too_deep
from bsrgraph.parse.places import Lines

__all__ = ["Outline", "tokens"]

_TOKEN = re.compile(
    rb"""
    (?P<gap> (?: \s++ | \#[^\n\r]*+ )++ )
    | (?P<string> \"\"\"(?:[^"\\]|\\.|"(?!""))*+\"\"\" | '''(?:[^'\\]|\\.|'(?!''))*+'''
        | "(?:[^"\\\n\r]|\\.)*+" | '(?:[^'\\\n\r]|\\.)*+' )
    | (?P<iri> <[^<>"{}|^`\s]*+> )
    | (?P<open> <<\(? | [\[({] )
    | (?P<close> \)?>> | [\])}] )
    | (?P<mark> [;,] | \^\^ )
    | (?P<word> (?: [^\s<>"'\#\[\](){};,\\^] | \\. )++ )
    """,
    re.VERBOSE | re.DOTALL,
)


def tokens(data: bytes, start: int = 0, end: int | None = None) -> Iterator[tuple[str, int, int]]:
    """The tokens of `data` between two offsets: their kind, and the offsets where they begin and end.

    Kinds are `string`, `iri`, `open`, `close`, `mark`, `word`, and `dot` for the one that ends a statement. Nothing
    comes after the first place where there is no token.
    """
    end = len(data) if end is None else end
    while start < end and (match := _TOKEN.match(data, start, end)):
        start = match.end()
        kind = match.lastgroup or ""
        if kind == "gap":
            continue
        begin, stop = match.span()
        if kind == "word":
            # A dot inside a name is the name's, one at its end is the statement's.
            while stop > begin and data[stop - 1 : stop] == b"." and data[stop - 2 : stop - 1] != b"\\":
                stop -= 1
            if stop > begin:
                yield "word", begin, stop
            if stop < match.end():
                yield "dot", stop, match.end()
            continue
        yield kind, begin, stop


class Outline:
    """Where the statements of a document begin.

    Raises:
        TooLarge: brackets are nested deeper than `deepest`.

    """

    def __init__(self, data: bytes, lines: Lines, deepest: int) -> None:
        self.lines = lines
        self._starts: list[int] = []
        depth, fresh = 0, True
        for kind, begin, end in tokens(data):
            if kind == "open":
                depth += 1
                if depth > deepest:
                    raise too_deep(deepest, *self.lines.place(begin))
            elif kind == "close":
                depth -= 1
            # A graph's own brackets hold statements, all others are inside one.
            graph = data[begin:end] in (b"{", b"}")
            if fresh and not graph and kind != "dot":
                self._starts.append(begin)
            fresh = graph or (kind == "dot" and depth < 2) or (fresh and kind == "dot")

    def begins(self, end: int) -> tuple[int, int] | None:
        """Where the statement begins of which something ends at this offset."""
        at = bisect_right(self._starts, end - 1)
        return self.lines.place(self._starts[at - 1]) if at else None
