"""Turtle as a page shows it: cut into kinds of tokens, and two examples held against each other."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby

__all__ = ["Example", "Run", "examples_of", "shown"]

_TOKEN = re.compile(
    r"""
    (?P<comment>\#[^\n]*)
  | (?P<string>\"{3}.*?\"{3}|'{3}.*?'{3}|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
  | (?P<iri><[^<>"{}|^`\\\s]*>)
  | (?P<keyword>@[A-Za-z]+(?:-[A-Za-z0-9]+)*|\b(?:a|true|false)\b(?![:-]))
  | (?P<space>\s+)
  | (?P<other>[^\s<>"'\#;,.\[\]()]+(?:\.[^\s<>"'\#;,.\[\]()]+)*|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_PROLOGUE = re.compile(r"\s*(?:@prefix|@base|prefix|base)\b", re.IGNORECASE)
_ALIKE = 0.3
"""Below this likeness nearly everything differs, and marking it would say nothing."""


@dataclass(frozen=True, slots=True)
class Run:
    """Some text of one kind, marked where it differs from the other example."""

    kind: str
    text: str
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Example:
    """An example of one kind, `valid` or `invalid`, without its prefixes."""

    name: str
    runs: tuple[Run, ...]


def shown(text: str) -> tuple[Run, ...]:
    """Turtle as runs of one kind each."""
    return _runs((t, False) for t in _tokens(text))


def examples_of(texts: dict[str, str]) -> tuple[Example, ...]:
    """The valid and the invalid example of a shape; tokens that only one of them has are marked."""
    names = [n for n in ("valid", "invalid") if n in texts]
    tokens = {n: list(_tokens(_body(texts[n]))) for n in names}
    marked: dict[str, set[int]] = {n: set() for n in names}
    if len(names) == 2:
        places = {n: [i for i, token in enumerate(tokens[n]) if not _is_between(token)] for n in names}
        left, right = ([tokens[n][i][1] for i in places[n]] for n in names)
        matcher = SequenceMatcher(None, left, right, autojunk=False)
        for tag, a, b, c, d in matcher.get_opcodes() if matcher.ratio() > _ALIKE else ():
            if tag != "equal":
                # From the first to the last of them, with what stands between.
                marked["valid"] |= _span(places["valid"][a:b])
                marked["invalid"] |= _span(places["invalid"][c:d])
    return tuple(Example(n, _runs((t, i in marked[n]) for i, t in enumerate(tokens[n]))) for n in names)


def _is_between(token: tuple[str, str]) -> bool:
    """Whether a token only separates others."""
    return token[0] in ("space", "comment") or token[1] in (";", ",", ".")


def _span(places: list[int]) -> set[int]:
    return set(range(places[0], places[-1] + 1)) if places else set()


def _body(text: str) -> str:
    """The text without its prefixes, and without the gaps that they leave."""
    lines = [line for line in text.splitlines() if not _PROLOGUE.match(line)]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    return ((match.lastgroup or "other", match.group()) for match in _TOKEN.finditer(text))


def _runs(tokens: Iterable[tuple[tuple[str, str], bool]]) -> tuple[Run, ...]:
    """Neighbours of one kind together."""
    found = [(("" if kind in ("other", "space") else kind, marked), text) for (kind, text), marked in tokens]
    return tuple(
        Run(kind, "".join(text for _, text in run), marked)
        for (kind, marked), run in groupby(found, key=lambda f: f[0])
    )
