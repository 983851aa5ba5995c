"""The child that judges: pySHACL over what a stranger sent, with patterns whose matching may never end.

Started as ``python -m bsrgraph.validate.child MEMORY``. The first request is the shapes, in N-Triples; each further
one is a `Case`, and its answer are the findings before and after.
"""

from __future__ import annotations

import json
import os
import sys

import pyoxigraph as ox

from bsrgraph.children.frames import DATA, END, FAILED, READY, read_frame, write_frame
from bsrgraph.children.sandbox import confine
from bsrgraph.errors import ContentError
from bsrgraph.read import rdflib_graph
from bsrgraph.validate.case import Case, as_bytes
from bsrgraph.validate.judge import Judge

__all__ = ["main"]


def main(memory: int) -> None:
    """Answers requests until the pipe ends."""
    output = sys.stdout.fileno()
    write_frame(output, READY, json.dumps(confine(memory)).encode())
    judge: Judge | None = None
    while frame := read_frame(sys.stdin.fileno()):
        try:
            if judge is None:
                judge = Judge(rdflib_graph(ox.parse(frame[1], format=ox.RdfFormat.N_TRIPLES)))
                judge.warm()
            else:
                write_frame(output, DATA, as_bytes(Case.of(frame[1]).judged(judge)))
            write_frame(output, END)
        except ContentError as error:
            write_frame(output, FAILED, error.message.encode("utf-8", "backslashreplace"))
        except MemoryError:
            write_frame(output, FAILED, b"Checking it needs more memory than it may have.")
        except Exception as error:  # an edge: whatever the libraries raise about odd data is told, and logged above
            write_frame(output, FAILED, f"It cannot be checked: {type(error).__name__}: {error}".encode())


if __name__ == "__main__":
    main(int(sys.argv[1]))
    os._exit(0)
