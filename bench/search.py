"""How long suggestions, search and the making of the index take on an invented graph of a million triples.

``python bench/search.py [TRIPLES]`` makes the graph, its store and its index in a temporary directory, asks questions
of each kind and prints Markdown tables. Names are invented: some thousand words as frequent as words are (Zipf), with
the letters of the Baltic languages, so that common words are in tens of thousands of names.
"""

from __future__ import annotations

import multiprocessing
import random
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pyoxigraph as ox

from bsrgraph.corpus import Corpus
from bsrgraph.derived import DerivedFiles
from bsrgraph.iris import BSR, PREFIXES, RDF_TYPE, XSD
from bsrgraph.search import Index, Indexes, find, look
from bsrgraph.settings import Settings
from bsrgraph.store.embedded import EmbeddedStore
from bsrgraph.store.port import Change
from bsrgraph.web.app import create_app

ROOT = Path(__file__).resolve().parents[1]
ROUNDS = 60
REPEATED = 5
COMMON = """
    project university baltic region innovation city sea development research municipality institute centre for of the
    and network partner sustainable maritime transport energy health technology council cluster green digital
"""
SYLLABLES = """
    ba be bo da de dra ga ge gra ha hel in ka kal ki kla la len li lu ma me mi mo na ne ni no os pa pe ra re ri sa sel
    ska sta su ta te tor tu va ve vi ja jö kö må nå sø tæ wą łó śc ži šķ õu ün ße
"""
SHARES = {"organisation": 40, "project": 25, "participation": 90, "figure": 30}
"""Things in a thousand triples' worth of the graph; together they have about a thousand triples."""


def words(count: int) -> list[str]:
    """Invented words, the common ones first."""
    made = dict.fromkeys(COMMON.split())
    syllables = SYLLABLES.split()
    while len(made) < count:
        made["".join(random.choices(syllables, k=random.randint(2, 4)))] = None
    return list(made)


def namer(vocabulary: list[str]) -> Callable[[int], str]:
    """What makes names of so many words; the n-th word is n times as rare as the first."""
    weights = [0.0]
    for rank in range(len(vocabulary)):
        weights.append(weights[-1] + 1 / (rank + 5))

    def name(size: int) -> str:
        return " ".join(random.choices(vocabulary, cum_weights=weights[1:], k=size)).capitalize()

    return name


