"""Elements, links and lengths of text: what every picture is made of."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal, DecimalException
from fractions import Fraction

from markupsafe import Markup, escape

from bsrgraph.iris import is_link

__all__ = ["clipped", "element", "exact", "join", "link", "number", "path_of", "safe_href", "width_of", "wrapped"]

_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_HERE = re.compile(r"(?:/(?![/\\])|[?#])[^\s<>\"\\]*\Z")
_NARROW, _MIDDLE, _WIDE = 0.3, 0.56, 1.0
"""Widths of characters in ems, on the safe side of what system fonts have."""

Attribute = str | float | int | None


def element(name: str, *content: str | Markup, **attributes: Attribute) -> Markup:
    """An element with escaped attributes and content; `class_` is class, `aria_label` aria-label, None is left out."""
    told = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{_attribute(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    inside = Markup("").join(_text(c) for c in content)
    # Every part of it is escaped.
    return Markup(f"<{name}{told}>{inside}</{name}>" if content else f"<{name}{told}/>")  # noqa: S704


def join(parts: Iterable[Markup]) -> Markup:
    """Parts one after another, a line each."""
    return Markup("\n").join(parts)


def link(content: Markup, href: str | None, **attributes: Attribute) -> Markup:
    """`content` as a link where `href` may be one, else as it is."""
    safe = safe_href(href)
    return content if safe is None else element("a", content, href=safe, **attributes)


def safe_href(href: str | None) -> str | None:
    """`href` if it leads to a path here, http, https or mailto; else None."""
    return href if href and (_HERE.match(href) or is_link(href)) else None


def exact(value: Decimal | float) -> Fraction:
    """The value exactly; nought for what is no number, or is too far out to be drawn."""
    try:
        number = Decimal(value)
        return Fraction(number) if number.is_finite() and number.adjusted() < 1000 else Fraction(0)
    except (DecimalException, ValueError, TypeError):
        return Fraction(0)


def number(value: float) -> str:
    """A coordinate: one decimal at most."""
    return f"{value:.1f}".removesuffix(".0").replace("-0.0", "0").replace("-0", "0") if value else "0"


def path_of(points: Iterable[tuple[float, float]], *, closed: bool = True) -> str:
    """The `d` of a path through points."""
    return "M" + "L".join(f"{number(x)} {number(y)}" for x, y in points) + ("Z" if closed else "")


def width_of(text: str, size: float) -> float:
    """How wide a text is at most, in the unit of the font's size."""
    return size * sum(_em(c) for c in text)


def clipped(text: str, room: float, size: float) -> str:
    """The text, or its beginning and an ellipsis where it does not fit; whole words where the first one fits."""
    text = " ".join(text.split())
    if width_of(text, size) <= room:
        return text
    total, kept = width_of("…", size), 0
    for character in text:
        total += size * _em(character)
        if total > room:
            break
        kept += 1
    whole = text[:kept] if text[kept : kept + 1] == " " else text[:kept].rpartition(" ")[0]
    return (whole or text[:kept]).rstrip() + "…"


def wrapped(text: str, room: float, size: float, most: int = 2) -> list[str]:
    """The text in at most so many lines, broken between words; what does not fit ends in an ellipsis."""
    lines: list[str] = []
    words = text.split()
    while words and len(lines) < most - 1:
        line = words.pop(0)
        while words and width_of(f"{line} {words[0]}", size) <= room:
            line += f" {words.pop(0)}"
        lines.append(clipped(line, room, size))
    return [*lines, clipped(" ".join(words), room, size)] if words or not lines else lines


def _em(character: str) -> float:
    if character in "iljtfrI.,:;'|!()[] -":
        return _NARROW if character in "il.,:;'|!" else 0.38
    if unicodedata.combining(character):
        return 0
    if unicodedata.east_asian_width(character) in "WF":
        return _WIDE
    if character in "mwMW@%—…":
        return 0.9
    return 0.68 if character.isupper() or ord(character) > 0x24F else _MIDDLE


def _text(value: str | Markup) -> Markup:
    return value if isinstance(value, Markup) else escape(_NO_XML.sub("\ufffd", value))


def _attribute(value: str | float | int) -> Markup:
    if isinstance(value, float):
        return Markup(number(value))  # noqa: S704 -- digits only
    return _text(str(value))
