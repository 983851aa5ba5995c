"""Contributing over HTTP: who may, what is answered, that it is on disk, and that no other site can do it."""

from __future__ import annotations

import gzip
import io
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bsrgraph.contribute.check import Checker
from bsrgraph.corpus import Corpus
from bsrgraph.ledger import Actor, ContributionState, Ledger, Role, now
from bsrgraph.load import load_directory
from bsrgraph.settings import Settings
from bsrgraph.store.memory import MemoryStore
from bsrgraph.web.app import create_app
from bsrgraph.web.documented import routes

ALP = "https://example.org/alpine/"
HERE = "https://data.example.org"
ROOT = Actor("Root", Role.ADMIN, "here")
TURTLE = {"Content-Type": "text/turtle"}
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
ATOM = "{http://www.w3.org/2005/Atom}"


def triples(name: str, aim: str = "bells in fog", language: str = "en") -> bytes:
    """A contribution of four triples about an initiative of that name."""
    return f"""@prefix alp: <{ALP}ontology#> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<{ALP}id/initiative/{name}> a alp:Initiative ; skos:prefLabel "{name}"@{language} ;
  alp:takesPlaceIn <{ALP}id/valley/echotal> ; alp:aim "{aim}"@en .
""".encode()


Share = Callable[[Checker], Checker]
UNFAMILIAR = f"<{ALP}id/initiative/ash> <http://purl.org/dc/terms/relation> <{ALP}id/valley/echotal> .\n".encode()
"""A statement with a property that no ontology here describes, which is a Warning."""


class Place:
    """A server over the alpine graph, and tokens for it."""

    def __init__(self, corpus: Corpus, folder: Path, share: Share, **settings: object) -> None:
        self.store = MemoryStore()
        self.ledger = Ledger(folder / "ledger.db")
        load_directory(self.store, corpus, self.ledger)
        chosen = {"graph": str(corpus.root), "base_url": HERE, **settings}
        self.app = create_app(Settings(**chosen), self.store, self.ledger)  # type: ignore[arg-type]
        share(self.app.extensions["bsrgraph"].checker)
        self.web = self.app.test_client()
        self.maja = self.token("Maja", Role.CONTRIBUTOR)
        self.olli = self.token("Olli", Role.REVIEWER)
        self.root = self.token("Root", Role.ADMIN)

    def token(self, name: str, role: Role) -> dict[str, str]:
        """The header of a new token."""
        return {"Authorization": f"Bearer {self.ledger.access.add(name, role, 30, ROOT)[1]}"}

    def propose(self, data: bytes, query: str = "") -> TestResponse:
        """A proposal by Maja, in Turtle."""
        return self.web.post(f"/contributions{query}", data=data, headers={**TURTLE, **self.maja})

    def proposed(self, data: bytes, query: str = "") -> str:
        """The id of a new proposal."""
        answer = self.propose(data, query)
        assert answer.status_code == 201, answer.text
        return str(answer.json["id"]) if answer.json else ""

    def decide(self, identifier: str, step: str, who: dict[str, str] | None = None, comment: str = "") -> TestResponse:
        """A decision, by Olli if nobody is named."""
        body = json.dumps({"comment": comment}) if comment else ""
        headers = {**(self.olli if who is None else who), "Content-Type": "application/json"}
        return self.web.post(f"/contributions/{identifier}/{step}", data=body, headers=headers)

    def browser(self, who: dict[str, str] | None = None) -> FlaskClient:
        """A browser, logged in as somebody if one is named."""
        client = self.app.test_client()
        if who is not None:
            token = who["Authorization"].removeprefix("Bearer ")
            answer = client.post("/login", data={**form(client.get("/login")), "token": token})
            assert answer.status_code == 303, answer.text
        return client


class Form(HTMLParser):
    """The hidden fields of the last form of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Notes a hidden field."""
        told = dict(attrs)
        if tag == "input" and told.get("type") == "hidden":
            self.fields[told["name"] or ""] = told.get("value") or ""


def form(page: TestResponse) -> dict[str, str]:
    """The hidden fields of a page's forms."""
    assert page.mimetype == "text/html"
    return Form(page.text).fields


