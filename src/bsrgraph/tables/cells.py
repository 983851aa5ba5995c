"""One cell → the term that it means, or what is wrong with it and what to write instead.

A cell holds what people write: a name, a code, an address, a date, a number. What could be meant in two ways is not
guessed at: it comes back with the candidates.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Protocol

import pyoxigraph as ox
from rapidfuzz import process
from rapidfuzz.distance import OSA

from bsrgraph.iris import PREFIXES, XSD, Space, compact
from bsrgraph.lexical import DATATYPES, is_value
from bsrgraph.tables.fields import Choice, Field

__all__ = ["SAME", "Candidate", "Names", "Problem", "Term", "read_cell"]

Term = ox.NamedNode | ox.Literal

_ADDRESS = re.compile(r"<?((?:https?://|mailto:|urn:)[^\s<>\"]+)>?\Z", re.IGNORECASE)
_DAY_FIRST = re.compile(r"(\d{1,2})\s*[./-]\s*(\d{1,2})\s*[./-]\s*(\d{4})\Z")
_MONTH_FIRST = re.compile(r"(\d{1,2})\s*[./-]\s*(\d{4})\Z")
_YEAR_FIRST = re.compile(r"(\d{4})\s*[./]\s*(\d{1,2})(?:\s*[./]\s*(\d{1,2}))?\Z")
_NO_SUCH_DAY = re.compile(r"([1-9]\d{3})-(0[1-9]|1[0-2])-(?:29|3\d)\Z")
_NOT_OF_A_NUMBER = re.compile(r"[\s\u00a0\u202f'’]|EUR|€", re.IGNORECASE)
_BEGUN = re.compile(r"\A\^?((?:[^\\\[\](){}.*+?|^$]|\\[./-])+)")
_BOOLEANS = {"yes": "true", "no": "false", "y": "true", "n": "false", "1": "true", "0": "false"}
_DATES = tuple(XSD + name for name in ("date", "gYearMonth", "gYear"))
_LANGUAGE = re.compile(r"(.*)@([A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*)\Z", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A thing that a text may name, and how sure that is: 1 is the same name."""

    iri: str
    name: str
    score: float


class Names(Protocol):
    """Who knows what things are called: the graph, and what the same table makes."""

    def __call__(self, text: str, kinds: Sequence[str]) -> list[Candidate]:
        """The things of these kinds that `text` may name, best first."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a cell: a sentence for whoever filled it in, what was expected, and what to write instead."""

    code: str
    message: str
    expected: str = ""
    suggestion: str | None = None


SAME = 0.98
"""The score from which on two names are one."""
_LIKE = 0.6


def read_cell(text: str, field: Field, space: Space, names: Names, language: str) -> Term | Problem:
    """The term that the cell `text` of a column `field` means; texts get `language` where they say none themselves."""
    if field.choices:
        return _choice(text, field, space)
    if field.kinds:
        return _thing(text, field, space, names)
    if field.link:
        return _link(text, field)
    if field.language and not field.datatypes:
        return _text(text, language)
    if field.datatypes:
        return _literal(text, field.datatypes)
    address = _ADDRESS.match(text)
    return _node(address.group(1)) or ox.Literal(text) if address else ox.Literal(text)


def _choice(text: str, field: Field, space: Space) -> Term | Problem:
    wanted = _folded(text)
    for choice in field.choices:
        if wanted in _ways(choice, space):
            return choice.term
    by_name = {name: choice for choice in field.choices for name in (choice.name, *choice.names)}
    near = process.extractOne(text, list(by_name), scorer=OSA.normalized_similarity, score_cutoff=0.4)
    return Problem(
        "not-in-list",
        f"“{text}” is not in the list of “{field.label}”.",
        _listed(c.name for c in field.choices),
        by_name[near[0]].name if near else None,
    )


def _ways(choice: Choice, space: Space) -> set[str]:
    """All that a cell may say for this choice: its names, its address, the last part of it."""
    ways = {_folded(n) for n in choice.names}
    if isinstance(choice.term, ox.NamedNode):
        iri = choice.term.value
        ways |= {iri.casefold(), f"<{iri}>".casefold(), compact(iri).casefold()}
        found = space.split(iri)
        ways.add(found[1].casefold() if found else iri.replace("#", "/").rpartition("/")[2].casefold())
        ways |= {"/".join(found).casefold(), ":".join(found).casefold()} if found else set()
    return ways


def _listed(names: Iterable[str]) -> str:
    found = list(names)
    return "one of: " + ", ".join(found[:12]) + (f", and {len(found) - 12} more" if len(found) > 12 else "")


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def _thing(text: str, field: Field, space: Space, names: Names) -> Term | Problem:
    """A thing by its address, by kind and slug, or by a name that only one thing has."""
    if address := _ADDRESS.match(text):
        return _node(address.group(1)) or Problem("not-an-address", f"“{text}” is no address.")
    kind, mark, slug = text.replace(":", "/").partition("/")
    if mark and kind in field.kinds and (node := _node(space.thing(kind, slug.strip()))):
        return node
    found = names(text, field.kinds)
    same = [c for c in found if c.score >= SAME]
    if len(same) == 1:
        return ox.NamedNode(same[0].iri)
    what = _one_of(field.kinds)
    if same:
        return Problem(
            "ambiguous",
            f"“{text}” is the name of {len(same)} things; say which.",
            "one of: " + ", ".join(f"{c.name} <{c.iri}>" for c in same[:8]),
            _short(same[0].iri, space),
        )
    near = [c for c in found if c.score >= _LIKE]
    return Problem(
        "unknown-thing",
        f"There is no {what} called “{text}”.",
        f"the name or the address of {_article(what)} {what} that is here, or of one in the same file",
        near[0].name if near else None,
    )


