"""A server that is really started, attacked from outside: it answers, it stays, and it calls nobody."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest

import bsrgraph
from bsrgraph.settings import SETTINGS

BASE = "https://w3id.org/bsrgraph/"
DEADLINE = 2
BODY_LIMIT = 300_000
FORM = "application/x-www-form-urlencoded"
SPARQL = "application/sparql-query"
ALL = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l ."
FOR_EVER = f"SELECT (COUNT(*) AS ?n) WHERE {{ {ALL} }}"
ENDLESS = f"SELECT * WHERE {{ {ALL} }}"
BOMBS = {
    "sorting": f"SELECT * WHERE {{ {ALL} }} ORDER BY ?l ?a",
    "distinct": f"SELECT (COUNT(DISTINCT *) AS ?n) WHERE {{ {ALL} }}",
    "doubling": 'SELECT ?z { BIND("aaaaaaaa" AS ?a1) '
    + " ".join(f"BIND(CONCAT(?a{i}, ?a{i}) AS ?a{i + 1})" for i in range(1, 40))
    + " BIND(?a40 AS ?z) }",
    "replacing": f'SELECT ?z {{ BIND(REPLACE("{"a" * 50_000}", "a", "{"b" * 50_000}") AS ?z) }}',
    "grouping": f"SELECT (GROUP_CONCAT(CONCAT(STR(?a), STR(?c), STR(?d), STR(?f))) AS ?x) WHERE {{ {ALL} }}",
}
PROGRAM = "from bsrgraph.cli import main; main()"
NO_FAULT_OF_OURS = (503, 504)


@dataclass(slots=True)
class Reply:
    """An answer as it came."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    def problem(self) -> dict[str, object]:
        """The body of an error in its one shape."""
        assert self.headers["Content-Type"] == "application/problem+json", self.body[:200]
        told = json.loads(self.body)
        assert told["status"] == self.status
        assert "Traceback" not in self.body.decode()
        return dict(told)


@dataclass(slots=True)
class Server:
    """A running server, and every status that it has given."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path
    statuses: list[tuple[int, str]] = field(default_factory=list)

    def ask(
        self,
        target: str,
        method: str = "GET",
        body: bytes | Iterator[bytes] | None = None,
        timeout: float = 60,
        **headers: str,
    ) -> Reply:
        """One request; `Content_Type=…` is a header."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)) as connection:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, target, body, named, encode_chunked=not isinstance(body, bytes | None))
            answer = connection.getresponse()
            reply = Reply(answer.status, answer.headers, answer.read())
        self.statuses.append((reply.status, f"{method} {target[:200]}"))
        return reply

    def query(self, text: str, **headers: str) -> Reply:
        """A query, by a form."""
        return self.ask("/sparql", "POST", urlencode({"query": text}).encode(), Content_Type=FORM, **headers)

    def raw(self, data: bytes, timeout: float = 20) -> bytes:
        """Everything that comes back for these bytes until the connection ends."""
        received = b""
        with socket.create_connection(("127.0.0.1", self.port), timeout=timeout) as connection:
            try:
                connection.sendall(data)
                while part := connection.recv(65536):
                    received += part
            except (ConnectionResetError, BrokenPipeError):
                pass
        if received.startswith(b"HTTP/"):
            self.statuses.append((int(received.split()[1]), repr(data[:100])))
        return received

    def is_well(self) -> bool:
        """Whether it answers a query, from a child, at once."""
        return self.query(f"SELECT ?x {{ VALUES ?x {{ {time.monotonic_ns()} }} }}").status == 200


def free_port() -> int:
    """A port that nobody has."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def started(directory: Path, graph: Path, **environ: str) -> Server:
    """A server in a process of its own, once it answers."""
    port = free_port()
    inherited = {n: v for n, v in os.environ.items() if n not in {f"BSRGRAPH_{s.name.upper()}" for s in SETTINGS}}
    log = directory / "server.log"
    with log.open("wb") as errors:
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, "serve", "--graph", str(graph), "--port", str(port)],
            cwd=directory,
            stdout=errors,
            stderr=errors,
            env={
                **inherited,
                "PYTHONPATH": str(Path(bsrgraph.__file__).parents[1]),
                "BSRGRAPH_STATE": str(directory / "state"),
                **environ,
            },
        )
    server = Server(process, port, log)
    if not happens(lambda: process.poll() is not None or answers(port), 60) or process.poll() is not None:
        process.kill()
        raise RuntimeError(log.read_text(encoding="utf-8"))
    return server


def count_of_answers(received: bytes) -> int:
    """How many answers there are in what came."""
    return len(re.findall(rb"HTTP/1\.[01] \d{3} ", received))


def answers(port: int) -> bool:
    """Whether something listens there."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except OSError:
        return False
    return True


def ended(server: Server) -> None:
    """Stops a server, if it still runs."""
    server.process.kill()
    server.process.wait()


