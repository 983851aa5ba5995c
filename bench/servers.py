"""Measure WSGI servers with a small Flask application: speed, hostile clients, stopping.

``python bench/servers.py`` starts every server of ``SERVERS`` in turn on the loopback
interface, as a process group of its own, and prints Markdown tables with one column a server.
Timings are the best of ``RUNS``. The load comes from ``wrk``, which must be installed. Every
loop is bounded, and only processes started here are signalled, by their id. The decision drawn
from the tables is in ``docs/server-choice.md``; ``servers_app`` holds the application and the
starters, ``servers_client`` the processes and the raw sockets.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime
import os
import re
import shutil
import signal
import socket
import statistics
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version

from servers_app import BIG, BODY_LIMIT, SERVERS, SLOW
from servers_client import HOST, WAIT, Running, ask, receive, running

RUNS = 3
HIDDEN = b"GET /hidden HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n"
Table = dict[str, str]


def post(headers: str, body: bytes, protocol: str = "1.1") -> bytes:
    """Write a POST to the echo view, with ``HIDDEN`` behind it."""
    head = f"POST /echo HTTP/{protocol}\r\nHost: 127.0.0.1\r\n{headers}\r\n\r\n"
    return head.encode("latin-1") + body + HIDDEN


def smuggling_forms() -> dict[str, bytes]:
    """Give the ambiguous requests: a strict server refuses each and answers nothing after it."""
    chunks = b"5\r\nhello\r\n0\r\n\r\n"
    whole, te = f"Content-Length: {5 + len(HIDDEN)}", "Transfer-Encoding: chunked"
    folded, spaced = te.replace(": ", ":\r\n "), te.replace(":", " :")
    bare = b"GET / HTTP/1.1\nHost: 127.0.0.1\n\n"
    return {
        "CL covers all, TE chunked ends early": post(f"{whole}\r\n{te}", b"0\r\n\r\n"),
        "CL ends early, TE chunked": post(f"Content-Length: 4\r\n{te}", chunks),
        "two CL that differ": post(f"Content-Length: 0\r\nContent-Length: {len(HIDDEN)}", b""),
        "`CL: 5, 0`": post("Content-Length: 5, 0", b"hello"),
        "CL, TE folded onto a second line": post(f"{whole}\r\n{folded}", b"0\r\n\r\n"),
        "CL, space before the colon of TE": post(f"{whole}\r\n{spaced}", b"0\r\n\r\n"),
        "CL, `TE: xchunked`": post(f"{whole}\r\n{te.replace('chu', 'xchu')}", b"0\r\n\r\n"),
        "`TE: chunked, identity`": post(f"{te}, identity", chunks),
        "HTTP/1.0 with TE chunked": post(f"{te}\r\nConnection: keep-alive", chunks, "1.0"),
        "bare LF line ends": bare + HIDDEN,
        "bare LF after a chunk size": post(te, chunks.replace(b"5\r\n", b"5\n")),
        "chunk longer than announced": post(te, b"5\r\nhelloXX\r\n0\r\n\r\n"),
        "chunk size `0x5`": post(te, chunks.replace(b"5\r\n", b"0x5\r\n")),
        "chunk size `+5`": post(te, chunks.replace(b"5\r\n", b"+5\r\n")),
        "`CL: +5`": post("Content-Length: +5", b"hello"),
        "`CL: -1`": post("Content-Length: -1", b""),
    }


def wrk(server: Running, path: str, connections: int) -> tuple[float, float]:
    """Give the requests and the megabytes a second of one run; nothing if any request failed."""
    url = f"http://127.0.0.1:{server.port}{path}"
    command = ["wrk", "-t1", f"-c{connections}", "-d1s", url]
    run = subprocess.run(command, capture_output=True, text=True, timeout=20, check=True)
    if "Socket errors" in run.stdout or "Non-2xx" in run.stdout:
        return 0.0, 0.0
    size, unit = re.findall(r"Transfer/sec:\s+([\d.]+)(\w+)", run.stdout)[0]
    factor = {"B": 1, "KB": 2**10, "MB": 2**20, "GB": 2**30}[unit]
    return float(run.stdout.split("Requests/sec:")[1].split()[0]), float(size) * factor / 1e6


def speed(server: Running) -> Table:
    """Measure requests a second with wrk (one thread, one second a run), and a long stream."""
    table: Table = {"memory idle": f"{server.memory():.0f} MB"}
    for path, label in (("/", "empty view"), ("/page", "page of 10 kB")):
        for connections in (1, 8, 32):
            rate = max(wrk(server, path, connections)[0] for _ in range(RUNS))
            table[f"{label}, {connections} connections"] = f"{rate:.0f}/s"
    megabytes = max(wrk(server, "/big", 1)[1] for _ in range(RUNS))
    table[f"stream of {BIG // 10**6} MB in parts of 8 kB"] = f"{megabytes:.0f} MB/s"
    return table


def latency(server: Running) -> str:
    """Measure an honest client's latency over at most 20 fresh connections."""
    times = []
    for _ in range(20):
        start = time.monotonic()
        try:
            with server.connect() as connection:
                connection.sendall(b"GET / HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n")
                if not connection.recv(1000).startswith(b"HTTP/1.1 200"):
                    return "refused"
        except OSError:
            return f"no answer in {WAIT:.0f} s"
        times.append(1000 * (time.monotonic() - start))
    return f"{statistics.median(times):.0f} ms (worst {max(times):.0f})"


