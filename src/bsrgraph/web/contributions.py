"""`/contributions`: what is proposed and decided, and the API by which it is."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

import flask
from werkzeug.wrappers import Response

from bsrgraph import report as reports
from bsrgraph.contribute.account import Account, account
from bsrgraph.contributed import as_trig
from bsrgraph.errors import NotFound, StoreError, UsageError
from bsrgraph.findings import Report
from bsrgraph.formats import HTML, JSON, TEXT, Format, by_name
from bsrgraph.ledger import Contribution, ContributionState, Role, as_fields
from bsrgraph.web.documented import documented, whole
from bsrgraph.web.respond import as_json, format_wanted, page, with_validators
from bsrgraph.web.session import asker, form_token, may_change, private, visitor, with_form
from bsrgraph.web.state import State, state
from bsrgraph.web.uploads import FORM_TYPES, RDF_TYPES, TABLE_TYPES, read_form, read_upload

__all__ = ["blueprint", "shared", "told"]

blueprint = flask.Blueprint("contributions", __name__)

_TRIG = by_name("trig")
_FORMATS = (HTML, JSON, _TRIG)
_PAGE = 50
_STEPS = ("accept", "decline", "revert", "erase")
_ID = "the id of a contribution, 16 hexadecimal digits"
_FILE = {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}}}
_TEXT = {"type": "string"}
_SENDS = {**dict.fromkeys((*RDF_TYPES, *TABLE_TYPES), _TEXT), **dict.fromkeys(FORM_TYPES, _FILE)}
_CONTRIBUTION = {"type": "object", "required": ["id", "state", "conforms", "findings"]}
_BARRED = {
    401: "It takes a token that counts (WWW-Authenticate: Bearer).",
    403: "The role of the token is not enough.",
    429: "That is too often; Retry-After says when to try again.",
    501: "The store is another server's, which takes no contributions from here.",
}


@blueprint.get("/contributions")
@documented(
    HTML,
    JSON,
    takes={"state": "only those in this state, such as `proposed`", "page": whole("which page of the list")},
    answers={501: _BARRED[501]},
)
def contributions() -> Response:
    """Contributions, newest first."""
    here = state()
    kept = here.contributing.ledger.contributions
    wanted = format_wanted((HTML, JSON))
    chosen = flask.request.args.get("state", "")
    if chosen and chosen not in {s.value for s in ContributionState}:
        raise UsageError(f"There is no state “{chosen[:40]}”.", hint=", ".join(s.value for s in ContributionState))
    states = (ContributionState(chosen),) if chosen else ()
    number = min(max(1, flask.request.args.get("page", 1, type=int)), 1_000_000)
    found = kept.latest(states, limit=_PAGE + 1, offset=(number - 1) * _PAGE)
    more, found = len(found) > _PAGE, found[:_PAGE]
    if wanted is JSON:
        body = {"contributions": [as_fields(c) for c in found], "page": number, "more": more}
        return shared(here, as_json(body), wanted)
    return shared(
        here,
        page(
            "contributions.html",
            contributions=found,
            counts=kept.counts(),
            chosen=chosen,
            number=number,
            more=more,
        ),
        wanted,
    )


@blueprint.post("/contributions")
@documented(
    takes={
        "source": "where it is taken from: an address, or words",
        "comment": "a word to readers and reviewers",
        "accept_warnings": "`1`: propose it in spite of its Warnings",
        "supersedes": "the id of a contribution that this one is to replace",
        "name": "what the file is called",
        "kind": "what the rows of a table are, such as `organisation`",
    },
    sends=_SENDS,
    answers={
        201: "It is proposed, and on disk; its address is in Location.",
        200: "The same triples are proposed or accepted already; its address is in Location.",
        **_BARRED,
        409: "What it is to replace cannot be replaced any more.",
        410: "The same triples were erased.",
        422: "It breaks rules, or has Warnings that want accept_warnings=1; the report says which. Nothing is stored.",
    },
)
def propose() -> Response:
    """Checks a file and proposes it as a contribution."""
    here = state()
    workflow = here.contributing
    who = asker()
    may_change(who, {})
    upload = read_upload(here.settings.body_limit)
    proposed = workflow.propose(
        upload.required(),
        who,
        source=upload.fields.get("source", ""),
        comment=upload.fields.get("comment", ""),
        supersedes=upload.fields.get("supersedes") or None,
        accept_warnings=upload.fields.get("accept_warnings", "") in ("1", "true", "on"),
    )
    found = proposed.contribution
    response = as_json({**told(here, found), **_as_report(proposed.report)})
    response.status_code = 201 if proposed.new else 200
    response.headers["Location"] = f"{here.settings.url}/contributions/{found.id}"
    return private(response)


@blueprint.get("/contributions/<name>")
@documented(
    *_FORMATS,
    takes={"name": _ID + "; `.json` and the like after it choose the format"},
    answers={410: "It was erased."},
)
def contribution(name: str) -> Response:
    """One contribution: its state, its report, what it changes, its history."""
    here = state()
    identifier, dot, suffix = name.partition(".")
    here.contributing.ledger.contributions.get(identifier)
    wanted = format_wanted(_FORMATS, suffix if dot else None)
    if wanted is _TRIG:
        found = here.contributing.ledger.contributions.get(identifier)
        quads = here.contributing.ledger.contributions.content(found).quads
        text = as_trig(here.corpus.space, found, quads)
        return shared(here, flask.Response(text, content_type=_TRIG.content_type), wanted)
    session = visitor() if wanted is HTML else None
    shown = _account(here, identifier)
    if wanted is JSON:
        return shared(here, as_json({**told(here, shown.contribution), **shown.as_json()}), wanted)
    if session is None:
        return shared(here, page("contribution.html", account=shown, session=None, steps=(), form=""), wanted)
    steps = _steps(shown.contribution, session.token.role)
    return with_form(page("contribution.html", account=shown, session=session, steps=steps, form=form_token()))


@blueprint.get("/contributions/<identifier>/file")
@documented(TEXT, takes={"identifier": _ID}, answers={410: "It was erased."})
def contribution_file(identifier: str) -> Response:
    """The bytes of a contribution, as they were sent."""
    here = state()
    found = here.contributing.ledger.contributions.get(identifier)
    response = flask.Response(here.contributing.ledger.contributions.content(found).data)
    # Never shown as a page of this site, whatever it is.
    response.headers["Content-Type"] = "application/octet-stream" if found.packed else TEXT.content_type
    response.headers.set("Content-Disposition", "attachment", filename=found.file_name or f"{found.id}.txt")
    return shared(here, response, TEXT)


@blueprint.post("/contributions/<identifier>/<step>")
@documented(
    JSON,
    takes={"identifier": _ID, "step": "`accept`, `decline`, `revert` or `erase`", "comment": "why"},
    sends={"application/json": {"type": "object", "properties": {"comment": {"type": "string"}}}},
    schema=_CONTRIBUTION,
    answers={
        303: "Done, for a browser: the contribution is at Location.",
        **_BARRED,
        409: "Somebody else has decided already, or the contribution is past that; the answer says who and when.",
        410: "It was erased.",
        422: "It no longer conforms with the graph as it is now; the report says why, and it stays proposed.",
    },
)
def decide(identifier: str, step: str) -> Response:
    """Accepts, declines, reverts or erases a contribution; a decision is on disk when it is answered."""
    here = state()
    workflow = here.contributing
    if step not in _STEPS:
        raise NotFound(
            f"There is no step “{step[:40]}”.", tuple((s, f"/contributions/{identifier}/{s}") for s in _STEPS)
        )
    who = asker()
    fields = read_form(here.settings.body_limit)
    may_change(who, fields)
    comment = fields.get("comment", "")
    found = getattr(workflow, step)(identifier, who, comment)
    if "Authorization" not in flask.request.headers:
        return private(flask.redirect(f"/contributions/{identifier}", 303))
    return private(as_json(told(here, found)))


@blueprint.get("/contribution/<identifier>")
@documented(takes={"identifier": _ID}, answers={303: "The contribution is at Location."})
def contribution_graph(identifier: str) -> Response:
    """303 from the IRI of a contribution's graph to the contribution."""
    here = state()
    here.contributing.ledger.contributions.get(identifier)
    return flask.redirect(f"{here.settings.url}/contributions/{identifier}", 303)


