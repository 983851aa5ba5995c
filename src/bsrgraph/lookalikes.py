"""Characters that deceive: letters that look like those of another alphabet, and what cannot be seen."""

from __future__ import annotations

import unicodedata

__all__ = ["language_named", "latin", "unfit"]

# Cyrillic and Greek letters that people cannot tell from Latin ones, and the Latin ones in the same order.
_LATIN = str.maketrans(
    "аеорсухіјѕԁһԛԝьԌАВЕКМНОРСТУХІЈЅҮΑΒΕΖΗΙΚΜΝΟΡΤΥΧοαρυντκ",
    "aeopcyxijsdhqwbGABEKMHOPCTYXIJSYABEZHIKMNOPTYXoapuvtk",
)
_TURNING = {"\u061c", "\u200e", "\u200f", *map(chr, range(0x202A, 0x202F)), *map(chr, range(0x2066, 0x206A))}
"""What turns the direction of the text after it (UAX 9)."""

_LANGUAGES = {
    "danish": "da", "deutsch": "de", "english": "en", "estonian": "et", "finnish": "fi", "french": "fr", "german": "de",
    "icelandic": "is", "italian": "it", "latvian": "lv", "lithuanian": "lt", "norwegian": "no", "polish": "pl",
    "portuguese": "pt", "russian": "ru", "slovene": "sl", "spanish": "es", "suomi": "fi", "svenska": "sv",
    "swedish": "sv",
}  # fmt: skip


def latin(text: str) -> str:
    """The text with Latin letters for those that look the same."""
    return text.translate(_LATIN)


def unfit(character: str) -> bool:
    """Whether a character is a control character, or none at all, or turns the text around it."""
    if character in "\t\n\r":
        return False
    kind = unicodedata.category(character)
    return kind in ("Cc", "Cs") or character in _TURNING or (kind == "Cn" and ord(character) & 0xFFFE == 0xFFFE)


def language_named(tag: str) -> str | None:
    """The tag of the language that somebody called by its name."""
    return _LANGUAGES.get(tag.partition("-")[0])