@pytest.fixture
def another(alpine: Corpus, tmp_path: Path, alpine_children: Share) -> Callable[..., Place]:
    """Makes a server over the alpine graph, with some settings."""
    return lambda **settings: Place(alpine, tmp_path, alpine_children, **settings)


@pytest.fixture
def place(another: Callable[..., Place]) -> Place:
    """A server over the alpine graph."""
    return another()


def is_problem(answer: TestResponse, status: int) -> dict[str, object]:
    """The body of an error, which nobody keeps and no script of another site reads."""
    assert answer.status_code == status, answer.text
    assert answer.mimetype == "application/problem+json"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json["status"] == status
    return dict(answer.json)


# -- who may ----------------------------------------------------------------


@pytest.mark.parametrize(
    "header", [{}, {"Authorization": "Bearer"}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic YTpi"}]
)
@pytest.mark.parametrize("path", ["/contributions", "/contributions/0123456789abcdef/accept"])
def test_without_a_token_that_counts_nothing_is_done(place: Place, path: str, header: dict[str, str]) -> None:
    answer = place.web.post(path, data=triples("ash"), headers={**TURTLE, **header})
    told = is_problem(answer, 401)
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert told["hint"]
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert place.ledger.contributions.latest() == []


def test_an_expired_and_a_revoked_token_are_told_apart(place: Place) -> None:
    place.ledger.access.revoke("Maja", ROOT)
    assert "revoked" in str(is_problem(place.propose(triples("ash")), 401)["detail"])
    place.maja = place.token("Maja", Role.CONTRIBUTOR)
    with place.ledger._database.writing() as connection:
        connection.execute("UPDATE token SET expires_at = ?", (now(),))
    assert "expired" in str(is_problem(place.propose(triples("ash")), 401)["detail"])


@pytest.mark.parametrize("step", ["accept", "decline", "revert"])
def test_a_contributor_does_not_decide(place: Place, step: str) -> None:
    identifier = place.proposed(triples("ash"))
    assert "reviewer" in str(is_problem(place.decide(identifier, step, place.maja, "because"), 403)["detail"])
    assert "admin" in str(is_problem(place.decide(identifier, "erase", place.olli, "because"), 403)["detail"])
    assert place.ledger.contributions.get(identifier).state is ContributionState.PROPOSED


def test_a_token_is_not_used_without_end(another: Callable[..., Place]) -> None:
    place = another(changes_a_minute=3)
    answers = [place.propose(triples(name)) for name in ("ash", "birch", "cedar", "elm")]
    assert [a.status_code for a in answers] == [201, 201, 201, 429]
    assert 0 < int(answers[3].headers["Retry-After"]) <= 61
    assert place.decide(answers[0].json["id"], "accept").status_code == 200, "another token has its own count"


def test_reading_takes_no_token(place: Place) -> None:
    identifier = place.proposed(triples("ash"))
    for path in ("/contributions", f"/contributions/{identifier}", f"/contributions/{identifier}/file", "/changes"):
        answer = place.web.get(path)
        assert answer.status_code == 200
        assert answer.headers["Access-Control-Allow-Origin"] == "*"


# -- proposing --------------------------------------------------------------


def test_a_proposal_is_answered_with_its_address_and_is_there(place: Place) -> None:
    answer = place.propose(triples("ash"), "?source=https://example.org/page&comment=seen+there&name=ash.ttl")
    assert answer.status_code == 201
    assert answer.json["state"] == "proposed"
    assert answer.json["conforms"] is True
    assert answer.headers["Location"] == f"{HERE}/contributions/{answer.json['id']}"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Access-Control-Allow-Origin" not in answer.headers
    there = place.web.get(f"/contributions/{answer.json['id']}.json").json
    assert (there["proposer"], there["source"], there["comment"]) == ("Maja", "https://example.org/page", "seen there")
    assert place.web.get(f"/contributions/{answer.json['id']}/file").data == triples("ash")


def test_the_same_triples_are_the_same_contribution_in_every_format(place: Place) -> None:
    first = place.propose(triples("ash"))
    quads = list(ox.parse(triples("ash"), format=ox.RdfFormat.TURTLE))
    for form_, media_type in (
        (ox.RdfFormat.N_TRIPLES, "application/n-triples"),
        (ox.RdfFormat.RDF_XML, "application/rdf+xml"),
        (ox.RdfFormat.TURTLE, "text/turtle;charset=UTF-8"),
    ):
        body = ox.serialize([q.triple for q in quads], format=form_) or b""
        headers = {**place.maja, "Content-Type": media_type}
        again = place.web.post("/contributions", data=body, headers=headers)
        assert (again.status_code, again.headers["Location"]) == (200, first.headers["Location"])
    packed = place.web.post(
        "/contributions",
        data=gzip.compress(triples("ash")),
        headers={**TURTLE, **place.maja, "Content-Encoding": "gzip"},
    )
    assert packed.status_code == 200
    file = {"file": (io.BytesIO(triples("ash")), "ash.ttl")}
    assert place.web.post("/contributions", data=file, headers=place.maja).status_code == 200
    assert len(place.ledger.contributions.latest()) == 1


def test_what_breaks_a_rule_is_422_with_the_report_and_nothing_is_stored(place: Place) -> None:
    told = is_problem(place.propose(triples("ash").replace(b"alp:Initiative", b"alp:Initative")), 422)
    assert told["conforms"] is False
    findings = told["findings"]
    assert isinstance(findings, list)
    wrong = next(f for f in findings if f["code"] == "unknown-term")
    assert (wrong["severity"], wrong["line"]) == ("Violation", 2)
    assert wrong["suggestion"] == f"<{ALP}ontology#Initiative>"
    assert place.ledger.contributions.latest() == []


def test_warnings_are_422_until_they_are_accepted(place: Place) -> None:
    body = triples("ash") + UNFAMILIAR
    told = is_problem(place.propose(body), 422)
    assert "accept_warnings=1" in str(told["hint"])
    answer = place.propose(body, "?accept_warnings=1")
    assert (answer.status_code, answer.json["warnings"]) == (201, 1)


@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [
        (415, {"Content-Type": "application/x-unknown"}, triples("ash")),
        (415, {"Content-Type": "text/html"}, triples("ash")),
        (415, {"Content-Type": ""}, triples("ash")),
        (415, {"Content-Type": "text/turtle; charset=latin1"}, triples("ash")),
        (415, {"Content-Encoding": "br"}, triples("ash")),
        (400, {}, triples("ash")[:-5]),
        (400, {"Content-Encoding": "gzip"}, triples("ash")),
        (400, {"Content-Type": "multipart/form-data"}, triples("ash")),
        (400, {"Content-Type": "application/x-www-form-urlencoded"}, b"source=x"),
        (415, {"Content-Type": "application/x-www-form-urlencoded"}, b"text=x&format=csv"),
    ],
)
def test_what_cannot_be_read_is_told_and_not_stored(
    place: Place, status: int, headers: dict[str, str], body: bytes
) -> None:
    answer = place.web.post("/contributions", data=body, headers={**TURTLE, **place.maja, **headers})
    is_problem(answer, status)
    assert place.ledger.contributions.latest() == []


