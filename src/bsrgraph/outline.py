"""What a query's text tells a store beforehand: its columns, and whether it looks as if it were answered at once.

Read from the tokens of the text; a query that `guard` has not passed is not looked at.
"""

from __future__ import annotations

from dataclasses import dataclass

from bsrgraph.tokens import tokens

__all__ = ["Outline", "outline"]

_READS_ALL = {
    "AVG", "CONTAINS", "COUNT", "DISTINCT", "EXISTS", "GROUP", "MAX", "MIN", "MINUS", "ORDER", "REGEX", "SAMPLE", "SUM",
}  # fmt: skip
_VOLATILE = {"NOW", "RAND", "STRUUID", "UUID"}
_FEW_PATTERNS = 12
_LONG = 8_000
"""Characters of a text that is not looked at any closer."""


@dataclass(frozen=True, slots=True)
class Outline:
    """`columns` is the offset of the `*` of the outermost `SELECT *` and the variables in the order of the text.

    `cheap` means few patterns, something given in them, and nothing that reads everything before it answers;
    `volatile` that the answer differs each time it is asked for.
    """

    columns: tuple[int, tuple[str, ...]] | None
    cheap: bool
    volatile: bool = False


def outline(text: str) -> Outline:
    """The outline of a query that `guard` has passed (SPARQL 1.1 section 18.2.4.4 leaves the order open)."""
    star: int | None = None
    variables: dict[str, None] = {}
    before = ""
    depth = patterns = anchors = 0
    reads_all = len(text) > _LONG
    volatile = "\\u" in text
    for token in tokens(text):
        if token.text == "*" and not depth and before in ("SELECT", "DISTINCT", "REDUCED"):
            star = token.start
        elif token.kind == "variable":
            variables.setdefault(token.text[1:])
        elif token.kind == "mark":
            depth += (token.text in "{([") - (token.text in "})]")
            patterns += token.text in ".;,{"
        anchors += bool(depth) and token.kind in ("iri", "name", "string")
        reads_all |= token.text.upper() in _READS_ALL or (bool(depth) and token.text in ("*", "+"))
        volatile |= token.kind == "word" and token.text.upper() in _VOLATILE
        before = token.text.upper()
    columns = None if star is None else (star, tuple(variables))
    return Outline(columns, not reads_all and 0 < patterns <= _FEW_PATTERNS and anchors > 0, volatile)
