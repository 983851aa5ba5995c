"""The shapes of a graph directory as pages show them: every rule in plain words, with a place of its own."""

from __future__ import annotations

import difflib
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import quote

import pyoxigraph as ox

from bsrgraph.iris import PREFIXES, Space
from bsrgraph.pages.labels import Label, Labels
from bsrgraph.pages.statements import Statements
from bsrgraph.pages.wording import Sentence, Wording, plain
from bsrgraph.pages.words import SEVERITIES
from bsrgraph.read import Term

__all__ = ["Group", "Rule", "Rulebook", "ShapeSection"]

_SH = PREFIXES["sh"]
_SHAPES = {_SH + "NodeShape", _SH + "PropertyShape"}
_LAST = 1e9


@dataclass(frozen=True, slots=True)
class Rule:
    """One shape: `about` says which values it looks at, `target` of which things, `asks` what it asks of them.

    Where the shape names no target itself, that is the one of the shape it is at home with.
    `home` is the anchor of the shape on whose page it is shown, its own where it stands alone. `severity` is the
    local name of one of SHACL's three, `weight` says in words what that means; `inverse` that it looks at
    what points to the thing; `query` is the SPARQL that decides, where there is some.
    """

    iri: str
    anchor: str
    home: str
    title: Label
    description: Label | None
    message: Label | None
    severity: str
    weight: str
    group: Label | None
    about: Sentence
    target: Sentence
    asks: Sentence
    inverse: bool
    query: str

    @property
    def whom(self) -> str:
        """The target without links."""
        return plain(self.target)

    @property
    def path(self) -> str:
        """Where the rule is told with its examples."""
        return f"/shapes/{quote(self.home)}" + (f"#{quote(self.anchor)}" if self.anchor != self.home else "")

    @property
    def text(self) -> str:
        """What a reader may know the rule by, in lower case."""
        told = [self.description.text if self.description else "", plain(self.about), plain(self.asks)]
        return " ".join([self.anchor, self.title.text, *told]).casefold()


@dataclass(frozen=True, slots=True)
class ShapeSection:
    """A shape with the rules that are at home with it, and those that it shares with a wider one."""

    shape: Rule
    rules: tuple[Rule, ...]
    shared: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """A heading under which pages and forms show values."""

    anchor: str
    title: Label
    description: Label | None


