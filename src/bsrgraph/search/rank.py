"""Candidates → matches: the best name of each thing, and what they are ordered by."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from bsrgraph.search.build import TERM
from bsrgraph.search.index import Name, Reader, Thing
from bsrgraph.search.likeness import HOWS, Asked, How, Likeness, likeness

__all__ = ["ROLES", "WORTH_SHOWING", "Compared", "Match", "Role", "as_itself", "compared", "in_order"]

WORTH_SHOWING = 0.6
"""How much of what was typed must be in a name that is only spelt like it."""

Role = Literal["preferred", "other", "code"]
ROLES: tuple[Role, ...] = ("preferred", "other", "code")
"""What a name is to its thing, by the number that the index has for it."""

_Rank = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """A thing, and the name by which it was found.

    `name` is what to call the thing for the reader, `label` the name that matched, each with its language. `score`
    says how alike the texts are, from 0 to 1: 1 is the same name, 0.98 and more the same but for case, accents,
    spelling of letters or spaces, and everything else is at most 0.96. `how` says in which way they match;
    `role` is whether the name is what the thing is called, another name or a code; `links` is how many statements
    point to it.
    """

    iri: str
    name: str
    name_language: str
    label: str
    language: str
    score: float
    how: How
    role: Role
    kinds: tuple[str, ...]
    links: int


@dataclass(frozen=True, slots=True)
class Compared:
    """A match, how much of what was typed is in its name, and what it is ordered by."""

    match: Match
    typed: float
    rank: _Rank


def compared(
    reader: Reader,
    asked: Asked,
    places: Iterable[int],
    kinds: frozenset[str],
    languages: Sequence[str],
    least: float = WORTH_SHOWING,
) -> list[Compared]:
    """The things at these places that are worth showing, of one of `kinds` if there are any."""
    found: list[Compared] = []
    for thing in reader.things(list(dict.fromkeys(places))):
        if kinds and kinds.isdisjoint(thing.kinds):
            continue
        name, best = _best(asked, thing, languages)
        if best.how != "like" or best.typed >= least:
            match = _match(thing, name, best, languages)
            found.append(Compared(match, best.typed, _rank(match, best, thing)))
    return found


def in_order(found: Iterable[Compared]) -> list[Match]:
    """The matches, best first."""
    return [item.match for item in sorted(found, key=lambda item: item.rank)]


def as_itself(thing: Thing, languages: Sequence[str]) -> Match:
    """The thing that was asked for by its IRI."""
    return _match(thing, _called(thing, languages), Likeness("exact", 1.0, 1.0), languages)


def _match(thing: Thing, name: Name, like: Likeness, languages: Sequence[str]) -> Match:
    role, label, language, _ = name
    _, shown, shown_language, _ = _called(thing, languages)
    return Match(
        thing.iri, shown, shown_language, label, language, like.score, like.how, ROLES[role], thing.kinds, thing.links
    )


def _called(thing: Thing, languages: Sequence[str]) -> Name:
    """What to call a thing for a reader of these languages."""
    if len(thing.names) == 1:
        return thing.names[0]
    order = [*languages, "en", ""]

    def place(name: Name) -> _Rank:
        role, text, language, _ = name
        return role, order.index(language) if language in order else len(order), text

    return min(thing.names, key=place)


def _best(asked: Asked, thing: Thing, languages: Sequence[str]) -> tuple[Name, Likeness]:
    """The name that is most like, the reader's own language first among equals, and its likeness."""
    likely = [(name, likeness(asked, name[1], name[3])) for name in thing.names]
    if len(likely) == 1:
        return likely[0]

    def place(item: tuple[Name, Likeness]) -> _Rank:
        (role, _, language, _), like = item
        known = languages.index(language) if language in languages else len(languages)
        return HOWS.index(like.how), -round(like.typed, 2), -round(like.score, 2), known, role

    return min(likely, key=place)


def _rank(match: Match, best: Likeness, thing: Thing) -> _Rank:
    """Things before terms of the ontology, and the place in the index last, which is by links."""
    way, term = HOWS.index(match.how), TERM in match.kinds
    if match.how == "exact":
        return way, -match.score, term, ROLES.index(match.role), thing.place
    if match.how == "like":
        return way, -round(best.typed, 2), -round(match.score, 2), term, thing.place
    return way, term, thing.place
