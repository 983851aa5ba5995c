"""The values that pages about an ontology are made of."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from bsrgraph.iris import PREFIXES
from bsrgraph.pages.labels import Label, Link

__all__ = ["CodeList", "Header", "Mapping", "Reused", "Term", "Usage"]

_SUBCLASS = PREFIXES["rdfs"] + "subClassOf"


@dataclass(frozen=True, slots=True)
class Usage:
    """How many things are of a class (`wider`: with its subclasses), or how many statements a property makes."""

    things: int = 0
    statements: int = 0
    wider: int = 0


@dataclass(frozen=True, slots=True)
class Header:
    """What an ontology or a graph of shapes says of itself."""

    iri: str
    title: Label
    description: Label | None
    version: str
    version_iri: str
    prior: str
    prefix: str
    namespace: str
    licence: Link | None
    creators: tuple[Link, ...]
    created: str
    modified: str

    @property
    def citation(self) -> str:
        """How to cite it."""
        who = "; ".join(c.label.text for c in self.creators)
        year = (self.modified or self.created)[:4]
        version = f", version {self.version}" if self.version else ""
        beginning = f"{who}{f' ({year})' if year else ''}: " if who else ""
        return f"{beginning}{self.title.text}{version}. {self.version_iri or self.iri}"


@dataclass(frozen=True, slots=True)
class Mapping:
    """A term of another vocabulary: how it matches, as a term of SKOS, and in which alignment that is said."""

    match: Link
    other: Link
    alignment: Label


@dataclass(frozen=True, slots=True)
class Term:
    """A class or a property of the directory's own; `anchor` is its local name."""

    iri: str
    anchor: str
    short: str
    is_class: bool
    title: Label
    names: tuple[Label, ...]
    types: tuple[Link, ...]
    definition: Label | None
    notes: tuple[Label, ...]
    example: str
    supers: tuple[Link, ...]
    subs: tuple[Link, ...]
    inverses: tuple[Link, ...]
    mappings: tuple[Mapping, ...]
    usage: Usage
    depth: int = 0
    deprecated: bool = False

    @property
    def path(self) -> str:
        """Where everything about the term is told."""
        return "/ontology/term/" + quote(self.anchor)

    @property
    def text(self) -> str:
        """What a reader may know the term by, in lower case."""
        names = [self.anchor, self.title.text, *(n.text for n in self.names)]
        return " ".join([*names, self.definition.text if self.definition else ""]).casefold()

    @property
    def query(self) -> str:
        """A query for what the term is used for."""
        if not self.is_class:
            return f"SELECT ?thing ?value WHERE {{\n  ?thing <{self.iri}> ?value\n}}\nLIMIT 100\n"
        path = "a" if not self.subs else f"a/<{_SUBCLASS}>*"
        return f"SELECT DISTINCT ?thing WHERE {{\n  ?thing {path} <{self.iri}>\n}}\nLIMIT 100\n"


@dataclass(frozen=True, slots=True)
class Reused:
    """A term of another vocabulary, and how it is used here."""

    iri: str
    short: str
    link: Link
    notes: tuple[Label, ...]
    usage: Usage


@dataclass(frozen=True, slots=True)
class CodeList:
    """A code list with its codes."""

    anchor: str
    link: Link
    definition: Label | None
    codes: tuple[Link, ...]
