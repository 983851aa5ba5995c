"""A graph of any size in the model of the shipped one, as N-Quads, always the same for the same size.

``python bench/generate.py 1000000 > graph.nq`` writes about a million statements: programmes with projects and pilots,
who took part in them, what they cost, in which countries, from which fund, each project's facts in an evidence graph of
its own. Codes, countries and funds are those of the shipped graph, which belongs beside it.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator

BASE = "https://w3id.org/bsrgraph/"
COUNTRIES = ("deu", "dnk", "est", "fin", "isl", "ltu", "lva", "nor", "pol", "swe")
THEMES = ("health", "energy", "digital-services", "innovation", "maritime-clusters", "clean-technologies")
TYPES = ("public-body", "research-organisation", "cluster", "enterprise", "association")
FUNDS = ("erdf", "enpi", "norwegian-funding")
WORDS = (
    "amber", "archipelago", "baltic", "beacon", "bridge", "clean", "coastal", "current", "delta", "energy", "ferry",
    "fjord", "forest", "green", "harbour", "haven", "ice", "innovation", "island", "lagoon", "light", "maritime",
    "mobile", "nordic", "ocean", "port", "quiet", "river", "sea", "shore", "smart", "sound", "star", "straight",
    "strait", "tide", "transport", "water", "wave", "wind",
)  # fmt: skip
_PER_PROGRAMME = 100
"""Projects of one programme."""
_PER_PROJECT = 112
"""About as many statements come with one project."""

_BSR = f"{BASE}ontology#"
_SKOS = "http://www.w3.org/2004/02/skos/core#"
_XSD = "http://www.w3.org/2001/XMLSchema#"
_A = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
_PROV = "http://www.w3.org/ns/prov#"


def iri(kind: str, slug: object) -> str:
    """The IRI of a thing, as N-Quads write it."""
    return f"<{BASE}id/{kind}/{slug}>"


def _bsr(name: str) -> str:
    return f"<{_BSR}{name}>"


class _Writer:
    """Lines of one named graph."""

    def __init__(self, graph: str) -> None:
        self._graph = graph
        self.lines: list[str] = []

    def say(self, subject: str, predicate: str, value: str) -> None:
        self.lines.append(f"{subject} {predicate} {value} {self._graph} .\n")

    def name(self, subject: str, english: str, swedish: str) -> None:
        self.say(subject, f"<{_SKOS}prefLabel>", f'"{english}"@en')
        self.say(subject, f"<{_SKOS}prefLabel>", f'"{swedish}"@sv')


def organisations_of(project: int, projects: int) -> list[int]:
    """The numbers of the organisations that take part in a project; there are two for each project."""
    chosen = random.Random(f"organisations {project}")
    return sorted({chosen.randrange(projects * 2) for _ in range(6)})


def statements(size: int) -> Iterator[str]:
    """About `size` lines of N-Quads."""
    projects = max(1, size // _PER_PROJECT)
    for programme in range((projects + _PER_PROGRAMME - 1) // _PER_PROGRAMME):
        first = programme * _PER_PROGRAMME
        yield from _programme(programme, range(first, min(first + _PER_PROGRAMME, projects)))
    for project in range(projects):
        yield from _project(project, projects)
    for number in range(projects * 2):
        yield from _organisation(number)


def _programme(number: int, projects: range) -> list[str]:
    """A programme, its projects, and the document that the evidence of all of them is from."""
    here = _Writer(f"<{BASE}evidence/generated-{number}>")
    graph, source, thing = here._graph, iri("source", f"generated-{number}"), iri("programme", f"generated-{number}")
    here.say(graph, _A, _bsr("ReferenceGraph"))
    here.say(source, _A, _bsr("SourceDocument"))
    here.name(source, f"Report {number}", f"Rapport {number}")
    here.say(source, "<https://schema.org/url>", f"<https://example.org/report/{number}>")
    here.say(source, _bsr("dateSeen"), f'"2026-01-15"^^<{_XSD}date>')
    here.say(thing, _A, _bsr("Programme"))
    here.name(thing, f"{_title(('programme', number))} Programme {number}", f"Programmet {number}")
    for project in projects:
        here.say(thing, _bsr("hasProject"), iri("project", f"generated-{project}"))
        evidence = f"<{BASE}evidence/generated-{number}/p{project}>"
        here.say(evidence, _A, _bsr("EvidenceGraph"))
        here.say(evidence, f"<{_PROV}wasDerivedFrom>", source)
        here.say(evidence, _bsr("hedge"), iri("hedge", "asserted"))
    return here.lines


def _title(seed: object) -> str:
    chosen = random.Random(repr(seed))
    return " ".join(word.capitalize() for word in chosen.sample(WORDS, 2))


def _project(number: int, projects: int) -> list[str]:
    chosen = random.Random(number)
    here = _Writer(f"<{BASE}evidence/generated-{number // _PER_PROGRAMME}/p{number}>")
    thing = iri("project", f"generated-{number}")
    start = chosen.randrange(2007, 2020)
    here.say(thing, _A, _bsr("Project"))
    here.name(thing, f"{_title(number)} {number}", f"Projektet {_title(number)} {number}")
    here.say(thing, _bsr("startDate"), f'"{start}-09-01"^^<{_XSD}date>')
    here.say(thing, _bsr("endDate"), f'"{start + chosen.randrange(1, 4)}-12-31"^^<{_XSD}date>')
    here.say(thing, _bsr("hasObjective"), f'"quieter {WORDS[number % len(WORDS)]}s"@en')
    here.say(thing, _bsr("fundedBy"), iri("fund", FUNDS[number % 3]))
    for country in chosen.sample(COUNTRIES, 3):
        here.say(thing, _bsr("involvesCountry"), iri("country", country))
    for theme in chosen.sample(THEMES, 2):
        here.say(thing, _bsr("addressesTheme"), iri("theme", theme))
    if number % 4 == 0:
        pilot = iri("pilot", f"generated-{number}")
        here.say(thing, _bsr("hasPilot"), pilot)
        here.say(pilot, _A, _bsr("Pilot"))
        here.name(pilot, f"Pilot {number}", f"Försöket {number}")
    _figures(here, thing, number, chosen)
    for place, organisation in enumerate(organisations_of(number, projects)):
        part = iri("participation", f"generated-{number}-{place}")
        here.say(part, _A, _bsr("Participation"))
        here.name(part, f"Part {place} in project {number}", f"Del {place} i projekt {number}")
        here.say(part, _bsr("participant"), iri("organisation", f"generated-{organisation}"))
        here.say(part, _bsr("participatesIn"), thing)
        here.say(part, _bsr("role"), iri("role", "partner" if place else "lead-partner"))
        here.say(part, _bsr("from"), f'"{start}"^^<{_XSD}gYear>')
    return here.lines


def _figures(here: _Writer, thing: str, number: int, chosen: random.Random) -> None:
    total = chosen.randrange(1_000_000, 9_000_000, 1000)
    for kind, amount in (("total-budget", total), ("fund-contribution", total * 3 // 4)):
        figure = iri("figure", f"generated-{number}-{kind}")
        here.say(figure, _A, _bsr("FinancialFigure"))
        here.name(figure, f"{kind} of project {number}", f"{kind}, projekt {number}")
        here.say(figure, _bsr("about"), thing)
        here.say(figure, _bsr("figureKind"), iri("figure-kind", kind))
        here.say(figure, _bsr("amount"), f'"{amount}"^^<{_XSD}decimal>')
        here.say(figure, _bsr("currency"), "<http://publications.europa.eu/resource/authority/currency/EUR>")
        if kind == "fund-contribution":
            here.say(figure, _bsr("fromFund"), iri("fund", FUNDS[number % 3]))


def _organisation(number: int) -> list[str]:
    here = _Writer(f"<{BASE}evidence/generated-organisations>")
    thing = iri("organisation", f"generated-{number}")
    here.say(thing, _A, _bsr("Organisation"))
    here.name(thing, f"{_title(('organisation', number))} {number}", f"Föreningen {number}")
    here.say(thing, _bsr("organisationType"), iri("organisation-type", TYPES[number % len(TYPES)]))
    here.say(thing, _bsr("basedIn"), iri("country", COUNTRIES[number % len(COUNTRIES)]))
    lines = here.lines
    if number == 0:
        graph = f"<{BASE}evidence/generated-organisations>"
        lines.append(f"{graph} {_A} {_bsr('ReferenceGraph')} {graph} .\n")
    return lines


if __name__ == "__main__":
    sys.stdout.writelines(statements(int(sys.argv[1])))
