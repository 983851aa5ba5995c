"""The index of one version, open for reading by many threads, and the questions that a search asks of it."""

from __future__ import annotations

import sqlite3
import threading
import weakref
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from bsrgraph.derived import DerivedFiles
from bsrgraph.errors import StoreError
from bsrgraph.search.build import slips

__all__ = ["Index", "Name", "Reader", "Thing"]

Name = tuple[int, str, str, tuple[str, ...]]
"""A name of a thing: its role (0 what it is called, 1 another name, 2 a code), text, language and folded forms."""


@dataclass(frozen=True, slots=True)
class Thing:
    """A thing of the index with its names; its place is lower the more statements point to it."""

    place: int
    iri: str
    kinds: tuple[str, ...]
    links: int
    names: tuple[Name, ...]


class Index:
    """The index in the file at `path`, one of `files`; `version` names what it was made from."""

    def __init__(self, path: Path, version: str, files: DerivedFiles) -> None:
        self.version = version
        self._files = files  # without a root of their own they go with the last who holds them
        self._path = path
        self._idle: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        weakref.finalize(self, _close, self._idle)
        with self.reading() as reader:
            self.kinds: dict[str, int] = reader.kind_numbers()
            self.languages: tuple[str, ...] = tuple(reader.languages())

    @property
    def is_there(self) -> bool:
        """Whether its file is still there: those of old versions go."""
        return self._path.exists()

    @contextmanager
    def reading(self) -> Iterator[Reader]:
        """A reader for one thread, for as long as it needs one.

        Raises:
            StoreError: the index cannot be read.

        """
        with self._lock:
            connection = self._idle.pop() if self._idle else None
        try:
            if connection is None:
                where = f"file:{quote(str(self._path.resolve()))}?mode=ro&immutable=1"
                connection = sqlite3.connect(where, uri=True, check_same_thread=False)
            yield Reader(connection)
        except sqlite3.Error as error:
            if connection is not None:
                connection.close()
            raise StoreError(f"The search index cannot be read: {error}") from error
        except BaseException:
            if connection is not None:
                connection.close()
            raise
        with self._lock:
            self._idle.append(connection)


def _close(idle: list[sqlite3.Connection]) -> None:
    for connection in idle:
        with suppress(sqlite3.Error):
            connection.close()


class Reader:
    """What can be asked of an index, through one connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def _all(self, statement: str, values: Sequence[object] = ()) -> list[tuple[object, ...]]:
        return self._connection.execute(statement, values).fetchall()

    def _places(self, statement: str, values: Sequence[object]) -> list[int]:
        return [row[0] for row in self._connection.execute(statement, values)]

    def kind_numbers(self) -> dict[str, int]:
        """Kind → its number in the index."""
        return dict(self._connection.execute("SELECT name, id FROM kinds ORDER BY name"))

    def spelt(self, spellings: Iterable[str], limit: int) -> list[int]:
        """Places of the things that have one of these names, without spaces, in their order."""
        wanted = list(spellings)
        text = f"SELECT DISTINCT thing FROM spellings WHERE form IN ({_marks(wanted)}) ORDER BY thing LIMIT {limit:d}"  # noqa: S608 -- marks and a number
        return self._places(text, wanted)

    def spelt_from(self, beginning: str, limit: int) -> list[int]:
        """Places of things with a name that begins so, without spaces; in the order of the alphabet."""
        text = "SELECT thing FROM spellings WHERE form >= ? AND form < ? LIMIT ?"
        return self._places(text, (beginning, beginning + "\U0010ffff", limit))

    def forms(self, places: Sequence[int]) -> list[tuple[int, str]]:
        """The usual form of every name of the things at these places."""
        text = f"SELECT thing, forms FROM names WHERE thing IN ({_marks(places)})"  # noqa: S608 -- marks only
        return [(place, forms.partition("\n")[0]) for place, forms in self._connection.execute(text, places)]

    def matching(self, expression: str, limit: int) -> list[int]:
        """The first places whose words match an expression of FTS5."""
        return self._places("SELECT rowid FROM words WHERE words MATCH ? ORDER BY rowid LIMIT ?", (expression, limit))

    def count(self, expression: str) -> int:
        """How many things match an expression of FTS5."""
        return self._places("SELECT count(*) FROM words WHERE words MATCH ?", (expression,))[0]

    def places_of(self, iris: Sequence[str]) -> list[int]:
        """The places of the things with these IRIs, the most pointed at first."""
        text = f"SELECT id FROM things WHERE iri IN ({_marks(iris)}) ORDER BY id"  # noqa: S608 -- marks only
        return self._places(text, iris)

    def languages(self) -> list[str]:
        """The languages that names are in."""
        return [row[0] for row in self._connection.execute("SELECT DISTINCT language FROM names ORDER BY 1")]

    def iris_begun(self, beginning: str, limit: int) -> dict[str, int]:
        """IRIs that begin so, each with the place of its thing."""
        text = "SELECT iri, id FROM things WHERE iri >= ? AND iri < ? LIMIT ?"
        return dict(self._connection.execute(text, (beginning, beginning + "\U0010ffff", limit)))

    def known(self, words: Iterable[str]) -> dict[str, int]:
        """Those of the words that some name has, and how many things have each."""
        wanted = list(words)
        text = f"SELECT word, things FROM vocabulary WHERE word IN ({_marks(wanted)})"  # noqa: S608 -- marks only
        return dict(self._connection.execute(text, wanted))

    def begun(self, beginning: str, limit: int) -> list[tuple[str, int]]:
        """Words that begin so, and how many things have each."""
        text = "SELECT word, things FROM vocabulary WHERE word >= ? AND word < ? LIMIT ?"
        return self._connection.execute(text, (beginning, beginning + "\U0010ffff", limit)).fetchall()

    def slipped(self, word: str) -> list[tuple[str, int]]:
        """Words that may be `word` but for one letter, and how many things have each."""
        rests = list(slips(word))
        text = (
            f"SELECT DISTINCT word, things FROM vocabulary WHERE id IN "  # noqa: S608 -- marks only
            f"(SELECT word FROM slips WHERE rest IN ({_marks(rests)}))"
        )
        return self._connection.execute(text, rests).fetchall()

    def things(self, places: Sequence[int]) -> list[Thing]:
        """The things at these places with their names, in the order of the places."""
        wanted = list(places)
        names: dict[int, list[Name]] = {}
        text = f"SELECT thing, role, text, language, forms FROM names WHERE thing IN ({_marks(wanted)})"  # noqa: S608 -- marks only
        for thing, role, name, language, forms in self._connection.execute(text, wanted):
            names.setdefault(thing, []).append((role, name, language, tuple(forms.split("\n"))))
        text = f"SELECT id, iri, kinds, links FROM things WHERE id IN ({_marks(wanted)})"  # noqa: S608 -- marks only
        found = {
            place: Thing(place, iri, tuple(kinds.split()), links, tuple(names.get(place, ())))
            for place, iri, kinds, links in self._connection.execute(text, wanted)
        }
        return [found[place] for place in wanted if place in found]


def _marks(values: Sequence[object]) -> str:
    return ",".join("?" * len(values))