def test_what_is_too_large_is_413(another: Callable[..., Place]) -> None:
    place = another(body_limit=1000)
    is_problem(place.propose(triples("ash") + b"#" * 2000), 413)


@pytest.mark.parametrize("query", ["?comment=a%00b", "?source=" + "x" * 5000, "?supersedes=ffffffffffffffff"])
def test_what_is_said_beside_it_is_looked_at_too(place: Place, query: str) -> None:
    assert place.propose(triples("ash"), query).status_code in (400, 404)
    assert place.ledger.contributions.latest() == []


# -- deciding ---------------------------------------------------------------


def test_a_contribution_goes_in_and_out_again(place: Place) -> None:
    identifier = place.proposed(triples("ash"), "?source=https://example.org/page&comment=seen")
    assert place.web.get("/id/initiative/ash").status_code == 404
    accepted = place.decide(identifier, "accept", comment="checked")
    assert accepted.status_code == 200
    assert (accepted.json["state"], accepted.json["reviewer"]) == ("accepted", "Olli")
    assert accepted.json["accepted_version"] == place.store.version
    page = place.web.get("/doc/initiative/ash", headers=BROWSER).text
    assert re.search(r"contributed</span>\s*by Maja, accepted\s*by Olli\s*on <time", page)
    assert f"/contribution/{identifier}" in page
    reverted = place.decide(identifier, "revert", comment="another valley")
    assert (reverted.status_code, reverted.json["state"]) == (200, "reverted")
    assert place.web.get("/id/initiative/ash").status_code == 404


