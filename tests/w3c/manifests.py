"""Reads the manifests of the suites: which tests there are, of what, and where their files lie.

The suites are not part of the project. Without them there is nothing to collect, and one test says why.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pyoxigraph as ox
import pytest

from bsrgraph.errors import ContentError

MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
QT = "http://www.w3.org/2001/sw/DataAccess/tests/test-query#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"

_STATED = os.environ.get("BSRGRAPH_W3C")
SUITES = Path(_STATED) if _STATED else Path(__file__).resolve().parents[3] / "shared" / "conformance"
"""Where the suites are, by the rule of the fixture `conformance_dir`, which a test at collection cannot ask."""

Node = ox.NamedNode | ox.BlankNode


@dataclass(frozen=True, slots=True)
class Case:
    """One test: its name as `group/name`, its kinds as local names, and what it needs.

    `base` is the address of the folder for a query, and of the file itself for a document.
    """

    name: str
    kinds: frozenset[str]
    base: str = ""
    action: Path | None = None
    data: tuple[Path, ...] = ()
    graphs: tuple[Path, ...] = ()
    result: Path | None = None
    facts: dict[str, Any] = field(default_factory=dict, compare=False)

    @property
    def group(self) -> str:
        """The folder of its manifest."""
        return self.name.partition("/")[0]


class Manifest:
    """A Turtle manifest as a graph, whose IRIs under `base` are files in the manifest's folder."""

    def __init__(self, path: Path, base: str) -> None:
        self.folder = path.parent
        self.base = base
        self._graph = ox.Dataset(
            ox.parse(path.read_bytes(), format=ox.RdfFormat.TURTLE, base_iri=base + path.name, lenient=True)
        )

    def objects(self, subject: Any, predicate: str) -> list[Any]:
        """What a subject says by a predicate."""
        found = self._graph.quads_for_subject(subject) if isinstance(subject, Node) else ()
        return [q.object for q in found if q.predicate.value == predicate]

    def value(self, subject: Any, predicate: str) -> Any:
        """The one thing that a subject says by a predicate, or None."""
        return next(iter(self.objects(subject, predicate)), None)

    def entries(self) -> Iterator[Any]:
        """The tests, in the order of the manifest's list."""
        for quad in self._graph.quads_for_predicate(ox.NamedNode(MF + "entries")):
            node: Any = quad.object
            while node is not None and node.value != RDF + "nil":
                yield self.value(node, RDF + "first")
                node = self.value(node, RDF + "rest")

    def file(self, node: Any) -> Path | None:
        """The file that an IRI of the manifest means."""
        if not isinstance(node, ox.NamedNode):
            return None
        return self.folder / unquote(node.value.removeprefix(self.base))

    def files(self, nodes: Iterable[Any]) -> tuple[Path, ...]:
        """The files that IRIs of the manifest mean."""
        return tuple(path for node in nodes if (path := self.file(node)))

    def kinds(self, entry: Any) -> frozenset[str]:
        """The local names of a test's classes."""
        return frozenset(k.value.rpartition("#")[2] for k in self.objects(entry, RDF + "type"))


def sparql_cases(group: str) -> list[Case]:
    """The tests of one group of the SPARQL 1.1 suite."""
    path = SUITES / "sparql11" / group / "manifest.ttl"
    if not path.is_file():
        return []
    manifest = Manifest(path, f"https://w3c.github.io/rdf-tests/sparql/sparql11/{group}/")
    found = []
    for entry in manifest.entries():
        action = manifest.value(entry, MF + "action")
        query = manifest.value(action, QT + "query") or manifest.value(action, _UPDATE + "request") or action
        found.append(
            Case(
                f"{group}/{entry.value.rpartition('#')[2]}",
                manifest.kinds(entry),
                manifest.base,
                manifest.file(query),
                manifest.files(manifest.objects(action, QT + "data")),
                manifest.files(manifest.objects(action, QT + "graphData")),
                manifest.file(manifest.value(entry, MF + "result")),
            )
        )
    return found


_UPDATE = "http://www.w3.org/2009/sparql/tests/test-update#"


def rdf_cases(group: str) -> list[Case]:
    """The tests of one syntax of the RDF 1.1 suite."""
    path = SUITES / "rdf11" / group / "manifest.ttl"
    if not path.is_file():
        return []
    manifest = Manifest(path, f"https://w3c.github.io/rdf-tests/rdf/rdf11/{group}/")
    return [
        Case(
            f"{group}/{entry.value.rpartition('#')[2]}",
            manifest.kinds(entry),
            (action := manifest.value(entry, MF + "action")).value,
            manifest.file(action),
            result=manifest.file(manifest.value(entry, MF + "result")),
        )
        for entry in manifest.entries()
    ]


def json_ld_cases() -> list[Case]:
    """The tests of JSON-LD's deserialisation to RDF."""
    path = SUITES / "json-ld" / "toRdf-manifest.jsonld"
    if not path.is_file():
        return []
    manifest = json.loads(path.read_text(encoding="utf-8"))
    return [
        Case(
            f"toRdf/{entry['@id'].lstrip('#')}",
            frozenset(k.rpartition(":")[2] for k in entry["@type"]),
            manifest["baseIri"] + entry["input"],
            path.parent / entry["input"],
            result=path.parent / entry["expect"] if "expect" in entry else None,
            facts={"purpose": entry.get("purpose", ""), **entry.get("option", {})},
        )
        for entry in manifest["sequence"]
    ]


def shacl_files(suite: str) -> list[Path]:
    """The files of the SHACL suite `core` or `sparql` that are tests, in the order of the manifests."""
    found: list[Path] = []
    todo = [SUITES / "shacl" / suite / "manifest.ttl"]
    while todo:
        path = todo.pop(0)
        if not path.is_file():
            continue
        manifest = Manifest(path, path.parent.as_uri() + "/")
        found += [path] if list(manifest.entries()) else []
        included = manifest.objects(ox.NamedNode(manifest.base + path.name), MF + "include")
        todo += sorted(manifest.files(included))
    return found


def params(cases: Iterable[Case], failures: dict[str, str]) -> list[Any]:
    """The cases for `parametrize`; those in `failures` must fail, each for its reason, or the list is not true."""
    return [pytest.param(case, id=case.name, marks=must_fail(failures.get(case.name))) for case in cases]


def must_fail(reason: str | None) -> list[pytest.MarkDecorator]:
    """The mark of a test that fails for this reason, by a wrong answer or by a refusal; none without a reason."""
    kinds = (AssertionError, ContentError)
    return [] if reason is None else [pytest.mark.xfail(strict=True, raises=kinds, reason=reason)]
