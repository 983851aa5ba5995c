"""How like a name is to what was asked for, between 0 and 1, and in which way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from bsrgraph.search.fold import as_written, forms, joined

__all__ = ["HOWS", "Asked", "How", "Likeness", "asked_for", "likeness", "likest", "word_likeness"]

How = Literal["exact", "prefix", "words", "like"]
HOWS: tuple[How, ...] = ("exact", "prefix", "words", "like")
"""The ways in which a name can match, best first: it is what was asked for, begins with it, has every word of it
(or a word that begins with it), or is spelt like it."""

_MOST_LIKE = 0.96
"""No name that is not the same is more like than this."""
_OTHER_ORDER = 0.96
_UNFINISHED = 0.95
_SURE = 0.9
_RELATED = 0.6


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for, in every spelling; `words` are those of the usual one."""

    written: str
    forms: tuple[str, ...]
    joined: frozenset[str]
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Likeness:
    """The way in which a name matches, how alike the two are, and how much of what was typed is in the name."""

    how: How
    score: float
    typed: float


def asked_for(text: str) -> Asked:
    """`text` made ready for comparing it with many names."""
    spelt = tuple(form for form in forms(text) if form)
    words = tuple(word for word in dict.fromkeys(" ".join(spelt[:1]).split(" ")) if word.isalnum())
    return Asked(as_written(text), spelt, frozenset(map(joined, spelt)), words)


def likeness(asked: Asked, text: str, spelt: tuple[str, ...]) -> Likeness:
    """How like the name `text`, folded to the forms `spelt`, is to what was asked for."""
    if not asked.forms:
        return Likeness("like", 0.0, 0.0)
    if asked.forms[0] == spelt[0]:
        return Likeness("exact", 1.0 if asked.written == as_written(text) else 0.99, 1.0)
    if not asked.joined.isdisjoint(map(joined, spelt)):
        return Likeness("exact", 0.98, 1.0)
    if len(asked.forms) == len(spelt) == 1:
        return _compared(asked.forms[0], spelt[0], asked.words)
    found = [_compared(form, name, asked.words) for form in asked.forms for name in spelt]
    return min(found, key=lambda f: (HOWS.index(f.how), -f.typed, -f.score))


def _compared(asked: str, name: str, words: tuple[str, ...]) -> Likeness:
    whole = OSA.normalized_similarity(asked, name)
    score = min(_MOST_LIKE, max(whole, _OTHER_ORDER * fuzz.token_sort_ratio(asked, name) / 100))
    if name.startswith(asked):
        return Likeness("prefix", score, 1.0)
    parts = name.split(" ")
    if all(any(part.startswith(word) for part in parts) for word in asked.split(" ")):
        return Likeness("words", score, 1.0)
    begun = _UNFINISHED * OSA.normalized_similarity(asked, name[: len(asked)])
    typed = max(whole, begun, score)
    # One word after another, in whatever order: dear, and only of use where the whole does not look alike.
    if typed < _SURE and len(words) > 1:
        found = sum(len(word) * word_likeness(word, parts) for word in words)
        typed = max(typed, _UNFINISHED * found / sum(map(len, words)))
    return Likeness("like", score, typed)


def word_likeness(word: str, parts: Sequence[str]) -> float:
    """How like a typed word is to the likest of some words, which it may be the beginning of."""
    if any(part.startswith(word) for part in parts):
        return 1.0
    found = process.extractOne(word, parts, scorer=OSA.normalized_similarity, score_cutoff=_RELATED)
    best = found[1] if found else 0.0
    if best < _SURE and len(word) > 3:
        cut = [part[: len(word)] for part in parts if len(part) > len(word)]
        begun = process.extractOne(word, cut, scorer=OSA.normalized_similarity, score_cutoff=_RELATED)
        best = max(best, _UNFINISHED * begun[1]) if begun else best
    return best


def likest(asked: Asked, forms: Sequence[str], most: int) -> set[int]:
    """Which of many folded names may be most like, by quick looks at the whole: places in `forms`."""
    found: set[int] = set()
    for wanted in asked.forms[:1]:
        for scorer in (OSA.normalized_similarity, fuzz.token_sort_ratio):
            found.update(place for _, _, place in process.extract(wanted, forms, scorer=scorer, limit=most))
        cut = [form[: len(wanted)] for form in forms]
        ranked = process.extract(wanted, cut, scorer=OSA.normalized_similarity, limit=most)
        found.update(place for _, _, place in ranked)
    return found
