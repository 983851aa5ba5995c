"""Which things of a table meet the conditions, how many would with one of them changed, and in which order.

Conditions on the parts of a thing must hold of one and the same part: an amount above a million *from* a fund, not
one of each. “Not stated” is said of the thing: none of its parts has a value there. A facet's counts are those of the
table that would be shown if only that value were chosen in it, with all other conditions as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import compress
from operator import not_

from bsrgraph.browse.asked import Condition
from bsrgraph.browse.kind import Cells, KindTable
from bsrgraph.browse.names import folded
from bsrgraph.browse.seen import Seen

__all__ = ["Choice", "key", "order"]


class Choice:
    """The things of `table` whose names have all `words` and that meet all `conditions`.

    Masks are a byte for each thing (or link), 1 where it is in; so that they are combined as whole numbers.
    """

    def __init__(self, table: KindTable, words: Sequence[str], conditions: Sequence[Condition]) -> None:
        self._table = table
        self._conditions = [(table.columns[c.column], c) for c in conditions]
        self._all = b"\1" * len(table)
        self._named = self._with_words([folded(w) for w in words])
        self._having = {id(cells): _having(cells, c) for cells, c in self._conditions}
        self._met = {k: self._met_by(group) for k, group in self._groups().items()}
        self.mask = self._others(None)

    def __len__(self) -> int:
        return self.mask.count(1)

    def _groups(self) -> dict[object, list[tuple[Cells, Condition]]]:
        """Conditions that are met together: those on the same links, and each of the others by itself."""
        found: dict[object, list[tuple[Cells, Condition]]] = {}
        for cells, condition in self._conditions:
            found.setdefault(key(cells), []).append((cells, condition))
        return found

    def _with_words(self, words: Sequence[str]) -> bytes:
        if not words:
            return self._all
        return bytes(all(w in text for w in words) for text in self._table.found_by)

    def _met_by(self, conditions: Sequence[tuple[Cells, Condition]]) -> bytes:
        """Which things meet these conditions together."""
        cells, condition = conditions[0]
        if cells.links is None:
            mask = self._having[id(cells)]
            return _either(mask, cells.empty) if condition.silent else mask
        found = bytearray(len(self._table))
        for owner in compress(cells.links.owners, self._links(conditions)):
            found[owner] = 1
        if all(c.silent for _, c in conditions):
            return _either(bytes(found), _both([cells.empty for cells, _ in conditions]))
        return bytes(found)

    def _links(self, conditions: Sequence[tuple[Cells, Condition]]) -> bytes:
        """Which links meet these conditions, each by its own value or by the silence of its thing."""
        masks = []
        for cells, condition in conditions:
            mask = self._having[id(cells)]
            masks.append(_either(mask, _lifted(cells, cells.empty)) if condition.silent else mask)
        return _both(masks)

    def _others(self, but: object) -> bytes:
        """Which things meet everything but the conditions of a group."""
        return _both([self._named, *(mask for k, mask in self._met.items() if k != but)])

    def _beside(self, cells: Cells) -> list[tuple[Cells, Condition]]:
        """The conditions that are met together with that on a column, without it."""
        return [(c, condition) for c, condition in self._conditions if key(c) == key(cells) and c is not cells]

    def counts(self, cells: Cells) -> Mapping[int, int]:
        """How many things would be shown for each value of a listed column, were it the only one chosen there."""
        outer, beside = self._others(key(cells)), self._beside(cells)
        if cells.links is None or not beside:
            if outer == self._all:
                return cells.frequency
            return {n: _both([outer, mask]).count(1) for n, mask in cells.where_things.items()}
        links, owners = _both([self._links(beside), _lifted(cells, outer)]), cells.links.owners
        return {n: len(set(compress(owners, _both([links, mask])))) for n, mask in cells.where.items()}

    def silent(self, cells: Cells) -> int:
        """How many things would be shown for “not stated”, were it all that is chosen in a column."""
        beside = self._beside(cells)
        met = [self._met_by(beside)] if beside else []
        return _both([self._others(key(cells)), cells.empty, *met]).count(1)

    def in_order(self, places: Iterable[int]) -> list[int]:
        """Those of the places that are in, as they come."""
        mask = self.mask
        return [p for p in places if mask[p]]


def key(cells: Cells) -> object:
    """What columns have in common whose conditions are met together."""
    return id(cells) if cells.links is None else id(cells.links)


def _having(cells: Cells, condition: Condition) -> bytes:
    """Which links (or things) have a value that meets the condition itself."""
    allowed = condition.allowed(cells)
    if cells.is_listed:
        return _any([cells.where[n] for n in allowed], len(cells.values))
    return bytes(map(not_, map(allowed.isdisjoint, cells.values)))


def _lifted(cells: Cells, mask: bytes) -> bytes:
    """Thing by thing → link by link."""
    return bytes(map(mask.__getitem__, cells.links.owners)) if cells.links else mask


def _both(masks: Sequence[bytes]) -> bytes:
    if len(masks) == 1:
        return masks[0]
    found = int.from_bytes(masks[0], "little")
    for mask in masks[1:]:
        found &= int.from_bytes(mask, "little")
    return found.to_bytes(len(masks[0]), "little")


def _any(masks: Sequence[bytes], length: int) -> bytes:
    found = 0
    for mask in masks:
        found |= int.from_bytes(mask, "little")
    return found.to_bytes(length, "little")


def _either(a: bytes, b: bytes) -> bytes:
    return _any((a, b), len(a))


def order(table: KindTable, sort: str, seen: Seen) -> Sequence[int]:
    """The places of all things, sorted by a column (`-` before it: downwards), what has no value last, then by name.

    Of several values the least counts upwards and the greatest downwards; things stand in the order of their names, or
    of how many there are where they are listed because they point here.
    """
    return table.remembered(("order", sort, seen.languages), lambda: _sorted(table, sort, seen))


def _sorted(table: KindTable, sort: str, seen: Seen) -> list[int]:
    plain = [(folded(label.text), label.text) for label in seen.things]
    down, column = sort.startswith("-"), sort.removeprefix("-")
    if column in ("", "name"):
        return sorted(range(len(table)), key=plain.__getitem__, reverse=down)
    places = order(table, "", seen)
    cells = table.columns[column]
    if cells.column.inverse and cells.type == "thing":
        best: list[int | None] = [len(values) or None for values in cells.of_things]
    else:
        ranks, pick = _ranks(cells, seen), max if down else min
        best = [pick(map(ranks.__getitem__, values), default=None) for values in cells.of_things]
    stated = [p for p in places if best[p] is not None]
    stated.sort(key=lambda p: best[p] or 0, reverse=down)
    return stated + [p for p in places if best[p] is None]


def _ranks(cells: Cells, seen: Seen) -> dict[int, int]:
    """Value → its place among all values of the column; equal ones have the same."""
    keys: dict[int, Decimal | str] = cells.measures or {n: folded(seen.label(cells, n).text) for n in cells.distinct}
    places = {key: i for i, key in enumerate(sorted(set(keys.values())))}
    return {n: places[key] for n, key in keys.items()}
