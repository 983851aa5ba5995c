"""`/contribute` and `/inbox`: contributing and deciding in a browser, without any script."""

from __future__ import annotations

import flask
from werkzeug.http import parse_options_header
from werkzeug.wrappers import Response

from bsrgraph.errors import ContentError, ContributionRefused, NotAllowed, Unauthenticated, UnknownFormat, UsageError
from bsrgraph.findings import Report
from bsrgraph.formats import FORMATS, HTML, JSON
from bsrgraph.ledger import Actor, ContributionState, Role, as_fields
from bsrgraph.web.documented import documented
from bsrgraph.web.respond import as_json, as_told, format_wanted, page
from bsrgraph.web.session import asker, form_token, may_change, private, require_form, visitor, with_form
from bsrgraph.web.state import state
from bsrgraph.web.uploads import FORM_TYPES, read_upload

__all__ = ["blueprint"]

blueprint = flask.Blueprint("contribute", __name__)

_FORMATS = tuple(f for f in FORMATS if f.rdf is not None)
_FIELDS = ("text", "format", "kind", "source", "comment", "supersedes")
_SEND = {"type": "object", "properties": {name: {"type": "string"} for name in (*_FIELDS, "action", "form_token")}}


@blueprint.get("/contribute")
@documented(HTML, takes={"supersedes": "the id of a contribution that is to be replaced"})
def contribute() -> Response:
    """A form to check what you have, and to propose it."""
    state().contributing  # noqa: B018 -- says so where there is nothing to contribute to
    return _form({"supersedes": flask.request.args.get("supersedes", "")})


@blueprint.post("/contribute")
@documented(
    HTML,
    sends=dict.fromkeys(FORM_TYPES, _SEND),
    answers={
        303: "It is proposed: the contribution is at Location.",
        401: "The browser has not logged in, and what was sent is to be proposed.",
        403: "The form is not one that this browser was given, or the role of its token is not enough.",
        422: "It breaks rules, or has Warnings; the page says which. Nothing is stored.",
        501: "The store is another server's, which takes no contributions from here.",
    },
)
def contribute_form() -> Response:
    """Checks or proposes what the form holds; triples themselves are sent to /contributions."""
    here = state()
    workflow = here.contributing
    media_type = parse_options_header(flask.request.headers.get("Content-Type", ""))[0]
    if media_type not in FORM_TYPES:
        raise UnknownFormat(
            "This takes the form of the page only.",
            hint="Send triples with a token to /contributions; see /contribute.",
        )
    upload = read_upload(here.settings.body_limit)
    require_form(upload.fields)
    session = visitor()
    try:
        sent = upload.required()
        if upload.fields.get("action") != "propose":
            return _form(upload.fields, as_told(workflow.checker.check(sent).report))
        if session is None:
            return _form(upload.fields, wrong=Unauthenticated("To propose it, log in first."), status=401)
        who = asker()
        may_change(who, upload.fields)
        found = workflow.propose(
            sent,
            who,
            source=upload.fields.get("source", ""),
            comment=upload.fields.get("comment", ""),
            supersedes=upload.fields.get("supersedes", "").strip() or None,
            accept_warnings=upload.fields.get("accept_warnings") == "1",
        )
    except ContributionRefused as error:
        told = as_told(error.report) if isinstance(error.report, Report) else None
        return _form(upload.fields, told, wrong=error, status=422)
    except (ContentError, UsageError) as error:
        return _form(upload.fields, wrong=error, status=here.status_of(error))
    return private(flask.redirect(f"/contributions/{found.contribution.id}", 303))


def _form(
    fields: dict[str, str],
    report: object = None,
    *,
    wrong: ContentError | ContributionRefused | Unauthenticated | UsageError | None = None,
    status: int = 200,
) -> Response:
    """The page with the form as it was filled, and what came of it."""
    filled = {name: fields.get(name, "") for name in _FIELDS}
    here = state()
    kinds = list(here.schema.kinds.values())
    values = {"filled": filled, "report": report, "wrong": wrong, "formats": _FORMATS, "url": here.settings.url}
    values["kinds"] = kinds
    return with_form(page("contribute.html", status, session=visitor(), form=form_token(), **values))


@blueprint.get("/inbox")
@documented(
    HTML,
    JSON,
    answers={303: "Log in first.", 401: "It takes a token.", 403: "It takes the role reviewer.", 501: "There is none."},
)
def inbox() -> Response:
    """What waits for a decision, oldest first; for reviewers."""
    here = state()
    kept = here.contributing.ledger.contributions
    wanted = format_wanted((HTML, JSON))
    if wanted is HTML and "Authorization" not in flask.request.headers and visitor() is None:
        return private(flask.redirect("/login?next=/inbox", 303))
    who = asker()
    _require_reviewer(who)
    waiting = kept.latest((ContributionState.PROPOSED,), limit=500, oldest_first=True)
    if wanted is JSON:
        return private(as_json({"contributions": [as_fields(c) for c in waiting]}))
    count = kept.counts()[ContributionState.PROPOSED]
    return private(page("inbox.html", session=visitor(), waiting=waiting, count=count))


def _require_reviewer(who: Actor) -> None:
    if not who.role.includes(Role.REVIEWER):
        raise NotAllowed(f"{who.name} has no inbox: that takes the role {Role.REVIEWER.value}.")
