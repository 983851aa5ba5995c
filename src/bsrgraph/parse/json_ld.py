"""Where each statement of a JSON-LD document stands: in the smallest member or list item that holds it.

The parser's streaming mode yields a statement when it has read what makes it. It wants `@context`, `@type` and `@id`
before the other members, so it is given the document in that order, which says the same. Where it then yields the
statements of the plain mode, each gets the place of the value that it was yielded at, widened until that value explains
it: a place may be coarser than could be, and is never another's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import IO, cast

import pyoxigraph as ox

from bsrgraph.iris import RDF_TYPE
from bsrgraph.parse.json_tree import Member, Value, tree
from bsrgraph.parse.places import Lines
from bsrgraph.parse.words import Pieces

__all__ = ["placed"]

_WIDENINGS = 4
_LOOKED_AT = 60
_FIRST = ("@context", "@type", "@id")


def placed(data: bytes, lines: Lines, base: str | None, deepest: int) -> Iterator[tuple[ox.Quad, Value]]:
    """The statements of `data`, each with the value where it stands.

    Raises:
        ContentError, TooLarge: as `json_tree.tree`.
        SyntaxError: it is no JSON-LD.

    """
    root = tree(data, lines, deepest)
    aliases = _aliases(root)
    pieces, marks = _in_order(data, root, aliases)
    plain = list(ox.parse(data, format=ox.RdfFormat.JSON_LD, base_iri=base))
    streamed = _streamed(pieces, base)
    if streamed is None or not _same([q for q, _ in streamed], plain):
        strings = _by_text(root)
        return ((quad, _found_again(quad, strings, root)) for quad in plain)
    finder = _Finder(root, aliases)
    return ((quad, finder.value(quad, marks[given - 1])) for quad, given in streamed)


def _aliases(root: Value) -> dict[str, str]:
    """Each key that is `@context`, `@type` or `@id`, or stands for one of them in some context of the document."""
    found = {name: name for name in _FIRST}
    todo = [root]
    while todo:
        value = todo.pop()
        todo += value.children
        for member in value.members:
            named = next((m.value for m in member.value.members if m.key == "@id"), member.value)
            if named.text in ("@type", "@id") and not member.key.startswith("@"):
                found[member.key] = named.text
    return found


def _in_order(data: bytes, root: Value, aliases: dict[str, str]) -> tuple[list[bytes], list[Value]]:
    """The document's tokens in the order that the streaming mode wants, and the value that each belongs to."""
    pieces: list[bytes] = []
    marks: list[Value] = []

    def rank(member: Member) -> int:
        name = aliases.get(member.key)
        return _FIRST.index(name) if name else len(_FIRST)

    todo: list[Value | tuple[bytes, Value]] = [root]
    while todo:
        item = todo.pop()
        if isinstance(item, tuple):
            pieces.append(item[0])
            marks.append(item[1])
        elif item.kind == "{":
            later: list[Value | tuple[bytes, Value]] = [(b"{", item)]
            for number, member in enumerate(sorted(item.members, key=rank)):
                comma = b", " if number else b""
                later += [(comma + data[member.start : member.end] + b": ", item), member.value]
            todo += reversed([*later, (b"} ", item)])
        elif item.kind == "[":
            later = [(b"[", item)]
            for number, inner in enumerate(item.items):
                later += [(b", ", item), inner] if number else [inner]
            todo += reversed([*later, (b"] ", item)])
        else:
            todo.append((data[item.start : item.end] + b" ", item))
    return pieces, marks


def _streamed(pieces: Sequence[bytes], base: str | None) -> list[tuple[ox.Quad, int]] | None:
    """What the streaming mode yields, each with the number of pieces that it was given until then; None if it fails."""
    file = Pieces(pieces)
    try:
        parser = ox.parse(cast(IO[bytes], file), format=ox.RdfFormat.STREAMING_JSON_LD, base_iri=base)
        return [(quad, file.given) for quad in parser]
    except (SyntaxError, ValueError):
        return None


