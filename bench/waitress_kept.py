"""Waitress with a strict parser, settings for strangers, and a stop that lets requests finish.

Waitress 3.0.2 answers what follows a request that carries both Content-Length and
Transfer-Encoding, and drops queued requests when it ends; both are put right here. What the
settings are for is told in ``docs/server-choice.md``.
"""

from __future__ import annotations

import json
import logging
import re
import signal
import socket
import time
from collections.abc import Callable
from typing import Any

from waitress import wasyncore  # type: ignore[import-untyped]
from waitress.channel import HTTPChannel  # type: ignore[import-untyped]
from waitress.parser import HTTPRequestParser, ParsingError  # type: ignore[import-untyped]
from waitress.server import BaseWSGIServer, create_server  # type: ignore[import-untyped]
from waitress.task import ErrorTask  # type: ignore[import-untyped]

GRACE = 20.0  # seconds that requests in flight are given after the first signal
FRAMING = re.compile(rb"^(content-length|transfer-encoding)[ \t]*:", re.I | re.M)
SETTINGS: dict[str, Any] = {
    "asyncore_use_poll": True,
    "channel_request_lookahead": 1,
    "channel_timeout": 30,
    "cleanup_interval": 5,
    "connection_limit": 500,
    "ident": None,
    "max_request_body_size": 40 * 1024 * 1024,
    "max_request_header_size": 512 * 1024,
    "outbuf_high_watermark": 128 * 1024 * 1024,
}


class StrictParser(HTTPRequestParser):  # type: ignore[misc]
    """Refuses a request whose body could be delimited in two ways (RFC 9112, section 6)."""

    def parse_header(self, header_plus: bytes) -> None:
        """Parse the header block, which may say how long its body is once only."""
        if len(FRAMING.findall(header_plus)) > 1:
            raise ParsingError("more than one Content-Length or Transfer-Encoding")
        super().parse_header(header_plus)
        if self.version == "1.0" and "TRANSFER_ENCODING" in self.headers:
            raise ParsingError("Transfer-Encoding in HTTP/1.0")


class ProblemTask(ErrorTask):  # type: ignore[misc]
    """Answers what the parser refuses in the shape of every other error (RFC 9457)."""

    def execute(self) -> None:
        """Write the problem and close the connection."""
        error = self.request.error
        problem = {"title": error.reason, "status": error.code, "detail": error.body}
        body = json.dumps({"type": "about:blank", **problem}).encode()
        self.status = f"{error.code} {error.reason}"
        self.response_headers.append(("Content-Type", "application/problem+json"))
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class StrictChannel(HTTPChannel):  # type: ignore[misc]
    """A connection that reads with the strict parser and sends in small parts.

    Waitress copies up to the kernel's send buffer (2.5 MB) at every write of a streamed answer
    to a client that does not read; 64 kB keep such clients from taking the processor.
    """

    parser_class = StrictParser
    error_task_class = ProblemTask

    def __init__(self, *args: object, **kwargs: object) -> None:
        """Take the server's arguments, and limit the part sent at once."""
        super().__init__(*args, **kwargs)
        self.sendbuf_len: int = min(self.sendbuf_len, 65536)


def busy(server: BaseWSGIServer) -> bool:
    """Say whether any connection has a request in flight or bytes of an answer to send."""
    return any(c.requests or c.total_outbufs_len for c in list(server.active_channels.values()))


def serve(app: Callable[..., Any], listener: socket.socket, threads: int = 16) -> None:
    """Serve until SIGTERM or SIGINT, then accept nothing new and let what runs finish.

    A second signal, or ``GRACE`` seconds, end what still runs. To be called in the main thread.
    """
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    server = create_server(app, sockets=[listener], threads=threads, **SETTINGS)
    server.channel_class = StrictChannel
    signals: list[int] = []

    def note(number: int, _frame: object) -> None:
        signals.append(number)
        server.pull_trigger()

    before = {number: signal.signal(number, note) for number in (signal.SIGTERM, signal.SIGINT)}
    while not signals:
        wasyncore.loop(timeout=1.0, map=server._map, use_poll=True, count=1)
    wasyncore.dispatcher.close(server)  # the listening socket only
    end = time.monotonic() + GRACE
    while busy(server) and time.monotonic() < end and len(signals) < 2:
        wasyncore.loop(timeout=0.1, map=server._map, use_poll=True, count=1)
    server.task_dispatcher.shutdown(timeout=1)
    wasyncore.close_all(server._map)
    for number, handler in before.items():
        signal.signal(number, handler)
