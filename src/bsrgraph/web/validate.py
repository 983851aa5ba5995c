"""`/validate`: what is sent is checked against the shapes and the live graph, and nothing of it is kept.

`/bsr/api/validate` answers the validation call of the European Commission's Interoperability Test Bed, so that scripts
written for it work here; what it would fetch from elsewhere is refused.
"""

from __future__ import annotations

import base64
import binascii
import json

import flask
from werkzeug.wrappers import Response

from bsrgraph import report as reports
from bsrgraph.contribute.check import Checked, Context, Sent, unreadable
from bsrgraph.errors import ContentError, ContributionRefused, UnknownFormat, UsageError
from bsrgraph.findings import Report
from bsrgraph.formats import DOCUMENT_FORMATS, FORMATS, HTML, JSON, SARIF, TEXT, Format, by_media_type, by_name
from bsrgraph.web.documented import documented
from bsrgraph.web.protocol import read_body
from bsrgraph.web.respond import as_told, format_wanted, page, problem
from bsrgraph.web.state import State, state
from bsrgraph.web.uploads import FORM_TYPES, RDF_TYPES, TABLE_TYPES, read_upload

__all__ = ["blueprint"]

blueprint = flask.Blueprint("validate", __name__)

_CSV = by_name("csv")
_REPORTS = (JSON, HTML, TEXT, _CSV, SARIF, *DOCUMENT_FORMATS)
_WRITERS = {JSON: "json", TEXT: "text", _CSV: "csv", SARIF: "sarif", **{f: f.suffix for f in DOCUMENT_FORMATS}}
_READ = tuple(f for f in FORMATS if f.rdf is not None)
_SENT = {"type": "object", "properties": {n: {"type": "string"} for n in ("file", "text", "format", "kind", "context")}}
_TEXT = {"type": "string"}
_REPORT = {"type": "object", "required": ["conforms", "version", "counts", "findings"]}
_CONTEXTS: dict[str, Context] = {"": "graph", "graph": "graph", "none": "none"}
_UNREADABLE = {
    400: "It cannot be read; the answer says line, reason and repair.",
    413: "It is larger than a limit.",
    415: "It is of a type, charset or coding that is not read here.",
    422: "It is readable, and refused before the shapes are asked: the findings say why.",
}


@blueprint.get("/validate")
@documented(HTML)
def form() -> Response:
    """A page to check a file or a text, without a token; nothing is kept."""
    format_wanted((HTML,))
    return _page({})


@blueprint.post("/validate")
@documented(
    *_REPORTS,
    takes={
        "context": "`none` checks the file alone, not with the live graph",
        "name": "what the file is called",
        "kind": "what the rows of a table are",
    },
    sends={**dict.fromkeys((*RDF_TYPES, *TABLE_TYPES), _TEXT), **dict.fromkeys(FORM_TYPES, _SENT)},
    schema=_REPORT,
    answers={200: "A report, whether it conforms or not.", **_UNREADABLE},
)
def validate() -> Response:
    """A report on what is sent: which line is wrong, why, and what to write instead."""
    here = state()
    wanted = format_wanted(_REPORTS, _of_report())
    fields: dict[str, str] = {}
    try:
        upload = read_upload(here.settings.body_limit)
        fields = upload.fields
        checked = here.checker.check(upload.required(), _context(fields))
    except (ContentError, UsageError) as error:
        status = here.status_of(error)
        return _page(fields, wrong=error, status=status) if wanted is HTML else problem(error, status, _unread(error))
    return _answer(checked, wanted, fields)


def _unread(error: ContentError | UsageError) -> Report:
    """Why there is no report, as one: programs look there for what is wrong."""
    told = error if isinstance(error, ContentError) else ContentError(error.message, hint=error.hint)
    return unreadable(told)


def _of_report() -> str | None:
    """The format of the report by the address; in a form, `format` says what the text is."""
    return flask.request.args.get("format")


def _context(fields: dict[str, str]) -> Context:
    named = fields.get("context", "")
    if named not in _CONTEXTS:
        raise UsageError(f"There is no context “{named[:40]}”.", hint="graph, or none for the file alone.")
    return _CONTEXTS[named]


def _answer(checked: Checked, wanted: Format, fields: dict[str, str]) -> Response:
    if checked.refused:
        refused = ContributionRefused("It is refused before it is checked: the findings say why.", checked.report)
        return _page(fields, checked.report, wrong=refused, status=422) if wanted is HTML else problem(refused, 422)
    if wanted is HTML:
        return _page(fields, checked.report)
    return _written(checked.report, wanted)


