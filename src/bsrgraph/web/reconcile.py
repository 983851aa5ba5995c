"""`/reconcile`: the W3C Reconciliation Service API 0.2, as OpenRefine and others speak it.

Every answer is open to every origin (CORS); JSONP, which runs what a server sends, is not offered.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import flask
import pyoxigraph as ox
from markupsafe import Markup, escape
from werkzeug.wrappers import Response

from bsrgraph.catalogue import Parameter
from bsrgraph.errors import NotFound, UsageError
from bsrgraph.formats import HTML, JSON
from bsrgraph.iris import PREFIXES
from bsrgraph.pages import show
from bsrgraph.pages.values import Value
from bsrgraph.reconcile import (
    Candidate,
    Property,
    extend,
    manifest,
    read_extension,
    read_queries,
    reconcile,
    schema,
)
from bsrgraph.reconcile.schema import begins, identified
from bsrgraph.reconcile.values import values_of
from bsrgraph.search import TERM, Match, find, known
from bsrgraph.version import VERSION
from bsrgraph.web.documented import documented, whole
from bsrgraph.web.kept import kept
from bsrgraph.web.kinds import KindNames, kind_names
from bsrgraph.web.protocol import read_fields
from bsrgraph.web.respond import as_json, format_wanted, languages, page, with_validators
from bsrgraph.web.state import State, state

__all__ = ["blueprint"]

blueprint = flask.Blueprint("reconcile", __name__)

_SUGGESTED = 10
_MOST_SUGGESTED = 200
_FACTS = 5
_NAMES = {PREFIXES["skos"] + name for name in ("prefLabel", "altLabel")}
# A preview is shown inside other sites' pages, so it may be framed by anyone; it has no script, no form and no cookie,
# and the sandbox keeps it so. Its links open in a window of their own.
_FRAMED = (
    "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors *; object-src 'none'; script-src 'none'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)
_ID = "identifier of a thing: its IRI, or what follows the prefix of all things, such as `country/swe`"
_PREFIX = "the beginning of a name"
_CURSOR = whole("how many to leave out", 0, _MOST_SUGGESTED)
_ASKED = {
    "queries": Parameter("a batch of queries, as a JSON object; without it, the manifest is given"),
    "extend": Parameter("a query for extension, as a JSON object"),
}
_SENT = {
    "application/x-www-form-urlencoded": {"type": "object", "properties": {n: p.schema for n, p in _ASKED.items()}}
}


@blueprint.get("/reconcile")
@documented(JSON, takes=_ASKED, answers={413: "There are too many queries in the batch."})
def service() -> Response:
    """The manifest of the service; with `queries` or `extend`, the answer to them."""
    return _answer()


@blueprint.post("/reconcile")
@documented(JSON, sends=_SENT)
def asked() -> Response:
    """Candidates for a batch of queries, or values for an extension, sent as a form."""
    return _answer()


def _answer() -> Response:
    here = state()
    format_wanted((JSON,))
    fields = read_fields(here.settings.body_limit)
    most = here.settings.reconcile_batch
    if "queries" in fields:
        queries = read_queries(fields["queries"], most)
        found = reconcile(here.store, here.index, here.corpus.space, queries, languages())
        names = kind_names(here)
        return _open({key: {"result": [_told(c, names) for c in candidates]} for key, candidates in found.items()})
    if "extend" in fields:
        extension = read_extension(fields["extend"], most)
        answer = extend(here.store, here.index, here.corpus.space, extension, languages())
        for meta in answer["meta"]:
            if "type" in meta:
                meta["type"]["name"] = kind_names(here).of(meta["type"]["id"]).text
        return _open(answer)
    if flask.request.method == "POST":
        raise UsageError(
            "There are no queries in this request.", hint="Send `queries` or `extend` as a field of a form."
        )
    return _open(_manifest(here))


def _manifest(here: State) -> dict[str, Any]:
    names = kind_names(here)
    there = {k: names.of(k).text for k in schema(here.store).classes if here.index.kinds.get(k)}
    return manifest(
        here.settings.url, here.corpus.title, here.corpus.space, there, here.settings.reconcile_batch, VERSION
    )


def _told(candidate: Candidate, names: KindNames) -> dict[str, Any]:
    match = candidate.match
    types = [{"id": kind, "name": names.of(kind).text} for kind in match.kinds]
    description = ", ".join(t["name"] for t in types)
    if match.label != match.name:
        description += f" · {match.label}" + (f" ({match.language})" if match.language else "")
    return {
        "id": match.iri,
        "name": match.name,
        "description": description,
        "score": candidate.score,
        "match": candidate.is_match,
        "type": types,
        "features": [{"id": name, "value": round(value, 4)} for name, value in candidate.features],
    }


@blueprint.get("/reconcile/suggest/entity")
@documented(JSON, takes={"prefix": _PREFIX, "cursor": _CURSOR})
def suggest_entity() -> Response:
    """Things whose names begin so."""
    here = state()
    names, prefix, cursor = kind_names(here), _prefix(), _cursor()
    matches = [m for m in find(here.index, prefix, (), cursor + 2 * _SUGGESTED, languages()) if TERM not in m.kinds]
    return _open({"result": [_suggested(m, names) for m in matches[cursor : cursor + _SUGGESTED]]})


@blueprint.get("/reconcile/suggest/type")
@documented(JSON, takes={"prefix": _PREFIX, "cursor": _CURSOR})
def suggest_type() -> Response:
    """Types whose names begin so."""
    here = state()
    names, prefix, cursor = kind_names(here), _prefix(), _cursor()
    kinds = [k for k in schema(here.store).classes if begins(names.of(k).text, prefix) or begins(k, prefix)]
    return _open({"result": [{"id": k, "name": names.of(k).text} for k in kinds[cursor : cursor + _SUGGESTED]]})


@blueprint.get("/reconcile/suggest/property")
@documented(JSON, takes={"prefix": _PREFIX, "cursor": _CURSOR})
def suggest_property() -> Response:
    """Properties whose names begin so."""
    prefix, cursor = _prefix(), _cursor()
    found = [p for p in schema(state().store).properties.values() if begins(p.name, prefix)]
    return _open({"result": [_proposed(p) for p in found[cursor : cursor + _SUGGESTED]]})


@blueprint.get("/reconcile/properties")
@documented(JSON, takes={"type": "the type of the things to extend", "limit": whole("most properties", 1, 200)})
def properties() -> Response:
    """The properties by which things of a type can be extended, in the order of their shape."""
    asked_for = flask.request.args.get("type", "")
    types = schema(state().store)
    kind = types.kind(asked_for)
    found: Iterable[Property] = types.of_kind.get(kind, ()) if kind else () if asked_for else types.properties.values()
    limit = min(max(1, flask.request.args.get("limit", _MOST_SUGGESTED, type=int)), _MOST_SUGGESTED)
    told: dict[str, Any] = {"properties": [_proposed(p) for p in list(found)[:limit]], "limit": limit}
    return _open({**told, "type": asked_for} if asked_for else told)


@blueprint.get("/reconcile/flyout/<what>")
@documented(
    JSON, takes={"what": Parameter("of what", {"enum": ["entity", "type", "property"]}), "id": "its identifier"}
)
def flyout(what: str) -> Response:
    """A few words on an entity, type or property, as HTML inside JSON."""
    here, identifier = state(), flask.request.args.get("id", "")
    if what == "entity":
        match = _entity(here, identifier)
        said = [match.name, ", ".join(kind_names(here).of(kind).text for kind in match.kinds)]
    elif what == "type" and (kind := schema(here.store).kind(identifier)):
        said = [kind_names(here).of(kind).text, schema(here.store).classes[kind][0]]
    elif what == "property" and (known_as := schema(here.store).properties.get(identifier)):
        said = [known_as.name, known_as.description or known_as.iri]
    else:
        raise NotFound(f"There is no {what[:40]} “{identifier[:200]}”.")
    html = Markup("<p><strong>{}</strong></p><p>{}</p>").format(*map(escape, said))
    return _open({"id": identifier, "html": str(html)})


@blueprint.get("/reconcile/view")
@documented(takes={"id": _ID}, answers={303: "The page of the thing is at Location.", 404: "There is no such thing."})
def view() -> Response:
    """303 to the page of a thing."""
    here = state()
    match = _entity(here, flask.request.args.get("id", ""))
    return flask.redirect(here.settings.url + (here.corpus.space.path(match.iri) or "/"), 303)


@blueprint.get("/reconcile/preview")
@documented(HTML, takes={"id": _ID}, answers={404: "There is no such thing."})
@kept
def preview() -> Response:
    """A small page on a thing, to be framed in another site's page."""
    here = state()
    format_wanted((HTML,))
    match = _entity(here, flask.request.args.get("id", ""))
    names = [kind_names(here).of(kind) for kind in match.kinds]
    path = here.corpus.space.path(match.iri) or "/"
    response = page("preview.html", match=match, facts=_facts(here, match), kinds=names, path=path)
    response.headers["Content-Security-Policy"] = _FRAMED
    response.vary.add("Accept-Language")
    asked_for = flask.request.full_path + flask.request.headers.get("Accept-Language", "")
    return with_validators(response, here.store.version, "preview", asked_for)


