"""The child that opens tables that strangers send: a workbook is a zip file of XML, and can unpack to anything.

Started as ``python -m bsrgraph.tables.child MEMORY``. A request is the suffix, a line end and the file; the answer is
the table as JSON.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict

from bsrgraph.children.frames import DATA, END, FAILED, READY, read_frame, write_frame
from bsrgraph.children.sandbox import confine
from bsrgraph.errors import ContentError, TooLarge
from bsrgraph.tables.sheet import read_csv, read_xlsx

__all__ = ["main"]


def main(memory: int) -> None:
    """Answers requests until the pipe ends."""
    output = sys.stdout.fileno()
    write_frame(output, READY, json.dumps(confine(memory)).encode())
    while frame := read_frame(sys.stdin.fileno()):
        suffix, _, data = frame[1].partition(b"\n")
        try:
            sheet = read_xlsx(data) if suffix == b"xlsx" else read_csv(data)
            write_frame(output, DATA, json.dumps(asdict(sheet)).encode("utf-8", "replace"))
            write_frame(output, END)
        except ContentError as error:
            told = {"kind": type(error).__name__, "message": error.message, "line": error.line, "hint": error.hint}
            write_frame(output, FAILED, json.dumps(told).encode("utf-8", "replace"))
        except MemoryError:
            told = {"kind": TooLarge.__name__, "message": "The table needs more memory than it may have.", "line": None}
            write_frame(output, FAILED, json.dumps({**told, "hint": "Send it in parts."}).encode())


if __name__ == "__main__":
    main(int(sys.argv[1]))
    os._exit(0)
