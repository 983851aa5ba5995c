"""Findings as notes beside the lines of a file: SARIF 2.1.0, and what GitHub Actions reads from a log."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import quote

from bsrgraph.findings import Finding, Report, Severity, State
from bsrgraph.version import VERSION

__all__ = ["as_github", "as_sarif"]

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {Severity.VIOLATION: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_BASELINE = {State.NEW: "new", State.EXISTING: "unchanged", State.FIXED: "absent"}


def as_sarif(report: Report) -> str:
    """One run; each rule links to its page, and where a remedy is certain it is a fix."""
    rules = {f.rule or f.code: f for f in report.findings}
    driver = {"name": "bsrgraph", "version": VERSION, "rules": [_rule(name, f) for name, f in sorted(rules.items())]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(f) for f in report.findings],
    }
    body = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(body, ensure_ascii=False, indent=2) + "\n"


def _rule(name: str, finding: Finding) -> dict[str, object]:
    told: dict[str, object] = {"id": name, "shortDescription": {"text": finding.message or name}}
    if finding.expected:
        told["help"] = {"text": finding.expected}
    return told | ({"helpUri": finding.rule} if finding.rule and finding.rule.startswith("http") else {})


def _result(finding: Finding) -> dict[str, object]:
    text = " ".join(
        part
        for part in (
            finding.message,
            finding.expected and f"Expected: {finding.expected}",
            finding.suggestion and f"Instead: {finding.suggestion}",
        )
        if part
    )
    told: dict[str, object] = {
        "ruleId": finding.rule or finding.code,
        "level": _LEVELS[finding.severity],
        "message": {"text": text or "?"},
        "baselineState": _BASELINE[finding.state],
    }
    if finding.file:
        location: dict[str, object] = {"artifactLocation": {"uri": quote(finding.file)}}
        if (region := _region(finding)) is not None:
            location["region"] = region
        told["locations"] = [{"physicalLocation": location}]
    if finding.patch is not None and finding.span is not None and finding.file:
        replacement = {"deletedRegion": _region(finding), "insertedContent": {"text": finding.patch}}
        change = {"artifactLocation": {"uri": quote(finding.file)}, "replacements": [replacement]}
        told["fixes"] = [{"description": {"text": f"Write {finding.patch}"}, "artifactChanges": [change]}]
    return told


def _region(finding: Finding) -> dict[str, int] | None:
    """The place; the end of a region is one column after its last character."""
    if finding.span is not None:
        line, column, end_line, end_column = finding.span
        return {"startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column + 1}
    return {"startLine": finding.line} if finding.line is not None else None


def as_github(report: Report) -> str:
    """One line a finding, as GitHub Actions turns it into an annotation; what was there before is a notice."""
    return "".join(line + "\n" for line in _annotations(report)) or "\n"


def _annotations(report: Report) -> Iterator[str]:
    for finding in report.findings:
        if finding.state is State.FIXED:
            continue
        level = "notice" if finding.state is State.EXISTING else _LEVELS[finding.severity].replace("note", "notice")
        region = _region(finding) or {}
        names = (("line", "startLine"), ("endLine", "endLine"), ("col", "startColumn"), ("endColumn", "endColumn"))
        parts = [("file", finding.file)] if finding.file else []
        parts += [(name, str(region[key])) for name, key in names if key in region]
        parts.append(("title", (finding.rule or finding.code).rpartition("#")[2]))
        remedy = f"\nInstead: {finding.suggestion}" if finding.suggestion else ""
        told = ",".join(f"{name}={_property(text)}" for name, text in parts)
        yield f"::{level} {told}::{_data(finding.message + remedy)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
