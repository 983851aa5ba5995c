"""Kills a server with signal 9 while contributions are proposed and decided over HTTP, and looks for what was lost.

In each round several clients propose, accept, decline, revert and replace contributions, and note what the server
has answered with success. Then the server is killed at a random moment, and started again with the same command and
nothing else. Afterwards every proposal that was acknowledged must be in the ledger with its bytes, every decision in
force, every accepted contribution in the store whole with its provenance, no other in it at all, and the store equal
to files and ledger.

    python bench/kill_contributions.py [ROUNDS] [SEED]

prints a table and exits with 1 if anything was lost or half applied, or if the server did not start by itself. A killed
process is not a power cut: what the disk had not yet written is not tested here.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pyoxigraph as ox

from bsrgraph.contributed import graphs_of, quads_of
from bsrgraph.corpus import Corpus
from bsrgraph.ledger import Actor, ContributionState, Ledger, Role
from bsrgraph.load import difference, everything
from bsrgraph.read import all_quads
from bsrgraph.settings import Settings
from bsrgraph.store.connect import in_memory
from bsrgraph.store.embedded import EmbeddedStore

GRAPH = Path(__file__).resolve().parents[1] / "tests" / "graphs" / "alpine"
ALP = "https://example.org/alpine/"
CLIENTS = 4
STARTS_WITHIN = 60
RUN = "from bsrgraph.cli import main; main(prog_name='bsrgraph')"


@dataclass(slots=True)
class Outcome:
    """What the rounds showed; from `lost` on, everything should be 0."""

    rounds: int = 0
    proposed: int = 0
    accepted: int = 0
    reverted: int = 0
    unanswered: int = 0
    lost: int = 0
    half: int = 0
    differs: int = 0
    stuck: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """Whether nothing went wrong."""
        return not (self.lost or self.half or self.differs or self.stuck or self.faults)

    def table(self) -> str:
        """The numbers, under their names."""
        names = [name for name in self.__slots__ if name != "faults"]
        cells = [str(getattr(self, name)) for name in names]
        widths = [max(len(n), len(c)) for n, c in zip(names, cells, strict=True)]
        lines = (" | ".join(text.rjust(w) for text, w in zip(row, widths, strict=True)) for row in (names, cells))
        return "\n".join([*lines, *self.faults])


@dataclass(slots=True)
class Acknowledged:
    """What the server has answered with success, by all clients together; the last word about each id counts."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    sent: dict[str, bytes] = field(default_factory=dict)
    states: dict[str, str] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)
    """What something was asked about without an answer having come: its state may be either."""
    unanswered: int = 0


def triples(number: int) -> bytes:
    """A contribution of that number."""
    return f"""@prefix alp: <{ALP}ontology#> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<{ALP}id/initiative/round-{number}> a alp:Initiative ; skos:prefLabel "Round {number}"@en ;
  alp:takesPlaceIn <{ALP}id/valley/echotal> ; alp:aim "aim {number}"@en .
""".encode()


class Client(threading.Thread):
    """Proposes and decides until the server is gone."""

    def __init__(self, port: int, secret: str, numbers: Iterator[int], seed: int, told: Acknowledged) -> None:
        super().__init__(daemon=True)
        self._port, self._secret, self._numbers, self._told = port, secret, numbers, told
        self._chance = random.Random(seed)
        self._mine: list[str] = []

    def run(self) -> None:
        """Goes on until there is no answer."""
        with suppress(OSError, http.client.HTTPException):
            while True:
                self._step()

    def _post(self, path: str, body: bytes, media_type: str, about: str | None) -> tuple[int, dict[str, object]]:
        with self._told.lock:
            if about:
                self._told.asked.add(about)
            self._told.unanswered += 1
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        headers = {"Authorization": f"Bearer {self._secret}", "Content-Type": media_type}
        connection.request("POST", path, body, headers)
        response = connection.getresponse()
        told = json.loads(response.read())
        connection.close()
        with self._told.lock:
            self._told.unanswered -= 1
            if about:
                self._told.asked.discard(about)
        return response.status, told

    def _step(self) -> None:
        number = next(self._numbers)
        old = self._chance.choice(self._mine) if self._mine and self._chance.random() < 0.2 else None
        query = f"?supersedes={old}" if old else ""
        status, told = self._post(f"/contributions{query}", triples(number), "text/turtle", old)
        if status != 201:
            return
        identifier = str(told["id"])
        with self._told.lock:
            self._told.sent[identifier] = triples(number)
            self._told.states[identifier] = "proposed"
            if old and self._told.states[old] == "proposed":
                self._told.states[old] = "superseded"
        self._mine.append(identifier)
        for step in self._chance.choice((["accept"], ["accept", "revert"], ["decline"], ["accept"], [])):
            self._decide(identifier, step, old)

    def _decide(self, identifier: str, step: str, old: str | None) -> None:
        body = json.dumps({"comment": "because"}).encode()
        with self._told.lock:
            if old:
                self._told.asked.add(old)
        status, told = self._post(f"/contributions/{identifier}/{step}", body, "application/json", identifier)
        with self._told.lock:
            if status == 200:
                self._told.states[identifier] = str(told["state"])
                if old and step == "accept" and self._told.states[old] == "accepted":
                    self._told.states[old] = "superseded"
            if old:
                self._told.asked.discard(old)


