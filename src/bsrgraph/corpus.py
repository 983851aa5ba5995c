"""A graph directory: `ontology/`, `shapes/` and `data/` as files, read as named graphs with one digest.

A directory is complete in itself: its canonical prefix, its kinds, code lists, shapes and facts come from
its files, nothing of them from the program. A `.ttl` file goes into the one graph that it describes as a
`bsr:ReferenceGraph`; shapes may be spread over several files of one graph. Beside what is loaded there are the
examples of the shapes, earlier versions of the ontology and its JSON-LD context, which are read only to be shown.
"""

from __future__ import annotations

import hashlib
import importlib.resources
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pyoxigraph as ox

from bsrgraph.errors import ContentError, GraphDirectoryError
from bsrgraph.formats import by_name
from bsrgraph.iris import BSR, PREFIXES, RDF_TYPE, Space
from bsrgraph.parse import Statement, statements
from bsrgraph.questions import Question, described, read_question

__all__ = ["Corpus", "Source", "packaged"]

_PREFERRED_NAMESPACE = PREFIXES["vann"] + "preferredNamespaceUri"
_REFERENCE_GRAPH = BSR + "ReferenceGraph"
_NOT_LOADED = (("shapes", "examples"), ("ontology", "versions"))


def packaged() -> Path:
    """The graph directory that the package carries; in an editable checkout, the checkout itself."""
    inside = Path(str(importlib.resources.files("bsrgraph"))) / "graph"
    return inside if inside.is_dir() else Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Source:
    """One file of a graph directory, and its statements with their graphs."""

    path: Path
    statements: tuple[Statement, ...]


