"""Which focus nodes of a shape a change can matter to, and which of them are its targets.

Everything here errs to one side: a node too many is checked for nothing, a node too few would be a finding missed.
"""

from __future__ import annotations

from bsrgraph.read import Term
from bsrgraph.validate.look import View
from bsrgraph.validate.paths import Step, reverse, steps
from bsrgraph.validate.shapes import Rule
from bsrgraph.validate.walk import Change, Crowd, objects, seen_through, subjects, walk
from bsrgraph.validate.window import Asks, Need

__all__ = ["affected", "targeted", "targets"]


def affected(rule: Rule, change: Change) -> Asks[frozenset[Term]]:
    """The nodes that may see the change through the shape, whether they are its targets or not."""
    found: set[Term] = set()
    if rule.body is None and change.triples:
        return (yield from targets(rule))
    for chain in rule.chains:
        if any(change.by(step) for step in steps(chain.pattern.path)):
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
    """Puts into the view what decides which of the nodes are targets; the nodes that are, whatever the change does."""
    nodes -= rule.targets.nodes
    surely: set[Term] = set()
    for scope in rule.target.inner:
        for pattern in scope.patterns:
            if not isinstance(pattern.path, Step) or not pattern.path.inverse:
                yield from walk(pattern.path, nodes, view.seen)
                continue
            touched = frozenset(objects(view.change.by(pattern.path)))
            for node in nodes:
                try:
                    yield from walk(pattern.path, frozenset((node,)), view.seen, patient=node in touched)
                except Crowd:
                    surely.add(node)
    return frozenset(surely)