def _short(iri: str, space: Space) -> str:
    found = space.split(iri)
    return "/".join(found) if found else iri


def _one_of(kinds: Sequence[str]) -> str:
    told = [k.replace("-", " ") for k in kinds]
    return told[0] if len(told) == 1 else f"{', '.join(told[:-1])} or {told[-1]}"


def _article(noun: str) -> str:
    return "an" if noun[:1] in "aeiou" else "a"


def _link(text: str, field: Field) -> Term | Problem:
    """An address; where the shape asks for one of a list elsewhere, the last part of it will do, such as EUR."""
    address = _ADDRESS.match(text)
    if address and (node := _node(address.group(1))):
        return node
    if begun := _BEGUN.match(field.pattern):
        whole = begun.group(1).replace("\\", "") + text.upper()
        if re.fullmatch(field.pattern.removeprefix("^").removesuffix("$"), whole) and (node := _node(whole)):
            return node
    guess = f"https://{text}" if re.fullmatch(r"(?:[\w-]+\.)+[A-Za-z]{2,}(?:/\S*)?", text) else None
    return Problem("not-an-address", f"“{text}” is no address.", "an address that begins with https://", guess)


def _node(iri: str) -> ox.NamedNode | None:
    try:
        return ox.NamedNode(iri)
    except ValueError:
        return None


def _text(text: str, language: str) -> Term:
    """A text with its language; one that ends in @sv says its own."""
    match = _LANGUAGE.match(text)
    return ox.Literal(match.group(1).strip(), language=match.group(2)) if match else ox.Literal(text, language=language)


def _literal(text: str, datatypes: Sequence[str]) -> Term | Problem:
    if XSD + "string" in datatypes:
        return ox.Literal(text)
    for datatype in datatypes:
        if datatype in DATATYPES and is_value(text, datatype) and not _is_refined(text, datatype):
            return ox.Literal(text, datatype=ox.NamedNode(datatype))
    if match := _NO_SUCH_DAY.match(text):
        year, month = int(match.group(1)), int(match.group(2))
        last = calendar.monthrange(year, month)[1]
        named = f"{calendar.month_name[month]} {year}"
        return Problem("no-such-day", f"There is no {text}: {named} has {last} days.", "a day that there is")
    for repair, code, what, expected in _REPAIRS:
        if set(datatypes) & set(what):
            suggestion = repair(text)
            good = suggestion and any(is_value(suggestion, d) for d in datatypes if d in DATATYPES)
            told = _named(datatypes)
            return Problem(
                code, f"“{text}” is no {told} as the graph writes it.", expected, suggestion if good else None
            )
    return Problem("lexical-form", f"“{text}” is no {_named(datatypes)}.", _named(datatypes))


def _is_refined(text: str, datatype: str) -> bool:
    """Whether it is a value only by a refinement that no cell means, such as a year with a time zone."""
    return datatype in _DATES and not re.fullmatch(r"-?[\d-]+", text)


def _date(text: str) -> str | None:
    if match := _DAY_FIRST.match(text):
        day, month, year = match.groups()
        if "/" in text and int(day) <= 12 and day != month:
            return None  # 03/04/2013 is in March for some, in April for others
        return f"{year}-{int(month):02d}-{int(day):02d}"
    if match := _MONTH_FIRST.match(text):
        return f"{match.group(2)}-{int(match.group(1)):02d}"
    if match := _YEAR_FIRST.match(text):
        return "-".join([match.group(1), *(f"{int(p):02d}" for p in match.groups()[1:] if p)])
    return None


def _number(text: str) -> str | None:
    """The number that is meant, where that is certain: 1 000 000,50 and 1.000.000,50 and 1,000,000.50."""
    bare = _NOT_OF_A_NUMBER.sub("", text)
    if re.fullmatch(r"-?\d{1,3}(?:\.\d{3})+(?:,\d+)?", bare) or re.fullmatch(r"-?\d+,\d{1,2}", bare):
        bare = bare.replace(".", "").replace(",", ".")
    elif re.fullmatch(r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?", bare):
        bare = bare.replace(",", "")
    try:
        number = Decimal(bare)
    except InvalidOperation:
        return None
    return f"{number:f}" if number.is_finite() and abs(number.adjusted()) < 40 else None


def _boolean(text: str) -> str | None:
    return _BOOLEANS.get(text.casefold())


_REPAIRS: tuple[tuple[Callable[[str], str | None], str, tuple[str, ...], str], ...] = (
    (_date, "date-form", _DATES, "year, month and day, such as 2010-09-17; or 2010-09, or 2010"),
    (_number, "number-form", (XSD + "decimal", XSD + "integer"), "a plain number, such as 5000000.00"),
    (_boolean, "lexical-form", (XSD + "boolean",), "true or false"),
)
"""What mends a text, the code of the problem, the datatypes that it is for, and what is expected."""


def _named(datatypes: Sequence[str]) -> str:
    if set(datatypes) & set(_DATES):
        return "date"
    if XSD + "decimal" in datatypes or XSD + "integer" in datatypes:
        return "number"
    return " or ".join(compact(d, {"": XSD, **PREFIXES}).lstrip(":") for d in datatypes)
