"""Writes the index of one version: an SQLite file, filled as the store's answers come, in constant memory.

The tables::

    things      each thing by its place: those that most point to come first, so that the first rows that a
                search meets are the ones to show first
    names       what it is called, as written, with its folded forms
    spellings   each form without its spaces → the things of that name
    words       full-text index (FTS5): the first words of names, the further ones, and the kinds
    vocabulary  each word there is, and how many things have it
    slips       each word with one letter left out, as a number → the word: two words that differ by one letter
                left out, added, changed or swapped have such a rest in common
    kinds       the number by which the index knows each kind
"""

from __future__ import annotations

import os
import sqlite3
import time
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path

import pyoxigraph as ox

from bsrgraph.iris import Space
from bsrgraph.read import query_text, rows, streamed_rows
from bsrgraph.search.fold import MOST_CHARACTERS, as_written, forms, joined
from bsrgraph.store.port import Store

__all__ = ["TERM", "build", "slips"]

TERM = "ontology"
"""The kind of the ontology's own terms."""
_BATCH = 2000
_BREATH = 0.0005
"""Seconds between two batches in which those who are being served need not wait for the interpreter."""

_TABLES = """
    PRAGMA journal_mode = OFF;
    PRAGMA synchronous = OFF;
    PRAGMA temp_store = FILE;
    PRAGMA cache_size = -16000;
    CREATE TABLE things (id INTEGER PRIMARY KEY, iri TEXT NOT NULL, kinds TEXT NOT NULL, links INTEGER NOT NULL);
    CREATE TABLE names (thing INTEGER, place INTEGER, role INTEGER, text TEXT, language TEXT, forms TEXT,
                        PRIMARY KEY (thing, place)) WITHOUT ROWID;
    CREATE TABLE spellings (form TEXT, thing INTEGER, PRIMARY KEY (form, thing)) WITHOUT ROWID;
    CREATE TABLE vocabulary (id INTEGER PRIMARY KEY, word TEXT NOT NULL, things INTEGER NOT NULL);
    CREATE TABLE slips (rest INTEGER, word INTEGER, PRIMARY KEY (rest, word)) WITHOUT ROWID;
    CREATE TABLE kinds (id INTEGER PRIMARY KEY, name TEXT UNIQUE NOT NULL);
    CREATE VIRTUAL TABLE words USING fts5 (
        first, further, kinds,
        content = '', columnsize = 0, detail = column, prefix = '1 2 3 4 5 6 7 8', tokenize = 'ascii');
    CREATE TEMP TABLE named (iri TEXT, role INTEGER, text TEXT, language TEXT);
    CREATE TEMP TABLE linked (iri TEXT PRIMARY KEY, links INTEGER) WITHOUT ROWID;
    CREATE TEMP TABLE classed (iri TEXT, kind TEXT, PRIMARY KEY (iri, kind)) WITHOUT ROWID;
    CREATE TEMP TABLE withdrawn (iri TEXT PRIMARY KEY) WITHOUT ROWID;
"""
_PLACES = """
    CREATE INDEX temp.named_iri ON named (iri);
    INSERT INTO things (iri, kinds, links)
    SELECT n.iri, coalesce((SELECT group_concat(kind, ' ') FROM classed c WHERE c.iri = n.iri), ''), coalesce(links, 0)
    FROM (SELECT DISTINCT iri FROM named) n LEFT JOIN linked l ON l.iri = n.iri
    WHERE n.iri NOT IN (SELECT iri FROM withdrawn)
    ORDER BY 3 DESC, length(n.iri), n.iri;
    CREATE UNIQUE INDEX things_iri ON things (iri);
    INSERT OR IGNORE INTO kinds (name) SELECT DISTINCT kind FROM classed ORDER BY kind;
"""
_IN_PLACE = """
    SELECT t.id, t.kinds, n.role, n.text, n.language
    FROM things t JOIN named n ON n.iri = t.iri ORDER BY t.id, n.role, n.language, n.text
"""
_VOCABULARY = """
    CREATE VIRTUAL TABLE temp.seen USING fts5vocab ('main', 'words', 'col');
    INSERT INTO vocabulary (word, things)
    SELECT term, sum(doc) FROM seen WHERE col <> 'kinds' GROUP BY term;
    DROP TABLE seen;
    CREATE UNIQUE INDEX vocabulary_word ON vocabulary (word);
    INSERT INTO words (words) VALUES ('optimize');
"""

Named = tuple[int, str, int, str, str]
"""Place and kinds of a thing, then role, text and language of one of its names."""


def build(path: Path, store: Store, space: Space) -> None:
    """Writes the index of the store's version to `path`."""
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.executescript(_TABLES)
        database.execute("BEGIN")
        _read(database, store, space)
        for statement in filter(str.strip, _PLACES.split(";")):
            database.execute(statement)
        _write_names(database)
        for statement in filter(str.strip, _VOCABULARY.split(";")):
            database.execute(statement)
        _write_slips(database)
        database.execute("COMMIT")
        database.execute("ANALYZE")
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _insert(database: sqlite3.Connection, statement: str, found: Iterable[tuple[object, ...]]) -> None:
    pending = iter(found)
    while batch := list(islice(pending, _BATCH)):
        database.executemany(statement, batch)
        time.sleep(_BREATH)


