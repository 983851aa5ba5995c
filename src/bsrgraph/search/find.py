"""`find()`: what may be meant by a text, best first. One scorer for search, suggestions, reconciliation and doubles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from bsrgraph.search import candidates
from bsrgraph.search.build import TERM
from bsrgraph.search.index import Index, Reader, Thing
from bsrgraph.search.likeness import HOWS, Asked, How, Likeness, asked_for, likeness

__all__ = ["Found", "Match", "find", "look"]

_WORTH_SHOWING = 0.6
"""How much of what was typed must be in a name that is only spelt like it."""
_LEAST = 4
"""Letters below which nearly everything is spelt alike."""


@dataclass(frozen=True, slots=True)
class Match:
    """A thing, and the name by which it was found.

    `score` says how alike the texts are, from 0 to 1: 1 is the same name, 0.98 and more the same but for case,
    accents, spelling of letters or spaces, and everything else is at most 0.96. `how` says in which way they match;
    `preferred` is whether the name is what the thing is called, and not another name or a code of it; `links` is how
    many statements point to it.
    """

    iri: str
    label: str
    language: str
    score: float
    how: How
    preferred: bool
    kinds: tuple[str, ...]
    links: int


@dataclass(frozen=True, slots=True)
class Found:
    """The matches, how many there are in all, and how many of each kind.

    At most a few hundred are told apart and ranked; `total` counts further ones that have every word.
    """

    matches: tuple[Match, ...] = ()
    total: int = 0
    kinds: dict[str, int] = field(default_factory=dict)


def find(
    index: Index, text: str, kinds: Iterable[str] = (), limit: int = 10, languages: Sequence[str] = ()
) -> list[Match]:
    """The things that `text` may name, best first, at most `limit`, only of one of `kinds` if some are given.

    Names in every language count, without regard to case, accents and punctuation. The order is: things of exactly
    this name, names that begin with it, names that have all its words or words that begin so, then names that are
    spelt like it; among equals the one that more statements point to. Of several equally good names of one thing
    the one in the first of `languages` is given, else the preferred one. A thing is there once.

    For the question whether two names are of the same thing, look at `score` and not at the order: ``score >= 0.98``
    is the same name, and two matches with such a score are two things of one name. A text that is the IRI of a thing
    finds it.

    Raises:
        StoreError: the index cannot be read.

    """
    return list(_ranked(index, text, kinds, languages, limit)[0][:limit])


def look(index: Index, text: str, kinds: Iterable[str] = (), languages: Sequence[str] = (), enough: int = 10) -> Found:
    """What `find()` finds, all of it, with counts; names spelt alike are added where fewer than `enough` are found."""
    matches, asked = _ranked(index, text, kinds, languages, enough)
    by_kind = Counter(kind for match in matches for kind in match.kinds)
    total = len(matches)
    numbers = _numbers(index, kinds)
    if numbers is None or not asked.words:
        return Found(matches, total, dict(by_kind))
    with index.reading() as reader:
        counted = reader.count(candidates.every_word(asked.words, numbers))
        if counted > total:
            each = {k: reader.count(candidates.every_word(asked.words, [n])) for k, n in index.kinds.items()}
            return Found(matches, counted, {k: n for k, n in each.items() if n})
    return Found(matches, total, dict(by_kind))


def _numbers(index: Index, kinds: Iterable[str]) -> list[int] | None:
    """The numbers of the kinds; None where kinds are asked for of which there is nothing."""
    wanted = list(kinds)
    known = [index.kinds[kind] for kind in wanted if kind in index.kinds]
    return None if wanted and not known else known


def _ranked(
    index: Index, text: str, kinds: Iterable[str], languages: Sequence[str], enough: int
) -> tuple[tuple[Match, ...], Asked]:
    kinds = frozenset(kinds)
    asked = asked_for(text)
    numbers = _numbers(index, kinds)
    if numbers is None or not asked.written:
        return (), asked
    with index.reading() as reader:
        itself = _itself(reader, text, kinds)
        if itself is not None:
            return (itself,), asked
        places = [*candidates.named(reader, asked), *candidates.strict(reader, asked, numbers)]
        matches = _matches(reader, asked, places, kinds, languages)
        if len(matches) < enough and (not matches or len(asked.written) >= _LEAST):
            places += candidates.like(reader, asked, numbers)
            matches = _matches(reader, asked, places, kinds, languages)
    return tuple(match for _, match in sorted(matches, key=lambda m: m[0])), asked


def _itself(reader: Reader, text: str, kinds: frozenset[str]) -> Match | None:
    """The thing whose IRI the text is."""
    iri = text.strip().strip("<>")
    if ":" not in iri or not iri.isascii():
        return None
    place = reader.place_of(iri)
    thing = reader.things([place])[0] if place is not None else None
    if thing is None or (kinds and kinds.isdisjoint(thing.kinds)) or not thing.names:
        return None
    role, label, language, _ = min(thing.names, key=lambda name: name[0])
    return Match(thing.iri, label, language, 1.0, "exact", role == 0, thing.kinds, thing.links)


_Rank = tuple[object, ...]


def _matches(
    reader: Reader, asked: Asked, places: Iterable[int], kinds: frozenset[str], languages: Sequence[str]
) -> list[tuple[_Rank, Match]]:
    """The candidates that are worth showing, each with what it is ordered by."""
    found: list[tuple[_Rank, Match]] = []
    for thing in reader.things(list(dict.fromkeys(places))):
        if kinds and kinds.isdisjoint(thing.kinds):
            continue
        (role, label, language, _), best = _best(asked, thing, languages)
        if best.how == "like" and best.typed < _WORTH_SHOWING:
            continue
        match = Match(thing.iri, label, language, best.score, best.how, role == 0, thing.kinds, thing.links)
        found.append((_rank(match, best, thing), match))
    return found


def _best(
    asked: Asked, thing: Thing, languages: Sequence[str]
) -> tuple[tuple[int, str, str, tuple[str, ...]], Likeness]:
    """The name that is most like, the reader's own language first among equals, and its likeness."""
    compared = [(name, likeness(asked, name[1], name[3])) for name in thing.names]

    def place(item: tuple[tuple[int, str, str, tuple[str, ...]], Likeness]) -> tuple[object, ...]:
        (role, _, language, _), like = item
        known = languages.index(language) if language in languages else len(languages)
        return HOWS.index(like.how), -round(like.typed, 2), -round(like.score, 2), known, role

    return min(compared, key=place)


def _rank(match: Match, best: Likeness, thing: Thing) -> _Rank:
    """Things before terms of the ontology, and the place in the index last, which is by links."""
    way, term = HOWS.index(match.how), TERM in match.kinds
    if match.how == "exact":
        return way, -match.score, term, not match.preferred, thing.place
    if match.how == "like":
        return way, -round(best.typed, 2), -round(match.score, 2), term, thing.place
    return way, term, thing.place
