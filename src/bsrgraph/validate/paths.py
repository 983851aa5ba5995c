"""Property paths (SHACL section 2.3.1, SPARQL 1.1 section 9) as values: how far a shape looks from a node."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

import pyoxigraph as ox
import rdflib
from rdflib import paths as sparql

from bsrgraph.iris import PREFIXES

__all__ = [
    "ANY",
    "CLASSES",
    "Alternative",
    "Many",
    "Path",
    "Sequence",
    "Step",
    "Unreadable",
    "predicates",
    "reverse",
    "steps",
]

_SH, _RDF, _RDFS = PREFIXES["sh"], PREFIXES["rdf"], PREFIXES["rdfs"]


class Unreadable(Exception):
    """What a shape looks at cannot be told beforehand."""


@dataclass(frozen=True, slots=True)
class Step:
    """One triple, from its subject to its object or back: by one of the predicates, or by any where there are none."""

    predicates: frozenset[str] | None
    inverse: bool = False


@dataclass(frozen=True, slots=True)
class Sequence:
    """One path after the other."""

    parts: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Alternative:
    """Any of the paths."""

    parts: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Many:
    """The path `least` times (0 or 1) or more; at most once unless it is `endless`."""

    path: Path
    least: int
    endless: bool = True


Path = Step | Sequence | Alternative | Many

ANY = Step(None)


def step(predicate: str, *, inverse: bool = False) -> Step:
    """One triple with this predicate."""
    return Step(frozenset((predicate,)), inverse)


CLASSES = Sequence((step(_RDF + "type"), Many(step(_RDFS + "subClassOf"), 0)))
"""From a thing to its classes, those that they are subclasses of included."""


def alternative(parts: Iterable[Path]) -> Path:
    """Any of the paths; single steps in one direction are one step."""
    found: list[Path] = []
    for inverse in (False, True):
        single = [p.predicates for p in parts if isinstance(p, Step) and p.inverse is inverse and p.predicates]
        if single:
            found.append(Step(frozenset().union(*single), inverse))
    found += [p for p in parts if not (isinstance(p, Step) and p.predicates)]
    return found[0] if len(found) == 1 else Alternative(tuple(found))


def reverse(path: Path) -> Path:
    """The path from its end to its start."""
    match path:
        case Step():
            return replace(path, inverse=not path.inverse)
        case Sequence(parts):
            return Sequence(tuple(reverse(p) for p in reversed(parts)))
        case Alternative(parts):
            return Alternative(tuple(reverse(p) for p in parts))
        case Many():
            return replace(path, path=reverse(path.path))


def steps(path: Path) -> Iterator[Step]:
    """Every step in a path."""
    match path:
        case Step():
            yield path
        case Sequence(parts) | Alternative(parts):
            for part in parts:
                yield from steps(part)
        case Many():
            yield from steps(path.path)


def predicates(path: Path) -> frozenset[str] | None:
    """The predicates of every step in a path; None where it takes any."""
    found: set[str] = set()
    for one in steps(path):
        if one.predicates is None:
            return None
        found |= one.predicates
    return frozenset(found)


def may_be_empty(path: Path) -> bool:
    """Whether a path leads from a node to itself without any triple."""
    match path:
        case Step():
            return False
        case Sequence(parts):
            return all(may_be_empty(p) for p in parts)
        case Alternative(parts):
            return any(may_be_empty(p) for p in parts)
        case Many():
            return path.least == 0 or may_be_empty(path.path)


def of_shape(node: ox.NamedNode | ox.BlankNode, objects: Callable[[object, str], list[object]]) -> Path:
    """The path that a shapes graph describes at `node`; `objects` reads that graph.

    Raises:
        Unreadable: it is no path, or deeper than any that is meant.

    """
    return _described(node, objects, 0)


def _described(node: object, objects: Callable[[object, str], list[object]], depth: int) -> Path:
    if isinstance(node, ox.NamedNode):
        return step(node.value)
    if depth > 12:
        raise Unreadable
    if objects(node, _RDF + "first"):
        return Sequence(tuple(_described(n, objects, depth + 1) for n in _items(node, objects)))
    if inner := objects(node, _SH + "inversePath"):
        path = _described(inner[0], objects, depth + 1)
        if isinstance(path, Sequence):
            # pySHACL walks the parts of an inverted sequence backwards, but in their order: both count.
            return Alternative((reverse(path), Sequence(tuple(reverse(p) for p in path.parts))))
        return reverse(path)
    if inner := objects(node, _SH + "alternativePath"):
        return alternative([_described(n, objects, depth + 1) for n in _items(inner[0], objects)])
    for name, least, endless in (("zeroOrMorePath", 0, True), ("oneOrMorePath", 1, True), ("zeroOrOnePath", 0, False)):
        if inner := objects(node, _SH + name):
            return Many(_described(inner[0], objects, depth + 1), least, endless)
    raise Unreadable


def _items(node: object, objects: Callable[[object, str], list[object]]) -> list[object]:
    found: list[object] = []
    while (first := objects(node, _RDF + "first")) and len(found) < 1000:
        found.append(first[0])
        node = next(iter(objects(node, _RDF + "rest")), None)
    return found


def of_query(predicate: object, named: dict[str, Path]) -> Path:
    """The path that a query has where a predicate is; `named` are paths that stand for an IRI.

    Raises:
        Unreadable: it is none that is known here.

    """
    match predicate:
        case rdflib.URIRef():
            return named.get(str(predicate)) or step(str(predicate))
        case rdflib.Variable():
            return ANY
        case sparql.SequencePath(args=parts):
            return Sequence(tuple(of_query(p, named) for p in parts))
        case sparql.AlternativePath(args=parts):
            return alternative([of_query(p, named) for p in parts])
        case sparql.InvPath(arg=inner):
            return reverse(of_query(inner, named))
        case sparql.MulPath(path=inner, mod=mark):
            return Many(of_query(inner, named), 1 if mark == "+" else 0, mark != "?")
        case sparql.NegatedPath():
            return Alternative((ANY, reverse(ANY)))
    raise Unreadable
