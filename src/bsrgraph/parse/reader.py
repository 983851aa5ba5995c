"""Reads what strangers send in child processes: with a deadline, little memory and no network."""

from __future__ import annotations

import json
import logging
import time
import weakref
from array import array
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field

import pyoxigraph as ox

from bsrgraph import errors
from bsrgraph.children import Child, ChildDied, ChildFailed, Deadline, Pool
from bsrgraph.formats import Format
from bsrgraph.parse.limits import Limits
from bsrgraph.parse.statements import Statement
from bsrgraph.settings import Settings

__all__ = ["Read", "Reader"]

_log = logging.getLogger("bsrgraph.parse")
_KINDS = {kind.__name__: kind for kind in (errors.ContentError, errors.TooLarge, errors.UnknownFormat)}


@dataclass(frozen=True, slots=True)
class Read:
    """What was read: the statements in the order of the document, and the canonical form of what they say.

    `canonical` is N-Quads by RDFC-1.0, with texts in normal form C; None where its blank nodes are so alike that naming
    them took too long.
    """

    statements: tuple[Statement, ...] = field(repr=False)
    canonical: bytes | None = field(repr=False)


class Reader:
    """A pool of children that read, started when they are needed, or by `warm()`; they end with this object."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._limits = Limits.of(settings)
        arguments = [str(settings.worker_memory)]
        self._pool = Pool(lambda: Child("bsrgraph.parse.child", arguments), settings.checkers, ready=False)
        weakref.finalize(self, self._pool.close)

    def read(self, data: bytes, form: Format) -> Read:
        """The statements of `data`.

        Raises:
            ContentError: it is not what `form` says, or reading it takes too much time or memory.
            TooLarge: it is past a limit.
            UnknownFormat: it is what nothing here reads.
            StoreBusy: too many others are being read.

        """
        head = {"suffix": form.suffix, "limits": asdict(self._limits), "canonical": True}
        request = json.dumps(head).encode() + b"\n" + data
        with self._pool.lease(self._settings.parse_deadline) as child:
            if child is None:
                raise errors.StoreBusy("Too many files are being read.", hint="Try again in a few seconds.")
            return self._asked(child, request)

    def _asked(self, child: Child, request: bytes) -> Read:
        seconds = self._settings.parse_deadline
        end = [time.monotonic() + seconds]
        frames: list[bytes] = []
        try:
            for frame in child.ask(request, lambda: end[0]):
                frames.append(frame)
                end[0] = time.monotonic() + self._settings.canonical_deadline
        except ChildFailed as error:
            raise _told(error.payload) from error
        except (Deadline, ChildDied) as error:
            _log.warning("a file ended its reader: %r", error)
            if not frames:
                raise _ended(error, seconds) from error
        return Read(tuple(_statements(frames[0])), frames[1] if len(frames) > 1 else None)

    def warm(self) -> None:
        """Starts a child now, so that the first file does not wait for it."""
        self._pool.warm()

    @property
    def counts(self) -> dict[str, int]:
        """Idle and busy children, and how many have been started and killed."""
        return self._pool.counts

    def close(self) -> None:
        """Ends every child."""
        self._pool.close()


def _statements(frame: bytes) -> Iterator[Statement]:
    size = int.from_bytes(frame[:8], "big")
    places = array("i", frame[8 + size :])
    quads = ox.parse(frame[8 : 8 + size], format=ox.RdfFormat.N_QUADS)
    for number, quad in enumerate(quads):
        line, column, first_line, first_column = places[4 * number : 4 * number + 4]
        yield Statement(quad, line, column, (first_line, first_column) if first_line else None)


def _told(payload: bytes) -> errors.ContentError:
    account = json.loads(payload)
    kind = _KINDS.get(account["kind"], errors.ContentError)
    error = kind(account["message"], line=account["line"], column=account["column"], hint=account["hint"])
    error.caret = account["caret"]
    return error


def _ended(error: Deadline | ChildDied, seconds: int) -> errors.ContentError:
    if isinstance(error, Deadline):
        return errors.TooLarge(f"It could not be read within {seconds} s.", hint="Send it in parts.")
    return errors.TooLarge("Reading it needs more memory than it may have.", hint="Send it in parts.")
