"""Immutable generations of a store on disk: a change makes the next one, whole or not at all.

Layout of the state directory::

    lock                     held by the one writer there may be (flock)
    store-id                 names this state directory for ever
    current                  the number of the generation to read, replaced atomically
    pinned/000017            keeps a generation that a saved query refers to
    generations/000017/      generation.json and store/, never changed once it has this name
    generations/000018.tmp   half made; swept when the next writer begins

A generation begins as hard links to the files of the one before it (the engine never changes a table file in
place) and is written by one short-lived store. Readers open it read-only and keep it for as long as they run:
`read_only` beside a live writer of the same directory would be undefined.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from bsrgraph.errors import StoreError

__all__ = ["Generation", "Generations"]

_KEPT = 5


@dataclass(frozen=True, slots=True)
class Generation:
    """One state of the data: its number, where its store is, and what was written down when it was made."""

    number: int
    path: Path
    notes: Mapping[str, str]

    @property
    def store(self) -> Path:
        """The directory of the engine's own files."""
        return self.path / "store"


class Generations:
    """The generations under the state directory `state`, which is made if need be."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self._home = state / "generations"
        try:
            self._home.mkdir(parents=True, exist_ok=True)
            self.id = self._read_id()
        except OSError as error:
            raise StoreError(f"The state directory {state} cannot be used: {error}") from error

    def _read_id(self) -> str:
        path = self.state / "store-id"
        with contextlib.suppress(FileNotFoundError):
            return path.read_text(encoding="ascii").strip()
        with self.writing():  # one process names the store, others that start with it read the name
            if not path.exists():
                _replace(path, secrets.token_hex(8))
        return path.read_text(encoding="ascii").strip()

    def stamp(self) -> tuple[int, int]:
        """Something cheap that changes whenever `current` does."""
        try:
            found = (self.state / "current").stat()
        except FileNotFoundError:
            return (0, 0)
        return (found.st_ino, found.st_mtime_ns)

    def current(self) -> Generation | None:
        """The generation to read, or None before the first is made.

        Where `current` is lost or names nothing, that is the newest: each was whole before it had its name.
        """
        with contextlib.suppress(FileNotFoundError, ValueError):
            if found := self.get(int((self.state / "current").read_text(encoding="ascii"))):
                return found
        newest_first = sorted(self._numbers(), reverse=True)
        return next((found for number in newest_first if (found := self.get(number))), None)

    def _numbers(self) -> list[int]:
        return [int(p.name) for p in self._home.iterdir() if p.name.isdigit()]

    def get(self, number: int) -> Generation | None:
        """The generation of that number, if it is still kept."""
        path = self._home / f"{number:06d}"
        try:
            notes = json.loads((path / "generation.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return Generation(number, path, notes)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Holds the writer's lock; waits for it. Half-made generations are swept first."""
        with (self.state / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            for path in self._home.glob("*.tmp"):
                shutil.rmtree(path, ignore_errors=True)
            for path in self.state.glob(".*.tmp"):
                path.unlink(missing_ok=True)
            yield

    def make(
        self, fill: Callable[[ox.Store], None], notes: Mapping[str, str], base: Generation | None = None
    ) -> Generation:
        """The next generation: `base` (or nothing) changed by `fill`. To be called while `writing()`.

        It becomes current only when everything of it is on disk; if `fill` raises, nothing has happened.

        Raises:
            StoreError: the disk is full or cannot be written.

        """
        number = max([0, *self._numbers()]) + 1
        half_made = self._home / f"{number:06d}.tmp"
        try:
            half_made.mkdir()
            if base is not None:
                _link_tree(base.store, half_made / "store")
            store = ox.Store(half_made / "store")
            fill(store)
            store.flush()
            del store
            _replace(half_made / "generation.json", json.dumps(dict(notes), ensure_ascii=False))
            _sync_tree(half_made)
            final = self._home / f"{number:06d}"
            half_made.rename(final)
            _sync(self._home)
            _replace(self.state / "current", str(number))
        except OSError as error:
            shutil.rmtree(half_made, ignore_errors=True)
            raise StoreError(f"The new version cannot be written: {error}") from error
        except BaseException:
            shutil.rmtree(half_made, ignore_errors=True)
            raise
        self._prune(number)
        return Generation(number, final, dict(notes))

    def forget_past(self) -> None:
        """Drops all but the current generation, pinned ones too. To be called while `writing()`."""
        current = self.current()
        for number in self._numbers():
            if current is None or number != current.number:
                (self.state / "pinned" / f"{number:06d}").unlink(missing_ok=True)
                shutil.rmtree(self._home / f"{number:06d}", ignore_errors=True)
        _sync(self._home)

    def _prune(self, newest: int) -> None:
        pinned = {p.name for p in (self.state / "pinned").glob("*")}
        for number in sorted(self._numbers())[:-_KEPT]:
            name = f"{number:06d}"
            if name not in pinned and number != newest:
                # A reader that has it open keeps its files until it closes them.
                shutil.rmtree(self._home / name, ignore_errors=True)


def _link_tree(source: Path, target: Path) -> None:
    """Copies a store: table files as hard links, as they never change; the few files that do, by content.

    The engine's diaries (137 kB each time it opens) stay behind: each version would hold those of all before it.
    """
    target.mkdir()
    for path in source.iterdir():
        if path.suffix == ".sst":
            os.link(path, target / path.name)
        elif path.name.partition(".")[0] not in ("LOCK", "LOG"):
            shutil.copy2(path, target / path.name)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync_tree(root: Path) -> None:
    for folder, _, names in os.walk(root):
        for path in (Path(folder) / name for name in names):
            if path.stat().st_nlink == 1:  # another name of the same file means that it has been synced under that
                _sync(path)
        _sync(Path(folder))


def _replace(path: Path, text: str) -> None:
    """Writes a small file so that it is either the old one or the new one, whatever happens."""
    half_made = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    with half_made.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    half_made.replace(path)
    _sync(path.parent)