def hostile(server: Running) -> Table:
    """Measure the honest latency while others send half a body, or do not read theirs."""
    half = b"POST /echo HTTP/1.1\r\n" + HOST + b"Content-Length: 9999\r\n\r\nhalf"
    unread = b"GET /big HTTP/1.1\r\n" + HOST + b"\r\n"
    table: Table = {"honest client, nobody else": latency(server)}
    waiting = b"GET /slow HTTP/1.1\r\n" + HOST + b"\r\n"
    attacks = (
        (8, waiting, "views of 2 s"),
        (50, half, "half-sent bodies"),
        (300, half, "half-sent bodies"),
        (20, unread, f"unread answers of {BIG // 10**6} MB"),
    )
    for count, request, label in attacks:
        with contextlib.ExitStack() as stack:
            for _ in range(count):
                with contextlib.suppress(OSError):
                    stack.enter_context(server.connect()).sendall(request)
            time.sleep(0.2 if request == waiting else 1.5)
            table[f"honest client, {count} {label}"] = latency(server)
            table[f"memory with {count} {label}"] = f"{server.memory():.0f} MB"
        time.sleep(2.5)
    return table


def told(data: bytes) -> str:
    """Find what the application said of the body it read."""
    match = re.search(rb"(CL|terminated) [^<]*bytes read", data)
    return match[0].decode() if match else ""


