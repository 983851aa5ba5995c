"""The values of a table as one reader sees them: names in the reader's languages, links, amounts with currencies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyoxigraph as ox

from bsrgraph.browse.kind import Cells, KindTable
from bsrgraph.pages.labels import Label, Labels, Link
from bsrgraph.pages.values import Value

__all__ = ["Seen", "Shown"]


@dataclass(frozen=True, slots=True)
class Shown:
    """A value in a cell; of an amount also its currency, and what sort of amount it is (column → name)."""

    value: Value
    unit: str = ""
    notes: tuple[tuple[str, Label], ...] = ()


class Seen:
    """A table as readers of these languages (best first) see it."""

    def __init__(self, table: KindTable, labels: Labels, languages: Sequence[str]) -> None:
        self._table = table
        self._labels = labels
        self._headed = False
        known = table.names.languages
        self.languages = tuple(dict.fromkeys(tag for tag in (*languages, "en", "") if tag in known))
        """Those of the languages that anything here is named in."""

    def head(self, iri: str) -> Label:
        """What a property or a code is called; those that head columns are looked up together."""
        if not self._headed:
            heads = [c.column.property for c in self._table.columns.values() if not c.column.label]
            codes = (c.column.part.code for c in self._table.columns.values() if c.column.part)
            self._labels.look_up([*heads, *(code[1] for code in codes if code)])
            self._headed = True
        return self._labels.of(iri)

    @property
    def things(self) -> list[Label]:
        """The names of all things of the table, in its order."""
        table = self._table
        return table.remembered(("names", self.languages), lambda: [self._name(n) for n in table.things])

    def _name(self, number: int) -> Label:
        found = self._table.names.best(number, self.languages)
        iri = self._table.terms[number].value
        if found is None:
            self._labels.know(iri, None)
            return self._labels.of(iri)
        return found

    def thing(self, place: int) -> Link:
        """A thing of the table."""
        return self._link(self._table.things[place])

    def _link(self, number: int) -> Link:
        iri = self._table.terms[number].value
        self._labels.know(iri, self._table.names.best(number, self.languages))
        return self._labels.link(iri)

    def label(self, cells: Cells, number: int) -> Label:
        """What a value is called."""
        if cells.is_currency:
            return Label(cells.tokens[number])
        if cells.type == "thing":
            return self._name(number)
        term = cells.term(number)
        return Label(term.value, (term.language or "") if isinstance(term, ox.Literal) else "")

    def cell(self, cells: Cells, place: int) -> list[Shown]:
        """What stands in a column for one thing, in order; of texts, those in the reader's best language."""
        if cells.links is not None and cells.column.measure:
            return self._amounts(cells, place)
        numbers = list(cells.of_things[place])
        if cells.measures:
            numbers.sort(key=cells.measures.__getitem__)
        shown = [Shown(self._value(cells, n), self._unit(cells, place)) for n in numbers]
        if not cells.measures:
            shown.sort(key=lambda s: (s.value.text.casefold(), s.value.language))
        return self._in_best_language(shown) if cells.type == "text" else shown

    def _value(self, cells: Cells, number: int) -> Value:
        if cells.type == "thing" and not cells.is_currency:
            link = self._link(number)
            return Value(link.label.text, link.label.language, "", link)
        label, term = self.label(cells, number), cells.term(number)
        return Value(label.text, label.language, term.datatype.value if isinstance(term, ox.Literal) else "", None)

    def _unit(self, cells: Cells, place: int) -> str:
        """The currency of a thing that is itself an amount."""
        values = cells.unit.of_things[place] if cells.unit and cells.links is None else ()
        return " ".join(self.label(cells.unit, n).text for n in values) if cells.unit else ""

    def _amounts(self, cells: Cells, place: int) -> list[Shown]:
        """Every amount of a thing, each with its own currency and sort; those of one sort together, the least first."""
        found: dict[Shown, object] = {}
        for at in cells.of_thing(place):
            unit = " ".join(self.label(cells.unit, n).text for n in cells.unit.values[at]) if cells.unit else ""
            notes = tuple((note.column.name, self.label(note, n)) for note in cells.notes for n in note.values[at])
            for n in cells.values[at]:
                found[Shown(self._value(cells, n), unit, notes)] = cells.measures.get(n, 0)
        return sorted(found, key=lambda s: ([label.text for _, label in s.notes], found[s], s.unit))

    def _in_best_language(self, shown: list[Shown]) -> list[Shown]:
        there = {s.value.language for s in shown}
        best = next((tag for tag in self.languages if tag in there), None)
        return [s for s in shown if best is None or s.value.language == best]
