"""Whether a text is a value of its datatype (XML Schema 1.1 Part 2).

SHACL engines and RDF libraries let much pass that is no value (`"1.9E7"^^xsd:decimal`, `"2010x"^^xsd:gYear`),
so this check comes before them. Only the datatypes that the model uses are known; a further one is an error,
because the store rewrites derived integers and shapes would then reject good data.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable

from bsrgraph.iris import PREFIXES, XSD

__all__ = ["DATATYPES", "is_value"]

_ZONE = r"(?:Z|[+-](?:0\d|1[0-3]):[0-5]\d|[+-]14:00)?"
_YEAR = r"-?(?:[1-9]\d{3,}|0\d{3})"


def _pattern(expression: str) -> Callable[[str], bool]:
    compiled = re.compile(rf"(?:{expression})\Z", re.ASCII)
    return lambda text: compiled.match(text) is not None


_is_date = _pattern(rf"({_YEAR})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01]){_ZONE}")
_is_time = _pattern(rf"(?:(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?|24:00:00(?:\.0+)?){_ZONE}")


def _date(text: str) -> bool:
    """The form, and a day that this month of this year has."""
    if not _is_date(text):
        return False
    year, month, day = re.match(r"(-?\d+)-(\d\d)-(\d\d)", text).groups()  # type: ignore[union-attr]
    # The Gregorian calendar repeats every 400 years, also before year 1 and after 9999.
    try:
        datetime.date(int(year) % 400 + 2000, int(month), int(day))
    except ValueError:
        return False
    return True


def _date_time(text: str) -> bool:
    date, mark, time = text.partition("T")
    return bool(mark) and _date(date) and _is_date(date + "Z") and _is_time(time)


DATATYPES: dict[str, tuple[str, Callable[[str], bool]]] = {
    XSD + "string": ("any text", lambda _text: True),
    PREFIXES["rdf"] + "langString": ("text with a language tag", lambda _text: True),
    XSD + "integer": ("a whole number such as 40", _pattern(r"[+-]?\d+")),
    XSD + "decimal": (
        "a number such as 5000000.00, without exponent or separators",
        _pattern(r"[+-]?(?:\d+\.?\d*|\.\d+)"),
    ),
    XSD + "boolean": ("true or false", _pattern(r"true|false|1|0")),
    XSD + "date": ("a day such as 2013-12-31", _date),
    XSD + "gYear": ("a year such as 2013", _pattern(_YEAR + _ZONE)),
    XSD + "gYearMonth": ("a month such as 2013-12", _pattern(rf"{_YEAR}-(?:0[1-9]|1[0-2]){_ZONE}")),
    XSD + "dateTime": ("a moment such as 2013-12-31T12:00:00Z", _date_time),
}
"""Datatype IRI → (what its values look like, whether a text is one)."""


def is_value(text: str, datatype: str) -> bool:
    """Whether `text` is in the lexical space of `datatype`, which must be one of `DATATYPES`."""
    return DATATYPES[datatype][1](text)
