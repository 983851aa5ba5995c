"""Tables are filtered, sorted and taken away by hand, with scripts and without, on a phone and on a desk."""

from __future__ import annotations

from .driver import Browser
from .test_journeys import EVERY_WAY


@EVERY_WAY
def test_an_analyst_filters_projects_by_country_and_takes_the_rows_away(
    browser: Browser, width: int, scheme: str, scripts: bool
) -> None:
    browser.set_up(width, scheme, scripts=scripts)
    browser.open("/")
    browser.click("Project", ".kinds a")
    browser.wait_for_path("/project/")
    browser.js("for (const d of document.querySelectorAll('.filters details:has([name=country])')) d.open = true")
    browser.js("arguments[0].scrollIntoView({block: 'center'})", browser.find("[name=country][value=swe]"))
    browser.find("[name=country][value=swe]").click()
    browser.click("Apply", ".apply button")
    browser.wait_for_path("/project/?country=swe")
    assert [name.text for name in browser.all("tbody th")] == ["BSR Stars"]
    assert "19\u202f000\u202f000" in browser.text
    csv = browser.named("CSV", ".twins a").get_attribute("href")
    assert csv == f"{browser.origin}/project.csv?country=swe"
    browser.click("Remove: Countries: Sweden ×", ".chips a")
    browser.wait_for_path("/project/")
    assert len(browser.all("tbody th")) == 4


@EVERY_WAY
def test_each_cell_of_a_table_says_what_it_is(browser: Browser, width: int, scheme: str, scripts: bool) -> None:
    browser.set_up(width, scheme, scripts=scripts)
    browser.open("/programme/?columns=start-date,amount")
    roles = {cell.aria_role for cell in browser.all("tbody td")}
    assert roles <= {"cell", "gridcell"}
    if width < 640:
        label = "return getComputedStyle(document.querySelector('tbody td'), '::before').content"
        assert browser.js(label) == '"Start"'
    else:
        browser.click("Amount", "thead a")
        browser.wait_for_path("/programme/?columns=start-date,amount&sort=-amount")
        assert browser.find("th[aria-sort=descending]").text.startswith("Amount")