def _same(one: Sequence[ox.Quad], other: Sequence[ox.Quad]) -> bool:
    """Whether both are the same statements but for the names of blank nodes: certain where True."""
    if len(one) != len(other):
        return False
    there: dict[ox.BlankNode, ox.BlankNode] = {}
    back: dict[ox.BlankNode, ox.BlankNode] = {}
    for a, b in zip(sorted(one, key=_masked), sorted(other, key=_masked), strict=True):
        for x, y in ((a.subject, b.subject), (a.object, b.object), (a.graph_name, b.graph_name)):
            if isinstance(x, ox.BlankNode) and isinstance(y, ox.BlankNode):
                if there.setdefault(x, y) != y or back.setdefault(y, x) != x:
                    return False
            elif x != y:
                return False
        if a.predicate != b.predicate:
            return False
    return True


def _masked(quad: ox.Quad) -> tuple[str, ...]:
    terms = (quad.subject, quad.predicate, quad.object, quad.graph_name)
    return tuple("_:" if isinstance(t, ox.BlankNode) else str(t) for t in terms)


class _Finder:
    """From the value at which a statement was yielded to the one that it stands in."""

    def __init__(self, root: Value, aliases: dict[str, str]) -> None:
        self._root = root
        self._aliases = aliases
        self._objects: dict[ox.BlankNode, Value] = {}
        self._taken: set[int] = set()

    def value(self, quad: ox.Quad, at: Value) -> Value:
        """The smallest value that certainly holds the statement's object; the whole document where none does."""
        if isinstance(quad.subject, ox.BlankNode):
            self._nameless(quad.subject, at)
        if quad.predicate.value == RDF_TYPE and (found := self._type(quad.object, at)):
            return found
        if isinstance(quad.object, ox.BlankNode):
            return self._nameless(quad.object, at)
        return next((v for v in islice(_around(at), _WIDENINGS) if _explains(v, quad.object)), self._root)

    def _type(self, object_: object, at: Value) -> Value | None:
        """The item of the nearest `@type` that explains the class."""
        for value in islice(_around(at), _WIDENINGS):
            for member in value.members:
                if self._aliases.get(member.key) == "@type":
                    items = member.value.items or [member.value]
                    return next((i for i in items if _explains(i, object_)), member.value)
        return None

    def _nameless(self, node: ox.BlankNode, at: Value) -> Value:
        """The object that a blank node is: of those around, the outermost that is no other's already."""
        if node not in self._objects:
            open_ = [v for v in _around(at) if self._may_be_nameless(v)]
            self._objects[node] = open_[-1] if open_ else self._root
            self._taken.add(id(self._objects[node]))
        return self._objects[node]

    def _may_be_nameless(self, value: Value) -> bool:
        if value.kind != "{" or id(value) in self._taken:
            return False
        named = (m for m in value.members if self._aliases.get(m.key) == "@id")
        only_graphs = all(m.key in ("@context", "@graph") for m in value.members)
        return not only_graphs and not any(not m.value.text.startswith("_:") for m in named)


def _around(value: Value) -> Iterator[Value]:
    """A value, the value that it is in, and so on."""
    at: Value | None = value
    while at is not None:
        yield at
        at = at.owner.owner if isinstance(at.owner, Member) else at.owner


def _explains(value: Value, term: object) -> bool:
    """Whether something in a value can be read as the term."""
    return any(_reads_as(scalar, term) for scalar in islice(_scalars(value), _LOOKED_AT))


def _scalars(value: Value) -> Iterator[Value]:
    todo = [value]
    while todo:
        at = todo.pop()
        if at.kind in ("{", "["):
            todo += reversed(list(at.children))
        else:
            yield at


def _reads_as(scalar: Value, term: object) -> bool:
    if isinstance(term, ox.Literal):
        if scalar.kind == "number":
            return _number(scalar.text) == _number(term.value)
        return scalar.text == term.value
    if not isinstance(term, ox.NamedNode) or scalar.kind != "string":
        return False
    local = scalar.text.replace("/", ":").replace("#", ":").rpartition(":")[2]
    return scalar.text == term.value or (local != "" and term.value.endswith(local))


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _by_text(root: Value) -> dict[str, list[Value]]:
    found: dict[str, list[Value]] = {}
    for scalar in _scalars(root):
        if scalar.kind == "string":
            found.setdefault(scalar.text, []).append(scalar)
    return found


def _found_again(quad: ox.Quad, strings: dict[str, list[Value]], root: Value) -> Value:
    """The only value that can be read as the literal, else the whole document."""
    found = strings.get(quad.object.value, []) if isinstance(quad.object, ox.Literal) else []
    return found[0] if len(found) == 1 else root
