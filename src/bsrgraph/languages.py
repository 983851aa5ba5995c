"""What languages are called in themselves (IANA language subtags, names after Unicode CLDR)."""

from __future__ import annotations

__all__ = ["autonym"]

_AUTONYMS = {
    "be": "беларуская", "bg": "български", "ca": "català", "cs": "čeština", "cy": "Cymraeg", "da": "dansk",
    "de": "Deutsch", "el": "Ελληνικά", "en": "English", "es": "español", "et": "eesti", "eu": "euskara",
    "fi": "suomi", "fo": "føroyskt", "fr": "français", "ga": "Gaeilge", "gl": "galego", "hr": "hrvatski",
    "hu": "magyar", "is": "íslenska", "it": "italiano", "kl": "kalaallisut", "lb": "Lëtzebuergesch",
    "lt": "lietuvių", "lv": "latviešu", "mt": "Malti", "nb": "norsk bokmål", "nl": "Nederlands",
    "nn": "norsk nynorsk", "no": "norsk", "pl": "polski", "pt": "português", "rm": "rumantsch", "ro": "română",
    "ru": "русский", "se": "davvisámegiella", "sk": "slovenčina", "sl": "slovenščina", "sq": "shqip",
    "sr": "српски", "sv": "svenska", "tr": "Türkçe", "uk": "українська",
}  # fmt: skip


def autonym(tag: str) -> str:
    """The language's own name for itself, or its tag where that is not known."""
    return _AUTONYMS.get(tag.lower(), tag)
