"""The port: what the program asks of any store. Bytes only, so that an answer may come from anywhere.

Nothing above this module knows which adapter it has: in process, a pool of workers, or another server.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NewType, Protocol

import pyoxigraph as ox

from bsrgraph.formats import Format

__all__ = ["Answer", "Query", "Store", "Version"]

Version = NewType("Version", str)
"""Names one state of the data for ever: two answers with the same version saw the same triples."""


@dataclass(frozen=True, slots=True)
class Query:
    """A query that `guard` has passed, and the format in which its answer is wanted.

    `default_graphs` and `named_graphs` are the protocol's dataset (SPARQL 1.1 Protocol section 2.1.4); None
    leaves the dataset to the query, and the default graph is then the union of all named graphs.
    """

    text: str
    format: Format
    default_graphs: tuple[str, ...] | None = None
    named_graphs: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete answer on its way: chunks of bytes in the format asked for, from one version."""

    format: Format
    version: Version
    chunks: Iterator[bytes]

    def read(self) -> bytes:
        """The whole answer."""
        return b"".join(self.chunks)


class Store(Protocol):
    """What every adapter promises."""

    @property
    def version(self) -> Version:
        """The version that the next query will see."""

    def query(self, query: Query) -> Answer:
        """The answer to `query`; nothing outside the store is read, whatever the query says.

        Raises:
            QuerySyntaxError: the text is not SPARQL 1.1 (line, column).
            QueryError: it cannot be evaluated.

        """

    def load(self, quads: Iterable[ox.Quad], version: Version) -> None:
        """Replaces everything by `quads`, all or nothing, and goes by `version` from then on."""
