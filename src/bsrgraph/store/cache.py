"""Complete answers, kept by what they answer and the version they saw: exact, never stale, bounded in bytes."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Iterator

__all__ = ["AnswerCache"]


_OVERHEAD = 512
"""Bytes that an answer takes besides its own: without them, empty answers would be kept without end."""


class AnswerCache:
    """At most `size` bytes of answers, none larger than `largest`; the least lately used goes first.

    Keys are digests made by `digest()`: they hold what strangers wrote, which may be longer than the answer.
    """

    def __init__(self, size: int, largest: int) -> None:
        self._size = size
        self._largest = largest
        self._held = 0
        self._answers: OrderedDict[bytes, bytes] = OrderedDict()
        self._lock = threading.Lock()

    @staticmethod
    def digest(*parts: object) -> bytes:
        """The key for what an answer depends on: strings, bytes, numbers, None and tuples of them."""
        return hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass")).digest()

    @property
    def held(self) -> int:
        """Bytes in use."""
        return self._held

    def get(self, key: bytes) -> bytes | None:
        """The answer kept under `key`."""
        with self._lock:
            if key in self._answers:
                self._answers.move_to_end(key)
                return self._answers[key]
            return None

    def put(self, key: bytes, answer: bytes) -> None:
        """Keeps an answer, if it is small enough."""
        if len(answer) > self._largest:
            return
        with self._lock:
            if key in self._answers:
                self._held -= len(self._answers.pop(key)) + _OVERHEAD
            self._answers[key] = answer
            self._held += len(answer) + _OVERHEAD
            while self._held > self._size:
                self._held -= len(self._answers.popitem(last=False)[1]) + _OVERHEAD

    def keeping(self, key: bytes, chunks: Iterator[bytes]) -> Iterator[bytes]:
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
