"""Complete answers, kept by what they answer and the version they saw: exact, never stale, bounded in bytes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable, Iterator

__all__ = ["AnswerCache"]


class AnswerCache:
    """At most `size` bytes of answers, none larger than `largest`; the least lately used goes first."""

    def __init__(self, size: int, largest: int) -> None:
        self._size = size
        self._largest = largest
        self._held = 0
        self._answers: OrderedDict[Hashable, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> bytes | None:
        """The answer kept under `key`."""
        with self._lock:
            if key in self._answers:
                self._answers.move_to_end(key)
                return self._answers[key]
            return None

    def put(self, key: Hashable, answer: bytes) -> None:
        """Keeps an answer, if it is small enough."""
        if len(answer) > self._largest:
            return
        with self._lock:
            self._held += len(answer) - len(self._answers.pop(key, b""))
            self._answers[key] = answer
            while self._held > self._size:
                self._held -= len(self._answers.popitem(last=False)[1])

    def keeping(self, key: Hashable, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """Passes `chunks` on and keeps them if they come to their end and are small enough."""
        seen: list[bytes] = []
        total = 0
        for chunk in chunks:
            total += len(chunk)
            if total <= self._largest:
                seen.append(chunk)
            yield chunk
        if total <= self._largest:
            self.put(key, b"".join(seen))