def bodies(server: Running) -> Table:
    """Say what the application sees of chunked bodies under and over its limit of 1 MB."""
    head = b" HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    table: Table = {}
    for path, label in (("/echo", "Flask `get_data()`"), ("/input", "`wsgi.input.read(limit+1)`")):
        for size in (BODY_LIMIT // 2, BODY_LIMIT * 3):
            chunks = b"%x\r\n%s\r\n0\r\n\r\n" % (size, b"x" * size)
            status, data = ask(server, b"POST " + path.encode() + head + chunks, 2)
            table[f"chunked {size} bytes, {label}"] = f"{status} {told(data)}"
    with server.connect() as connection:
        connection.sendall(b"POST /echo HTTP/1.1\r\n" + HOST + b"Content-Length: 100\r\n\r\nhalf")
        connection.shutdown(socket.SHUT_WR)
        data, end = receive(connection, 2)
        table["client ends after 4 of 100 bytes"] = f"{data[9:12].decode() or 'none'} {end} {told(data)}"
    before = server.memory()
    part = b"100000\r\n" + b"x" * 0x100000 + b"\r\n"
    with server.connect() as connection:
        sent = 0
        with contextlib.suppress(OSError):
            connection.sendall(b"POST /refuse" + head)
            while sent < 64:
                connection.sendall(part)
                sent += 1
        table["chunked, view answers unread: MB taken of 64"] = str(sent)
        table["its memory"] = f"+{max(0.0, server.memory() - before):.0f} MB"
    return table


def gone(server: Running) -> Table:
    """Say when the application learns that its client has gone, streaming or still working."""
    table: Table = {}
    for path, label in (("/stream", "closed a stream"), ("/compute", "closed before an answer")):
        for linger, how in ((0, "FIN"), (1, "RST")):
            connection = server.connect()
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", linger, 0))
            connection.sendall(f"GET {path}?n={how} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
            time.sleep(0.7)
            since = time.time()
            connection.close()
            table[f"client {label} ({how})"] = server.event(f"{path} {how}", since)
    status, data = ask(server, b"GET /fail HTTP/1.1\r\n" + HOST + b"\r\n", 2)
    ended = "looks whole" if data.endswith(b"\r\n0\r\n\r\n") else "seen as cut"
    table["a stream that fails after 10 kB"] = f"{status}, {len(data) // 1000} kB, {ended}"
    return table


def limits(server: Running) -> Table:
    """Find the longest query string taken (of powers of two) and try two large headers."""
    table: Table = {}
    end = b" HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n"
    taken, refused = 0, "none"
    for size in (2**power for power in range(11, 22)):
        status, _ = ask(server, b"GET /?q=" + b"a" * size + end, 2)
        if not status.startswith("200"):
            refused = status
            break
        taken = size
    table["longest query string"] = f"{taken // 1024} kB, then {refused}"
    many = b"".join(b"X-%d: a\r\n" % number for number in range(1000))
    for label, extra in (("64 kB", b"X-A: " + b"a" * 65536 + b"\r\n"), ("1,000", many)):
        request = b"GET / HTTP/1.1\r\n" + HOST + b"Connection: close\r\n" + extra + b"\r\n"
        table[f"headers: {label}"] = ask(server, request, 2)[0]
    return table


def stopping(name: str) -> Table:
    """Send SIGTERM to the leader or its group, with one idle client and six that wait."""
    table: Table = {}
    kill: dict[str, Callable[[int, int], None]] = {"leader": os.kill, "whole group": os.killpg}
    for label, send in kill.items():
        with running(name) as server, server.connect() as idle, ThreadPoolExecutor(6) as pool:
            idle.sendall(b"GET / HTTP/1.1\r\n" + HOST + b"\r\n")
            idle.recv(1000)
            request = b"GET /slow HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n"
            answers = [pool.submit(ask, server, request, 3 * WAIT) for _ in range(6)]
            time.sleep(0.7)
            start = time.monotonic()
            send(server.process.pid, signal.SIGTERM)
            try:
                code = server.process.wait(25)
                end = f"exit {code} after {time.monotonic() - start:.1f} s"
            except subprocess.TimeoutExpired:
                end = "still there after 25 s"
            whole = sum(len(answer.result()[1]) > SLOW for answer in answers)
            table[f"SIGTERM to the {label}"] = f"{whole} of 6 answered, {end}"
    return table


def measure(name: str, groups: dict[str, Callable[[Running], Table]]) -> dict[str, Table]:
    """Give a server's column of every table; each group gets a fresh process."""
    column: dict[str, Table] = {}
    for group, function in groups.items():
        print(f"{name}: {group}", file=sys.stderr, flush=True)
        with running(name) as server:
            column[group] = function(server)
    print(f"{name}: stopping", file=sys.stderr, flush=True)
    column["Stopping"] = stopping(name)
    return column


def markdown(columns: dict[str, dict[str, Table]]) -> str:
    """Write one Markdown table a group, a column a server."""
    lines = []
    for group, rows in next(iter(columns.values())).items():
        lines += [
            f"\n## {group}\n",
            "| | " + " | ".join(columns) + " |",
            "|---" * (len(columns) + 1) + "|",
        ]
        lines += [
            f"| {row} | " + " | ".join(column[group].get(row, "") for column in columns.values()) + " |" for row in rows
        ]
    return "\n".join(lines)


def main() -> None:
    """Measure the servers named on the command line, or all of them."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", help=f"among: {', '.join(SERVERS)}")
    parser.add_argument("--only", help="one group of measures, by the start of its heading")
    options = parser.parse_args()
    if not shutil.which("wrk"):
        sys.exit("wrk is absent: install it (Debian: apt-get install wrk) and run this again")
    groups: dict[str, Callable[[Running], Table]] = {
        "Memory and speed": speed,
        "Slow and hostile clients": hostile,
        "Ambiguous requests": lambda server: {form: ask(server, raw)[0] for form, raw in smuggling_forms().items()},
        "Bodies without a length": bodies,
        "Clients that leave": gone,
        "Limits": limits,
    }
    groups = {k: v for k, v in groups.items() if k.startswith(options.only or "")}
    columns = {name: measure(name, groups) for name in options.names or SERVERS}
    packages = ("granian", "waitress", "gunicorn", "Flask", "Werkzeug")
    print(datetime.date.today(), f"Python {sys.version.split()[0]}", f"{os.cpu_count()} cores,",
          ", ".join(f"{name} {version(name)}" for name in packages))  # fmt: skip
    print(markdown(columns))


if __name__ == "__main__":
    main()
