"""One child process, seen from the parent: a request goes in, frames come out, at the latest until a deadline."""

from __future__ import annotations

import contextlib
import os
import select
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence

from bsrgraph.children.frames import DATA, END, FAILED, HEADER, READY, REQUEST, write_frame

__all__ = ["Child", "ChildDied", "ChildFailed", "Deadline"]

_READ_AT_ONCE = 256 * 1024
_LOOK_AGAIN = 0.1
"""Seconds between two looks at whether the client is still there."""
_PATIENCE = 0.5
"""Seconds that a job may take before all quicker ones go first."""
_BEHIND_OTHERS = 10
"""The niceness of a child whose job takes long; it cannot be taken back without privileges."""


class Deadline(Exception):
    """The child did not finish in time; it has been killed."""


class ChildDied(Exception):
    """The child ended in the middle of its work: it was stopped, or it ran out of memory or of stack.

    `asked` tells whether somebody stopped it on purpose.
    """

    def __init__(self, message: str, *, asked: bool) -> None:
        super().__init__(message)
        self.asked = asked


class ChildFailed(Exception):
    """The child says what is wrong with the request; `payload` is its own account of it."""

    def __init__(self, payload: bytes) -> None:
        super().__init__(payload.decode("utf-8", "replace"))
        self.payload = payload


class Child:
    """A child process that runs the module `module`."""

    def __init__(self, module: str, arguments: Sequence[str] = ()) -> None:
        self._process = subprocess.Popen(  # noqa: S603 -- our own interpreter and module
            [sys.executable, "-m", module, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            # Each arena of the allocator reserves address space, of which a child has little.
            env={**os.environ, "MALLOC_ARENA_MAX": "2"},
        )
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("a child without pipes")
        self._in, self._out = self._process.stdin.fileno(), self._process.stdout.fileno()
        self._buffer = bytearray()
        self._stopped = False
        self.patience = _PATIENCE
        self._demote_at = float("inf")
        self.demoted = False
        self.pid = self._process.pid
        self.jobs = 0

    @property
    def alive(self) -> bool:
        """Whether the process runs and nobody has ended it; a signal sent takes a moment to arrive."""
        return not self._stopped and self._process.poll() is None

    def wait_ready(self, seconds: float) -> bytes:
        """Waits for the child's first frame, which says that it has finished starting, and returns its payload."""
        end = time.monotonic() + seconds
        kind, payload = self._frame(lambda: end, None)
        if kind != READY:
            raise ChildDied("a child began with something else than being ready", asked=False)
        return payload

    def ask(
        self, request: bytes, until: Callable[[], float], gone: Callable[[], bool] | None = None
    ) -> Iterator[bytes]:
        """The data that the child answers with, as long as the monotonic clock is before `until()`.

        Whatever goes wrong, and also when the iterator is closed early, the child is killed: it cannot be
        told to stop otherwise. `gone` is asked now and then whether anybody still wants the answer.

        Raises:
            Deadline: time is up.
            ChildDied: it ended, or was stopped.
            ChildFailed: it says why it cannot answer; it is still good for the next request.

        """
        finished = False
        self.jobs += 1
        self._demote_at = time.monotonic() + self.patience
        try:
            try:
                write_frame(self._in, REQUEST, request)
            except BrokenPipeError as error:
                raise self._died() from error
            while True:
                kind, payload = self._frame(until, gone)
                if kind == DATA:
                    yield payload
                elif kind == FAILED:
                    finished = True
                    raise ChildFailed(payload)
                elif kind == END:
                    finished = True
                    return
        finally:
            if not finished:
                self.kill()

    def _frame(self, until: Callable[[], float], gone: Callable[[], bool] | None) -> tuple[bytes, bytes]:
        while True:
            if len(self._buffer) >= HEADER.size:
                kind, size = HEADER.unpack_from(self._buffer)
                end = HEADER.size + size
                if len(self._buffer) >= end:
                    payload = bytes(self._buffer[HEADER.size : end])
                    del self._buffer[:end]
                    return kind, payload
            self._fill(until, gone)

    def _fill(self, until: Callable[[], float], gone: Callable[[], bool] | None) -> None:
        now = time.monotonic()
        left = until() - now
        if left <= 0:
            self.kill()
            raise Deadline
        if now >= self._demote_at:
            self._demote()
        poll = select.poll()
        poll.register(self._out, select.POLLIN)
        if not poll.poll(1000 * min(left, _LOOK_AGAIN if gone else left, max(self._demote_at - now, 0.001))):
            if gone and gone():
                self.stop()
            return
        data = os.read(self._out, _READ_AT_ONCE)
        if not data:
            raise self._died()
        self._buffer += data

    def _demote(self) -> None:
        """Lets every quicker process go first: whoever asks for much is not to slow the others."""
        self._demote_at = float("inf")
        self.demoted = True
        with contextlib.suppress(OSError):
            niceness = os.getpriority(os.PRIO_PROCESS, self.pid)
            os.setpriority(os.PRIO_PROCESS, self.pid, niceness + _BEHIND_OTHERS)

    def _died(self) -> ChildDied:
        self.kill()
        said = b""
        if self._process.stderr is not None:
            with contextlib.suppress(OSError, ValueError):
                said = self._process.stderr.read() or b""
        lines = said.decode("utf-8", "replace").strip().splitlines() or ["no last words"]
        # A Rust engine gives its reason first and a backtrace after it, Python the other way round.
        reason = next((line for line in lines if "memory allocation" in line or "panicked" in line), lines[-1])
        return ChildDied(f"exit {self._process.returncode}: {reason[:300]}", asked=self._stopped)

    def stop(self) -> None:
        """Ends the child on purpose, from any thread; who waits for its answer gets `ChildDied`."""
        self._stopped = True
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()

    def kill(self) -> None:
        """Ends the child and waits until it is gone, so that no zombie is left."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        self._process.wait()

    def close(self) -> None:
        """Ends the child and gives its descriptors back."""
        self.kill()
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
