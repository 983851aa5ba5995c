"""The WSGI server: waitress with a strict parser, settings for strangers, and a stop that lets requests finish.

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
import struct
import sys
import time
from collections.abc import Callable
from typing import Any

from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.receiver import ChunkedReceiver
from waitress.server import BaseWSGIServer, create_server
from waitress.task import ErrorTask, WSGITask
from waitress.utilities import BadRequest, RequestHeaderFieldsTooLarge

from bsrgraph.errors import BsrgraphError, StoreError
from bsrgraph.settings import Settings
from bsrgraph.store.embedded import EmbeddedStore
from bsrgraph.web.app import create_app

__all__ = ["run", "serve"]

_log = logging.getLogger("bsrgraph.web")
_FRAMING = re.compile(rb"^(content-length|transfer-encoding)[ \t]*:", re.IGNORECASE | re.MULTILINE)
_REQUEST_LINE = re.compile(rb"[^ \t]+ [^ \t]+ HTTP/[0-9]\.[0-9]")
_LONG_SPACE = re.compile(rb"[ \t]{65}|\n[ \t]")
_FIELDS_LIMIT = 32 * 1024
_CHUNK_LINE_LIMIT = 4 * 1024


class _StrictParser(HTTPRequestParser):  # type: ignore[misc]
    """Refuses a request whose body could be delimited in two ways (RFC 9112, section 6), or that takes long to read.

    All connections are read in one thread, and waitress's regular expressions are quadratic in spaces within a
    field and in digits within a request line that is none: 400 kB of them stopped everything for minutes. It also
    joins an unfinished chunk header, of whatever length, anew with every 8 kB that come.
    """

    completed: bool

    def received(self, data: bytes) -> int:
        """Take some bytes of the request and say how many belong to it."""
        taken = int(super().received(data))
        if self.completed:
            # There is no body to wait for: without one, or after a refusal, waitress would say 100 and wait for ever.
            self.expect_continue = False
        body = self.body_rcv
        without_end = isinstance(body, ChunkedReceiver) and max(len(body.control_line), len(body.trailer))
        if without_end > _CHUNK_LINE_LIMIT and not self.completed:
            self.error = BadRequest("a chunk header or trailer without end")
            self.completed = True
        return taken

    def parse_header(self, header_plus: bytes) -> None:
        """Parse the header block, which may say how long its body is once only."""
        request_line, _, fields = header_plus.partition(b"\r\n")
        if not _REQUEST_LINE.fullmatch(request_line):
            raise ParsingError("the first line is not a method, a target and a version")
        if _LONG_SPACE.search(fields):
            raise ParsingError("more than 64 spaces in a row, or a folded line")
        if len(_FRAMING.findall(fields)) > 1:
            raise ParsingError("more than one Content-Length or Transfer-Encoding")
        too_large = len(fields) > _FIELDS_LIMIT
        try:
            super().parse_header(request_line + b"\r\n\r\n" if too_large else header_plus)
        except ValueError as error:
            # From `urlsplit`, or from a Content-Length of more digits than Python turns into a number.
            raise ParsingError("the target or the Content-Length cannot be read") from error
        if too_large:
            self.error = RequestHeaderFieldsTooLarge(f"the header fields have more than {_FIELDS_LIMIT} bytes")
        if self.version == "1.0" and "TRANSFER_ENCODING" in self.headers:
            raise ParsingError("Transfer-Encoding in HTTP/1.0")


class _ProblemTask(ErrorTask):  # type: ignore[misc]
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


class _StrictTask(WSGITask):  # type: ignore[misc]
    """Answers a request; HEAD without a body, and what breaks off so that everybody sees it."""

    def service(self) -> None:
        """Answer, and reset the connection where its mere end would look like the end of the answer (HTTP/1.0)."""
        try:
            super().service()
        except BsrgraphError as error:
            # A query's deadline, in the middle of its answer: strangers can bring that about, so one line of log.
            _log.warning("an answer broke off: %s", error.message)
            self.close_on_finish = True
            if self.version == "1.0":
                linger = struct.pack("ii", 1, 0)
                self.channel.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)

    def finish(self) -> None:
        """Write what ends the answer; for HEAD waitress would write the last chunk of a body that is not there."""
        if not self.wrote_header:
            self.write(b"")
        if self.request.command != "HEAD":
            super().finish()


class _StrictChannel(HTTPChannel):  # type: ignore[misc]
    """A connection that reads with the strict parser and sends in small parts.

    Waitress copies up to the kernel's send buffer (2.5 MB) at every write of a streamed answer
    to a client that does not read; 64 kB keep such clients from taking the processor.
    """

    parser_class = _StrictParser
    task_class = _StrictTask
    error_task_class = _ProblemTask

    def __init__(self, *args: object, **kwargs: object) -> None:
        """Take the server's arguments, and limit the part sent at once."""
        super().__init__(*args, **kwargs)
        self.sendbuf_len: int = min(self.sendbuf_len, 65536)