class Rulebook:
    """The rules among `said`, for one reader."""

    def __init__(self, said: Statements, labels: Labels, space: Space) -> None:
        self._said, self._labels, self._space = said, labels, space
        self._wording = Wording(said, labels, space)
        self._shapes = [s for s in said if isinstance(s, ox.NamedNode) and said.classes(s) & _SHAPES]
        # Every name that a sentence may need, in one query.
        labels.look_up(
            v.value for s in said if self._is_of_shapes(s) for n in said.properties(s) for v in _named(said.all(s, n))
        )

    def _is_of_shapes(self, subject: Term) -> bool:
        return isinstance(subject, ox.BlankNode) or subject in self._shape_set

    @cached_property
    def _shape_set(self) -> frozenset[Term]:
        return frozenset(self._shapes)

    @cached_property
    def _members(self) -> dict[Term, list[Term]]:
        """Shape → the property shapes with IRIs that it lists, in their order."""
        found: dict[Term, list[Term]] = {}
        for shape in self._shapes:
            listed = [p for p in self._said.all(shape, _SH + "property") if p in self._shape_set]
            if listed:
                found[shape] = sorted(listed, key=self._place)
        return found

    @cached_property
    def _homes(self) -> dict[Term, Term]:
        """Property shape → the shape it is at home with: of those that list it, the first of those for most classes."""

        def width(shape: Term) -> tuple[int, tuple[float, str]]:
            return (-len(self._said.all(shape, _SH + "targetClass")), self._place(shape))

        found: dict[Term, Term] = {}
        for shape in sorted(self._members, key=width):
            for member in self._members[shape]:
                found.setdefault(member, shape)
        return found

    def _place(self, shape: Term) -> tuple[float, str]:
        return (self._said.number(shape, _SH + "order", _LAST), shape.value)

    @cached_property
    def sections(self) -> tuple[ShapeSection, ...]:
        """The shapes that have rules of their own, in their order."""
        shapes = sorted(self._members, key=self._place)
        return tuple(
            ShapeSection(
                self.rule(s),
                tuple(self.rule(m) for m in self._members[s] if self._homes[m] == s),
                tuple(self.rule(m) for m in self._members[s] if self._homes[m] != s),
            )
            for s in shapes
        )

    @cached_property
    def alone(self) -> tuple[Rule, ...]:
        """The rules that stand alone, such as those across things, in their order."""
        return tuple(
            self.rule(s) for s in sorted(self._shapes, key=self._place) if s not in self._members | self._homes
        )

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """The headings, in their order."""
        found = self._said.subjects(PREFIXES["rdf"] + "type", ox.NamedNode(_SH + "PropertyGroup"))
        return tuple(
            Group(_anchor(g), self._labels.of(g.value), self._text(g, PREFIXES["rdfs"] + "comment"))
            for g in sorted(found, key=self._place)
            if isinstance(g, ox.NamedNode)
        )

    def rule(self, shape: Term) -> Rule:
        """One shape as a rule."""
        path = self._said.one(shape, _SH + "path")
        severity = next(iter(self._said.iris(shape, _SH + "severity")), _SH + "Violation").removeprefix(_SH)
        group = next(iter(self._said.iris(shape, _SH + "group")), None)
        home = self._homes.get(shape, shape)
        return Rule(
            shape.value,
            _anchor(shape),
            _anchor(home),
            self._text(shape, _SH + "name") or Label(_anchor(shape)),
            self._text(shape, _SH + "description"),
            self._text(shape, _SH + "message"),
            severity,
            SEVERITIES.get(severity, severity),
            self._labels.of(group) if group else None,
            self._wording.path(path) if path is not None else (),
            self._wording.target(shape) or self._wording.target(home),
            self._wording.rule(shape),
            path is not None and self._said.one(path, _SH + "inversePath") is not None,
            self._query(shape),
        )

    def _query(self, shape: Term) -> str:
        """The SPARQL of a rule that a query decides, without the margin that it has in its file."""
        nodes = self._said.all(shape, _SH + "sparql")
        texts = [t.value for n in nodes for name in ("select", "ask") for t in self._said.literals(n, _SH + name)]
        return textwrap.dedent("\n".join(texts).strip("\n")).strip()

    def find(self, anchor: str) -> ShapeSection | None:
        """The shape with this local name, with its rules."""
        section = next((s for s in self.sections if s.shape.anchor == anchor), None)
        if section is None and (rule := next((r for r in self.alone if r.anchor == anchor), None)):
            section = ShapeSection(rule, (), ())
        return section

    def near(self, anchor: str) -> tuple[tuple[str, str], ...]:
        """Shapes whose names are like `anchor`: label and path."""
        names = {_anchor(s).lower(): s for s in self._shapes}
        found = [self.rule(names[n]) for n in difflib.get_close_matches(anchor.lower(), names, n=5)]
        return tuple((rule.title.text, rule.path) for rule in found)

    def of_class(self, classes: Iterable[str]) -> tuple[Rule, ...]:
        """The rules for things of these classes, those across things last."""
        targets = {ox.NamedNode(c) for c in classes}
        shapes = [s for s in self._shapes if targets & {*self._said.all(s, _SH + "targetClass")}]
        listed = {m: None for s in sorted(shapes, key=self._place) for m in self._members.get(s, ())}
        return tuple(self.rule(s) for s in (*listed, *(s for s in shapes if s not in self._members)))

    def of_property(self, iri: str) -> tuple[Rule, ...]:
        """The rules that look at the values of a property, then those that look at it from its other end."""
        property_ = ox.NamedNode(iri)
        paths = [property_, *self._said.subjects(_SH + "inversePath", property_)]
        shapes = [s for p in paths for s in self._said.subjects(_SH + "path", p) if s in self._shape_set]
        return tuple(self.rule(s) for s in dict.fromkeys(shapes))

    def _text(self, subject: Term, name: str) -> Label | None:
        return self._labels.best(self._said.literals(subject, name))


def _anchor(shape: Term) -> str:
    return shape.value.rpartition("#")[2] if "#" in shape.value else shape.value.rpartition("/")[2]


def _named(values: Iterable[Term]) -> list[ox.NamedNode]:
    return [v for v in values if isinstance(v, ox.NamedNode)]
