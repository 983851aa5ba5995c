"""The child that evaluates strangers' queries: reads a request, writes the answer in frames, reads the next.

Started as ``python -m bsrgraph.store.query_child MEMORY RESULT_LIMIT``. It opens stores read-only, by the
path that each request names, and keeps the last one open.
"""

from __future__ import annotations

import json
import os
import sys
from typing import IO, cast

import pyoxigraph as ox

from bsrgraph.children.frames import DATA, END, FAILED, READY, read_frame, write_frame
from bsrgraph.children.sandbox import confine
from bsrgraph.errors import QueryError
from bsrgraph.store.evaluate import evaluate

__all__ = ["main"]

_CHUNK = 64 * 1024


class _Frames:
    """A file that writes DATA frames of 64 kB, and fails when the answer has grown past its limit."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._waiting = bytearray()
        self.total = 0

    def write(self, data: bytes) -> int:
        self.total += len(data)
        if self.total > self._limit:
            raise QueryError(
                f"The answer is larger than {self._limit:,} bytes.",
                hint="Ask for less at a time, with LIMIT and OFFSET.",
            )
        self._waiting += data
        if len(self._waiting) >= _CHUNK:
            self.flush()
        return len(data)

    def flush(self) -> None:
        if self._waiting:
            write_frame(sys.stdout.fileno(), DATA, bytes(self._waiting))
            self._waiting.clear()


def main(memory: int, result_limit: int) -> None:
    """Answers requests until the pipe ends."""
    walls = confine(memory)
    write_frame(sys.stdout.fileno(), READY, json.dumps(walls).encode())
    store, path = ox.Store(), ""
    while frame := read_frame(sys.stdin.fileno()):
        request = json.loads(frame[1])
        try:
            if request["store"] != path:
                # Before anything is loaded there is no path, and the store is empty.
                store = ox.Store.read_only(request["store"]) if request["store"] else ox.Store()
                path = request["store"]
            output = _Frames(result_limit)
            columns = request["columns"]
            evaluate(
                store,
                request["text"],
                request["suffix"],
                cast(IO[bytes], output),
                request["default_graphs"],
                request["named_graphs"],
                (columns[0], columns[1]) if columns else None,
            )
            output.flush()
            write_frame(sys.stdout.fileno(), END)
        except QueryError as error:
            write_frame(sys.stdout.fileno(), FAILED, _account(error))
        except OSError as error:
            write_frame(sys.stdout.fileno(), FAILED, json.dumps({"kind": "StoreError", "message": str(error)}).encode())


def _account(error: QueryError) -> bytes:
    account = {
        "kind": type(error).__name__,
        "message": error.message,
        "line": error.line,
        "column": error.column,
        "hint": error.hint,
    }
    return json.dumps(account).encode()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
    os._exit(0)  # closing a large store takes longer than leaving it to the kernel
