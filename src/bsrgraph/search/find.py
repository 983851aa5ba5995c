"""`find()`: what may be meant by a text, best first. One scorer for search, suggestions, reconciliation and doubles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bsrgraph.search import candidates
from bsrgraph.search.fold import forms
from bsrgraph.search.index import Index, Reader
from bsrgraph.search.likeness import Asked, asked_for, likeness
from bsrgraph.search.rank import Compared, Match, as_itself, compared, in_order

__all__ = ["Found", "as_alike", "called_so", "find", "known", "look", "near_iri", "nearest"]

_LEAST = 4
"""Letters below which nearly everything is spelt alike."""
_WORTH_TELLING = 0.4
"""How like a name must be where nothing else can be told."""
_BEHIND = 0.15
"""How much less like than the likest the others may be then."""
_NEAR = 0.8
"""How much of what was typed is in a name that is very likely meant."""
_SCANNED = 4000


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
    the one in the first of `languages` is given, else the preferred one. A thing is there once. What it is called is
    chosen as on pages: in the first of `languages` that it has a name in, else in English, else in any.

    For the question whether two names are of the same thing, look at `score` and not at the order: ``score >= 0.98``
    is the same name, and two matches with such a score are two things of one name. A text that is the IRI of a thing
    finds it.

    Raises:
        StoreError: the index cannot be read.

    """
    return _ranked(index, asked_for(text), text, kinds, languages, limit)[:limit]


def look(index: Index, text: str, kinds: Iterable[str] = (), languages: Sequence[str] = (), enough: int = 10) -> Found:
    """What `find()` finds, all of it, with counts; names spelt alike are added where fewer than `enough` are found."""
    asked, wanted = asked_for(text), frozenset(kinds)
    matches = tuple(_ranked(index, asked, text, wanted, languages, enough))
    by_kind = Counter(kind for match in matches for kind in match.kinds)
    numbers = _numbers(index, wanted)
    if asked.words and numbers is not None:
        with index.reading() as reader:
            total = reader.count(candidates.every_word(asked.words, numbers))
            if total > len(matches):
                each = {k: reader.count(candidates.every_word(asked.words, [n])) for k, n in index.kinds.items()}
                return Found(matches, total, {kind: count for kind, count in each.items() if count})
    return Found(matches, len(matches), dict(by_kind))


def nearest(
    index: Index, text: str, kinds: Iterable[str] = (), limit: int = 5, languages: Sequence[str] = ()
) -> list[Match]:
    """The names that come nearest to a text that nothing is called by, however far they are."""
    asked, wanted = asked_for(text), frozenset(kinds)
    found = _ranked(index, asked, text, wanted, languages, limit)[:limit]
    numbers = _numbers(index, wanted)
    if len(found) < limit and asked.words and numbers is not None:
        known = {match.iri for match in found}
        with index.reading() as reader:
            near = compared(reader, asked, candidates.near(reader, asked, numbers), wanted, languages, _WORTH_TELLING)
        best = max((item.typed for item in near), default=0.0)
        near = [item for item in near if item.typed >= best - _BEHIND]
        found += [match for match in in_order(near) if match.iri not in known]
    return found[:limit]


def near_iri(index: Index, folder: str, name: str, limit: int = 5, languages: Sequence[str] = ()) -> list[Match]:
    """The things whose IRIs are `folder` and a name like `name`, with the same first letter, the likest first."""
    with index.reading() as reader:
        known = reader.iris_begun(folder + name[:1], _SCANNED)
        names = {iri: iri[len(folder) :] for iri in known}
        close = process.extract(name, names, scorer=OSA.normalized_similarity, score_cutoff=0.6, limit=limit)
        return [as_itself(thing, languages) for thing in reader.things([known[iri] for _, _, iri in close])]


def known(index: Index, iris: Iterable[str], languages: Sequence[str] = ()) -> dict[str, Match]:
    """Those of the things that have a name: IRI → what it is called, and its kinds."""
    wanted = list(dict.fromkeys(filter(_is_text, iris)))
    with index.reading() as reader:
        return {thing.iri: as_itself(thing, languages) for thing in reader.things(reader.places_of(wanted))}


def as_alike(text: str, name: str) -> float:
    """How alike two texts are, by the same measure as `Match.score`."""
    return likeness(asked_for(text), name, forms(name)).score


def called_so(index: Index, text: str, iri: str) -> float:
    """How like a text is to the likest name of the thing `iri`; 0 for what has no name here."""
    asked = asked_for(text)
    with index.reading() as reader:
        things = reader.things(reader.places_of([iri] if _is_text(iri) else []))
    return max((likeness(asked, name, spelt).score for t in things for _, name, _, spelt in t.names), default=0.0)


def _is_text(text: str) -> bool:
    """Whether it can be written in UTF-8: half a surrogate pair cannot."""
    return not any("\ud800" <= letter <= "\udfff" for letter in text)


def _numbers(index: Index, kinds: frozenset[str]) -> list[int] | None:
    """The numbers of the kinds; None where kinds are asked for of which there is nothing."""
    known = [index.kinds[kind] for kind in sorted(kinds) if kind in index.kinds]
    return None if kinds and not known else known


def _ranked(
    index: Index, asked: Asked, text: str, kinds: Iterable[str], languages: Sequence[str], enough: int
) -> list[Match]:
    wanted = frozenset(kinds)
    numbers = _numbers(index, wanted)
    if numbers is None or not asked.written:
        return []
    with index.reading() as reader:
        if (itself := _itself(reader, text, wanted, languages)) is not None:
            return [itself]
        places = [*candidates.named(reader, asked), *candidates.strict(reader, asked, numbers, enough)]
        found = compared(reader, asked, places, wanted, languages)
        if len(found) < enough and (not found or len(asked.written) >= _LEAST):
            found += _alike(reader, asked, numbers, {*places}, wanted, languages, sure=_is_meant(found))
    return in_order(found)


def _is_meant(found: Iterable[Compared]) -> bool:
    return any(item.match.score >= _NEAR for item in found)


def _alike(
    reader: Reader,
    asked: Asked,
    numbers: list[int],
    known: set[int],
    kinds: frozenset[str],
    languages: Sequence[str],
    *,
    sure: bool,
) -> list[Compared]:
    """Further things whose names are spelt like it; those that lack a word only where nothing else is near."""
    guesses: dict[str, str] = {}
    new = [place for place in candidates.like(reader, asked, numbers, guesses) if place not in known]
    found = compared(reader, asked, new, kinds, languages)
    if sure or any(item.typed >= _NEAR for item in found):
        return found
    known.update(new)
    new = [place for place in candidates.partly(reader, asked, numbers, guesses) if place not in known]
    return found + compared(reader, asked, new, kinds, languages)


def _itself(reader: Reader, text: str, kinds: frozenset[str], languages: Sequence[str]) -> Match | None:
    """The thing whose IRI the text is."""
    iri = text.strip().strip("<>")
    if ":" not in iri or not _is_text(iri):
        return None
    found = [t for t in reader.things(reader.places_of([iri])) if not kinds or not kinds.isdisjoint(t.kinds)]
    return as_itself(found[0], languages) if found else None
