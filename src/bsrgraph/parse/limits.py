"""What a document may have at most, each limit with a message of its own."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import pyoxigraph as ox

from bsrgraph.errors import ContentError, TooLarge
from bsrgraph.settings import Settings

__all__ = ["Limits", "require_plain", "unpacked"]

_MOST_UNPACKED = 32 * 2**20


@dataclass(frozen=True, slots=True)
class Limits:
    """The most of each thing; None where there is no limit, as for files of one's own."""

    triples: int | None = None
    blank_nodes: int | None = None
    literal: int = 256_000
    iri: int | None = None
    nesting: int = 60

    @classmethod
    def of(cls, settings: Settings) -> Limits:
        """The limits that the settings give to what strangers send."""
        return cls(
            settings.triple_limit,
            settings.blank_node_limit,
            settings.literal_limit,
            settings.iri_limit,
            settings.nesting_limit,
        )


class Counter:
    """Holds every statement of one document against its limits."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._triples = 0
        self._blank: set[ox.BlankNode] = set()

    def require(self, quad: ox.Quad, line: int, column: int) -> None:
        """Counts one more.

        Raises:
            TooLarge: it is past a limit.
            ContentError: it is no RDF 1.1.

        """
        require_plain(quad, line, column, self._limits)
        self._triples += 1
        if self._limits.triples is not None and self._triples > self._limits.triples:
            raise _past(f"It has more than {self._limits.triples:,} triples.", line, column, "Send it in parts.")
        if self._limits.blank_nodes is not None:
            self._blank |= {t for t in (quad.subject, quad.object) if isinstance(t, ox.BlankNode)}
            if len(self._blank) > self._limits.blank_nodes:
                message = f"It has more than {self._limits.blank_nodes:,} blank nodes."
                raise _past(message, line, column, "Give things IRIs of their own.")


def require_plain(
    quad: ox.Quad, line: int | None = None, column: int | None = None, limits: Limits | None = None
) -> None:
    """Refuses what RDF 1.1 does not have, and terms past the limits.

    Raises:
        ContentError: a triple term, or a base direction.
        TooLarge: a literal or an IRI of more characters than may be.

    """
    limits = limits or Limits()
    literal = quad.object if isinstance(quad.object, ox.Literal) else None
    if literal is not None and len(literal.value) > limits.literal:
        raise _past(f"A text has more than {limits.literal:,} characters.", line, column, "Link to long texts.")
    if isinstance(quad.subject, ox.Triple) or isinstance(quad.object, ox.Triple) or (literal and literal.direction):
        raise ContentError(
            "Triple terms and base directions are RDF 1.2, which is not accepted here.",
            line=line,
            column=column,
            hint="Write plain RDF 1.1 statements.",
        )
    if limits.iri is None:
        return
    for term in (quad.subject, quad.predicate, quad.object, quad.graph_name):
        if isinstance(term, ox.NamedNode) and len(term.value) > limits.iri:
            message = f"An IRI has {len(term.value):,} characters; the limit is {limits.iri:,}."
            raise _past(message, line, column, "Choose a shorter one.")


def _past(message: str, line: int | None, column: int | None, hint: str) -> TooLarge:
    return TooLarge(message, line=line, column=column, hint=hint)


def too_deep(deepest: int, line: int, column: int) -> TooLarge:
    """The refusal of what is nested deeper than a parser, or a reader, can follow."""
    hint = "Give inner things an IRI of their own and put them beside each other."
    return _past(f"It is nested more than {deepest} levels deep.", line, column, hint)


def unpacked(data: bytes, most: int = _MOST_UNPACKED) -> bytes:
    """Gzip bytes, unpacked, and never more than a limit of them.

    Raises:
        TooLarge: it grows past the limit.
        ContentError: it is no gzip, or it breaks off.

    """
    found = bytearray()
    while data:
        unpacker = zlib.decompressobj(wbits=31)
        try:
            found += unpacker.decompress(data, most + 1 - len(found))
        except zlib.error as error:
            raise ContentError(f"This is no gzip file: {error}") from error
        if len(found) > most:
            raise TooLarge(f"Unpacked, it has more than {most:,} bytes.", hint="Send it in parts.")
        if not unpacker.eof:
            raise ContentError("The gzip file breaks off.", hint="Was the upload cut short? Send it again.")
        # A gzip file may have several members (RFC 1952 section 2.2), as some programs write it.
        data = unpacker.unused_data.lstrip(b"\0")
    return bytes(found)
