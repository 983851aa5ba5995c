"""A class diagram: boxes with lines of text, and arrows between them, in layers from top to bottom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from bsrgraph.draw.layers import Layers, layered
from bsrgraph.draw.markup import clipped, element, join, link, number, width_of

__all__ = ["Box", "Line", "diagram"]

_FONT, _SMALL, _ROW, _HEAD, _PAD = 14.0, 12.5, 19.0, 28.0, 10.0
_NARROWEST, _WIDEST = 130.0, 256.0
_BOLD = 1.15
"""How much wider bold letters are."""
_SAFE = 1.06
"""Some fonts are wider than others."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a box: what it says, where that leads, and the boxes that it points to; `depth` sets it in."""

    text: str
    href: str | None = None
    language: str = ""
    note: str = ""
    targets: tuple[str, ...] = ()
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Box:
    """A class: `key` tells it from others; `kinds` are its subclasses, `lines` its links."""

    key: str
    label: str
    href: str | None = None
    language: str = ""
    kinds: tuple[Line, ...] = ()
    lines: tuple[Line, ...] = ()


def diagram(title: str, boxes: Sequence[Box]) -> Markup:
    """The boxes, each line with an arrow to every other box that it points to; empty without any."""
    if not boxes:
        return Markup("")
    sizes = {b.key: _size(b) for b in boxes}
    arrows = dict.fromkeys((b.key, t) for b in boxes for line in b.lines for t in line.targets)
    plan = layered(sizes, arrows)
    ports = _ports(plan, sizes)
    groups = []
    for box in boxes:
        edges = [_arrow(plan, sizes, ports, (s, t)) for s, t in plan.ways if s == box.key]
        groups.append(element("g", join([*edges, _box(box, plan, sizes)]), class_="dia-class"))
    view = f"-2 -2 {number(plan.width + 4)} {number(plan.height + 4)}"
    picture = element(
        "svg",
        join(groups),
        viewBox=view,
        width=plan.width + 4,
        height=plan.height + 4,
        role="group",
        aria_label=title,
    )
    return element("figure", picture, class_="draw diagram", tabindex=0, role="group", aria_label=title)


def _size(box: Box) -> tuple[float, float]:
    lines = (*box.kinds, *box.lines)
    words = [(box.label, _FONT * _BOLD, 0), *((_said(line), _SMALL, line.depth) for line in lines)]
    widest = max(width_of(text, size * _SAFE) + depth * _PAD for text, size, depth in words) + 2.2 * _PAD
    divided = 6.0 if box.kinds and box.lines else 0.0
    rows = len(lines)
    return (min(max(widest, _NARROWEST), _WIDEST), _HEAD + rows * _ROW + divided + (6.0 if rows else 0.0))


def _said(line: Line) -> str:
    return f"{line.text}: {line.note}" if line.note else line.text


def _ports(plan: Layers, sizes: dict[str, tuple[float, float]]) -> dict[tuple[tuple[str, str], str], float]:
    """(Arrow, box) → where on the edge of the box it ends: beside each other, in the order of where they come from."""
    ends: defaultdict[tuple[str, bool], list[tuple[float, tuple[str, str]]]] = defaultdict(list)
    for arrow, way in plan.ways.items():
        source, target = arrow
        down = plan.places[source][1] < plan.places[target][1]
        points = [plan.places[source][0], *way, plan.places[target][0]]
        ends[source, down].append((points[1], arrow))
        ends[target, not down].append((points[-2], arrow))
    found: dict[tuple[tuple[str, str], str], float] = {}
    for (name, _), coming in ends.items():
        x, room = plan.places[name][0], min(sizes[name][0] - 24, 14.0 * (len(coming) - 1))
        for place, (_, arrow) in enumerate(sorted(coming)):
            share = place / (len(coming) - 1) - 0.5 if len(coming) > 1 else 0.0
            found[arrow, name] = x + share * room
    return found


def _arrow(
    plan: Layers,
    sizes: dict[str, tuple[float, float]],
    ports: dict[tuple[tuple[str, str], str], float],
    arrow: tuple[str, str],
) -> Markup:
    """A curve from box to box, straight where it passes a layer, with its head as two strokes."""
    source, target = arrow
    start, end = plan.places[source][1], plan.places[target][1]
    step = 1 if start < end else -1
    head = 7.0 * step
    x, y = ports[arrow, source], plan.tops[start] + (sizes[source][1] if step > 0 else 0.0)
    d = f"M{number(x)} {number(y)}"
    if step > 0 and sizes[source][1] < plan.heights[start]:
        y = plan.tops[start] + plan.heights[start]
        d += f"V{number(y)}"
    for level, bend in zip(range(start + step, end, step), plan.ways[arrow], strict=True):
        enter, leave = plan.tops[level], plan.tops[level] + plan.heights[level]
        enter, leave = (enter, leave) if step > 0 else (leave, enter)
        d += _curve(x, y, bend, enter) + f"V{number(leave)}"
        x, y = bend, leave
    last = ports[arrow, target]
    tip = plan.tops[end] if step > 0 else plan.tops[end] + sizes[target][1]
    d += _curve(x, y, last, tip)
    strokes = f"m-4 {number(-head)}l4 {number(head)}l4 {number(-head)}"
    return element("path", d=d + strokes, class_="dia-arrow")


def _curve(x: float, y: float, to_x: float, to_y: float) -> str:
    middle = (y + to_y) / 2
    return f"C{number(x)} {number(middle)} {number(to_x)} {number(middle)} {number(to_x)} {number(to_y)}"


def _box(box: Box, plan: Layers, sizes: dict[str, tuple[float, float]]) -> Markup:
    (x, level), (width, height) = plan.places[box.key], sizes[box.key]
    left, top = x - width / 2, plan.tops[level]
    parts = [element("rect", x=left, y=top, width=width, height=height, rx=6)]
    y = top + _HEAD
    parts.append(_word(Line(box.label, box.href, box.language), left, y - 9, width, _FONT * _BOLD, "dia-name"))
    for lines in (box.kinds, box.lines):
        if lines is box.lines and box.kinds and lines:
            y += 3
            parts.append(element("path", d=f"M{number(left)} {number(y)}h{number(width)}", class_="dia-rule"))
            y += 3
        for line in lines:
            parts.append(_word(line, left, y + 14, width, _SMALL, None))
            y += _ROW
    return join(parts)


def _word(line: Line, left: float, y: float, width: float, size: float, name: str | None) -> Markup:
    room = width - 1.8 * _PAD - line.depth * _PAD
    whole, size = _said(line), size * _SAFE
    label = clipped(line.text, room, size)
    parts: list[str | Markup] = [element("tspan", label, lang=line.language or None)]
    rest = room - width_of(label, size) - width_of(": ", size)
    if line.note and rest > 24:
        parts.append(element("tspan", f": {clipped(line.note, rest, size)}", class_="dia-note"))
    told = element("title", whole) if clipped(whole, room, size) != whole else Markup("")
    text = element("text", *parts, x=left + _PAD + line.depth * _PAD, y=y, class_=name)
    return link(Markup("").join((told, text)), line.href)
