"""A chart of horizontal bars: a list whose text carries everything, with a bar beside each value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import groupby

from markupsafe import Markup

from bsrgraph.draw.markup import Attribute, element, exact, join, safe_href

__all__ = ["Bar", "bars"]


@dataclass(frozen=True, slots=True)
class Bar:
    """A value: what it is of, how long its bar is, how it is written, where its label leads, who says so.

    Bars of one label that follow each other stand together: what several sources give.
    """

    label: str
    value: Decimal | float
    shown: str
    href: str | None = None
    note: str = ""
    language: str = ""
    value_href: str | None = None


def bars(title: str, rows: Sequence[Bar], *, more: str = "", more_href: str | None = None) -> Markup:
    """A chart with a row for each label, drawn from nought; `more` says below it what is left out."""
    values = [exact(bar.value) for bar in rows]
    low, high = min([Fraction(0), *values]), max([Fraction(0), *values])
    reach = (high - low) or Fraction(1)
    items = []
    for (label, href, language), together in groupby(rows, key=lambda b: (b.label, b.href, b.language)):
        name = _worded("span", label, href, class_="bar-label", lang=language or None)
        inner = join(_one(bar, low, reach) for bar in together)
        items.append(element("li", name, element("ul", inner)))
    caption = element("figcaption", title) if title else Markup("")
    rest = _worded("p", more, more_href, class_="draw-more") if more else Markup("")
    return element("figure", caption, element("ol", join(items)), rest, class_="draw bars")


def _one(bar: Bar, low: Fraction, reach: Fraction) -> Markup:
    value = exact(bar.value)
    start, length = float((min(value, Fraction(0)) - low) / reach * 100), float(abs(value) / reach * 100)
    strip = element("rect", x=start, width=length, height=10, class_="bar-fill" if value >= 0 else "bar-fill below")
    picture = element(
        "svg", strip, viewBox="0 0 100 10", preserveAspectRatio="none", aria_hidden="true", focusable="false"
    )
    shown = _worded("span", bar.shown, bar.value_href, class_="bar-value")
    note = element("span", bar.note, class_="bar-note") if bar.note else Markup("")
    return element("li", picture, shown, Markup(" ") if bar.note else Markup(""), note)


def _worded(name: str, text: str, href: str | None, **attributes: Attribute) -> Markup:
    safe = safe_href(href)
    return element(name, element("a", text, href=safe) if safe else text, **attributes)
