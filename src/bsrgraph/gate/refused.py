"""What nobody may contribute: what would change the rules, speak for others or never end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pyoxigraph as ox

from bsrgraph.findings import Finding
from bsrgraph.gate.each import Term, each, name, scheme, violation
from bsrgraph.gate.vocabulary import Vocabulary
from bsrgraph.iris import BSR, PREFIXES, RDF_TYPE, Space, compact
from bsrgraph.parse import Statement

__all__ = ["refusals"]

_SH, _RDF = PREFIXES["sh"], PREFIXES["rdf"]
_IMPORTS = PREFIXES["owl"] + "imports"


def refusals(found: Sequence[Statement], known: Vocabulary, file: str, *, named: bool) -> list[Finding]:
    """What nobody may contribute, each with its place in `file`; with `named`, evidence graphs of one's own may be."""
    findings = each(found, file, lambda quad: _refused(quad, known, named=named))
    return findings + each(_cyclic(found), file, _cycle)


def _refused(quad: ox.Quad, known: Vocabulary, *, named: bool) -> Iterator[Finding]:
    focus = name(quad.subject)
    for term in (quad.subject, quad.object, quad.graph_name):
        if isinstance(term, ox.NamedNode):
            yield from scheme(term.value, focus)
    if not isinstance(quad.graph_name, ox.DefaultGraph):
        yield from _graph(name(quad.graph_name), known.space, named=named)
    if isinstance(quad.subject, ox.NamedNode):
        yield from _about(quad.subject.value, known, named=named)
    predicate = quad.predicate.value
    if predicate == _IMPORTS:
        yield violation(
            "imports", "Nothing is imported from elsewhere.", focus, predicate, expected="the statements themselves"
        )
    if predicate.startswith(_SH) or (predicate == RDF_TYPE and name(quad.object).startswith(_SH)):
        yield violation(
            "shapes-in-data",
            "Rules and shapes are not contributed with data, and none that comes with it is followed.",
            focus,
            predicate,
            expected="data only; a shape is proposed as a change to the files of the graph",
        )


def _graph(graph: str, space: Space, *, named: bool) -> Iterator[Finding]:
    if named and graph.startswith(space.evidence):
        return
    yield violation(
        "named-graph",
        f"The statements are in a named graph, {graph[:200]}, which is not the contributor's.",
        graph,
        value=graph,
        expected=f"a graph under {space.evidence}" if named else "statements outside every graph, as in Turtle",
    )


def _about(subject: str, known: Vocabulary, *, named: bool) -> Iterator[Finding]:
    """Statements about terms, graphs and everything else under the canonical prefix that is no thing."""
    space = known.space
    if subject.startswith(space.things) or (named and subject.startswith(space.evidence)):
        return
    if subject in known.terms or subject.startswith((BSR, PREFIXES["bsrsh"], space.ontology)):
        yield violation(
            "vocabulary",
            f"This speaks about {compact(subject)}, a term of the vocabulary, which is not changed by contributions.",
            subject,
            expected="statements about things",
        )
    elif space.owns(subject):
        yield violation(
            "reserved",
            f"This speaks about {subject[:200]}, which is kept by the graph itself.",
            subject,
            expected=f"statements about things under {space.things}",
        )


def _cyclic(found: Sequence[Statement]) -> list[Statement]:
    """The links of lists by which a list never ends, or goes on in two ways."""
    rest: dict[Term, Statement] = {}
    wrong: list[Statement] = []
    for statement in found:
        if statement.quad.predicate.value == _RDF + "rest":
            if statement.quad.subject in rest:
                wrong.append(statement)
            rest.setdefault(statement.quad.subject, statement)
    good: set[Term] = set()
    for start in rest:
        path: dict[Term, None] = {}
        at: Term = start
        while at in rest and at not in good and at not in path:
            path[at] = None
            at = rest[at].quad.object
        if at in path:
            wrong.append(rest[at])
        good |= path.keys()
    return wrong


def _cycle(quad: ox.Quad) -> Iterator[Finding]:
    yield violation(
        "cyclic-list", "Here a list comes back to itself, or goes on in two ways.", name(quad.subject),
        quad.predicate.value, expected="a list that ends, as in ( … )",
    )  # fmt: skip
