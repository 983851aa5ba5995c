"""What it takes to check a contribution of fifty triples against graphs of ten thousand to ten million.

``python bench/contribution.py [STATEMENTS …]`` prints a Markdown table. Each graph is the shipped one with a generated
one beside it (`generate.py`); its store is made once, under ``--state``, and used again. What is measured is one call
of the checker that the server asks: reading in a child, the gate, what is affected, judging in a child, explaining.
Each contribution is another, so that nothing is known from the one before.
"""

from __future__ import annotations

import argparse
import io
import statistics
import time
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import IO, cast

import pyoxigraph as ox

import generate
from bsrgraph.contribute.check import Checker, Sent
from bsrgraph.corpus import Corpus, packaged
from bsrgraph.settings import Settings
from bsrgraph.store.embedded import EmbeddedStore
from bsrgraph.store.port import Change

SIZES = (10_000, 1_000_000, 10_000_000)
ROUNDS = 40
PROLOGUE = f"""\
@prefix bsr: <{generate.BASE}ontology#> .
@prefix country: <{generate.BASE}id/country/> .
@prefix currency: <http://publications.europa.eu/resource/authority/currency/> .
@prefix figure: <{generate.BASE}id/figure/> .
@prefix figure-kind: <{generate.BASE}id/figure-kind/> .
@prefix fund: <{generate.BASE}id/fund/> .
@prefix organisation: <{generate.BASE}id/organisation/> .
@prefix organisation-type: <{generate.BASE}id/organisation-type/> .
@prefix participation: <{generate.BASE}id/participation/> .
@prefix programme: <{generate.BASE}id/programme/> .
@prefix project: <{generate.BASE}id/project/> .
@prefix role: <{generate.BASE}id/role/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix theme: <{generate.BASE}id/theme/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""


class _Lines(io.RawIOBase):
    """Lines as a file."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._left = b""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """The next bytes, at most so many."""
        while len(self._left) < size:
            more = "".join(line for line, _ in zip(self._lines, range(2000), strict=False))
            if not more:
                break
            self._left += more.encode()
        found, self._left = self._left[:size], self._left[size:]
        return found


def store_of(size: int, state: Path, corpus: Corpus) -> EmbeddedStore:
    """The store with about so many statements, made where it is not there yet."""
    place = state / str(size)
    store = EmbeddedStore(place, Settings(state=str(place)))
    if store.notes.get("generated") != str(size):
        lines = cast(IO[bytes], _Lines(generate.statements(size)))
        made = ox.parse(lines, format=ox.RdfFormat.N_QUADS)
        store.apply(Change(lambda: chain(corpus.quads(), made), anew=True, notes={"generated": str(size)}))
    return store


def contribution(number: int, projects: int) -> bytes:
    """Fifty triples: a new project with amounts, a new organisation, and two that are there already."""
    name = f"bench-{number}"
    there = [number * 37 % (projects * 2), number * 91 % (projects * 2)]
    programme = number * 13 % projects // 100
    body = f"""
programme:generated-{programme} bsr:hasProject project:{name} .
project:{name} a bsr:Project ;
    skos:prefLabel "Bench {number}"@en , "Bänken {number}"@sv ;
    bsr:startDate "2011-09-01"^^xsd:date ; bsr:endDate "2013-12-31"^^xsd:date ;
    bsr:hasObjective "quieter harbours"@en ;
    bsr:fundedBy fund:erdf ;
    bsr:involvesCountry country:swe , country:fin , country:est ;
    bsr:addressesTheme theme:energy , theme:innovation .
figure:{name}-total a bsr:FinancialFigure ; skos:prefLabel "Total"@en , "Summa"@sv ;
    bsr:about project:{name} ; bsr:figureKind figure-kind:total-budget ;
    bsr:amount 5000000.00 ; bsr:currency currency:EUR .
figure:{name}-grant a bsr:FinancialFigure ; skos:prefLabel "Grant"@en , "Bidrag"@sv ;
    bsr:about project:{name} ; bsr:figureKind figure-kind:fund-contribution ;
    bsr:amount 2500000.00 ; bsr:currency currency:EUR ; bsr:fromFund fund:erdf .
organisation:{name} a bsr:Organisation ; skos:prefLabel "Harbour {number}"@en , "Hamnen {number}"@sv ;
    bsr:organisationType organisation-type:enterprise ; bsr:basedIn country:swe .
"""
    for place, organisation in enumerate([name, *(f"generated-{n}" for n in there)]):
        body += f"""participation:{name}-{place} a bsr:Participation ; skos:prefLabel "Part {place}"@en ;
    bsr:participant organisation:{organisation} ; bsr:participatesIn project:{name} ;
    bsr:role role:{"partner" if place else "lead-partner"} .
"""
    body += f'participation:{name}-0 bsr:from "2011"^^xsd:gYear .\n'
    return (PROLOGUE + body).encode()


def measured(size: int, state: Path, corpus: Corpus) -> tuple[str, float]:
    """A row of the table, and its median in milliseconds."""
    store = store_of(size, state, corpus)
    checker = Checker(corpus, store, Settings())
    checker.warm()
    projects = max(1, size // generate._PER_PROJECT)
    times = []
    for number in range(ROUNDS + 5):
        sent = Sent(contribution(number, projects))
        began = time.perf_counter()
        checked = checker.check(sent)
        times.append((time.perf_counter() - began) * 1000)
        if not checked.conforms:
            raise SystemExit("\n".join(f.message for f in checked.report.findings))
    checker.close()
    store.close()
    kept = sorted(times[5:])
    median = statistics.median(kept)
    held = sum(1 for _ in generate.statements(size))
    row = f"| {held:,} | {len(checked.statements)} | {kept[0]:.0f} ms | {median:.0f} ms | {kept[-3]:.0f} ms |"
    return row, median


def main() -> None:
    """Prints the table."""
    asked = argparse.ArgumentParser()
    asked.add_argument("sizes", nargs="*", type=int, default=SIZES)
    asked.add_argument("--state", type=Path, default=Path("/tmp/bsrgraph-bench"))
    arguments = asked.parse_args()
    corpus = Corpus(packaged())
    print("| statements in the graph | triples sent | least | median | 95 % within |")
    print("|--:|--:|--:|--:|--:|")
    medians = []
    for size in arguments.sizes:
        row, median = measured(size, arguments.state, corpus)
        medians.append(median)
        print(row, flush=True)
    print(f"\nThe largest takes {medians[-1] / medians[0]:.2f} times as long as the smallest.")


if __name__ == "__main__":
    main()
