"""A map of areas: shaded by value, each with its name and value as text, as a link where it has a page."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from markupsafe import Markup

from bsrgraph.draw.markup import clipped, element, exact, join, number, path_of, safe_href, width_of
from bsrgraph.draw.outlines import Ring
from bsrgraph.draw.projection import centred

__all__ = ["Area", "area_map"]

_WIDTH, _TALLEST, _FONT, _LINE = 360.0, 480.0, 13.0, 15.0
_MARGIN, _SHADES, _FINEST, _GRID = 8.0, 5, 0.6, 11
Line = list[tuple[float, float]]
Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""


@dataclass(frozen=True, slots=True)
class Area:
    """An area: its outline (`outline()` reads one), its value (None for no value) and how that is written."""

    label: str
    rings: tuple[Ring, ...]
    value: Decimal | float | None = None
    shown: str = ""
    href: str | None = None
    language: str = ""

    @property
    def said(self) -> str:
        """Name and value in words."""
        return f"{self.label}: {self.shown}" if self.shown else self.label


def area_map(title: str, areas: Sequence[Area]) -> Markup:
    """A map fitted to the main part of every area; parts far off are left out, areas that find no room are listed."""
    drawn, frame = _fitted([a for a in areas if a.rings])
    high = max((exact(a.value) for a, _ in drawn if a.value is not None), default=Fraction(0))
    shapes = [_shape(area, lines, high) for area, lines in drawn]
    labels, unplaced = _labels(drawn, frame)
    picture = element(
        "svg",
        element("desc", "Areas are shaded by value; the values are written beside their names."),
        join([*shapes, *labels]),
        viewBox=" ".join(map(number, (0, 0, frame[2], frame[3]))),
        role="group",
        aria_label=title,
    )
    others = [*unplaced, *(a for a in areas if not a.rings)]
    items = [element("li", _linked(a)) for a in others]
    rest = element("ul", join(items), class_="draw-also") if items else Markup("")
    return element("figure", picture if drawn else Markup(""), rest, class_="draw map")


def _fitted(areas: Sequence[Area]) -> tuple[list[tuple[Area, list[Line]]], Box]:
    """Areas with their lines on the page, largest first, and the page."""
    if not areas:
        return [], (0, 0, _WIDTH, 1)
    main = [max(a.rings, key=_degrees) for a in areas]
    projection = centred(place for ring in main for place in ring)
    flat = [[[projection(place) for place in ring] for ring in a.rings] for a in areas]
    left, top, right, bottom = _box(point for rings in flat for point in max(rings, key=_size))
    scale = min((_WIDTH - 2 * _MARGIN) / (right - left or 1), (_TALLEST - 2 * _MARGIN) / (bottom - top or 1))
    page = (0.0, 0.0, _WIDTH, (bottom - top) * scale + 2 * _MARGIN)
    shift = (_WIDTH - (right - left) * scale) / 2

    def placed(point: tuple[float, float]) -> tuple[float, float]:
        return (point[0] - left) * scale + shift, (point[1] - top) * scale + _MARGIN

    drawn = []
    for area, rings in zip(areas, flat, strict=True):
        lines = [_thinned(line) for ring in rings if _is_near(line := [placed(p) for p in ring], page)]
        drawn.append((area, [line for line in lines if len(line) > 2]))
    return sorted((d for d in drawn if d[1]), key=lambda d: -max(map(_size, d[1]))), page


def _shape(area: Area, lines: list[Line], high: Fraction) -> Markup:
    level = "none"
    if area.value is not None:
        level = str(max(0, math.ceil(exact(area.value) * _SHADES / high))) if high > 0 else "0"
    inside = element("path", d="".join(map(path_of, lines)), class_=f"area shade-{level}")
    safe = safe_href(area.href)
    if safe is None:
        return element("g", inside, role="img", aria_label=area.said) if area.said else inside
    return element("a", inside, href=safe, aria_label=area.said)


def _labels(drawn: list[tuple[Area, list[Line]]], page: Box) -> tuple[list[Markup], list[Area]]:
    """Names and values beside each other's, none over another; the areas whose name finds no room."""
    taken: list[Box] = []
    words, unplaced = [], []
    for area, lines in drawn:
        name = clipped(area.label, 110, _FONT)
        beside = 0 < len(area.shown) <= 4
        second = "" if beside else clipped(area.shown, 110, _FONT)
        width = max(width_of(f"{name} {area.shown}" if beside else name, _FONT), width_of(second, _FONT))
        height = _LINE * (2 if second else 1)
        x, y = _inside(max(lines, key=_size))
        box = next((b for b in _tries(x, y, width, height) if _is_free(b, taken, page)), None)
        if box is None:
            unplaced.append(area)
            continue
        taken.append(box)
        middle, base = (box[0] + box[2]) / 2, box[1] + _FONT - 1
        parts = [name, Markup(" "), element("tspan", area.shown, class_="area-value")] if beside else [name]
        if second:
            parts.append(element("tspan", second, x=middle, dy=_LINE, class_="area-value"))
        words.append(
            element(
                "text", *parts, x=middle, y=base, class_="area-label", lang=area.language or None, aria_hidden="true"
            )
        )
    return words, unplaced


