"""What the query of a SPARQL-based constraint looks at (SHACL section 5), read off its algebra.

The algebra is rdflib's, as pySHACL asks rdflib. Only what must match for a solution to exist is used to walk along:
nothing optional, nothing negated, nothing that an aggregate may find empty.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping

import pyoxigraph as ox
import rdflib
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.parserutils import CompValue

from bsrgraph.iris import PREFIXES
from bsrgraph.validate.paths import ANY, Path, Unreadable, may_be_empty, of_query
from bsrgraph.validate.reads import THIS, Pattern, Place, Scope, Var

__all__ = ["PATH", "read_query"]

PATH = "urn:x-bsrgraph:path"
"""Stands for `$PATH` in a query, until it is known."""

_TRANSPARENT = ("Project", "Distinct", "Reduced", "OrderBy", "Group", "AggregateJoin", "Extend")
_EXISTS = ("Builtin_EXISTS", "Builtin_NOTEXISTS")
_fresh = itertools.count()


def read_query(text: str, prefixes: Mapping[str, str], this: Var, path: Path | None, scope: Scope) -> None:
    """Adds to `scope` what the query looks at, where `$this` is `this`.

    Raises:
        Unreadable: it cannot be told.

    """
    declared = {p: PREFIXES[p] for p in ("rdf", "rdfs", "owl")} | dict(prefixes)
    try:
        algebra = prepareQuery(text.replace("$PATH", f"<{PATH}>"), initNs=declared).algebra
    except Exception as error:  # rdflib raises whatever it meets
        raise Unreadable from error
    reader = _Reader({} if path is None else {PATH: path}, this)
    reader.visit(algebra.p, scope.within(), {})


class _Reader:
    """Walks through an algebra; `names` are the new names of variables that are another's inside a sub-select."""

    def __init__(self, paths: dict[str, Path], this: Var) -> None:
        self._paths = paths
        self._this = this
        self._mark = next(_fresh)

    def visit(self, part: CompValue, scope: Scope, names: dict[str, str]) -> None:
        match part.name:
            case "BGP":
                for s, p, o in part.triples:
                    pattern = Pattern(self._place(s, names), of_query(p, self._paths), self._place(o, names))
                    scope.patterns.append(pattern)
                    self._anywhere(pattern, scope)
            case "Join":
                self.visit(part.p1, scope, names)
                self.visit(part.p2, scope, names)
            case "Filter":
                self.visit(part.p, scope, names)
                self._exists(part.expr, scope, names)
            case "LeftJoin" | "Minus":
                self.visit(part.p1, scope, names)
                inner = scope.within()
                self.visit(part.p2, inner, names)
                self._exists(part.get("expr"), inner, names)
            case "Union":
                self.visit(part.p1, scope.within(), names)
                self.visit(part.p2, scope.within(), names)
            case "ToMultiSet":
                self._multiset(part, scope, names)
            case name if name in _TRANSPARENT:
                self.visit(part.p, scope, names)
                for key, value in part.items():
                    if key not in ("p", "_vars"):
                        self._exists(value, scope, names)
            case _:
                raise Unreadable

    def _anywhere(self, pattern: Pattern, scope: Scope) -> None:
        """A path that may be empty leads from every node there is to itself, so that any triple counts."""
        for place in (pattern.subject, pattern.object):
            if may_be_empty(pattern.path) and self._this not in (pattern.subject, pattern.object):
                scope.within(Pattern(place, ANY, Var(f"~{next(_fresh)}")))
                scope.within(Pattern(Var(f"~{next(_fresh)}"), ANY, place))

    def _multiset(self, part: CompValue, scope: Scope, names: dict[str, str]) -> None:
        """A sub-select, whose variables are its own unless it selects them; VALUES looks at nothing."""
        if part.get("p") is None or part.p.name == "values":
            return
        selected = {str(v) for v in part.p.PV} if part.p.name == "Project" else None
        inner = dict(names)
        if selected is not None:
            mark = next(_fresh)
            inside = {str(v) for v in part.p.get("_vars", ())} | {str(v) for v in part.p.p.get("_vars", ())}
            inner |= {n: f"{n}~{mark}" for n in inside - selected}
        self.visit(part.p, scope.within(), inner)

    def _exists(self, value: object, scope: Scope, names: dict[str, str]) -> None:
        for pattern in _found(value):
            self.visit(pattern, scope.within(), names)

    def _place(self, term: object, names: dict[str, str]) -> Place:
        match term:
            case rdflib.Variable():
                if str(term) == THIS.name:
                    return self._this
                return Var(f"{names.get(str(term), str(term))}?{self._mark}")
            case rdflib.BNode():
                return Var(f"_:{term}?{self._mark}")
            case rdflib.URIRef():
                return ox.NamedNode(str(term))
            case rdflib.Literal():
                if term.language:
                    return ox.Literal(str(term), language=term.language)
                kind = ox.NamedNode(str(term.datatype)) if term.datatype else None
                return ox.Literal(str(term), datatype=kind)
        raise Unreadable


def _found(value: object) -> Iterator[CompValue]:
    """The patterns of every EXISTS in an expression."""
    if isinstance(value, CompValue):
        if value.name in _EXISTS:
            yield value.graph
            return
        for inner in value.values():
            yield from _found(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _found(inner)
