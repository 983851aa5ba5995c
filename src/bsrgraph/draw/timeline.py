"""A timeline: moments and spans on one axis, a row for each claim, as exact as it is stated and no more."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from markupsafe import Markup

from bsrgraph.draw.markup import Attribute, element, join, safe_href

__all__ = ["Entry", "timeline"]

_DATE = re.compile(r"(-?\d{4,6})(?:-(\d\d)(?:-(\d\d))?)?(?=\Z|[TZ+]|-\d\d:)")
_TICKS = 6


@dataclass(frozen=True, slots=True)
class Entry:
    """A claim: from `start` to `end`, each a day, a month or a year as in XML Schema; without an end (None) a moment.

    An empty `start` or `end` is not stated: the span is open there. Entries of one label that follow each other stand
    together: what several sources give.
    """

    label: str
    start: str
    end: str | None = None
    note: str = ""
    href: str | None = None
    note_href: str | None = None
    language: str = ""


def timeline(title: str, entries: Sequence[Entry]) -> Markup:
    """The entries in the order given, under an axis of years; empty where no date of theirs can be read."""
    dated = [e for e in entries if _ends(e)]
    if not dated:
        return Markup("")
    reached = [edge for e in dated for pair in _ends(e) for edge in pair]
    first, last = math.floor(min(reached)), math.ceil(max(reached))
    axis = _Axis(first, max(last, first + 1))
    items = []
    for (label, href, language), together in groupby(dated, key=lambda e: (e.label, e.href, e.language)):
        name = _worded("span", label, href, class_="time-label", lang=language or None)
        items.append(element("li", name, element("ul", join(_row(e, axis) for e in together))))
    caption = element("figcaption", title) if title else Markup("")
    scale = element("div", axis.scale(), class_="time-scale")
    return element("figure", caption, scale, element("ol", join(items)), class_="draw timeline")


@dataclass(frozen=True, slots=True)
class _Axis:
    """Years on a strip that is as wide as the page lets it be: places are percentages."""

    first: int
    last: int

    def place(self, year: float) -> float:
        return (year - self.first) / (self.last - self.first) * 100

    @property
    def ticks(self) -> list[int]:
        steps = (base * 10**power for power in range(6) for base in (1, 2, 5))
        step = next(s for s in steps if (self.last - self.first) / s < _TICKS)
        return list(range(math.ceil(self.first / step) * step, self.last + 1, step))

    def scale(self) -> Markup:
        """The years above the rows."""
        words = []
        for year in self.ticks:
            place = self.place(year)
            anchor = "start" if place < 5 else "end" if place > 95 else "middle"
            words.append(element("text", str(year), x=_percent(place), y=12, text_anchor=anchor))
        return element("svg", join(words), width="100%", height=16, aria_hidden="true", focusable="false")

    def lines(self) -> list[Markup]:
        """A thin line for each tick, in every row."""
        return [
            element("line", x1=_percent(p), x2=_percent(p), y1=0, y2="100%", class_="time-grid")
            for p in map(self.place, self.ticks)
        ]


def _row(entry: Entry, axis: _Axis) -> Markup:
    shapes = _moment(entry, axis) if entry.end is None else _span(entry, axis)
    strip = element(
        "svg", join([*axis.lines(), *shapes]), width="100%", height=18, aria_hidden="true", focusable="false"
    )
    if entry.end is None:
        said = entry.start
    else:
        said = f"{entry.start or '(begin not stated)'} – {entry.end or '(end not stated)'}"
    note = _worded("span", entry.note, entry.note_href, class_="time-note") if entry.note else Markup("")
    return element("li", strip, element("span", said, class_="time-said"), Markup(" ") if entry.note else "", note)


def _moment(entry: Entry, axis: _Axis) -> list[Markup]:
    """A dot for a day or month; a year is a stretch, as nobody says when in it."""
    ((start, end),) = _ends(entry)
    stretch = element("rect", **_extent(axis, start, end), y=5, height=8, class_="time-vague")
    if end - start > 0.5:
        return [stretch]
    return [stretch, element("circle", cx=_percent(axis.place((start + end) / 2)), cy=9, r=5, class_="time-dot")]


def _span(entry: Entry, axis: _Axis) -> list[Markup]:
    """Full where it certainly was; pale between the earliest and the latest that a begin or an end can mean."""
    start, end = _interval(entry.start), _interval(entry.end or "")
    outer = (start[0] if start else axis.first, end[1] if end else axis.last)
    inner = (start[1] if start else axis.first, end[0] if end else axis.last)
    shapes = [element("rect", **_extent(axis, *outer), y=5, height=8, class_="time-vague")]
    if inner[1] > inner[0]:
        kind = "time-sure" if start and end else "time-open"
        shapes.append(element("rect", **_extent(axis, *inner), y=5, height=8, class_=kind))
    return shapes


def _extent(axis: _Axis, start: float, end: float) -> dict[str, Attribute]:
    left, right = axis.place(start), axis.place(end)
    return {"x": _percent(left), "width": _percent(max(right - left, 0.4))}


def _percent(place: float) -> str:
    return f"{place:.2f}".rstrip("0").rstrip(".") + "%"


def _ends(entry: Entry) -> list[tuple[float, float]]:
    """What the stated dates can mean, each from its earliest to its latest moment."""
    found = [_interval(entry.start), _interval(entry.end or "")]
    return [f for f in found if f]


def _interval(text: str) -> tuple[float, float] | None:
    """A day, month or year as a stretch of years: 2010-09 is (2010.667, 2010.75)."""
    match = _DATE.match(text)
    if match is None:
        return None
    year, month, day = int(match[1]), int(match[2] or 0), int(match[3] or 0)
    if not month:
        return year, year + 1
    if not day:
        return year + (month - 1) / 12, year + month / 12
    start = year + (month - 1 + (day - 1) / 31) / 12
    return start, start + 1 / 372


def _worded(name: str, text: str, href: str | None, **attributes: Attribute) -> Markup:
    safe = safe_href(href)
    return element(name, element("a", text, href=safe) if safe else text, **attributes)