class Corpus:
    """The files of the graph directory at `root`, read once and kept."""

    def __init__(self, root: Path) -> None:
        self.root = root
        missing = [name for name in ("ontology", "shapes", "data") if not (root / name).is_dir()]
        if missing:
            raise GraphDirectoryError(
                f"{root} is not a graph directory: it has no {' and no '.join(missing)}.",
                hint="A graph directory holds ontology/, shapes/ and data/.",
            )

    def _files(self, folder: str) -> list[Path]:
        """Files to load, in a stable order; examples, earlier versions and queries are not data."""
        paths = sorted(p for p in (self.root / folder).rglob("*") if p.suffix in (".ttl", ".trig"))
        return [p for p in paths if p.relative_to(self.root).parts[:2] not in _NOT_LOADED]

    @cached_property
    def ontology(self) -> tuple[Source, ...]:
        """Terms, code lists and alignments."""
        return tuple(self._read(p) for p in self._files("ontology"))

    @cached_property
    def shapes(self) -> tuple[Source, ...]:
        """The SHACL shapes, without their examples."""
        found = [self._read(p, one_of_many=True) for p in self._files("shapes")]
        graphs = {s.quad.graph_name for source in found for s in source.statements} - {ox.DefaultGraph()}
        if len(graphs) != 1:
            raise GraphDirectoryError(f"{self.root / 'shapes'}: exactly one file describes the graph of all shapes.")
        graph = graphs.pop()
        return tuple(_into(source, graph) for source in found)

    @cached_property
    def data(self) -> tuple[Source, ...]:
        """Reference, source and curated graphs."""
        return tuple(self._read(p) for p in self._files("data"))

    @cached_property
    def sources(self) -> tuple[Source, ...]:
        """Every file that is loaded."""
        return self.ontology + self.shapes + self.data

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """The questions of `data/queries`, by number."""
        found = (read_question(p) for p in sorted((self.root / "data" / "queries").glob("*.rq")))
        return tuple(sorted(found, key=lambda q: (q.number, q.name)))

    @cached_property
    def examples(self) -> dict[str, dict[str, str]]:
        """Local name of a shape → `valid` and `invalid`, as far as there are any → Turtle."""
        found: dict[str, dict[str, str]] = {}
        for path in sorted((self.root / "shapes" / "examples").glob("*/*.ttl")):
            found.setdefault(path.parent.name, {})[path.stem] = path.read_text(encoding="utf-8")
        return found

    @cached_property
    def versions(self) -> dict[str, Path]:
        """Earlier versions of the ontology, the latest first: version → its file in `ontology/versions`."""
        paths = (self.root / "ontology" / "versions").glob("*.ttl")
        return {p.stem: p for p in sorted(paths, key=lambda p: _numbers(p.stem), reverse=True)}

    def version(self, name: str) -> list[ox.Quad]:
        """What an earlier version of the ontology states, in a graph named by its version IRI."""
        graph = ox.NamedNode(self.space.base + "ontology/" + name)
        source = self._read(self.versions[name], one_of_many=True)
        return [s.quad for s in _into(source, graph).statements]

    @cached_property
    def context(self) -> bytes | None:
        """The JSON-LD context, `ontology/context.jsonld`, where there is one."""
        path = self.root / "ontology" / "context.jsonld"
        return path.read_bytes() if path.is_file() else None

    def quads(self) -> Iterator[ox.Quad]:
        """Every quad that is loaded, each in a named graph."""
        yield from (s.quad for source in self.sources for s in source.statements)
        yield from described(self.questions, self.space)

    @cached_property
    def graphs(self) -> frozenset[str]:
        """The names of the graphs that the files state."""
        found = {s.quad.graph_name for source in self.sources for s in source.statements}
        return frozenset(g.value for g in found if isinstance(g, ox.NamedNode))

    def _of_dataset(self, term: str) -> str | None:
        """What the directory states of itself, the `void:Dataset` at the canonical prefix, in English."""
        dataset, predicate = ox.NamedNode(self.space.base), ox.NamedNode(PREFIXES["dcterms"] + term)
        found = [
            s.quad.object
            for source in self.data
            for s in source.statements
            if s.quad.subject == dataset and s.quad.predicate == predicate
        ]
        values = [o.value for o in found if not isinstance(o, ox.Triple | ox.BlankNode) and _readable(o)]
        return min(values, default=None)

    @cached_property
    def title(self) -> str:
        """What the graph is called; its canonical prefix where it says no name."""
        return self._of_dataset("title") or self.space.base

    @cached_property
    def description(self) -> str:
        """What the graph is about, in a paragraph; empty where it does not say."""
        return self._of_dataset("description") or ""

    @cached_property
    def licence(self) -> str | None:
        """The IRI of the licence that the data is published under."""
        return self._of_dataset("license")

    @cached_property
    def space(self) -> Space:
        """The canonical prefix: the ontology's `vann:preferredNamespaceUri` less `ontology#`."""
        for source in self.ontology:
            for s in source.statements:
                if s.quad.predicate.value == _PREFERRED_NAMESPACE and isinstance(s.quad.object, ox.Literal):
                    namespace = s.quad.object.value
                    if namespace.endswith("/ontology#"):
                        return Space(namespace.removesuffix("ontology#"))
        raise GraphDirectoryError(
            f"{self.root / 'ontology'} names no canonical prefix.",
            hint='State vann:preferredNamespaceUri "https://…/ontology#" on the ontology.',
        )

    @cached_property
    def digest(self) -> str:
        """SHA-256 over the names and bytes of every file that is loaded, and of the queries."""
        total = hashlib.sha256()
        for folder in ("ontology", "shapes", "data"):
            for path in sorted(p for p in (self.root / folder).rglob("*") if p.is_file()):
                total.update(path.relative_to(self.root).as_posix().encode() + b"\0")
                total.update(hashlib.sha256(path.read_bytes()).digest())
        return total.hexdigest()

    def _read(self, path: Path, *, one_of_many: bool = False) -> Source:
        """The file at `path`; a Turtle file that describes no graph is good only as `one_of_many`."""
        form = by_name(path.suffix)
        try:
            found = tuple(statements(path.read_bytes(), form))
        except (OSError, ContentError) as error:
            line = f":{error.line}" if isinstance(error, ContentError) and error.line else ""
            raise GraphDirectoryError(f"{path}{line}: {error}") from error
        source = Source(path, found)
        if form.family == "graph":
            graph = _described_graph(found)
            if graph is not None:
                return _into(source, graph)
            if one_of_many:
                return source
        if any(isinstance(s.quad.graph_name, ox.DefaultGraph) for s in found):
            raise GraphDirectoryError(
                f"{path}: there are triples outside every named graph.",
                hint="In Turtle, describe one bsr:ReferenceGraph; in TriG, put every triple in a graph.",
            )
        return source


def _numbers(version: str) -> list[tuple[int, str]]:
    """A version in its order: 0.10.0 comes after 0.9.0."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in version.split(".")]


def _readable(term: ox.NamedNode | ox.Literal) -> bool:
    return isinstance(term, ox.NamedNode) or term.language in (None, "en")


def _described_graph(found: tuple[Statement, ...]) -> ox.NamedNode | None:
    graphs = {
        s.quad.subject
        for s in found
        if s.quad.predicate.value == RDF_TYPE
        and isinstance(s.quad.object, ox.NamedNode)
        and s.quad.object.value == _REFERENCE_GRAPH
    }
    named = [g for g in graphs if isinstance(g, ox.NamedNode)]
    return named[0] if len(named) == 1 else None


def _into(source: Source, graph: ox.NamedNode | ox.BlankNode | ox.DefaultGraph) -> Source:
    moved = tuple(
        Statement(ox.Quad(s.quad.subject, s.quad.predicate, s.quad.object, graph), s.line, s.column)
        for s in source.statements
    )
    return Source(source.path, moved)
