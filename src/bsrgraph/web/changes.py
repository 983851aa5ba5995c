"""`/changes` and its Atom feed (RFC 4287): what changed in the graph, when, and by whom."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import datetime

import flask
from werkzeug.wrappers import Response

from bsrgraph.formats import HTML, JSON, Format
from bsrgraph.ledger import ChangeEntry
from bsrgraph.version import VERSION
from bsrgraph.web.documented import documented, whole
from bsrgraph.web.respond import as_json, format_wanted, page, with_validators
from bsrgraph.web.state import State, state

__all__ = ["blueprint"]

blueprint = flask.Blueprint("changes", __name__)

ATOM = Format("atom", "application/atom+xml", "Atom", "page")
_SPACE = "http://www.w3.org/2005/Atom"
_PAGE, _FEED = 50, 50


@blueprint.get("/changes")
@documented(
    HTML,
    JSON,
    ATOM,
    takes={"before": whole("only changes before the one of this number")},
    answers={501: "The store is another server's, which says nothing of its changes."},
)
def changes() -> Response:
    """What changed in the graph, newest first: when, by whom, how many triples."""
    here = state()
    history = here.contributing.ledger.history
    wanted = format_wanted((HTML, JSON, ATOM))
    if wanted is ATOM:
        return feed()
    before = flask.request.args.get("before", type=int)
    found = history.changes(_PAGE + 1, before)
    more, found = len(found) > _PAGE, found[:_PAGE]
    if wanted is JSON:
        fields = [{name: getattr(c, name) for name in ChangeEntry.__slots__} for c in found]
        return _finished(here, as_json({"changes": fields, "more": more}), wanted)
    return _finished(here, page("changes.html", changes=found, more=more), wanted)


@blueprint.get("/changes.atom")
@documented(ATOM, answers={501: "The store is another server's, which says nothing of its changes."})
def feed() -> Response:
    """The last changes of the graph as an Atom feed."""
    here = state()
    found = here.contributing.ledger.history.changes(_FEED)
    body = ET.tostring(_feed(here, found), encoding="utf-8", xml_declaration=True)
    return _finished(here, flask.Response(body, content_type=ATOM.content_type), ATOM)


def _finished(here: State, response: Response, wanted: Format) -> Response:
    """With validators that change when something has changed in the graph, and not before."""
    newest = here.last_changes(1)
    if newest:
        response.last_modified = datetime.fromisoformat(newest[0].at)
    response.vary.add("Accept")
    number = newest[0].number if newest else 0
    return with_validators(response, here.store.version, str(number), wanted.suffix, flask.request.full_path)


def _feed(here: State, found: list[ChangeEntry]) -> ET.Element:
    url = here.settings.url
    root = ET.Element("feed", {"xmlns": _SPACE, "xml:lang": "en"})
    _add(root, "id", f"{url}/changes.atom")
    _add(root, "title", f"Changes of {here.corpus.title}")
    _add(root, "updated", found[0].at if found else here.store.notes.get("made", "1970-01-01T00:00:00Z"))
    ET.SubElement(root, "link", {"rel": "self", "type": ATOM.media_type, "href": f"{url}/changes.atom"})
    ET.SubElement(root, "link", {"rel": "alternate", "type": HTML.media_type, "href": f"{url}/changes"})
    if here.corpus.licence:
        ET.SubElement(root, "link", {"rel": "license", "href": here.corpus.licence})
    ET.SubElement(root, "generator", {"version": VERSION}).text = "bsrgraph"
    _add(ET.SubElement(root, "author"), "name", here.corpus.title)
    for change in found:
        entry = ET.SubElement(root, "entry")
        _add(entry, "id", f"{url}/changes#{change.number}")
        _add(entry, "title", change.title)
        _add(entry, "updated", change.at)
        if change.actor:
            _add(ET.SubElement(entry, "author"), "name", change.actor)
        target = f"/contributions/{change.contribution}" if change.contribution else f"/changes#{change.number}"
        ET.SubElement(entry, "link", {"rel": "alternate", "type": HTML.media_type, "href": url + target})
        _add(entry, "summary", _summary(change))
    return root


def _summary(change: ChangeEntry) -> str:
    parts = [f"{change.added} triples added" if change.added else "", change.note]
    parts.insert(1, f"{change.removed} triples removed" if change.removed else "")
    return ". ".join(p for p in parts if p) or f"Version {change.version}"


def _add(parent: ET.Element, name: str, text: str) -> None:
    # XML has no way to write control characters; file names may have them.
    ET.SubElement(parent, name).text = "".join(c for c in text if c.isprintable() or c in "\n\t")
