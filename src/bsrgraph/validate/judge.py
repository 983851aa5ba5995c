"""pySHACL as judge: over an rdflib graph in memory, with an explicit shapes graph, and nothing else.

What pySHACL is given matters as much as what it says: never data merged into the shapes, no imports, no inference, no
scripts, and graphs as terms so that literals arrive as they were written. Its `focus_nodes` and `use_shapes` options
skip nested shapes; a shape's own `validate(…, focus=…)` does not, and gives what the whole run gives for those nodes.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import rdflib
from rdflib.namespace import OWL, SH
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.plugins.sparql.sparql import Query as Prepared

from bsrgraph.errors import ContentError
from bsrgraph.findings import Finding, Severity

__all__ = ["Judge", "judge", "verdict"]

# Without this, rdflib turns "yes"^^xsd:boolean into false and "1.9E7"^^xsd:decimal into 19000000 before SHACL looks.
rdflib.NORMALIZE_LITERALS = False
# It logs a traceback for each value that is none; the gate says so in words.
logging.getLogger("rdflib.term").setLevel(logging.CRITICAL)

Node = rdflib.term.Node


class Judge:
    """Judges nodes by the shapes of one graph, as often as is asked."""

    def __init__(self, shapes: rdflib.Graph) -> None:
        from pyshacl import shape as shape_module
        from pyshacl.constraints import CONSTRAINT_PARAMETERS_MAP
        from pyshacl.shapes_graph import ShapesGraph

        # pySHACL looks for each predicate of a shape in a list of all parameters; that took half of a check's time.
        vars(shape_module)["CONSTRAINT_PARAMS"] = (CONSTRAINT_PARAMETERS_MAP, CONSTRAINT_PARAMETERS_MAP)
        self._shapes = shapes
        self._names = {s: str(n) for s, n in shapes.subject_objects(SH.name)}
        copy = _Graph()
        copy += _with_imported_prefixes(shapes)
        self._graph = ShapesGraph(copy)
        self._prepared: dict[str, Prepared] = {}
        self._by_node: dict[Node, Any] = {}
        self._failure: str | None = None
        try:
            self._by_node = {shape.node: shape for shape in self._graph.shapes}
        except Exception as error:  # shapes that are none are told when they are used
            self._failure = str(error)

    def warm(self) -> None:
        """Reads every query of the shapes now, which takes longer than asking it."""
        for node in self._by_node:
            if (node, SH.sparql, None) in self._shapes:
                with contextlib.suppress(ContentError):
                    self.findings(self.data(()), {node: [rdflib.URIRef("urn:x-bsrgraph:nobody")]})

    def data(self, triples: Iterable[tuple[Any, Any, Any]]) -> rdflib.Graph:
        """The triples as a graph that can be judged."""
        data = _Data(self._prepared)
        for triple in triples:
            data.add(triple)
        return data

    def findings(self, data: rdflib.Graph, focus: Mapping[Any, Sequence[Any]]) -> list[Finding]:
        """What is wrong with some nodes: shape → its focus nodes, whether or not they are its targets in the data.

        Raises:
            ContentError: the shapes cannot be used, which SHACL calls a failure (section 3.4.1).

        """
        from pyshacl.pytypes import SHACLExecutor
        from pyshacl.validator import Validator

        executor = SHACLExecutor()
        results: list[Any] = []
        if self._failure is not None and focus:
            raise ContentError(f"The shapes cannot be used: {self._failure}")
        for shape, nodes in focus.items():
            if shape in self._by_node and nodes:
                results += _validated(self._by_node[shape], executor, data, nodes)
        report, _text = Validator.create_validation_report(self._graph, not results, results)
        return [_finding(report, r, self._shapes, self._names) for r in report.objects(None, SH.result)]


def _validated(shape: Any, executor: Any, data: rdflib.Graph, nodes: Sequence[Any]) -> list[Any]:  # noqa: ANN401
    from pyshacl.errors import ReportableRuntimeError

    try:
        return list(shape.validate(executor, data, focus=nodes)[1])
    except NotImplementedError as error:
        raise ContentError(f"The shapes ask for what is not done here: {error}") from error
    except ReportableRuntimeError as error:
        raise ContentError(f"The shapes cannot be used: {error}") from error


class _Graph(rdflib.Graph):
    """A graph in the quickest of rdflib's stores, which would count its triples whenever somebody asks for a graph."""

    def __init__(self) -> None:
        super().__init__(store="SimpleMemory")

    def __bool__(self) -> bool:
        return True


