"""The child that reads what strangers send, and gives its blank nodes their canonical names.

Started as ``python -m bsrgraph.parse.child MEMORY``. A request is a line of JSON and the document's bytes; the answer
is the statements, in the order of the document, and then the canonical form of what would be stored of them.
"""

from __future__ import annotations

import json
import os
import sys
from array import array
from collections.abc import Iterable, Sequence

import pyoxigraph as ox

from bsrgraph.children.frames import DATA, END, FAILED, READY, read_frame, write_frame
from bsrgraph.children.sandbox import confine
from bsrgraph.errors import ContentError, TooLarge
from bsrgraph.formats import by_name
from bsrgraph.parse.canonical import canonical, normal
from bsrgraph.parse.limits import Limits
from bsrgraph.parse.statements import Statement, statements

__all__ = ["main"]


def main(memory: int) -> None:
    """Answers requests until the pipe ends."""
    output = sys.stdout.fileno()
    write_frame(output, READY, json.dumps(confine(memory)).encode())
    while frame := read_frame(sys.stdin.fileno()):
        head, _, data = frame[1].partition(b"\n")
        try:
            _answer(output, json.loads(head), data)
            write_frame(output, END)
        except ContentError as error:
            write_frame(output, FAILED, _account(error))
        except MemoryError:
            write_frame(
                output,
                FAILED,
                _account(TooLarge("Reading it needs more memory than it may have.", hint="Send it in parts.")),
            )


def _answer(output: int, request: dict[str, object], data: bytes) -> None:
    limits = Limits(**request["limits"])  # type: ignore[arg-type]
    found = list(statements(data, by_name(str(request["suffix"])), None, limits))
    quads = (ox.serialize((s.quad for s in found), format=ox.RdfFormat.N_QUADS) or b"") if found else b""
    places = array("i", _places(found))
    write_frame(output, DATA, len(quads).to_bytes(8, "big") + quads + places.tobytes())
    if request["canonical"]:
        write_frame(output, DATA, canonical(normal(s.quad) for s in found))


def _places(found: Sequence[Statement]) -> Iterable[int]:
    for statement in found:
        yield from (statement.line, statement.column, *(statement.begins or (0, 0)))


def _account(error: ContentError) -> bytes:
    names = ("message", "line", "column", "hint", "caret")
    account = {name: getattr(error, name) for name in names}
    return json.dumps({"kind": type(error).__name__, **account}).encode("utf-8", "backslashreplace")


if __name__ == "__main__":
    main(int(sys.argv[1]))
    os._exit(0)