def _tries(x: float, y: float, width: float, height: float) -> Iterable[Box]:
    """Places for a label: on its point, then farther up, down and aside."""
    steps = sorted(((i, j) for i in range(-6, 7) for j in range(-8, 9)), key=lambda s: (s[0] ** 2 + s[1] ** 2, s))
    for across, down in steps:
        left, top = x + across * 8 - width / 2, y + down * 5 - height / 2
        yield left, top, left + width, top + height


def _is_free(box: Box, taken: list[Box], page: Box) -> bool:
    if box[0] < 1 or box[1] < 1 or box[2] > page[2] - 1 or box[3] > page[3] - 1:
        return False
    return not any(box[0] < t[2] and t[0] < box[2] and box[1] < t[3] and t[1] < box[3] for t in taken)


def _inside(line: Line) -> tuple[float, float]:
    """The point of a grid that is farthest from the outline, within it: where a name stands well."""
    left, top, right, bottom = _box(line)
    best, found = -1.0, ((left + right) / 2, (top + bottom) / 2)
    for i in range(1, _GRID):
        for j in range(1, _GRID):
            x, y = left + (right - left) * i / _GRID, top + (bottom - top) * j / _GRID
            if _contains(line, x, y) and (far := min(abs(px - x) / 2 + abs(py - y) for px, py in line)) > best:
                best, found = far, (x, y)
    return found


def _contains(line: Line, x: float, y: float) -> bool:
    inside = False
    for (x1, y1), (x2, y2) in zip(line, [*line[1:], line[0]], strict=True):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            inside = not inside
    return inside


def _thinned(line: Line) -> Line:
    """The line without points that are too near to the one before to be seen."""
    kept = line[:1]
    for point in line[1:]:
        if abs(point[0] - kept[-1][0]) + abs(point[1] - kept[-1][1]) >= _FINEST:
            kept.append(point)
    return kept


def _is_near(line: Line, page: Box) -> bool:
    left, top, right, bottom = _box(line)
    return page[0] <= (left + right) / 2 <= page[2] and page[1] <= (top + bottom) / 2 <= page[3]


def _size(line: Sequence[tuple[float, float]]) -> float:
    """The area within a line (the shoelace formula)."""
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(line, [*line[1:], line[0]], strict=True))) / 2


def _degrees(ring: Ring) -> float:
    return _size(ring) * max(0.05, 1 - abs(sum(p[1] for p in ring) / len(ring)) / 90)


def _box(points: Iterable[tuple[float, float]]) -> Box:
    across, down = zip(*points, strict=True)
    return min(across), min(down), max(across), max(down)


def _linked(area: Area) -> Markup:
    safe = safe_href(area.href)
    name = element("a", area.label, href=safe) if safe else element("span", area.label)
    return Markup("{} {}").format(name, element("span", area.shown, class_="area-value")) if area.shown else name
