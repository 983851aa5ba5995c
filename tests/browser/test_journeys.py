"""What people come for, however they work: small screen or wide, light or dark, without scripts, by keyboard."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from selenium.webdriver.common.keys import Keys

from .driver import Browser

EVERY_WAY = pytest.mark.parametrize(
    ("width", "scheme", "scripts"),
    [(360, "light", True), (1280, "dark", True), (360, "dark", False), (1280, "light", False)],
)
PROGRAMME = "/doc/programme/bsr-stars"
STATEMENT = "/evidence/regio-bsr-stars-stardust/"


@EVERY_WAY
def test_a_journalist_sees_where_the_erdf_figure_comes_from(
    browser: Browser, width: int, scheme: str, scripts: bool
) -> None:
    browser.set_up(width, scheme, scripts=scripts)
    browser.open(PROGRAMME)
    row = browser.row("5\u202f000\u202f000", "European Regional Development Fund")
    why = row.find_element("css selector", "summary")
    browser.into_view(why)
    why.click()
    assert "characters 2420–2490" in row.find_element("css selector", "details").text
    statement = row.find_element("css selector", "a.statement")
    browser.into_view(statement)
    statement.click()
    browser.wait_for_path(f"{STATEMENT}f46")
    assert "characters 2420" in browser.text
    assert "Page about BSR Stars and StarDust, English version" in browser.text


@EVERY_WAY
def test_a_cluster_manager_goes_from_the_first_page_to_a_project_and_its_pilot(
    browser: Browser, width: int, scheme: str, scripts: bool
) -> None:
    browser.set_up(width, scheme, scripts=scripts)
    browser.open("/")
    browser.click("StarDust", "main a[href^='/doc/project/']")
    browser.wait_for_path("/doc/project/stardust")
    assert browser.heading == "StarDust"
    browser.click("Mobile Vikings", "main a[href^='/doc/pilot/']")
    browser.wait_for_path("/doc/pilot/mobile-vikings")
    assert browser.heading == "Mobile Vikings"


@EVERY_WAY
def test_stardust_is_found_by_typing_it_wrongly(browser: Browser, width: int, scheme: str, scripts: bool) -> None:
    browser.set_up(width, scheme, scripts=scripts)
    browser.open("/limits")
    browser.find("#find").click()
    browser.press("stardst")
    if scripts:
        browser.wait(lambda: browser.all("[role=option]"), "suggestions")
        assert browser.all("[role=option]")[0].text.startswith("StarDust")
        browser.press(Keys.ARROW_DOWN, Keys.ENTER)
    else:
        browser.press(Keys.ENTER)
        browser.wait_for_path("/search?q=stardst")
        browser.click("StarDust", "main a[href^='/doc/']")
    browser.wait_for_path("/doc/project/stardust")


@EVERY_WAY
def test_an_analyst_filters_by_country_and_takes_the_table_away(
    browser: Browser, tmp_path: Path, width: int, scheme: str, scripts: bool
) -> None:
    browser.set_up(width, scheme, scripts=scripts)
    browser.downloads_to(tmp_path)
    browser.open("/programme/")
    box = browser.find("input[name=country][value=nor]")
    for folded in box.find_elements("xpath", "ancestor::details[not(@open)]"):
        summary = folded.find_element("css selector", "summary")
        browser.into_view(summary)
        summary.click()
    browser.into_view(box)
    box.click()
    apply = browser.find(".filters button[type=submit]")
    browser.into_view(apply)
    apply.click()
    browser.wait(lambda: "country=nor" in browser.path, "the filter in the address")
    assert browser.find("input[name=country][value=nor]").is_selected()
    assert "BSR Stars" in browser.find("tbody").text
    browser.click("CSV", "a[href*='.csv']")
    table = browser.wait(lambda: [*tmp_path.glob("*.csv")], "the download")[0]
    rows = list(csv.reader(table.read_text("utf-8-sig").splitlines()))
    assert any("https://w3id.org/bsrgraph/id/programme/bsr-stars" in row for row in rows[1:])
    assert len(rows) - 1 == len(browser.all("tbody tr"))


@EVERY_WAY
def test_names_come_in_another_language(browser: Browser, width: int, scheme: str, scripts: bool) -> None:
    browser.set_up(width, scheme, scripts=scripts)
    browser.open("/doc/country/swe")
    assert browser.heading == "Sweden"
    browser.open("/doc/country/swe?lang=sv")
    assert browser.heading == "Sverige"
    assert browser.find("h1").get_attribute("lang") == "sv"


@EVERY_WAY
def test_sources_that_differ_stand_side_by_side(browser: Browser, width: int, scheme: str, scripts: bool) -> None:
    browser.set_up(width, scheme, scripts=scripts)
    browser.open("/doc/project/stardust")
    browser.click("sources differ", "a.conflict")
    browser.wait(lambda: browser.driver.current_url.endswith("#differ"), "the conflict")
    compared = browser.js("return document.querySelector('#differ').closest('section')")
    assert "2010-09" in compared.text
    assert "2011" in compared.text
    assert compared.find_elements("css selector", "a[href^='/evidence/'], a[href^='/doc/source/']")


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
    browser.open(PROGRAMME)
    row = browser.row("5\u202f000\u202f000", "European Regional Development Fund")
    browser.tab_until("arguments[0].contains(document.activeElement) && document.activeElement.matches('summary')", row)
    browser.press(Keys.SPACE)
    browser.tab_until("document.activeElement.matches('.statement')")
    browser.press(Keys.ENTER)
    browser.wait_for_path(STATEMENT)
    browser.open("/programme/")
    browser.tab_until("document.activeElement.matches('.facet > summary')")
    browser.press(Keys.SPACE)
    browser.tab_until("document.activeElement.matches('[type=checkbox]')")
    browser.press(Keys.SPACE)
    browser.tab_until("document.activeElement.matches('.filters button[type=submit]')")
    browser.press(Keys.ENTER)
    browser.wait(lambda: "=" in browser.path, "the filter in the address")
