"""What a dump is, and how one is written: packed, digested, and under its name only when it is whole."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, cast

import pyoxigraph as ox

from bsrgraph.formats import Format, by_name
from bsrgraph.store.port import Version

__all__ = ["Dump", "Dumps", "Sink", "Tee"]


@dataclass(frozen=True, slots=True)
class Dump:
    """One file: the suffix of its format, whether it is packed with gzip, and what it holds.

    `layer` is empty for all graphs; `statements` counts triples in N-Triples, quads elsewhere. Until it is written
    there is no digest, and no size.
    """

    name: str
    suffix: str
    packed: bool
    layer: str
    statements: int = 0
    size: int = 0
    sha256: str = ""

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


class Sink:
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

    def __enter__(self) -> Sink:
        return self

    def write(self, data: bytes) -> int:
        """Takes some more, as files do."""
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


class Tee:
    """Several sinks that get the same bytes."""

    def __init__(self, *sinks: Sink) -> None:
        self._sinks = sinks

    def write(self, data: bytes) -> int:
        """Gives some more to each of them."""
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
