"""Numbers as the graph has them, and as people read them."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from bsrgraph.iris import XSD

__all__ = ["grouped", "number", "written"]

_NUMBERS = (XSD + "decimal", XSD + "integer")
_BEYOND = 60
"""Powers of ten that no number on a page has; beyond them a text is shown as it is, and not reckoned with."""
_EMPTY = re.compile(r"\.0*\Z")


def number(text: str) -> Decimal:
    """The number that a text writes, 0 for what is none or is beyond reckoning."""
    return _read(text) or Decimal(0)


def grouped(text: str, datatype: str) -> str:
    """A number as people read it: digits in groups of three, no empty decimals; other text as it is."""
    found = _read(text) if datatype in _NUMBERS and len(text) <= _BEYOND else None
    return text if found is None else written(found)


def written(value: Decimal) -> str:
    """A number in groups of three digits, without empty decimals."""
    return _EMPTY.sub("", f"{value:,f}").replace(",", "\u202f")


def _read(text: str) -> Decimal | None:
    try:
        found = Decimal(text)
    except InvalidOperation:
        return None
    return found if found.is_finite() and abs(found.adjusted()) < _BEYOND else None
