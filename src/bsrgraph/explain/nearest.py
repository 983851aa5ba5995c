"""The nearest value that a rule allows: a code of its list, a thing of its class, a text in its form."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

import pyoxigraph as ox

from bsrgraph.explain.repair import garbled, repaired
from bsrgraph.explain.rules import Allowed, Rules
from bsrgraph.iris import PREFIXES, Space
from bsrgraph.lexical import is_value
from bsrgraph.pages import layout
from bsrgraph.read import query_text, rows
from bsrgraph.search import Indexes, find
from bsrgraph.store.port import Store

__all__ = ["Meant", "Nearest"]

_LANG_STRING = PREFIXES["rdf"] + "langString"
_MOST_CODES = 2000
_SAME = 0.98
_ALIKE = 0.6


@dataclass(frozen=True, slots=True)
class Meant:
    """What was probably meant: an IRI, or the text of a literal; `certain` where it can be nothing else."""

    iri: str | None = None
    text: str | None = None
    certain: bool = False


class Nearest:
    """Looks for what was meant, in what rules allow and in what the graph has."""

    def __init__(self, store: Store, space: Space, rules: Rules, indexes: Indexes | None) -> None:
        self._store = store
        self._space = space
        self._rules = rules
        self._indexes = indexes

    def value(self, rule: str | None, term: ox.NamedNode | ox.Literal) -> Meant | None:
        """What a value that breaks a rule was to be."""
        allowed = self._rules.allowed(rule) if rule else Allowed()
        if isinstance(term, ox.Literal) and allowed.datatypes:
            return self._literal(term, allowed.datatypes)
        text = term.value if isinstance(term, ox.Literal) else _local(term.value)
        return (
            _one_of(text, allowed.values) or self._marked(text, allowed) or self._thing(text, allowed.classes)
            if text
            else None
        )

    def text(self, literal: ox.Literal) -> Meant | None:
        """What a text that is no value of its datatype, or is garbled, was to be."""
        if (found := repaired(literal.value, literal.datatype.value)) is not None:
            return Meant(text=found.text, certain=found.certain)
        mended = garbled(literal.value)
        return Meant(text=mended, certain=True) if mended is not None else None

    def thing(self, iri: str) -> Meant | None:
        """The thing of the same kind that the IRI of nothing was to be."""
        kind, slug = self._space.split(iri) or ("", "")
        return self._found(slug.replace("-", " "), (kind,)) or self._found(slug, (kind,)) if kind else None

    def _literal(self, literal: ox.Literal, datatypes: Iterable[str]) -> Meant | None:
        text = literal.value
        for datatype in datatypes:
            if datatype == literal.datatype.value:
                mended = garbled(text)
                return Meant(text=mended, certain=True) if mended is not None else None
            if datatype == _LANG_STRING:
                return Meant(text=f'"{text}"@en')
            if is_value(text, datatype) if datatype.startswith(PREFIXES["xsd"]) else False:
                return Meant(text=f'"{text}"^^xsd:{_local(datatype)}', certain=True)
            if (found := repaired(text, datatype)) is not None:
                return Meant(text=f'"{found.text}"^^xsd:{_local(datatype)}', certain=found.certain)
        return None

    def _marked(self, text: str, allowed: Allowed) -> Meant | None:
        """The code of a list whose name, code or IRI is most like the text."""
        names: dict[str, str] = {}
        for path, mark in allowed.marks:
            asked = query_text("marked", property=ox.NamedNode(path), value=mark, limit=_MOST_CODES)
            for row in rows(self._store, asked):
                thing = row["thing"].value
                names.setdefault(_local(thing).lower(), thing)
                if "name" in row:
                    names.setdefault(row["name"].value.lower(), thing)
        return _closest(text, names)

    def _thing(self, text: str, classes: Iterable[str]) -> Meant | None:
        kinds = layout(self._store).kinds
        wanted = tuple(kinds[c] for c in classes if c in kinds)
        return self._found(text, wanted) if wanted else None

    def _found(self, text: str, kinds: tuple[str, ...]) -> Meant | None:
        if self._indexes is None:
            return None
        found = [m for m in find(self._indexes.current(), text, kinds, limit=2) if m.score >= _ALIKE]
        if not found:
            return None
        alone = len(found) == 1 or found[1].score < _SAME
        return Meant(found[0].iri, certain=found[0].score >= _SAME and alone)


def _one_of(text: str, values: Iterable[ox.NamedNode | ox.Literal]) -> Meant | None:
    iris = {_local(v.value).lower(): v.value for v in values if isinstance(v, ox.NamedNode)}
    if (found := _closest(text, iris)) is not None:
        return found
    texts = {v.value.lower(): v.value for v in values if isinstance(v, ox.Literal)}
    near = _closest(text, texts)
    return Meant(text=near.iri, certain=near.certain) if near is not None else None


def _closest(text: str, names: dict[str, str]) -> Meant | None:
    near = difflib.get_close_matches(text.lower(), names, n=1, cutoff=_ALIKE)
    return Meant(names[near[0]], certain=near[0] == text.lower()) if near else None


def _local(iri: str) -> str:
    return iri.replace("#", "/").rpartition("/")[2]
