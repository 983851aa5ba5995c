r"""Reads a query's tokens: which form it has, and whether strangers may ask it. Executes nothing.

Two facts about query engines make this module necessary. Deep or long queries end the process (a 5 kB query
is enough), and `SERVICE` opens sockets. So the text is scanned first, in linear time, and again with its
``\u`` escapes decoded (SPARQL 1.1 section 19.2 decodes them before parsing); either reading can refuse.

The scan errs towards seeing code. Where SPARQL's own grammar is ambiguous (``?a<?b`` may begin a comparison
or an IRI) the place of the character decides, and a text in which a comment or a string could hide in the
ambiguity is refused with a hint instead of being guessed at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

from bsrgraph.errors import QueryRefused, QuerySyntaxError

__all__ = ["Form", "Limits", "Token", "check", "tokens"]


class Form(Enum):
    """The four query forms of SPARQL 1.1 section 16."""

    SELECT = "SELECT"
    ASK = "ASK"
    CONSTRUCT = "CONSTRUCT"
    DESCRIBE = "DESCRIBE"

    @property
    def gives_graph(self) -> bool:
        """Whether the answer is triples rather than rows or a boolean."""
        return self in (Form.CONSTRUCT, Form.DESCRIBE)


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that a query may have of each; every one is a setting."""

    text: int = 256_000
    nesting: int = 60
    operators: int = 400
    patterns: int = 200
    list_items: int = 200
    path_steps: int = 100


@dataclass(frozen=True, slots=True)
class Token:
    """A token with its kind and its offset in characters."""

    kind: str
    text: str
    start: int


