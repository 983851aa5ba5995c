"""How often somebody may do something: at most so many times in any minute, counted in this process."""

from __future__ import annotations

import threading
import time
from collections import deque

from bsrgraph.errors import TooManyRequests

__all__ = ["Limiter"]

_MINUTE = 60.0


class Limiter:
    """At most `most` times in any minute, for each who is named."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._used: dict[str, deque[float]] = {}

    def use(self, who: str) -> None:
        """Counts one use by `who`.

        Raises:
            TooManyRequests: there have been too many in the last minute.

        """
        now = time.monotonic()
        with self._lock:
            for name in [n for n, times in self._used.items() if times[-1] < now - _MINUTE]:
                del self._used[name]
            times = self._used.setdefault(who, deque())
            while times and times[0] < now - _MINUTE:
                times.popleft()
            if len(times) >= self._most:
                wait = int(times[0] + _MINUTE - now) + 1
                raise TooManyRequests(f"That was more than {self._most} times in a minute.", wait)
            times.append(now)