def run(settings: Settings) -> None:
    """Serves the graph of the settings; says on stderr where, as soon as it answers.

    Raises:
        GraphDirectoryError: the graph directory cannot be read.
        StoreError: the address cannot be bound.

    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        listener = socket.create_server((settings.host, settings.port), family=family, backlog=1024)
    except OSError as error:
        raise StoreError(
            f"Port {settings.port} of {settings.host} cannot be bound: {error.strerror}.",
            hint="Is the address one of this machine, and the port free? See --host and --port.",
        ) from error
    app = create_app(settings)
    store = app.extensions["bsrgraph"].store
    if isinstance(store, EmbeddedStore):
        store.warm()
    app.extensions["bsrgraph"].indexes.warm()
    app.extensions["bsrgraph"].checker.warm()
    print(f"Serving {app.extensions['bsrgraph'].corpus.title} on {settings.url}", file=sys.stderr, flush=True)
    serve(app, listener, settings)


def serve(app: Callable[..., Any], listener: socket.socket, settings: Settings) -> None:
    """Serves until SIGTERM or SIGINT, then accepts nothing new and lets what runs finish.

    A second signal, or `stop_grace` seconds, end what still runs. To be called in the main thread.
    """
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    server = create_server(app, sockets=[listener], **_waitress_settings(settings))
    server.channel_class = _StrictChannel
    signals: list[int] = []

    def note(number: int, _frame: object) -> None:
        signals.append(number)
        server.pull_trigger()

    before = {number: signal.signal(number, note) for number in (signal.SIGTERM, signal.SIGINT)}
    while not signals:
        wasyncore.loop(timeout=1.0, map=server._map, use_poll=True, count=1)
    wasyncore.dispatcher.close(server)  # the listening socket only
    end = time.monotonic() + settings.stop_grace
    while _busy(server) and time.monotonic() < end and len(signals) < 2:
        wasyncore.loop(timeout=0.1, map=server._map, use_poll=True, count=1)
    server.task_dispatcher.shutdown(timeout=1)
    wasyncore.close_all(server._map)
    for number, handler in before.items():
        signal.signal(number, handler)


def _busy(server: BaseWSGIServer) -> bool:
    """Whether any connection has a request in flight or bytes of an answer to send."""
    return any(c.requests or c.total_outbufs_len for c in list(server.active_channels.values()))


def _waitress_settings(settings: Settings) -> dict[str, Any]:
    """What waitress is told; the reasons are in docs/server-choice.md."""
    return {
        "asyncore_use_poll": True,
        "channel_request_lookahead": 1,
        "channel_timeout": 30,
        "cleanup_interval": 5,
        "connection_limit": settings.connections,
        "ident": None,
        # Four times the limit: up to there the application answers 413 itself, beyond it the parser refuses.
        "max_request_body_size": 4 * settings.body_limit,
        "max_request_header_size": 512 * 1024,
        "outbuf_high_watermark": 128 * 1024 * 1024,
        "threads": settings.threads,
    }
