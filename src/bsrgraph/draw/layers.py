"""Places for boxes that point to each other: in layers from top to bottom, with ways for the arrows between them.

The steps are those of K. Sugiyama, S. Tagawa and M. Toda, “Methods for Visual Understanding of Hierarchical System
Structures”, IEEE Transactions on Systems, Man, and Cybernetics 11 (1981): break circles, choose layers, order each
layer by the means of its neighbours, then place. The last step is exact for each layer: the least squares of the
distances to the neighbours under the order and the gaps (pool adjacent violators).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

__all__ = ["Layers", "Size", "layered"]

Size = tuple[float, float]
Pair = tuple[str, str]

_SWEEPS = 12
_GAP, _THIN = 22.0, 10.0
"""Room between two boxes, and beside an arrow that passes."""


@dataclass(frozen=True, slots=True)
class Layers:
    """Where the middle of each box is, the top and height of each layer, and the points that each arrow passes."""

    places: Mapping[str, tuple[float, int]]
    tops: Sequence[float]
    heights: Sequence[float]
    ways: Mapping[Pair, Sequence[float]]
    width: float

    @property
    def height(self) -> float:
        """From the top of the first layer to the end of the last."""
        return self.tops[-1] + self.heights[-1] if self.tops else 0.0


@dataclass(slots=True)
class _Plan:
    """Boxes and bends in layers; a bend is where an arrow passes a layer."""

    rows: list[list[str]]
    above: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    below: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))


def layered(sizes: Mapping[str, Size], arrows: Iterable[Pair], *, most: int = 4, rise: float = 34.0) -> Layers:
    """Layers of at most `most` boxes, `rise` apart, so that arrows lead downwards except where they close a circle."""
    names = list(sizes)
    wanted = [a for a in dict.fromkeys(arrows) if a[0] != a[1] and a[0] in sizes and a[1] in sizes]
    downward = {a: _turned(a) if a in _closing(names, wanted) else a for a in wanted}
    level = _levels(names, set(downward.values()), most)
    plan, bends = _planned(names, level, downward)
    _order(plan)
    xs = _spread(plan, sizes)
    heights = [max((sizes[n][1] for n in row if n in sizes), default=0.0) for row in plan.rows]
    tops = [sum(heights[:i]) + i * rise for i in range(len(heights))]
    left = min((xs[n] - _half(n, sizes) for n in xs), default=0.0)
    width = max((xs[n] + _half(n, sizes) for n in xs), default=0.0) - left
    places = {n: (xs[n] - left, level[n]) for n in names}
    ways = {arrow: [xs[b] - left for b in bends[arrow]] for arrow in wanted}
    return Layers(places, tops, heights, ways, width)


def _turned(arrow: Pair) -> Pair:
    return (arrow[1], arrow[0])


def _closing(names: Sequence[str], arrows: Sequence[Pair]) -> set[Pair]:
    """The arrows that close a circle, as a walk from each box finds them."""
    leads: defaultdict[str, list[str]] = defaultdict(list)
    for source, target in arrows:
        leads[source].append(target)
    state: dict[str, int] = {}
    found: set[Pair] = set()
    for start in names:
        todo: list[tuple[str, int]] = [(start, 0)] if start not in state else []
        while todo:
            name, at = todo.pop()
            state[name] = 1
            if at == len(leads[name]):
                state[name] = 2
                continue
            todo.append((name, at + 1))
            following = leads[name][at]
            if state.get(following) == 1:
                found.add((name, following))
            elif following not in state:
                todo.append((following, 0))
    return found


def _levels(names: Sequence[str], arrows: set[Pair], most: int) -> dict[str, int]:
    """Box → layer: below everything that points to it, in the first layer that has room (list scheduling)."""
    leads: defaultdict[str, set[str]] = defaultdict(set)
    for source, target in arrows:
        leads[source].add(target)
    depth: dict[str, int] = {}

    def length(name: str) -> int:
        if name not in depth:
            depth[name] = 1 + max((length(t) for t in sorted(leads[name])), default=-1)
        return depth[name]

    alone = [n for n in names if not any(n in a for a in arrows)]
    # From the bottom, so that a box is as near to what it points to as there is room.
    level: dict[str, int] = {}
    filled: defaultdict[int, int] = defaultdict(int)
    for name in sorted((n for n in names if n not in alone), key=lambda n: (length(n), names.index(n))):
        at = 1 + max((level[t] for t in leads[name]), default=-1)
        while filled[at] >= most:
            at += 1
        level[name] = at
        filled[at] += 1
    deepest = max(level.values(), default=-1)
    found = {n: deepest - at for n, at in level.items()}
    return found | {n: deepest + 1 + i // most for i, n in enumerate(alone)}


def _planned(
    names: Sequence[str], level: Mapping[str, int], arrows: Mapping[Pair, Pair]
) -> tuple[_Plan, dict[Pair, list[str]]]:
    """The boxes in their layers with the bends between them, and the bends of each arrow from its source on."""
    plan = _Plan([[] for _ in range(max(level.values(), default=-1) + 1)])
    for name in names:
        plan.rows[level[name]].append(name)
    bends: dict[Pair, list[str]] = {}
    for arrow, (source, target) in arrows.items():
        chain = [f"{source}\0{target}\0{at}" for at in range(level[source] + 1, level[target])]
        for at, bend in enumerate(chain, level[source] + 1):
            plan.rows[at].append(bend)
        for upper, lower in zip([source, *chain], [*chain, target], strict=True):
            plan.below[upper].append(lower)
            plan.above[lower].append(upper)
        bends[arrow] = chain if arrow == (source, target) else chain[::-1]
    return plan, bends


def _order(plan: _Plan) -> None:
    """Orders each layer by the means of its neighbours, downwards and upwards in turn; what crosses least is kept."""
    best, fewest = [list(row) for row in plan.rows], _crossings(plan)
    for sweep in range(_SWEEPS):
        down = sweep % 2 == 0
        rows = range(1, len(plan.rows)) if down else range(len(plan.rows) - 2, -1, -1)
        for at in rows:
            beside = plan.rows[at - 1 if down else at + 1]
            place = {n: i for i, n in enumerate(beside)}
            near = plan.above if down else plan.below
            own = {n: i for i, n in enumerate(plan.rows[at])}
            plan.rows[at].sort(key=lambda n: _mean([place[m] for m in near[n]], own[n]))
        if (crossing := _crossings(plan)) < fewest:
            best, fewest = [list(row) for row in plan.rows], crossing
    plan.rows = best


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


def _crossings(plan: _Plan) -> int:
    total = 0
    for upper, lower in pairwise(plan.rows):
        place = {n: i for i, n in enumerate(lower)}
        ends = [place[m] for n in upper for m in sorted(plan.below[n], key=place.__getitem__)]
        total += sum(a > b for i, a in enumerate(ends) for b in ends[i + 1 :])
    return total


def _spread(plan: _Plan, sizes: Mapping[str, Size]) -> dict[str, float]:
    xs: dict[str, float] = {}
    for row in plan.rows:
        x = 0.0
        for at, name in enumerate(row):
            x += _apart(row[at - 1], name, sizes) if at else 0.0
            xs[name] = x
        middle = x / 2
        for name in row:
            xs[name] -= middle
    for sweep in range(_SWEEPS):
        rows = plan.rows if sweep % 2 == 0 else plan.rows[::-1]
        for row in rows:
            near = [plan.above[n] + plan.below[n] for n in row]
            wished = [_mean([xs[m] for m in beside], xs[n]) for n, beside in zip(row, near, strict=True)]
            weights = [8.0 if n not in sizes else 1.0 + len(b) for n, b in zip(row, near, strict=True)]
            gaps = [_apart(a, b, sizes) for a, b in pairwise(row)]
            xs |= zip(row, _nearest(wished, weights, gaps), strict=True)
    return xs


def _half(name: str, sizes: Mapping[str, Size]) -> float:
    return sizes[name][0] / 2 if name in sizes else 0.0


def _apart(left: str, right: str, sizes: Mapping[str, Size]) -> float:
    boxes = (left in sizes) + (right in sizes)
    return _half(left, sizes) + _half(right, sizes) + (_GAP if boxes == 2 else _THIN)


def _nearest(wished: Sequence[float], weights: Sequence[float], gaps: Sequence[float]) -> list[float]:
    """The places nearest to the wished ones that keep the order and the gaps, by least squares."""
    offsets = [0.0]
    for gap in gaps:
        offsets.append(offsets[-1] + gap)
    blocks: list[tuple[float, float, int]] = []
    for wish, weight, offset in zip(wished, weights, offsets, strict=True):
        value, total, count = wish - offset, weight, 1
        while blocks and blocks[-1][0] > value:
            before, much, many = blocks.pop()
            value = (before * much + value * total) / (much + total)
            total, count = much + total, many + count
        blocks.append((value, total, count))
    flat = [value for value, _, count in blocks for _ in range(count)]
    return [value + offset for value, offset in zip(flat, offsets, strict=True)]
