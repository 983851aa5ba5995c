"""Findings as JSON, whose members clients rely on, and as CSV with the same columns."""

from __future__ import annotations

import csv
import io
import json
import re

from bsrgraph.findings import Finding, Report

__all__ = ["as_csv", "as_json", "as_problems"]

_MEMBERS = (
    "severity", "code", "rule", "focus", "path", "value", "message", "expected", "suggestion", "file", "line", "column",
    "row", "cell", "state",
)  # fmt: skip
_FORMULA = re.compile(r"[=@\t\r]|[+-](?!\.?\d[\d.,]*\Z)")


def _members(finding: Finding) -> dict[str, object]:
    told = {name: getattr(finding, name) for name in _MEMBERS}
    return told | {"severity": finding.severity.value, "state": finding.state.value}


def as_problems(report: Report) -> list[dict[str, object]]:
    """The findings as members of a JSON body."""
    return [_members(finding) for finding in report.findings]


def as_json(report: Report) -> str:
    """The report: conforms, version, counts, findings."""
    counts = {state: report.counts.get(state, 0) for state in ("new", "fixed", "existing")}
    findings = as_problems(report)
    body = {"conforms": report.conforms, "version": report.version, "counts": counts, "findings": findings}
    return json.dumps(body, ensure_ascii=False, indent=2) + "\n"


def as_csv(report: Report) -> str:
    """One row a finding; what a spreadsheet would take for a formula has an apostrophe before it."""
    output = io.StringIO()
    writer = csv.writer(output, lineterminator="\n")
    writer.writerow(_MEMBERS)
    for told in as_problems(report):
        writer.writerow("" if told[name] is None else _cell(str(told[name])) for name in _MEMBERS)
    return output.getvalue()


def _cell(text: str) -> str:
    return "'" + text if _FORMULA.match(text) else text
