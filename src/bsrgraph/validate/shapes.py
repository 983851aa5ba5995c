"""A shapes graph as values: which shapes have targets, and what each looks at."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass

import pyoxigraph as ox

from bsrgraph.iris import PREFIXES, RDF_TYPE
from bsrgraph.validate.paths import ANY, CLASSES, Path, Unreadable, of_shape, step
from bsrgraph.validate.queries import read_query
from bsrgraph.validate.reads import THIS, Chain, Pattern, Scope, Var, chains

__all__ = ["Rule", "Targets", "rules"]

_SH, _RDF, _RDFS = PREFIXES["sh"], PREFIXES["rdf"], PREFIXES["rdfs"]
_WORDS = """
    path name description message severity order group defaultValue deactivated targetNode targetClass
    targetSubjectsOf targetObjectsOf target rule expression js prefixes declare entailment suggestedShapesGraph
    shapesGraph datatype nodeKind minCount maxCount minExclusive minInclusive maxExclusive maxInclusive minLength
    maxLength pattern flags languageIn uniqueLang hasValue in ignoredProperties qualifiedMinCount
    qualifiedMaxCount qualifiedValueShapesDisjoint
"""
_LOOKING_AT_NOTHING = frozenset(_WORDS.split())
_OF_ALL_VALUES = frozenset(
    ("minCount", "maxCount", "uniqueLang", "hasValue", "equals", "disjoint", "lessThan", "lessThanOrEquals", "sparql")
)
"""Constraints on the values of a property together; the others are of each value by itself."""
"""Parameters and notes whose check needs no triple but those of the shape's own path."""

Node = ox.NamedNode | ox.BlankNode
_names = itertools.count()


@dataclass(frozen=True, slots=True)
class Targets:
    """What a shape is for (SHACL section 2.1.3)."""

    nodes: frozenset[Node | ox.Literal]
    classes: frozenset[Node]
    subjects_of: frozenset[str]
    objects_of: frozenset[str]


@dataclass(frozen=True, slots=True)
class Rule:
    """A shape with targets: `target` is what decides who they are, `body` what it looks at; None for everything.

    Each has its chains, by which a change may be seen.
    """

    shape: Node
    targets: Targets
    target: Scope
    body: Scope | None
    target_chains: tuple[Chain, ...]
    body_chains: tuple[Chain, ...]


class _Graph:
    """The shapes graph by subject and predicate."""

    def __init__(self, quads: Iterable[ox.Quad]) -> None:
        self._objects: dict[tuple[object, str], list[object]] = {}
        self.subjects: dict[Node, set[str]] = {}
        for quad in quads:
            if isinstance(quad.subject, ox.Triple):
                continue
            self._objects.setdefault((quad.subject, quad.predicate.value), []).append(quad.object)
            self.subjects.setdefault(quad.subject, set()).add(quad.predicate.value)

    def objects(self, node: object, predicate: str) -> list[object]:
        return self._objects.get((node, predicate), [])

    def nodes(self, node: object, predicate: str) -> list[Node]:
        return [o for o in self.objects(node, predicate) if isinstance(o, Node)]

    def items(self, node: object) -> list[Node]:
        found: list[Node] = []
        while (first := self.nodes(node, _RDF + "first")) and len(found) < 10_000:
            found.append(first[0])
            node = next(iter(self.objects(node, _RDF + "rest")), None)
        return found

    def subclasses(self, of: str) -> set[object]:
        """`of` and everything that says it is a subclass of it."""
        direct = {s for (s, p), o in self._objects.items() if p == _RDFS + "subClassOf" and ox.NamedNode(of) in o}
        return {ox.NamedNode(of), *direct}


def rules(quads: Iterable[ox.Quad]) -> list[Rule]:
    """The shapes of a shapes graph that have targets and are not switched off."""
    graph = _Graph(quads)
    reader = _ShapeReader(graph)
    classes = graph.subclasses(_RDFS + "Class") | {ox.NamedNode(PREFIXES["owl"] + "Class")}
    found = []
    for node in graph.subjects:
        targets = _targets(graph, node, classes)
        if targets is not None and not _switched_off(graph, node):
            found.append(_rule(reader, node, targets))
    return found


def _rule(reader: _ShapeReader, node: Node, targets: Targets) -> Rule:
    target = _target_scope(targets)
    try:
        body: Scope | None = (whole := Scope())
        reader.read(node, THIS, whole, (), told=True)
    except Unreadable:
        body = None
    return Rule(node, targets, target, body, tuple(chains(target)), tuple(chains(body)) if body is not None else ())


def _switched_off(graph: _Graph, node: Node) -> bool:
    said = graph.objects(node, _SH + "deactivated")
    return any(isinstance(o, ox.Literal) and o.value in ("true", "1") for o in said)


def _targets(graph: _Graph, node: Node, classes: set[object]) -> Targets | None:
    said = graph.subjects[node]
    implicit = any(t in classes for t in graph.objects(node, RDF_TYPE)) and _is_shape(graph, node)
    found = Targets(
        frozenset(o for o in graph.objects(node, _SH + "targetNode") if not isinstance(o, ox.Triple)),  # type: ignore[misc]
        frozenset(graph.nodes(node, _SH + "targetClass")) | (frozenset((node,)) if implicit else frozenset()),
        frozenset(o.value for o in graph.nodes(node, _SH + "targetSubjectsOf")),
        frozenset(o.value for o in graph.nodes(node, _SH + "targetObjectsOf")),
    )
    has_any = found.nodes or found.classes or found.subjects_of or found.objects_of
    return found if has_any and said else None


