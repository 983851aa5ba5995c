"""A pool of warm children: a bounded number works, a spare waits, the dead are replaced at once.

Children are started by one thread that lives as long as the pool. That is not only for order: a child asks
the kernel to be ended with the thread that started it (prctl(2), PR_SET_PDEATHSIG), so a server that is
killed leaves none behind.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bsrgraph.children.process import Child, ChildDied, Deadline

__all__ = ["Pool"]

_log = logging.getLogger("bsrgraph.children")
_START_SECONDS = 15.0


class Pool:
    """At most `size` children at work, and one more that is warm.

    Unless they are to be `ready` from the beginning, there are only as many as somebody has waited for, and one that is
    warm after `warm()`.
    """

    def __init__(self, start: Callable[[], Child], size: int, jobs_each: int = 5000, *, ready: bool = True) -> None:
        self._start = start
        self._size = size
        self._least_idle = size + 1 if ready else 0
        self._waiting = 0
        self._jobs_each = jobs_each
        self._changed = threading.Condition()
        self._idle: list[Child] = []
        self._busy: set[Child] = set()
        self._dead: list[Child] = []
        self._closed = False
        self.started = 0
        self.killed = 0
        self._keeper = threading.Thread(target=self._keep, name="children", daemon=True)
        self._keeper.start()

    @contextmanager
    def lease(self, wait: float, reserve: int = 0) -> Iterator[Child | None]:
        """A warm child for one job, or None if there is none within `wait` seconds.

        With `reserve`, so many of the pool's places, and of its warm children, are left to others.
        """
        with self._changed:
            self._waiting += 1
            self._changed.notify_all()
        try:
            child = self._take(wait, reserve)
        finally:
            with self._changed:
                self._waiting -= 1
        try:
            yield child
        finally:
            if child is not None:
                self._give_back(child)

    def _take(self, wait: float, reserve: int) -> Child | None:
        end = time.monotonic() + wait
        with self._changed:
            while not self._closed:
                if len(self._idle) > reserve and len(self._busy) < self._size - reserve:
                    child = self._idle.pop()
                    if child.alive:
                        self._busy.add(child)
                        return child
                    self._dead.append(child)
                    self._changed.notify_all()
                    continue
                left = end - time.monotonic()
                if left <= 0:
                    break
                self._changed.wait(left)
        return None

    def _give_back(self, child: Child) -> None:
        with self._changed:
            self._busy.discard(child)
            if child.alive and not child.demoted and child.jobs < self._jobs_each and not self._closed:
                self._idle.append(child)
            else:
                self.killed += not child.alive
                self._dead.append(child)
            self._changed.notify_all()

    def _keep(self) -> None:
        """Starts what is missing and buries what is dead, for as long as the pool is open."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closed or self._dead or self._missing() > 0, timeout=1.0)
                if self._closed:
                    return
                dead, self._dead = self._dead, []
                missing = self._missing()
            for child in dead:
                child.close()
            if missing > 0:
                self._add(missing)

    def _missing(self) -> int:
        wanted = max(self._waiting, self._least_idle) - len(self._idle)
        return min(wanted, self._size + 1 - len(self._idle) - len(self._busy))

    def warm(self) -> None:
        """Has a child ready from now on."""
        with self._changed:
            self._least_idle = max(self._least_idle, 1)
            self._changed.notify_all()

    def _add(self, number: int) -> None:
        """Starts so many children side by side."""
        begun: list[Child] = []
        try:
            while len(begun) < number:
                begun.append(self._start())
        except OSError as error:
            _log.error("a child could not be started: %s", error)
            time.sleep(0.2)
        for child in begun:
            self._welcome(child)

    def _welcome(self, child: Child) -> None:
        try:
            child.wait_ready(_START_SECONDS)
        except (OSError, ChildDied, Deadline) as error:
            _log.error("a child could not be started: %s", error)
            child.close()
            time.sleep(0.2)
            return
        with self._changed:
            if self._closed:
                child.close()
                return
            self.started += 1
            self._idle.append(child)
            self._changed.notify_all()

    @property
    def has_room(self) -> bool:
        """Whether a place is free."""
        with self._changed:
            return len(self._busy) < self._size

    @property
    def counts(self) -> dict[str, int]:
        """How many children are idle, at work, and have been started and killed so far."""
        with self._changed:
            return {
                "idle": len(self._idle),
                "busy": len(self._busy),
                "started": self.started,
                "killed": self.killed,
            }

    def close(self) -> None:
        """Ends every child."""
        with self._changed:
            self._closed = True
            children = [*self._idle, *self._busy, *self._dead]
            self._idle, self._dead = [], []
            self._changed.notify_all()
        for child in children:
            child.close()
        self._keeper.join(timeout=_START_SECONDS)