def happens(condition: Callable[[], bool], seconds: float = 20) -> bool:
    """Whether the condition comes true in time; looked at often, so that a busy machine only makes it later."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return condition()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, graph_dir: Path) -> Iterator[Server]:
    """The shipped graph, served with small limits; it must outlive every test, and have no fault of its own."""
    made = started(
        tmp_path_factory.mktemp("attack"),
        graph_dir,
        BSRGRAPH_QUERY_DEADLINE=str(DEADLINE),
        BSRGRAPH_QUERY_DEADLINE_CAP="60",
        BSRGRAPH_WORKER_MEMORY=str(400 * 2**20),
        BSRGRAPH_BODY_LIMIT=str(BODY_LIMIT),
        BSRGRAPH_QUEUE_WAIT="10",
    )
    try:
        yield made
        assert made.process.poll() is None, made.log.read_text(encoding="utf-8")[-2000:]
        assert made.is_well()
        assert [s for s in made.statuses if s[0] >= 500 and s[0] not in NO_FAULT_OF_OURS and s[0] != 501] == []
        assert "Traceback" not in made.log.read_text(encoding="utf-8", errors="replace")
    finally:
        ended(made)


@pytest.fixture(scope="module")
def canary() -> Iterator[int]:
    """The port of a listener that must stay silent for the whole module."""
    calls: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def listen() -> None:
            while True:
                try:
                    connection, address = listener.accept()
                except OSError:
                    return
                calls.append(address)
                connection.close()

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        time.sleep(0.2)
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(10)
    assert calls == []


# -- queries that run, grow or nest -----------------------------------------


def test_a_query_that_runs_for_ever_is_a_504_and_twenty_others_are_answered_meanwhile(server: Server) -> None:
    with ThreadPoolExecutor(24) as clients:
        endless = [clients.submit(server.query, FOR_EVER) for _ in range(3)]
        lookup = (
            f"SELECT ?label {{ <{BASE}id/project/stardust> <http://www.w3.org/2004/02/skos/core#prefLabel> ?label }}"
        )
        others = [clients.submit(server.query, f"{lookup} #{number}") for number in range(20)]
        pages = [clients.submit(server.ask, "/doc/project/stardust") for _ in range(5)]
        assert [f.result().status for f in [*others, *pages]] == [200] * 25
        replies = [f.result() for f in endless]
    assert [r.status for r in replies] == [504] * 3
    assert "2 seconds" in str(replies[0].problem()["detail"])


@pytest.mark.parametrize(
    "query",
    [
        "SELECT (" + "STR(" * 1000 + '"a"' + ")" * 1000 + " AS ?x) {}",
        "SELECT * " + "{" * 3000 + "}" * 3000,
        "ASK { " + "FILTER EXISTS { " * 900 + "}" * 900 + " }",
        "SELECT (" + "(" * 5000 + "1" + ")" * 5000 + " AS ?x) {}",
        "ASK { FILTER(" + " || ".join(["true"] * 10_000) + ") }",
        "SELECT (" + "+".join(["1"] * 8000) + " AS ?x) {}",
        "SELECT (" + "-" * 8000 + "1 AS ?x) {}",
        "SELECT (" + "!" * 8000 + "1 AS ?x) {}",
        "ASK { " + " UNION ".join(["{}"] * 7000) + " }",
        "ASK { ?s " + "|".join(["<a:b>"] * 11_000) + " ?o }",
        "ASK { ?s " + "/".join(["<a:b>"] * 500) + " ?o }",
        "ASK { ?s " + "^" * 5000 + "<a:b> ?o }",
        "ASK { " + " ".join(f"?s{i} ?p{i} ?o{i} ." for i in range(1000)) + " }",
        "ASK { ?s ?p (" + "1 " * 5000 + ") }",
        "ASK { ?s ?p " + "[ ?p " * 3000 + "1" + "]" * 3000 + " }",
        "ASK { ?s ?p " + "(" * 3000 + ")" * 3000 + " }",
        "ASK { " + "<<" * 3000 + " }",
        "ASK { " + "OPTIONAL { " * 2000 + "}" * 2000 + " }",
        "SELECT * { { SELECT * " * 500 + "}}" * 500,
        "ASK { FILTER(?x IN (" + ",".join(["1"] * 100_000) + ")) }",
        "#" * 299_000,
        '"' * 200_000,
        "\\u0041" * 40_000,
    ],
    ids=lambda query: str(query)[:24],
)
def test_a_query_that_would_end_the_engine_is_a_400(server: Server, query: str) -> None:
    reply = server.query(query)
    assert reply.status in (400, 413)
    assert reply.problem()["detail"]


@pytest.mark.parametrize("name", BOMBS)
def test_a_query_that_eats_memory_costs_only_itself(server: Server, name: str) -> None:
    reply = server.query(BOMBS[name])
    assert reply.status in (400, 504)
    reply.problem()
    assert server.is_well()


def test_many_bombs_at_once_leave_the_server_whole(server: Server) -> None:
    with ThreadPoolExecutor(8) as clients:
        replies = list(clients.map(server.query, [BOMBS["sorting"]] * 8))
    assert {r.status for r in replies} <= {400, 503, 504}
    assert happens(server.is_well)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * {} #PREFIX" + " " * 200_000,
        "SELECT * { VALUES ?x { " + " ".join(f"<{BASE}ontology#hasFund{i}>" for i in range(4000)) + " } }",
        "SELECT " + " ".join(f"?v{i}" for i in range(9000)) + " { ?v1 ?v2 ?v3 }",
        "ASK { ?s ?p a:b } #PREFIX" + " " * 200_000,
        "SELECT * { ?s ?p '" + "\\n" * 40_000,
    ],
    ids=["spaces", "unknown terms", "columns", "undeclared", "one long string"],
)
def test_no_query_keeps_the_page_for_people_busy(server: Server, query: str) -> None:
    began = time.monotonic()
    assert server.query(query, Accept="text/html").status in (200, 400, 504)
    assert time.monotonic() - began < 15


def test_a_value_too_long_for_a_page_is_told_and_comes_in_other_formats(server: Server) -> None:
    query = f'SELECT ?z {{ BIND(REPLACE("{"a" * 1000}", "a", "{"b" * 5000}") AS ?z) }}'
    assert server.query(query, Accept="text/html").status == 400
    assert len(server.query(query, Accept="text/csv").body) > 5_000_000


def test_a_page_shows_the_first_rows_of_a_long_answer(server: Server) -> None:
    reply = server.query(ENDLESS, Accept="text/html")
    assert reply.status == 200
    assert reply.body.rstrip().endswith(b"</html>")


# -- calls to others --------------------------------------------------------

SERVICES = [
    "SELECT * { SERVICE <URL> { ?s ?p ?o } }",
    "SELECT * { service<URL>{ ?s ?p ?o } }",
    "SELECT * { sErViCe SILENT <URL> { ?s ?p ?o } }",
    "SELECT * { SERVICE#comment\n<URL> { ?s ?p ?o } }",
    "PREFIX c: <URL> SELECT * { SERVICE c:x { ?s ?p ?o } }",
    "PREFIX : <URL> SELECT * { SERVICE : { ?s ?p ?o } }",
    "BASE <URL> SELECT * { SERVICE <x> { ?s ?p ?o } }",
    "BASE <URL> SELECT * { SERVICE <> { ?s ?p ?o } }",
    "SELECT * { FILTER EXISTS { SERVICE <URL> { ?s ?p ?o } } }",
    "SELECT * { FILTER NOT EXISTS { { SERVICE <URL> { ?s ?p ?o } } } }",
    "SELECT * { { SELECT * { SERVICE <URL> { ?s ?p ?o } } } }",
    "SELECT * { OPTIONAL { SERVICE SILENT <URL> { ?s ?p ?o } } }",
    "SELECT * { {} UNION { SERVICE <URL> {} } MINUS { SERVICE <URL> {} } }",
    "SELECT * { SERVICE <\\u0068ttp:TAIL> { ?s ?p ?o } }",
    "SELECT * { \\u0053ERVICE <URL> { ?s ?p ?o } }",
    "SELECT * { SERV\\u0049CE <URL> { ?s ?p ?o } }",
    "SELECT * { \\U00000053ERVICE <URL> { ?s ?p ?o } }",
    "SELECT * { BIND(<URL> AS ?u) SERVICE ?u { ?s ?p ?o } }",
    "SELECT * { VALUES ?u { <URL> } SERVICE ?u { ?s ?p ?o } }",
    "SELECT * { ?s ?p 'a'SERVICE<URL>{} }",
    "SELECT * { ?s ?p 1SERVICE<URL>{} }",
    "SELECT * { ?s ?p true.SERVICE<URL>{} }",
    "SELECT * { ?s ?p ?o.SERVICE<URL>{} }",
    "SELECT * { FILTER(?a<?b) SERVICE <URL> { ?s ?p ?o } FILTER(?c>?d) }",
    "SELECT * { FILTER(1<2 && '#'='#') SERVICE <URL> {} }",
    "SELECT * { FILTER('''\\''' '#''' = \"\") SERVICE <URL> {} }",
    "SELECT * { <a:#> ?p ?o SERVICE <URL> {} }",
    "PREFIX a: <a:> SELECT * { a:b\\#c ?p ?o . SERVICE <URL> {} }",
    "CONSTRUCT { ?s ?p ?o } WHERE { SERVICE <URL> { ?s ?p ?o } }",
    "DESCRIBE ?s { SERVICE <URL> { ?s ?p ?o } }",
    "ASK { GRAPH ?g { SERVICE <URL> { ?s ?p ?o } } }",
    "SELECT (EXISTS { SERVICE <URL> {} } AS ?x) {}",
    "SELECT * {} ORDER BY (EXISTS { SERVICE <URL> {} })",
    "SELECT * {} HAVING (EXISTS { SERVICE <URL> {} })",
    "LOAD <URL>",
    "LOAD SILENT <URL> INTO GRAPH <a:b>",
    "INSERT { ?s ?p ?o } WHERE { SERVICE <URL> { ?s ?p ?o } }",
    "SELECT * FROM <URL> { ?s ?p ?o }",
    "SELECT * FROM NAMED <URL> { GRAPH ?g { ?s ?p ?o } }",
    "SELECT * { GRAPH <URL> { ?s ?p ?o } }",
    "SELECT (<URL>(1) AS ?x) {}",
    "DESCRIBE <URL>",
]


@pytest.mark.parametrize("query", SERVICES)
def test_no_query_makes_the_server_call_anybody(server: Server, canary: int, query: str) -> None:
    url = f"http://127.0.0.1:{canary}/"
    text = query.replace("URL", url).replace("TAIL", url.removeprefix("http:"))
    for accept in ("application/json", "text/html", "text/turtle"):
        reply = server.query(text, Accept=accept)
        assert reply.status in (200, 400, 406)
        if reply.status == 200 and accept == "application/json":
            assert json.loads(reply.body)["results"]["bindings"] in ([], [{}]), "something was read"
    if "SERVICE" in query.upper():
        assert server.query(text).status == 400


@pytest.mark.parametrize("graph", ["file:///etc/passwd", "http://127.0.0.1:{canary}/x", "data:text/turtle,<a:b>"])
def test_a_dataset_is_never_fetched(server: Server, canary: int, graph: str) -> None:
    graph = graph.format(canary=canary)
    every = "SELECT * {clause} {{ {{ ?s ?p ?o }} UNION {{ GRAPH ?g {{ ?s ?p ?o }} }} }}"
    for clause in (f"FROM <{graph}>", f"FROM NAMED <{graph}>", ""):
        text = every.format(clause=clause if "<a:b>" not in graph else "")
        for name in ("default-graph-uri", "named-graph-uri"):
            reply = server.ask("/sparql?" + urlencode({"query": text, name: graph}))
            assert reply.status in (200, 400)
            assert reply.status == 400 or json.loads(reply.body)["results"]["bindings"] == []
    assert server.ask("/graphs?" + urlencode({"graph": graph})).status in (400, 404)


def test_no_header_makes_the_server_call_anybody(server: Server, canary: int) -> None:
    url = f"http://127.0.0.1:{canary}/"
    for name in ("Host", "Forwarded", "X-Forwarded-Host", "X-Original-URL", "Referer", "Origin", "Link", "Location"):
        reply = server.ask("/id/project/stardust", **{name.replace("-", "_"): url})
        assert reply.status == 303
        assert str(canary) not in str(reply.headers)


UPDATES = [
    "INSERT DATA { <a:b> <a:b> <a:b> }",
    "DELETE DATA { <a:b> <a:b> <a:b> }",
    "DELETE WHERE { ?s ?p ?o }",
    "DELETE { ?s ?p ?o } INSERT { ?s ?p 1 } WHERE { ?s ?p ?o }",
    "WITH <a:b> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
    "CLEAR ALL",
    "DROP SILENT ALL",
    "CREATE GRAPH <a:b>",
    "COPY DEFAULT TO <a:b>",
    "MOVE <a:b> TO DEFAULT",
    "ADD <a:b> TO DEFAULT",
    "LOAD <file:///etc/passwd>",
    "PREFIX a: <a:> INSERT DATA { a:b a:b a:b }",
    "SELECT * {} ; CLEAR ALL",
    "ASK {} INSERT DATA { <a:b> <a:b> <a:b> }",
]


@pytest.mark.parametrize("update", UPDATES)
def test_no_form_of_update_is_accepted(server: Server, update: str) -> None:
    count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    before = server.query(count).body
    direct = "application/sparql-update"
    asked = {"query": update}
    told = {"update": update}
    assert server.ask("/sparql?" + urlencode(asked)).status == 400
    assert server.ask("/sparql", "POST", urlencode(asked).encode(), Content_Type=FORM).status == 400
    assert server.ask("/sparql", "POST", update.encode(), Content_Type=SPARQL).status == 400
    assert server.ask("/sparql?" + urlencode(told)).status == 400
    assert server.ask("/sparql", "POST", urlencode(told).encode(), Content_Type=FORM).status == 403
    assert server.ask("/sparql?" + urlencode(told), "POST", b"", Content_Type=FORM).status == 403
    assert server.ask("/sparql", "POST", update.encode(), Content_Type=direct).status == 403
    assert server.ask("/sparql", "POST", update.encode(), Content_Type=direct + "; charset=utf-8").status == 403
    both = urlencode({**told, "query": "ASK {}"}).encode()
    assert server.ask("/sparql", "POST", both, Content_Type=FORM).status == 403
    for method in ("PUT", "PATCH", "DELETE"):
        assert server.ask("/sparql", method, update.encode(), Content_Type=direct).status == 405
        assert server.ask("/graphs?default", method, b"", Content_Type="text/turtle").status == 405
    assert server.query(count).body == before


# -- bodies and parameters --------------------------------------------------


def test_a_body_past_the_limit_is_a_413_with_and_without_a_length(server: Server) -> None:
    body = b"query=ASK{}&x=" + b"a" * BODY_LIMIT
    chunks = (body[i : i + 8192] for i in range(0, len(body), 8192))
    assert server.ask("/sparql", "POST", body, Content_Type=FORM).status == 413
    assert server.ask("/sparql", "POST", chunks, Content_Type=FORM, Transfer_Encoding="chunked").status == 413
    whole = (b"query=AS", b"K%7B%7D")
    assert server.ask("/sparql", "POST", iter(whole), Content_Type=FORM, Transfer_Encoding="chunked").status == 200


def test_a_length_that_is_announced_and_too_large_is_refused_before_it_comes(server: Server) -> None:
    for expect in ("", "Expect: 100-continue\r\n"):
        head = (
            f"POST /sparql HTTP/1.1\r\nHost: x\r\n{expect}Content-Type: {FORM}\r\nContent-Length: 99999999999\r\n\r\n"
        )
        assert server.raw(head.encode()).startswith(b"HTTP/1.1 413")


def test_half_a_body_is_no_query(server: Server) -> None:
    head = f"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: {FORM}\r\nContent-Length: 100\r\n\r\nquery=ASK%7B%7D"
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        connection.sendall(head.encode())
        connection.shutdown(socket.SHUT_WR)
        assert b"200" not in connection.recv(65536)[:20]


def test_a_wrong_length_is_never_a_wrong_answer(server: Server) -> None:
    query = b"query=ASK%7B%7D"
    for length in ("-1", "+5", "0x5", "5, 5", "five", "", " ", "1e1", "9" * 5000, "\u0665"):
        head = (
            f"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: {FORM}\r\nConnection: close\r\nContent-Length: {length}"
        )
        assert server.raw(head.encode() + b"\r\n\r\n" + query).startswith((b"HTTP/1.1 400", b"HTTP/1.0 400")), length
    head = f"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: {FORM}\r\nConnection: close\r\nContent-Length: 5\r\n\r\n"
    assert server.raw(head.encode() + query).startswith(b"HTTP/1.1 400")


BAD_BYTES = [b"\xff", b"%ff", b"%C3%28", b"%", b"%zz", b"%E2%82", b"%u0041", b"%ED%A0%80", b"%C0%80"]


@pytest.mark.parametrize("bad", BAD_BYTES, ids=repr)
def test_bytes_that_are_no_text_are_a_400_wherever_they_stand(server: Server, bad: bytes) -> None:
    text = b"query=" + quote('SELECT ("').encode() + bad + quote('" AS ?x) {}').encode()
    as_target = text.decode("latin-1")
    if bad != b"\xff":
        assert server.ask("/sparql?" + as_target).status == 400
        assert server.ask("/sparql?query=ASK%7B%7D&x=" + bad.decode("latin-1")).status == 400
        assert server.ask("/sparql?query=ASK%7B%7D&" + bad.decode("latin-1") + "=x").status == 400
    raw = b"GET /sparql?" + text + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    assert server.raw(raw).split(b" ")[1] == b"400"
    assert server.ask("/sparql", "POST", text, Content_Type=FORM).status == 400
    if bad == b"\xff":
        direct = b'SELECT ("' + bad + b'" AS ?x) {}'
        assert server.ask("/sparql", "POST", direct, Content_Type=SPARQL).status == 400
    for path in ("/id/project/", "/doc/project/", "/evidence/", "/graphs?graph="):
        raw = b"GET " + path.encode() + bad + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        assert server.raw(raw).split(b" ")[1] in (b"400", b"404")


@pytest.mark.parametrize(
    ("target", "body", "status"),
    [
        ("/sparql?query=ASK%7B%7D&query=ASK%7B%7D", None, 400),
        ("/sparql?query=", None, 400),
        ("/sparql?query=%20%0A", None, 400),
        ("/sparql?query", None, 400),
        ("/sparql?query=ASK%7B%7D", b"query=ASK%7B%7D", 400),
        ("/sparql", b"", 400),
        ("/sparql", b"query=", 400),
        ("/sparql", b"query=ASK%7B%7D&query=ASK%7B%7D", 400),
        ("/sparql?query=ASK%7B%7D&timeout=1&timeout=2", None, 400),
        ("/sparql?query=ASK%7B%7D&timeout=-1", None, 400),
        ("/sparql?query=ASK%7B%7D&timeout=nan", None, 400),
        ("/sparql?query=ASK%7B%7D&timeout=1e999", None, 400),
        ("/sparql?query=ASK%7B%7D&timeout=" + "9" * 5000, None, 400),
        ("/sparql?query=ASK%7B%7D&format=json&format=xml", None, 400),
        ("/sparql?query=ASK%7B%7D&format=../../etc/passwd", None, 400),
        ("/sparql?query=ASK%7B%7D&default-graph-uri=", None, 400),
        ("/sparql?query=ASK%7B%7D&default-graph-uri=relative", None, 400),
        ("/sparql?query=ASK%7B%7D&default-graph-uri=a:%3E%7D", None, 400),
        ("/sparql?query=ASK%7B%7D&default-graph-uri=a:b&default-graph-uri=a:b", None, 200),
        ("/sparql?query=ASK%7B%7D&unknown=1&unknown=2", None, 200),
        ("/sparql?" + "a&" * 2000 + "query=ASK%7B%7D", None, 400),
        ("/graphs?graph=a:b&graph=a:b", None, 400),
        ("/graphs?graph=a:b&default", None, 400),
        ("/graphs", None, 400),
        ("/graphs?graph=a:b%3E%20%7D%20INSERT", None, 400),
    ],
)
def test_parameters_are_taken_once_and_exactly(server: Server, target: str, body: bytes | None, status: int) -> None:
    if body is None:
        assert server.ask(target).status == status
    else:
        assert server.ask(target, "POST", body, Content_Type=FORM).status == status


@pytest.mark.parametrize(
    "media_type",
    [
        "",
        "text/plain",
        "application/json",
        "multipart/form-data; boundary=x",
        f"{FORM}; charset=utf-7",
        f"{SPARQL}; charset=utf-16",
    ],
)
def test_a_body_of_another_kind_is_a_415(server: Server, media_type: str) -> None:
    assert server.ask("/sparql", "POST", b"query=ASK%7B%7D", Content_Type=media_type).status == 415


def test_a_compressed_body_is_a_415_and_is_not_unpacked(server: Server) -> None:
    assert server.ask("/sparql", "POST", b"\x1f\x8b", Content_Type=SPARQL, Content_Encoding="gzip").status == 415


# -- requests that are none -------------------------------------------------

END = b"Host: x\r\nConnection: close\r\n\r\n"


@pytest.mark.parametrize(
    ("request_", "statuses"),
    [
        (b"GET / HTTP/1.1\r\nX: " + b"a" * 600_000 + b"\r\n" + END, (b"431",)),
        (b"GET / HTTP/1.1\r\nX: " + b"a" * 40_000 + b"\r\n" + END, (b"431",)),
        (b"GET / HTTP/1.1\r\n" + b"X: a\r\n" * 10_000 + END, (b"431",)),
        (b"GET /" + b"a" * 600_000 + b" HTTP/1.1\r\n" + END, (b"431",)),
        (b"GET / HTTP/1.1\r\nX:" + b" " * 30_000 + b"a\r\n" + END, (b"400",)),
        (b"GET / HTTP/1.1\r\nX: a" + b"\t " * 15_000 + b"\x01\r\n" + END, (b"400",)),
        (b"GET / HTTP/1.1\r\nX: a\r\n" + b" \r\n" * 9_000 + END, (b"400",)),
        (b"GET http://" + b"1" * 300_000 + b" x HTTP/1.1\r\n" + END, (b"400",)),
        (b"GET http://[x HTTP/1.1\r\n" + END, (b"400",)),
        (b"GET / x HTTP/1.1\r\n" + END, (b"400",)),
        (b"GET /\r\n\r\n", (b"400",)),
        (b"GET\r\n\r\n", (b"400",)),
        (b"GE\0T / HTTP/1.1\r\n" + END, (b"400",)),
        (b"GET / HTTP/1.1\nHost: x\n\n\r\n\r\n", (b"400",)),
        (b"GET / HTTP/1.1\r\n Host: x\r\n\r\n", (b"400",)),
        (b"GET / HTTP/1.1\r\nX\r\n" + END, (b"400",)),
        (b"GET / HTTP/1.1\r\nX : a\r\n" + END, (b"400",)),
        (b"GET / HTTP/1.1\r\nX: a\x00b\r\n" + END, (b"400",)),
        (b"GET / HTTP/1.1\r\nX: a\rY: b\r\n" + END, (b"400",)),
        (b"CONNECT x:80 HTTP/1.1\r\n" + END, (b"404", b"405")),
        (b"OPTIONS * HTTP/1.1\r\n" + END, (b"204", b"404")),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", (b"400",)),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", (b"400", b"404", b"405")),
    ],
    ids=lambda value: repr(value[:30]) if isinstance(value, bytes) else "",
)
def test_a_request_that_is_none_is_refused_at_once(
    server: Server, request_: bytes, statuses: tuple[bytes, ...]
) -> None:
    began = time.monotonic()
    received = server.raw(request_)
    assert received.split(b" ")[1] in statuses
    assert count_of_answers(received) == 1
    assert time.monotonic() - began < 10


BODY = f"Content-Type: {FORM}\r\n".encode()
HIDDEN = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.mark.parametrize(
    "framing",
    [
        b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
        b"Content-Length: 5\r\nContent-Length: 6\r\n",
        b"Content-Length: 5\r\nContent-Length: 5\r\n",
        b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
        b"Transfer-Encoding: xchunked\r\n",
        b"Transfer-Encoding: chunked, gzip\r\n",
        b"Transfer-Encoding:\x0bchunked\r\n",
        b"Transfer-Encoding : chunked\r\n",
        b"Content-Length : 5\r\n",
        b"Content-Length: 5\r\n Transfer-Encoding: chunked\r\n",
        b"Transfer-Encoding:\r\n chunked\r\n",
        b"Content_Length: 5\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n",
    ],
)
def test_no_request_hides_in_the_body_of_another(server: Server, framing: bytes) -> None:
    received = server.raw(b"POST /sparql HTTP/1.1\r\nHost: x\r\n" + BODY + framing + b"\r\n0\r\n\r\n" + HIDDEN)
    assert received.split(b" ")[1] in (b"400", b"501")
    assert count_of_answers(received) == 1


def test_a_chunked_body_in_http_1_0_is_refused(server: Server) -> None:
    received = server.raw(b"POST /sparql HTTP/1.0\r\n" + BODY + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + HIDDEN)
    assert received.split(b" ")[1] in (b"400", b"501")
    assert count_of_answers(received) == 1


@pytest.mark.parametrize(
    "chunks",
    [
        b"0x5\r\nquery\r\n0\r\n\r\n",
        b"+5\r\nquery\r\n0\r\n\r\n",
        b"5 \r\nquery\r\n0\r\n\r\n",
        b"-1\r\n",
        b"3\r\nquery\r\n0\r\n\r\n",
        b"z\r\n",
        b"5;" + b"a" * 20_000,
        b'5;a="' + b"\\a" * 20_000,
        b"f" * 20_000,
        b"0\r\n" + b"X: y\r\n" * 5_000,
    ],
    ids=lambda chunks: repr(chunks[:12]),
)
def test_a_chunk_that_is_none_is_refused(server: Server, chunks: bytes) -> None:
    head = b"POST /sparql HTTP/1.1\r\nHost: x\r\n" + BODY + b"Transfer-Encoding: chunked\r\n\r\n"
    received = server.raw(head + chunks)
    assert received == b"" or received.split(b" ")[1] == b"400"
    assert count_of_answers(received) <= 1


def test_a_client_that_asks_whether_to_go_on_without_a_body_is_answered(server: Server) -> None:
    assert server.raw(b"GET /healthz HTTP/1.1\r\nExpect: 100-continue\r\n" + END, timeout=10).startswith(
        b"HTTP/1.1 200"
    )


def test_silent_and_dripping_clients_stop_nobody(server: Server) -> None:
    clients = [socket.create_connection(("127.0.0.1", server.port), timeout=20) for _ in range(100)]
    try:
        for number, client in enumerate(clients):
            client.sendall([b"", b"GET / HT", b"POST /sparql HTTP/1.1\r\nContent-Length: 100\r\n\r\nhalf"][number % 3])
        assert server.ask("/healthz", timeout=10).status == 200
        assert server.is_well()
    finally:
        for client in clients:
            client.close()


def test_clients_that_do_not_read_stop_nobody(server: Server) -> None:
    request = f"GET /sparql?query={quote('SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 40000')} HTTP/1.1\r\nHost: x\r\n\r\n"
    clients = [socket.create_connection(("127.0.0.1", server.port), timeout=20) for _ in range(8)]
    try:
        for client in clients:
            client.sendall(request.encode())
        assert server.ask("/healthz", timeout=10).status == 200
        assert happens(server.is_well)
    finally:
        for client in clients:
            client.close()


# -- paths and headers ------------------------------------------------------

PATHS = [
    "/id/../../etc/passwd",
    "/id/project/../../../../etc/passwd",
    "/id/%2e%2e/%2e%2e/etc/passwd",
    "/id/project/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "/id/project/..%5c..%5cetc",
    "/static/../app.py",
    "/static/%2e%2e/app.py",
    "/static/..%2fapp.py",
    "/static//etc/passwd",
    "/static/site.css%00.txt",
    "/static/",
    "/doc/project/%00",
    "/doc/project/a%0d%0aX-Evil:%201",
    "/doc/project/%E2%80%AE",
    "/doc/project/%3Cscript%3E",
    "/doc/project/" + "a" * 100_000,
    "/doc/project/" + "a/" * 50_000,
    "/doc/" + "a" * 100_000 + "/b",
    "/doc/project/" + "%C3%A9" * 10_000,
    "/doc//stardust",
    "/doc/project//stardust",
    "/doc/project/stardust/",
    "/id/project/.ttl",
    "/id/project/stardust%20",
    "/evidence/..",
    "/evidence/%7B%7D",
    "/evidence//",
    "/sparql/running/" + "0" * 32,
    "/sparql/running/../../etc",
    "/sparql/",
    "/sparql%00",
    "//evil.example/",
    "/\\evil.example",
    "/.git/config",
    "/bsrgraph.toml",
    "/.bsrgraph/ledger.db",
]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path[:40])
def test_a_path_leads_to_nothing_but_what_there_is(server: Server, path: str) -> None:
    for accept in ("application/json", "text/html"):
        reply = server.ask(path, Accept=accept)
        assert reply.status in (400, 404, 405)
        assert "Location" not in reply.headers
        assert b"root:" not in reply.body
        assert len(reply.body) < 30_000


@pytest.mark.parametrize("host", ["evil.example", "evil.example:1", "[::1", "a b", "", "é", "127.0.0.1:1/x?", "a" * 60])
@pytest.mark.parametrize("path", ["/id/project/stardust", "/id/project/stardust?a=%0d%0aX-Evil:%201&b=\\"])
def test_a_redirect_leads_here_whatever_the_host_header_says(server: Server, host: str, path: str) -> None:
    request = f"GET {path} HTTP/1.1\r\nHost: {host}\r\nX-Forwarded-Host: evil.example\r\nConnection: close\r\n\r\n"
    head = server.raw(request.encode()).partition(b"\r\n\r\n")[0].decode("latin-1")
    assert f"\r\nLocation: http://127.0.0.1:{server.port}/doc/project/stardust" in head
    assert "\r\nX-Evil" not in head
    assert "evil.example" not in head


@pytest.mark.parametrize(
    "path", ["/doc//project/stardust", "/id/project//stardust", "//doc/project//stardust", "/sparql//"]
)
def test_a_double_slash_is_no_redirect_to_where_the_host_header_says(server: Server, path: str) -> None:
    received = server.raw(f"GET {path} HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n".encode())
    assert received.split(b" ")[1] == b"404"
    assert b"evil.example" not in received


NEGOTIATION = [
    "Accept",
    "Accept-Language",
    "Accept-Encoding",
    "If-None-Match",
    "If-Modified-Since",
    "Range",
    "If-Range",
]
OTHER_HEADERS = [
    "Cookie",
    "Authorization",
    "X-Query-Id",
    "Content-Type",
    "X-Forwarded-For",
    "Upgrade",
    "Expect",
    "Origin",
]


@pytest.mark.parametrize(
    "header",
    [*NEGOTIATION, *OTHER_HEADERS],
)
@pytest.mark.parametrize(
    "value",
    [
        '"' * 30_000,
        "a/b;q=0.5," * 3000,
        "*/*;q=9," * 3000,
        "\\" * 30_000,
        "W/" * 15_000,
        "a=" * 15_000,
        "\xff" * 30_000,
        "9" * 5000,
    ],
    ids=lambda value: repr(value[:10]),
)
def test_no_header_is_a_fault_of_ours(server: Server, header: str, value: str) -> None:
    name = header.replace("-", "_")
    assert server.ask("/doc/project/stardust", **{name: value}).status < 500
    assert server.ask("/sparql?query=ASK%7B%7D", **{name: value}).status < 500


def test_a_page_that_is_kept_is_the_one_asked_for_and_still_a_304(server: Server) -> None:
    for _ in range(2):
        kept = server.ask("/doc/project/stardust?y?", Accept="text/html")
        assert kept.status == 200
        assert server.ask("/doc/project/stardust%3Fy", Accept="text/html").status == 404
        again = server.ask("/doc/project/stardust?y?", Accept="text/html", If_None_Match=kept.headers["ETag"])
        assert again.status == 304
        assert again.body == b""
        assert server.ask("/doc/project/stardust?y?", Accept="text/turtle").headers["ETag"] != kept.headers["ETag"]


# -- methods ----------------------------------------------------------------

READ = [
    "/",
    "/sparql",
    "/graphs?default",
    "/doc/project/stardust",
    "/id/project/stardust",
    "/limits",
    "/healthz",
    "/readyz",
]


@pytest.mark.parametrize("path", READ)
@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "GETS"])
def test_another_method_is_a_405_that_says_which_there_are(server: Server, path: str, method: str) -> None:
    reply = server.ask(path, method)
    assert reply.status == 405
    assert "GET" in reply.headers["Allow"]
    assert method not in reply.headers["Allow"]


@pytest.mark.parametrize("path", READ)
def test_options_is_a_204_that_lets_every_origin_read(server: Server, path: str) -> None:
    reply = server.ask(path, "OPTIONS", Origin="https://elsewhere.example", Access_Control_Request_Method="GET")
    assert reply.status == 204
    assert reply.body == b""
    assert reply.headers["Access-Control-Allow-Origin"] == "*"
    assert "GET" in reply.headers["Access-Control-Allow-Methods"]
    assert "Access-Control-Allow-Credentials" not in reply.headers


LONG = quote("SELECT * { ?s ?p ?o } ORDER BY ?s ?p ?o")


@pytest.mark.parametrize(
    "path", [*READ, "/sparql?query=ASK%7B%7D", f"/sparql?query={LONG}", "/doc/project/nothing-of-this-name"]
)
def test_head_has_the_headers_of_get_and_no_body(server: Server, path: str) -> None:
    both = []
    for method in ("GET", "HEAD"):
        sent = f"{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        head, _, body = server.raw(sent.encode()).partition(b"\r\n\r\n")
        both.append(([line for line in head.split(b"\r\n") if not line.startswith(b"Date:")], body))
    assert both[0][0] == both[1][0]
    assert both[0][1]
    assert both[1][1] == b""


# -- stopping ---------------------------------------------------------------

LATE = {"timeout": "60"}


def under_way(server: Server, query: str = FOR_EVER, name: str = "", version: str = "1.1") -> socket.socket:
    """A client that has asked something that takes a minute, and waits."""
    target = "/sparql?" + urlencode({"query": query, "timeout": "60"})
    extra = f"X-Query-Id: {name}\r\n" if name else ""
    client = socket.create_connection(("127.0.0.1", server.port), timeout=30)
    client.sendall(f"GET {target} HTTP/{version}\r\nHost: x\r\n{extra}\r\n".encode())
    return client


def all_of(client: socket.socket) -> bytes:
    """What comes until the connection ends."""
    received = b""
    with client:
        while part := client.recv(65536):
            received += part
    return received


def test_a_query_is_stopped_by_its_id(server: Server) -> None:
    name = "0123456789abcdef" * 2
    client = under_way(server, name=name)
    assert happens(lambda: server.ask(f"/sparql/running/{name}", "DELETE").status == 204)
    with client:
        assert client.recv(65536).split(b" ")[1] == b"503"
    assert happens(lambda: server.ask(f"/sparql/running/{name}", "DELETE").status == 404)


@pytest.mark.parametrize("name", ["0" * 32, "x", "0" * 31, "%2e%2e", "0" * 65, "*", "0" * 10_000])
def test_stopping_what_does_not_run_is_a_404(server: Server, name: str) -> None:
    assert server.ask(f"/sparql/running/{name}", "DELETE").status == 404


def test_a_client_that_leaves_frees_its_place(server: Server) -> None:
    """There are four places, and each of eight clients leaves; the queries would take a minute."""
    for number in range(8):
        name = f"{number:032x}"
        client = under_way(server, name=name)
        assert happens(lambda name=name: is_running(server, name))
        client.close()
    began = time.monotonic()
    assert server.query(f"SELECT (COUNT(*) AS ?n) {{ ?s ?p ?o }} #{began}").status == 200
    assert time.monotonic() - began < 30


def has_ended(pid: str) -> bool:
    """Whether a process does not run; whoever has inherited it may take its time to notice."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] in "ZX"
    except OSError:
        return True


