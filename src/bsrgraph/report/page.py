"""Findings as HTML: a whole page for a file, or its list for a page of the server."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from bsrgraph.findings import Finding, Report, State
from bsrgraph.iris import compact, is_link
from bsrgraph.report.text import summary

__all__ = ["as_html", "as_list"]

_SHOWN = 500
_STATES = {State.NEW: "", State.EXISTING: " (was there before)", State.FIXED: " (mended by this)"}


def as_html(report: Report) -> str:
    """A page that stands alone."""
    title = "Conforms" if report.conforms else "Does not conform"
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n</head>\n<body>\n<h1>{title}</h1>\n<p>{escape(summary(report))}</p>\n"
        f"{as_list(report)}</body>\n</html>\n"
    )


def as_list(report: Report) -> str:
    """The findings as a list, everything escaped; of very many the first."""
    if not report.findings:
        return ""
    items = "".join(f"<li>\n{''.join(_parts(f, report))}</li>\n" for f in report.findings[:_SHOWN])
    more = len(report.findings) - _SHOWN
    rest = f"<p>{more:,} more are not shown; the other formats have them all.</p>\n" if more > 0 else ""
    return f'<ol class="findings">\n{items}</ol>\n{rest}'


def _parts(finding: Finding, report: Report) -> Iterator[str]:
    severity = finding.severity.value
    place = _place(finding)
    yield f'<p class="finding"><strong class="severity {severity.lower()}">{severity}</strong>'
    yield f"{_STATES[finding.state]} " + (f'<span class="place">{escape(place)}</span> ' if place else "")
    yield f"{escape(finding.message)}</p>\n"
    if finding.excerpt:
        yield f"<pre>{escape(finding.excerpt)}</pre>\n"
    yield "<dl>\n"
    for label, text in (
        ("At", _term(finding.focus, report)),
        ("Property", _term(finding.path, report)),
        ("Value", _term(finding.value, report)),
        ("Expected", finding.expected and escape(finding.expected)),
        ("Write instead", _term(finding.suggestion, report)),
        ("Rule", _rule(finding)),
    ):
        if text:
            yield f"<div><dt>{label}</dt><dd>{text}</dd></div>\n"
    yield "</dl>\n"


def _place(finding: Finding) -> str:
    if finding.row is not None:
        return f"Row {finding.row}" + (f", {finding.cell}" if finding.cell else "")
    return f"Line {finding.line}" if finding.line is not None else ""


def _term(text: str | None, report: Report) -> str:
    if text is None:
        return ""
    name = report.labels.get(text)
    if name and name not in text:
        return f"{escape(name)} <code>{escape(text)}</code>"
    return f"<code>{escape(text[:500])}</code>"


def _rule(finding: Finding) -> str:
    if finding.rule is None:
        return f"<code>{escape(finding.code)}</code>"
    name = escape(compact(finding.rule))
    return f'<a href="{escape(finding.rule)}">{name}</a>' if is_link(finding.rule) else f"<code>{name}</code>"