def test_who_comes_second_is_told_who_was_first(place: Place) -> None:
    identifier = place.proposed(triples("ash"))
    place.decide(identifier, "decline", comment="no source")
    told = is_problem(place.decide(identifier, "accept", place.root), 409)
    assert "declined by Olli" in str(told["detail"])


def test_a_decision_says_why(place: Place) -> None:
    identifier = place.proposed(triples("ash"))
    is_problem(place.decide(identifier, "decline"), 400)
    for body in ("[]", '{"comment": 1}', "{", '{"comment": "\\ud800"}'):
        headers = {**place.olli, "Content-Type": "application/json"}
        is_problem(place.web.post(f"/contributions/{identifier}/decline", data=body, headers=headers), 400)
    assert place.ledger.contributions.get(identifier).state is ContributionState.PROPOSED


def test_one_contribution_replaces_another(place: Place) -> None:
    old = place.proposed(triples("ash"))
    place.decide(old, "accept")
    new = place.proposed(triples("birch"), f"?supersedes={old}")
    place.decide(new, "accept")
    assert place.web.get(f"/contributions/{old}.json").json["superseded_by"] == new
    assert place.web.get("/id/initiative/ash").status_code == 404
    assert place.web.get("/id/initiative/birch").status_code == 303


def test_what_was_erased_is_410_everywhere(place: Place) -> None:
    identifier = place.proposed(triples("ash"))
    place.decide(identifier, "accept")
    assert place.decide(identifier, "erase", place.root, "asked for").status_code == 200
    for path in (
        f"/contributions/{identifier}",
        f"/contributions/{identifier}.trig",
        f"/contributions/{identifier}/file",
    ):
        answer = place.web.get(path)
        assert answer.status_code == 410
        assert "asked for" in answer.text
        assert "bells" not in answer.text
    is_problem(place.propose(triples("ash")), 410)
    assert "bells" not in place.web.get("/contributions").text


@pytest.mark.parametrize("name", ["ffffffffffffffff", "x", "%00", "ffffffffffffffff.json", "..", "a" * 3000])
def test_what_there_is_not_is_404(place: Place, name: str) -> None:
    assert place.web.get(f"/contributions/{name}").status_code == 404
    assert place.decide(name, "accept").status_code == 404
    assert place.decide(place.proposed(triples("ash")), "dance").status_code == 404


# -- pages ------------------------------------------------------------------


def test_a_contribution_is_shown_in_every_format(place: Place) -> None:
    identifier = place.proposed(triples("ash"), "?comment=seen")
    place.decide(identifier, "accept", comment="checked")
    page = place.web.get(f"/contributions/{identifier}", headers=BROWSER)
    for word in ("accepted", "Maja", "Olli", "seen", "checked", "bells in fog", "new thing"):
        assert word in page.text
    told = place.web.get(f"/contributions/{identifier}", headers={"Accept": "application/json"}).json
    assert {"id", "state", "conforms", "counts", "findings", "diff", "attempts"} <= set(told)
    statements = told["diff"]["things"][0]["statements"]
    assert {s["standing"] for s in statements} == {"new"}, "what it says itself does not count as known"
    trig = place.web.get(f"/contributions/{identifier}.trig")
    assert trig.mimetype == "application/trig"
    graphs = {q.graph_name.value for q in ox.parse(trig.data, format=ox.RdfFormat.TRIG)}
    assert graphs == {f"{ALP}contribution/{identifier}", f"{ALP}evidence/contribution-{identifier}"}
    moved = place.web.get(f"/contribution/{identifier}")
    assert (moved.status_code, moved.headers["Location"]) == (303, f"{HERE}/contributions/{identifier}")
    assert place.web.get(f"/evidence/contribution-{identifier}", headers=BROWSER).status_code == 200


