"""Findings in every format that people and programs read: `WRITERS` maps its name to what writes it."""

from collections.abc import Callable
from functools import partial

from bsrgraph.findings import Report
from bsrgraph.formats import DOCUMENT_FORMATS
from bsrgraph.report.annotations import as_github, as_sarif
from bsrgraph.report.page import as_html
from bsrgraph.report.rdf import as_rdf, as_turtle
from bsrgraph.report.table import as_csv, as_json, as_problems
from bsrgraph.report.text import as_text

__all__ = [
    "WRITERS",
    "as_csv",
    "as_github",
    "as_html",
    "as_json",
    "as_problems",
    "as_rdf",
    "as_sarif",
    "as_text",
    "as_turtle",
]

WRITERS: dict[str, Callable[[Report], str]] = {
    "text": as_text,
    "html": as_html,
    "json": as_json,
    "csv": as_csv,
    "sarif": as_sarif,
    "github": as_github,
    **{form.suffix: partial(as_rdf, form=form) for form in DOCUMENT_FORMATS},
}
"""Name of a format → what writes a report in it."""
