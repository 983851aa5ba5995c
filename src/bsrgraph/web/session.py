"""Who asks: a bearer token (RFC 6750), or a browser that has logged in with one and sends our own forms.

A browser's form carries a value that follows from a secret in its cookie, so that no other site can make it. What
depends on who asks is never kept by anybody, and no other site's script may read it.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import secrets
from collections.abc import Mapping

import flask
from werkzeug.wrappers import Response

from bsrgraph.errors import NotAllowed, Unauthenticated
from bsrgraph.ledger import Actor, Session, Token
from bsrgraph.web.state import state

__all__ = ["asker", "closed", "form_token", "may_change", "opened", "private", "require_form", "visitor", "with_form"]

_FIELD = "form_token"
_SESSION, _FORM = "bsrgraph_session", "bsrgraph_form"
_SECRET_LENGTH = 43
_HINT = "Send it as `Authorization: Bearer …`; whoever runs this server gives tokens out."


def private(response: Response) -> Response:
    """Marks an answer that depends on who asks: nobody keeps it, and scripts of other sites do not see it."""
    flask.g.private = True
    response.headers["Cache-Control"] = "no-store"
    response.vary.update(("Cookie", "Authorization"))
    return response


def visitor() -> Session | None:
    """The session of the browser that asks, if it has logged in."""
    secret = flask.request.cookies.get(_SESSION, "")
    found = state().contributing.ledger.access.session_of(secret) if secret else None
    if found is not None:
        flask.g.private = True
    return found


def asker() -> Actor:
    """Whoever asks: by the token in the Authorization header, else by session.

    Raises:
        Unauthenticated: nobody known asks.

    """
    flask.g.private = True
    session = None if _has_header() else visitor()
    token = session.token if session is not None else _of_secret(_bearer())
    return Actor(token.name, token.role, flask.request.remote_addr or "", token.id)


def may_change(who: Actor, fields: Mapping[str, str]) -> None:
    """Lets a change through: a session counts only together with a form of ours, and nobody changes without end.

    Raises:
        NotAllowed: the form, with these fields, is not one of ours.
        TooManyRequests: it is too often.

    """
    if not _has_header():
        require_form(fields)
    state().limiter.use(who.token)


def _has_header() -> bool:
    return "Authorization" in flask.request.headers


def _bearer() -> str:
    scheme, _, secret = flask.request.headers.get("Authorization", "").strip().partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        raise Unauthenticated("This takes a token.", hint=_HINT)
    return secret.strip()


def _of_secret(secret: str) -> Token:
    """The token with this secret; whoever tries too many wrong ones is made to wait."""
    try:
        return state().contributing.ledger.access.token_of(secret)
    except Unauthenticated:
        address = flask.request.remote_addr or ""
        if not _is_loopback(address):
            state().limiter.use(address)
        raise


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def require_form(fields: Mapping[str, str]) -> None:
    """Refuses a form that another site made, or that is older than the session.

    Raises:
        NotAllowed: it is not one of ours.

    """
    flask.g.private = True
    sent = fields.get(_FIELD, "").encode("utf-8", "replace")
    foreign = flask.request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none")
    if foreign or not any(hmac.compare_digest(sent, _form_value(s).encode()) for s in _known_secrets()):
        raise NotAllowed("This form does not come from a page that this browser was given.", hint="Open the page anew.")


def _form_value(secret: str) -> str:
    return hashlib.sha256(b"form\0" + secret.encode("utf-8", "replace")).hexdigest()


def _known_secrets() -> list[str]:
    found = [flask.request.cookies.get(name, "") for name in (_SESSION, _FORM)]
    return [secret for secret in found if len(secret) >= _SECRET_LENGTH]


def form_token() -> str:
    """What a form of ours carries for this browser; the page with it is to be finished by `with_form`."""
    known = _known_secrets()
    if known:
        return _form_value(known[0])
    if "form_secret" not in flask.g:
        flask.g.form_secret = secrets.token_urlsafe(32)
    return _form_value(flask.g.form_secret)


def with_form(response: Response) -> Response:
    """Finishes a page with a form of ours: gives the browser the secret that the form follows from, if it has none."""
    if secret := flask.g.get("form_secret"):
        _set_cookie(response, _FORM, secret, None)
    return private(response)


def opened(response: Response, secret: str) -> Response:
    """An answer that logs the browser in, with the secret of a token.

    Raises:
        Unauthenticated: the token does not count.

    """
    seconds = state().settings.session_hours * 3600
    _of_secret(secret)
    session = state().contributing.ledger.access.open_session(secret, seconds, flask.request.remote_addr or "")
    _set_cookie(response, _SESSION, session, seconds)
    response.delete_cookie(_FORM)
    return private(response)


def closed(response: Response) -> Response:
    """An answer that logs the browser out."""
    state().contributing.ledger.access.close_session(flask.request.cookies.get(_SESSION, ""))
    response.delete_cookie(_SESSION)
    return private(response)


def _set_cookie(response: Response, name: str, value: str, seconds: int | None) -> None:
    secure = state().settings.url.startswith("https://")
    response.set_cookie(name, value, max_age=seconds, httponly=True, samesite="Lax", secure=secure, path="/")