def _facts(here: State, match: Match) -> list[tuple[str, list[Value]]]:
    """The first of what is said of a thing, in the order of its shape: names of properties and their values."""
    types = schema(here.store)
    wanted = dict.fromkeys(p for kind in match.kinds for p in types.of_kind.get(kind, ()) if not p.is_inverse)
    said = values_of(here.store, [match.iri], [p.id for p in wanted]).get(match.iri, {})
    shown = [(p.name, said[p.id]) for p in wanted if said.get(p.id) and p.id not in _NAMES][:_FACTS]
    labels = here.labels()
    labels.look_up(t.value for _, terms in shown for t in terms if isinstance(t, ox.NamedNode))
    return [(name, [show(term, labels) for term in terms]) for name, terms in shown]


def _entity(here: State, identifier: str) -> Match:
    """The thing with this identifier, for this reader.

    Raises:
        NotFound: there is none of it.

    """
    iri = identified(here.corpus.space, identifier)
    found = known(here.index, [iri], languages()).get(iri)
    if found is None:
        raise NotFound(f"There is no entity “{identifier[:200]}”.")
    return found


def _prefix() -> str:
    return flask.request.args.get("prefix", "")


def _cursor() -> int:
    return min(max(0, flask.request.args.get("cursor", 0, type=int)), _MOST_SUGGESTED)


def _suggested(match: Match, names: KindNames) -> dict[str, Any]:
    kinds = [{"id": kind, "name": names.of(kind).text} for kind in match.kinds]
    told = {"id": match.iri, "name": match.name, "notable": kinds}
    return told if match.label == match.name else {**told, "description": match.label}


def _proposed(found: Property) -> dict[str, str]:
    told = {"id": found.id, "name": found.name}
    return {**told, "description": found.description} if found.description else told


def _open(value: Mapping[str, Any]) -> Response:
    """An answer as JSON, in the reader's language, for any origin."""
    here = state()
    response = as_json(value)
    response.vary.add("Accept-Language")
    if flask.request.method == "POST":
        response.headers["Cache-Control"] = "no-store"
        return response
    version = here.store.version and f"{here.store.version} {here.index.version}"
    asked_for = flask.request.full_path + flask.request.headers.get("Accept-Language", "")
    return with_validators(response, version, "json", asked_for)
