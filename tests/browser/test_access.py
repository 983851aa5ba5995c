"""Nobody is kept out of any kind of page: axe-core, no sideways scrolling, focus that is seen, motion, paper."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import flask
import pytest

from bsrgraph.corpus import Corpus
from bsrgraph.settings import Settings
from bsrgraph.store.port import Store
from bsrgraph.web.app import create_app

from .driver import Browser

OneOfEach = Callable[[flask.Flask], dict[str, str]]
_ERRORS = ("/no-such-page", "/doc/project/stardus", "/sparql?query=SELECT")


@pytest.fixture(scope="module")
def pages(corpus: Corpus, store: Store, one_of_each: OneOfEach) -> dict[str, str]:
    """One page of every kind of the shipped graph, with its route."""
    found = one_of_each(create_app(Settings(graph=str(corpus.root)), store))
    assert {"/", "/sparql", "/limits"} <= set(found)
    assert len([p for p in found if p.startswith("/doc/")]) > 15
    return found


@pytest.fixture(scope="module")
def alpine_pages(alpine: Corpus, alpine_store: Store, one_of_each: OneOfEach) -> list[str]:
    """One page of every kind of the alpine graph."""
    return list(one_of_each(create_app(Settings(graph=str(alpine.root)), alpine_store)))


@pytest.fixture(scope="module")
def few(pages: dict[str, str]) -> list[str]:
    """One page of every route, whatever kind of thing it is about."""
    return list({route: path for path, route in reversed(pages.items())}.values())


def lets_everybody_in(browser: Browser, paths: Iterable[str]) -> None:
    """Fails with whatever keeps people out of these pages, a line each."""
    found = []
    for path in paths:
        browser.open(path)
        found += [f"{path}: {fault}" for fault in browser.axe()]
        if browser.overhang() > 0:
            found.append(f"{path}: scrolls sideways by {browser.overhang()} px")
    assert not found, "\n".join(found)


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1280, "light")])
def test_nobody_is_kept_out_of_any_route(browser: Browser, few: list[str], width: int, scheme: str) -> None:
    browser.set_up(width, scheme)
    lets_everybody_in(browser, few)


def test_nobody_is_kept_out_of_errors(browser: Browser) -> None:
    browser.expected = {400, 404}
    browser.set_up(360)
    lets_everybody_in(browser, list(_ERRORS))


@pytest.mark.long
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_nobody_is_kept_out_of_any_kind_of_page(browser: Browser, pages: list[str], width: int, scheme: str) -> None:
    browser.set_up(width, scheme)
    lets_everybody_in(browser, pages)


@pytest.mark.parametrize("width", [320, 640])
def test_no_page_scrolls_sideways_without_scripts_either(browser: Browser, few: list[str], width: int) -> None:
    browser.set_up(width, scripts=False)
    for path in few:
        browser.open(path)
        assert browser.overhang() <= 0, path


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (1280, "dark")])
def test_nobody_is_kept_out_of_another_graph(
    alpine_browser: Browser, alpine_pages: list[str], width: int, scheme: str
) -> None:
    alpine_browser.set_up(width, scheme)
    lets_everybody_in(alpine_browser, alpine_pages[:: 1 if width == 360 else 3])


def test_wherever_the_keyboard_goes_that_is_seen(browser: Browser, few: list[str]) -> None:
    for path in few:
        browser.open(path)
        unseen = [stop for stop in browser.tab_stops(40) if not (stop.outlined and stop.seen)]
        assert unseen == [], path


def test_every_page_says_its_language_and_that_of_each_foreign_name(browser: Browser) -> None:
    browser.open("/doc/country/swe")
    assert browser.js("return document.documentElement.lang") == "en"
    assert "Sverige" in {name.text for name in browser.all("main :lang(sv)")}


def test_nothing_moves_for_those_who_want_no_motion(browser: Browser, few: list[str]) -> None:
    browser.prefer("prefers-reduced-motion", "reduce")
    for path in few:
        browser.open(path)
        assert browser.js("return document.getAnimations().length") == 0, path
        assert browser.js("return getComputedStyle(document.documentElement).scrollBehavior") == "auto"


def test_on_paper_a_page_is_black_on_white_without_controls_and_with_its_evidence(browser: Browser) -> None:
    browser.set_up(scheme="dark", media="print")
    browser.open("/doc/project/stardust")
    assert browser.js("return getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    assert browser.js("return getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert not browser.find(".bar nav").is_displayed()
    assert not browser.find(".find").is_displayed()
    evidence = browser.find(".why ul")
    assert browser.js("return arguments[0].checkVisibility() && arguments[0].offsetHeight > 0", evidence)
    browser.set_up()
    assert not browser.js("return arguments[0].checkVisibility()", evidence), "it is folded on a screen"