def is_running(server: Server, name: str) -> bool:
    """Whether some child of the server is at work: its processor time says so."""
    children = Path(f"/proc/{server.process.pid}/task")
    pids = {p for t in children.iterdir() for p in (t / "children").read_text(encoding="ascii").split()}
    states = [Path(f"/proc/{p}/stat") for p in pids]
    found = []
    for path in states:
        try:
            found.append(path.read_text(encoding="ascii").rpartition(")")[2].split()[0])
        except OSError:
            continue
    return "R" in found


def test_an_answer_that_breaks_off_is_seen_to(server: Server) -> None:
    name = "abcdef0123456789" * 2
    client = under_way(server, ENDLESS, name)
    head = client.recv(100)
    assert head.startswith(b"HTTP/1.1 200")
    assert server.ask(f"/sparql/running/{name}", "DELETE").status == 204
    assert not all_of(client).endswith(b"0\r\n\r\n")


def test_an_answer_that_breaks_off_in_http_1_0_is_seen_to(server: Server) -> None:
    """There the end of the connection is the end of the answer, so the connection is reset."""
    name = "abcdef0123456789" * 2
    client = under_way(server, ENDLESS, name, version="1.0")
    assert client.recv(100).startswith(b"HTTP/1.0 200")
    assert server.ask(f"/sparql/running/{name}", "DELETE").status == 204
    with pytest.raises(ConnectionResetError):
        all_of(client)


