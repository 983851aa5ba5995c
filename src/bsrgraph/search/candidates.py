"""Which things may be meant: a few hundred at most, whatever is asked of however large an index."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bsrgraph.search.index import Reader
from bsrgraph.search.likeness import Asked, likest

__all__ = ["every_word", "like", "named", "near", "partly", "strict"]

_NAMED = 60
_BEGINNING = 60
_MATCHING = 200
_LIKE = 120
_LOOKED_AT = 24
_MOST_WORDS = 8
"""Words of a long text that are looked for: the rarest, as they tell most."""
_LEFT_OUT = 5
_TELLING = 4
_SIMILAR = 24
_SCANNED = 4000
_TWO_SLIPS = 7
"""Letters from which on a word may have two slips."""


def every_word(words: Iterable[str], kinds: Sequence[int]) -> str:
    """The expression for things of these kinds that have every word, or one that begins so."""
    return _expression([_begins(word) for word in words], kinds)


def _begins(word: str) -> str:
    return f'"{word}"*'


def _expression(parts: Sequence[str], kinds: Sequence[int]) -> str:
    text = "({first further} : (" + " AND ".join(f"({part})" for part in parts) + "))"
    if kinds:
        text += " AND (kinds : (" + " OR ".join(f'"k{number}"' for number in kinds) + "))"
    return text


def named(reader: Reader, asked: Asked) -> list[int]:
    """Things of exactly this name."""
    return reader.spelt(asked.joined, _NAMED) if asked.forms else []


def strict(reader: Reader, asked: Asked, kinds: Sequence[int], enough: int) -> list[int]:
    """Things that have every word, in one of the spellings: first those whose names begin so."""
    found: list[int] = []
    for words in _told_apart(reader, asked):
        head = f'(first : "{words[0]}"*) AND '
        found += reader.matching(head + every_word(words, kinds), min(3 * enough, _BEGINNING))
        found += reader.matching(every_word(words, kinds), min(4 * enough, _MATCHING))
    if len(asked.words) > 1:
        # Of names that begin with the same word, few begin with the same two.
        found += [place for form in asked.joined for place in reader.spelt_from(form, _BEGINNING)]
    return found


def _told_apart(reader: Reader, asked: Asked) -> list[list[str]]:
    """The words of each spelling; of a long text its rarest."""
    spelt = [list(dict.fromkeys(form.split(" "))) for form in asked.forms] if asked.words else []
    return [_rarest(reader, words) for words in spelt]


def _rarest(reader: Reader, words: list[str]) -> list[str]:
    if len(words) <= _MOST_WORDS:
        return words
    known = reader.known(words)
    kept = set(sorted(words, key=lambda w: (known.get(w, 0), -len(w)))[:_MOST_WORDS])
    return [w for w in words if w in kept]


def like(reader: Reader, asked: Asked, kinds: Sequence[int], guesses: dict[str, str]) -> list[int]:
    """Things whose names have words like these, every one; or words run together or torn apart.

    What each word may be is kept in `guesses`.
    """
    found: list[int] = []
    for words in _told_apart(reader, asked):
        found += reader.matching(_expression([_guessed(reader, word, guesses) for word in words], kinds), _LIKE)
        for mended in _run_together(reader, words, guesses):
            found += reader.matching(_expression(mended, kinds), _LIKE)
    return _likest(reader, asked, found)


def partly(reader: Reader, asked: Asked, kinds: Sequence[int], guesses: dict[str, str]) -> list[int]:
    """Things whose names have all but one of words like these, else any of them.

    What is left out is a word that nothing resembles, or one that is too short for that to be known.
    """
    found: list[int] = []
    for words in _told_apart(reader, asked)[:1]:
        parts = [_guessed(reader, word, guesses) for word in words]
        doubtful = [n for n, word in enumerate(words) if len(word) < _TELLING or not reader.begun(word, 1)]
        for left_out in (doubtful or range(len(words)))[:_LEFT_OUT] if len(words) > 1 else ():
            kept = [part for place, part in enumerate(parts) if place != left_out]
            found += reader.matching(_expression(kept, kinds), _LIKE)
        if len(parts) > 2 and len(set(found)) < _LIKE:
            found += reader.matching(_expression([" OR ".join(f"({p})" for p in parts)], kinds), _LIKE)
    return _likest(reader, asked, found)


def _likest(reader: Reader, asked: Asked, places: Iterable[int]) -> list[int]:
    """The places that are worth a closer look: the first, and those with the likest names."""
    different = list(dict.fromkeys(places))
    if len(different) <= _LOOKED_AT:
        return different
    forms = reader.forms(different)
    likely = {forms[place][0] for place in likest(asked, [form for _, form in forms], _LOOKED_AT)}
    return [place for number, place in enumerate(different) if number < _LOOKED_AT or place in likely]


def near(reader: Reader, asked: Asked, kinds: Sequence[int]) -> list[int]:
    """Things whose names have words that begin with the same letter and are least unlike."""
    parts = []
    for word in _rarest(reader, list(asked.words)):
        begun = [other for other, _ in reader.begun(word[:1], _SCANNED)]
        close = process.extract(word, begun, scorer=OSA.normalized_similarity, score_cutoff=0.4, limit=_SIMILAR)
        parts += [f'"{other}"' for other, _, _ in close]
    found = reader.matching(_expression([" OR ".join(parts)], kinds), _MATCHING) if parts else []
    return _likest(reader, asked, found)


def _guessed(reader: Reader, word: str, guesses: dict[str, str]) -> str:
    if word not in guesses:
        guesses[word] = _alternatives(reader, word)
    return guesses[word]


def _alternatives(reader: Reader, word: str) -> str:
    """The expression for `word`, what it may be a slip of, and the two words that it may be."""
    parts = [_begins(word)]
    similar = {other: things for other, things in reader.slipped(word) if OSA.distance(word, other) <= 1}
    if word not in similar:
        if not similar and len(word) >= _TWO_SLIPS:
            begun = dict(reader.begun(word[:2], _SCANNED))
            close = process.extract(word, begun.keys(), scorer=OSA.distance, score_cutoff=2, limit=_SIMILAR)
            similar = {other: begun[other] for other, _, _ in close}
        parts += [f'("{left}" AND {_begins(right)})' for left, right in _torn(reader, word)]
    ranked = sorted(similar, key=lambda other: (-similar[other], other))
    parts += [f'"{other}"' for other in ranked[:_SIMILAR] if other != word]
    return " OR ".join(parts)


def _torn(reader: Reader, word: str) -> list[tuple[str, str]]:
    """The pairs of known words that `word` is when a space is put into it, or in place of a letter."""
    pairs = [(word[:i], word[j:]) for i in range(1, len(word)) for j in (i, i + 1) if word[j:]]
    known = reader.known({part for pair in pairs for part in pair})
    return [pair for pair in pairs if pair[0] in known and pair[1] in known][:4]


def _run_together(reader: Reader, words: list[str], guesses: dict[str, str]) -> list[list[str]]:
    """The words with two neighbours as one, where some name has such a word."""
    pairs = [words[i] + words[i + 1] for i in range(len(words) - 1)]
    found: list[list[str]] = []
    for place, pair in enumerate(pairs):
        if reader.begun(pair, 1) or reader.slipped(pair):
            parts = [_begins(word) for word in words]
            found.append([*parts[:place], _guessed(reader, pair, guesses), *parts[place + 2 :]])
    return found