class _Data(_Graph):
    """Data of which the same query is asked for many nodes: it is read once."""

    def __init__(self, prepared: dict[str, Prepared]) -> None:
        super().__init__()
        self._prepared = prepared

    def query(self, query_object: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 -- rdflib's own signature
        if isinstance(query_object, str):
            if query_object not in self._prepared:
                self._prepared[query_object] = _from_the_focus(prepareQuery(query_object))
            query_object = self._prepared[query_object]
        return super().query(query_object, *args, **kwargs)


def _from_the_focus(query: Prepared) -> Prepared:
    """The query with the patterns of each group begun at `$this`, which has a value before it is asked.

    rdflib orders them as if it had none, so that a group begins with everything of a role or a kind, once for every
    focus node. The order of the patterns of a group changes no answer (SPARQL 1.1 section 18.3).
    """
    _reorder(query.algebra)
    return query


def _reorder(part: Any) -> None:  # noqa: ANN401 -- rdflib's algebra
    if not isinstance(part, CompValue):
        if isinstance(part, list | tuple):
            for inner in part:
                _reorder(inner)
        return
    if part.name == "BGP":
        left = list(part.triples)
        known: set[Any] = {rdflib.Variable("this")}
        ordered: list[Any] = []
        while left:
            best = min(left, key=lambda t: (sum(_is_open(term, known) for term in t), left.index(t)))
            left.remove(best)
            ordered.append(best)
            known |= {term for term in best if isinstance(term, rdflib.Variable | rdflib.BNode)}
        part["triples"] = ordered
    for inner in part.values():
        _reorder(inner)


def _is_open(term: Any, known: set[Any]) -> bool:  # noqa: ANN401 -- rdflib's own terms
    return isinstance(term, rdflib.Variable | rdflib.BNode) and term not in known


def judge(data: rdflib.Graph, shapes: rdflib.Graph) -> list[Finding]:
    """The results of pySHACL's validation of `data` against `shapes` (SHACL section 3.6), one finding each."""
    report = verdict(data, shapes)
    names = {s: str(n) for s, n in shapes.subject_objects(SH.name)}
    return [_finding(report, r, shapes, names) for r in report.objects(None, SH.result)]


def verdict(data: rdflib.Graph, shapes: rdflib.Graph) -> rdflib.Graph:
    """The validation report that pySHACL gives for `data` against `shapes`, as a graph.

    Raises:
        ContentError: the shapes cannot be used, which SHACL calls a failure (section 3.4.1).

    """
    import pyshacl
    from pyshacl.errors import ReportableRuntimeError

    try:
        _conforms, report, _text = pyshacl.validate(
            data,
            shacl_graph=_with_imported_prefixes(shapes),
            inference="none",
            advanced=False,
            js=False,
            do_owl_imports=False,
            meta_shacl=False,
        )
    except NotImplementedError as error:
        raise ContentError(f"The shapes ask for what is not done here: {error}") from error
    except ReportableRuntimeError as error:
        raise ContentError(f"The shapes cannot be used: {error}") from error
    if not isinstance(report, rdflib.Graph):
        raise ContentError(f"The shapes cannot be used: {report}")
    return report


def _with_imported_prefixes(shapes: rdflib.Graph) -> rdflib.Graph:
    """The shapes, where prefixes declared by what `sh:prefixes` imports count too (SHACL section 5.2.1).

    pySHACL reads only the declarations of the node itself. Nothing is fetched: what counts is in the graph.
    """
    imported = [
        (user, SH.prefixes, ontology)
        for user, declarer in shapes.subject_objects(SH.prefixes)
        for ontology in shapes.transitive_objects(declarer, OWL.imports)
        if ontology is not None
    ]
    if all(triple in shapes for triple in imported):
        return shapes
    widened = rdflib.Graph()
    widened += shapes
    for triple in imported:
        widened.add(triple)
    return widened


def _finding(
    report: rdflib.Graph, result: rdflib.term.Node, shapes: rdflib.Graph, names: dict[rdflib.term.Node, str]
) -> Finding:
    shape = report.value(result, SH.sourceShape)
    path = report.value(result, SH.resultPath)
    value = report.value(result, SH.value)
    return Finding(
        _severity(report, result),
        "shacl",
        _message(report, result) or names.get(shape or result, ""),
        rule=str(shape) if isinstance(shape, rdflib.URIRef) else None,
        focus=str(report.value(result, SH.focusNode)),
        path=str(path) if isinstance(path, rdflib.URIRef) else None,
        value=None if value is None or isinstance(value, rdflib.BNode) else str(value),
        expected=_description(shapes, shape),
        nested=_nested(report, result),
        component=str(report.value(result, SH.sourceConstraintComponent)),
        exact=None if value is None or isinstance(value, rdflib.BNode) else _exact(value),
    )


def _exact(value: Any) -> str:  # noqa: ANN401 -- rdflib's own terms
    """As N-Triples write it; a literal is not made a value on the way."""
    if isinstance(value, rdflib.Literal):
        language = f"@{value.language}" if value.language else ""
        return f"{str(value)!r}{language}^^{value.datatype or ''}"
    return str(value)


def _severity(report: rdflib.Graph, result: rdflib.term.Node) -> Severity:
    """One of SHACL's three; a severity of the publisher's own is no weaker than a Violation, and blocks."""
    name = str(report.value(result, SH.resultSeverity)).removeprefix(str(SH))
    return Severity(name) if name in {s.value for s in Severity} else Severity.VIOLATION


def _nested(report: rdflib.Graph, result: rdflib.term.Node) -> tuple[str, ...]:
    """The IRIs of the shapes whose results are inside this one, at any depth."""
    found: set[str] = set()
    for detail in report.objects(result, SH.detail):
        shape = report.value(detail, SH.sourceShape)
        found |= {str(shape)} if isinstance(shape, rdflib.URIRef) else set()
        found |= set(_nested(report, detail))
    return tuple(sorted(found))


def _message(report: rdflib.Graph, result: rdflib.term.Node) -> str:
    """The English message of a result, and those of the results in it (`sh:detail`), which say why."""
    messages = list(report.objects(result, SH.resultMessage))
    english = [m for m in messages if isinstance(m, rdflib.Literal) and m.language in (None, "en")]
    own = " ".join(str(m) for m in (english or messages)[:1])
    details = sorted(_message(report, detail) for detail in report.objects(result, SH.detail))
    return " ".join(" ".join([own, *details]).split())


def _description(shapes: rdflib.Graph, shape: rdflib.term.Node | None) -> str | None:
    description = None if shape is None else shapes.value(shape, SH.description)
    return None if description is None else " ".join(str(description).split())
