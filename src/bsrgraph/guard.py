r"""Reads a query's tokens: which form it has, and whether strangers may ask it. Executes nothing.

Two facts about query engines make this module necessary. Deep or long queries end the process (a 5 kB query
is enough), and `SERVICE` opens sockets. So the text is scanned first, in linear time, and again with its
``\u`` escapes decoded (SPARQL 1.1 section 19.2 decodes them before parsing); either reading can refuse.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from bsrgraph.errors import QueryRefused, QuerySyntaxError, UpdateRefused
from bsrgraph.tokens import CLOSING, OPENING, OPERANDS, Token, decoded, place, refused, tokens

__all__ = ["Form", "Limits", "check"]


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
    plain = decoded(text)
    if plain != text:
        _scan(plain, limits)
    return form


def _update_refused(text: str, offset: int, message: str, hint: str) -> UpdateRefused:
    line, column = place(text, offset)
    return UpdateRefused(message, line=line, column=column, hint=hint)


@dataclass(slots=True)
class _Frame:
    """What one pair of brackets holds so far; `listing` where it may be a list or a path, no expression."""

    bracket: str
    listing: bool = False
    items: int = 0
    commas: int = 0


@dataclass(slots=True)
class _Count:
    """What the scan has seen; `over` raises as soon as a limit is passed."""

    text: str
    limits: Limits
    frames: list[_Frame] = field(default_factory=list)
    before: Token = field(default_factory=lambda: Token("", "", 0))
    operators: int = 0
    patterns: int = 0
    steps: int = 0
    items: int = 0
    terms: int = 0

    def over(self, token: Token, count: int, limit: int, what: str, hint: str) -> None:
        if count > limit:
            raise refused(self.text, token.start, f"The query has more than {limit} {what}.", hint)

    def see(self, token: Token) -> None:
        """Counts one token."""
        piece = token.text
        frame = self.frames[-1] if self.frames else None
        if token.kind in OPERANDS and frame:
            frame.items += 1
        if token.kind == "operator" or (token.kind == "word" and piece.upper() in _COSTLY_WORDS):
            self._operator(token, frame)
        if token.kind in ("iri", "name") and not frame:
            self.terms += 1
            self._items(token, self.terms)
        elif token.kind == "word":
            self.terms = 0
        if piece in OPENING:
            self._open(token, frame)
        elif piece in CLOSING and self.frames:
            self._close(token)
        elif token.kind == "mark":
            self._separate(token, frame)
        self.before = token

    def _operator(self, token: Token, frame: _Frame | None) -> None:
        self._costly(token)
        if frame and token.text not in "+-":
            frame.items -= 1
        if token.text in ("/", "|", "^"):
            self.steps += 1
            self.over(token, self.steps + 1, self.limits.path_steps, "steps in one path", "Shorten the path.")
        elif token.kind == "word":
            self.steps = 0
        if token.text == "/" and frame and (frame.listing or frame.bracket != "("):
            # A step of a path is evaluated as a triple pattern.
            self._pattern(token)

    def _costly(self, token: Token) -> None:
        self.operators += 1
        self.over(token, self.operators, self.limits.operators, "operators", "Ask it as several smaller queries.")

    def _open(self, token: Token, frame: _Frame | None) -> None:
        if frame:
            frame.items += 1
        outside = frame is None or frame.bracket != "("
        among_terms = frame is not None and (frame.bracket != "(" or frame.listing)
        listing = token.text == "(" and among_terms and self.before.text.upper() not in _COSTLY_WORDS
        self.frames.append(_Frame(token.text, listing))
        self.over(
            token,
            len(self.frames),
            self.limits.nesting,
            "levels of brackets inside each other",
            "Flatten it: BIND intermediate values to variables.",
        )
        if token.text in "{[":
            self._pattern(token)
        elif outside and token.inside != "data" and self.before.text.upper() not in _COSTLY_WORDS:
            # Each further expression of SELECT, GROUP BY, HAVING or ORDER BY is nested in those before it.
            self._costly(token)

    def _close(self, token: Token) -> None:
        frame = self.frames.pop()
        if frame.listing and token.inside != "row" and not frame.commas:
            self.items += frame.items
            self._items(token, self.items)

    def _items(self, token: Token, count: int) -> None:
        self.over(token, count, self.limits.list_items, "items in lists", "Use VALUES for long lists.")

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
        _refuse_rdf12(text, token)
        if form is None:
            form = _form(text, token, before)
        count.see(token)
        before = [*before[-1:], token]
    if form is None:
        raise QuerySyntaxError(
            "There is no query in this text.", hint="It begins with SELECT, ASK, CONSTRUCT or DESCRIBE."
        )
    return form


def _refuse_rdf12(text: str, token: Token) -> None:
    """Refuses what only SPARQL 1.2 has: no format here could carry the answers."""
    directed = token.kind == "language" and text.startswith("--", token.start + len(token.text))
    if (token.text == "<<" and token.kind == "operator") or directed:
        line, column = place(text, token.start)
        message = "Triple terms and base directions are SPARQL 1.2, which is not spoken here."
        raise QuerySyntaxError(message, line=line, column=column, hint="Name the statement's graph with GRAPH instead.")


def _refuse_service(text: str, before: list[Token], token: Token) -> None:
    """Refuses SERVICE, also glued to what stands before or after it, as parsers without word breaks read it."""
    message = "SERVICE is not available here: this server asks no other server."
    hint = "Run the query from a client of your own that may reach both endpoints."
    if token.kind == "word" and "SERVICE" in token.text.upper():
        raise refused(text, token.start, message, hint)
    if token.text != "{" or not before or before[-1].kind != "name":
        return
    prefix = before[-1].text.partition(":")[0].lower()
    after_graph = len(before) > 1 and before[-2].text.upper() == "GRAPH"
    if "service" in prefix and not after_graph:
        raise refused(text, before[-1].start, message, hint)


def _form(text: str, token: Token, before: list[Token]) -> Form | None:
    """The form that `token` announces, None while still in the prologue."""
    word = token.text.upper()
    if token.kind == "word":
        if found := next((f for f in Form if word.startswith(f.value)), None):
            return found
        if word in _UPDATE_WORDS:
            raise _update_refused(
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
