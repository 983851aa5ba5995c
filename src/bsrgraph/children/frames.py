"""The frames that parent and child exchange over pipes: a kind, a length, bytes.

A child answers a request with READY-made frames: DATA as often as it likes, then END; or FAILED instead.
This module is imported by every child, so it imports next to nothing.
"""

from __future__ import annotations

import os
import struct

__all__ = ["DATA", "END", "FAILED", "HEADER", "READY", "REQUEST", "read_frame", "write_frame"]

READY, REQUEST, DATA, END, FAILED = b"!", b"?", b"D", b"E", b"X"
HEADER = struct.Struct("<cI")


def write_frame(descriptor: int, kind: bytes, payload: bytes = b"") -> None:
    """Writes one frame, whole."""
    view = memoryview(HEADER.pack(kind, len(payload)) + payload)
    while view:
        view = view[os.write(descriptor, view) :]


def _read_exactly(descriptor: int, size: int) -> bytes | None:
    parts: list[bytes] = []
    while size:
        part = os.read(descriptor, size)
        if not part:
            return None
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def read_frame(descriptor: int) -> tuple[bytes, bytes] | None:
    """Reads one frame, waiting for it; None at the end of the pipe."""
    header = _read_exactly(descriptor, HEADER.size)
    if header is None:
        return None
    kind, size = HEADER.unpack(header)
    payload = _read_exactly(descriptor, size)
    return None if payload is None else (kind, payload)
