"""Forms for one thing: laid out from its shape, filled with what is stated, checked and proposed without a script."""

from __future__ import annotations

import io
import itertools
import re
from collections.abc import Callable
from html.parser import HTMLParser
from urllib.parse import quote

import openpyxl
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bsrgraph.corpus import Corpus
from bsrgraph.ledger import Actor, Ledger, Role
from bsrgraph.load import load_directory
from bsrgraph.settings import Settings
from bsrgraph.store.memory import MemoryStore
from bsrgraph.tables import Schema
from bsrgraph.web.app import create_app

ID = "https://w3id.org/bsrgraph/id/"
ROOT = Actor("Root", Role.ADMIN, "here")


class Fields(HTMLParser):
    """What the form of a page holds: name → values, and the texts of what is wrong."""

    def __init__(self, answer: TestResponse) -> None:
        super().__init__()
        self.values: dict[str, list[str]] = {}
        self.labels: list[str] = []
        self._inside = self._area = ""
        self.feed(answer.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collects inputs, chosen options and areas."""
        said = {name: value or "" for name, value in attrs}
        if tag == "input" and said.get("type") != "checkbox" and "name" in said:
            self.values.setdefault(said["name"], []).append(said.get("value", ""))
        elif tag in ("select", "textarea"):
            self._inside = said["name"]
            self._area = ""
        elif tag == "option" and "selected" in said:
            self._area = "\0"
        elif tag == "legend":
            self._inside = "legend"

    def handle_data(self, data: str) -> None:
        """Takes the text of a chosen option, of an area or of a heading."""
        if self._inside == "legend":
            self.labels.append(data)
        elif self._inside and self._area.startswith("\0"):
            self.values.setdefault(self._inside, []).append(data)
            self._area = ""

    def handle_endtag(self, tag: str) -> None:
        """Leaves an element."""
        if tag in ("select", "textarea", "legend"):
            self._inside = ""


Browser = Callable[[Role | None], FlaskClient]


@pytest.fixture(scope="module")
def browser(corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Browser:
    """Browsers over the shipped graph, logged in with a role or not."""
    store, ledger = MemoryStore(), Ledger(tmp_path_factory.mktemp("forms") / "ledger.db")
    load_directory(store, corpus, ledger)
    app = create_app(Settings(graph=str(corpus.root), base_url="https://data.example.org"), store, ledger)

    numbers = itertools.count()

    def opened(role: Role | None = None) -> FlaskClient:
        client = app.test_client()
        if role is not None:
            token = ledger.access.add(f"Maja {next(numbers)}", role, 30, ROOT)[1]
            page = Fields(client.get("/login"))
            assert (
                client.post("/login", data={"form_token": page.values["form_token"], "token": token}).status_code == 303
            )
        return client

    return opened


def sent(
    client: FlaskClient, kind: str, about: str = "", action: str = "check", **fields: str | list[str]
) -> TestResponse:
    """The form of a kind, opened, filled and sent."""
    page = Fields(client.get(f"/contribute/{kind}" + (f"?about={quote(about)}" if about else "")))
    return client.post(f"/contribute/{kind}", data={**page.values, **fields, "action": action})


def test_every_kind_has_a_form_with_the_groups_of_its_shape(browser: Browser, corpus: Corpus) -> None:
    client = browser(None)
    for kind in Schema(corpus).kinds.values():
        answer = client.get(f"/contribute/{kind.name}")
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "no-store"
        page = Fields(answer)
        assert (
            list(dict.fromkeys(f.group for f in kind.fields if f.group))
            == [label for label in page.labels if label not in ("Further", "Where it comes from")]
            or kind.name
        )
        for field in kind.fields:
            assert f'name="{field.name}"' in answer.text
        assert len(answer.data) < 100_000


def test_a_kind_that_there_is_not_is_told_with_those_that_are_near(browser: Browser) -> None:
    answer = browser(None).get("/contribute/organization", headers={"Accept": "application/json"})
    assert answer.status_code == 404
    assert ["Organisation", "/contribute/organisation"] in answer.get_json()["near"]


def test_two_problems_are_told_repaired_and_the_thing_is_proposed(browser: Browser) -> None:
    client = browser(Role.CONTRIBUTOR)
    wrong = sent(client, "organisation", prefLabel="Harbour Office@en", basedIn="Swedn", homepage="www.example.org")
    assert wrong.status_code == 422
    assert "There is no country or region called “Swedn”." in wrong.text
    assert "Sweden" in wrong.text
    assert "https://www.example.org" in wrong.text
    assert Fields(wrong).values["prefLabel"][0] == "Harbour Office@en"
    right = {"prefLabel": "Harbour Office@en", "basedIn": "Sweden", "homepage": "https://www.example.org"}
    assert "It breaks no rule" in sent(client, "organisation", **right).text
    done = sent(client, "organisation", action="propose", source="https://example.org/page", **right)
    assert done.status_code == 303
    shown = client.get(done.headers["Location"]).text
    assert "Harbour Office" in shown
    assert "https://example.org/page" in shown


def test_what_shapes_say_is_told_at_the_field(browser: Browser) -> None:
    client = browser(None)
    answer = sent(client, "figure", about=ID + "figure/bsr-stars-total-investment", amount=["19000000", "20000000"])
    assert answer.status_code == 422
    assert re.search(r'id="f-amount".*?“Amount” takes one value', answer.text, re.DOTALL)


def test_who_is_not_logged_in_checks_and_does_not_propose(browser: Browser) -> None:
    client = browser(None)
    answer = sent(client, "organisation", action="propose", prefLabel="Quay Office@en", comment="never")
    assert answer.status_code == 401
    assert "/login" in answer.text
    proposed = client.get("/contributions", headers={"Accept": "application/json"}).get_json()["contributions"]
    assert all(c["file_name"] != "organisation.ttl" or c["comment"] != "never" for c in proposed)


def test_a_form_of_another_site_is_refused(browser: Browser) -> None:
    client = browser(Role.CONTRIBUTOR)
    assert client.post("/contribute/organisation", data={"prefLabel": "X", "action": "propose"}).status_code == 403
    turtle = client.post("/contribute/organisation", data=b"<a:b> <c:d> <e:f> .", content_type="text/turtle")
    assert turtle.status_code == 415


def test_a_correction_opens_filled_and_says_only_what_is_new(browser: Browser) -> None:
    client = browser(Role.CONTRIBUTOR)
    thing = ID + "project/stardust"
    link = re.search(r'href="(/contribute/project\?about=[^"]+)"', client.get("/doc/project/stardust.html").text)
    assert link is not None
    page = Fields(client.get(link.group(1)))
    assert page.values["id"] == [thing]
    assert {"pilot/marchain", "pilot/clean-water"} <= set(page.values["hasPilot"])
    assert "2010-09-17" in page.values["startDate"]
    unchanged = client.post("/contribute/project", data={**page.values, "action": "check"})
    assert unchanged.status_code == 422
    assert "There is nothing new in it" in unchanged.text
    more = {**page.values, "involvesCountry": ["Sweden"], "action": "propose", "accept_warnings": "1"}
    done = client.post("/contribute/project", data=more)
    assert done.status_code == 303, done.text
    told = client.get(done.headers["Location"] + ".trig").text
    assert told.count("involvesCountry") == 1
    assert "hasPilot" not in told


def test_a_thing_that_there_is_not_cannot_be_corrected(browser: Browser) -> None:
    assert browser(None).get(f"/contribute/project?about={ID}project/nothing").status_code == 404
    assert browser(None).get("/contribute/project?about=no%20address").status_code == 404


def test_tables_to_fill_in_are_offered(browser: Browser) -> None:
    client = browser(None)
    table = client.get("/contribute/organisation.csv")
    assert table.data.startswith(b"\xef\xbb\xbfid,")
    assert "filename=organisation.csv" in table.headers["Content-Disposition"]
    book = client.get("/contribute/organisation.xlsx")
    assert openpyxl.load_workbook(io.BytesIO(book.data)).sheetnames[0] == "Organisation"
    assert client.get("/contribute/organisation.pdf").status_code == 404


HOSTILE = [
    '"><script>alert(1)</script>',
    "'; DROP",
    "\u202e\ufeff",
    "{{ 7 * 7 }}",
    "a" * 5000,
    "\x00",
    "@@@",
    "|||",
    "\x1f",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_whatever_is_typed_is_shown_as_it_is_or_told(browser: Browser, text: str) -> None:
    client = browser(None)
    answer = sent(client, "organisation", prefLabel=text, basedIn=text, homepage=text, identifier=text)
    assert answer.status_code in (200, 422), answer.text
    assert "<script>alert" not in answer.text
    assert "49" not in re.findall(r'value="([^"]*)"', answer.text)
