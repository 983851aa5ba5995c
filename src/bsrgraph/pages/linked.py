"""What a page tells machines that read pages: a summary in a sentence, and the thing in the words of schema.org."""

from __future__ import annotations

import json
from collections.abc import Iterable

from markupsafe import Markup

from bsrgraph.iris import PREFIXES, XSD, Space
from bsrgraph.pages.alignment import Alignment
from bsrgraph.pages.layout import Layout
from bsrgraph.pages.values import Fact, Resource, Value

__all__ = ["json_ld", "summary"]

_SAME = PREFIXES["skos"] + "exactMatch"
_NOTE = PREFIXES["dcterms"] + "description"
_LONGEST = 300
_MOST = 25
_FACTS, _VALUES = 5, 3
"""Facts in a summary, and values of each."""

Told = str | dict[str, "Told"] | list["Told"]


def summary(page: Resource) -> str:
    """A thing in a sentence or two: what it is, and the first of its facts."""
    parts = [", ".join(dict.fromkeys(v.text for v in page.classes))]
    for fact in [f for s in page.sections for f in s.facts if not _is_long(f)][:_FACTS]:
        words = list(dict.fromkeys(v.text for v in fact.values))
        rest = f" and {len(words) - _VALUES} more" if len(words) > _VALUES else ""
        parts.append(f"{fact.name}: {', '.join(words[:_VALUES])}{rest}")
    text = " ".join(f"{page.title.text}. {'. '.join(p for p in parts if p)}.".split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1].rstrip() + "…"


def json_ld(page: Resource, layout: Layout, known: Alignment, space: Space, url: str) -> Markup:
    """The thing in the words of schema.org, as the content of a `script` element that holds data.

    In such an element only `</script` and `<!--` would have a meaning; no angle bracket is left in it.
    """
    told = _told(page, layout, known, space, url)
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    # What could end the element is written as escapes of JSON.
    return Markup(text.encode("utf-8", "replace").decode())  # noqa: S704


def _told(page: Resource, layout: Layout, known: Alignment, space: Space, url: str) -> dict[str, Told]:
    told: dict[str, Told] = {
        "@context": "https://schema.org",
        "@id": page.iri,
        "@type": known.type_of(layout, (c.link.iri for c in page.classes if c.link)),
        "name": page.title.text,
        "url": url,
    }
    others = sorted({v.text for v in page.names} - {page.title.text})
    gathered: dict[str, list[Told]] = {"alternateName": [*others], "sameAs": [], "description": []}
    for fact in (f for s in page.sections for f in s.facts):
        if fact.iri == _SAME and not fact.inverse:
            gathered["sameAs"] += [v.link.iri for v in fact.values if v.link]
        elif fact.iri == _NOTE and not fact.inverse:
            gathered["description"] += [v.text for v in fact.values]
        elif name := known.property(fact.iri, inverse=fact.inverse):
            kinds = {kind: c for c, kind in layout.kinds.items()}
            gathered.setdefault(name, []).extend(_value(v, kinds, layout, known, space) for v in fact.values)
    for name, values in gathered.items():
        if values:
            told[name] = values[0] if len(values) == 1 else [*values[:_MOST]]
    return told


def _value(value: Value, kinds: dict[str, str], layout: Layout, known: Alignment, space: Space) -> Told:
    if value.link is None:
        return value.text
    told: dict[str, Told] = {"@id": value.link.iri, "name": value.text}
    named = space.split(value.link.iri)
    if named and named[0] in kinds:
        told["@type"] = known.type_of(layout, [kinds[named[0]]])
    return told


def _is_long(fact: Fact) -> bool:
    """Whether a fact is no matter for a summary: notes, outlines, digests, what points here."""
    plain = all(v.link or v.is_measured or v.language or v.datatype == XSD + "string" for v in fact.values)
    return fact.inverse or not plain or _widest(fact.values) > 80 or fact.iri.startswith(PREFIXES["skos"])


def _widest(values: Iterable[Value]) -> int:
    return max((len(v.text) for v in values), default=0)
