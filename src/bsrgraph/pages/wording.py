"""What a SHACL shape asks, in plain words: targets, paths and constraints as English sentences with links in them.

Names of classes, properties and codes are the graph's own, in the reader's language; only the words between them are
written here. A constraint that this module does not know is named by its term, so that nothing is left out in silence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyoxigraph as ox

from bsrgraph.iris import PREFIXES, Space, compact
from bsrgraph.pages.labels import Label, Labels, Link
from bsrgraph.pages.statements import Statements
from bsrgraph.pages.words import COUNTED, DATATYPES, LIMITS, NODE_KINDS, PAIRS, SILENT, TARGETS
from bsrgraph.read import Term

__all__ = ["Code", "Piece", "Sentence", "Wording", "plain"]

_SH = PREFIXES["sh"]
_IN_SCHEME = PREFIXES["skos"] + "inScheme"
_DEEPEST = 6
"""Shapes within shapes that are told; what lies deeper is left to the shape itself."""


@dataclass(frozen=True, slots=True)
class Code:
    """A piece of a sentence that is no word: a pattern, a literal, a datatype."""

    text: str


Piece = str | Link | Code
Sentence = tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class _Phrase:
    """What is asked of a value: what it does, what it does where the rule is turned round, and to what."""

    verb: str
    negated: str
    object: Sentence

    @property
    def said(self) -> Sentence:
        return (f"{self.verb} ", *self.object) if self.verb else self.object


def plain(sentence: Sentence) -> str:
    """A sentence without its links."""
    return "".join(p if isinstance(p, str) else p.text if isinstance(p, Code) else p.label.text for p in sentence)


def _joined(parts: Sequence[Sentence], last: str = " and ", between: str = ", ") -> Sentence:
    found: list[Piece] = []
    for number, part in enumerate(parts):
        if number:
            found.append(last if number == len(parts) - 1 else between)
        found += part
    return tuple(found)


class Wording:
    """Words for the shapes among `said`; the names that they mention are looked up in one query beforehand."""

    def __init__(self, said: Statements, labels: Labels, space: Space) -> None:
        self._said, self._labels, self._space = said, labels, space

    def shape(self, iri: str) -> Link:
        """A shape as a link to its rule."""
        name = self._labels.best(self._said.literals(ox.NamedNode(iri), _SH + "name"))
        return Link(iri, name or Label(iri.rpartition("#")[2]), self._space.path(iri), True)

    def term(self, term: Term) -> Sentence:
        """A class, a property, a code or a literal."""
        if isinstance(term, ox.NamedNode):
            return (self._labels.link(term.value),)
        return (Code(term.value),) if isinstance(term, ox.Literal) else ("something without a name",)

    def path(self, path: Term) -> Sentence:
        """A property path (SHACL section 2.3.1)."""
        if items := self._said.items(path):
            return _joined([self.path(i) for i in items], ", then ", ", then ")
        for name, words in (
            ("inversePath", "what names it as “"),
            ("zeroOrMorePath", "in any number of steps “"),
            ("oneOrMorePath", "in one or more steps “"),
            ("zeroOrOnePath", "in no step or one “"),
        ):
            if (inner := self._said.one(path, _SH + name)) is not None:
                return (words, *self.path(inner), "”")
        if (choice := self._said.one(path, _SH + "alternativePath")) is not None:
            return _joined(self._told_apart(self._said.items(choice)), " or ")
        return self.term(path)

    def _told_apart(self, paths: Sequence[Term]) -> list[Sentence]:
        """Paths by their names; those of one name also by their terms."""
        named = [self.path(p) for p in paths]
        names = [plain(n) for n in named]
        found: list[Sentence] = []
        for path, told in zip(paths, named, strict=True):
            twice = names.count(plain(told)) > 1 and isinstance(path, ox.NamedNode)
            found.append((*told, " ", Code(compact(path.value))) if twice else told)
        return found

    def target(self, shape: Term) -> Sentence:
        """What the shape is for (SHACL section 2.1); empty where only other shapes ask for it."""
        parts: list[Sentence] = []
        for name, words, last in TARGETS:
            found = self._told_apart(self._said.all(shape, _SH + name))
            parts += [(words, *_joined(found, last))] if found else []
        if self._said.classes(shape) & {PREFIXES["rdfs"] + "Class", PREFIXES["owl"] + "Class"}:
            parts.append(("every ", *self.term(shape)))
        return _joined(parts)

    def rule(self, shape: Term, depth: int = 0) -> Sentence:
        """Everything that the shape itself asks, as one sentence; empty where it asks for nothing."""
        is_property = self._said.one(shape, _SH + "path") is not None
        together = self._together(shape, depth) if is_property else []
        each = [p.said for p in self._each(shape, depth)]
        if each:
            single = self._said.number(shape, _SH + "maxCount", 2) == 1
            subject: Sentence = ("it ",) if single or not is_property else ("each ",)
            if is_property and not together:
                subject = ("each ", *self._noun(shape), " ")
            together.append((*subject, *_joined(each)))
        if self._said.all(shape, _SH + "sparql"):
            together.append(("a query finds what breaks it", *self._message(shape)))
        if not together:
            return ()
        sentence = _joined(together, "; ", "; ")
        first = sentence[0]
        beginning = first[:1].upper() + first[1:] if isinstance(first, str) else first
        return (beginning, *sentence[1:], ".") if depth == 0 and not _ended(sentence) else (beginning, *sentence[1:])

    def _noun(self, shape: Term, *, many: bool = False) -> Sentence:
        """What the values of the shape's path are called."""
        path = self._said.one(shape, _SH + "path")
        inverse = self._said.one(path, _SH + "inversePath") if path is not None else None
        if inverse is None:
            return ("values" if many else "value",)
        return ("things that name it as “" if many else "thing that names it as “", *self.path(inverse), "”")

    def _message(self, shape: Term) -> Sentence:
        nodes = [shape, *self._said.all(shape, _SH + "sparql")]
        found = self._labels.best([m for n in nodes for m in self._said.literals(n, _SH + "message")])
        return (f": {found.text}",) if found else ()

    def _together(self, shape: Term, depth: int) -> list[Sentence]:
        """What is asked of all values together: how many there are, and which are among them."""
        parts: list[Sentence] = []
        if words := self._count(shape, "minCount", "maxCount"):
            parts.append((f"{words} ", *self._noun(shape, many=not words.endswith(("one", "no")))))
        if any(v.value in ("true", "1") for v in self._said.literals(shape, _SH + "uniqueLang")):
            parts.append(("at most one value in each language",))
        for name, words in COUNTED:
            parts += [(words, *self.term(v)) for v in self._said.all(shape, _SH + name)]
        if words := self._count(shape, "qualifiedMinCount", "qualifiedMaxCount"):
            words = "none" if words == "no" else words
            words += " of them " if words.endswith("one") else " of them: each "
            for inner in self._said.all(shape, _SH + "qualifiedValueShape"):
                parts.append((words, *self._within(inner, depth).said))
        return parts

    def _count(self, shape: Term, least_name: str, most_name: str) -> str:
        """How many: “exactly one”, “at least 2”, “no”, or nothing where every number will do."""
        least = int(self._said.number(shape, _SH + least_name, 0))
        most = int(self._said.number(shape, _SH + most_name, -1))
        if most == 0:
            return "no"
        if least == most:
            return f"exactly {_number(least)}"
        if most < 0:
            return f"at least {_number(least)}" if least > 0 else ""
        return f"from {least} to {most}" if least > 0 else f"at most {_number(most)}"

    def _each(self, shape: Term, depth: int) -> list[_Phrase]:
        """What is asked of each value, or of the thing itself where the shape has no path."""
        found = [_Phrase("is of the kind", "is not of the kind", self.term(c)) for c in self._all(shape, "class")]
        found += [_Phrase("is", "is not", _datatype(d)) for d in self._all(shape, "datatype")]
        for kind in self._all(shape, "nodeKind"):
            words = NODE_KINDS.get(kind.value.removeprefix(_SH), kind.value)
            found.append(_Phrase("is", "is not", (words,)))
        for name, verb, negated in (("in", "is one of", "is none of"), ("languageIn", "is in", "is not in")):
            for head in self._all(shape, name):
                items = [self.term(i) for i in self._said.items(head)]
                verbs = (verb, negated) if len(items) != 1 else ("is", "is not")
                found.append(_Phrase(*verbs, _joined(items, " or ")))
        if self._said.one(shape, _SH + "path") is None:
            found += [_Phrase("is", "is not", self.term(v)) for v in self._all(shape, "hasValue")]
        found += self._logic(shape, depth) + self._limits(shape)
        for name, verb, negated in PAIRS:
            found += [_Phrase(verb, negated, self.term(v)) for v in self._all(shape, name)]
        if any(v.value in ("true", "1") for v in self._said.literals(shape, _SH + "closed")):
            found.append(self._closed(shape))
        return found + self._unknown(shape)

    def _all(self, shape: Term, name: str) -> Sequence[Term]:
        return self._said.all(shape, _SH + name)

    def _limits(self, shape: Term) -> list[_Phrase]:
        """Ranges, lengths and patterns (SHACL sections 4.3 and 4.4)."""
        found = [
            _Phrase(words, negated, (*self.term(v), after))
            for name, words, negated, after in LIMITS
            for v in self._all(shape, name)
        ]
        for pattern in self._said.literals(shape, _SH + "pattern"):
            flags = "".join(f.value for f in self._said.literals(shape, _SH + "flags"))
            written: Sentence = (Code(pattern.value), *((" with flags ", Code(flags)) if flags else ()))
            found.append(_Phrase("matches", "does not match", written))
        return found

    def _logic(self, shape: Term, depth: int) -> list[_Phrase]:
        """Shapes within the shape (SHACL sections 4.6 and 4.7)."""
        found: list[_Phrase] = []
        for node in self._all(shape, "node"):
            found.append(self._within(node, depth))
        for inner in self._all(shape, "not"):
            phrase = self._within(inner, depth)
            found.append(_Phrase(phrase.negated, phrase.verb, phrase.object))
        for head in self._all(shape, "and"):
            found += [self._within(i, depth) for i in self._said.items(head)]
        for head in self._all(shape, "or"):
            found.append(_any([self._within(i, depth) for i in self._said.items(head)]))
        for head in self._all(shape, "xone"):
            parts = [self._within(i, depth).said for i in self._said.items(head)]
            verbs = ("meets exactly one of these", "does not meet exactly one of these")
            found.append(_Phrase(*verbs, ("(", *_joined(parts, "; ", "; "), ")")))
        return found

    def _within(self, inner: Term, depth: int) -> _Phrase:
        """A shape that another one asks for: by name, or where it has none by what it asks itself."""
        if isinstance(inner, ox.NamedNode):
            if (scheme := self._code_list(inner)) is not None:
                return _Phrase("is a code of the list", "is no code of the list", self.term(scheme))
            return _Phrase("meets", "does not meet", ("“", self.shape(inner.value), "”"))
        if depth >= _DEEPEST:
            return _Phrase("meets", "does not meet", ("a further shape",))
        if (path := self._said.one(inner, _SH + "path")) is not None:
            told = self.rule(inner, depth + 1)
            return _Phrase("has", "does not have", (*self.path(path), *((" (", *told, ")") if told else ())))
        parts = self._each(inner, depth + 1)
        parts += [self._within(p, depth + 1) for p in self._all(inner, "property")]
        if len(parts) == 1:
            return parts[0]
        verbs = ("meets all of this", "does not meet all of this at once")
        return _Phrase(*verbs, ("(", *_joined([p.said for p in parts], "; ", "; "), ")"))

    def _code_list(self, shape: Term) -> Term | None:
        """The code list that a shape says its codes are from, where that is the one property it asks for."""
        members = self._all(shape, "property")
        if len(members) != 1 or self._said.one(members[0], _SH + "path") != ox.NamedNode(_IN_SCHEME):
            return None
        return self._said.one(members[0], _SH + "hasValue")

    def _closed(self, shape: Term) -> _Phrase:
        allowed = [i for head in self._all(shape, "ignoredProperties") for i in self._said.items(head)]
        allowed += [p for member in self._all(shape, "property") for p in self._all(member, "path")]
        names = self._told_apart(list(dict.fromkeys(allowed)))
        return _Phrase("has no properties but", "has properties besides", _joined(names))

    def _unknown(self, shape: Term) -> list[_Phrase]:
        """Constraints of other vocabularies, or of a later SHACL: named, so that they are not overlooked."""
        names = [n for n in self._said.properties(shape) if n.startswith(_SH) and n.removeprefix(_SH) not in SILENT]
        return [_Phrase("meets", "does not meet", (Code(compact(n)), " ", *self._values(shape, n))) for n in names]

    def _values(self, shape: Term, name: str) -> Sentence:
        return _joined([self.term(v) for v in self._said.all(shape, name)])


def _ended(sentence: Sentence) -> bool:
    last = sentence[-1]
    return isinstance(last, str) and last.endswith((".", "!", "?"))


def _number(number: int) -> str:
    return "one" if number == 1 else str(number)


def _datatype(datatype: Term) -> Sentence:
    words = DATATYPES.get(datatype.value, "a value of the datatype")
    return (f"{words} (", Code(compact(datatype.value)), ")")


def _any(choices: list[_Phrase]) -> _Phrase:
    """At least one of some phrases; what they do alike is said once."""
    if len({c.verb for c in choices}) == 1:
        return _Phrase(choices[0].verb, choices[0].negated, _joined([c.object for c in choices], " or "))
    return _Phrase("", "meets none of these:", _joined([c.said for c in choices], ", or "))
