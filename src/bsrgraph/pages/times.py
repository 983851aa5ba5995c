"""When things were, as the sources say it: every claim of a date on one axis, with who makes it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from markupsafe import Markup

from bsrgraph.draw import Entry, timeline
from bsrgraph.pages.alignment import Alignment
from bsrgraph.pages.labels import Link
from bsrgraph.pages.provenance import Evidence
from bsrgraph.pages.values import Fact, Section, Table, TableRow, Value

__all__ = ["entries", "when"]

_BEGIN, _END = "startDate", "endDate"
"""What schema.org calls the properties that open and close a span."""
_MOST = 30


def when(sections: Iterable[Section], known: Alignment) -> Markup:
    """A picture of all dates on a page; empty where there are fewer than two."""
    found = list(entries(sections, known))
    return timeline("As each source has it", found[:_MOST]) if len(found) > 1 else Markup("")


def entries(sections: Iterable[Section], known: Alignment) -> Iterator[Entry]:
    """The claims: a span where one source says begin and end, a moment for every other date."""
    for section in sections:
        dated = [f for f in section.facts if not f.inverse and any(v.is_date for v in f.values)]
        yield from _spans(dated, known)
        for table in section.tables:
            for row in table.rows:
                yield from _of_row(table, row, known)


def _spans(facts: list[Fact], known: Alignment) -> Iterator[Entry]:
    begins = [f for f in facts if known.property(f.iri) == _BEGIN]
    ends = [f for f in facts if known.property(f.iri) == _END]
    paired: set[tuple[str, str, str]] = set()
    for begin in begins:
        for end in ends:
            for opening, closing, source in _pairs(begin, end):
                paired |= {(begin.iri, opening.text, source.iri), (end.iri, closing.text, source.iri)}
                name = f"{begin.name} to {end.name[:1].lower()}{end.name[1:]}"
                yield Entry(name, opening.text, closing.text, source.label.text, None, source.href)
    for fact in facts:
        for value in (v for v in fact.values if v.is_date):
            sources = [s for s in _sources(value.evidence) if (fact.iri, value.text, s.iri) not in paired]
            for source in sources:
                yield Entry(fact.name, value.text, None, source.label.text, None, source.href)
            if not _sources(value.evidence):
                yield Entry(fact.name, value.text)


def _pairs(begin: Fact, end: Fact) -> Iterator[tuple[Value, Value, Link]]:
    """Begin and end as one source says them."""
    for opening in (v for v in begin.values if v.is_date):
        for closing in (v for v in end.values if v.is_date):
            others = {s.iri for s in _sources(closing.evidence)}
            for source in _sources(opening.evidence):
                if source.iri in others:
                    yield opening, closing, source


def _of_row(table: Table, row: TableRow, known: Alignment) -> Iterator[Entry]:
    """The dates of a row, under the name of its thing."""
    dates = {i: v for i, cell in enumerate(row.cells) for v in cell if v.is_date}
    by_name = {known.property(table.properties[i]): v.text for i, v in dates.items()}
    note = ", ".join(s.label.text for s in _sources(row.evidence))
    if _BEGIN in by_name or _END in by_name:
        yield Entry(row.thing.label.text, by_name.get(_BEGIN, ""), by_name.get(_END, ""), note, row.thing.href)
        return
    for i, value in dates.items():
        yield Entry(f"{row.thing.label.text}: {table.columns[i]}", value.text, None, note, row.thing.href)


def _sources(evidence: Iterable[Evidence]) -> list[Link]:
    return list({s.iri: s for e in evidence for s in e.sources}.values())
