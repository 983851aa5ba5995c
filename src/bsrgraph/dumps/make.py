"""Everything that a version holds, as files: written once a version, in one pass each, whatever the size.

The four layers of named graphs are read one after another, and their N-Quads are at the same time the beginning of
the whole; TriG and JSON-LD are made from that; N-Triples has the union of all graphs, each triple once. Nothing is
sorted and nothing lies whole in memory. The bytes say nothing of when or where they were made.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from functools import lru_cache, partial
from pathlib import Path
from typing import IO, cast

import pyoxigraph as ox

from bsrgraph.derived import DerivedFiles, Maker
from bsrgraph.dumps.files import Dump, Dumps, Sink, Tee
from bsrgraph.errors import StoreError
from bsrgraph.formats import Format
from bsrgraph.iris import LAYERS, PREFIXES
from bsrgraph.read import Term, all_quads, in_bulk, query_text
from bsrgraph.store.port import Store, Version

__all__ = ["DUMPS", "coming_dumps", "dump_maker", "kept_dumps", "kept_versions", "make_dumps", "write_everything"]

DUMPS = (
    "all.trig.gz",
    "all.nq.gz",
    "all.nt.gz",
    "all.jsonld",
    "all.jsonld.gz",
    *(f"{n}.nq.gz" for n in LAYERS.values()),
)
"""The names of the files that there are of each version."""
_MANIFEST = "dumps.json"


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
    if not version:
        return None
    path = files.root / version / _MANIFEST
    # A version comes from an address: it is one folder's name, and leads nowhere else.
    if path.parent.parent != files.root or not path.is_file():
        return None
    return _read(path)


def coming_dumps(version: Version) -> Dumps:
    """The files that a version will have, as far as they are known before they are written."""
    layers = set(LAYERS.values())
    parts = ((name, *name.split(".")) for name in DUMPS)
    files = (Dump(n, suffix, rest == ["gz"], stem if stem in layers else "") for n, stem, suffix, *rest in parts)
    return Dumps(version, "", Path(), tuple(files))


def dump_maker(store: Store, files: DerivedFiles) -> Maker[Dumps]:
    """What has the files of each version written while others are answered."""
    return Maker(store, partial(kept_dumps, files), partial(make_dumps, store, files))


def kept_versions(files: DerivedFiles) -> list[str]:
    """The versions of which there are dumps, newest first."""
    found = sorted(files.root.glob(f"*/{_MANIFEST}"), key=lambda p: p.stat().st_mtime, reverse=True)
    return [path.parent.name for path in found]


@lru_cache(maxsize=16)
def _read(path: Path) -> Dumps:
    kept = json.loads(path.read_text(encoding="utf-8"))
    return Dumps(Version(kept["version"]), kept["made"], path.parent, tuple(Dump(**dump) for dump in kept["files"]))


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


def _make(store: Store, version: Version, manifest: Path) -> None:
    """Writes every file beside the `manifest`, and the manifest last."""
    folder = manifest.parent
    layers, rest, union = _begin(store, version)
    made = store.notes.get("made", "")
    dumps: list[Dump | None] = []
    with Sink(folder, "all.nq.gz") as whole:
        for layer, quads in layers:
            with Sink(folder, f"{layer}.nq.gz", layer) as part:
                Tee(part, whole).fill(quads, ox.RdfFormat.N_QUADS)
            dumps.append(part.dump)
        Tee(whole).fill(rest, ox.RdfFormat.N_QUADS)
    with Sink(folder, "all.nt.gz") as triples:
        ox.serialize(_counted(union, triples), cast(IO[bytes], triples), format=ox.RdfFormat.N_TRIPLES)
    with Sink(folder, "all.trig.gz") as trig:
        Tee(trig).fill(_again(folder / "all.nq.gz"), ox.RdfFormat.TRIG, PREFIXES)
    with ExitStack() as both:
        plain, packed = (both.enter_context(Sink(folder, f"all.jsonld{end}")) for end in ("", ".gz"))
        Tee(plain, packed).fill(_again(folder / "all.nq.gz"), ox.RdfFormat.JSON_LD)
    dumps = [trig.dump, whole.dump, triples.dump, plain.dump, packed.dump, *dumps]
    told = {"version": version, "made": made, "files": [asdict(dump) for dump in dumps if dump]}
    manifest.write_text(json.dumps(told, indent=1), encoding="utf-8")


def _counted(triples: Iterable[ox.Triple], sink: Sink) -> Iterator[ox.Triple]:
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