def test_nothing_that_was_sent_is_more_than_text_on_a_page(place: Place) -> None:
    bad = "</td><script>alert(1)</script>"
    name = place.token("<b>Eve</b>", Role.REVIEWER)
    body = triples("ash", bad.replace('"', ""))
    answer = place.web.post(
        "/contributions",
        query_string={"comment": bad, "source": "javascript:alert(1)", "name": bad},
        data=body,
        headers={**TURTLE, **name},
    )
    place.decide(answer.json["id"], "accept", name, bad)
    for path in (f"/contributions/{answer.json['id']}", "/contributions", "/changes", "/doc/initiative/ash"):
        page = place.web.get(path, headers=BROWSER)
        assert page.status_code == 200
        assert "<script>alert" not in page.text
        assert "<b>Eve" not in page.text
        assert 'href="javascript:' not in page.text
    file = place.web.get(f"/contributions/{answer.json['id']}/file")
    assert file.mimetype == "text/plain"
    assert file.headers["Content-Disposition"].startswith("attachment")


def test_the_list_is_by_state_and_page(place: Place) -> None:
    first, second = place.proposed(triples("ash")), place.proposed(triples("birch"))
    place.decide(first, "decline", comment="no")
    told = place.web.get("/contributions", headers={"Accept": "application/json"}).json
    assert [c["id"] for c in told["contributions"]] == [second, first]
    told = place.web.get("/contributions?state=declined&format=json").json
    assert [c["id"] for c in told["contributions"]] == [first]
    assert place.web.get("/contributions?state=lost").status_code == 400
    assert place.web.get("/contributions?page=7", headers=BROWSER).status_code == 200


@pytest.mark.parametrize("path", ["/contributions", "/contributions/{id}", "/contributions/{id}.json", "/changes"])
def test_a_page_is_304_until_something_happens(place: Place, path: str) -> None:
    identifier = place.proposed(triples("ash"))
    path = path.format(id=identifier)
    first = place.web.get(path, headers=BROWSER)
    known = {**BROWSER, "If-None-Match": first.headers["ETag"]}
    dated = {**BROWSER, "If-Modified-Since": first.headers["Last-Modified"]}
    assert place.web.get(path, headers=known).status_code == 304
    assert place.web.get(path, headers=dated).status_code == 304
    place.decide(identifier, "accept")
    assert place.web.get(path, headers=known).status_code == 200


# -- changes ----------------------------------------------------------------


def test_changes_say_what_when_by_whom_and_how_much(place: Place) -> None:
    identifier = place.proposed(triples("ash"))
    place.decide(identifier, "accept")
    place.decide(identifier, "revert", place.root, "wrong valley")
    told = place.web.get("/changes?format=json").json["changes"]
    assert [(c["what"], c["actor"], c["contribution"], c["added"], c["removed"]) for c in told[:2]] == [
        ("reverted", "Root", identifier, 0, 4),
        ("accepted", "Olli", identifier, 4, 0),
    ]
    page = place.web.get("/changes", headers=BROWSER).text
    assert "taken back" in page
    assert "wrong valley" in page


def test_the_feed_is_atom_and_conditional(place: Place) -> None:
    identifier = place.proposed(triples("ash"), "?comment=a+%3C+b+%26+c")
    place.decide(identifier, "accept")
    answer = place.web.get("/changes.atom")
    assert answer.mimetype == "application/atom+xml"
    feed = ET.fromstring(answer.data)
    assert feed.tag == f"{ATOM}feed"
    for needed in ("id", "title", "updated"):
        assert feed.find(f"{ATOM}{needed}") is not None
    entries = feed.findall(f"{ATOM}entry")
    ids = [e.findtext(f"{ATOM}id") for e in entries]
    assert len(set(ids)) == len(ids) == 2
    assert entries[0].findtext(f"{ATOM}author/{ATOM}name") == "Olli"
    assert "a < b & c" in (entries[0].findtext(f"{ATOM}summary") or "")
    link = entries[0].find(f"{ATOM}link")
    assert link is not None
    assert link.get("href") == f"{HERE}/contributions/{identifier}"
    known = {"If-None-Match": answer.headers["ETag"]}
    assert place.web.get("/changes.atom", headers=known).status_code == 304
    place.proposed(triples("birch"))
    assert place.web.get("/changes.atom", headers=known).status_code == 304, "a proposal changes nothing"
    place.decide(identifier, "revert", comment="no")
    assert place.web.get("/changes.atom", headers=known).status_code == 200
    assert place.web.get("/changes", headers={"Accept": "application/atom+xml"}).mimetype == "application/atom+xml"


