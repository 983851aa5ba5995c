"""Kills processes of a store with signal 9 at random moments, and looks for what was lost.

In each round a writer makes changes to a store on disk and says so on its standard output after each, while a
reader asks through child processes. Then the writer, the reader or one of its children is killed. Afterwards the
store must open without any repair and hold every change that was acknowledged, each whole; the reader must have
seen whole changes only; and the next writer must leave nothing half made.

    python bench/kill_rounds.py [ROUNDS] [SEED]

prints a table and exits with 1 if anything was lost, half, or wanted a repair. A killed process is not a power
cut: what the disk had not yet written is not tested here.
"""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pyoxigraph as ox

from bsrgraph.errors import BsrgraphError
from bsrgraph.formats import by_name
from bsrgraph.settings import Settings
from bsrgraph.store.embedded import EmbeddedStore
from bsrgraph.store.port import Change, Query

EX = "https://example.org/"
SIZE = 20
"""Statements of one change: a graph with fewer is half a change."""
VICTIMS = ("writer", "writer", "reader", "child")
PER_GRAPH = "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g"
UNION = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"


@dataclass(slots=True)
class Outcome:
    """What the rounds showed; everything but `rounds` and `changes` should be 0."""

    rounds: int = 0
    changes: int = 0
    lost: int = 0
    half: int = 0
    repairs: int = 0
    left: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """Whether nothing went wrong."""
        return not (self.lost or self.half or self.repairs or self.left or self.faults)

    def table(self) -> str:
        """The numbers, under their names."""
        names = ("rounds", "changes", "lost", "half", "repairs", "left")
        cells = [str(getattr(self, name)) for name in names]
        widths = [max(len(n), len(c)) for n, c in zip(names, cells, strict=True)]
        lines = (" | ".join(text.rjust(w) for text, w in zip(row, widths, strict=True)) for row in (names, cells))
        return "\n".join([*lines, *self.faults])


def change(number: int) -> Change:
    """The change of that number: a graph of its own."""
    graph = ox.NamedNode(f"{EX}g{number}")
    subject = ox.NamedNode(f"{EX}s{number}")
    quads = [ox.Quad(subject, ox.NamedNode(f"{EX}p{i}"), ox.Literal(i), graph) for i in range(SIZE)]
    return Change(lambda: quads, remove=(graph.value,), notes={"last": str(number)})


def write(state: Path, number: int) -> None:
    """Makes changes until killed, and says the number of each once it is made."""
    store = EmbeddedStore(state, Settings())
    while True:
        store.apply(change(number))
        print(number, flush=True)
        number += 1


def read(state: Path) -> None:
    """Asks until killed, through children, and says how many statements each answer counted."""
    store = EmbeddedStore(state, Settings(workers=2, worker_memory=500 * 2**20))
    while True:
        with suppress(BsrgraphError):
            answer = store.query(Query(f"{UNION} #{time.monotonic_ns()}", by_name("csv")))
            print(answer.read().split()[1].decode(), flush=True)


