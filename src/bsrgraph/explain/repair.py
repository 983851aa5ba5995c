"""What somebody meant who wrote a value that is none: dates, numbers and truth values as people type them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bsrgraph.iris import XSD
from bsrgraph.lexical import is_value

__all__ = ["Repair", "garbled", "repaired"]

_DATE = re.compile(r"\s*(\d{1,2})\s*[./\s-]\s*(\d{1,2})\s*[./\s-]\s*(\d{4})\s*\Z")
_BACKWARDS = re.compile(r"\s*(\d{4})\s*[./\s-]\s*(\d{1,2})\s*[./\s-]\s*(\d{1,2})\s*\Z")
_CURRENCY = re.compile(
    r"^\s*(?:EUR|€|SEK|DKK|NOK|PLN|kr\.?)\s*|\s*(?:EUR|€|SEK|DKK|NOK|PLN|kr\.?|,-)\s*$", re.IGNORECASE
)
_EXPONENT = re.compile(r"([+-]?\d+(?:\.\d*)?)[eE]\+?(\d{1,2})\Z")
_TRUE = ("yes", "y", "true", "ja", "oui", "tak", "on", "x")
_FALSE = ("no", "n", "false", "nej", "nein", "non", "nie", "off")
_DAY, _MONTH, _YEAR = XSD + "date", XSD + "gYearMonth", XSD + "gYear"


@dataclass(frozen=True, slots=True)
class Repair:
    """A value instead, and whether it can only be that one."""

    text: str
    certain: bool


def repaired(text: str, datatype: str) -> Repair | None:
    """The value of `datatype` that `text` was probably to be; None where nobody can tell."""
    found: Repair | None = None
    if datatype == _DAY:
        found = _day(text)
    elif datatype in (_YEAR, _MONTH):
        found = _part_of_date(text, datatype)
    elif datatype in (XSD + "decimal", XSD + "integer"):
        found = _number(text)
    elif datatype == XSD + "boolean":
        word = text.strip().lower()
        found = Repair("true", True) if word in _TRUE else Repair("false", True) if word in _FALSE else None
    elif datatype == XSD + "dateTime" and re.match(r"\s*\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d)?\s*Z?\s*\Z", text):
        clock = text.strip().replace(" ", "T").removesuffix("Z")
        found = Repair(clock + (":00" if clock.count(":") == 1 else "") + "Z", False)
    return found if found is not None and is_value(found.text, datatype) else None


def _day(text: str) -> Repair | None:
    if match := _BACKWARDS.match(text):
        year, month, day = match.groups()
        return Repair(f"{year}-{int(month):02}-{int(day):02}", True)
    if match := _DATE.match(text):
        first, second, year = match.groups()
        # 4/7 may be the seventh of April where others mean the fourth of July; 30/9 can only be one day.
        day, month = (first, second) if int(second) <= 12 else (second, first)
        sure = "." in text or int(first) > 12 or int(second) > 12 or first == second
        return Repair(f"{year}-{int(month):02}-{int(day):02}", sure)
    return None


def _part_of_date(text: str, datatype: str) -> Repair | None:
    if match := re.match(r"\D*(\d{4})\D*\Z", text):
        return Repair(match.group(1), False) if datatype == _YEAR else None
    day = _day(text)
    if day is None:
        match = re.match(r"\s*(\d{1,2})\s*[./-]\s*(\d{4})\s*\Z", text)
        return Repair(f"{match[2]}-{int(match[1]):02}", True) if match and datatype == _MONTH else None
    return Repair(day.text[:4] if datatype == _YEAR else day.text[:7], day.certain)


def _number(text: str) -> Repair | None:
    bare = _CURRENCY.sub("", text).strip().replace("\u2212", "-")
    if match := _EXPONENT.match(bare):
        digits, _, decimals = match[1].partition(".")
        power = int(match[2])
        if len(decimals) <= power:
            return Repair(digits + decimals.ljust(power, "0"), True)
        return Repair(f"{digits}{decimals[:power]}.{decimals[power:]}", True)
    bare = re.sub(r"[\s\u00a0\u202f']", "", bare)
    marks = [c for c in bare if c in ".,"]
    if not re.fullmatch(r"[+-]?[\d.,]+", bare):
        return None
    if len(set(marks)) == 2:
        # The last of two marks is the decimal one: 19.000,50 and 19,000.50.
        last = marks[-1]
        other = "," if last == "." else "."
        return Repair(bare.replace(other, "").replace(last, "."), bare.count(last) == 1)
    if len(marks) > 1:
        return Repair(bare.replace(marks[0], ""), True)
    if marks == [","]:
        # One comma before three digits separates thousands for some, decimals for others.
        thousands = re.fullmatch(r"[+-]?\d{1,3},\d{3}", bare)
        return Repair(bare.replace(",", "" if thousands else "."), not thousands)
    return Repair(bare, True)


def garbled(text: str) -> str | None:
    """The text as it was before its UTF-8 was read as Windows-1252, where that is certain; else None."""
    for encoding in ("cp1252", "latin-1"):
        try:
            found = text.encode(encoding).decode("utf-8")
        except (UnicodeEncodeError, UnicodeDecodeError):
            continue
        if found != text:
            return found
    return None
