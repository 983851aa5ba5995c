"""The small Flask application and the starters that ``servers`` measures.

``python servers_app.py NAME PORT`` serves on the loopback interface until SIGTERM. Each starter
does what a command-line program would do itself; no server's own command is used.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from flask import Flask, Response, request

BODY_LIMIT = 1_000_000
BIG = 20_000_000
SLOW = 2_000_000
HOST = "127.0.0.1"
PAGE = "<p>" + "A page of about ten thousand bytes. " * 280


def note(event: str) -> None:
    """Append an event, with the time, to the file that ``servers`` reads."""
    with Path(os.environ["EVENTS"]).open("a", encoding="utf-8") as file:
        file.write(f"{time.time()} {event}\n")


def client_gone(environ: dict[str, object]) -> bool:
    """Say whether the client has gone, by the means that the server puts into ``environ``."""
    if callable(check := environ.get("waitress.client_disconnected")):
        return bool(check())
    if isinstance(connection := environ.get("gunicorn.socket"), socket.socket):
        try:
            return connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
        except BlockingIOError:
            return False
        except OSError:
            return True
    return False


def endless(name: str) -> Iterator[str]:
    """Yield until the server closes the generator, and note when it does."""
    try:
        for _ in range(400):
            time.sleep(0.05)
            yield "x" * 100
    finally:
        note(name)


def compute() -> str:
    """Work for 4 s without an answer, looking now and then whether anybody still waits."""
    for _ in range(40):
        time.sleep(0.1)
        if client_gone(request.environ):
            note(f"/compute {request.args['n']}")
            break
    return "worked"


def slow() -> bytes:
    """Answer ``SLOW`` bytes after two seconds."""
    time.sleep(2)
    return b"x" * SLOW


def fail() -> Response:
    """Stream ten parts and then fail, as a query does that meets its deadline."""

    def parts() -> Iterator[bytes]:
        for _ in range(10):
            yield b"x" * 1000
        raise TimeoutError("the deadline of the query")

    return Response(parts())


def big() -> Response:
    """Stream ``BIG`` bytes in parts of 8 kB, as a query's result would come."""
    return Response(b"x" * 8000 for _ in range(BIG // 8000))


def echo() -> str:
    """Read the body as Flask does and say what was announced and what came."""
    length = request.environ.get("CONTENT_LENGTH")
    return f"CL {length or 'absent'}, {len(request.get_data())} bytes read"


def raw_input() -> tuple[str, int]:
    """Read one byte more than the limit from ``wsgi.input`` itself."""
    terminated = request.environ.get("wsgi.input_terminated", False)
    size = len(request.environ["wsgi.input"].read(BODY_LIMIT + 1))
    return f"terminated {terminated}, {size} bytes read", 413 if size > BODY_LIMIT else 200


def create_app() -> Flask:
    """Build the application; one view for each thing measured."""
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = BODY_LIMIT
    app.add_url_rule("/", "empty", lambda: "")
    app.add_url_rule("/page", "page", lambda: PAGE)
    app.add_url_rule("/hidden", "hidden", lambda: "hidden view")
    app.add_url_rule("/stream", "stream", lambda: Response(endless(f"/stream {request.args['n']}")))
    for view in (compute, slow, fail, big):
        app.add_url_rule(f"/{view.__name__}", view_func=view)
    app.add_url_rule("/echo", view_func=echo, methods=["POST"])
    app.add_url_rule("/input", view_func=raw_input, methods=["POST"])
    app.add_url_rule("/refuse", "refuse", lambda: ("length required", 411), methods=["POST"])
    return app


def granian(port: int, threads: int) -> None:
    """One worker process of Python threads behind a Rust front."""
    from granian.constants import HTTPModes, Interfaces
    from granian.http import HTTP1Settings
    from granian.server.mp import MPServer

    server = MPServer(
        "unused", address=HOST, port=port, interface=Interfaces.WSGI, http=HTTPModes.http1,
        workers=1, blocking_threads=threads, websockets=False, workers_kill_timeout=10,
        http1_settings=HTTP1Settings(header_read_timeout=10_000),
    )  # fmt: skip
    server.serve(target_loader=create_app, wrap_loader=False)


def waitress_plain(port: int) -> None:
    """Waitress as its own ``serve`` runs it, with SIGTERM made to end the loop."""
    import waitress  # type: ignore[import-untyped]

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    waitress.serve(create_app(), host=HOST, port=port, threads=4)


def waitress_kept(port: int, threads: int) -> None:
    """Waitress as `bsrgraph serve` runs it."""
    from bsrgraph.settings import Settings
    from bsrgraph.web.server import serve

    serve(create_app(), socket.create_server((HOST, port), backlog=1024), Settings(threads=threads))


def gunicorn(port: int, workers: int) -> None:
    """Gunicorn's threaded workers, with no limit on the request line."""
    from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]

    class Program(BaseApplication):  # type: ignore[misc]
        def load_config(self) -> None:
            settings = {
                "bind": f"{HOST}:{port}", "worker_class": "gthread", "workers": workers,
                "threads": 4, "keepalive": 30, "graceful_timeout": 10, "limit_request_line": 0,
            }  # fmt: skip
            for name, value in settings.items():
                self.cfg.set(name, value)

        def load(self) -> Flask:
            return create_app()

    Program().run()


SERVERS: dict[str, Callable[[int], None]] = {
    "granian 1×4": lambda port: granian(port, 4),
    "granian 1×64": lambda port: granian(port, 64),
    "waitress 4, plain": waitress_plain,
    "waitress 4, kept": lambda port: waitress_kept(port, 4),
    "waitress 16, kept": lambda port: waitress_kept(port, 16),
    "gunicorn 1×4": lambda port: gunicorn(port, 1),
    "gunicorn 2×4": lambda port: gunicorn(port, 2),
}

if __name__ == "__main__":
    SERVERS[sys.argv[1]](int(sys.argv[2]))