# A prefixed name's local part may hold escaped punctuation (`ex:a\#b`): read as a comment, it would hide code.
_LOCAL = r"(?:[\w.:\-\u00B7-\U000EFFFF]|%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?#@%])*"
_TOKEN = re.compile(
    r"""(?P<space>[\ \t\r\n]+)
    |(?P<comment>\#[^\r\n]*)
    |(?P<iri><[^<>"{}|^`\x00-\x20]*>)
    |(?P<string>\"\"\"(?:\"{0,2}(?:[^"\\]|\\.))*\"\"\"|'''(?:'{0,2}(?:[^'\\]|\\.))*'''
               |"(?:[^"\\\r\n]|\\.)*"|'(?:[^'\\\r\n]|\\.)*')
    |(?P<variable>[?$]\w+)
    |(?P<language>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
    |(?P<name>(?:[^\W\d_][\w.\-]*)?:"""
    + _LOCAL
    + r"""|_:[\w.\-]+)
    |(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
    |(?P<word>[^\W\d]\w*)
    |(?P<operator>\|\||&&|!=|<=|>=|\^\^|<<|>>|[=<>!+\-*/|^?&])
    |(?P<mark>[{}()\[\].,;])
    |(?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_OPERAND = {"iri", "string", "variable", "language", "name", "number"}
_COSTLY_WORDS = {
    "UNION",
    "OPTIONAL",
    "MINUS",
    "FILTER",
    "BIND",
    "VALUES",
    "GRAPH",
    "EXISTS",
    "IN",
    "HAVING",
    "SELECT",
}
_UPDATE_WORDS = {
    "INSERT",
    "DELETE",
    "LOAD",
    "CLEAR",
    "CREATE",
    "DROP",
    "COPY",
    "MOVE",
    "ADD",
    "WITH",
}
_OPENING = {"(": ")", "[": "]", "{": "}", "<<": ">>"}
_CLOSING = set(_OPENING.values())


def tokens(text: str) -> Iterator[Token]:
    """The tokens of `text` without white space and comments.

    Raises:
        QueryRefused: a ``<`` that could be a comparison as well as an IRI with a comment or string inside.

    """
    brackets: list[str] = []
    before = ""
    position = 0
    while match := _TOKEN.match(text, position):
        kind, piece = str(match.lastgroup), match.group()
        if kind == "iri" and before in _OPERAND | {")"} and brackets[-1:] == ["("] and "://" not in piece:
            if "#" in piece or "'" in piece:
                raise _refused(
                    text,
                    position,
                    "Here “<” can be read as “less than” or as the start of an IRI.",
                    "Put a space after “<” to compare, or write the IRI in full or with a prefix.",
                )
            kind, piece = "operator", "<"
        position = match.start() + len(piece)
        if kind in ("space", "comment"):
            continue
        if piece in _OPENING and kind != "string":
            brackets.append(piece)
        elif piece in _CLOSING and brackets and kind != "string":
            brackets.pop()
        before = piece if kind in ("mark", "word") else kind
        yield Token(kind, piece, match.start())


def check(text: str, limits: Limits = Limits()) -> Form:
    """The form of the query in `text`, if strangers may ask it.

    Raises:
        QueryRefused: SERVICE, an update, or more of something than a limit allows.
        QuerySyntaxError: it begins like no query.

    """
    if len(text) > limits.text:
        raise QueryRefused(
            f"The query text has {len(text):,} characters; the limit is {limits.text:,}.",
            hint="A long list of values is shorter as VALUES with prefixed names.",
        )
    form = _scan(text, limits)
    decoded = _ESCAPE.sub(_decode, text)
    if decoded != text:
        _scan(decoded, limits)
    return form


def place(text: str, offset: int) -> tuple[int, int]:
    """Line and column, both from 1, of the character at `offset`."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def _decode(match: re.Match[str]) -> str:
    code = int(match.group(1) or match.group(2), 16)
    return chr(code) if code < 0x110000 else match.group()


def _refused(text: str, offset: int, message: str, hint: str | None = None) -> QueryRefused:
    line, column = place(text, offset)
    return QueryRefused(message, line=line, column=column, hint=hint)


@dataclass(slots=True)
class _Frame:
    """What one pair of brackets holds so far."""

    bracket: str
    items: int = 0
    commas: int = 0


@dataclass(slots=True)
class _Count:
    """What the scan has seen; `over` raises as soon as a limit is passed."""

    text: str
    limits: Limits
    frames: list[_Frame] = field(default_factory=list)
    operators: int = 0
    patterns: int = 0
    steps: int = 0

    def over(self, token: Token, count: int, limit: int, what: str, hint: str) -> None:
        if count > limit:
            raise _refused(self.text, token.start, f"The query has more than {limit} {what}.", hint)

    def see(self, token: Token) -> None:
        """Counts one token."""
        piece = token.text
        frame = self.frames[-1] if self.frames else None
        if token.kind in _OPERAND and frame:
            frame.items += 1
        if token.kind == "operator" or (token.kind == "word" and piece.upper() in _COSTLY_WORDS):
            self._operator(token, frame)
        if piece in _OPENING:
            self._open(token, frame)
        elif piece in _CLOSING and self.frames:
            self._close(token)
        elif token.kind == "mark":
            self._separate(token, frame)

    def _operator(self, token: Token, frame: _Frame | None) -> None:
        self.operators += 1
        self.over(token, self.operators, self.limits.operators, "operators", "Ask it as several smaller queries.")
        if frame and token.text not in "+-":
            frame.items -= 1
        if token.text in ("/", "|", "^"):
            self.steps += 1
            self.over(token, self.steps, self.limits.path_steps, "steps in one path", "Shorten the path.")
        elif token.kind == "word":
            self.steps = 0

    def _open(self, token: Token, frame: _Frame | None) -> None:
        if frame:
            frame.items += 1
        self.frames.append(_Frame(token.text))
        self.over(
            token,
            len(self.frames),
            self.limits.nesting,
            "levels of brackets inside each other",
            "Flatten it: BIND intermediate values to variables.",
        )
        if token.text in "{[":
            self._pattern(token)

    def _close(self, token: Token) -> None:
        frame = self.frames.pop()
        if frame.bracket == "(" and not frame.commas:
            self.over(token, frame.items, self.limits.list_items, "items in one list", "Use VALUES for long lists.")

    def _separate(self, token: Token, frame: _Frame | None) -> None:
        if frame and frame.bracket == "(":
            frame.commas += token.text == ","
        else:
            self.steps = 0
            self._pattern(token)

    def _pattern(self, token: Token) -> None:
        self.patterns += 1
        self.over(token, self.patterns, self.limits.patterns, "triple patterns", "Ask it as several smaller queries.")


def _scan(text: str, limits: Limits) -> Form:
    count = _Count(text, limits)
    form: Form | None = None
    before: list[Token] = []
    for token in tokens(text):
        _refuse_service(text, before, token)
        if form is None:
            form = _form(text, token, before)
        count.see(token)
        before = [*before[-1:], token]
    if form is None:
        raise QuerySyntaxError(
            "There is no query in this text.", hint="It begins with SELECT, ASK, CONSTRUCT or DESCRIBE."
        )
    return form


def _refuse_service(text: str, before: list[Token], token: Token) -> None:
    """Refuses SERVICE, also glued to what stands before or after it, as parsers without word breaks read it."""
    message = "SERVICE is not available here: this server asks no other server."
    hint = "Run the query from a client of your own that may reach both endpoints."
    if token.kind == "word" and "service" in token.text.lower():
        raise _refused(text, token.start, message, hint)
    if token.text != "{" or not before or before[-1].kind != "name":
        return
    prefix = before[-1].text.partition(":")[0].lower()
    after_graph = len(before) > 1 and before[-2].text.upper() == "GRAPH"
    if "service" in prefix and not after_graph:
        raise _refused(text, before[-1].start, message, hint)


def _form(text: str, token: Token, before: list[Token]) -> Form | None:
    """The form that `token` announces, None while still in the prologue."""
    word = token.text.upper()
    if token.kind == "word":
        if found := next((f for f in Form if word.startswith(f.value)), None):
            return found
        if word in _UPDATE_WORDS:
            raise _refused(
                text,
                token.start,
                f"{word} is an update; this endpoint only answers questions.",
                "Changes are proposed as contributions, see /contribute.",
            )
        if word in ("PREFIX", "BASE"):
            return None
    elif token.kind in ("iri", "name") and before:
        return None
    line, column = place(text, token.start)
    raise QuerySyntaxError(
        f"“{token.text[:40]}” does not begin a query.",
        line=line,
        column=column,
        hint="A query begins with PREFIX, BASE, SELECT, ASK, CONSTRUCT or DESCRIBE.",
    )
