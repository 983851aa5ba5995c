"""Where sources differ: the claims side by side, and by how much they are apart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import combinations

from bsrgraph.pages.labels import Label
from bsrgraph.pages.numbers import grouped, number, written
from bsrgraph.pages.values import Claim, Difference, Section, Table, TableRow, Value, agree

__all__ = ["differences"]


def differences(sections: Iterable[Section]) -> tuple[Difference, ...]:
    """Every difference on a page, in its order."""
    found: list[Difference] = []
    for section in sections:
        for fact in section.facts:
            if fact.differs:
                found.append(_difference(fact.name, (), [Claim(v, v.evidence) for v in fact.values]))
        for table in section.tables:
            found += _of_table(table)
    return tuple(found)


def _of_table(table: Table) -> Iterable[Difference]:
    groups: dict[tuple[str, ...], list[TableRow]] = {}
    for row in table.rows:
        if row.linked and row.measured:
            groups.setdefault(row.linked, []).append(row)
    for group in groups.values():
        if not any(table.differs(row) for row in group):
            continue
        linked = [v.link for cell in group[0].cells for v in cell if v.link]
        about = tuple(link.label for link in sorted(linked, key=lambda link: not link.local))
        claims = [Claim(row.measured[0], row.evidence, row.rounded_to, row.thing) for row in group]
        yield _difference(table.name, about, claims)


def _difference(name: str, about: tuple[Label, ...], claims: Sequence[Claim]) -> Difference:
    claims = sorted(claims, key=_place)
    apart = [pair for pair in combinations(claims, 2) if not _together(*pair)]
    gaps = sorted((_gap(a.value, b.value) for a, b in apart), key=lambda g: -g[0])
    # The widest gap, and for dates the narrowest too: sources can differ in the day and in the year.
    gap = " ".join(dict.fromkeys(words for _, words in [gaps[0], *([gaps[-1]] if claims[0].value.is_date else [])]))
    fits = [_fit(claim, others) for claim in claims if (others := _fitting(claim, claims))]
    return Difference(name, about, tuple(claims), gap, tuple(fits))


def _place(claim: Claim) -> tuple[Decimal, str]:
    return (number(claim.value.text), "") if claim.value.is_number else (Decimal(0), claim.value.text)


def _together(a: Claim, b: Claim) -> bool:
    return agree(a.value, b.value, max(a.rounded_to, b.rounded_to))


def _fitting(claim: Claim, claims: Sequence[Claim]) -> list[Claim]:
    """The other claims that a rounded number, or a date that is less exact, goes with."""
    others = [c for c in claims if c is not claim and c.value.text != claim.value.text and _together(claim, c)]
    if claim.value.is_number:
        return [c for c in others if claim.rounded_to > c.rounded_to]
    return [c for c in others if len(c.value.text) > len(claim.value.text)]


def _fit(claim: Claim, others: Sequence[Claim]) -> str:
    how = f"rounded to {written(claim.rounded_to)}" if claim.value.is_number else "less exact"
    return f"{_shown(claim.value)} is {how}, and goes with {_listed([_shown(c.value) for c in others])}."


def _gap(a: Value, b: Value) -> tuple[Decimal, str]:
    """How far two values are apart: to compare, and in words."""
    if a.is_number and b.is_number:
        one, other = number(a.text), number(b.text)
        apart, most = abs(one - other), max(abs(one), abs(other))
        share = f", {_percent(apart, most)} of the greater" if most else ""
        return apart, f"{_shown(a)} and {_shown(b)} are {written(apart)} apart{share}."
    if a.is_date and b.is_date and (span := _between(a.text, b.text)):
        days, words = span
        return days, f"{a.text} and {b.text} are {words} apart."
    return Decimal(0), f"{_shown(a)} and {_shown(b)} cannot both be right."


def _between(one: str, other: str) -> tuple[Decimal, str] | None:
    """Days, roughly, and words for the time between two dates, on the precision that both have."""
    first, second = _parts(one), _parts(other)
    if not first or not second:
        return None
    if len(first) >= 3 and len(second) >= 3:
        days = abs(_days(first) - _days(second))
        return Decimal(days), _counted(days, "day")
    if len(first) >= 2 and len(second) >= 2:
        months = abs((first[0] - second[0]) * 12 + first[1] - second[1])
        return Decimal(months * 30), _counted(months, "month")
    years = abs(first[0] - second[0])
    return Decimal(years * 365), _counted(years, "year")


def _parts(text: str) -> list[int]:
    sign = -1 if text.startswith("-") else 1
    parts = text.lstrip("-").partition("T")[0].rstrip("Z").split("-")
    found = [int(p) for p in parts[:3] if p.isascii() and p.isdigit() and len(p) < 10]
    return [sign * found[0], *found[1:]] if found else []


def _days(parts: list[int]) -> int:
    """A running number of a day in the Gregorian calendar (after Fliegel and Van Flandern 1968)."""
    year, month, day = parts[:3]
    shift = (14 - month) // 12
    years, months = year + 4800 - shift, month + 12 * shift - 3
    return day + (153 * months + 2) // 5 + 365 * years + years // 4 - years // 100 + years // 400


def _counted(count: int, unit: str) -> str:
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"


def _percent(part: Decimal, whole: Decimal) -> str:
    share = part / whole * 100
    return f"{share:.0f} %" if share >= 10 else f"{share:.1f} %" if share >= Decimal("0.05") else "less than 0.1 %"


def _shown(value: Value) -> str:
    return grouped(value.text, value.datatype)


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1]