def _is_shape(graph: _Graph, node: Node) -> bool:
    types = {t.value for t in graph.nodes(node, RDF_TYPE)}
    return bool(types & {_SH + "NodeShape", _SH + "PropertyShape"}) or any(
        p.startswith(_SH) for p in graph.subjects[node]
    )


def _target_scope(targets: Targets) -> Scope:
    scope = Scope()
    if targets.classes:
        scope.within(Pattern(THIS, CLASSES, _new()))
    for predicate in sorted(targets.subjects_of):
        scope.within(Pattern(THIS, step(predicate), _new()))
    for predicate in sorted(targets.objects_of):
        scope.within(Pattern(THIS, step(predicate, inverse=True), _new()))
    return scope


def _new() -> Var:
    return Var(f"v{next(_names)}")


class _ShapeReader:
    """Puts what shapes look at into scopes."""

    def __init__(self, graph: _Graph) -> None:
        self._graph = graph
        self._prefixes: dict[str, str] = {}
        for node in graph.subjects:
            for declared in graph.nodes(node, _SH + "declare"):
                prefix, namespace = graph.objects(declared, _SH + "prefix"), graph.objects(declared, _SH + "namespace")
                if prefix and namespace:
                    self._prefixes[_text(prefix[0])] = _text(namespace[0])
        components = [n for n in graph.subjects if ox.NamedNode(_SH + "ConstraintComponent") in self._types(n)]
        self._custom = {
            path.value
            for component in components
            for parameter in graph.nodes(component, _SH + "parameter")
            for path in graph.nodes(parameter, _SH + "path")
            if not component.value.startswith(_SH)
        }

    def _types(self, node: Node) -> list[object]:
        return self._graph.objects(node, RDF_TYPE)

    def read(self, shape: Node, at: Var, scope: Scope, around: tuple[Node, ...], *, told: bool) -> None:
        """Adds what the shape looks at when its focus node is `at`.

        Its results are `told` of the target itself; elsewhere they are of what it leads to, or only make it conform.

        Raises:
            Unreadable: it refers to itself, or has a constraint that is not known here.

        """
        if shape in around:
            raise Unreadable
        if _switched_off(self._graph, shape):
            return
        around = (*around, shape)
        paths = self._graph.nodes(shape, _SH + "path")
        path = of_shape(paths[0], self._graph.objects) if paths else None
        values, inner = at, scope
        if path is not None:
            values = _new()
            inner = scope.within(Pattern(at, path, values), each=shape if told and self._is_of_each(shape) else None)
        for predicate in sorted(self._graph.subjects.get(shape, ())):
            if predicate in self._custom:
                raise Unreadable
            if predicate.startswith(_SH):
                name = predicate.removeprefix(_SH)
                for value in self._graph.objects(shape, predicate):
                    if name == "property" and isinstance(value, Node):
                        self.read(value, values, inner, around, told=told and path is None)
                    else:
                        self._constraint(name, value, (at, values, path), (scope, inner), around)

    def _is_of_each(self, shape: Node) -> bool:
        """Whether what a property shape says of one value has nothing to do with its other values."""
        said = {p.removeprefix(_SH) for p in self._graph.subjects.get(shape, ()) if p.startswith(_SH)}
        least = self._graph.objects(shape, _SH + "qualifiedMinCount")
        counted = "qualifiedMaxCount" in said or any(_text(n) != "0" for n in least)
        # The results of a property shape inside are of the value, not of the node whose values are left out.
        return not counted and "property" not in said and said.isdisjoint(_OF_ALL_VALUES)

    def _constraint(
        self,
        name: str,
        value: object,
        where: tuple[Var, Var, Path | None],
        scopes: tuple[Scope, Scope],
        around: tuple[Node, ...],
    ) -> None:
        (focus, values, path), (scope, inner) = where, scopes
        match name:
            case "class":
                inner.within(Pattern(values, CLASSES, _new()))
            case "equals" | "disjoint" | "lessThan" | "lessThanOrEquals" if isinstance(value, ox.NamedNode):
                scope.within(Pattern(focus, step(value.value), _new()))
            case "closed":
                inner.within(Pattern(values, ANY, _new()))
            case "node" | "not" if isinstance(value, Node):
                self.read(value, values, inner, around, told=False)
            case "and" | "or" | "xone":
                for shape in self._graph.items(value):
                    self.read(shape, values, inner, around, told=False)
            case "qualifiedValueShape" if isinstance(value, Node):
                for shape in {value, *self._siblings(around[-1])}:
                    self.read(shape, values, inner, around, told=False)
            case "sparql" if isinstance(value, Node):
                for select in self._graph.objects(value, _SH + "select"):
                    read_query(_text(select), self._prefixes, focus, path, scope)
            case _ if name not in _LOOKING_AT_NOTHING:
                raise Unreadable

    def _siblings(self, shape: Node) -> set[Node]:
        """The qualified value shapes beside the one of this shape (SHACL section 4.7.3)."""
        graph = self._graph
        parents = [n for n in graph.subjects if shape in graph.objects(n, _SH + "property")]
        return {
            sibling
            for parent in parents
            for beside in graph.nodes(parent, _SH + "property")
            for sibling in graph.nodes(beside, _SH + "qualifiedValueShape")
        }


def _text(term: object) -> str:
    return term.value if isinstance(term, ox.Literal | ox.NamedNode) else ""
