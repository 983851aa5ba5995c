"""Makes versions of the store: from the graph directory and the ledger, or by one more file.

Nothing is loaded by half: a version is there when everything of it is, and until then the one before answers.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, cast

import pyoxigraph as ox

from bsrgraph.contributed import quads_of
from bsrgraph.corpus import Corpus
from bsrgraph.errors import ContentError, StoreError, UsageError
from bsrgraph.follow import NOTE, follow, follows
from bsrgraph.formats import Format, by_name
from bsrgraph.iris import BSR, RDF_TYPE
from bsrgraph.ledger import Ledger, LoadedFile, describe_file, digest_of
from bsrgraph.parse import require_plain, statements
from bsrgraph.read import all_quads
from bsrgraph.store.port import Change, Store, Version

__all__ = ["Progress", "difference", "everything", "load_directory", "load_file", "make_anew"]

Progress = Callable[[str, int, int], None]
"""Is told the name of a file, the bytes read so far and the bytes there are."""


def load_directory(store: Store, corpus: Corpus, ledger: Ledger, *, force: bool = False) -> bool:
    """Brings the store up to the graph directory and the ledger; whether there was anything to do.

    Where only contributions were decided since, they alone are applied; else everything is made anew.

    Raises:
        StoreError: a file that was loaded is missing or has changed.

    """
    digest = directory_digest(corpus, ledger.files())
    if not force and store.notes.get("directory") == digest and follows(store, ledger):
        return False
    with ledger.deciding():
        digest = directory_digest(corpus, ledger.files())
        if not force and store.notes.get("directory") == digest:
            return follow(store, corpus, ledger)
        news = store.notes.get("directory") != digest
        version = make_anew(store, corpus, ledger)
        if news:
            ledger.note_load(version, "The graph directory and the loaded files were read anew.")
    return True


def make_anew(store: Store, corpus: Corpus, ledger: Ledger) -> Version:
    """Makes a version from nothing but the graph directory and the ledger. To be called while `ledger.deciding()`.

    Raises:
        StoreError: a file that was loaded is missing or has changed.

    """
    directory, accepted = directory_digest(corpus, ledger.files()), digest_of(ledger.contributions.accepted())
    notes = {"directory": directory, NOTE: accepted}
    version = store.apply(Change(lambda: everything(corpus, ledger), anew=True, notes=notes))
    ledger.contributions.note_applied(version)
    return version


def directory_digest(corpus: Corpus, files: Iterable[LoadedFile]) -> str:
    """One digest over the graph directory and the loaded files."""
    total = hashlib.sha256(corpus.digest.encode())
    for file in sorted(files, key=lambda f: f.graph):
        total.update(f"{file.graph}\0{file.sha256}\0".encode())
    return total.hexdigest()


def everything(corpus: Corpus, ledger: Ledger) -> Iterator[ox.Quad]:
    """Every quad of the graph directory, of the loaded files, and of the accepted contributions."""
    yield from corpus.quads()
    for file in ledger.files():
        if fault := file.fault():
            raise StoreError(f"The store cannot be rebuilt: {fault}.", hint="Put the file back, or load another.")
        yield from quads_of_file(Path(file.path), file.graph, None)
    for contribution, nquads in ledger.contributions.accepted_quads():
        yield from quads_of(corpus.space, contribution, nquads)


def load_file(
    store: Store, corpus: Corpus, ledger: Ledger, path: Path, graph: str, progress: Progress | None
) -> Version:
    """Loads the file at `path` as the named graph `graph`, in place of what that graph held before.

    Raises:
        UsageError: the graph is one of the directory's own.
        ContentError: the file is not what its suffix says; nothing has changed.

    """
    try:
        name = ox.NamedNode(graph)
    except ValueError as error:
        raise UsageError(f"This is not an absolute IRI: {graph}") from error
    if name.value in corpus.graphs:
        raise UsageError(f"{graph} is a graph of the graph directory.", hint="Choose another IRI, or change its file.")
    if graph.startswith(corpus.space.contributions):
        raise UsageError(f"{graph} is the name of a contribution.", hint="Propose the file, or choose another IRI.")
    file = describe_file(graph, path)
    with ledger.deciding():
        files = [*(f for f in ledger.files() if f.graph != graph), file]
        notes = {**store.notes, "directory": directory_digest(corpus, files)}
        version = store.apply(Change(lambda: quads_of_file(path, graph, progress), remove=(graph,), notes=notes))
        # Stopped before this line, the next start finds a version that the ledger does not know, and makes it anew.
        ledger.note_file(file)
        ledger.note_load(version, f"{path.name} was loaded as {graph}.")
    return version


def _format(path: Path) -> tuple[Format, bool]:
    packed = path.suffix == ".gz"
    form = by_name(Path(path.stem).suffix if packed else path.suffix)
    if form.rdf is None:
        raise UsageError(f"{path}: {form.label} holds no triples.")
    return form, packed


class _Counted(io.RawIOBase):
    """A file that tells how far it has been read."""

    def __init__(self, file: IO[bytes], name: str, size: int, progress: Progress) -> None:
        self._file, self._name, self._size, self._progress = file, name, size, progress

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self._progress(self._name, self._file.tell(), self._size)
        return data


def quads_of_file(path: Path, graph: str, progress: Progress | None) -> Iterator[ox.Quad]:
    """The triples of a file, in the named graph `graph`, which is a reference graph; `.gz` is unpacked on the way."""
    form, packed = _format(path)
    name = ox.NamedNode(graph)
    with path.open("rb") as raw:
        source: IO[bytes] = (
            cast(IO[bytes], _Counted(raw, path.name, path.stat().st_size, progress)) if progress else raw
        )
        opened = cast(IO[bytes], gzip.GzipFile(fileobj=source)) if packed else source
        try:
            for quad in _parsed(opened, form):
                if quad.graph_name != ox.DefaultGraph():
                    raise ContentError("It names graphs of its own, and is to be one.", hint="Load triples.")
                require_plain(quad)
                yield ox.Quad(quad.subject, quad.predicate, quad.object, name)
        except SyntaxError as error:
            told = ContentError(error.msg, line=error.lineno)
            told.file = str(path)
            raise told from error
        except ContentError as error:
            error.file = str(path)
            raise
        except (ValueError, EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise ContentError(f"{path}: {error}") from error
    yield ox.Quad(name, ox.NamedNode(RDF_TYPE), ox.NamedNode(BSR + "ReferenceGraph"), name)


def _parsed(opened: IO[bytes], form: Format) -> Iterator[ox.Quad]:
    """The quads of an open file: as a stream where that is safe, through the strict door where it is not."""
    if form.suffix in ("jsonld", "rdf"):
        return (s.quad for s in statements(opened.read(), form))
    start = opened.read(3).removeprefix(b"\xef\xbb\xbf")
    return iter(ox.parse(cast(IO[bytes], _Begun(start, opened)), format=form.rdf, rename_blank_nodes=True))


class _Begun(io.RawIOBase):
    """A file of which the first bytes have been read already."""

    def __init__(self, start: bytes, rest: IO[bytes]) -> None:
        self._start, self._rest = start, rest

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        start, self._start = self._start, b""
        return start or self._rest.read(size)


def difference(store: Store, other: Store) -> tuple[int, int]:
    """How many statements `store` has that `other` has not, and the other way round.

    Blank nodes have no names to compare; each counts as what is said of it.
    """
    have, want = Counter(_signatures(all_quads(store))), Counter(_signatures(all_quads(other)))
    return sum((have - want).values()), sum((want - have).values())


def _signatures(quads: Iterable[ox.Quad]) -> Iterator[tuple[str, ...]]:
    kept = list(dict.fromkeys(quads))
    said: dict[ox.BlankNode, list[str]] = {}
    for quad in kept:
        if isinstance(quad.subject, ox.BlankNode):
            shown = "_:" if isinstance(quad.object, ox.BlankNode) else str(quad.object)
            said.setdefault(quad.subject, []).append(f"{quad.predicate} {shown}")
    names = {node: "_:" + hashlib.sha256("\n".join(sorted(facts)).encode()).hexdigest() for node, facts in said.items()}

    def text(term: object) -> str:
        return names.get(term, "_:") if isinstance(term, ox.BlankNode) else str(term)

    for quad in kept:
        yield text(quad.subject), str(quad.predicate), text(quad.object), text(quad.graph_name)
