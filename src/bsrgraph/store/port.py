"""The port: what the program asks of any store. Bytes only, so that an answer may come from anywhere.

Nothing above this module knows which adapter it has: in memory, generations on disk, or another server.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NewType, Protocol

import pyoxigraph as ox

from bsrgraph.formats import Format

__all__ = ["Answer", "Change", "Query", "Store", "Version"]

Version = NewType("Version", str)
"""Names one state of the data for ever: two answers with the same version saw the same triples."""


@dataclass(frozen=True, slots=True)
class Query:
    """A query that `guard` has passed, and the format in which its answer is wanted.

    `default_graphs` and `named_graphs` are the protocol's dataset (SPARQL 1.1 Protocol section 2.1.4); None
    leaves the dataset to the query, and the default graph is then the union of all named graphs.

    `own` marks the program's own queries, which need no child process and have no deadline: bounded ones, or
    `streamed` where the answer is long and wanted as it is made. Everything after it is for those of strangers:
    `columns` (the offset of the star of a `SELECT *`, and the variables in the order of the text), `cheap` (it may
    use the place that is kept for such), `volatile` (its answer is not kept), `seconds` (the deadline that was asked
    for),
    `id` (by which it can be stopped) and `gone` (whether its client has left).
    """

    text: str
    format: Format
    default_graphs: tuple[str, ...] | None = None
    named_graphs: tuple[str, ...] | None = None
    own: bool = False
    streamed: bool = False
    columns: tuple[int, tuple[str, ...]] | None = None
    cheap: bool = False
    volatile: bool = False
    seconds: float | None = None
    id: str | None = field(default=None, compare=False)
    gone: Callable[[], bool] | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer on its way: chunks of bytes in the format asked for, all from one version.

    The first chunk is there when the answer is, so that what is wrong with a query is known before anything is
    sent. An iterator that raises later has given only a part: the answer must then be seen to be broken.
    """

    format: Format
    version: Version
    chunks: Iterator[bytes]
    cached: bool = False

    def read(self) -> bytes:
        """The whole answer."""
        return b"".join(self.chunks)


@dataclass(frozen=True, slots=True)
class Change:
    """What makes the next version: everything anew, or some graphs replaced and others removed.

    `notes` are kept with the version; `made` is the time that it bears, empty for none, by default that of its making.
    """

    quads: Callable[[], Iterable[ox.Quad]]
    remove: Sequence[str] = ()
    anew: bool = False
    notes: dict[str, str] = field(default_factory=dict)
    made: str | None = None


class Store(Protocol):
    """What every adapter promises."""

    @property
    def version(self) -> Version:
        """The version that the next query will see, with the name of the store: fit for an ETag."""

    @property
    def notes(self) -> dict[str, str]:
        """What was kept with the current version; empty before the first."""

    def query(self, query: Query) -> Answer:
        """The answer to `query`; nothing outside the store is read, whatever the query says.

        Raises:
            QuerySyntaxError: the text is not SPARQL 1.1 (line, column).
            QueryError: it cannot be evaluated.
            QueryTimeout: it was not answered in time.
            QueryStopped: somebody stopped it.
            StoreBusy: too many others are being answered.

        """

    def apply(self, change: Change) -> Version:
        """Makes the next version, all or nothing, and returns it once it is safe on disk.

        Raises:
            StoreError: it could not be made; nothing has changed.

        """

    def forget_past(self) -> None:
        """Drops every version but the current one, pinned ones too; who reads one finishes.

        Raises:
            StoreError: it cannot be done.

        """

    def stop(self, query_id: str) -> bool:
        """Stops the query with this id; False if none is running."""

    def close(self) -> None:
        """Gives back processes and files."""
