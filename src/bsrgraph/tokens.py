"""Cuts a query's text into tokens, so that no code can hide in what only looks like something else.

The scan errs towards seeing code. Where SPARQL's own grammar is ambiguous (``?a<?b`` may begin a comparison
or an IRI) the place of the character decides, and a text in which a comment or a string could hide in the
ambiguity is refused with a hint instead of being guessed at. Parsers that try one reading after another take
a longer token apart when it leads nowhere (an undeclared prefix, a string with an escape that is none), so
what only looks like such a token is refused, or read as the code that it may be.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bsrgraph.errors import QueryRefused, QuerySyntaxError

__all__ = ["CLOSING", "OPENING", "OPERANDS", "Token", "decoded", "place", "refused", "tokens"]


@dataclass(frozen=True, slots=True)
class Token:
    """A token with its kind, its offset in characters, and the bracket that it stands in.

    `inside` is an opening bracket, empty outside all of them, or "data" and "row" in the block of a VALUES.
    """

    kind: str
    text: str
    start: int
    inside: str = ""


# A prefixed name's local part may hold escaped punctuation (`ex:a\#b`): read as a comment, it would hide code.
# No name ends with a dot, which would hide the end of a triple pattern.
_CHAR = r"[\w\-\u00B7-\U000EFFFF]"
_PLACED = r"%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?#@%]"
_LOCAL = rf"(?:(?:[\w:\u00B7-\U000EFFFF]|{_PLACED})(?:{_CHAR}|:|{_PLACED}|\.++(?={_CHAR}|:|{_PLACED}))*)?"
_TOKEN = re.compile(
    r"""(?P<space>[\ \t\r\n]+)
    |(?P<comment>\#[^\r\n]*)
    |(?P<iri><[^<>"{}|^`\x00-\x20]*>)
    |(?P<string>\"\"\"(?:\"{0,2}(?:[^"\\]|\\.))*\"\"\"|'''(?:'{0,2}(?:[^'\\]|\\.))*'''
               |"(?:[^"\\\r\n]|\\.)*"|'(?:[^'\\\r\n]|\\.)*')
    |(?P<variable>[?$]\w+)
    |(?P<language>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
    |(?P<name>(?:[^\W\d_](?:"""
    + _CHAR
    # A prefix without end would be looked for again at each of its dots.
    + r"""|\.){0,255})?:"""
    + _LOCAL
    + rf"""|_:\w(?:{_CHAR}|\.++(?={_CHAR}))*)
    |(?P<number>[0-9]+(?:\.[0-9]*)?[eE][+-]?[0-9]+|[0-9]*\.[0-9]+(?:[eE][+-]?[0-9]+)?|[0-9]+)
    |(?P<word>[^\W\d]\w*)
    |(?P<operator>\|\||&&|!=|<=|>=|\^\^|<<|>>|[=<>!+\-*/|^?&])
    |(?P<mark>[{{}}()\[\].,;])
    |(?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|.)", re.DOTALL)
# In strings; what stands for half a character (a surrogate) or for none is no escape.
_GOOD_ESCAPE = re.compile(
    r"""\\(?:[tbnrf\\"']|u(?![dD][89a-fA-F])[0-9A-Fa-f]{4}
    |U(?:0000(?![dD][89a-fA-F])|000[1-9a-fA-F]|0010)[0-9A-Fa-f]{4})""",
    re.VERBOSE,
)
OPERANDS = {"iri", "string", "variable", "language", "name", "number"}
"""Kinds of token that can be the left side of a comparison."""

OPENING = {"(": ")", "[": "]", "{": "}", "<<": ">>"}
CLOSING = set(OPENING.values())


def tokens(text: str) -> Iterator[Token]:
    """The tokens of `text` without white space and comments.

    Raises:
        QueryRefused: a ``<`` that could be a comparison as well as an IRI with a comment or string inside.
        QuerySyntaxError: a string without an end, or with an escape that is none.

    """
    brackets: list[str] = []
    prefixes: set[str] = set()
    before = Token("", "", 0)
    values = False
    position = 0
    while match := _TOKEN.match(text, position):
        kind, piece = _reading(text, match, before, brackets)
        if kind == "name" and before.text.upper() == "PREFIX":
            prefixes.add(piece.partition(":")[0])
        elif kind == "name" and re.search(r"[.-]", prefix := piece.partition(":")[0]) and prefix not in prefixes:
            # An undeclared `true.SERVICE:x` may be taken apart as `true`, a dot and the rest.
            kind, piece = "word", re.split(r"[.-]", piece, maxsplit=1)[0]
        position = match.start() + len(piece)
        if kind in ("space", "comment"):
            continue
        token = Token(kind, piece, match.start(), brackets[-1] if brackets else "")
        yield token
        if kind == "word" and piece.upper() == "VALUES":
            values = True
        elif piece in OPENING and kind != "string":
            brackets.append(
                {"{": "data" if values else "{", "(": "row" if token.inside == "data" else "("}.get(piece, piece)
            )
            values = values and piece != "{"
        elif piece in CLOSING and brackets and kind != "string":
            brackets.pop()
        before = token


def _reading(text: str, match: re.Match[str], before: Token, brackets: list[str]) -> tuple[str, str]:
    """The kind and the text of a match, where what stands before it decides."""
    kind, piece, start = str(match.lastgroup), match.group(), match.start()
    if kind == "string" and "\\" in _GOOD_ESCAPE.sub("", piece):
        raise _wrong(text, start, "This string has a backslash that begins no escape.", r"A backslash is written \\.")
    if kind == "other" and piece in "\"'":
        raise _wrong(
            text, start, "A string begins here and does not end.", f"In a string, write \\{piece} for {piece}."
        )
    if kind == "other" and piece == "\\" and not ((escape := _ESCAPE.match(text, start)) and escape.lastindex):
        raise _wrong(text, start, "A backslash has no place here.")
    iri = match if kind == "iri" else _TOKEN.match(text, start + 1) if piece == "<<" else None
    if iri is None or iri.lastgroup != "iri" or brackets[-1:] not in (["("], ["<<"]):
        return kind, piece
    if before.kind in OPERANDS | {"word"} or before.text in CLOSING:
        if "#" in iri.group() or "'" in iri.group():
            raise refused(
                text,
                start,
                "Here “<” can be read as “less than” or as the start of an IRI.",
                "Put a space after “<” to compare, or write the IRI with a prefix.",
            )
        return "operator", "<"
    return kind, piece


def decoded(text: str) -> str:
    r"""`text` with its ``\u`` escapes decoded, but for those that stand for no character."""
    return _ESCAPE.sub(_character, text)


def _character(match: re.Match[str]) -> str:
    code = int(match.group(1) or match.group(2) or "D800", 16)
    return match.group() if 0xD800 <= code < 0xE000 or code > 0x10FFFF else chr(code)


def place(text: str, offset: int) -> tuple[int, int]:
    """Line and column, both from 1, of the character at `offset`."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def refused(text: str, offset: int, message: str, hint: str | None = None) -> QueryRefused:
    """A refusal that says where in `text` it is about."""
    line, column = place(text, offset)
    return QueryRefused(message, line=line, column=column, hint=hint)


def _wrong(text: str, offset: int, message: str, hint: str | None = None) -> QuerySyntaxError:
    line, column = place(text, offset)
    return QuerySyntaxError(message, line=line, column=column, hint=hint)