@contextmanager
def running(role: str, state: Path, number: int = 0) -> Iterator[subprocess.Popen[str]]:
    """A process with that role; it does not outlive the block."""
    command = [sys.executable, __file__, role, str(state), str(number)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def children_of(process: subprocess.Popen[str]) -> list[int]:
    """The numbers of its children."""
    found: list[int] = []
    with suppress(OSError):
        for thread in Path(f"/proc/{process.pid}/task").iterdir():
            found += map(int, (thread / "children").read_text(encoding="ascii").split())
    return found


def runs(pid: int) -> bool:
    """Whether the process has not ended; whoever has inherited it may take its time to notice."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] not in "ZX"
    return False


def kill(victim: str, writer: subprocess.Popen[str], reader: subprocess.Popen[str]) -> None:
    """Ends one process, with a signal that it cannot see coming."""
    if victim == "child":
        for pid in children_of(reader)[:1]:
            with suppress(ProcessLookupError):
                subprocess.run(["kill", "-9", str(pid)], capture_output=True, check=False)
        return
    (writer if victim == "writer" else reader).send_signal(signal.SIGKILL)


def one_round(state: Path, victim: str, first: int, pause: float) -> tuple[list[int], list[int], list[str]]:
    """Runs and kills; the changes that were acknowledged, the counts that were read, and what went wrong."""
    faults: list[str] = []
    with running("write", state, first) as writer, running("read", state) as reader:
        assert writer.stdout is not None
        assert reader.stdout is not None
        began = [writer.stdout.readline(), reader.stdout.readline()]
        time.sleep(pause)
        orphans = children_of(reader)
        kill(victim, writer, reader)
        if victim == "child":
            time.sleep(0.2)
            if reader.poll() is not None:
                faults.append("the reader ended with its child")
        writer.kill()
        reader.kill()
        said = [began[0] + writer.stdout.read(), began[1] + reader.stdout.read()]
    end = time.monotonic() + 20
    while any(map(runs, orphans)) and time.monotonic() < end:
        time.sleep(0.02)
    if any(map(runs, orphans)):
        faults.append("a child outlived its parent")
    # A line without its end was cut while it was written.
    acknowledged, counted = (
        [int(line) for line in text.splitlines(keepends=True) if line.endswith("\n")] for text in said
    )
    return acknowledged, counted, faults


def examine(state: Path, acknowledged: set[int], counted: list[int], outcome: Outcome) -> int:
    """Opens the store as it is, looks at what it holds, and makes the next change; the number of that."""
    try:
        store = EmbeddedStore(state, Settings())
        body = store.query(Query(PER_GRAPH, by_name("csv"), own=True)).read().decode()
        union = int(store.query(Query(UNION, by_name("csv"), own=True)).read().split()[1])
        graphs = {int(g.removeprefix(f"{EX}g")): int(n) for g, n in (row.split(",") for row in body.split()[1:])}
        number = max(graphs, default=0) + 1
        store.apply(change(number))
    except (BsrgraphError, ValueError) as error:
        outcome.repairs += 1
        outcome.faults.append(f"it does not open: {error}")
        return max(acknowledged, default=0) + 1
    outcome.lost += len(acknowledged - graphs.keys())
    outcome.half += sum(n != SIZE for n in graphs.values()) + (union != sum(graphs.values()))
    outcome.half += sum(n % SIZE != 0 for n in counted)
    outcome.left += len(list(state.rglob("*.tmp")))
    if counted != sorted(counted):
        outcome.faults.append("a reader saw an older version after a newer one")
    return number


def run(rounds: int, seed: int, state: Path) -> Outcome:
    """So many rounds over one store."""
    chance = random.Random(seed)
    outcome = Outcome()
    acknowledged: set[int] = set()
    number = 0
    EmbeddedStore(state, Settings()).apply(change(number))
    for turn in range(rounds):
        victim = VICTIMS[turn % len(VICTIMS)]
        made, counted, faults = one_round(state, victim, number + 1, chance.uniform(0, 0.6))
        acknowledged |= {number, *made}
        outcome.faults += [f"round {turn} ({victim}): {fault}" for fault in faults]
        number = examine(state, acknowledged, counted, outcome)
        outcome.rounds += 1
        outcome.changes = len(acknowledged)
    return outcome


def main(arguments: list[str]) -> int:
    """Runs the role that the arguments name, or the rounds."""
    if arguments[:1] == ["write"]:
        write(Path(arguments[1]), int(arguments[2]))
    elif arguments[:1] == ["read"]:
        read(Path(arguments[1]))
    rounds, seed = (*map(int, arguments), *(50, 0)[len(arguments) :])
    with tempfile.TemporaryDirectory(prefix="bsrgraph-kill-") as folder:
        outcome = run(rounds, seed, Path(folder) / "state")
    print(outcome.table())
    return 0 if outcome.sound else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
