"""How long the tables of kinds take on an invented graph of 20,000 projects, a million triples.

``python bench/tables.py [PROJECTS]`` makes the graph and its store in a temporary directory, opens tables that are not
kept, and prints a Markdown table: wall clock and processor time of each page, and the memory of the process.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
from flask.testing import FlaskClient

from bsrgraph.corpus import Corpus
from bsrgraph.iris import BSR, PREFIXES, RDF_TYPE, XSD
from bsrgraph.settings import Settings
from bsrgraph.store.embedded import EmbeddedStore
from bsrgraph.store.port import Change
from bsrgraph.web.app import create_app

ROOT = Path(__file__).resolve().parents[1]
ROUNDS = 5
COUNTRIES = ["deu", "dnk", "est", "fin", "isl", "ltu", "lva", "nor", "pol", "swe"]
FUNDS = ("erdf", "enpi")
SORTS = ("total-budget", "fund-contribution", "own-contribution")
WORDS = [
    "amber",
    "birch",
    "cedar",
    "delta",
    "ember",
    "fjord",
    "granite",
    "harbour",
    "island",
    "juniper",
    "kelp",
    "lantern",
    "meadow",
    "norr",
    "ö",
    "reed",
    "såg",
]
CURRENCY = "http://publications.europa.eu/resource/authority/currency/"
PAGES = (
    "/project/",
    "/project/?country=swe",
    "/project/?q=kelp&sort=-amount",
    "/project/?country=swe,isl&amount=1000000..&from-fund=erdf&sort=-amount",
    "/project/?role=lead-partner&sort=-participations&page=100",
    "/project/?fund=erdf,not-stated&currency=EUR&figure-kind=not-stated,total-budget",
    "/organisation/",
    "/participation/",
    "/project.csv?country=swe",
    "/project.xlsx?country=swe",
)


def quads(corpus: Corpus, projects: int) -> Iterator[ox.Quad]:
    """So many projects, each with countries, a fund, two amounts and five participations of some organisation."""
    random.seed(7)
    base = corpus.space.base
    graph = ox.NamedNode(base + "evidence/bench")
    organisations = max(1, projects // 4)

    def thing(kind: str, name: object) -> ox.NamedNode:
        return ox.NamedNode(f"{base}id/{kind}/{name}")

    def said(subject: ox.NamedNode, predicate: str, value: ox.NamedNode | ox.Literal) -> ox.Quad:
        return ox.Quad(subject, ox.NamedNode(predicate if ":" in predicate else BSR + predicate), value, graph)

    def called(subject: ox.NamedNode, kind: str, name: str) -> Iterator[ox.Quad]:
        yield said(subject, RDF_TYPE, ox.NamedNode(BSR + kind))
        yield said(subject, PREFIXES["skos"] + "prefLabel", ox.Literal(name, language="en"))

    for i in range(organisations):
        it = thing("organisation", f"b{i}")
        yield from called(it, "Organisation", f"{' '.join(random.choices(WORDS, k=2))} institute {i}")
        yield said(it, "basedIn", thing("country", random.choice(COUNTRIES)))
    for i in range(projects):
        it = thing("project", f"b{i}")
        yield from called(it, "Project", f"{' '.join(random.choices(WORDS, k=3))} {i}".capitalize())
        for country in random.sample(COUNTRIES, random.randint(1, 6)):
            yield said(it, "involvesCountry", thing("country", country))
        if i % 3:
            yield said(it, "fundedBy", thing("fund", random.choice(FUNDS)))
            date = f"{random.randint(2007, 2021)}-{random.randint(1, 12):02}-01"
            yield said(it, "startDate", ox.Literal(date, datatype=ox.NamedNode(XSD + "date")))
        for j in range(2):
            figure, about = thing("figure", f"b{i}-{j}"), thing("project", f"b{random.randrange(projects)}")
            yield from called(figure, "FinancialFigure", f"Amount {i}-{j}")
            yield said(figure, "about", about)
            amount = f"{random.randint(10_000, 9_000_000)}.{random.randint(10, 99)}"
            yield said(figure, "amount", ox.Literal(amount, datatype=ox.NamedNode(XSD + "decimal")))
            yield said(figure, "currency", ox.NamedNode(CURRENCY + random.choice(("EUR", "EUR", "EUR", "SEK"))))
            yield said(figure, "figureKind", thing("figure-kind", random.choice(SORTS)))
            yield said(figure, "fromFund", thing("fund", random.choice(FUNDS)))
        for j in range(5):
            part = thing("participation", f"b{i}-{j}")
            yield from called(part, "Participation", f"Participation {i}-{j}")
            yield said(part, "participatesIn", thing("project", f"b{random.randrange(projects)}"))
            yield said(part, "participant", thing("organisation", f"b{random.randrange(organisations)}"))
            yield said(part, "role", thing("role", random.choice(("partner", "partner", "lead-partner"))))


def asked(web: FlaskClient, path: str) -> tuple[float, float]:
    """Seconds that a page takes: by the clock, and of the processor."""
    clock, processor = time.perf_counter(), time.process_time()
    answer = web.get(path, headers={"Accept": "text/html"})
    if answer.status_code != 200:
        raise SystemExit(f"{path} answers {answer.status_code}: {answer.text[:300]}")
    return time.perf_counter() - clock, time.process_time() - processor


def memory() -> int:
    """Megabytes that the process holds now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 // 10**6


def main() -> None:
    """Prints how long each page takes the first time and later."""
    corpus = Corpus(ROOT)
    projects = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(graph=str(ROOT), state=folder, cache_size=0)
        store = EmbeddedStore(Path(folder), settings)
        store.apply(Change(lambda: [*corpus.quads(), *quads(corpus, projects)], anew=True))
        web = create_app(settings, store).test_client()
        web.get("/limits")
        print(f"{memory()} MB before the first table\n")
        print("| page | first | of the processor | later | of the processor |\n|---|--:|--:|--:|--:|")
        for path in PAGES:
            first, work = asked(web, path)
            later = [asked(web, path) for _ in range(ROUNDS)]
            best = min(clock for clock, _ in later), min(processor for _, processor in later)
            told = " | ".join(f"{1000 * seconds:,.0f} ms" for seconds in (first, work, *best))
            print(f"| `{path}` | {told} |", flush=True)
        print(f"\n{memory()} MB after the last")
        store.close()


if __name__ == "__main__":
    main()
