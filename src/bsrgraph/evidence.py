"""Holds every stated span against a text, to tell whether the evidence still matches its document.

The text itself is not in the graph directory; whoever holds it can check each statement by its digest.
Offsets count Unicode characters from 0, end exclusive (Web Annotation, `oa:TextPositionSelector`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

import pyoxigraph as ox

from bsrgraph.errors import UsageError
from bsrgraph.iris import BSR, PREFIXES

__all__ = ["Check", "Span", "check", "spans"]


@dataclass(frozen=True, slots=True)
class Span:
    """Where one evidence graph's statement stands in its document, and the digest of those characters."""

    graph: str
    source: str
    start: int
    end: int
    digest: str


@dataclass(frozen=True, slots=True)
class Check:
    """A span held against a text; `reason` is empty where it matches."""

    span: Span
    reason: str = ""

    @property
    def matches(self) -> bool:
        """Whether the text has, at this place, exactly the characters that the digest was made of."""
        return not self.reason


def spans(quads: Iterable[ox.Quad]) -> list[Span]:
    """Every span that the provenance graphs state, by graph IRI."""
    wanted = {
        PREFIXES["prov"] + "wasDerivedFrom",
        PREFIXES["oa"] + "hasSelector",
        PREFIXES["oa"] + "start",
        PREFIXES["oa"] + "end",
        BSR + "spanSha256",
    }
    facts: dict[str, dict[str, str]] = {}
    for quad in quads:
        if quad.predicate.value in wanted and not isinstance(quad.object, ox.Triple):
            facts.setdefault(str(quad.subject), {})[quad.predicate.value.rpartition("#")[2]] = (
                str(quad.object) if isinstance(quad.object, ox.BlankNode) else quad.object.value
            )
    found: list[Span] = []
    for subject, fact in facts.items():
        place = facts.get(fact.get("hasSelector", ""), {})
        if {"spanSha256", "wasDerivedFrom"} <= fact.keys() and {"start", "end"} <= place.keys():
            graph = subject.strip("<>")
            start, end = int(place["start"]), int(place["end"])
            found.append(Span(graph, fact["wasDerivedFrom"], start, end, fact["spanSha256"]))
    return sorted(found, key=lambda s: (s.source, s.start, s.graph))


def check(found: Iterable[Span], data: bytes, source: str | None = None) -> list[Check]:
    """Each span of `source` held against the text in `data`; without `source`, the one that has spans.

    Raises:
        UsageError: the text is not UTF-8, or it is not clear which source it is.

    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(f"The text is not UTF-8 (byte {error.start}).") from error
    found = list(found)
    sources = sorted({s.source for s in found})
    if source is None and len(sources) > 1:
        raise UsageError("Several documents have spans.", hint=f"Name one with --source: {', '.join(sources)}")
    if source is not None and source not in sources:
        raise UsageError(f"No span of {source} is known.", hint=f"There is: {', '.join(sources) or 'none'}")
    return [Check(s, _fault(s, text)) for s in found if source in (None, s.source)]


def _fault(span: Span, text: str) -> str:
    if not 0 <= span.start < span.end:
        return f"characters {span.start} to {span.end} are no span"
    if span.end > len(text):
        return f"it ends at character {span.end}, the text has only {len(text)}"
    digest = hashlib.sha256(text[span.start : span.end].encode()).hexdigest()
    return "" if digest == span.digest else f"characters {span.start} to {span.end} have changed (now {digest[:16]}…)"