# -- browsers ---------------------------------------------------------------


def test_a_browser_checks_repairs_proposes_and_a_reviewer_accepts(place: Place) -> None:
    maja, olli = place.browser(place.maja), place.browser(place.olli)
    fields = form(maja.get("/contribute"))
    wrong = triples("ash").replace(b"alp:Initiative", b"alp:Initative").decode()
    checked = maja.post("/contribute", data={**fields, "text": wrong, "format": "ttl", "action": "propose"})
    assert checked.status_code == 422
    assert "Initative" in checked.text
    assert "Did you mean" in checked.text
    again = {**form(checked), "text": triples("ash").decode(), "format": "ttl", "source": "a book"}
    fine = maja.post("/contribute", data={**again, "action": "check"})
    assert (fine.status_code, "It breaks no rule" in fine.text) == (200, True)
    assert place.ledger.contributions.latest() == []
    proposed = maja.post("/contribute", data={**again, "action": "propose"})
    assert proposed.status_code == 303
    page = olli.get(proposed.headers["Location"])
    assert "a book" in page.text
    assert page.headers["Cache-Control"] == "no-store"
    accepted = olli.post(proposed.headers["Location"] + "/accept", data={**form(page), "comment": "seen"})
    assert (accepted.status_code, accepted.headers["Location"]) == (303, proposed.headers["Location"])
    assert place.web.get("/id/initiative/ash").status_code == 303
    assert "Take back" in olli.get(proposed.headers["Location"]).text
    assert "Take back" not in maja.get(proposed.headers["Location"]).text


def test_a_file_and_warnings_go_through_the_form_too(place: Place) -> None:
    browser = place.browser(place.maja)
    body = triples("ash") + UNFAMILIAR
    fields = {**form(browser.get("/contribute")), "action": "propose"}
    warned = browser.post("/contribute", data={**fields, "file": (io.BytesIO(body), "ash.ttl")})
    assert warned.status_code == 422
    assert "accept_warnings" in warned.text or "1 Warning" in warned.text
    taken = browser.post("/contribute", data={**fields, "accept_warnings": "1", "file": (io.BytesIO(body), "ash.ttl")})
    assert taken.status_code == 303
    assert place.ledger.contributions.latest()[0].file_name == "ash.ttl"


def test_whoever_is_not_logged_in_checks_and_does_not_propose(place: Place) -> None:
    stranger = place.browser()
    fields = {**form(stranger.get("/contribute")), "text": triples("ash").decode(), "format": "ttl"}
    assert stranger.post("/contribute", data={**fields, "action": "check"}).status_code == 200
    refused = stranger.post("/contribute", data={**fields, "action": "propose"})
    assert refused.status_code == 401
    assert "bells in fog" in refused.text, "what was typed is still there"
    assert place.ledger.contributions.latest() == []


@pytest.mark.parametrize("media_type", ["text/turtle", "application/n-triples", "application/ld+json", "text/csv", ""])
def test_triples_are_not_sent_to_the_page(place: Place, media_type: str) -> None:
    headers = {"Content-Type": media_type, **place.maja}
    is_problem(place.web.post("/contribute", data=triples("ash"), headers=headers), 415)