def _read(database: sqlite3.Connection, store: Store, space: Space) -> None:
    """What the store says of the names, links and classes of things, as it says it."""
    places = {"things": ox.Literal(space.things), "terms": ox.Literal(space.ontology)}
    _insert(
        database,
        "INSERT INTO named VALUES (?, ?, ?, ?)",
        (
            (row["thing"].value, int(row["role"].value), name.value, name.language or "")
            for row in streamed_rows(store, query_text("search_names", **places))
            if isinstance(name := row["name"], ox.Literal) and isinstance(row["thing"], ox.NamedNode)
        ),
    )
    _insert(
        database,
        "INSERT OR REPLACE INTO linked VALUES (?, ?)",
        (
            (row["thing"].value, int(row["links"].value))
            for row in streamed_rows(store, query_text("search_links", **places))
            if "thing" in row
        ),
    )
    _insert(database, "INSERT OR IGNORE INTO classed VALUES (?, ?)", _kinds(store, space))
    terms = "INSERT OR IGNORE INTO classed SELECT DISTINCT iri, ? FROM named WHERE substr(iri, 1, ?) = ?"
    database.execute(terms, (TERM, len(space.ontology), space.ontology))
    bare = database.cursor().execute("SELECT DISTINCT iri FROM named WHERE iri NOT IN (SELECT iri FROM classed)")
    unclassed = ((iri, split[0]) for (iri,) in bare if (split := space.split(iri)))
    _insert(database, "INSERT OR IGNORE INTO classed VALUES (?, ?)", unclassed)
    withdrawn = ((row["thing"].value,) for row in streamed_rows(store, query_text("search_withdrawn")))
    _insert(database, "INSERT OR IGNORE INTO withdrawn VALUES (?)", withdrawn)


def _kinds(store: Store, space: Space) -> Iterator[tuple[str, str]]:
    """Each thing with each of its kinds: the one in its IRI, and those of its classes and their superclasses."""
    supers: defaultdict[str, set[str]] = defaultdict(set)
    own: dict[str, str] = {}
    for row in rows(store, query_text("classes")):
        if "super" in row:
            supers[row["class"].value].add(row["super"].value)
        if "kind" in row:
            own[row["class"].value] = row["kind"].value
    known: dict[str, frozenset[str]] = {}
    text = query_text("search_classes", things=ox.Literal(space.things))
    for row in streamed_rows(store, text):
        iri, name = row["thing"].value, row["class"].value
        if name not in known:
            known[name] = frozenset(own[c] for c in _upwards(name, supers) if c in own)
        for kind in known[name]:
            yield iri, kind
        if split := space.split(iri):
            yield iri, split[0]


def _upwards(name: str, supers: dict[str, set[str]]) -> set[str]:
    todo, done = [name], set[str]()
    while todo:
        if (current := todo.pop()) not in done:
            done.add(current)
            todo += supers.get(current, ())
    return done


_INSERTS = {
    "names": "INSERT INTO names VALUES (?, ?, ?, ?, ?, ?)",
    "spellings": "INSERT OR IGNORE INTO spellings VALUES (?, ?)",
    "words": "INSERT INTO words (rowid, first, further, kinds) VALUES (?, ?, ?, ?)",
}
Lines = dict[str, list[tuple[object, ...]]]


def _write_names(database: sqlite3.Connection) -> None:
    numbers = {name: f"k{number}" for number, name in database.execute("SELECT id, name FROM kinds")}
    reader = database.cursor().execute(_IN_PLACE)
    lines: Lines = {table: [] for table in _INSERTS}
    rows: Iterator[Named] = (row for batch in iter(lambda: reader.fetchmany(_BATCH), []) for row in batch)
    for count, (thing, named) in enumerate(groupby(rows, key=itemgetter(0))):
        _write_thing(lines, thing, list(named), numbers)
        if count % _BATCH == 0:
            _flush(database, lines)
    _flush(database, lines)


def _flush(database: sqlite3.Connection, lines: Lines) -> None:
    for table, pending in lines.items():
        database.executemany(_INSERTS[table], pending)
        pending.clear()
    time.sleep(_BREATH)


def _write_thing(lines: Lines, thing: int, named: list[Named], numbers: dict[str, str]) -> None:
    """The names of one thing; a name that it has in several languages is there once for each."""
    first: dict[str, None] = {}
    further: dict[str, None] = {}
    spellings: dict[str, None] = {}
    seen: set[tuple[str, str]] = set()
    for _, _, role, text, language in named:
        key = (as_written(text), language)
        if not key[0] or key in seen:
            continue
        spelt = forms(text)
        lines["names"].append((thing, len(seen), role, text[:MOST_CHARACTERS], language, "\n".join(spelt)))
        seen.add(key)
        for form in spelt:
            head, *rest = form.split(" ")
            first[head] = None
            further.update(dict.fromkeys(rest))
            spellings[joined(form)] = None
    lines["spellings"] += [(form, thing) for form in spellings]
    marks = " ".join(numbers[kind] for kind in named[0][1].split())
    lines["words"].append((thing, " ".join(first), " ".join(w for w in further if w not in first), marks))


def _write_slips(database: sqlite3.Connection) -> None:
    """The rests of every word; sorted first, as a table in the order of its keys is written three times faster."""
    database.execute("CREATE TEMP TABLE rests (rest INTEGER, word INTEGER)")
    words = database.cursor().execute("SELECT id, word FROM vocabulary")
    _insert(database, "INSERT INTO rests VALUES (?, ?)", ((r, i) for i, word in words for r in slips(word)))
    database.execute("INSERT OR IGNORE INTO slips SELECT rest, word FROM rests ORDER BY rest, word")
    database.execute("DROP TABLE rests")


def slips(word: str) -> set[int]:
    """The word and its rests with one letter left out, as numbers; none for very short words: they resemble all."""
    if len(word) < 3:
        return set()
    rests = {word[:i] + word[i + 1 :] for i in range(len(word))}
    return {zlib.crc32(rest.encode("utf-8", "replace")) for rest in (word, *rests)}
