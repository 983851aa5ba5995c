"""A neighbourhood: one thing in the middle, what it leads to and what leads to it, in named branches.

Drawn twice, with branches on both sides for wide pages and below each other for narrow ones; the sheet shows one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from bsrgraph.draw.markup import clipped, element, join, link, number, width_of, wrapped

__all__ = ["Edge", "Node", "network"]

_ROW, _FONT, _SMALL, _INDENT = 26.0, 14.0, 12.5, 16.0
_MIDDLE, _SIDE = 190.0, 310.0
"""How wide the thing in the middle is, and each side of it."""
_NARROW = 340.0


@dataclass(frozen=True, slots=True)
class Node:
    """A thing: `key` tells it from others, `note` is written small after its name."""

    key: str
    label: str
    href: str | None = None
    language: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Edge:
    """`source` leads to `target`, as `label` says."""

    source: Node
    label: str
    target: Node


@dataclass(frozen=True, slots=True)
class _Row:
    """A line of the drawing: the name of a branch (no node), or a thing on one."""

    depth: int
    text: str
    node: Node | None = None
    again: bool = False


@dataclass(slots=True)
class _Branch:
    """What one thing leads to, or is led to by, in one way; `again` are things that are drawn elsewhere."""

    label: str
    incoming: bool
    nodes: list[Node]
    again: list[Node]


def network(
    title: str, edges: Sequence[Edge], centre: Node | None = None, *, limit: int = 24, more_href: str | None = None
) -> Markup:
    """The edges as branches from `centre` (the most linked thing if None), at most `limit` things besides it.

    What is left out is counted on its branch, as a link to `more_href`. Empty where there is no edge.
    """
    if not edges:
        return Markup("")
    middle = centre or _most_linked(edges)
    branches = _spanning(edges, middle)
    cap = next((c for c in range(limit, 0, -1) if _count(branches, middle.key, c) <= limit), 1)
    outlines = [list(_outline(branches, b, 0, cap, more_href)) for b in branches[middle.key]]
    shown = [rows for rows in outlines if rows]
    kept, left = _kept(shown, 2 * limit)
    if left:
        kept.append([_Row(0, f"and {left} more", Node("", f"and {left} more", more_href))])
    return element("figure", _wide(title, middle, kept), _narrow(title, middle, kept), class_="draw network")


def _most_linked(edges: Sequence[Edge]) -> Node:
    counted: dict[str, int] = {}
    nodes = {n.key: n for e in edges for n in (e.source, e.target)}
    for edge in edges:
        for key in {edge.source.key, edge.target.key}:
            counted[key] = counted.get(key, 0) + 1
    return nodes[min(counted, key=lambda key: (-counted[key], key))]


def _spanning(edges: Sequence[Edge], middle: Node) -> dict[str, list[_Branch]]:
    """Key → the branches there, breadth first, so that each thing hangs where it is nearest to the middle."""
    ends: dict[str, list[tuple[Edge, bool]]] = {}
    for edge in dict.fromkeys(edges):
        ends.setdefault(edge.source.key, []).append((edge, False))
        ends.setdefault(edge.target.key, []).append((edge, True))
    branches: dict[str, list[_Branch]] = {middle.key: []}
    used: set[Edge] = set()
    todo = [middle.key]
    for key in todo:
        grown: dict[tuple[str, bool], _Branch] = {}
        for edge, incoming in ends.get(key, ()):
            if edge in used:
                continue
            used.add(edge)
            other = edge.source if incoming else edge.target
            branch = grown.setdefault((edge.label, incoming), _Branch(edge.label, incoming, [], []))
            if other.key in branches:
                branch.again.append(other)
            else:
                branches[other.key] = []
                branch.nodes.append(other)
                todo.append(other.key)
        branches[key] = list(grown.values())
    return branches


def _count(branches: dict[str, list[_Branch]], key: str, cap: int) -> int:
    """How many things are drawn from `key` on, with at most `cap` on a branch."""
    todo, total = [key], 0
    while todo:
        for branch in branches[todo.pop()]:
            total += len(branch.nodes[:cap])
            todo += [n.key for n in branch.nodes[:cap]]
    return total


def _outline(
    branches: dict[str, list[_Branch]], branch: _Branch, depth: int, cap: int, more_href: str | None
) -> Iterator[_Row]:
    """The rows of a branch: its name, its things with their own branches, how many are left out."""
    yield _Row(depth, f"{'←' if branch.incoming else '→'} {branch.label}")
    for node in branch.nodes[:cap]:
        yield _Row(depth + 1, node.label, node)
        for inner in branches[node.key] if depth < 6 else ():
            yield from _outline(branches, inner, depth + 2, cap, more_href)
    for node in branch.again[:cap]:
        yield _Row(depth + 1, node.label, node, again=True)
    left = len(branch.nodes[cap:]) + len(branch.again[cap:])
    if left:
        yield _Row(depth + 1, f"and {left} more", Node("", f"and {left} more", more_href))


def _kept(outlines: list[list[_Row]], most: int) -> tuple[list[list[_Row]], int]:
    """As many branches as fit in `most` rows, and how many things are on the others."""
    kept: list[list[_Row]] = []
    for number_, rows in enumerate(outlines):
        if kept and sum(map(len, kept)) + len(rows) > most:
            return kept, sum(row.node is not None for rest in outlines[number_:] for row in rest)
        kept.append(rows[:most])
    return kept, 0


def _wide(title: str, middle: Node, outlines: list[list[_Row]]) -> Markup:
    """Branches on both sides, so that both are about as long."""
    sides: tuple[list[list[_Row]], list[list[_Row]]] = ([], [])
    for rows in outlines:
        right, left = (sum(map(len, side)) for side in sides)
        sides[0 if right <= left else 1].append(rows)
    height = max(_height(side) for side in sides)
    width = _MIDDLE + 2 * _SIDE
    centre = (width / 2, height / 2)
    parts: list[Markup] = []
    for side, forward in zip(sides, (1, -1), strict=True):
        top = (height - _height(side)) / 2
        for rows in side:
            start = centre[0] + forward * _MIDDLE / 2
            end = start + forward * 26
            y = top + _ROW / 2
            bend = start + forward * 14
            curve = " ".join(map(number, (start, centre[1])))
            curve = f"M{curve}C{_pair(bend, centre[1])} {_pair(bend, y)} {_pair(end, y)}"
            parts.append(_branch(rows, end, top, forward, _SIDE - 30, curve))
            top += len(rows) * _ROW
    parts.append(_centre(middle, centre[0] - _MIDDLE / 2, centre[1] - 21, _MIDDLE, 42))
    return _picture(title, parts, width, height, "wide")


def _narrow(title: str, middle: Node, outlines: list[list[_Row]]) -> Markup:
    """The thing on top, its branches below each other on one line."""
    parts: list[Markup] = []
    top = 48.0
    for rows in outlines:
        y = top + _ROW / 2
        parts.append(_branch(rows, 22, top, 1, _NARROW - 26, f"M12 41V{number(y)}H22"))
        top += len(rows) * _ROW
    parts.append(_centre(middle, 1, 1, _NARROW - 2, 40))
    return _picture(title, parts, _NARROW, top + 4, "narrow")


def _height(side: list[list[_Row]]) -> float:
    return max(sum(map(len, side)) * _ROW, 50.0)


def _branch(rows: list[_Row], x: float, top: float, forward: int, room: float, line: str) -> Markup:
    """The rows of a branch from `x` on, to the right (`forward` 1) or to the left (-1); `line` leads to the first."""
    reached: dict[int, float] = {}
    words = []
    for place, row in enumerate(rows):
        y = top + place * _ROW + _ROW / 2
        inset = x + forward * row.depth * _INDENT
        if place:
            spine = inset - forward * (_INDENT - 5)
            line += f"M{_pair(spine, reached[row.depth])}V{number(y)}H{number(inset + forward * 2)}"
        # The line to the next thing at this depth begins where that to this one turned off.
        reached[row.depth], reached[row.depth + 1] = y, y + 9
        words.append(_word(row, inset + forward * 6, y, room - row.depth * _INDENT - 6))
    edges = element("path", d=line, class_="net-edge")
    return element("g", edges, *words, text_anchor="start" if forward > 0 else "end")


def _word(row: _Row, x: float, y: float, room: float) -> Markup:
    if row.node is None:
        return element("text", clipped(row.text, room, _SMALL), x=x, y=y + 4, class_="net-branch")
    node = row.node
    label = clipped(node.label, room, _FONT)
    left = room - width_of(label, _FONT) - 8
    note = clipped(node.note, left, _SMALL) if node.note and left > 40 else ""
    more = (element("tspan", f" {note}", class_="net-note"),) if note else ()
    text = element(
        "text", label, *more, x=x, y=y + 5, lang=node.language or None, class_="again" if row.again else None
    )
    # A name must have in it what is seen of it (WCAG 2.5.3), so it is clipped between words.
    return link(text, node.href, aria_label=node.label if label != node.label else None)


def _centre(node: Node, x: float, y: float, width: float, height: float) -> Markup:
    box = element("rect", x=x, y=y, width=width, height=height, rx=8)
    # Its letters are bold, and so a little wider.
    lines = wrapped(node.label, width - 16, _FONT * 1.12)
    middle, first = x + width / 2, y + height / 2 + 5 - (len(lines) - 1) * 8
    spans = [element("tspan", line, x=middle, y=first + place * 16) for place, line in enumerate(lines)]
    text = element("text", *spans, text_anchor="middle", lang=node.language or None)
    return element("g", box, text, class_="net-centre")


def _picture(title: str, parts: list[Markup], width: float, height: float, kind: str) -> Markup:
    box = f"0 0 {number(width)} {number(height)}"
    return element("svg", join(parts), viewBox=box, role="group", aria_label=title, class_=f"net-{kind}")


def _pair(x: float, y: float) -> str:
    return f"{number(x)} {number(y)}"