def attempts(place: Place, identifier: str) -> dict[str, tuple[str, dict[str, str]]]:
    """Every form that changes something, by name."""
    text = {"text": triples("birch").decode(), "format": "ttl", "action": "propose"}
    return {
        "accept": (f"/contributions/{identifier}/accept", {"comment": "x"}),
        "decline": (f"/contributions/{identifier}/decline", {"comment": "x"}),
        "erase": (f"/contributions/{identifier}/erase", {"comment": "x"}),
        "contribute": ("/contribute", text),
        "logout": ("/logout", {}),
    }


@pytest.mark.parametrize("name", ["accept", "decline", "erase", "contribute", "logout"])
def test_a_form_of_another_site_does_nothing(place: Place, name: str) -> None:
    """However it is made: without our value, with that of another browser, from elsewhere with the right one."""
    identifier = place.proposed(triples("ash"))
    browser, other = place.browser(place.root), place.browser(place.root)
    path, fields = attempts(place, identifier)[name]
    ours, theirs = form(browser.get("/logout")), form(other.get("/logout"))
    assert ours != theirs
    for sent, headers in (
        ({}, {}),
        ({"form_token": ""}, {}),
        (theirs, {}),
        (ours, {"Sec-Fetch-Site": "cross-site"}),
        (ours, {"Sec-Fetch-Site": "same-site"}),
    ):
        answer = browser.post(path, data={**fields, **sent}, headers=headers)
        assert answer.status_code == 403, (sent, headers)
    assert len(place.ledger.contributions.latest()) == 1
    assert place.ledger.contributions.get(identifier).state is ContributionState.PROPOSED
    assert "Logged in" in browser.get("/contribute").text
    assert browser.post(path, data={**fields, **ours}, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 303


def test_a_session_alone_does_not_use_the_api(place: Place) -> None:
    """A form of another site could send it along."""
    browser = place.browser(place.maja)
    answer = browser.post("/contributions", data={"text": triples("ash").decode(), "format": "ttl"})
    assert answer.status_code == 403
    assert place.ledger.contributions.latest() == []


def test_the_cookie_of_a_session_is_for_this_server_only(place: Place) -> None:
    browser = place.app.test_client()
    token = place.olli["Authorization"].removeprefix("Bearer ")
    answer = browser.post("/login", data={**form(browser.get("/login")), "token": f" {token}\n", "next": "/inbox"})
    assert answer.headers["Location"] == "/inbox"
    cookie = next(c for c in answer.headers.getlist("Set-Cookie") if c.startswith("bsrgraph_session="))
    for attribute in ("HttpOnly", "SameSite=Lax", "Path=/", "Secure", "Max-Age=43200"):
        assert attribute in cookie
    assert token not in cookie
    assert answer.headers["Cache-Control"] == "no-store"


def test_without_tls_the_cookie_is_not_secure_and_still_works(another: Callable[..., Place]) -> None:
    place = another(base_url="")
    browser = place.browser(place.olli)
    assert browser.get("/inbox", headers=BROWSER).status_code == 200


@pytest.mark.parametrize(
    "elsewhere", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "\t//evil", "x"]
)
def test_logging_in_leads_nowhere_else(place: Place, elsewhere: str) -> None:
    browser = place.app.test_client()
    page = browser.get("/login", query_string={"next": elsewhere})
    fields = {**form(page), "next": elsewhere, "token": place.olli["Authorization"].removeprefix("Bearer ")}
    assert browser.post("/login", data=fields).headers["Location"] == "/contributions"


def test_a_wrong_token_opens_nothing(place: Place) -> None:
    browser = place.app.test_client()
    answer = browser.post("/login", data={**form(browser.get("/login")), "token": "bsrgraph_wrong"})
    assert answer.status_code == 401
    assert "bsrgraph_session" not in str(answer.headers.getlist("Set-Cookie"))
    assert browser.post("/login", data={"token": "x"}).status_code == 403


def test_whoever_guesses_tokens_is_made_to_wait(another: Callable[..., Place]) -> None:
    place = another(changes_a_minute=3)
    wrong = {**TURTLE, "Authorization": "Bearer bsrgraph_wrong"}
    away = {"REMOTE_ADDR": "192.0.2.1"}
    found = [place.web.post("/contributions", headers=wrong, environ_base=away).status_code for _ in range(5)]
    assert found == [401, 401, 401, 429, 429]
    assert place.web.post("/contributions", headers=wrong).status_code == 401, "this machine itself does not wait"


