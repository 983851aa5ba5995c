"""Which focus nodes of a shape a change can matter to, and which of them are its targets.

Everything here errs to one side: a node too many is checked for nothing, a node too few would be a finding missed.
"""

from __future__ import annotations

from collections.abc import Iterable

from bsrgraph.read import Term
from bsrgraph.validate.look import View
from bsrgraph.validate.paths import Step, reverse
from bsrgraph.validate.reads import Chain
from bsrgraph.validate.shapes import Rule
from bsrgraph.validate.walk import Change, objects, seen_through, subjects, walk
from bsrgraph.validate.window import Asks, Need

__all__ = ["affected", "targeted", "targets"]


def affected(rule: Rule, change: Change) -> Asks[tuple[frozenset[Term], frozenset[Term]]]:
    """The nodes that may see the change through the shape, whether they are its targets or not.

    The second ones see it only in what makes a node a target: it matters to them if they become one or are one no more.
    """
    if rule.body is None and change.triples:
        body: frozenset[Term] = yield from targets(rule)
    else:
        body = yield from _through(rule, rule.body_chains, change)
    return body, (yield from _through(rule, rule.target_chains, change))


def _through(rule: Rule, chains: Iterable[Chain], change: Change) -> Asks[frozenset[Term]]:
    found: set[Term] = set()
    for chain in chains:
        if change.touches(chain.predicates):
            nodes = yield from seen_through(chain, change)
            if nodes is None:
                return (yield from targets(rule))
            found |= nodes
    return frozenset(found)


def targets(rule: Rule) -> Asks[frozenset[Term]]:
    """Every node that may be a target of the shape, in the store or by the change."""
    found: set[Term] = set(rule.targets.nodes)
    for scope in rule.target.inner:
        for pattern in scope.patterns:
            if isinstance(pattern.path, Step):
                triples = (yield Need(None, Step(pattern.path.predicates))) or []
                found.update(objects(triples) if pattern.path.inverse else subjects(triples))
            else:
                classes = frozenset[Term](rule.targets.classes)
                found |= yield from walk(reverse(pattern.path), classes)
    return frozenset(found)


def targeted(rule: Rule, nodes: frozenset[Term], view: View) -> Asks[frozenset[Term]]:
    """Puts into the view what decides which of the nodes are targets; the nodes that are, whatever the change does.

    Of triples that make a node a target by being there, one is enough beside those that change.
    """
    nodes -= rule.targets.nodes
    surely: set[Term] = set()
    for scope in rule.target.inner:
        for pattern in scope.patterns:
            if isinstance(pattern.path, Step):
                surely |= yield from _having(pattern.path, nodes, view)
            else:
                yield from walk(pattern.path, nodes, view.seen)
    return frozenset(surely)


def _having(step: Step, nodes: frozenset[Term], view: View) -> Asks[frozenset[Term]]:
    """Puts into the view that the nodes have triples that the step may take; those that have very many."""
    changed = view.change.by(step)
    view.seen.update(changed)
    touched = frozenset(objects(changed) if step.inverse else subjects(changed))
    crowds: set[Term] = set()
    for node in nodes:
        triples = yield Need(frozenset((node,)), step, patient=node in touched)
        if triples is None:
            crowds.add(node)
        else:
            view.seen.update([t for t in triples if t not in view.change.triples][:1])
    return frozenset(crowds)
