"""What a graph directory promises of itself: its questions have their stated answers, its shapes their examples."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

import pyoxigraph as ox

from bsrgraph.corpus import Corpus
from bsrgraph.findings import Severity
from bsrgraph.iris import PREFIXES, RDF_TYPE
from bsrgraph.questions import Question
from bsrgraph.read import Row, rows, select_variables
from bsrgraph.store.port import Store
from bsrgraph.validate import Contributed, Validator

__all__ = ["Outcome", "answers", "examples", "same_cells"]

_SH = PREFIXES["sh"]
_EXAMPLES = ("valid", "invalid")
_CONSTRAINTS = """
    class datatype nodeKind minExclusive minInclusive maxExclusive maxInclusive minLength maxLength pattern languageIn
    equals disjoint not and or xone node closed hasValue in sparql
"""
"""What a node shape can itself ask of its focus node (SHACL sections 4 and 5); counts belong to property shapes."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One promise: `faults` is empty where it is kept."""

    name: str
    faults: tuple[str, ...]

    @property
    def kept(self) -> bool:
        """Whether nothing speaks against it."""
        return not self.faults


def answers(store: Store, questions: Iterable[Question]) -> Iterator[Outcome]:
    """Every question of the directory, asked, and its answer held against the one that its header states."""
    for question in questions:
        if question.rows is None:
            yield Outcome(question.name, ())
            continue
        names = select_variables(store, question.text)
        found = [tuple(_cell(row, name) for name in names) for row in rows(store, question.text)]
        yield Outcome(question.name, tuple(_differences(found, question.rows)))


def _cell(row: Row, name: str) -> str:
    return row[name].value if name in row else ""


def _differences(found: Sequence[tuple[str, ...]], stated: Sequence[tuple[str, ...]]) -> Iterator[str]:
    if len(found) != len(stated):
        yield f"{len(found)} rows, stated are {len(stated)}"
    for number, (have, want) in enumerate(zip(found, stated, strict=False), 1):
        if not same_cells(have, want):
            yield f"row {number} is {' | '.join(have)}, stated is {' | '.join(want)}"


def same_cells(have: Sequence[str], want: Sequence[str]) -> bool:
    """Whether two rows say the same: white space folded, numbers compared by value."""
    return len(have) == len(want) and all(_same(a, b) for a, b in zip(have, want, strict=True))


def _same(have: str, want: str) -> bool:
    if " ".join(have.split()) == " ".join(want.split()):
        return True
    try:
        return Decimal(have) == Decimal(want)
    except InvalidOperation:
        return False


def rules(corpus: Corpus) -> list[str]:
    """The IRIs that a finding can come from: property shapes, and node shapes with a target and own constraints."""
    said: dict[str, set[str]] = {}
    for quad in (s.quad for source in corpus.shapes for s in source.statements):
        if isinstance(quad.subject, ox.NamedNode):
            word = quad.object if quad.predicate.value == RDF_TYPE else quad.predicate
            if isinstance(word, ox.NamedNode) and word.value.startswith(_SH):
                said.setdefault(quad.subject.value, set()).add(word.value.removeprefix(_SH))
    constraints = set(_CONSTRAINTS.split())
    return sorted(
        shape
        for shape, words in said.items()
        if "PropertyShape" in words or (words & constraints and any(word.startswith("target") for word in words))
    )


def examples(corpus: Corpus) -> Iterator[Outcome]:
    """Every rule of the shapes with its two examples: the valid one breaks nothing, the invalid one this rule."""
    validator = Validator(corpus)
    for rule in rules(corpus):
        name = rule.rpartition("#")[2]
        folder = corpus.root / "shapes" / "examples" / name
        missing = [f"{e}.ttl is missing" for e in _EXAMPLES if not (folder / f"{e}.ttl").is_file()]
        if missing:
            yield Outcome(name, tuple(missing))
            continue
        found = {
            e: validator.files([Contributed.read(f"{e}.ttl", (folder / f"{e}.ttl").read_bytes())], "none").findings
            for e in _EXAMPLES
        }
        faults = [
            f"valid.ttl: {f.message}"
            for f in found["valid"]
            if f.severity is Severity.VIOLATION or rule in (f.rule, *f.nested)
        ]
        if not any(rule in (f.rule, *f.nested) for f in found["invalid"]):
            faults.append("invalid.ttl does not break it")
        yield Outcome(name, tuple(faults))
