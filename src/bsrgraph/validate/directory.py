"""A whole graph directory, or files with all of it, held against its shapes, behind the gate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Literal

import pyoxigraph as ox
import rdflib

from bsrgraph.corpus import Corpus
from bsrgraph.errors import ContentError, UnknownFormat, UsageError
from bsrgraph.findings import Finding, Report, State
from bsrgraph.formats import by_name
from bsrgraph.gate import Vocabulary, inspect
from bsrgraph.iris import PREFIXES
from bsrgraph.parse import Statement, statements, unpacked
from bsrgraph.read import rdflib_graph
from bsrgraph.validate.judge import judge

__all__ = ["Context", "Contributed", "Validator"]

Context = Literal["graph", "none"]

_SUBCLASS = PREFIXES["rdfs"] + "subClassOf"
_IN_SCHEME = PREFIXES["skos"] + "inScheme"


@dataclass(frozen=True, slots=True)
class Contributed:
    """A file to be checked: its name for people, and its statements."""

    name: str
    statements: tuple[Statement, ...]

    @classmethod
    def read(cls, name: str, data: bytes) -> Contributed:
        """The statements of `data`, in the format that the suffix of `name` says.

        Raises:
            ContentError: the bytes are not what the suffix says, or hold no triple.

        """
        try:
            packed = name.endswith(".gz")
            form = by_name(Path(name.removesuffix(".gz")).suffix)
            found = tuple(statements(unpacked(data) if packed else data, form))
            if not found:
                hint = "Is the JSON-LD's @context missing?" if form.suffix == "jsonld" else None
                raise ContentError("There are no triples in it.", line=1, hint=hint)
        except UsageError as error:
            raise UnknownFormat(f"{name}: {error.message}", hint=error.hint) from error
        except ContentError as error:
            error.file = name
            raise
        return cls(name, found)


class Validator:
    """Checks a graph directory, or files against it."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus

    @cached_property
    def _shapes(self) -> rdflib.Graph:
        return rdflib_graph(s.quad for source in self._corpus.shapes for s in source.statements)

    @cached_property
    def _ontology(self) -> list[ox.Quad]:
        return [s.quad for source in self._corpus.ontology for s in source.statements]

    @cached_property
    def _data(self) -> list[ox.Quad]:
        return [s.quad for source in self._corpus.data for s in source.statements]

    @cached_property
    def _known(self) -> Vocabulary:
        quads = [s.quad for source in self._corpus.sources for s in source.statements]
        return Vocabulary.of(self._corpus.space, self._ontology, quads)

    @cached_property
    def _existing(self) -> Report:
        """The findings of the graph directory itself."""
        files = [
            Contributed(source.path.relative_to(self._corpus.root).as_posix(), source.statements)
            for source in self._corpus.data
        ]
        return self._report([*self._ontology, *self._data], files, self._known)

    def whole(self) -> Report:
        """Everything that is wrong in the graph directory."""
        return self._existing

    def files(self, contributed: Sequence[Contributed], context: Context = "graph") -> Report:
        """What is wrong in the files: with the graph, findings that it had before are told apart.

        With `context="none"` the files stand alone; only terms and code lists are known.
        """
        sent = [s.quad for c in contributed for s in c.statements]
        if context == "none":
            known = Vocabulary.of(self._corpus.space, self._ontology, [*self._ontology, *sent])
            return self._report([*self._background(sent), *sent], contributed, known)
        report = self._report([*self._ontology, *self._data, *sent], contributed, self._known.with_(sent))
        before = {f.key for f in self._existing.findings}
        after = {f.key for f in report.findings}
        told = [replace(f, state=State.EXISTING) if f.key in before else f for f in report.findings]
        fixed = [
            replace(f, state=State.FIXED) for f in self._existing.findings if f.key not in after and f.code == "shacl"
        ]
        return replace(report, findings=(*told, *fixed))

    @cached_property
    def _hierarchy(self) -> list[ox.Quad]:
        return [q for q in self._ontology if q.predicate.value == _SUBCLASS]

    @cached_property
    def _by_subject(self) -> dict[object, list[ox.Quad]]:
        by_subject: dict[object, list[ox.Quad]] = {}
        for quad in self._ontology:
            by_subject.setdefault(quad.subject, []).append(quad)
        return by_subject

    def _background(self, sent: Sequence[ox.Quad]) -> list[ox.Quad]:
        """What a file that stands alone still needs: the class hierarchy, and the codes that it refers to."""
        found, todo = dict.fromkeys(self._hierarchy), [q.object for q in sent]
        done: set[object] = set()
        while todo:
            if (term := todo.pop()) not in done:
                done.add(term)
                quads = self._by_subject.get(term, []) if isinstance(term, ox.NamedNode) else []
                found |= dict.fromkeys(quads)
                todo += [q.object for q in quads if q.predicate.value == _IN_SCHEME]
        return list(found)

    def _report(self, quads: Sequence[ox.Quad], files: Sequence[Contributed], known: Vocabulary) -> Report:
        gate = [f for c in files for f in inspect(c.statements, known, c.name)]
        places = _Places(files)
        shacl = [places.placed(f) for f in judge(rdflib_graph(quads), self._shapes)]
        return Report((*gate, *shacl), version=self._corpus.digest[:16])


class _Places:
    """Where in the files a finding's statement stands: the triple itself, else its subject's first."""

    def __init__(self, files: Sequence[Contributed]) -> None:
        self._by_triple: dict[tuple[str, ...], tuple[str, int, int]] = {}
        for contributed in files:
            for s in contributed.statements:
                place = (contributed.name, s.line, s.column)
                subject, predicate, object_ = _text(s.quad.subject), s.quad.predicate.value, _text(s.quad.object)
                for key in ((subject, predicate, object_), (subject, predicate), (subject,)):
                    self._by_triple.setdefault(key, place)

    def placed(self, finding: Finding) -> Finding:
        """The finding with its file, line and column, as exactly as they are known."""
        parts = [p for p in (finding.focus, finding.path, finding.value) if p is not None]
        for length in range(len(parts), 0, -1):
            if place := self._by_triple.get(tuple(parts[:length])):
                return replace(finding, file=place[0], line=place[1], column=place[2])
        return finding


def _text(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> str:
    return str(term) if isinstance(term, ox.Triple) else term.value
