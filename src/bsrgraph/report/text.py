"""Findings as text for people at a terminal."""

from __future__ import annotations

from collections import Counter

from bsrgraph.findings import Finding, Report, Severity, State
from bsrgraph.iris import compact

__all__ = ["as_text", "counted", "harmless", "summary"]

_COLOURS = {Severity.VIOLATION: "31", Severity.WARNING: "33", Severity.INFO: "36"}


def as_text(report: Report, *, colour: bool = False) -> str:
    """One paragraph a finding, the place first, and a last line that sums up."""
    paragraphs = [_paragraph(finding, report, colour=colour) for finding in report.findings]
    return "\n".join([*paragraphs, summary(report)]) + "\n"


def _paragraph(finding: Finding, report: Report, *, colour: bool) -> str:
    place = ":".join(str(p) for p in (finding.file, finding.line, finding.column) if p is not None)
    if finding.row is not None:
        place = f"{finding.file or ''} row {finding.row}" + (f", {finding.cell}" if finding.cell else "")
    state = "" if finding.state is State.NEW else f" ({finding.state.value})"
    severity = finding.severity.value
    if colour:
        place, severity = f"\033[1m{place}\033[0m", f"\033[{_COLOURS[finding.severity]}m{severity}\033[0m"
    lines = [f"{place + ': ' if place.strip() else ''}{severity}{state}: {harmless(finding.message)}"]
    lines += [f"    | {harmless(line)}" for line in (finding.excerpt or "").splitlines()]
    for label, text in (
        ("at", _named(finding.focus, report)),
        ("property", _named_path(finding.path, report)),
        ("value", _named(finding.value, report)),
        ("expected", finding.expected),
        ("instead", _named(finding.suggestion, report)),
        ("rule", (finding.rule and compact(finding.rule)) or finding.code),
    ):
        if text:
            lines.append(f"    {label}: {harmless(text)}")
    return "\n".join(lines)


def _named(text: str | None, report: Report) -> str | None:
    """A term, with its name before it where it has one."""
    name = report.labels.get(text or "")
    return f"{name} <{text}>" if name and text and name not in text else text


def _named_path(path: str | None, report: Report) -> str | None:
    name = report.labels.get(path or "")
    return None if path is None else compact(path) + (f" ({name})" if name and name not in path else "")


def harmless(text: str) -> str:
    """The text without what a terminal would obey."""
    return "".join(c if c.isprintable() or c in "\n\t" else "\N{REPLACEMENT CHARACTER}" for c in text)


def summary(report: Report) -> str:
    """How many findings of each severity, and whether they stand in the way."""
    fresh = Counter(f.severity for f in report.findings if f.state is State.NEW)
    before = Counter(f.severity for f in report.findings if f.state is State.EXISTING)
    told = f"{'Conforms' if report.conforms else 'Does not conform'}: {counted(fresh)}."
    return told + (f" There before: {counted(before)}." if before else "")


def counted(counts: Counter[Severity]) -> str:
    """Counts of findings in words."""
    return ", ".join(f"{counts[s]} {s.value}{'' if counts[s] == 1 else 's'}" for s in Severity)