def test_a_long_answer_begins_before_it_is_finished(server: Server) -> None:
    client = under_way(server, ENDLESS)
    assert client.recv(65536).startswith(b"HTTP/1.1 200")
    memory = Path(f"/proc/{server.process.pid}/status").read_text(encoding="ascii")
    client.close()
    assert int(memory.partition("VmRSS:")[2].split()[0]) < 400_000


def test_sigterm_lets_what_runs_finish_and_leaves_no_process(tmp_path: Path, alpine_dir: Path) -> None:
    server = started(tmp_path, alpine_dir, BSRGRAPH_QUERY_DEADLINE="3")
    try:
        assert server.is_well()
        children = {
            p
            for t in Path(f"/proc/{server.process.pid}/task").iterdir()
            for p in (t / "children").read_text(encoding="ascii").split()
        }
        assert children
        many = f"SELECT (COUNT(*) AS ?n) {{ {ALL} ?m ?n2 ?o . ?q ?r ?s }}"
        with ThreadPoolExecutor(2) as clients:
            running = [clients.submit(server.query, many) for _ in range(2)]
            assert happens(lambda: is_running(server, ""))
            time.sleep(0.3)
            server.process.send_signal(signal.SIGTERM)
            assert [r.result().status for r in running] == [504, 504]
        assert server.process.wait(30) == 0
        assert happens(lambda: all(has_ended(p) for p in children))
        assert not answers(server.port)
    finally:
        ended(server)


def test_the_server_answered_all_this_without_growing(server: Server) -> None:
    """After everything above: no descriptor and no thread per request stays behind."""
    assert happens(lambda: len(list(Path(f"/proc/{server.process.pid}/fd").iterdir())) < 120)
    assert len(list(Path(f"/proc/{server.process.pid}/task").iterdir())) < 80
    assert server.is_well()
