"""What people come for: from the first page to a figure and to where it comes from, however they work."""

from __future__ import annotations

import pytest
from selenium.webdriver.common.keys import Keys

from .driver import Browser

EVERY_WAY = pytest.mark.parametrize(
    ("width", "scheme", "scripts"),
    [(360, "light", True), (1280, "dark", True), (360, "dark", False), (1280, "light", False)],
)


@EVERY_WAY
def test_a_journalist_sees_where_the_erdf_figure_comes_from(
    browser: Browser, width: int, scheme: str, scripts: bool
) -> None:
    browser.set_up(width, scheme, scripts=scripts)
    browser.open("/doc/programme/bsr-stars")
    row = browser.js("return arguments[0].closest('tr')", browser.named("ERDF contribution of EUR 5 million", "th a"))
    assert "5\u202f000\u202f000" in row.text
    browser.js("arguments[0].scrollIntoView({block: 'center'})", row)
    why = row.find_element("css selector", "summary")
    why.click()
    said = row.find_element("css selector", "details").text
    assert "characters 2420–2490" in said
    row.find_element("css selector", "a.statement").click()
    browser.wait_for_path("/evidence/regio-bsr-stars-stardust/f46")
    assert "line 26, characters 2420 to 2490" in browser.text
    assert "Page about BSR Stars and StarDust, English version" in browser.text


@EVERY_WAY
def test_a_cluster_manager_goes_from_the_first_page_to_a_project_and_its_pilot(
    browser: Browser, width: int, scheme: str, scripts: bool
) -> None:
    browser.set_up(width, scheme, scripts=scripts)
    browser.open("/")
    browser.click("StarDust", "main a")
    browser.wait_for_path("/doc/project/stardust")
    assert browser.heading == "StarDust"
    browser.click("Mobile Vikings", "main a")
    browser.wait_for_path("/doc/pilot/mobile-vikings")
    assert browser.heading == "Mobile Vikings"


@pytest.mark.parametrize("scripts", [True, False])
def test_all_of_that_goes_by_keyboard_alone(browser: Browser, scripts: bool) -> None:
    browser.set_up(scripts=scripts)
    browser.open("/")
    assert next(browser.tab_stops(1)).name == "Skip to the content"
    stop = browser.tab_to("StarDust", "/doc/project/stardust")
    assert stop.outlined
    assert stop.seen
    browser.press(Keys.ENTER)
    browser.wait_for_path("/doc/project/stardust")
    browser.open("/doc/programme/bsr-stars")
    browser.tab_to("ERDF contribution of EUR 5 million")
    browser.press(Keys.TAB)
    while browser.js("return document.activeElement.localName") != "summary":
        browser.press(Keys.TAB)
    browser.press(Keys.SPACE)
    while browser.js("return document.activeElement.className") != "statement":
        browser.press(Keys.TAB)
    browser.press(Keys.ENTER)
    browser.wait_for_path("/evidence/regio-bsr-stars-stardust/")
    assert "characters 2420 to 2490" in browser.text
