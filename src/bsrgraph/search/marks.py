"""Which parts of a name made it match."""

from __future__ import annotations

import re
from itertools import groupby

from bsrgraph.search.fold import fold
from bsrgraph.search.likeness import asked_for, word_likeness

__all__ = ["marked"]

_WORD = re.compile(r"[^\W_]+(?:['\u2019\u00ad\u0300-\u036f][^\W_]+)*[\u0300-\u036f]*")
_ALIKE = 0.7


def marked(text: str, query: str) -> list[tuple[str, bool]]:
    """`text` in pieces, each with whether it is what `query` asks for: whole words, or their beginnings."""
    words = asked_for(query).words
    flags = [False] * len(text)
    for match in _WORD.finditer(text):
        length = _length(match.group(), words)
        flags[match.start() : match.start() + length] = [True] * length
    return [(text[run[0] : run[-1] + 1], on) for on, run in _runs(flags)]


def _runs(flags: list[bool]) -> list[tuple[bool, list[int]]]:
    return [(on, list(places)) for on, places in groupby(range(len(flags)), key=flags.__getitem__)]


def _length(word: str, asked: tuple[str, ...]) -> int:
    """How many characters of `word` match: as many as fold to what was typed, all where it is only spelt like it."""
    folded = fold(word)
    begun = max((len(a) for a in asked if folded.startswith(a)), default=0)
    if begun:
        return next((n for n in range(1, len(word) + 1) if len(fold(word[:n])) >= begun), len(word))
    return len(word) if any(word_likeness(a, [folded]) >= _ALIKE for a in asked) else 0
