"""What somebody sends → a report, and what of it would be stored: the one check behind every door.

The command line, `/validate` and the proposing of contributions ask here, so that they cannot differ.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import pyoxigraph as ox

from bsrgraph.corpus import Corpus
from bsrgraph.findings import Finding, Report, Severity
from bsrgraph.formats import Format
from bsrgraph.parse import Statement
from bsrgraph.settings import Settings
from bsrgraph.store.port import Store
from bsrgraph.validate import Contributed, Validator

__all__ = ["Checked", "Checker", "Context", "Sent", "skolemised"]

Context = Literal["graph", "none"]
"""What a file is checked with: the live graph, or nothing but terms and code lists."""


@dataclass(frozen=True, slots=True)
class Sent:
    """Bytes as they came, what they are called, and what they are said to be.

    Without a `form` the suffix of `name` says it, with `.gz` at its end where the bytes are `packed`.
    """

    data: bytes = field(repr=False)
    name: str = "sent.ttl"
    form: Format | None = None
    packed: bool = False


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of a check.

    `statements` are as sent, with their places. `quads` are what would be stored: blank nodes skolemised, in the
    default graph unless `named`. `digest` is the SHA-256 of the RDFC-1.0 form before skolemising, in hexadecimal;
    the first sixteen digits are the contribution's `id`. `refused` means that the gate let nothing further: the
    report then holds only why, `quads` are empty, and where no digest could be made it is empty too.
    """

    report: Report
    file: str
    statements: tuple[Statement, ...] = field(default=(), repr=False)
    quads: tuple[ox.Quad, ...] = field(default=(), repr=False)
    digest: str = ""
    refused: bool = False

    @property
    def id(self) -> str:
        """The name of the contribution: sixteen hexadecimal digits, the same for the same triples."""
        return self.digest[:16]

    @property
    def conforms(self) -> bool:
        """Whether nothing stands in the way: not refused, and no new Violation; Warnings do not block."""
        return not self.refused and self.report.conforms


class Checker:
    """Checks what is sent against a store; keeps warm children until it is closed."""

    def __init__(self, corpus: Corpus, store: Store, settings: Settings) -> None:
        self._corpus = corpus
        self._store = store
        self._settings = settings
        self._validator = Validator(corpus)

    def check(self, sent: Sent, context: Context = "graph", *, named: bool = False) -> Checked:
        """The report on `sent`, and what would be stored of it.

        With `named`, the statements may be in named graphs of their own, as in a file of `data/sources/`.

        Raises:
            TooLarge: it is larger than a limit, or grows past one when it is unpacked.
            UnknownFormat: it is no RDF by its form or name.
            ContentError: it is not what it is said to be (line, column, hint).

        """
        name = sent.name if sent.form is None else f"{sent.name}.{sent.form.suffix}"
        contributed = Contributed.read(name, sent.data)
        if not named and (refusals := [_in_a_graph(s, name) for s in contributed.statements if _is_in_a_graph(s)]):
            return Checked(Report(tuple(refusals[:1])), name, contributed.statements, refused=True)
        report = replace(self._validator.files([contributed], context), version=self._store.version)
        canonical = ox.Dataset(s.quad for s in contributed.statements)
        canonical.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
        lines = sorted((ox.serialize(canonical, format=ox.RdfFormat.N_QUADS) or b"").splitlines(keepends=True))
        digest = hashlib.sha256(b"".join(lines)).hexdigest()
        quads = tuple(skolemised(canonical, self._corpus.space.base, digest[:16]))
        return Checked(report, name, contributed.statements, quads, digest)

    def close(self) -> None:
        """Ends the children."""


def skolemised(canonical: Iterable[ox.Quad], base: str, name: str) -> Sequence[ox.Quad]:
    """The quads with an IRI for each blank node (RDF 1.1 Concepts section 3.5), made of `name` and its label."""

    def iri(term: object) -> ox.NamedNode:
        return ox.NamedNode(f"{base}.well-known/genid/{name}-{term.value}")  # type: ignore[attr-defined]

    return [
        ox.Quad(
            iri(q.subject) if isinstance(q.subject, ox.BlankNode) else q.subject,
            q.predicate,
            iri(q.object) if isinstance(q.object, ox.BlankNode) else q.object,
            q.graph_name,
        )
        for q in canonical
    ]


def _is_in_a_graph(statement: Statement) -> bool:
    return not isinstance(statement.quad.graph_name, ox.DefaultGraph)


def _in_a_graph(statement: Statement, file: str) -> Finding:
    graph = statement.quad.graph_name.value if isinstance(statement.quad.graph_name, ox.NamedNode) else "_:"
    return Finding(
        Severity.VIOLATION,
        "named-graph",
        f"The statements are in a named graph, {graph}; a contribution becomes one of its own.",
        value=graph,
        expected="statements outside every graph, as in Turtle",
        file=file,
        line=statement.line,
        column=statement.column,
    )
