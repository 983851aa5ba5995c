"""Everything that a version holds, as files: written once a version, in one pass each, whatever the size.

The four layers of named graphs are read one after another, and their N-Quads are at the same time the beginning of
the whole; TriG and JSON-LD are made from that; N-Triples has the union of all graphs, each triple once. Nothing is
sorted and nothing lies whole in memory. The bytes say nothing of when or where they were made.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import logging
import threading
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from functools import lru_cache, partial
from pathlib import Path
from types import TracebackType
from typing import IO, cast

import pyoxigraph as ox

from bsrgraph.derived import DerivedFiles
from bsrgraph.errors import BsrgraphError, NotFound, StoreError
from bsrgraph.formats import Format, by_name
from bsrgraph.iris import LAYERS, PREFIXES
from bsrgraph.read import Term, all_quads, in_bulk, query_text
from bsrgraph.store.port import Store, Version

__all__ = ["Dump", "DumpMaker", "Dumps", "kept_dumps", "kept_versions", "make_dumps", "write_everything"]

_log = logging.getLogger("bsrgraph.dumps")
_MANIFEST = "dumps.json"
_WAIT = 8.0
"""Seconds that a request waits for files that are being written."""


@dataclass(frozen=True, slots=True)
class Dump:
    """One file: the suffix of its format, whether it is packed with gzip, and what it holds.

    `layer` is empty for all graphs; `statements` counts triples in N-Triples, quads elsewhere.
    """

    name: str
    suffix: str
    packed: bool
    layer: str
    statements: int
    size: int
    sha256: str

    @property
    def format(self) -> Format:
        """The format of what is in it."""
        return by_name(self.suffix)

    @property
    def media_type(self) -> str:
        """That of the file as it is sent: where it is packed, gzip and nothing else."""
        return "application/gzip" if self.packed else self.format.media_type


@dataclass(frozen=True, slots=True)
class Dumps:
    """The files of one version, the folder they are in, and when the version was made (ISO 8601, or empty)."""

    version: Version
    made: str
    folder: Path
    files: tuple[Dump, ...]

    def named(self, name: str) -> Dump | None:
        """The file of this name."""
        return next((f for f in self.files if f.name == name), None)


def make_dumps(store: Store, files: DerivedFiles) -> Dumps:
    """The dumps of the store's version, written if they are not there yet.

    Raises:
        StoreError: they cannot be written.

    """
    version = store.version
    try:
        path = files.file(version, _MANIFEST, partial(_make, store, version))
    except OSError as error:
        raise StoreError(f"The dumps cannot be written: {error.strerror or error}.") from error
    return _read(path)


def kept_dumps(files: DerivedFiles, version: str) -> Dumps | None:
    """The dumps of a version, where they have been written and not been pruned."""
    path = files.root / version / _MANIFEST
    # A version comes from an address: it is one folder's name, and leads nowhere else.
    if path.parent.parent != files.root or not path.is_file():
        return None
    return _read(path)


def kept_versions(files: DerivedFiles) -> list[str]:
    """The versions of which there are dumps, newest first."""
    found = sorted(files.root.glob(f"*/{_MANIFEST}"), key=lambda p: p.stat().st_mtime, reverse=True)
    return [path.parent.name for path in found]


@lru_cache(maxsize=16)
def _read(path: Path) -> Dumps:
    kept = json.loads(path.read_text(encoding="utf-8"))
    return Dumps(Version(kept["version"]), kept["made"], path.parent, tuple(Dump(**dump) for dump in kept["files"]))


class DumpMaker:
    """Has the dumps of the current version made in a thread of its own, one version at a time."""

    def __init__(self, store: Store, files: DerivedFiles) -> None:
        self._store = store
        self._files = files
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._failure: BsrgraphError | None = None

    def current(self) -> Dumps | None:
        """The dumps of the current version; None if they are not all written after a wait that people bear.

        Raises:
            NotFound: the store names no versions.
            StoreError: they could not be written; the next call tries again.

        """
        version = self._store.version
        if not version:
            raise NotFound("A store that names no versions has no dumps; its endpoint has everything.")
        if found := kept_dumps(self._files, version):
            return found
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._failure = None
                self._thread = threading.Thread(target=self._make, name="dumps", daemon=True)
                self._thread.start()
            thread = self._thread
        thread.join(_WAIT)
        found = kept_dumps(self._files, version)
        if found is None and self._failure is not None:
            raise self._failure
        return found

    def _make(self) -> None:
        try:
            make_dumps(self._store, self._files)
        except BsrgraphError as error:
            _log.warning("dumps could not be made: %s", error.message)
            self._failure = error


def write_everything(store: Store, form: Format, output: IO[bytes]) -> None:
    """Writes all that the store holds as it is read: with its graphs where the format has them, else their union."""
    if form.rdf is None:
        raise ValueError(f"{form.label} holds no triples")
    if form.family == "dataset":
        ox.serialize(all_quads(store), output, format=form.rdf)
        return
    _, found = in_bulk(store, query_text("union"))
    ox.serialize(_triples(found), output, format=form.rdf)


def _triples(found: Iterable[Sequence[Term]]) -> Iterator[ox.Triple]:
    return (ox.Triple(s, p, o) for s, p, o in found)  # type: ignore[arg-type]


class _Sink:
    """A file being written: packed or not, digested on the way, under its name only when it is whole.

    The header that zlib writes names no time and no system, so that the same bytes come of the same statements.
    """

    def __init__(self, folder: Path, name: str, layer: str = "") -> None:
        self._path = folder / name
        self._half = folder / f"{name}.tmp"
        self._file = self._half.open("wb")
        self._packer = zlib.compressobj(6, wbits=31) if name.endswith(".gz") else None
        self._digest = hashlib.sha256()
        self._layer = layer
        self.statements = 0
        self.dump: Dump | None = None

    def __enter__(self) -> _Sink:
        return self

    def write(self, data: bytes) -> int:
        self._put(self._packer.compress(data) if self._packer else data)
        return len(data)

    def flush(self) -> None:
        """Nothing is kept back that a flush could send."""

    def _put(self, data: bytes) -> None:
        self._digest.update(data)
        self._file.write(data)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if kind is None and self._packer:
            self._put(self._packer.flush())
        size = self._file.tell()
        self._file.close()
        if kind is not None:
            self._half.unlink(missing_ok=True)
            return
        self._half.replace(self._path)
        name, packed = self._path.name, self._packer is not None
        suffix = name.split(".")[1]
        self.dump = Dump(name, suffix, packed, self._layer, self.statements, size, self._digest.hexdigest())


class _Tee:
    """Several sinks that get the same bytes."""

    def __init__(self, *sinks: _Sink) -> None:
        self._sinks = sinks

    def write(self, data: bytes) -> int:
        for sink in self._sinks:
            sink.write(data)
        return len(data)

    def flush(self) -> None:
        """As for each of them."""

    def counted(self, statements: Iterable[ox.Quad]) -> Iterator[ox.Quad]:
        """The statements, counted for every sink."""
        for statement in statements:
            for sink in self._sinks:
                sink.statements += 1
            yield statement

    def fill(self, statements: Iterable[ox.Quad], form: ox.RdfFormat, prefixes: dict[str, str] | None = None) -> None:
        """Writes the statements."""
        ox.serialize(self.counted(statements), cast(IO[bytes], self), format=form, prefixes=prefixes)


def _make(store: Store, version: Version, manifest: Path) -> None:
    """Writes every file beside the `manifest`, and the manifest last."""
    folder = manifest.parent
    layers, rest, union = _begin(store, version)
    made = store.notes.get("made", "")
    dumps: list[Dump | None] = []
    with _Sink(folder, "all.nq.gz") as whole:
        for layer, quads in layers:
            with _Sink(folder, f"{layer}.nq.gz", layer) as part:
                _Tee(part, whole).fill(quads, ox.RdfFormat.N_QUADS)
            dumps.append(part.dump)
        _Tee(whole).fill(rest, ox.RdfFormat.N_QUADS)
    with _Sink(folder, "all.nt.gz") as triples:
        ox.serialize(_counted(union, triples), cast(IO[bytes], triples), format=ox.RdfFormat.N_TRIPLES)
    with _Sink(folder, "all.trig.gz") as trig:
        _Tee(trig).fill(_again(folder / "all.nq.gz"), ox.RdfFormat.TRIG, PREFIXES)
    with ExitStack() as both:
        plain, packed = (both.enter_context(_Sink(folder, f"all.jsonld{end}")) for end in ("", ".gz"))
        _Tee(plain, packed).fill(_again(folder / "all.nq.gz"), ox.RdfFormat.JSON_LD)
    dumps = [trig.dump, whole.dump, triples.dump, plain.dump, packed.dump, *dumps]
    told = {"version": version, "made": made, "files": [asdict(dump) for dump in dumps if dump]}
    manifest.write_text(json.dumps(told, indent=1), encoding="utf-8")


def _counted(triples: Iterable[ox.Triple], sink: _Sink) -> Iterator[ox.Triple]:
    for triple in triples:
        sink.statements += 1
        yield triple


def _begin(
    store: Store, version: Version
) -> tuple[list[tuple[str, Iterator[ox.Quad]]], Iterator[ox.Quad], Iterator[ox.Triple]]:
    """The statements of each layer, those of graphs that are in none, and the union, all of `version`.

    Every reading is begun before any is read on, so that all are of one version, however often it changes meanwhile.
    """
    classes = [ox.NamedNode(iri) for iri in LAYERS]
    texts = [query_text("layer", layer=c, earlier=classes[:i]) for i, c in enumerate(classes)]
    begun = [in_bulk(store, text) for text in (*texts, query_text("layerless", layers=classes), query_text("union"))]
    if any(of != version for of, _ in begun):
        raise StoreError("The store changed before its dumps were begun.", hint="Try again.")
    *layers, rest, union = (found for _, found in begun)
    quads = [(ox.Quad(s, p, o, g) for g, s, p, o in found) for found in (*layers, rest)]  # type: ignore[arg-type]
    return list(zip(LAYERS.values(), quads, strict=False)), quads[-1], _triples(union)


def _again(path: Path) -> Iterator[ox.Quad]:
    """The statements of a file that was written before."""
    with gzip.open(path, "rb") as packed:
        yield from ox.parse(cast(IO[bytes], packed), format=ox.RdfFormat.N_QUADS)
