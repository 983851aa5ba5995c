"""A table as a SPARQL query that gives the same things with the same values, for who wants to go on from there.

Each condition is a sub-select of the things that meet it, and each column one that gathers its values, so that columns
do not multiply each other. Names are looked for with a pattern of the letters that occur in the names.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

import pyoxigraph as ox

from bsrgraph.browse.asked import Asked, Condition, Range
from bsrgraph.browse.choice import key
from bsrgraph.browse.kind import Cells, KindTable
from bsrgraph.browse.names import NAMING, fold, folded
from bsrgraph.browse.seen import Seen
from bsrgraph.iris import PREFIXES, RDF_TYPE, compact

__all__ = ["question"]

_FOUND_BY = (*NAMING, PREFIXES["skos"] + "altLabel", PREFIXES["skos"] + "notation")
_SPECIAL = set(".^$*+?{}[]\\|()-")
_USED = re.compile(r"(?<![<\w])([a-z]+):(?=[A-Za-z_])")


def question(table: KindTable, seen: Seen, asked: Asked, columns: Sequence[Cells]) -> str:
    """The text of the query; rows are sorted by the same column, as far as SPARQL can."""
    writer = _Writer(table, seen)
    names = _variables(columns)
    body = [writer.members("?thing"), *writer.words(asked), *writer.conditions(asked)]
    for cells, name in zip(columns, names, strict=True):
        body.append(writer.column(cells, name))
    heads = [
        f"?{n}" if not c.column.counts else f"(COALESCE(?{n}_, 0) AS ?{n})" for c, n in zip(columns, names, strict=True)
    ]
    name, naming = writer.name()
    last = [*naming, *writer.sorting(asked.sort)]
    lines = [f"SELECT ?thing {' '.join([name, *heads])}", "WHERE {", *(f"  {line}" for line in [*body, *last]), "}"]
    down = asked.sort.startswith("-")
    by_name = asked.sort.removeprefix("-") in ("", "name")
    order = f"{'DESC' if down and by_name else 'ASC'}(LCASE(?name))"
    if not by_name:
        order = f"(!BOUND(?by)) {'DESC' if down else 'ASC'}(?by) {order}"
    lines.append(f"ORDER BY {order} ?thing")
    text = "\n".join(lines) + "\n"
    used = {m.group(1) for m in _USED.finditer(re.sub(r'"(?:[^"\\]|\\.)*"|<[^>]*>', "", text))}
    return "".join(f"PREFIX {p}: <{iri}>\n" for p, iri in PREFIXES.items() if p in used) + text


def _variables(columns: Sequence[Cells]) -> list[str]:
    found: dict[str, None] = {}
    for cells in columns:
        name = re.sub(r"\W+", "_", cells.column.name, flags=re.ASCII).strip("_") or "column"
        while name in found or name in ("thing", "name", "by"):
            name += "_"
        found[name] = None
    return list(found)


class _Writer:
    """Writes the parts of a query; each takes variables of its own inside sub-selects."""

    def __init__(self, table: KindTable, seen: Seen) -> None:
        self._table = table
        self._seen = seen

    def members(self, subject: str) -> str:
        """That a subject is of the kind."""
        ways = [
            f"{subject} {'skos:inScheme' if iri in self._table.schemes else 'a'} {compact(iri)}"
            for iri in self._table.iris
        ]
        return f"{ways[0]} ." if len(ways) == 1 else " UNION ".join(f"{{ {way} }}" for way in ways)

    def words(self, asked: Asked) -> Iterator[str]:
        """That each word is in a name of the thing."""
        path = "|".join(map(compact, _FOUND_BY))
        for word in asked.words:
            pattern = ox.Literal("".join(map(self._letters, folded(word))))
            where = f"?thing {path} ?called FILTER(REGEX(STR(?called), {pattern}))"
            yield f"{{ SELECT DISTINCT ?thing WHERE {{ {where} }} }}"

    def _letters(self, letter: str) -> str:
        """A pattern for all letters that occur in the names and are the same without accents and case."""
        alphabet = self._table.remembered("alphabet", self._alphabet)
        same = sorted({letter, *alphabet.get(letter, ())})
        escaped = [f"\\{c}" if c in _SPECIAL else c for c in same]
        return escaped[0] if len(escaped) == 1 else f"[{''.join(escaped)}]"

    def _alphabet(self) -> dict[str, set[str]]:
        found: defaultdict[str, set[str]] = defaultdict(set)
        for letter in {c for n in self._table.things for text in self._table.names.all(n) for c in text}:
            found[fold(letter)].add(letter)
        return dict(found)

    def conditions(self, asked: Asked) -> Iterator[str]:
        """What the thing must have; conditions on the same part together."""
        groups: dict[object, list[tuple[Cells, Condition]]] = {}
        for condition in asked.conditions:
            cells = self._table.columns[condition.column]
            groups.setdefault(key(cells), []).append((cells, condition))
        for group in groups.values():
            cells, condition = group[0]
            if cells.column.counts:
                yield self._counted(cells, condition)
            elif cells.links is None:
                yield self._direct(cells, condition)
            else:
                yield self._parts(group)

    def _direct(self, cells: Cells, condition: Condition) -> str:
        ways = []
        if condition.values or condition.ranges or not condition.silent:
            ways.append(f"{_value(cells, '?value')} {self._test(cells, condition, '?value')}")
        if condition.silent:
            ways.append(f"{self.members('?thing')} MINUS {{ {_value(cells, '?value')} }}")
        inside = ways[0] if len(ways) == 1 else " UNION ".join(f"{{ {way} }}" for way in ways)
        return f"{{ SELECT DISTINCT ?thing WHERE {{ {inside} }} }}"

    def _counted(self, cells: Cells, condition: Condition) -> str:
        part = f"OPTIONAL {{ {_part(cells, '?part')} }}"
        tests = " || ".join(_within(r, "COUNT(DISTINCT ?part)") for r in condition.ranges)
        having = f" HAVING({tests})" if tests else " HAVING(false)"
        return f"{{ SELECT ?thing WHERE {{ {self.members('?thing')} {part} }} GROUP BY ?thing{having} }}"

    def _parts(self, group: Sequence[tuple[Cells, Condition]]) -> str:
        lines = [_part(group[0][0], "?part")]
        for i, (cells, condition) in enumerate(group):
            value, property_ = f"?value{i}", compact(cells.column.property)
            if not condition.silent:
                lines.append(f"?part {property_} {value} . {self._test(cells, condition, value)}")
                continue
            other = f"{_part(cells, '?other')} ?other {property_} ?any ."
            lines.append(f"OPTIONAL {{ ?part {property_} {value} . {self._test(cells, condition, value)} }}")
            lines.append(f"OPTIONAL {{ SELECT DISTINCT ?thing (1 AS ?has{i}) WHERE {{ {other} }} }}")
            lines.append(f"FILTER(BOUND({value}) || !BOUND(?has{i}))")
        ways = [" ".join(lines)]
        if all(condition.silent for _, condition in group):
            empty = (f"MINUS {{ {_part(c, '?part')} ?part {compact(c.column.property)} ?value . }}" for c, _ in group)
            ways.append(f"{self.members('?thing')} {' '.join(empty)}")
        inside = ways[0] if len(ways) == 1 else " UNION ".join(f"{{ {way} }}" for way in ways)
        return f"{{ SELECT DISTINCT ?thing WHERE {{ {inside} }} }}"

    def _test(self, cells: Cells, condition: Condition, value: str) -> str:
        if condition.ranges:
            kind = _within_dates if cells.type == "date" else _within
            return f"FILTER({' || '.join(kind(r, value) for r in condition.ranges)})"
        terms = " ".join(sorted(str(cells.terms[n]) for n in condition.values))
        return f"VALUES {value} {{ {terms} }}"

    def column(self, cells: Cells, name: str) -> str:
        """The values of a column, gathered; of an amount with its currency."""
        if cells.column.counts:
            how_many = f"(COUNT(DISTINCT ?part) AS ?{name}_)"
            return f"OPTIONAL {{ SELECT ?thing {how_many} WHERE {{ {_part(cells, '?part')} }} GROUP BY ?thing }}"
        value, where = "STR(?value)", _value(cells, "?value")
        if cells.unit is not None:
            subject = "?part" if cells.links else "?thing"
            where += f" OPTIONAL {{ {subject} {compact(cells.unit.column.property)} ?unit }}"
            value = 'CONCAT(STR(?value), IF(BOUND(?unit), CONCAT(" ", REPLACE(STR(?unit), "^.*/", "")), ""))'
        gathered = f'(GROUP_CONCAT(DISTINCT {value}; SEPARATOR=" | ") AS ?{name})'
        return f"OPTIONAL {{ SELECT ?thing {gathered} WHERE {{ {where} }} GROUP BY ?thing }}"

    def name(self) -> tuple[str, list[str]]:
        """The name for the reader: by language, then by property, as far as any thing here needs it."""
        patterns = self._table.remembered(("naming", self._seen.languages), self._naming)
        lines = [
            f"OPTIONAL {{ SELECT ?thing (MIN(STR(?called)) AS ?name{i}) WHERE {{ {p.strip()} }} GROUP BY ?thing }}"
            for i, p in enumerate(patterns)
        ]
        choices = ", ".join([*(f"?name{i}" for i in range(len(lines))), "STR(?thing)"])
        return f"(COALESCE({choices}) AS ?name)", lines

    def _naming(self) -> list[str]:
        patterns: list[str] = []
        left = set(self._table.things)
        for language in (*self._seen.languages, None):
            for property_ in NAMING:
                if not left:
                    break
                here = {n for n in left if self._has(n, property_, language)}
                left -= here
                if here:
                    test = "" if language is None else f'FILTER(LANG(?called) = "{language}")'
                    patterns.append(f"?thing {compact(property_)} ?called {test}")
        return patterns

    def _has(self, number: int, property_: str, language: str | None) -> bool:
        said = self._table.names.said(number)
        return any(p == property_ and (language is None or tag == language) for p, tag, _ in said)

    def sorting(self, sort: str) -> Iterator[str]:
        """The least or greatest value, to sort by; things by how many there are, where that is what counts."""
        name = sort.removeprefix("-")
        if name in ("", "name"):
            return
        cells = self._table.columns[name]
        extreme, where = "MAX" if sort.startswith("-") else "MIN", _value(cells, "?value")
        if cells.column.counts:
            best, where = "COUNT(DISTINCT ?part)", f"{self.members('?thing')} OPTIONAL {{ {_part(cells, '?part')} }}"
        elif cells.column.inverse and cells.type == "thing":
            best = "COUNT(DISTINCT ?value)"
        else:
            best = f"{extreme}(?value)" if cells.type == "number" else f"{extreme}(STR(?value))"
        yield f"OPTIONAL {{ SELECT ?thing ({best} AS ?by) WHERE {{ {where} }} GROUP BY ?thing }}"


def _part(cells: Cells, variable: str) -> str:
    """That a variable is a part of the thing."""
    part = cells.column.part
    if part is None:
        raise ValueError("a column of the thing itself has no part")
    code = f" ; {compact(part.code[0])} {compact(part.code[1])}" if part.code else ""
    return f"{variable} {compact(part.via)} ?thing ; a {compact(part.iri)}{code} ."


def _value(cells: Cells, variable: str) -> str:
    """That a variable is a value of the column, of the thing or of a part of it."""
    property_ = "a" if cells.column.property == RDF_TYPE else compact(cells.column.property)
    if cells.links is not None:
        return f"{_part(cells, '?part')} ?part {property_} {variable} ."
    return f"{variable} {property_} ?thing ." if cells.column.inverse else f"?thing {property_} {variable} ."


def _within(told: Range, value: str) -> str:
    ends = [f"{value} >= {told.low}"] * (told.low is not None) + [f"{value} <= {told.high}"] * (told.high is not None)
    return f"({' && '.join(ends)})"


def _within_dates(told: Range, value: str) -> str:
    """Dates on the precision that both have, as texts."""
    tests: Iterable[tuple[str | None, str]] = ((told.low, ">="), (told.high, "<="))
    ends = [
        f'SUBSTR(STR({value}), 1, {len(end)}) {sign} SUBSTR("{end}", 1, STRLEN(STR({value})))'
        for end, sign in tests
        if end is not None
    ]
    return f"({' && '.join(ends)})"
