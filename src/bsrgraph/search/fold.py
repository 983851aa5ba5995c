"""Names as people type them: without case, accents and punctuation, and in the spellings of those who lack a letter.

Unicode's own decomposition knows nothing of letters such as ø, ł, ß or ı, which have no accent that could be taken
off. Some letters have more than one spelling: Århus is also Aarhus, Ærø is typed Aero, Aro and Aeroe.
"""

from __future__ import annotations

import re
import unicodedata

__all__ = ["MOST_CHARACTERS", "MOST_WORDS", "as_written", "fold", "forms", "joined"]

MOST_CHARACTERS = 1000
"""Characters of a text that count; what is longer is no name."""
MOST_WORDS = 60
_LONGEST_WORD = 48

_UNDECOMPOSED = {
    "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ȷ": "j",
    "ħ": "h", "ŧ": "t", "ŋ": "n", "ĸ": "k", "ƶ": "z", "ɨ": "i", "ʉ": "u", "ɗ": "d", "ɓ": "b", "ƒ": "f", "ǥ": "g",
    "ə": "e", "ɛ": "e", "ɔ": "o", "ʒ": "z", "ȼ": "c", "ɇ": "e", "ɉ": "j", "ɍ": "r", "ɏ": "y", "ƀ": "b", "ƙ": "k",
}  # fmt: skip
"""Letters that NFKD leaves whole → the usual spelling without them."""


class _Letters(dict[int, int | str | None]):
    """Letters and what they are folded to, filled as letters are met: accents and what is not seen go."""

    def __missing__(self, code: int) -> int | None:
        letter = chr(code)
        seen = not unicodedata.combining(letter) and unicodedata.category(letter) != "Cf"  # soft hyphens, joiners
        folded = code if seen else None
        self[code] = folded
        return folded


_STANDARD = _Letters({ord(letter): spelling for letter, spelling in _UNDECOMPOSED.items()})
_SHORT = str.maketrans({"æ": "a", "œ": "o", "þ": "t", "ß": "s"})
_LONG = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe", "ð": "dh"})
_LONG_LETTERS = frozenset("äöüåøð")
_SHORT_LETTERS = frozenset("æœþß")
# Within a word, apostrophes separate nothing: L'Aquila, Hawaiʻi, SMV’er.
_JOINING = re.compile("['\u2018\u2019\u02bb\u02bc\u00b4\u0060]")
_WORD = re.compile(r"[^\W_]+")


def as_written(text: str) -> str:
    """`text` without case and superfluous white space, but with its accents: what two equal names have in common."""
    text = text[:MOST_CHARACTERS]
    return " ".join((text.lower() if text.isascii() else unicodedata.normalize("NFC", text).casefold()).split())


def fold(text: str) -> str:
    """`text` as its words, folded, with one space between them; text without words is left as it is written."""
    return _folded(_JOINING.sub("", text[:MOST_CHARACTERS])) or _symbols(text)


def forms(text: str) -> tuple[str, ...]:
    """Every spelling under which `text` is looked for, the usual one (`fold`) first."""
    found = [fold(text)]
    if text.isascii():
        return tuple(found)
    plain = _JOINING.sub("", unicodedata.normalize("NFC", text[:MOST_CHARACTERS]).lower())  # casefolding loses the ß
    letters = set(plain)
    if letters & _LONG_LETTERS:
        found.append(_folded(plain.translate(_LONG)))
    if letters & _SHORT_LETTERS:
        found.append(_folded(plain.translate(_SHORT)))
    return tuple(dict.fromkeys(found))


def joined(form: str) -> str:
    """A folded text without its spaces, so that “open street map” is OpenStreetMap."""
    return form.replace(" ", "")[:200]


def _folded(text: str) -> str:
    if text.isascii():
        text = text.lower()
    else:
        # Casefolding can compose anew, hence twice.
        text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
        text = unicodedata.normalize("NFC", text.translate(_STANDARD))
    return " ".join(word[:_LONGEST_WORD] for word in _WORD.findall(text)[:MOST_WORDS])


def _symbols(text: str) -> str:
    """Text without a letter or digit, so that ☂ is found by ☂."""
    return "".join(c for c in as_written(text) if unicodedata.category(c)[0] in "PS")[:_LONGEST_WORD]