def _written(report: Report, wanted: Format) -> Response:
    body = reports.WRITERS[_WRITERS[wanted]](report)
    response = flask.Response(body.encode("utf-8", "replace"), content_type=wanted.content_type)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Dataset-Version"] = report.version
    response.vary.add("Accept")
    return response


def _page(
    fields: dict[str, str],
    report: Report | None = None,
    *,
    wrong: ContentError | ContributionRefused | UsageError | None = None,
    status: int = 200,
) -> Response:
    here = state()
    filled = {name: fields.get(name, "") for name in ("text", "format", "kind", "context")}
    told = as_told(report) if report is not None else None
    values = {"filled": filled, "report": told, "wrong": wrong, "formats": _READ, "url": here.settings.url}
    response = page(
        "validate.html", status, contributes=here.workflow is not None, kinds=list(here.schema.kinds.values()), **values
    )
    response.headers["Cache-Control"] = "no-store"
    return response


# -- the Test Bed's call ----------------------------------------------------

_CALL = {
    "type": "object",
    "required": ["contentToValidate"],
    "properties": {
        "contentToValidate": {"type": "string"},
        "embeddingMethod": {"type": "string", "enum": ["STRING", "BASE64"]},
        "contentSyntax": {"type": "string"},
        "reportSyntax": {"type": "string"},
    },
}
_FETCHING = ("externalRules", "contentQuery")


@blueprint.post("/bsr/api/validate")
@documented(
    JSON,
    *DOCUMENT_FORMATS,
    sends={"application/json": _CALL},
    schema=_REPORT,
    answers={200: "The report, in `reportSyntax` (else RDF/XML, as the Test Bed has it).", **_UNREADABLE},
)
def test_bed() -> Response:
    """The validation call of the Interoperability Test Bed: a JSON object with the content in it."""
    here = state()
    try:
        call = _call(here)
        wanted = _syntax_of_report(call)
        checked = here.checker.check(Sent(_content(call), "content", _syntax(call)))
    except (ContentError, UsageError) as error:
        return problem(error, here.status_of(error), _unread(error))
    return _answer(checked, wanted, {})


def _call(here: State) -> dict[str, object]:
    try:
        call = json.loads(read_body(here.settings.body_limit))
    except ValueError as error:
        raise UsageError(f"This is no JSON: {error}", hint='Send {"contentToValidate": "…"}.') from error
    if not isinstance(call, dict):
        raise UsageError("This is no JSON object.", hint='Send {"contentToValidate": "…"}.')
    for name in _FETCHING:
        if call.get(name):
            raise UsageError(
                f"“{name}” is not taken here.", hint="Everything is checked against the shapes of this graph."
            )
    return call


def _text_of(call: dict[str, object], name: str, default: str = "") -> str:
    value = call.get(name)
    if value is None:
        return default
    if not isinstance(value, str):
        raise UsageError(f"“{name}” is no text.")
    return value


def _content(call: dict[str, object]) -> bytes:
    content = _text_of(call, "contentToValidate")
    if not content:
        raise UsageError("“contentToValidate” is missing.", hint="Put the triples into it, as text or in base64.")
    method = _text_of(call, "embeddingMethod", "STRING").upper()
    if method == "STRING":
        return content.encode("utf-8", "replace")
    if method != "BASE64":
        hint = "STRING or BASE64; nothing is fetched from elsewhere."
        raise UsageError(f"The embedding method {method[:20]} is not taken here.", hint=hint)
    try:
        return base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError) as error:
        raise UsageError(f"“contentToValidate” is no base64: {error}") from error


def _syntax(call: dict[str, object]) -> Format:
    name = _text_of(call, "contentSyntax", "text/turtle")
    found = by_media_type(name)
    if found is None or found.rdf is None:
        raise UnknownFormat(f"{name[:60]} is not read here.", hint=f"Say {', '.join(RDF_TYPES)}.")
    return found


def _syntax_of_report(call: dict[str, object]) -> Format:
    name = _text_of(call, "reportSyntax", "application/rdf+xml")
    if name.partition(";")[0].strip().lower() in ("application/json", "text/json"):
        return JSON
    found = by_media_type(name)
    if found is None or found.rdf is None:
        raise UsageError(f"There is no report as {name[:60]}.", hint=f"application/json, {', '.join(RDF_TYPES)}.")
    return found
