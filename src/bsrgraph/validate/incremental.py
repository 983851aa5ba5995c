"""Checks a change to a store: only the focus nodes that it can affect, and only what the shapes can look at from them.

What a check of the whole graph would find before and after, and differently, is found here; that is the promise.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace

import pyoxigraph as ox

from bsrgraph.findings import Finding, State
from bsrgraph.iris import PREFIXES, RDF_TYPE
from bsrgraph.read import Term
from bsrgraph.store.port import Store, Version
from bsrgraph.validate.affected import affected, targeted
from bsrgraph.validate.case import Case
from bsrgraph.validate.judges import Judging
from bsrgraph.validate.look import Look, View, looked_at
from bsrgraph.validate.shapes import Node, Rule, Targets, rules
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

    def __init__(self, shapes: Iterable[ox.Quad], judging: Judging, most: int, many: int = 25) -> None:
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
        view = View(Change(plus | minus))
        window.look_ahead()
        touched = window.run([affected(rule, view.change) for rule in self._rules])
        nodes = [body | target | spoken_of for body, target in touched]
        surely = window.run([targeted(*pair, view) for pair in zip(self._rules, nodes, strict=True)])
        then, now = _Facts(view.seen - plus), _Facts((view.seen | plus) - minus)
        checks: list[_Check] = []
        for rule, found, (body, target), sure in zip(self._rules, nodes, touched, surely, strict=True):
            after = frozenset(n for n in found if n in sure or now.is_target(n, rule.targets))
            before = frozenset(n for n in found if n in sure or then.is_target(n, rule.targets))
            matters = body | (target & (after ^ before))
            checks.append(_Check(rule, after & matters, before & matters))
            # What the change cannot touch is looked at only where that is little work.
            alone = [frozenset((n,)) for n in (after & before) - matters] if rule.body is not None else []
            checks += [_Check(rule, node, node, brief=True) for node in alone]
        askers = [(number, ask) for number, check in enumerate(checks) for ask in check.looks(view)]
        answers = window.run([ask for _, ask in askers])
        partial = {number for (number, _), whole in zip(askers, answers, strict=True) if not whole}
        kept = [check for number, check in enumerate(checks) if number not in partial]
        focus = (_by_shape((c.rule, c.after) for c in kept), _by_shape((c.rule, c.before) for c in kept))
        return Case(frozenset(view.seen), plus, minus, *focus), view


@dataclass(frozen=True, slots=True)
class _Check:
    """A shape, and its targets after and before the change; a `brief` one is left out where it takes much."""

    rule: Rule
    after: frozenset[Term]
    before: frozenset[Term]
    brief: bool = False

    def looks(self, view: View) -> Iterator[Asks[bool]]:
        """What puts into the view all that the shape looks at; each says whether it could."""
        body = self.rule.body
        if body is None and not self.brief:
            yield looked_at(None, self.after | self.before, view, Look(steady=False))
        for part in body.inner if body is not None else ():
            if self.brief:
                yield looked_at(part, self.after, view, Look(steady=True, patient=False))
            else:
                yield looked_at(part, self.after & self.before, view, Look(steady=True))
                yield looked_at(part, self.after ^ self.before, view, Look(steady=False))


def _by_shape(pairs: Iterable[tuple[Rule, frozenset[Term]]]) -> dict[Node, list[Term]]:
    found: dict[Node, list[Term]] = {}
    for rule, nodes in pairs:
        if nodes:
            found.setdefault(rule.shape, []).extend(nodes)
    return found


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
