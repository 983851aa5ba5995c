"""From a form to a fact and back, as those who contribute and those who decide go, with and without scripts."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from selenium.common.exceptions import WebDriverException

from bsrgraph.ledger import Actor, Ledger, Role

from .conftest import serving, visiting
from .driver import Browser

ROOT = Actor("Root", Role.ADMIN, "here")
BOTH_WAYS = pytest.mark.parametrize(("width", "scheme", "scripts"), [(360, "light", False), (1280, "dark", True)])


@dataclass(frozen=True, slots=True)
class Place:
    """A server that takes contributions, and the secrets of those who may."""

    origin: str
    secrets: dict[str, str]


@pytest.fixture(scope="module")
def place(graph_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A server of its own over the shipped graph, for what these tests change."""
    folder = tmp_path_factory.mktemp("contributing")
    with serving(graph_dir, folder) as origin:
        access = Ledger(folder / "state" / "ledger.db").access
        roles = {"Maja": Role.CONTRIBUTOR, "Olli": Role.ADMIN}
        yield Place(origin, {name: access.add(name, role, 1, ROOT)[1] for name, role in roles.items()})


@pytest.fixture
def visitor(chromium: Browser, place: Place) -> Iterator[Browser]:
    """The browser on that server, logged in as nobody."""
    yield from visiting(chromium, place.origin)


def see(browser: Browser, text: str) -> None:
    """Waits until the page has come that says so."""

    def said() -> bool:
        with contextlib.suppress(WebDriverException):  # the page is being replaced
            return text in " ".join(browser.text.split())
        return False

    browser.wait(said, f"“{text}”", 30)


def log_in(browser: Browser, place: Place, name: str) -> None:
    """Changes whoever sits at the browser."""
    browser.cdp("Network.clearBrowserCookies")
    browser.open("/login")
    browser.find("#token").send_keys(place.secrets[name])
    browser.click("Log in", "main button")
    browser.wait_for_path("/contributions")


def fill(browser: Browser, name: str, text: str) -> None:
    """Types into a field of the form, in place of what it held."""
    field = browser.find(f"[name={name}]")
    browser.into_view(field)
    field.clear()
    field.send_keys(text)


@BOTH_WAYS
def test_an_organisation_is_filled_in_repaired_proposed_accepted_seen_and_taken_back(
    visitor: Browser, place: Place, width: int, scheme: str, scripts: bool
) -> None:
    visitor.expected = {422}
    visitor.set_up(width, scheme, scripts=scripts)
    name = f"Harbour Office of {scheme}"
    log_in(visitor, place, "Maja")
    visitor.open("/contribute")
    visitor.click("Organisation", "main li a")
    visitor.wait_for_path("/contribute/organisation")
    fill(visitor, "prefLabel", f"{name}@en")
    fill(visitor, "basedIn", "Swedn")
    fill(visitor, "homepage", "www.example.org")
    visitor.click("Propose", "main button")
    see(visitor, "2 things to look at")
    assert "There is no country or region called “Swedn”" in visitor.text
    fill(visitor, "basedIn", "Sweden")
    fill(visitor, "homepage", "https://www.example.org")
    fill(visitor, "source", "https://www.example.org/imprint")
    visitor.click("Propose", "main button")
    visitor.wait_for_path("/contributions/")
    see(visitor, "proposed")
    address = visitor.path
    assert "Take back" not in visitor.text

    log_in(visitor, place, "Olli")
    visitor.open("/inbox")
    visitor.click(address.rpartition("/")[2], "main a")
    visitor.wait_for_path(address)
    see(visitor, "based in")
    see(visitor, "0 in conflict with the graph")
    visitor.find("#comment-accept").send_keys("seen in the imprint")
    visitor.click("Accept", "main button")
    see(visitor, "seen in the imprint")
    visitor.click(name, "main h3 a")
    visitor.wait_for_path("/doc/organisation/")
    assert visitor.heading == name
    why = visitor.find("main dd details.why summary")
    visitor.into_view(why)
    why.click()
    see(visitor, "by Maja, accepted by Olli on")
    visitor.click("the contribution", "main a.statement")
    visitor.wait_for_path(address)
    visitor.find("#comment-revert").send_keys("it has moved to Norway")
    visitor.click("Take back", "main button")
    see(visitor, "it has moved to Norway")
    visitor.open("/changes")
    assert "was taken back" in visitor.row("it has moved to Norway").text


@BOTH_WAYS
def test_nobody_is_kept_out_of_deciding(visitor: Browser, place: Place, width: int, scheme: str, scripts: bool) -> None:
    visitor.expected = {401, 409, 422}
    visitor.set_up(width, scheme, scripts=scripts)
    visitor.open("/login")
    visitor.find("#token").send_keys("bsrgraph_wrong")
    visitor.click("Log in", "main button")
    see(visitor, "not known here")
    assert visitor.axe() == []
    log_in(visitor, place, "Olli")
    visitor.open("/contribute")
    base = "https://w3id.org/bsrgraph/"
    total = (
        f"<{base}id/figure/total-{scheme}> a <{base}ontology#FinancialFigure> ;\n"
        f"  <http://www.w3.org/2004/02/skos/core#prefLabel> 'A second total'@en ;\n"
        f"  <{base}ontology#about> <{base}id/programme/bsr-stars> ; <{base}ontology#amount> 21000000.00 ;\n"
        f"  <{base}ontology#figureKind> <{base}id/figure-kind/total-investment> ;\n"
        f"  <{base}ontology#currency> <http://publications.europa.eu/resource/authority/currency/EUR> ."
    )
    fill(visitor, "text", total.replace("#about", "#abuot"))
    visitor.click("Check", "main button")
    see(visitor, "to be mended")
    assert (visitor.axe(), visitor.overhang()) == ([], 0)
    visitor.open("/contribute")
    fill(visitor, "text", total)
    visitor.click("Propose", "main button")
    visitor.wait_for_path("/contributions/")
    see(visitor, "a second total investment")
    visitor.click("Erase it for good")
    assert (visitor.axe(), visitor.overhang()) == ([], 0)
    for path in ("/inbox", "/contributions", "/changes", "/logout", "/contribute"):
        visitor.open(path)
        assert (visitor.axe(), visitor.overhang()) == ([], 0), path
