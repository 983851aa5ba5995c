"""From statements to findings: each at its place, and the same one only once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

import pyoxigraph as ox

from bsrgraph.findings import Finding, Severity
from bsrgraph.parse import Statement

__all__ = ["Term", "at", "each", "name", "scheme", "violation"]

_SCHEMES = ("http", "https", "mailto", "urn")
Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple


def each(found: Iterable[Statement], file: str, look: Callable[[ox.Quad], Iterable[Finding]]) -> list[Finding]:
    """The findings of all statements, the same one only once."""
    seen: set[tuple[str, ...]] = set()
    findings: list[Finding] = []
    once: tuple[str, ...]
    for statement in found:
        for finding in look(statement.quad):
            once = (finding.code, finding.focus or "", finding.path or "", finding.value or "")
            if finding.code == "unfamiliar-term":
                once = (finding.code, finding.value or "")
            if once not in seen:
                seen.add(once)
                findings.append(at(finding, statement, file))
    return findings


def at(finding: Finding, statement: Statement, file: str) -> Finding:
    """The finding at the place of a statement."""
    line, column, row, cell = statement.line, statement.column, statement.row, statement.cell
    return replace(finding, file=file, line=line, column=column, row=row, cell=cell)


def name(term: Term) -> str:
    """An IRI as it is, any other term as N-Triples write it."""
    return term.value if isinstance(term, ox.NamedNode) else str(term)


def violation(
    code: str,
    message: str,
    focus: str,
    path: str | None = None,
    value: str | None = None,
    expected: str | None = None,
    suggestion: str | None = None,
) -> Finding:
    """A Violation that the gate finds."""
    return Finding(
        Severity.VIOLATION, code, message, focus=focus, path=path, value=value, expected=expected, suggestion=suggestion
    )


def scheme(iri: str, focus: str) -> Iterator[Finding]:
    """Whether an IRI is of a scheme that may stand in the graph."""
    begins = iri.partition(":")[0].lower()
    if begins not in _SCHEMES:
        yield violation(
            "iri-scheme",
            f"The address <{iri[:200]}> begins with “{begins}:”, which is not accepted.",
            focus,
            value=iri,
            expected="an address that begins with https: or http:",
        )
