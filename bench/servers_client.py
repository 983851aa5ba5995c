"""Start a server of ``servers_app`` and speak to it over raw sockets.

Leaves what is asked, and what the answers mean, to ``servers``.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

WAIT = 5.0  # longest wait for any one answer, in seconds
HOST = b"Host: 127.0.0.1\r\n"


@dataclass(frozen=True, slots=True)
class Running:
    """A server under test: its process group leader, its port, and the file of its events."""

    process: subprocess.Popen[bytes]
    port: int
    events: Path

    def connect(self) -> socket.socket:
        """Open a connection that gives up after ``WAIT`` seconds."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=WAIT)

    def event(self, name: str, since: float) -> str:
        """Say how long after ``since`` the application noted ``name``, or that it did not."""
        while time.time() < since + 2 * WAIT:
            for line in self.events.read_text().splitlines():
                stamp, _, noted = line.partition(" ")
                if noted == name and float(stamp) >= since:
                    return f"{float(stamp) - since:.1f} s"
            time.sleep(0.05)
        return "not noticed"

    def memory(self) -> float:
        """Add up the proportional set size of the group's processes, in MB."""
        total = 0
        for path in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if os.getpgid(int(path.name)) == self.process.pid:
                    match = re.search(r"^Pss:\s+(\d+)", (path / "smaps_rollup").read_text(), re.M)
                    total += int(match[1]) if match else 0
        return total / 1000


@contextlib.contextmanager
def running(name: str) -> Iterator[Running]:
    """Start a server on a free port, wait until it answers, and end it afterwards."""
    with socket.socket() as probe, tempfile.TemporaryDirectory() as folder:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        events = Path(folder) / "events"
        events.touch()
        command = [sys.executable, str(Path(__file__).with_name("servers_app.py")), name, str(port)]
        with (Path(folder) / "log").open("wb") as log:
            process = subprocess.Popen(
                command, env={**os.environ, "EVENTS": str(events)},
                stdout=log, stderr=log, start_new_session=True)  # fmt: skip
        server = Running(process, port, events)
        try:
            for _ in range(100):
                with contextlib.suppress(OSError):
                    if ask(server, b"GET / HTTP/1.1\r\n" + HOST + b"\r\n")[0].startswith("200"):
                        break
                time.sleep(0.1)
            yield server
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def receive(connection: socket.socket, seconds: float) -> tuple[bytes, str]:
    """Read until the server closes or ``seconds`` pass; say which of them happened."""
    data, end = b"", time.monotonic() + seconds
    try:
        while (left := end - time.monotonic()) > 0:
            connection.settimeout(left)
            if not (part := connection.recv(65536)):
                return data, "closed"
            data += part
    except TimeoutError:
        pass
    except OSError:
        return data, "reset"
    return data, "open"


def ask(server: Running, request: bytes, seconds: float = 0.7) -> tuple[str, bytes]:
    """Send raw bytes; give the statuses that came (``*``: the hidden request's) and the bytes."""
    with server.connect() as connection:
        with contextlib.suppress(OSError):
            connection.sendall(request)
        data, end = receive(connection, seconds)
    statuses = re.findall(rb"HTTP/1\.[01] (\d{3})", data)
    codes = [s.decode() for s in statuses if s != b"100"]
    if b"hidden view" in data:
        codes[-1] += "*"
    return f"{' '.join(codes) or 'none'} {end}", data
