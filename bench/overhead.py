"""What safety costs: a worker beside the bare engine, and our pages beside an empty Flask view, as ratios.

``python bench/overhead.py`` prints a Markdown table. Everything is measured in one run on the shipped graph; each
number is the best of ``RUNS``, as a machine is only ever slower than it can be. The load over HTTP comes from
``wrk``; where that is not installed, those rows are named and left out.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import flask
import pyoxigraph as ox

from bsrgraph.corpus import Corpus, packaged
from bsrgraph.formats import by_name
from bsrgraph.ledger import Ledger
from bsrgraph.load import load_directory
from bsrgraph.settings import Settings
from bsrgraph.store.connect import connect
from bsrgraph.store.port import Query, Store
from bsrgraph.web.app import create_app
from bsrgraph.web.server import serve

RUNS = 3
SECONDS = 3
CONNECTIONS = 8
THING = "https://w3id.org/bsrgraph/id/project/stardust"
QUERIES = {
    "one thing, all facts": f"SELECT ?p ?o WHERE {{ <{THING}> ?p ?o }}",
    "two hops": f"SELECT ?x ?p ?o WHERE {{ ?x ?q <{THING}> . ?x ?p ?o }}",
    "count of everything": "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }",
    "all triples, 1 MB": "SELECT ?s ?p ?o WHERE { ?s ?p ?o }",
}


def best(action: Callable[[], object], times: int) -> float:
    """The least seconds that one of ``times`` calls took, over ``RUNS`` rounds."""
    found = []
    for _ in range(RUNS * times):
        began = time.perf_counter()
        action()
        found.append(time.perf_counter() - began)
    return min(found)


def engine_rows(store: Store, bare: ox.Store) -> Iterator[tuple[str, str, str, str]]:
    """Each query asked of the bare engine on the same files, and of a worker, never from the cache."""
    json = by_name("json")
    for number, (name, text) in enumerate(QUERIES.items()):
        times = 20 if number > 1 else 200
        alone = best(lambda text=text: bare.query(text).serialize(format=ox.QueryResultsFormat.JSON), times)
        fresh = iter(range(10**9))
        worker = best(lambda text=text, fresh=fresh: store.query(Query(f"{text} # {next(fresh)}", json)).read(), times)
        kept = best(lambda text=text: store.query(Query(text, json)).read(), times)
        yield (
            name,
            f"{alone * 1e3:.2f} ms",
            f"{worker * 1e3:.2f} ms (+{(worker - alone) * 1e3:.2f})",
            f"{kept * 1e3:.3f} ms",
        )


def empty_app() -> flask.Flask:
    """The least that Flask can do on the same server."""
    app = flask.Flask("empty")
    app.add_url_rule("/", view_func=lambda: "")
    return app


@contextlib.contextmanager
def served(make: Callable[[], flask.Flask], settings: Settings) -> Iterator[int]:
    """Serves the application in a process of its own, and ends that process afterwards."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=256)
    port = listener.getsockname()[1]
    process = multiprocessing.get_context("fork").Process(target=lambda: serve(make(), listener, settings))
    process.start()
    listener.close()
    try:
        yield port
    finally:
        os.kill(process.pid or 0, signal.SIGTERM)
        process.join(timeout=10)


def rate(port: int, path: str, script: Path | None = None, accept: str = "*/*") -> float:
    """Answers a second to ``wrk``, the best of ``RUNS``; an error in any answer ends the program."""
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "-H", f"Accept: {accept}"]
    command += ["-s", str(script)] if script else []
    found = []
    for _ in range(RUNS):
        told = subprocess.run([*command, f"http://127.0.0.1:{port}{path}"], capture_output=True, text=True, check=True)
        if "Non-2xx" in told.stdout:
            raise SystemExit(f"{path}: {told.stdout}")
        found.append(float(re.findall(r"Requests/sec:\s+([\d.]+)", told.stdout)[0]))
    return max(found)


def http_rows(settings: Settings, folder: Path) -> Iterator[tuple[str, str, str]]:
    """Requests a second of an empty view, and of ours, each with its ratio to the empty one."""
    with served(empty_app, settings) as port:
        empty = rate(port, "/")
    yield "empty Flask view", f"{empty:,.0f}", "1.00"
    fresh = folder / "fresh.lua"
    fresh.write_text(
        'local n = 0\nrequest = function()\n  n = n + 1\n  return wrk.format("GET", '
        f'"/sparql?query=SELECT%20%3Fp%20%3Fo%20WHERE%20%7B%20%3C{THING}%3E%20%3Fp%20%3Fo%20%7D%23" .. n)\nend\n'
    )
    with served(lambda: create_app(settings), settings) as port:
        query = f"/sparql?query=SELECT%20%3Fp%20%3Fo%20WHERE%20%7B%20%3C{THING}%3E%20%3Fp%20%3Fo%20%7D"
        for name, found in (
            ("small query, each a new one", rate(port, "/", fresh)),
            ("small query, repeated", rate(port, query)),
            ("Turtle of a project", rate(port, "/doc/project/stardust.ttl")),
            ("page of a project", rate(port, "/doc/project/stardust.html")),
            ("page of a pilot", rate(port, "/doc/pilot/marchain.html")),
        ):
            yield name, f"{found:,.0f}", f"{found / empty:.2f}"


def main() -> None:
    """Measures and prints."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(state=folder)
        store, corpus = connect(settings), Corpus(packaged())
        load_directory(store, corpus, Ledger(Path(folder) / "ledger.db"))
        generation = max((Path(folder) / "generations").iterdir())
        print(f"{sum(1 for _ in corpus.quads()):,} quads; least of {RUNS} rounds.\n")
        print("| query | bare engine | through a worker | repeated (kept) |\n|---|--:|--:|--:|")
        for row in engine_rows(store, ox.Store.read_only(str(generation / "store"))):
            print("| " + " | ".join(row) + " |")
        store.close()
        if shutil.which("wrk") is None:
            print("\nwrk is not installed: nothing over HTTP was measured.")
            return
        print(f"\n| over HTTP, {CONNECTIONS} connections | requests/s | of the empty view |\n|---|--:|--:|")
        for row in http_rows(settings, Path(folder)):
            print("| " + " | ".join(row) + " |")


if __name__ == "__main__":
    main()
