"""What is put before a judge: triples that shapes may look at, what of them a change brings or takes, and which nodes.

In bytes it is a line of JSON with the sizes of what follows in N-Triples: triples, those added, those removed, and the
focus nodes after and before, each as a statement of its shape.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import pyoxigraph as ox

from bsrgraph.findings import Finding, Severity, State
from bsrgraph.read import rdflib_term
from bsrgraph.validate.judge import Judge

__all__ = ["Case", "Focus", "as_bytes", "findings_of"]

Term = ox.NamedNode | ox.BlankNode | ox.Literal
Focus = Mapping[ox.NamedNode | ox.BlankNode, Iterable[Term]]
_FOCUS = ox.NamedNode("urn:x-bsrgraph:focus")


@dataclass(frozen=True, slots=True)
class Case:
    """Everything that is needed to judge a change: `seen` are triples of before and after together."""

    seen: frozenset[ox.Triple]
    added: frozenset[ox.Triple]
    removed: frozenset[ox.Triple]
    after: Focus
    before: Focus

    def judged(self, judge: Judge) -> tuple[list[Finding], list[Finding]]:
        """What is wrong before and after.

        Raises:
            ContentError: the shapes cannot be used.

        """
        data = judge.data(_terms((self.seen | self.added) - self.removed))
        after = judge.findings(data, _focus(self.after)) if self.after else []
        if not self.before:
            return [], after
        for triple in _terms(self.added):
            data.remove(triple)
        for triple in _terms(self.removed & self.seen):
            data.add(triple)
        return judge.findings(data, _focus(self.before)), after

    def __bytes__(self) -> bytes:
        parts = [self.seen, self.added, self.removed, _stated(self.after), _stated(self.before)]
        bodies = [(ox.serialize(p, format=ox.RdfFormat.N_TRIPLES) or b"") if p else b"" for p in map(list, parts)]
        return json.dumps([len(b) for b in bodies]).encode() + b"\n" + b"".join(bodies)

    @classmethod
    def of(cls, data: bytes) -> Case:
        """The case that these bytes are of."""
        head, _, body = data.partition(b"\n")
        found: list[list[ox.Triple]] = []
        start = 0
        for size in json.loads(head):
            part = body[start : start + size]
            found.append([q.triple for q in ox.parse(part, format=ox.RdfFormat.N_TRIPLES)])
            start += size
        seen, added, removed, after, before = found
        return cls(frozenset(seen), frozenset(added), frozenset(removed), _named(after), _named(before))


def _stated(focus: Focus) -> Iterable[ox.Triple]:
    return (ox.Triple(shape, _FOCUS, node) for shape, nodes in focus.items() for node in nodes)


def _named(stated: Iterable[ox.Triple]) -> Focus:
    found: dict[ox.NamedNode | ox.BlankNode, list[Term]] = {}
    for triple in stated:
        if not isinstance(triple.subject, ox.Triple) and not isinstance(triple.object, ox.Triple):
            found.setdefault(triple.subject, []).append(triple.object)
    return found


def _terms(triples: Iterable[ox.Triple]) -> Iterable[tuple[Any, Any, Any]]:
    for triple in triples:
        if not isinstance(triple.subject, ox.Triple) and not isinstance(triple.object, ox.Triple):
            yield rdflib_term(triple.subject), rdflib_term(triple.predicate), rdflib_term(triple.object)


def _focus(focus: Focus) -> dict[object, list[object]]:
    return {rdflib_term(shape): [rdflib_term(node) for node in nodes] for shape, nodes in focus.items()}


def as_bytes(found: tuple[list[Finding], list[Finding]]) -> bytes:
    """Findings for another process."""
    return json.dumps(
        [[asdict(f) | {"severity": f.severity.value, "state": f.state.value} for f in side] for side in found]
    ).encode("utf-8", "surrogatepass")


def findings_of(data: bytes) -> tuple[list[Finding], list[Finding]]:
    """The findings that another process wrote."""
    before, after = ([_finding(f) for f in side] for side in json.loads(data))
    return before, after


def _finding(told: dict[str, object]) -> Finding:
    special = {"severity": Severity(told["severity"]), "state": State(told["state"])}
    return Finding(**{**told, **special, "nested": tuple(told["nested"])})  # type: ignore[arg-type]