def quads(base: str, triples: int) -> Iterator[ox.Quad]:
    """A graph of organisations, projects, who takes part in what, and figures; hubs have thousands of links."""
    random.seed(7)
    name = namer(words(20_000))
    graph, label = ox.NamedNode(base + "evidence/bench"), ox.NamedNode(PREFIXES["skos"] + "prefLabel")
    number = {kind: share * triples // 1000 for kind, share in SHARES.items()}

    def thing(kind: str, place: int) -> ox.NamedNode:
        return ox.NamedNode(f"{base}id/{kind}/b{place}")

    def some(kind: str) -> ox.NamedNode:
        return thing(kind, int(number[kind] * random.random() ** 3))

    def said(subject: ox.NamedNode, predicate: str, value: ox.NamedNode | ox.Literal) -> ox.Quad:
        return ox.Quad(subject, ox.NamedNode(predicate), value, graph)

    classes = {"organisation": "Organisation", "project": "Project", "participation": "Participation"}
    for kind, count in number.items():
        for place in range(count):
            it = thing(kind, place)
            yield said(it, RDF_TYPE, ox.NamedNode(BSR + classes.get(kind, "FinancialFigure")))
            yield ox.Quad(it, label, ox.Literal(name(random.randint(2, 6)), language="en"), graph)
            if kind == "organisation":
                yield ox.Quad(it, label, ox.Literal(name(3), language="sv"), graph)
                yield said(it, PREFIXES["skos"] + "altLabel", ox.Literal(name(1)[:5].upper() + str(place % 97)))
                yield said(it, PREFIXES["dcterms"] + "identifier", ox.Literal(f"BE-{place:07d}"))
                yield said(it, BSR + "basedIn", thing("organisation", place % 50))
            elif kind == "project":
                yield said(it, BSR + "startDate", ox.Literal("2011-01-01", datatype=ox.NamedNode(XSD + "date")))
                yield said(it, BSR + "endDate", ox.Literal("2013-12-31", datatype=ox.NamedNode(XSD + "date")))
                yield said(it, BSR + "buildsOn", some("project"))
                yield said(it, BSR + "hasObjective", ox.Literal(name(12), language="en"))
            elif kind == "participation":
                yield said(it, BSR + "participant", some("organisation"))
                yield said(it, BSR + "participatesIn", some("project"))
                yield said(it, BSR + "role", thing("organisation", 0))
            else:
                yield said(it, BSR + "about", some("project"))
                yield said(it, BSR + "fromFund", thing("organisation", 1))
                yield said(it, BSR + "amount", ox.Literal(place))


def slip(text: str) -> str:
    """The text with one letter left out, changed or swapped with the next."""
    place = random.randrange(1, len(text) - 1)
    return random.choice(
        [
            text[:place] + text[place + 1 :],
            text[:place] + "x" + text[place + 1 :],
            text[:place] + text[place + 1] + text[place] + text[place + 2 :],
        ]
    )


def questions(names: list[str]) -> dict[str, list[str]]:
    """Kinds of questions, and some of each."""
    some = [random.choice(names) for _ in range(ROUNDS)]
    long = [n for n in names if len(n.split()) > 3]
    return {
        "one letter": [n[0] for n in some],
        "two letters": [n[:2] for n in some],
        "the beginning of a name": [n[: random.randint(4, 12)] for n in some],
        "a whole name": some,
        "a frequent word (`project`)": ["project"] * ROUNDS,
        "the beginning of a frequent word (`unive`)": ["unive"] * ROUNDS,
        "two frequent words (`sea region`)": ["sea region"] * ROUNDS,
        "words in another order": [" ".join(reversed(n.split())) for n in some],
        "a name with a slip": [slip(n) for n in some],
        "a long name with a slip": [slip(random.choice(long)) for _ in some],
        "nothing like it (`qwxzrt`)": ["qwxzrt"] * ROUNDS,
    }


def measured(action: Callable[[str], object], texts: list[str]) -> tuple[float, float, float]:
    """Median, 95th percentile and greatest of the milliseconds of processor time that one text takes.

    All of it is work of one thread on a file that is in memory; time on the wall is that of a machine with nothing else
    to do. For each text the least of some counts, as a machine is only ever slower than it can be.
    """
    found = []
    for text in texts:
        took = []
        for _ in range(REPEATED):
            began = time.thread_time()
            action(text)
            took.append((time.thread_time() - began) * 1e3)
        found.append(min(took))
    return statistics.median(found), statistics.quantiles(found, n=20)[-1], max(found)


def fill(settings: Settings, corpus: Corpus, triples: int) -> None:
    """Makes the store."""
    store = EmbeddedStore(Path(settings.state), settings)
    store.apply(Change(lambda: [*corpus.quads(), *quads(corpus.space.base, triples)], anew=True))


def memory() -> int:
    """The most memory that this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def built(store: EmbeddedStore, corpus: Corpus, files: DerivedFiles) -> Index:
    """Makes the index, and says what that took."""
    before, began = memory(), time.process_time()
    index = Indexes(store, corpus.space, files).current()
    took = time.process_time() - began
    size = sum(path.stat().st_size for path in files.root.rglob("search-*.db")) / 2**20
    print(f"Index: {took:.1f} s of processor time, {size:.0f} MB on disk, {memory() - before} MB more memory.\n")
    return index


def main(triples: int) -> None:
    """Measures and prints."""
    corpus = Corpus(ROOT)
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(state=folder, graph=str(ROOT))
        # In a process of its own, so that its memory is not taken for that of the index.
        filling = multiprocessing.get_context("fork").Process(target=fill, args=(settings, corpus, triples))
        filling.start()
        filling.join()
        store = EmbeddedStore(Path(folder), settings)
        files = DerivedFiles(Path(folder) / "derived")
        index = built(store, corpus, files)
        random.seed(11)
        names = [random.choice(look(index, random.choice(SYLLABLES.split())).matches).label for _ in range(300)]
        client = create_app(settings, store).test_client()
        client.get("/suggest?q=a")
        ways: dict[str, Callable[[str], object]] = {
            "`find`, 8": lambda text: find(index, text, limit=8),
            "`find`, 8 of a kind": lambda text: find(index, text, kinds=["figure"], limit=8),
            "`GET /suggest`": lambda text: client.get("/suggest", query_string={"q": text}),
            "`GET /search`": lambda text: client.get("/search", query_string={"q": text}),
        }
        print(f"Milliseconds of processor time, least of {REPEATED}: median / 95 of 100 / most of {ROUNDS} texts.\n")
        print("| asked | " + " | ".join(ways) + " |\n|---|" + "--:|" * len(ways))
        for asked, texts in questions(names).items():
            cells = (" / ".join(f"{value:.1f}" for value in measured(way, texts)) for way in ways.values())
            print(f"| {asked} | " + " | ".join(cells) + " |")
        store.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
