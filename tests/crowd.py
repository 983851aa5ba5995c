"""An invented crowd of projects with amounts and participations, for what a few real ones cannot show.

Beside it a judge: the same questions answered from the triples alone, by the definitions in docs/http.md.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

import pyoxigraph as ox

from bsrgraph.iris import BSR, PREFIXES, RDF_TYPE, XSD

BASE = "https://w3id.org/bsrgraph/"
ID = BASE + "id/"
CURRENCY = "http://publications.europa.eu/resource/authority/currency/"
_COUNTRIES = ("swe", "fin", "nor", "est", "lva")
_WORDS = ("Amber", "Bärke", "Cedar", "Fjørd", "Łąka", "Reed", "=SUM(A1)", "North | South", "Ōtep", "-Wave")


def crowd(projects: int, seed: int = 1) -> Iterator[ox.Quad]:
    """So many projects, twice as many amounts, three times as many participations."""
    chance = random.Random(seed)
    graph = ox.NamedNode(BASE + "evidence/crowd/all")

    def say(subject: str, predicate: str, value: ox.NamedNode | ox.Literal) -> ox.Quad:
        return ox.Quad(ox.NamedNode(ID + subject), ox.NamedNode(predicate), value, graph)

    def thing(name: str) -> ox.NamedNode:
        return ox.NamedNode(ID + name)

    def literal(text: str, datatype: str) -> ox.Literal:
        return ox.Literal(text, datatype=ox.NamedNode(XSD + datatype))

    yield ox.Quad(graph, ox.NamedNode(RDF_TYPE), ox.NamedNode(BSR + "EvidenceGraph"), graph)
    for i in range(projects):
        name = f"project/crowd-{i}"
        yield say(name, RDF_TYPE, ox.NamedNode(BSR + "Project"))
        yield say(name, PREFIXES["skos"] + "prefLabel", ox.Literal(f"{chance.choice(_WORDS)} {i}", language="en"))
        if i % 4 == 0:
            yield say(name, PREFIXES["skos"] + "prefLabel", ox.Literal(f"Å {i}", language="sv"))
        for country in chance.sample(_COUNTRIES, chance.randint(0, 3)):
            yield say(name, BSR + "involvesCountry", thing(f"country/{country}"))
        for fund in chance.sample(("erdf", "enpi"), chance.randint(0, 2)):
            yield say(name, BSR + "fundedBy", thing(f"fund/{fund}"))
        date = chance.choice(("2010", "2010-09", "2010-09-17", "2012-01", "2013-12-31"))
        kind = {4: "gYear", 7: "gYearMonth", 10: "date"}[len(date)]
        if i % 3:
            yield say(name, BSR + "startDate", literal(date, kind))
    for i in range(projects * 2):
        name = f"figure/crowd-{i}"
        yield say(name, RDF_TYPE, ox.NamedNode(BSR + "FinancialFigure"))
        yield say(name, BSR + "about", thing(f"project/crowd-{chance.randrange(projects)}"))
        if i % 9 == 0:
            yield say(name, BSR + "about", thing(f"project/crowd-{chance.randrange(projects)}"))
        amount = chance.choice(("1000000", "999999.99", "1000000.01", "5", "12345678901234567.5", "0"))
        yield say(name, BSR + "amount", literal(amount, "decimal"))
        currency = chance.choice(("EUR", "EUR", "SEK"))
        yield say(name, BSR + "currency", ox.NamedNode(CURRENCY + currency))
        yield say(
            name, BSR + "figureKind", thing(f"figure-kind/{chance.choice(('total-budget', 'fund-contribution'))}")
        )
        if i % 2:
            yield say(name, BSR + "fromFund", thing(f"fund/{chance.choice(('erdf', 'enpi'))}"))
    for i in range(projects * 3):
        name = f"participation/crowd-{i}"
        yield say(name, RDF_TYPE, ox.NamedNode(BSR + "Participation"))
        yield say(name, BSR + "participatesIn", thing(f"project/crowd-{chance.randrange(projects)}"))
        yield say(name, BSR + "participant", thing(f"organisation/crowd-{chance.randrange(40)}"))
        if i % 5:
            yield say(name, BSR + "role", thing(f"role/{chance.choice(('partner', 'lead-partner'))}"))
    for i in range(40):
        name = f"organisation/crowd-{i}"
        yield say(name, RDF_TYPE, ox.NamedNode(BSR + "Organisation"))
        yield say(name, PREFIXES["skos"] + "prefLabel", ox.Literal(f"House {i}", language="en"))


Test = Callable[[str], bool]


@dataclass(frozen=True)
class Place:
    """Where the values of a column are: a property of the thing, or of the parts of a class that point to it."""

    property: str
    via: str = ""
    part: str = ""


@dataclass(frozen=True)
class Wanted:
    """A condition: any of the tests, or none of it stated."""

    tests: tuple[Test, ...] = ()
    silent: bool = False


@dataclass
class Judge:
    """Answers from the triples: which things of a class meet conditions, and what each would count."""

    triples: Iterable[tuple[str, str, str]]
    of_class: str
    places: Mapping[str, Place]
    said: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    pointing: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))

    def __post_init__(self) -> None:
        for subject, predicate, value in self.triples:
            self.said[subject, predicate].add(value)
            self.pointing[value, predicate].add(subject)
        self.things = self.pointing[self.of_class, RDF_TYPE]

    def parts(self, thing: str, place: Place) -> set[str]:
        """The parts of a thing where a column is."""
        return {p for p in self.pointing[thing, place.via] if place.part in self.said[p, RDF_TYPE]}

    def values(self, thing: str, column: str) -> set[str]:
        """The values of a column."""
        place = self.places[column]
        if not place.via:
            return self.said[thing, place.property]
        return {v for p in self.parts(thing, place) for v in self.said[p, place.property]}

    def meets(self, thing: str, wanted: Mapping[str, Wanted]) -> bool:
        """Whether a thing meets all conditions, those on the parts of one sort by one part."""
        groups: defaultdict[object, list[str]] = defaultdict(list)
        for column in wanted:
            place = self.places[column]
            groups[(place.via, place.part) if place.via else column].append(column)
        return all(self._group(thing, columns, wanted) for columns in groups.values())

    def _group(self, thing: str, columns: list[str], wanted: Mapping[str, Wanted]) -> bool:
        left = [c for c in columns if not (wanted[c].silent and not self.values(thing, c))]
        if not left:
            return True
        place = self.places[left[0]]
        subjects = self.parts(thing, place) if place.via else {thing}
        return any(
            all(any(t(v) for v in self.said[s, self.places[c].property] for t in wanted[c].tests) for c in left)
            for s in subjects
        )

    def chosen(self, wanted: Mapping[str, Wanted]) -> set[str]:
        """The things that meet all conditions."""
        return {thing for thing in self.things if self.meets(thing, wanted)}

    def count(self, column: str, value: str | None, wanted: Mapping[str, Wanted]) -> int:
        """How many would be chosen if this value (None: silence) were all that is wanted of the column."""
        only = Wanted((lambda v: v == value,)) if value is not None else Wanted(silent=True)
        return len(self.chosen({**wanted, column: only}))


def at_least(number: str) -> Test:
    """Numbers from `number` up."""
    return lambda value: Decimal(value) >= Decimal(number)


def up_to(number: str) -> Test:
    """Numbers up to `number`."""
    return lambda value: Decimal(value) <= Decimal(number)


def same_day(first: str, last: str) -> Test:
    """Dates that may lie from `first` to `last`, on the precision that both have."""

    def test(value: str) -> bool:
        early = value[: min(len(value), len(first))] >= first[: min(len(value), len(first))]
        return early and value[: min(len(value), len(last))] <= last[: min(len(value), len(last))]

    return test
