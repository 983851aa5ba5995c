"""What a check found: values only. Checks make them, `report` writes them, nothing here decides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum

__all__ = ["Finding", "Report", "Severity", "State"]


class Severity(Enum):
    """How bad a finding is (SHACL section 2.1.4), with its rank: the smallest number is the worst."""

    VIOLATION = "Violation"
    WARNING = "Warning"
    INFO = "Info"

    @property
    def rank(self) -> int:
        """0 for a Violation, 1 for a Warning, 2 for an Info."""
        return list(Severity).index(self)


class State(Enum):
    """Whose finding it is: brought in by what was checked, mended by it, or there before."""

    NEW = "new"
    FIXED = "fixed"
    EXISTING = "existing"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, where it is, why, and what to write instead.

    `code` is the check that found it (`shacl`, `lexical-form`, `unknown-term`, …), `rule` the IRI of the shape
    where there is one, `component` the constraint that is broken, `nested` the rules inside it that say why
    (`sh:detail`).
    Terms are written as IRIs or lexical forms; `exact` is the value with its datatype or language. Lines and columns
    count from 1, and say where what is wrong ends; `span` is all of it, from line and column to line and column, the
    last included, `excerpt` that line with carets under it, and `patch` what to write in place of it where that is
    certain. In tables, `row` and `cell` say where.
    """

    severity: Severity
    code: str
    message: str
    rule: str | None = None
    focus: str | None = None
    path: str | None = None
    value: str | None = None
    expected: str | None = None
    suggestion: str | None = None
    file: str | None = None
    line: int | None = None
    column: int | None = None
    row: int | None = None
    cell: str | None = None
    state: State = State.NEW
    nested: tuple[str, ...] = ()
    component: str | None = None
    exact: str | None = None
    span: tuple[int, int, int, int] | None = None
    excerpt: str | None = None
    patch: str | None = None

    @property
    def key(self) -> tuple[str | None, ...]:
        """What makes two findings the same one, wherever they stand."""
        return (self.code, self.rule, self.component, self.focus, self.path, self.exact or self.value)


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that was found in one check of one version of the graph.

    `labels` are the names of the IRIs in the findings.
    """

    findings: tuple[Finding, ...]
    version: str = ""
    checked: str = ""
    labels: Mapping[str, str] = field(default_factory=dict, compare=False)
    counts: Counter[str] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        ordered = sorted(self.findings, key=_order)
        object.__setattr__(self, "findings", tuple(ordered))
        object.__setattr__(self, "counts", Counter(f.state.value for f in ordered))

    @property
    def conforms(self) -> bool:
        """Whether there is no new Violation; Warnings and Infos never block."""
        return not any(f.severity is Severity.VIOLATION and f.state is State.NEW for f in self.findings)

    def of(self, severity: Severity) -> Iterable[Finding]:
        """The findings of one severity that are not mended."""
        return (f for f in self.findings if f.severity is severity and f.state is not State.FIXED)


def _order(finding: Finding) -> tuple[object, ...]:
    return (
        finding.state.value != "new",
        finding.severity.rank,
        finding.file or "",
        finding.row or 0,
        finding.line or 0,
        finding.code == "shacl",
        finding.rule or finding.code,
        finding.focus or "",
        finding.path or "",
        finding.value or "",
    )
