"""JSON with the offsets of everything in it (RFC 8259), without recursion: nesting is limited, not survived."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from bsrgraph.errors import ContentError
from bsrgraph.parse.limits import too_deep
from bsrgraph.parse.places import Lines
from bsrgraph.parse.sniff import IllFormed

__all__ = ["Member", "Value", "tree"]

_TOKEN = re.compile(
    rb"""[ \t\r\n]*+(?:
    (?P<string>"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*+")
    |(?P<number>-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?)
    |(?P<word>true|false|null)
    |(?P<mark>[\[\]{}:,])
    )""",
    re.VERBOSE,
)
_SPACE = re.compile(rb"[ \t\r\n]*+")
_CLOSING = {"{": "}", "[": "]"}


@dataclass(slots=True, eq=False)
class Value:
    """A value from `start` to `end`: `kind` is `{`, `[`, `string`, `number` or `word`.

    `owner` is the member or the array that it is in.
    """

    kind: str
    start: int
    end: int = 0
    owner: Member | Value | None = None
    members: list[Member] = field(default_factory=list)
    items: list[Value] = field(default_factory=list)
    text: str = ""

    @property
    def children(self) -> Iterator[Value]:
        """The values in it."""
        yield from (m.value for m in self.members)
        yield from self.items


@dataclass(slots=True, eq=False)
class Member:
    """A key from `start` to `end`, and its value, in the object `owner`."""

    key: str
    start: int
    end: int
    owner: Value
    value: Value = field(default_factory=lambda: Value("", 0))


class _Builder:
    """Puts tokens together, and says where they do not fit."""

    def __init__(self, data: bytes, lines: Lines, deepest: int) -> None:
        self._data, self._lines, self._deepest = data, lines, deepest
        self._open: list[Value] = []
        self._keys: list[set[str]] = []
        self._key: Member | None = None
        self.root: Value | None = None
        self._expects = "value"

    def build(self) -> Value:
        at = 0
        while match := _TOKEN.match(self._data, at):
            at = match.end()
            kind = match.lastgroup or ""
            start = match.start(kind)
            self._token(kind, match.group(kind), start, at)
        rest = _SPACE.match(self._data, at)
        at = rest.end() if rest else at
        if at < len(self._data) or self.root is None or self._open:
            raise self._fault(at)
        return self.root

    def _token(self, kind: str, text: bytes, start: int, end: int) -> None:
        if kind == "mark":
            return self._mark(text.decode(), start, end)
        if self._expects in ("key", "key or }") and kind == "string":
            return self._begin_member(json.loads(text), start, end)
        if self._expects not in ("value", "value or ]"):
            raise self._fault(start)
        value = Value(kind, start, end, text=json.loads(text) if kind == "string" else text.decode())
        self._place(value)
        self._expects = self._after()
        return None

    def _mark(self, mark: str, start: int, end: int) -> None:
        wanted = self._expects
        if mark in _CLOSING and wanted in ("value", "value or ]"):
            if len(self._open) == self._deepest:
                raise too_deep(self._deepest, *self._lines.place(start))
            value = Value(mark, start)
            self._place(value)
            self._open.append(value)
            self._keys.append(set())
            self._expects = "key or }" if mark == "{" else "value or ]"
        elif self._open and mark == _CLOSING[self._open[-1].kind] and wanted in ("key or }", "value or ]", ", or end"):
            self._open.pop().end = end
            self._keys.pop()
            self._expects = self._after()
        elif mark == ":" and wanted == ":":
            self._expects = "value"
        elif mark == "," and wanted == ", or end" and self._open:
            self._expects = "key" if self._open[-1].kind == "{" else "value"
        else:
            raise self._fault(start)

    def _begin_member(self, key: str, start: int, end: int) -> None:
        if key in self._keys[-1]:
            line, column = self._lines.place(start)
            raise ContentError(
                f"The key “{key[:80]}” is there twice in one object; one of its values would be lost.",
                line=line,
                column=column,
                hint="Put both values into one list: [ …, … ].",
            )
        self._keys[-1].add(key)
        self._key = Member(key, start, end, self._open[-1])
        self._expects = ":"

    def _place(self, value: Value) -> None:
        if not self._open:
            if self.root is not None:
                raise self._fault(value.start)
            self.root = value
        elif self._open[-1].kind == "{" and self._key is not None:
            value.owner, self._key.value = self._key, value
            self._open[-1].members.append(self._key)
            self._key = None
        else:
            value.owner = self._open[-1]
            self._open[-1].items.append(value)

    def _after(self) -> str:
        return ", or end"

    def _fault(self, at: int) -> IllFormed:
        line, column = self._lines.place(at)
        found = self._data[at : at + 20].decode("utf-8", "replace").split()
        where = f"at “{found[0]}”" if found else "where the file ends"
        wanted = {"value": "a value", "value or ]": "a value or ]", ":": "a colon", "key": "a key in quotes"}
        wanted |= {"key or }": "a key in quotes or }", ", or end": "a comma or the end of what is open"}
        last = self._data[:at].rstrip()[-1:]
        hint = None
        if found and found[0][0] in "\u201c\u201d\u2018\u2019'":
            hint = 'JSON has only straight double quotes: "…".'
        elif last == b"," and found and found[0][0] in "}]":
            hint = "Take the comma before it out."
        return IllFormed(
            f"This is not JSON {where}: expected is {wanted[self._expects]}.", line=line, column=column, hint=hint
        )


def tree(data: bytes, lines: Lines, deepest: int) -> Value:
    """The document's value.

    Raises:
        ContentError: it is no JSON, or an object has a key twice (line, column).
        TooLarge: it is nested deeper than `deepest`.

    """
    return _Builder(data, lines, deepest).build()