@contextmanager
def serving(state: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """A server over that state directory, once it answers; it does not outlive the block.

    Raises:
        TimeoutError: it does not answer.

    """
    command = [sys.executable, "-c", RUN, "serve", "--graph", str(GRAPH), "--state", str(state), "--port", str(port)]
    with (state / "serve.log").open("ab") as log:
        environ = {**os.environ, "BSRGRAPH_CHANGES_A_MINUTE": "1000000"}
        process = subprocess.Popen(command, stdout=log, stderr=log, env=environ)
    try:
        end = time.monotonic() + STARTS_WITHIN
        while not answers(port):
            if time.monotonic() > end or process.poll() is not None:
                raise TimeoutError("the server does not start")
            time.sleep(0.02)
        yield process
    finally:
        process.kill()
        process.wait()


def answers(port: int) -> bool:
    """Whether the server is ready."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def examine(corpus: Corpus, state: Path, told: Acknowledged, outcome: Outcome, turn: int) -> None:
    """Looks at ledger and store while the new server runs."""
    ledger, store = Ledger(state / "ledger.db"), EmbeddedStore(state, Settings())
    contributions = ledger.contributions
    held: dict[str, set[ox.Quad]] = {}
    for quad in all_quads(store):
        if isinstance(quad.graph_name, ox.NamedNode):
            held.setdefault(quad.graph_name.value, set()).add(quad)
    for identifier, sent in told.sent.items():
        found = contributions.find(identifier)
        if found is None or contributions.content(found).data != sent:
            outcome.lost += 1
            outcome.faults.append(f"round {turn}: proposal {identifier} is lost")
        elif identifier not in told.asked and found.state.value != told.states[identifier]:
            outcome.lost += 1
            outcome.faults.append(
                f"round {turn}: {identifier} was {told.states[identifier]} and is {found.state.value}"
            )
        if found is not None:
            # What nobody was told may have gone either way; from now on it is what it is.
            told.states[identifier] = found.state.value
    known = contributions.latest(limit=10**6)
    for one in known:
        wanted = set(quads_of(corpus.space, one, contributions.content(one).quads))
        there = {q for graph in graphs_of(corpus.space, one.id) for q in held.get(graph, ())}
        if there != (wanted if one.state is ContributionState.ACCEPTED else set()):
            outcome.half += 1
            outcome.faults.append(
                f"round {turn}: {one.id} is {one.state.value}; {len(there)} of {len(wanted)} statements"
            )
    outcome.differs += difference(store, in_memory(everything(corpus, ledger))) != (0, 0)
    told.asked.clear()
    store.close()


def run(rounds: int, seed: int, state: Path) -> Outcome:
    """So many rounds over one state directory."""
    state.mkdir(parents=True)
    chance, outcome, told, corpus = random.Random(seed), Outcome(), Acknowledged(), Corpus(GRAPH)
    root = Actor("Root", Role.ADMIN, "bench")
    secret = Ledger(state / "ledger.db").access.add("Tester", Role.ADMIN, 1, root)[1]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    counter = iter(range(10**9))
    for turn in range(rounds):
        try:
            with serving(state, port) as process:
                if turn:
                    examine(corpus, state, told, outcome, turn)
                clients = [Client(port, secret, counter, chance.randrange(10**9), told) for _ in range(CLIENTS)]
                for client in clients:
                    client.start()
                time.sleep(chance.uniform(0.05, 2))
                process.send_signal(signal.SIGKILL)
                for client in clients:
                    client.join()
        except TimeoutError as error:
            outcome.stuck += 1
            outcome.faults.append(f"round {turn}: {error}: {(state / 'serve.log').read_text()[-500:]}")
            break
        outcome.rounds += 1
        outcome.unanswered += told.unanswered
        told.unanswered = 0
    with serving(state, port):
        examine(corpus, state, told, outcome, rounds)
    changes = Ledger(state / "ledger.db").history.changes(limit=10**6)
    outcome.proposed = len(told.sent)
    outcome.accepted = sum(c.what == "accepted" for c in changes)
    outcome.reverted = sum(c.what == "reverted" for c in changes)
    return outcome


def main(arguments: list[str]) -> int:
    """Runs the rounds."""
    rounds, seed = (*map(int, arguments), *(50, 0)[len(arguments) :])
    with tempfile.TemporaryDirectory(prefix="bsrgraph-kill-") as folder:
        outcome = run(rounds, seed, Path(folder) / "state")
    print(outcome.table())
    return 0 if outcome.sound else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
