"""Checks a change to a store: only the focus nodes that it can affect, and only what the shapes can look at from them.

What a check of the whole graph would find before and after, and differently, is found here; that is the promise.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

import pyoxigraph as ox

from bsrgraph.findings import Finding, State
from bsrgraph.iris import PREFIXES, RDF_TYPE
from bsrgraph.read import Term
from bsrgraph.store.port import Store, Version
from bsrgraph.validate.affected import affected, targeted
from bsrgraph.validate.case import Case
from bsrgraph.validate.judges import Judging
from bsrgraph.validate.look import View, looked_at
from bsrgraph.validate.shapes import Node, Targets, rules
from bsrgraph.validate.walk import Change
from bsrgraph.validate.window import Asks, Window

__all__ = ["Incremental", "Outcome"]

_SUBCLASS = PREFIXES["rdfs"] + "subClassOf"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a change brings: findings that are new, fixed, or there before and after; and what it took to know."""

    findings: tuple[Finding, ...]
    focus_nodes: int
    triples: int
    queries: int


class Incremental:
    """The shapes of one shapes graph, ready to check any number of changes to any store."""

    def __init__(self, shapes: Iterable[ox.Quad], judging: Judging, most: int, many: int = 100) -> None:
        self._rules = rules(shapes)
        self._judging = judging
        self._most, self._many = most, many
        self._crowded: tuple[Version, set[tuple[bool, Term, str]]] = (Version(""), set())

    def check(
        self,
        store: Store,
        added: Iterable[ox.Triple],
        removed: Iterable[ox.Triple] = (),
        spoken_of: Iterable[Term] = (),
    ) -> Outcome:
        """What is wrong after `added` has come and `removed` has gone.

        `added` are not in the store, `removed` are, and in no other graph than those that go. Nodes that are
        `spoken_of` are looked at too, for what was wrong with them before.

        Raises:
            TooLarge: it touches more of the store than may be read.
            ContentError, StoreBusy: as `Judging.judged` says.

        """
        plus, minus = frozenset(added), frozenset(removed)
        window = self._window(store, plus)
        case, view = self._case(window, plus, minus, frozenset(spoken_of))
        before, after = self._judging.judged(case)
        nodes = {node for focus in (case.after, case.before) for found in focus.values() for node in found}
        found = _told_apart(before, after, {(_name(shape), _name(node)) for shape, node in view.crowds})
        return Outcome(found, len(nodes), len(case.seen), window.queries)

    def _window(self, store: Store, added: frozenset[ox.Triple]) -> Window:
        version = store.version
        if self._crowded[0] != version or not version:
            self._crowded = (version, set())
        return Window(store, added, self._most, self._many, self._crowded[1])

    def _case(
        self, window: Window, plus: frozenset[ox.Triple], minus: frozenset[ox.Triple], spoken_of: frozenset[Term]
    ) -> tuple[Case, View]:
        change = Change(plus | minus)
        touched = window.run([affected(rule, change) for rule in self._rules])
        candidates = [found | spoken_of for found in touched]
        view = View(change)
        pairs = list(zip(self._rules, candidates, strict=True))
        surely = window.run([targeted(rule, nodes, view) for rule, nodes in pairs])
        then, now = _Facts(view.seen - plus), _Facts((view.seen | plus) - minus)
        after: dict[Node, list[Term]] = {}
        before: dict[Node, list[Term]] = {}
        bodies: list[Asks[None]] = []
        for (rule, nodes), sure in zip(pairs, surely, strict=True):
            after[rule.shape] = [n for n in nodes if n in sure or now.is_target(n, rule.targets)]
            before[rule.shape] = [n for n in nodes if n in sure or then.is_target(n, rule.targets)]
            now_, then_ = frozenset(after[rule.shape]), frozenset(before[rule.shape])
            bodies.append(looked_at(rule.body, now_ & then_, view, steady=True))
            bodies.append(looked_at(rule.body, now_ ^ then_, view, steady=False))
        window.run(bodies)
        return Case(frozenset(view.seen), plus, minus, _some(after), _some(before)), view


def _some(focus: Mapping[Node, list[Term]]) -> dict[Node, list[Term]]:
    return {shape: nodes for shape, nodes in focus.items() if nodes}


class _Facts:
    """Triples, asked for what makes a node a target."""

    def __init__(self, triples: Iterable[ox.Triple]) -> None:
        self._objects: dict[tuple[object, str], set[object]] = {}
        self._subjects: set[tuple[object, str]] = set()
        for triple in triples:
            self._objects.setdefault((triple.subject, triple.predicate.value), set()).add(triple.object)
            self._subjects.add((triple.object, triple.predicate.value))

    def is_target(self, node: Term, targets: Targets) -> bool:
        """Whether a shape with these targets is for the node (SHACL section 2.1.3)."""
        return (
            node in targets.nodes
            or any((node, p) in self._objects for p in targets.subjects_of)
            or any((node, p) in self._subjects for p in targets.objects_of)
            or (bool(targets.classes) and not targets.classes.isdisjoint(self._classes(node)))
        )

    def _classes(self, node: Term) -> set[object]:
        found: set[object] = set()
        todo = list(self._objects.get((node, RDF_TYPE), ()))
        while todo:
            if (name := todo.pop()) not in found:
                found.add(name)
                todo += self._objects.get((name, _SUBCLASS), ())
        return found


def _name(term: Term) -> str | None:
    """A term as findings write it; blank nodes have no name that holds."""
    return None if isinstance(term, ox.BlankNode) else term.value


def _told_apart(
    before: Iterable[Finding], after: Iterable[Finding], crowds: Collection[tuple[str | None, str | None]]
) -> tuple[Finding, ...]:
    """New, existing and fixed: the same finding may be there several times, for values that have no name.

    Of `crowds` not everything has been looked at that was there before, and nothing is said of that.
    """
    known = Counter(f.key for f in before)
    told: list[Finding] = []
    for finding in after:
        existing = known[finding.key] > 0
        known[finding.key] -= existing
        if not existing or (finding.rule, finding.focus) not in crowds:
            told.append(replace(finding, state=State.EXISTING if existing else State.NEW))
    for finding in before:
        if known[finding.key] > 0:
            known[finding.key] -= 1
            told.append(replace(finding, state=State.FIXED))
    return tuple(told)
