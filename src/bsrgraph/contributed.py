"""An accepted contribution as named graphs: what it states, and who proposed and who accepted it (PROV-O).

The first is `…/contribution/{id}`, of the class `bsr:ContributedGraph`; the second `…/evidence/contribution-{id}`. Both
follow from the ledger alone, so that they come out the same whenever the store is made anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyoxigraph as ox

from bsrgraph.iris import BSR, PREFIXES, RDF_TYPE, XSD, Space, is_link
from bsrgraph.ledger import Contribution
from bsrgraph.prefixes import used_prefixes

__all__ = ["as_nquads", "as_trig", "graphs_of", "provenance", "quads_of", "statements_of", "step_of"]

_PROV = PREFIXES["prov"]
_LABEL = PREFIXES["rdfs"] + "label"
_COMMENT = PREFIXES["rdfs"] + "comment"
_DESCRIPTION = PREFIXES["dcterms"] + "description"


def graphs_of(space: Space, identifier: str) -> tuple[str, str]:
    """The graph of the contribution, and that of its provenance."""
    return f"{space.contributions}{identifier}", f"{space.evidence}contribution-{identifier}"


def step_of(space: Space, contribution: Contribution) -> str:
    """The IRI of the step that accepted this attempt; no other attempt has the same."""
    return f"{graphs_of(space, contribution.id)[1]}#accepted-{contribution.attempt}"


def as_nquads(quads: Iterable[ox.Quad], graph: str) -> str:
    """The quads, in that graph, as N-Quads in a stable order: what the ledger keeps."""
    name = ox.NamedNode(graph)
    moved = [ox.Quad(q.subject, q.predicate, q.object, name) for q in quads]
    text = (ox.serialize(moved, format=ox.RdfFormat.N_QUADS) or b"").decode()
    return "".join(sorted(text.splitlines(keepends=True)))


def statements_of(nquads: str) -> Iterator[ox.Quad]:
    """The quads that the ledger keeps of a contribution."""
    return iter(ox.parse(nquads, format=ox.RdfFormat.N_QUADS))


def quads_of(space: Space, contribution: Contribution, nquads: str) -> Iterator[ox.Quad]:
    """Everything that the store holds of an accepted contribution."""
    yield from statements_of(nquads)
    yield from provenance(space, contribution)


def provenance(space: Space, contribution: Contribution) -> Iterator[ox.Quad]:
    """Who proposed it, from what, who accepted it, when, and with which program (PROV-O sections 3.1 and 3.2)."""
    graph, evidence = graphs_of(space, contribution.id)
    here = ox.NamedNode(evidence)

    def said(subject: str, predicate: str, value: ox.NamedNode | ox.Literal) -> ox.Quad:
        return ox.Quad(ox.NamedNode(subject), ox.NamedNode(predicate), value, here)

    told = f"Who proposed contribution {contribution.id}, and who accepted it."
    yield said(evidence, RDF_TYPE, ox.NamedNode(BSR + "ReferenceGraph"))
    yield said(evidence, _DESCRIPTION, ox.Literal(told, language="en"))
    yield said(graph, RDF_TYPE, ox.NamedNode(BSR + "ContributedGraph"))
    title = f"Contribution {contribution.id}"
    yield said(graph, PREFIXES["dcterms"] + "title", ox.Literal(title, language="en"))
    yield said(graph, BSR + "canonicalSha256", ox.Literal(contribution.digest))
    yield said(graph, _PROV + "wasAttributedTo", ox.NamedNode(f"{graph}#proposer"))
    if contribution.comment:
        yield said(graph, _COMMENT, ox.Literal(contribution.comment))
    if is_link(contribution.source):
        yield said(graph, _PROV + "wasDerivedFrom", ox.NamedNode(contribution.source))
    elif contribution.source:
        yield said(graph, PREFIXES["dcterms"] + "source", ox.Literal(contribution.source))
    if contribution.supersedes:
        old = ox.NamedNode(graphs_of(space, contribution.supersedes)[0])
        yield said(graph, _PROV + "wasRevisionOf", old)
    yield from _agent(here, f"{graph}#proposer", contribution.proposer)
    if contribution.decided_at is not None and contribution.reviewer is not None:
        yield from _acceptance(here, graph, step_of(space, contribution), contribution)


def _acceptance(here: ox.NamedNode, graph: str, step: str, contribution: Contribution) -> Iterator[ox.Quad]:
    accepted = _moment(contribution.decided_at or "")
    facts: list[tuple[str, str, ox.NamedNode | ox.Literal]] = [
        (graph, _PROV + "generatedAtTime", accepted),
        (graph, _PROV + "wasGeneratedBy", ox.NamedNode(step)),
        (step, RDF_TYPE, ox.NamedNode(_PROV + "Activity")),
        (step, _PROV + "startedAtTime", _moment(contribution.proposed_at)),
        (step, _PROV + "endedAtTime", accepted),
        (step, _PROV + "wasAssociatedWith", ox.NamedNode(f"{graph}#reviewer")),
        (step, BSR + "software", ox.Literal(contribution.software or "")),
    ]
    if contribution.decision:
        facts.append((step, _COMMENT, ox.Literal(contribution.decision)))
    yield from (ox.Quad(ox.NamedNode(s), ox.NamedNode(p), o, here) for s, p, o in facts)
    yield from _agent(here, f"{graph}#reviewer", contribution.reviewer or "")


def _agent(here: ox.NamedNode, iri: str, name: str) -> Iterator[ox.Quad]:
    """Whoever holds a token, under the name of that token and no more."""
    agent = ox.NamedNode(iri)
    yield ox.Quad(agent, ox.NamedNode(RDF_TYPE), ox.NamedNode(_PROV + "Agent"), here)
    yield ox.Quad(agent, ox.NamedNode(_LABEL), ox.Literal(name), here)


def _moment(text: str) -> ox.Literal:
    return ox.Literal(text, datatype=ox.NamedNode(XSD + "dateTime"))


def as_trig(space: Space, contribution: Contribution, nquads: str) -> str:
    """Both graphs as TriG in a stable order, fit for a file under version control."""
    quads = [*_ordered(statements_of(nquads)), *_ordered(provenance(space, contribution))]
    body = ox.serialize(quads, format=ox.RdfFormat.TRIG, prefixes=used_prefixes(quads))
    return f"# Contribution {contribution.id}, {contribution.state.value}.\n" + (body or b"").decode()


def _ordered(quads: Iterable[ox.Quad]) -> list[ox.Quad]:
    return sorted(quads, key=lambda q: (str(q.subject), q.predicate.value != RDF_TYPE, str(q.predicate), str(q.object)))