def told(here: State, found: Contribution) -> dict[str, object]:
    """A contribution for programs, with its address and the IRI of its graph."""
    url = f"{here.settings.url}/contributions/{found.id}"
    return {**as_fields(found), "url": url, "iri": f"{here.corpus.space.contributions}{found.id}"}


def _account(here: State, identifier: str) -> Account:
    try:
        index = here.index
    except StoreError:  # names cannot be compared now, and everything else can be told
        index = None
    return account(here.contributing, here.layout, here.labels(), identifier, index)


def _steps(found: Contribution, role: Role) -> Sequence[str]:
    """What somebody of that role can do with it now."""
    steps: list[str] = []
    if role.includes(Role.REVIEWER):
        steps += {ContributionState.PROPOSED: ["accept", "decline"], ContributionState.ACCEPTED: ["revert"]}.get(
            found.state, []
        )
    if role.includes(Role.ADMIN) and found.state is not ContributionState.ERASED:
        steps.append("erase")
    return steps


def _as_report(report: Report) -> dict[str, object]:
    found = json.loads(reports.as_json(report))
    return found if isinstance(found, dict) else {}


def shared(here: State, response: Response, wanted: Format) -> Response:
    """An answer that is the same for everybody who is not logged in, for as long as ledger and store are the same."""
    if flask.g.get("private"):
        return private(response)
    response.vary.update(("Accept", "Accept-Language", "Cookie"))
    revision = here.contributing.ledger.history.revision()
    asked = flask.request.full_path + flask.request.headers.get("Accept-Language", "")
    moments = [m for m in (revision.at, here.store.notes.get("made", "")) if m]
    response.last_modified = max(map(datetime.fromisoformat, moments), default=None)
    return with_validators(response, here.store.version, str(revision.number), wanted.suffix, asked)
