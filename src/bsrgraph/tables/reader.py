"""Opens tables that strangers send, in a child process with a deadline, little memory and no network."""

from __future__ import annotations

import json
import threading
import time

from bsrgraph import errors
from bsrgraph.children import Child, ChildDied, ChildFailed, Deadline, Pool
from bsrgraph.settings import Settings
from bsrgraph.tables.sheet import Row, Sheet

__all__ = ["SheetReader"]

_KINDS = {kind.__name__: kind for kind in (errors.ContentError, errors.TooLarge)}


class SheetReader:
    """One child, started when the first table comes."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._pool: Pool | None = None
        self._lock = threading.Lock()

    def read(self, data: bytes, suffix: str) -> Sheet:
        """The table in `data`, which is a `csv` or an `xlsx` file.

        Raises:
            ContentError: it is none, or opening it takes too much time or memory.
            TooLarge: it has too many rows or columns, or unpacks to too much.
            StoreBusy: too many others are being read.

        """
        seconds = self._settings.parse_deadline
        with self._children().lease(seconds) as child:
            if child is None:
                raise errors.StoreBusy("Too many files are being read.", hint="Try again in a few seconds.")
            end = time.monotonic() + seconds
            try:
                told = json.loads(b"".join(child.ask(suffix.encode() + b"\n" + data, lambda: end)))
            except ChildFailed as error:
                account = json.loads(error.payload)
                kind = _KINDS[account["kind"]]
                raise kind(account["message"], line=account["line"], hint=account["hint"]) from error
            except (Deadline, ChildDied) as error:
                raise errors.TooLarge(
                    f"The table could not be read within {seconds} s and {self._settings.worker_memory:,} bytes.",
                    hint="Send it in parts.",
                ) from error
        rows = (Row(r["number"], r["line"], tuple(r["cells"])) for r in told["rows"])
        return Sheet(tuple(told["header"]), tuple(rows))

    def _children(self) -> Pool:
        with self._lock:
            if self._pool is None:
                arguments = [str(self._settings.worker_memory)]
                self._pool = Pool(lambda: Child("bsrgraph.tables.child", arguments), 1)
            return self._pool

    def close(self) -> None:
        """Ends the child."""
        if self._pool is not None:
            self._pool.close()
