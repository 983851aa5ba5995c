"""`/login` and `/logout`: a browser's session, opened by pasting a token."""

from __future__ import annotations

import flask
from werkzeug.wrappers import Response

from bsrgraph.errors import TooManyRequests, Unauthenticated
from bsrgraph.formats import HTML
from bsrgraph.web.documented import documented
from bsrgraph.web.respond import format_wanted, page
from bsrgraph.web.session import closed, form_token, opened, require_form, visitor, with_form
from bsrgraph.web.state import state
from bsrgraph.web.uploads import read_form

__all__ = ["blueprint"]

blueprint = flask.Blueprint("login", __name__)

_SEND = {"application/x-www-form-urlencoded": {"type": "object", "properties": {"token": {"type": "string"}}}}
_NEXT = "where to go on afterwards, a path of this site"


@blueprint.get("/login")
@documented(HTML, takes={"next": _NEXT}, answers={501: "There is nothing to log in for."})
def login() -> Response:
    """A form to log in with a token."""
    state().contributing  # noqa: B018 -- says so where there is nothing to log in for
    format_wanted((HTML,))
    return _form(_next(flask.request.args.get("next", "")))


@blueprint.post("/login")
@documented(
    HTML,
    takes={"next": _NEXT},
    sends=_SEND,
    answers={303: "Logged in.", 401: "The token does not count.", 403: "The form is not one of ours."},
)
def login_form() -> Response:
    """Logs this browser in with a token; its session ends after a while, or with the token."""
    fields = read_form(state().settings.body_limit)
    require_form(fields)
    target = _next(fields.get("next", ""))
    try:
        return opened(flask.redirect(target, 303), fields.get("token", "").strip())
    except Unauthenticated as error:
        return _form(target, error, 401)
    except TooManyRequests as error:
        return _form(target, error, 429)


@blueprint.get("/logout")
@documented(HTML, answers={501: "There is nothing to log out of."})
def logout() -> Response:
    """A form to log out."""
    format_wanted((HTML,))
    return with_form(page("logout.html", session=visitor(), form=form_token()))


@blueprint.post("/logout")
@documented(sends=_SEND, answers={303: "Logged out.", 403: "The form is not one of ours."})
def logout_form() -> Response:
    """Logs this browser out."""
    require_form(read_form(state().settings.body_limit))
    return closed(flask.redirect("/", 303))


def _form(target: str, wrong: Unauthenticated | TooManyRequests | None = None, status: int = 200) -> Response:
    return with_form(page("login.html", status, session=visitor(), form=form_token(), target=target, wrong=wrong))


def _next(path: str) -> str:
    """A path of this site; whatever could lead elsewhere is none."""
    inside = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable() and "\\" not in path
    return path if inside else "/contributions"