def test_logging_out_ends_the_session(place: Place) -> None:
    browser = place.browser(place.olli)
    assert browser.get("/inbox", headers=BROWSER).status_code == 200
    assert browser.post("/logout", data=form(browser.get("/logout"))).status_code == 303
    assert browser.get("/inbox", headers=BROWSER).status_code == 303


def test_a_revoked_token_logs_its_browsers_out(place: Place) -> None:
    browser = place.browser(place.olli)
    place.ledger.access.revoke("Olli", ROOT)
    answer = browser.get("/inbox", headers=BROWSER)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/login?next=/inbox")


def test_the_inbox_is_for_reviewers(place: Place) -> None:
    identifier = place.proposed(triples("ash"))
    assert place.browser(place.maja).get("/inbox", headers=BROWSER).status_code == 403
    assert place.web.get("/inbox", headers={"Accept": "application/json"}).status_code == 401
    told = place.web.get("/inbox", headers={**place.olli, "Accept": "application/json"})
    assert [c["id"] for c in told.json["contributions"]] == [identifier]
    page = place.browser(place.olli).get("/inbox", headers=BROWSER)
    assert identifier in page.text
    assert page.headers["Cache-Control"] == "no-store"


def test_what_depends_on_who_asks_is_not_kept_nor_read_by_other_sites(place: Place) -> None:
    identifier = place.proposed(triples("ash"))
    browser = place.browser(place.root)
    for path in (f"/contributions/{identifier}", "/contribute", "/inbox", "/login", "/logout"):
        answer = browser.get(path, headers=BROWSER)
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "no-store", path
        assert "Access-Control-Allow-Origin" not in answer.headers, path
        assert {"Cookie", "Authorization"} <= {v.strip() for v in answer.headers["Vary"].split(",")}
    assert "Cookie" in place.web.get(f"/contributions/{identifier}", headers=BROWSER).headers["Vary"]


# -- elsewhere --------------------------------------------------------------


def test_a_store_on_another_server_says_that_it_takes_none(alpine: Corpus, tmp_path: Path) -> None:
    settings = Settings(graph=str(alpine.root), store="http://127.0.0.1:9/sparql", state=str(tmp_path))
    web = create_app(settings).test_client()
    for path in ("/contributions", "/contributions/0123456789abcdef", "/contribute", "/inbox", "/login", "/changes"):
        told = is_problem(web.get(path), 501)
        assert "another server" in str(told["detail"])
    is_problem(web.post("/contributions", data=triples("ash"), headers=TURTLE), 501)
    assert list(tmp_path.iterdir()) == []


def test_every_route_that_changes_something_wants_to_know_who_asks(place: Place) -> None:
    """Whatever is added later: a POST without token, session or form is turned away."""
    for route in routes(place.app):
        if route.method == "POST" and route.tag in ("contributions", "contribute", "login"):
            path = re.sub(r"\{\w+\}", "0123456789abcdef", route.path).replace("f/0123456789abcdef", "f/accept")
            answer = place.web.post(path, data={"text": "x"})
            assert answer.status_code in (401, 403), path


def test_a_given_store_has_a_ledger_of_its_own(alpine: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    web = create_app(Settings(graph=str(alpine.root)), MemoryStore()).test_client()
    assert web.get("/contributions").status_code == 200
    assert list(tmp_path.iterdir()) == []


def test_the_first_page_tells_of_the_last_changes(place: Place) -> None:
    before = place.web.get("/", headers=BROWSER)
    identifier = place.proposed(triples("ash"), "?comment=bells+of+the+valley")
    place.decide(identifier, "accept")
    page = place.web.get("/", headers=BROWSER)
    assert "bells of the valley" in page.text
    assert f"/contributions/{identifier}" in page.text
    assert "Olli" in page.text
    assert page.headers["ETag"] != before.headers["ETag"]
    place.decide(identifier, "revert", comment="no")
    assert "was taken back" in place.web.get("/", headers=BROWSER).text
