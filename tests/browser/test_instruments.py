"""The instruments notice what they are for: without this, the other tests here could not fail."""

from __future__ import annotations

import contextlib
import time

from selenium.common.exceptions import WebDriverException

from .driver import Browser


def test_a_request_that_leaves_the_origin_is_noticed(browser: Browser) -> None:
    browser.open("/limits")
    with contextlib.suppress(WebDriverException):
        browser.driver.get("http://127.0.0.1:9/elsewhere")
    assert "http://127.0.0.1:9/elsewhere" in browser.requests()


def test_what_the_policy_forbids_is_noticed(browser: Browser) -> None:
    browser.open("/limits")
    browser.js("const s = document.createElement('style'); s.textContent = 'p {}'; document.head.append(s)")
    assert any("Content Security Policy" in c for c in browser.wait(browser.complaints, "a complaint"))
    browser.js("new Image().src = 'http://127.0.0.1:9/elsewhere.png'")
    assert any("Content Security Policy" in c for c in browser.wait(browser.complaints, "a complaint"))
    browser.requests()


def test_what_keeps_people_out_is_noticed(browser: Browser) -> None:
    browser.open("/limits")
    assert browser.axe() == []
    browser.js("document.querySelector('main').append(document.createElement('button'))")
    browser.js("document.querySelector('main p').style.color = '#ccc'")
    found = "\n".join(browser.axe())
    assert "button-name" in found
    assert "color-contrast" in found


def test_a_page_that_scrolls_sideways_and_focus_that_is_not_seen_are_noticed(browser: Browser) -> None:
    browser.open("/limits")
    assert browser.overhang() == 0
    browser.js("document.querySelector('main').style.minWidth = '2000px'")
    assert browser.overhang() > 0
    browser.open("/limits")
    assert all(stop.outlined for stop in browser.tab_stops(5))
    browser.js("document.querySelector('.brand').style.outline = 'none'")
    assert not all(stop.outlined for stop in browser.tab_stops(5))


def test_scripts_are_off_where_they_are_said_to_be(browser: Browser) -> None:
    probe = "document.body.append(Object.assign(document.createElement('script'), {src: '/static/vendor/d3.js'}))"
    browser.open("/limits")
    browser.js(probe)
    browser.wait(lambda: browser.js("return typeof d3 === 'object'"), "the script to run")
    browser.set_up(scripts=False)
    browser.open("/limits")
    browser.js(probe)
    time.sleep(0.3)
    assert browser.js("return typeof d3") == "undefined"
