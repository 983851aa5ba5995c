"""Who judges a case: children with a deadline, or this process, for tests and for whole directories."""

from __future__ import annotations

import logging
import time
import weakref
from collections.abc import Iterable
from typing import Protocol

import pyoxigraph as ox

from bsrgraph import errors
from bsrgraph.children import Child, ChildDied, ChildFailed, Deadline, Pool
from bsrgraph.findings import Finding
from bsrgraph.read import rdflib_graph
from bsrgraph.settings import Settings
from bsrgraph.validate.case import Case, findings_of
from bsrgraph.validate.judge import Judge

__all__ = ["Judges", "JudgesHere", "Judging"]

_log = logging.getLogger("bsrgraph.validate")
_START_SECONDS = 30.0
_PATIENCE = 5.0
"""Seconds that a check may take before others go first; then its child is replaced, which takes seconds too."""


class Judging(Protocol):
    """Whoever judges."""

    def judged(self, case: Case) -> tuple[list[Finding], list[Finding]]:
        """What is wrong before and after.

        Raises:
            ContentError: the shapes cannot be used, or judging takes too much time or memory.
            StoreBusy: too many others are being judged.

        """


class JudgesHere:
    """Judges in this process, without a deadline."""

    def __init__(self, shapes: Iterable[ox.Quad]) -> None:
        self._judge = Judge(rdflib_graph(shapes))

    def judged(self, case: Case) -> tuple[list[Finding], list[Finding]]:
        """What is wrong before and after."""
        return case.judged(self._judge)


class _Prepared(Child):
    """A child that is ready when it has read the shapes, which takes it longer than most cases."""

    def __init__(self, shapes: bytes, memory: int) -> None:
        super().__init__("bsrgraph.validate.child", [str(memory)])
        self._shapes = shapes

    def wait_ready(self, seconds: float) -> bytes:
        payload = super().wait_ready(seconds)
        # Nobody waits for this, and it is not to count against the child.
        self.patience = _START_SECONDS
        end = time.monotonic() + _START_SECONDS
        for _ in self.ask(self._shapes, lambda: end):
            pass
        self.patience = _PATIENCE
        return payload


class Judges:
    """A pool of children that judge, started when they are needed, or by `warm()`; they end with this object."""

    def __init__(self, shapes: Iterable[ox.Quad], settings: Settings) -> None:
        self._settings = settings
        written = ox.serialize((q.triple for q in shapes), format=ox.RdfFormat.N_TRIPLES) or b""
        memory = settings.worker_memory
        self._pool = Pool(lambda: _Prepared(written, memory), settings.checkers, ready=False)
        weakref.finalize(self, self._pool.close)

    def judged(self, case: Case) -> tuple[list[Finding], list[Finding]]:
        """What is wrong before and after; as `Judging` says."""
        seconds = self._settings.validate_deadline
        with self._pool.lease(seconds) as child:
            if child is None:
                raise errors.StoreBusy("Too many files are being checked.", hint="Try again in a few seconds.")
            end = time.monotonic() + seconds
            try:
                return findings_of(b"".join(child.ask(bytes(case), lambda: end)))
            except ChildFailed as error:
                raise errors.ContentError(str(error)) from error
            except (Deadline, ChildDied) as error:
                _log.warning("a file ended its judge: %r", error)
                raise _ended(error, seconds) from error

    def warm(self) -> None:
        """Starts a child now, so that the first case does not wait for it."""
        self._pool.warm()

    @property
    def counts(self) -> dict[str, int]:
        """Idle and busy children, and how many have been started and killed."""
        return self._pool.counts

    def close(self) -> None:
        """Ends every child."""
        self._pool.close()


def _ended(error: Deadline | ChildDied, seconds: int) -> errors.ContentError:
    if isinstance(error, Deadline):
        return errors.TooLarge(f"It could not be checked within {seconds} s.", hint="Send it in parts.")
    return errors.TooLarge("Checking it needs more memory than it may have.", hint="Send it in parts.")
