"""What somebody sends → a report, and what of it would be stored: the one check behind every door.

The command line, `/validate` and the proposing of contributions ask here, so that they cannot differ.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import pyoxigraph as ox

from bsrgraph.contribute.known import fresh, known_to, only_in
from bsrgraph.contribute.table import TABLES, TableReader
from bsrgraph.corpus import Corpus
from bsrgraph.errors import ContentError, TooLarge, UnknownFormat, UsageError
from bsrgraph.explain import TEMPORARY, Explainer, Nearest, Rules, Source
from bsrgraph.findings import Finding, Report, Severity
from bsrgraph.formats import XLSX, Format, by_name
from bsrgraph.gate import inspect, refusals
from bsrgraph.pages import Labels
from bsrgraph.parse import Read, Reader, Statement, normal, skolemised, unpacked
from bsrgraph.search import Indexes
from bsrgraph.settings import Settings
from bsrgraph.store.connect import in_memory
from bsrgraph.store.port import Store
from bsrgraph.validate import Context, Incremental, Judges

__all__ = ["Checked", "Checker", "Context", "Sent", "unreadable"]


@dataclass(frozen=True, slots=True)
class Sent:
    """Bytes as they came, what they are called, and what they are said to be.

    Without a `form` the suffix of `name` says it; bytes are unpacked where they are `packed` or `name` ends in `.gz`.
    `kind` says what the rows of a table are.
    """

    data: bytes = field(repr=False)
    name: str = "sent.ttl"
    form: Format | None = None
    packed: bool = False
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of a check.

    `statements` are as sent, with their places. `quads` are what would be stored: texts in Unicode normal form C, blank
    nodes skolemised, in the default graph unless `named`. `digest` is the SHA-256 of the RDFC-1.0 form before
    skolemising, in hexadecimal; the first sixteen digits are the contribution's `id`. `refused` means that the gate let
    nothing further: the report then holds only why, and where blank nodes cannot be told apart, there is no digest.
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
    """Checks what is sent against a store, in children that end with this object; `indexes` find the nearest names."""

    def __init__(self, corpus: Corpus, store: Store, settings: Settings, indexes: Indexes | None = None) -> None:
        self._corpus = corpus
        self._store = store
        self._settings = settings
        self._indexes = indexes

    @cached_property
    def _reader(self) -> Reader:
        return Reader(self._settings)

    @cached_property
    def _tables(self) -> TableReader:
        return TableReader(self._corpus, self._settings)

    @cached_property
    def _judges(self) -> Judges:
        return Judges(self._shapes, self._settings)

    @cached_property
    def _shapes(self) -> list[ox.Quad]:
        return [s.quad for source in self._corpus.shapes for s in source.statements]

    @cached_property
    def _rules(self) -> Rules:
        return Rules(self._shapes)

    @cached_property
    def _incremental(self) -> Incremental:
        return Incremental(self._shapes, self._judges, self._settings.affected_limit)

    @cached_property
    def _terms(self) -> frozenset[str]:
        subjects = (s.quad.subject for source in self._corpus.ontology for s in source.statements)
        return frozenset(s.value for s in subjects if isinstance(s, ox.NamedNode))

    @cached_property
    def _background(self) -> Store:
        """What a file that stands alone is checked with: terms and code lists."""
        return in_memory(s.quad for source in self._corpus.ontology for s in source.statements)

    def warm(self) -> None:
        """Starts a child of each kind now, so that the first check does not wait for them."""
        self._reader.warm()
        self._judges.warm()
        _ = self._incremental

    def check(
        self, sent: Sent, context: Context = "graph", *, named: bool = False, without: str | None = None
    ) -> Checked:
        """The report on `sent`, and what would be stored of it.

        With `named`, the statements may be in evidence graphs of their own, as in a file of `data/sources/`. `without`
        is a named graph that would go at the same time, that of the contribution that this one supersedes.

        Raises:
            TooLarge: it is larger than a limit, or grows past one when it is unpacked.
            UnknownFormat: it is no RDF by its form or name.
            ContentError: it is not what it is said to be (line, column, hint).
            StoreBusy: too many others are being checked.

        """
        source, read = self.read(sent)
        return self.check_read(source, read.canonical, context, named=named, without=without)

    def read(self, sent: Sent) -> tuple[Source, Read]:
        """What was sent, read and not yet checked; raises as `check` does."""
        try:
            data, form = self._opened(sent)
            if form in TABLES:
                read, told = self._tables.read(data, form, sent.name, sent.kind, self._store, self._indexes)
                source = Source(sent.name, read.statements, b"", form, told)
            else:
                read = self._reader.read(data, form)
                source = Source(sent.name, read.statements, data, form)
            if not read.statements and not source.findings:
                raise _nothing(form)
        except ContentError as error:
            error.file = sent.name
            raise
        return source, read

    def check_read(
        self,
        source: Source,
        canonical: bytes | None,
        context: Context = "graph",
        *,
        named: bool = False,
        without: str | None = None,
    ) -> Checked:
        """The report on statements that have been read already, from a table for example.

        `canonical` is the form that `parse.canonical` gives to them.
        """
        digest = "" if canonical is None else hashlib.sha256(canonical).hexdigest()
        findings = [] if canonical is not None else [_alike(source.name)]
        report, refused = self._report([source], context, named=named, without=without, findings=findings)
        if refused:
            return Checked(report, source.name, source.statements, digest=digest, refused=True)
        quads = ox.parse(canonical or b"", format=ox.RdfFormat.N_QUADS)
        stored = tuple(skolemised(quads, self._corpus.space.base, digest[:16]))
        return Checked(report, source.name, source.statements, stored, digest)

    def check_files(self, files: Sequence[Sent], context: Context = "graph") -> Report:
        """One report on several files, each of which may speak of what another describes.

        What is in a named graph that the graph has already is checked as if it took its place.
        """
        sources = [self.read(sent)[0] for sent in files]
        return self._report(sources, context, named=True)[0]

    def consequences(self, graph: str) -> Report:
        """What would be new, fixed and left if the named graph `graph` went: of a contribution to be taken back."""
        return self._report([], "graph", named=False, without=graph)[0]

    def _report(
        self,
        sources: Sequence[Source],
        context: Context,
        *,
        named: bool,
        without: str | None = None,
        findings: Iterable[Finding] = (),
    ) -> tuple[Report, bool]:
        """The report, and whether anything was refused, so that nothing further was looked at."""
        live = context == "graph"
        store, indexes = (self._store, self._indexes) if live else (self._background, None)
        space = self._corpus.space
        quads = [s.quad for source in sources for s in source.statements]
        known = known_to(store, space, self._terms, quads, indexes)
        nearest = Nearest(store, space, self._rules, indexes)
        explainer = Explainer(sources, nearest, Labels(store, space, ()))
        version = store.version if live else self._corpus.digest[:16]
        refused = [*findings, *(f for s in sources for f in refusals(s.statements, known, s.name, named=named))]
        if refused:
            return explainer.report(refused, version), True
        wrong = [f for s in sources for f in (*s.findings, *inspect(s.statements, known, s.name))]
        gone = {without} if without is not None else _graphs(quads) if named and live else set()
        return explainer.report([*wrong, *self._judged(store, sources, gone)], version), False

    def _judged(self, store: Store, sources: Sequence[Source], going: Iterable[str]) -> Sequence[Finding]:
        """What the shapes say of the sources, when the graphs `going` go; blank nodes have names for as long."""
        sent = [
            quad.triple
            for number, source in enumerate(sources)
            for quad in skolemised((normal(s.quad) for s in source.statements), TEMPORARY, str(number))
        ]
        gone = {triple for graph in sorted(going) for triple in only_in(store, graph)}
        subjects = {t.subject for t in sent if isinstance(t.subject, ox.NamedNode)}
        return self._incremental.check(store, fresh(store, sent), gone.difference(sent), subjects).findings

    def _opened(self, sent: Sent) -> tuple[bytes, Format]:
        limit = self._settings.unpacked_limit
        packed = sent.packed or sent.name.endswith(".gz")
        data = unpacked(sent.data, limit) if packed else sent.data
        if len(data) > limit:
            raise TooLarge(f"It has {len(data):,} bytes; the limit is {limit:,}.", hint="Send it in parts.")
        if sent.form is not None:
            return data, sent.form
        suffix = Path(sent.name.removesuffix(".gz")).suffix
        if suffix.lower() == f".{XLSX.suffix}":
            return data, XLSX
        try:
            return data, by_name(suffix)
        except UsageError as error:
            raise UnknownFormat(error.message, hint=error.hint) from error

    def close(self) -> None:
        """Ends the children."""
        for name in ("_reader", "_tables", "_judges"):
            if name in self.__dict__:
                self.__dict__[name].close()


def unreadable(error: ContentError) -> Report:
    """What could not be read, as a report: for those who show findings beside lines."""
    return Report(
        (
            Finding(
                Severity.VIOLATION,
                "unreadable",
                error.message,
                expected=error.hint,
                file=error.file,
                line=error.line,
                column=error.column,
                excerpt=error.caret,
            ),
        )
    )


def _graphs(quads: Iterable[ox.Quad]) -> set[str]:
    return {q.graph_name.value for q in quads if isinstance(q.graph_name, ox.NamedNode)}


def _nothing(form: Format) -> ContentError:
    hints = {"jsonld": "Is the JSON-LD's @context missing?", "csv": "Below the header, each row is one thing."}
    hint = hints.get("csv" if form in TABLES else form.suffix)
    return ContentError("There are no triples in it.", line=1, hint=hint)


def _alike(file: str) -> Finding:
    return Finding(
        Severity.VIOLATION,
        "blank-nodes",
        "Its blank nodes are so alike that they could not be told apart in time.",
        expected="an IRI for each thing, instead of a blank node",
        file=file,
        line=1,
    )
